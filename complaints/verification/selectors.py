"""Reads of visits and of what a verification found, scoped to office, case and who walks."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from complaints.models import (
    Complaint,
    EconomicReview,
    HouseVisit,
    VisitPhoto,
    VisitState,
)
from complaints.selectors import READERS as CASE_READERS
from complaints.selectors import cases
from complaints.workflow import OPEN_STATES
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Attachment, Role

#: Who sees visits: readers of cases all of them, the kasun those that are his.
READERS = (*CASE_READERS, Role.KASUN)
Side = VisitPhoto.Side
#: What a visit is to bring home; the back of the house is welcome.
WANTED_SIDES = (Side.FRONT, Side.RIGHT, Side.LEFT, Side.INSIDE, Side.TOILET)


def visits(actor: Actor) -> QuerySet[HouseVisit]:
    """Return the visits he may see: of cases he may read, and those given to him."""
    rows: QuerySet[HouseVisit] = HouseVisit.objects.visible_to(actor)
    if actor.is_system:
        return rows
    own = Q(assigned_to=actor.user)
    if actor.has(*CASE_READERS):
        return rows.filter(own | Q(complaint__in=cases(actor)))
    return rows.filter(own)


def may_open(actor: Actor, visit: HouseVisit) -> bool:
    """Return whether the officer may see the visit, by the same rule as :func:`visits`."""
    return visits(actor).filter(pk=visit.pk).exists()


def whole(rows: QuerySet[HouseVisit]) -> QuerySet[HouseVisit]:
    """Load person, set, officers and photos with the visits: one query more."""
    photos = VisitPhoto.objects.select_related("attachment").order_by("pk")
    return rows.select_related(
        "office",
        "complaint__subject__canonical",
        "complaint__kind",
        "criteria_set",
        "assigned_to",
        "recorded_by",
        "survey__criteria_set",
    ).prefetch_related(Prefetch("photos", photos))


def visit(uid: uuid.UUID | str, *, actor: Actor) -> HouseVisit:
    """Return one visit with its photos (two queries).

    Raises:
        NotFound: no such visit here, or one that is another officer's.
    """
    found = whole(visits(actor)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Kunjungan tidak ditemukan di kantor ini."))
    return found


def visit_by_number(number: str, *, actor: Actor) -> HouseVisit | None:
    """Return the visit of a sheet's number, or None (two queries)."""
    return whole(visits(actor)).filter(number=number).first()


def open_visits(actor: Actor, *, mine: bool = False) -> QuerySet[HouseVisit]:
    """Return the visits still to be made, the oldest first; none whose case has ended."""
    rows = visits(actor).filter(state=VisitState.PLANNED, complaint__state__in=OPEN_STATES)
    if mine:
        rows = rows.filter(assigned_to=actor.user)
    return rows.select_related("complaint__subject__canonical", "assigned_to").order_by("pk")


def visits_of(case: Complaint, *, actor: Actor) -> list[HouseVisit]:
    """Return a case's visits, newest first (two queries)."""
    return list(whole(visits(actor)).filter(complaint=case).order_by("-pk"))


def economies_of(case: Complaint) -> QuerySet[EconomicReview]:
    """Return the case's economic reviews, newest first."""
    rows = case.economic_reviews.select_related("recorded_by")
    return rows.order_by("-observed_on", "-pk")


def missing_sides(photos: Iterable[VisitPhoto]) -> list[VisitPhoto.Side]:
    """Return which wanted photos are not there yet, in the house's order."""
    there = {photo.side for photo in photos}
    return [side for side in WANTED_SIDES if side.value not in there]


def may_see_photo(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file is a photo of a visit he may see (one query)."""
    return actor.has(*READERS) and visits(actor).filter(photos__attachment=attachment).exists()


@dataclass(frozen=True)
class Task:
    """One page of a visit: what it is called, whether it is done, how far."""

    code: str
    label: Any
    done: bool
    hint: str = ""


def tasks_of(row: HouseVisit) -> list[Task]:
    """Return the pages of a visit and what is filled in, from what is loaded."""
    asked = len(row.criteria_set.criteria)
    answered = sum(1 for answer in row.answers.values() if answer != "unknown")
    lacking = missing_sides(row.photos.all())
    count = _("%(done)s dari %(total)s")
    return [
        Task(
            "questions",
            _("Pertanyaan"),
            len(row.answers) == asked and answered == asked,
            count % {"done": answered, "total": asked},
        ),
        Task(
            "photos",
            _("Foto rumah"),
            not lacking,
            count % {"done": len(WANTED_SIDES) - len(lacking), "total": len(WANTED_SIDES)},
        ),
        Task("position", _("Letak rumah"), row.position is not None),
        Task("economy", _("Penghasilan"), bool(row.economy)),
    ]
