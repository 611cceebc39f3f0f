"""The buku agenda on paper: a month's numbers in their order, none left out."""

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format

from puskesmas.actors import Actor
from puskesmas.models import Office
from reports.letters import render, selectors
from reports.letters.contexts import office_head
from reports.letters.styles import style_of
from reports.letters.words import MONTHS, long_date
from reports.letters.workflow import LetterState

#: What the list says of a letter's state; the list is Indonesian like every paper.
_STATES = {
    LetterState.NUMBERED: "menunggu tanda tangan",
    LetterState.SIGNED: "ditandatangani",
    LetterState.HANDED: "diserahkan",
    LetterState.LAPSED: "gugur",
    LetterState.VOID: "batal",
}
_SHOWN_MONTHS = 12


def monthly_list(actor: Actor, month: date) -> bytes:
    """Return the list of a month's letters as PDF: two queries and the office's style.

    Of a letter the officer may not read stand number and date, and "Rahasia".
    """
    office = actor.office
    rows = [_row(item) for item in selectors.month(actor, month)]
    context = {
        "title": f"Buku Agenda Surat {month_name(month)}",
        "office": office_head(office, letterhead="village"),
        "paper": style_of(office).paper,
        "month": month_name(month),
        "rows": rows,
        "printed": long_date(office.today()),
    }
    return render.render_pdf("letters/agenda.html", context)


def month_name(month: date) -> str:
    """Return ``November 2026``."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def latest_months(office: Office) -> list[tuple[str, str]]:
    """Return the last months as (``2026-11``, its name in the page's language), this one first."""
    first = office.today().replace(day=1)
    found = []
    for _step in range(_SHOWN_MONTHS):
        found.append((f"{first:%Y-%m}", date_format(first, "F Y")))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _row(item: Any) -> dict[str, str]:
    plain = {"number": item.number, "dated": f"{item.dated:%d-%m-%Y}"}
    if not item.readable:
        return plain | {"kind": "Rahasia", "about": "", "signer": "", "state": ""}
    context = selectors.last_revision(item).context
    return plain | {
        "kind": context["title"],
        "about": context["body"]["subject"]["name"],
        "signer": context["signature"]["name"] if item.signer_id else "",
        "state": _STATES[LetterState(item.state)],
    }
