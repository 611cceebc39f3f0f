"""Nobody writes down, lists or hands over aid for himself or for anyone on his own family card."""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import OwnFamily
from registry.models import Resident
from registry.selectors import family_of


def refuse_own_family(actor: Actor, *people: Resident) -> None:
    """Raise OwnFamily when one of the people is the officer himself or on his card today."""
    own = family_of(actor.user, actor.office.pk)
    if any(one.pk in own for one in people):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Mintalah rekan yang mengerjakannya.")
        )
