"""The registry's answers to questions the whole office asks: the search box, the files."""

from django.urls import reverse
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.models import Attachment
from puskesmas.searching import Hit
from registry.finding import find_for_page
from registry.identity import IdentityError, check_typed_number
from registry.models import RegisterCheck, Resident
from registry.places import place_of
from registry.roles import READERS


def find(text: str, actor: Actor) -> list[Hit]:
    """Return the people a text may mean; only a whole NIK opens at once."""
    if not actor.has(*READERS):
        return []
    found, more = find_for_page(text, actor=actor)
    hits = [
        Hit(
            url=reverse("registry:person", args=[hit.resident.uid]),
            title=hit.resident.name,
            detail=_detail(hit.resident),
            kind=_("Warga"),
            exact=hit.by == "nik",
        )
        for hit in found
    ]
    if more:
        title = _("Masih ada yang lain. Tambahkan nama lengkap, alamat, atau RT dan RW.")
        hits.append(Hit(url=reverse("registry:search"), title=title, kind=_("Warga")))
    return hits


def mistyped_number(text: str) -> str:
    """Return what is wrong with a NIK or KK of a digit too few or too many; "" for all else."""
    try:
        check_typed_number(text)
    except IdentityError as error:
        return str(error)
    return ""


def _detail(resident: Resident) -> str:
    gone = resident.life != Resident.Life.ALIVE
    parts = [str(resident.get_life_display()) if gone else "", place_of(resident)]
    return " · ".join(part for part in parts if part)


def may_see_screenshot(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file is the screenshot of a check in the actor's office."""
    checks = RegisterCheck.objects.visible_to(actor).filter(screenshot=attachment)
    return actor.has(*READERS) and checks.exists()
