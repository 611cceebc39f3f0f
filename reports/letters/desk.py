"""What the letters say on pages of the whole office: rows, the desk's panel, the search box."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.models import Role
from puskesmas.searching import Hit
from reports.letters import selectors
from reports.letters.models import Letter
from reports.letters.workflow import LetterState

#: Who may open the office's letters.
READERS = (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD)

_SHOWN = 10
_TONES = {
    LetterState.NUMBERED: "waiting",
    LetterState.SIGNED: "success",
    LetterState.HANDED: "success",
    LetterState.LAPSED: "neutral",
    LetterState.VOID: "danger",
}


def row_of(item: Letter) -> dict[str, Any]:
    """Return what a list shows of a letter read by :func:`selectors.letters`; no query."""
    expired = item.state in {LetterState.SIGNED, LetterState.HANDED} and selectors.is_expired(item)
    return {
        "letter": item,
        "url": reverse("letters:letter", args=[item.uid]),
        "kind": selectors.kind_name(item.kind),
        "about": selectors.last_revision(item).context["body"]["subject"]["name"],
        "state": _("Masa berlaku lewat") if expired else item.get_state_display(),
        "tone": "neutral" if expired else _TONES[LetterState(item.state)],
    }


def register_row(item: Any) -> dict[str, Any]:
    """Return a row of the register: of a letter he may not read, number and date only."""
    if item.readable:
        return row_of(item)
    return {"letter": item, "url": "", "kind": _("Rahasia"), "about": "", "state": ""}


def rows_about(actor: Actor, subject_uid: Any) -> list[dict[str, Any]]:
    """Return the latest letters about one subject as rows: two queries."""
    return [row_of(item) for item in selectors.letters_about(actor, subject_uid)[:_SHOWN]]


def rows_about_any(actor: Actor, subject_uids: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the latest letters about several subjects, a family's: two queries."""
    found = selectors.letters_about_any(actor, subject_uids)[:_SHOWN]
    return [row_of(item) for item in found]


def waiting_letters(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's panel of letters that wait for a signature; none, no panel. Two queries."""
    if not actor.has(*READERS):
        return None
    found = selectors.awaiting_signature(actor, limit=_SHOWN)
    return {"rows": [row_of(item) for item in found]} if found else None


def find(text: str, actor: Actor) -> list[Hit]:
    """Return the letter whose whole number was typed."""
    if "/" not in text or not actor.has(*READERS):
        return []
    item = selectors.find_by_number(text, actor)
    if item is None:
        return []
    return [
        Hit(
            url=reverse("letters:letter", args=[item.uid]),
            title=item.number,
            detail=selectors.kind_name(item.kind),
            kind=_("Surat"),
            exact=True,
        )
    ]
