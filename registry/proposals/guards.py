"""What stands in the way of a proposal: his life, an open one, one's own family."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, OwnFamily, WrongState
from registry.identities import identities_of
from registry.models import Proposal, Register, Resident
from registry.proposals.workflow import OPEN_STATES
from registry.selectors import is_family


class AlreadyProposed(WrongState):
    """The same person, register and kind is open already; ``details["existing"]`` is its uid."""

    code = "already_proposed"


def obstacle(resident: Resident, kind: str) -> str:
    """Return why the person cannot be proposed for this; empty when he can.

    Who died or moved is proposed only to leave a register, or to be corrected in it.
    """
    if kind != Proposal.Kind.ENTER or resident.life == Resident.Life.ALIVE:
        return ""
    words = (
        _("Warga ini tercatat meninggal%(since)s, jadi hanya dapat diusulkan keluar atau berubah.")
        if resident.life == Resident.Life.DECEASED
        else _(
            "Warga ini tercatat pindah%(since)s, jadi hanya dapat diusulkan keluar atau berubah."
        )
    )
    since = f" {date_format(resident.life_since)}" if resident.life_since else ""
    return words % {"since": since}


def require_possible(resident: Resident, kind: str) -> None:
    """Raise InvalidInput where :func:`obstacle` finds a reason."""
    if reason := obstacle(resident, kind):
        raise InvalidInput(reason, field="kind", code="not_living_here")


def open_proposal(resident: Resident, register: Register, kind: str) -> Proposal | None:
    """Return the open proposal of that person, register and kind, if there is one."""
    return Proposal.objects.filter(
        resident__in=identities_of(resident),
        register=register,
        kind=kind,
        state__in=OPEN_STATES,
    ).first()


def require_none_open(resident: Resident, register: Register, kind: str) -> None:
    """Raise AlreadyProposed where one is open."""
    if (earlier := open_proposal(resident, register, kind)) is not None:
        raise already_proposed(earlier)


def already_proposed(earlier: Proposal) -> AlreadyProposed:
    return AlreadyProposed(
        _("Usulan yang sama untuk warga ini masih berjalan (%(state)s). Lanjutkan yang itu.")
        % {"state": earlier.get_state_display()},
        state=earlier.state,
        existing=str(earlier.uid),
    )


def require_impartial(actor: Actor, resident: Resident) -> None:
    """Raise OwnFamily where the officer is the person or on his card."""
    if is_family(actor.user, resident):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Minta petugas lain yang melakukannya.")
        )
