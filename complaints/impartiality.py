"""Nobody verifies or approves for himself or for anyone on his own family card."""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole, OwnFamily
from puskesmas.models import Role
from registry.models import Resident
from registry.selectors import is_family
from registry.separation import Approvers, Matter

#: Moves of the back office that the penanggung jawab makes where nobody of it may.
VERIFYING = frozenset({"examine", "record_finding"})


def refuse_own_family(actor: Actor, resident: Resident) -> None:
    """Raise OwnFamily when the actor would decide for his own family card."""
    if is_family(actor.user, resident):
        raise OwnFamily(
            _(
                "Perkara ini milik Anda sendiri atau keluarga satu KK dengan Anda. "
                "Minta petugas lain yang mengerjakannya."
            )
        )


def may_verify(actor: Actor, resident: Resident) -> bool:
    """Return whether verifying this person is the officer's, or falls to him today.

    The back office verifies (its dated deputies too). The penanggung jawab does only where nobody
    of it may: all of them are family, or none is in office. No query for the back office.
    """
    if actor.has(Role.BACK) or actor.is_system:
        return True
    matter = Matter(authors=(), people={resident.pk})
    return actor.has(Role.HEAD) and not Approvers(actor.office, Role.BACK).able(matter)


def require_turn(actor: Actor, resident: Resident) -> None:
    """Raise NotYourRole when the penanggung jawab would verify, and the back office may.

    All other posts are the case table's matter.
    """
    if actor.has(Role.HEAD) and not may_verify(actor, resident):
        raise NotYourRole(
            _("Verifikasi dikerjakan back office; penanggung jawab bila tidak ada yang boleh.")
        )
