"""Who may read the registry, and who may write into it."""

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole
from puskesmas.models import Role
from puskesmas.workflow import role_names

#: At the counter or in the field.
WRITERS = (Role.FRONT, Role.BACK, Role.FACILITATOR)
#: Who looks at houses and asks questions there: also the head of the hamlet.
SURVEYORS = (*WRITERS, Role.KASUN)
READERS = (*WRITERS, Role.COORDINATOR, Role.HEAD, Role.KASUN)


def must_write(actor: Actor, roles: tuple[Role, ...] = WRITERS) -> None:
    """Pass who may write.

    Raises:
        NotYourRole: the actor holds none of the roles.
    """
    if not actor.has(*roles):
        raise NotYourRole(
            _("Data warga hanya boleh diisi oleh %(roles)s.") % {"roles": role_names(roles)}
        )
