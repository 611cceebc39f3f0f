"""The survey sheet on paper for who has no account: boxes to tick, a number to find it by."""

from typing import Any

from complaints.models import HouseVisit, VisitPhoto
from complaints.verification.numbers import shown
from registry.letters import address_of
from reports.letters.contexts import office_head
from reports.letters.render import render_pdf

_TEMPLATE = "letters/survei.html"


def render(visit: HouseVisit, *, paper: str) -> bytes:
    """Return the PDF; ``paper`` is "f4" or "a4". ``visit`` comes from ``selectors.visit``."""
    return render_pdf(_TEMPLATE, {**sheet_context(visit), "paper": paper})


def sheet_context(visit: HouseVisit) -> dict[str, Any]:
    """Return what is printed: who and where, never NIK, kind or story of the matter."""
    person = visit.complaint.person
    return {
        "title": "Lembar Survei Rumah",
        "number": "",
        "sheet_number": shown(visit.number),
        "office": office_head(visit.office, letterhead="puskesos"),
        "name": person.name,
        "address": address_of(person, visit.office),
        "criteria_set": visit.criteria_set.name_id,
        "surveyor": visit.assigned_to.name if visit.assigned_to else "",
        "questions": [criterion["question_id"] for criterion in visit.criteria_set.criteria],
        "sides": [str(VisitPhoto.Side(side).label) for side in VisitPhoto.Side.values],
    }
