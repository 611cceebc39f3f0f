"""What an office's letters look like: its own choice, kept apart from what they say."""

from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole
from puskesmas.history import audit
from puskesmas.locking import lock_office
from puskesmas.models import Office, Role
from puskesmas.workflow import role_names
from reports.letters.models import LetterStyle

#: Who adapts the office's letters.
ADAPTERS = (Role.ADMIN,)


def style_of(office: Office) -> LetterStyle:
    """Return the office's choice, or the defaults unsaved (one query)."""
    return LetterStyle.objects.filter(office=office).first() or LetterStyle(office=office)


def must_adapt(actor: Actor) -> None:
    """Refuse who does not administer the office. Raises NotYourRole."""
    if not actor.has(*ADAPTERS):
        raise NotYourRole(
            _("Bentuk surat diatur oleh %(roles)s.") % {"roles": role_names(ADAPTERS)}
        )


@transaction.atomic
def change_style(*, actor: Actor, version: int | None = None, **fields: str) -> LetterStyle:
    """Change what the office's letters look like from now on; frozen letters stay as they are.

    Raises:
        NotYourRole: the actor does not administer the office.
        StaleVersion: another administrator changed the office since ``version``.
    """
    must_adapt(actor)
    office = lock_office(actor, version)
    style = style_of(office)
    changed = [name for name, value in fields.items() if getattr(style, name) != value]
    for name in changed:
        setattr(style, name, fields[name])
    if changed:
        style.save()
        office.save()
        audit(actor=actor, action="letter.style", subject=office, fields=changed)
    return style
