"""Who keeps the catalogue."""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole
from puskesmas.models import Role
from puskesmas.workflow import role_names

EDITORS = (Role.COORDINATOR, Role.ADMIN)
#: Who keeps it and may also read people, so that he can try a draft on somebody.
TRIERS = (Role.COORDINATOR,)


def must_edit(actor: Actor) -> None:
    """Pass who keeps the catalogue, and the program itself.

    Raises:
        NotYourRole: the actor holds none of the roles.
    """
    if not actor.is_system and not actor.has(*EDITORS):
        raise NotYourRole(
            _("Katalog program hanya boleh diubah oleh %(roles)s.") % {"roles": role_names(EDITORS)}
        )
