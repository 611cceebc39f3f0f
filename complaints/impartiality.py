"""Nobody verifies or approves for himself or for anyone on his own family card."""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import OwnFamily
from registry.models import Resident
from registry.selectors import is_family


def refuse_own_family(actor: Actor, resident: Resident) -> None:
    """Raise OwnFamily when the actor would decide for his own family card."""
    if is_family(actor.user, resident):
        raise OwnFamily(
            _(
                "Perkara ini milik Anda sendiri atau keluarga satu KK dengan Anda. "
                "Minta petugas lain yang mengerjakannya."
            )
        )
