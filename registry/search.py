"""The registry's answers to questions the whole office asks: the search box, the files."""

from django.urls import reverse
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Attachment
from puskesmas.searching import Hit
from registry.models import RegisterCheck
from registry.selectors import find_people
from registry.views import READERS, place_of


def find(text: str, actor: Actor) -> list[Hit]:
    """Return the people a text may mean; only a whole NIK opens at once."""
    if not actor.has(*READERS):
        return []
    found = find_people(text, actor=actor)
    numbers = sorted({hit.by for hit in found} & {"nik", "kk", "phone"})
    if numbers:
        audit(actor=actor, action="lookup_number", fields=numbers)
    return [
        Hit(
            url=reverse("registry:person", args=[hit.resident.uid]),
            title=hit.resident.name,
            detail=place_of(hit.resident),
            kind=_("Warga"),
            exact=hit.by == "nik",
        )
        for hit in found
    ]


def may_see_screenshot(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file is the screenshot of a check in the actor's office."""
    checks = RegisterCheck.objects.visible_to(actor).filter(screenshot=attachment)
    return actor.has(*READERS) and checks.exists()
