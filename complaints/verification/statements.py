"""Statements of a resident, to be printed, signed by him and handed in: no letters of the office.

They have no number and nothing is kept: what counts is the signed paper, stored as a copy.
"""

from datetime import date
from typing import Any

from complaints.models import Complaint
from programs.calls.selectors import age_of
from registry.letters import person_of
from registry.models import Resident
from registry.selectors import household_of
from reports.letters.contexts import office_head
from reports.letters.render import render_pdf

PAPERS = ("f4", "a4")
_TEMPLATE = "letters/pernyataan.html"
_TITLES = {
    "statement": "Surat Pernyataan Tidak Mampu",
    "sptjm": "Surat Pernyataan Tanggung Jawab Mutlak",
}
#: For who is younger the head of his card signs.
_OF_AGE = 18


def render(case: Complaint, code: str, *, paper: str) -> bytes:
    """Return the PDF of the paper ``code`` (one of ``ComplaintPaper.STATEMENTS``).

    ``case`` comes from :func:`complaints.selectors.case`.
    """
    return render_pdf(
        _TEMPLATE, {**context_of(case, code), "paper": paper if paper in PAPERS else PAPERS[0]}
    )


def context_of(case: Complaint, code: str) -> dict[str, Any]:
    """Return what is printed: who signs, of whom it speaks, and for which programmes."""
    person = case.person
    signer = _signer(person, case.office.today())
    needed = [row.programme.name_id for row in case.programmes.all() if row.relation == "needed"]
    return {
        "title": _TITLES[code],
        "code": code,
        "office": office_head(case.office, letterhead="puskesos"),
        "signer": person_of(signer, case.office),
        "about": None if signer == person else person_of(person, case.office),
        "purpose": ", ".join(needed),
        "place": case.office.name,
    }


def _signer(person: Resident, today: date) -> Resident:
    """Return the person, or for a child the head of his card."""
    age = age_of(person, today)
    if age is None or age >= _OF_AGE:
        return person
    heads = [one.resident for one in household_of(person) if one.relation == "1"]
    return heads[0] if heads and heads[0].life == Resident.Life.ALIVE else person
