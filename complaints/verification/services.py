"""The verbs of a visit: plan, give away, fill in page by page, finish; or type what paper brought.

Whoever finishes a visit changes its case too (photos become its papers), so the case is locked
first.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.impartiality import refuse_own_family
from complaints.models import (
    HOUSE_PHOTOS,
    Complaint,
    ComplaintPaper,
    HouseVisit,
    VisitPhoto,
    VisitState,
)
from complaints.services import lock_case, must_be_open, new_paper, take_case
from complaints.verification import numbers
from complaints.verification.economy import checked_economy, keep_economy
from complaints.verification.selectors import may_open, missing_sides
from complaints.verification.workflow import NOT_YET, TYPISTS, VISIT
from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.models import Attachment, Role, User
from registry.criteria.services import ANSWERS, keep_survey
from registry.models import CriteriaSet
from registry.selectors import household_of, is_family
from registry.verval.assigning import Hands
from registry.verval.services import position_from

_NUMBER_TRIES = 8


# --- Planning and giving away --------------------------------------------------------------------


@transaction.atomic
def plan_visit(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    criteria_set: CriteriaSet,
    officer: User | None = None,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
) -> HouseVisit:
    """Plan a visit to the house of a case's person; ``uid`` and ``version`` are the case's.

    Without an ``officer`` it goes to the kasun or fasilitator of the hamlet, unless the matter is
    confidential: then somebody says to whom.

    Raises:
        NotYourRole: the officer plans no visits. OwnFamily: it is his own family's house.
        WrongState: the case has ended, or a visit is planned already.
        InvalidInput: the officer does not walk there, or is family. NotFound, StaleVersion.
    """
    step = VISIT.check("plan", state=NOT_YET, actor=actor)
    if (earlier := first_result(HouseVisit, client_uid, actor=actor)) is not None:
        return earlier
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    if case.visits.filter(state=VisitState.PLANNED).exists():
        raise WrongState(
            _("Kunjungan untuk perkara ini sudah direncanakan. Selesaikan atau batalkan dulu."),
            state=case.state,
        )
    hands = Hands(actor.office)
    if officer is not None:
        _check_walker(officer, case, hands)
    elif not case.kind.sensitive:
        officer = hands.for_place(case.person.dusun, case.person.rw, case.person)
    visit = _save_numbered(
        HouseVisit(
            office=actor.office,
            client_uid=client_uid,
            complaint=case,
            criteria_set=criteria_set,
            assigned_to=officer,
            planned_by=actor.user,
        )
    )
    record_transition(subject=visit, field=VISIT.field, step=step, source=NOT_YET, actor=actor)
    audit(actor=actor, action="visit.plan", subject=case)
    return visit


def _save_numbered(visit: HouseVisit) -> HouseVisit:
    for _try in range(_NUMBER_TRIES):
        visit.number = numbers.new_number()
        if HouseVisit.objects.filter(office=visit.office, number=visit.number).exists():
            continue
        try:
            with transaction.atomic():
                visit.save()
        except IntegrityError:
            continue
        return visit
    raise RuntimeError("no free sheet number in several draws: the office is full of visits")


@transaction.atomic
def assign_visit(
    *, actor: Actor, uid: uuid.UUID | str, officer: User, version: int | None = None
) -> HouseVisit:
    """Give a visit that is not done yet to another officer.

    Raises:
        InvalidInput: he does not walk there, or it is his family.
        OwnFamily: it is the actor's. NotYourRole, WrongState, NotFound, StaleVersion.
    """
    visit, case = _take(actor, uid, version)
    VISIT.check("assign", state=visit.state, actor=actor)
    refuse_own_family(actor, case.person)
    _check_walker(officer, case, Hands(actor.office))
    visit.assigned_to = officer
    visit.save()
    audit(actor=actor, action="visit.assign", subject=visit)
    return visit


def _check_walker(officer: User, case: Complaint, hands: Hands) -> None:
    if not (hands.covers(officer, case.person.dusun, case.person.rw) or _heads(officer, case)):
        raise InvalidInput(
            _("Petugas ini tidak bertugas di wilayah itu. Pilih yang lain."), field="officer"
        )
    if is_family(officer, case.person):
        raise InvalidInput(
            _("Petugas ini satu KK dengan warga itu. Pilih yang lain."), field="officer"
        )


def _heads(officer: User, case: Complaint) -> bool:
    return Actor.of(officer, case.office).has(Role.HEAD)


@transaction.atomic
def cancel_visit(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> HouseVisit:
    """Take back a visit nobody needs any more, of an ended case too.

    Raises:
        OwnFamily: it is his own family's house; and what the table and ``lock`` raise.
    """
    visit, case = _take(actor, uid, version)
    refuse_own_family(actor, case.person)
    _move(visit, "cancel", actor=actor, reason=reason)
    return visit


# --- Filling in ----------------------------------------------------------------------------------


@transaction.atomic
def save_answers(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    answers: Mapping[str, str],
    answered_by: str = "",
    version: int | None = None,
) -> HouseVisit:
    """Keep the answers so far, by criterion.

    Raises:
        InvalidInput: a question that is not in the set, or no such answer.
        OwnFamily, NotYourRole, WrongState, NotFound, StaleVersion: see :func:`_fill`.
    """
    visit, _case = _fill(actor, uid, version)
    visit.answers = _checked_answers(visit, answers)
    visit.answered_by = answered_by.strip()
    visit.save()
    return visit


def _checked_answers(visit: HouseVisit, answers: Mapping[str, str]) -> dict[str, str]:
    codes = {criterion["code"] for criterion in visit.criteria_set.criteria}
    if set(answers) - codes or not set(answers.values()) <= set(ANSWERS):
        raise InvalidInput(_("Jawaban adalah ya, tidak, atau belum tahu."), field="answers")
    return dict(answers)


@transaction.atomic
def save_position(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    latitude: float | None,
    longitude: float | None,
    version: int | None = None,
) -> HouseVisit:
    """Keep where the house stands, in degrees; both empty takes it away.

    Raises:
        InvalidInput: one without the other, or outside Indonesia; else as :func:`save_answers`.
    """
    visit, _case = _fill(actor, uid, version)
    visit.position = position_from(latitude, longitude)
    visit.save()
    return visit


@transaction.atomic
def save_economy(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    source: str = "",
    version: int | None = None,
    **facts: int | None,
) -> HouseVisit:
    """Keep what the family earns and spends, so far.

    Raises:
        InvalidInput: see ``economy.checked_economy``; else as :func:`save_answers`.
    """
    visit, _case = _fill(actor, uid, version)
    known = checked_economy(facts, source)
    visit.economy = known | ({"source": source.strip()} if known else {})
    visit.save()
    return visit


@transaction.atomic
def add_photo(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    side: str,
    photo: UploadedFile,
    version: int | None = None,
) -> VisitPhoto:
    """Keep a photo of one side of the house, with where it was taken.

    A newer one takes the older's place until the visit is done; after that only what is missing
    may be added.

    Raises:
        InvalidInput: no such side, or no picture.
        WrongState: done, and that side has its photo; else as :func:`save_answers`.
    """
    visit, case = _take(actor, uid, version)
    is_late = visit.state == VisitState.DONE
    VISIT.check("late_photo" if is_late else "photo", state=visit.state, actor=actor)
    must_be_open(case)
    _check_hand(actor, visit, case, typed=True)
    if side not in VisitPhoto.Side.values:
        raise InvalidInput(_("Pilih sisi rumahnya."), field="side")
    row = visit.photos.filter(side=side).first() or VisitPhoto(visit=visit, side=side)
    if row.pk and is_late:
        raise WrongState(_("Survei ini sudah selesai; foto sisi ini sudah ada."), state=visit.state)
    row.attachment = attachments.store(
        photo, actor=actor, allowed=attachments.IMAGE_TYPES, field="photo", keep_position=True
    )
    row.save()
    visit.position = visit.position or _house_position(row.attachment)
    visit.save()
    if is_late:
        _file_photos(case, [row])
    audit(actor=actor, action="visit.photo", subject=visit, fields=[side])
    return row


def _house_position(photo: Attachment) -> dict[str, float] | None:
    """Return where the camera stood, unless no house of ours can stand there."""
    told = photo.position or {}
    try:
        return position_from(told.get("latitude"), told.get("longitude"))
    except InvalidInput:
        return None


@transaction.atomic
def finish_visit(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    visited_on: date,
    surveyor_name: str,
    note: str = "",
    version: int | None = None,
) -> HouseVisit:
    """Keep the visit as it is: the answers become a survey, the photos papers of the case.

    Raises:
        InvalidInput: nothing answered, a day to come, nobody who surveyed, or a photo or the
            position is missing and no note says why.
        OwnFamily, NotYourRole, WrongState, NotFound, StaleVersion: see :func:`_fill`.
    """
    visit, case = _fill(actor, uid, version, action="finish")
    if (missing_sides(visit.photos.all()) or visit.position is None) and not note.strip():
        raise InvalidInput(
            _("Foto atau letak rumah belum lengkap. Lengkapi, atau tulis sebabnya di catatan."),
            field="note",
        )
    visit.note = note.strip()
    _keep(visit, case, actor=actor, visited_on=visited_on, surveyor_name=surveyor_name)
    _move(visit, "finish", actor=actor)
    return visit


@transaction.atomic
def enter_sheet(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    answers: Mapping[str, str],
    visited_on: date,
    surveyor_name: str,
    answered_by: str = "",
    source: str = "",
    note: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    version: int | None = None,
    **facts: int | None,
) -> HouseVisit:
    """Type what came back on paper: all of it at once, by whom and when it was surveyed.

    What the sheet leaves open stays as it was saved from the phone.

    Raises:
        InvalidInput: as for finishing, but photos and position may come later or never.
        OwnFamily: it is the typist's own family. NotYourRole, WrongState, NotFound, StaleVersion.
    """
    visit, case = _fill(actor, uid, version, action="enter")
    visit.answers = visit.answers | _checked_answers(visit, answers)
    visit.answered_by = answered_by.strip() or visit.answered_by
    visit.economy = _merged_economy(visit.economy, facts, source)
    visit.position = position_from(latitude, longitude) or visit.position
    visit.note, visit.from_paper = note.strip() or visit.note, True
    _keep(visit, case, actor=actor, visited_on=visited_on, surveyor_name=surveyor_name)
    _move(visit, "enter", actor=actor)
    return visit


def _merged_economy(
    saved: Mapping[str, Any], facts: Mapping[str, int | None], source: str
) -> dict[str, Any]:
    """Return what is known with what was typed put over what was saved, checked together."""
    typed = {name: value for name, value in facts.items() if value is not None}
    said_by = source.strip() or saved.get("source", "")
    whole = {name: value for name, value in saved.items() if name != "source"} | typed
    known = checked_economy(whole, said_by)
    return {**known, "source": said_by} if known else {}


def _keep(
    visit: HouseVisit, case: Complaint, *, actor: Actor, visited_on: date, surveyor_name: str
) -> None:
    if not surveyor_name.strip():
        raise InvalidInput(_("Tulis nama petugas yang mensurvei."), field="surveyor_name")
    _refuse_surveyor_of_the_house(surveyor_name, case)
    if visited_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="visited_on")
    visit.visited_on, visit.surveyor_name = visited_on, surveyor_name.strip()
    visit.recorded_by, visit.recorded_at = actor.user, timezone.now()
    visit.survey = keep_survey(
        actor=actor,
        resident=case.person,
        criteria_set=visit.criteria_set,
        asked_on=visited_on,
        answers=visit.answers,
        answered_by=visit.answered_by,
    )
    if visit.economy:
        keep_economy(
            actor=actor,
            case=case,
            facts={name: value for name, value in visit.economy.items() if name != "source"},
            source=visit.economy["source"],
            observed_on=visited_on,
            visit=visit,
        )
    _file_photos(case, list(visit.photos.select_related("attachment")))
    case.save(update_fields=["version"])


def _refuse_surveyor_of_the_house(name: str, case: Complaint) -> None:
    """Refuse the name of somebody on the card: who has no account is known by his name alone."""
    family = {case.person.name, *(one.resident.name for one in household_of(case.person))}
    if " ".join(name.split()).casefold() in {" ".join(one.split()).casefold() for one in family}:
        raise InvalidInput(
            _("Nama ini ada di KK warga itu; petugas tidak mensurvei keluarganya sendiri."),
            field="surveyor_name",
        )


def _file_photos(case: Complaint, photos: list[VisitPhoto]) -> None:
    """Let the photos be the case's papers of that name."""
    papers = {paper.code: paper for paper in case.papers.filter(code__in=HOUSE_PHOTOS)}
    for photo in photos:
        code = f"house_{photo.side}"
        paper = papers.get(code) or new_paper(
            case, code, status=ComplaintPaper.Status.MISSING, mandatory=False
        )
        paper.put(ComplaintPaper.Status.COPIED)
        paper.attachment = photo.attachment
        paper.save()


# --- Taking a visit ------------------------------------------------------------------------------


def _take(actor: Actor, uid: uuid.UUID | str, version: int | None) -> tuple[HouseVisit, Complaint]:
    """Lock the case, then the visit; what the officer may not see does not exist for him."""
    of = HouseVisit.objects.visible_to(actor).filter(uid=uid).values("complaint__uid").first()
    if of is None:
        raise NotFound(_("Kunjungan tidak ditemukan di kantor ini."))
    case = lock_case(of["complaint__uid"], actor=actor)
    visit = lock(HouseVisit, uid, actor=actor, version=version, along=("criteria_set",))
    if not may_open(actor, visit):
        raise NotFound(_("Kunjungan tidak ditemukan di kantor ini."))
    return visit, case


def _fill(
    actor: Actor, uid: uuid.UUID | str, version: int | None, *, action: str = "fill"
) -> tuple[HouseVisit, Complaint]:
    """Take a visit that the officer may fill in now.

    Raises:
        NotYourRole: not given to him. OwnFamily: it is his own family.
        WrongState: done or cancelled, or the case has ended. NotFound, StaleVersion.
    """
    visit, case = _take(actor, uid, version)
    VISIT.check(action, state=visit.state, actor=actor)
    must_be_open(case)
    _check_hand(actor, visit, case, typed=action == "enter")
    return visit, case


def _check_hand(actor: Actor, visit: HouseVisit, case: Complaint, *, typed: bool) -> None:
    refuse_own_family(actor, case.person)
    if not is_in_hand(actor, visit, typed=typed):
        raise NotYourRole(_("Kunjungan ini tugas petugas lain."))


def is_in_hand(actor: Actor, visit: HouseVisit, *, typed: bool = False) -> bool:
    """Return whether the officer may fill it in: it is his, or he is who plans or types."""
    own = actor.user is not None and visit.assigned_to_id == actor.user.pk
    return own or actor.has(Role.BACK) or (typed and actor.has(*TYPISTS))


def _move(visit: HouseVisit, action: str, *, actor: Actor, reason: str = "") -> None:
    step = VISIT.check(action, state=visit.state, actor=actor, reason=reason)
    source, visit.state = visit.state, VisitState(step.target)
    visit.save()
    record_transition(
        subject=visit, field=VISIT.field, step=step, source=source, actor=actor, reason=reason
    )
    audit(actor=actor, action=f"visit.{action}", subject=visit)
