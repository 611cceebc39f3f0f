"""The berita acara of a verification: what was checked, seen and found. It decides nothing.

One for each finding: it is printed after the finding was recorded, and again only after a later one
or when the first was voided.
"""

import uuid
from datetime import datetime
from typing import Any, TypedDict, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from complaints.models import Complaint, ComplaintPaper, EconomicReview, HouseVisit, VisitState
from complaints.receipts import shown
from complaints.verification import selectors
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.models import Assignment, Role
from registry.criteria.selectors import MET, NOT_MET, results_of
from registry.letters import person_of, refuse_own_family
from registry.selectors import is_family
from reports.letters import kinds, services
from reports.letters.contexts import Person
from reports.letters.models import Letter
from reports.letters.selectors import signers, standing
from reports.letters.words import long_date, rupiah, weekday_date

MINUTES = "ba_verifikasi"
ISSUERS = (Role.BACK, Role.COORDINATOR, Role.HEAD)
#: As printed, whatever the language of the screen.
_FINDINGS = {
    Complaint.Finding.MEETS: "memenuhi kriteria",
    Complaint.Finding.DOES_NOT_MEET: "tidak memenuhi kriteria",
}
_RESULTS = {MET: "terpenuhi", NOT_MET: "tidak terpenuhi"}
_ANSWERS = {"yes": "ya", "no": "tidak"}


class CheckedPaper(TypedDict):
    """A row of the papers: name, what was found of it."""

    name: str
    state: str


class Criterion(TypedDict):
    """A row of the criteria: the question, the answer, whether it is met."""

    question: str
    answer: str
    result: str


class VerificationBody(TypedDict):
    """Body of kind "ba_verifikasi". Empty texts and lists leave their part out.

    ``economy`` are (label, value) pairs as printed.
    """

    subject: Person
    case: str
    held: str
    verifier: str
    papers: list[CheckedPaper]
    visited: str
    surveyor: str
    from_paper: bool
    answered_by: str
    criteria_set: str
    criteria: list[Criterion]
    position: str
    photos: list[str]
    economy: list[tuple[str, str]]
    finding: str
    reason: str
    override: str


def preview_minutes(*, actor: Actor, case: Complaint, signer: Assignment | None) -> bytes:
    """Return the draft's PDF, marked KONSEP. Raises what :func:`issue_minutes` raises."""
    content = _content(actor, case, signer)
    return services.preview(actor=actor, kind=MINUTES, content=content)


def issue_minutes(
    *,
    actor: Actor,
    case: Complaint,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze the berita acara of a case's finding. ``case`` is ``selectors.case``'s.

    Raises:
        WrongState: no finding yet, or it has its berita acara.
        OwnFamily, InvalidInput: who makes it, or who signs, is family.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    return services.issue_letter(
        actor=actor,
        kind=MINUTES,
        content=_content(actor, case, signer),
        subject_uid=case.person.uid,
        matter_uid=case.uid,
        client_uid=client_uid,
        sole=lambda: issued_minutes(case),
    )


def issued_minutes(case: Complaint) -> Letter | None:
    """Return the berita acara of the case's present finding, if it was made (one query)."""
    if case.finding_at is None:
        return None
    return standing(MINUTES, office=case.office, since=case.finding_at, matter_uid=case.uid)


def _content(actor: Actor, case: Complaint, signer: Assignment | None) -> services.Content:
    if not case.finding:
        raise WrongState(
            _("Berita acara dicetak setelah hasil verifikasi dicatat."), state=case.state
        )
    refuse_own_family(actor, case.person, signer)
    return services.Content(
        body=minutes_body(actor, case), signer=signer, acknowledger=_head(actor, signer, case)
    )


def _head(actor: Actor, signer: Assignment | None, case: Complaint) -> Assignment | None:
    """Return who acknowledges: the penanggung jawab, unless he signs or is family."""
    if signer is None or signer.role == Role.HEAD:
        return None
    heads = (one for one in signers(actor.office) if one.role == Role.HEAD)
    head = next(heads, None)
    return None if head is None or is_family(head.user, case.person) else head


def minutes_body(actor: Actor, case: Complaint) -> VerificationBody:
    """Return the body: plain JSON, complete in itself, in Indonesian (a few queries).

    What was recorded after the finding is no part of what was found.
    """
    visits = selectors.visits_of(case, actor=actor)
    seen = (
        row for row in visits if row.state == VisitState.DONE and _before(case, row.recorded_at)
    )
    reviews = selectors.economies_of(case)
    heard = (row for row in reviews if _before(case, row.created_at))
    with override("id"):
        body = {
            "subject": person_of(case.person, case.office),
            "case": shown(case.receipt_number),
            "held": _held(case),
            "verifier": case.finding_by.name if case.finding_by else "",
            "papers": [_checked(paper) for paper in case.papers.all()],
            "economy": _economy(next(heard, None)),
            "finding": _FINDINGS[Complaint.Finding(case.finding)],
            "reason": case.finding_reason,
            "override": case.finding_override,
            **_seen(case, next(seen, None)),
        }
    return cast(VerificationBody, body)


def _before(case: Complaint, at: datetime | None) -> bool:
    return at is not None and case.finding_at is not None and at <= case.finding_at


def _held(case: Complaint) -> str:
    if case.finding_at is None:
        raise InvalidInput(_("Hasil verifikasi belum bertanggal."))
    day = case.finding_at.astimezone(case.office.tz).date()
    return weekday_date(day)


def _checked(paper: ComplaintPaper) -> CheckedPaper:
    state = str(paper.get_review_display() or paper.get_status_display()).lower()
    if paper.fault:
        state = f"{state} ({str(paper.get_fault_display()).lower()})"
    if paper.reference:
        state = f"{state}, nomor {paper.reference}"
    return {"name": paper.name_id, "state": state}


def _seen(case: Complaint, visit: HouseVisit | None) -> Any:
    """Return what the visit to the house adds; without one, all of it empty."""
    photos = visit.photos.all() if visit else []
    position = (visit.position if visit else None) or {}
    results = results_of(visit.survey) if visit and visit.survey else []
    return {
        "visited": long_date(visit.visited_on) if visit else "",
        "surveyor": visit.surveyor_name if visit else "",
        "from_paper": bool(visit and visit.from_paper),
        "answered_by": visit.answered_by if visit else "",
        "criteria_set": visit.criteria_set.name_id if visit else "",
        "criteria": [
            {
                "question": one.question,
                "answer": _ANSWERS.get(one.answer, "belum tahu"),
                "result": _RESULTS.get(one.result, "belum diketahui"),
            }
            for one in results
        ],
        "position": _degrees(position),
        "photos": [
            str(photo.get_side_display())
            for photo in photos
            if _before(case, photo.attachment.created_at)
        ],
    }


def _degrees(position: dict[str, float]) -> str:
    """Return where the house stands as people write it: "-8,12345; 113,70123"."""
    parts = (position.get("latitude"), position.get("longitude"))
    return "; ".join(str(part).replace(".", ",") for part in parts if part is not None)


def _economy(review: EconomicReview | None) -> list[tuple[str, str]]:
    if review is None:
        return []
    facts, per_head = review.facts, review.income_per_head
    said = [
        ("Penghasilan sebulan", _rupiah(facts.get("income"))),
        ("Pengeluaran sebulan", _rupiah(facts.get("spending"))),
        ("Anggota keluarga", _people(facts.get("members"))),
        ("Yang berpenghasilan", _people(facts.get("earners"))),
        ("Penghasilan per orang", _rupiah(per_head)),
        ("Diketahui dari", f"{review.source}, {long_date(review.observed_on)}"),
    ]
    return [(label, value) for label, value in said if value]


def _rupiah(amount: int | None) -> str:
    return "" if amount is None else rupiah(amount)


def _people(count: int | None) -> str:
    return "" if count is None else f"{count} orang"


def _case_page(letter: Letter) -> str:
    return reverse("complaints:case", args=[letter.matter_uid]) if letter.matter_uid else ""


def register() -> None:
    """Add the kind; called from ``AppConfig.ready()``."""
    kinds.register(
        kinds.LetterKind(
            code=MINUTES,
            name=gettext_lazy("Berita acara verifikasi"),
            title="Berita Acara Verifikasi",
            template="letters/ba_verifikasi.html",
            classification="400.9.14",
            letterhead="puskesos",
            roles=frozenset(role.value for role in ISSUERS),
            subject_url=_case_page,
        )
    )
