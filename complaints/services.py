"""Everything that changes a case: one transaction each, keyword-only, the actor first.

A verb locks the case, asks the table (``complaints.workflow.CASE``), writes, and leaves history:
moves as transitions, everything else as audit entries. Referral verbs move cases by
:func:`move_case`.
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import receipts
from complaints.deadlines import Code, case_due_at, deadline, stand_for_upstream, turn_clock
from complaints.impartiality import VERIFYING, refuse_own_family, require_turn
from complaints.models import (
    HOUSE_PHOTOS,
    Channel,
    Complaint,
    ComplaintKind,
    ComplaintPaper,
    ComplaintProgramme,
    CounterQuestion,
    Telling,
)
from complaints.selectors import case as find_case
from complaints.selectors import may_read, waits_for_civil_papers
from complaints.signals import case_moved
from complaints.verification.criteria import latest_survey, voice_of
from complaints.verification.own_letters import note_letters
from complaints.wanted import papers_for
from complaints.workflow import (
    CASE,
    FINAL_STATES,
    IMPARTIAL,
    OPEN_STATES,
    REGISTER,
    REGISTRARS,
    CaseState,
)
from programs.models import Participation, Programme, ProgrammeVersion
from programs.papers import papers
from programs.selectors import PaperWanted, papers_of, versions_on
from programs.services import record_participation
from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.workflow import Step, role_names
from registry.models import Resident
from registry.selectors import is_family
from registry.services import keep_register_answer

Status = ComplaintPaper.Status
#: Ends of one programme after which the next is offered.
NEXT_PROGRAMME_AFTER = (Complaint.Outcome.OWNER_REFUSED, Complaint.Outcome.NEVER)
_NUMBER_TRIES = 8
#: What :meth:`ComplaintPaper.put` changes.
_PUT = (
    "status",
    "given",
    "updated_at",
    "review",
    "fault",
    "review_note",
    "reviewed_by",
    "reviewed_at",
    "letter",
    "reference",
    "valid_until",
)


# --- Moving -----------------------------------------------------------------------------------


def move_case(
    *,
    actor: Actor,
    case: Complaint,
    action: str,
    reason: str = "",
    outcome: str | None = None,
) -> Step:
    """Move a case along its table: check, clock, due date, save, history. Return the step made.

    The caller is inside a transaction and got ``case`` from :func:`lock_case`.
    ``outcome`` (Complaint.Outcome) is set with the state when given; "" clears it.

    Raises:
        NotYourRole, WrongState, InvalidInput: the table says no.
        OwnFamily: the move needs somebody who is not on the person's family card.
    """
    if action in VERIFYING:
        require_turn(actor, case.person)
    step = CASE.check(action, state=case.state, actor=actor, reason=reason)
    if action in IMPARTIAL:
        refuse_own_family(actor, case.person)
    now = timezone.now()
    source, case.state, case.state_since = case.state, step.target, now
    if outcome is not None:
        case.outcome = outcome
    case.closed_at = now if step.target in FINAL_STATES else None
    turn_clock(case, step, now=now)
    case.save()
    record_transition(
        subject=case, field=CASE.field, step=step, source=source, actor=actor, reason=reason
    )
    case_moved.send(sender=Complaint, case=case, step=step, actor=actor)
    return step


def file_received(*, case: Complaint, at: datetime) -> None:
    """Let the office's clock stand: the file of the referred case is where it goes since ``at``.

    Inside the transaction of who took note of it, on a locked case. A case that went another way
    meanwhile, or whose clock stands already, stays as it is.
    """
    if case.state != CaseState.REFERRED or case.due_at is None:
        return
    stand_for_upstream(case, since=min(max(at, case.state_since), timezone.now()))
    case.save(update_fields=["due_at", "version"])


def lock_case(uid: uuid.UUID | str, *, actor: Actor, version: int | None = None) -> Complaint:
    """Lock a case as :func:`puskesmas.locking.lock` does, with its kind: every move asks its limit.

    Raises:
        NotFound, StaleVersion: see there.
    """
    return lock(Complaint, uid, actor=actor, version=version, along=("kind",))


def take_case(actor: Actor, uid: uuid.UUID | str, version: int | None) -> Complaint:
    """Lock the case for a change; what the officer may not read does not exist for him."""
    case = lock_case(uid, actor=actor, version=version)
    if not may_read(actor, case):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return case


# --- Intake -----------------------------------------------------------------------------------


@transaction.atomic
def register_complaint(
    *,
    actor: Actor,
    client_uid: uuid.UUID,
    subject: Resident,
    kind: ComplaintKind,
    story: str,
    received_at: datetime | None = None,
    channel: str = Channel.WALK_IN,
    received_place: str = "",
    reporter_relation: str = Complaint.Relation.SELF,
    reporter_name: str = "",
    reporter_phone: str = "",
    reporter_authority: str = "",
    urgency: str = Complaint.Urgency.NORMAL,
    urgency_reason: str = "",
    held: Iterable[Programme] = (),
    needed: Iterable[Programme] = (),
    papers_seen: Collection[str] = (),
) -> Complaint:
    """Register a matter and give it a receipt number. A repeat returns the first result.

    Rules, clock and programme versions follow ``received_at`` (now, when not given), not the hour
    of typing. Nothing missing refuses a registration: it fills the receipt's list.

    Raises:
        NotYourRole: the officer does not take down matters.
        NotFound: person, kind or programme of another office.
        InvalidInput: no story, received in the future, an emergency without reason, a reporter
            without name.
    """
    must_register(actor)
    if (earlier := first_result(Complaint, client_uid, actor=actor)) is not None:
        return earlier
    held, needed = list(held), list(needed)
    _same_office(actor, subject, kind, *held, *needed)
    case = Complaint(
        office=actor.office,
        client_uid=client_uid,
        subject=subject.person,
        kind=kind,
        story=story.strip(),
        channel=channel,
        received_at=received_at or timezone.now(),
        received_place=received_place.strip(),
        entered_by=actor.user,
        reporter_relation=reporter_relation,
        reporter_name=reporter_name.strip(),
        reporter_phone=reporter_phone.strip(),
        reporter_authority=reporter_authority.strip(),
        urgency=urgency,
        urgency_reason=urgency_reason.strip(),
    )
    _check_intake(case)
    # Never refused: an emergency waits for nobody. It is shown until a colleague has looked.
    case.urgency_unconfirmed = case.is_emergency and is_family(actor.user, case.subject)
    case.clock_started_at = case.received_at
    case.register_check = keep_register_answer(
        actor=actor, resident=case.person, on=_received_on(case)
    )
    if not _save_numbered(case, client_uid, actor):
        return _existing(Complaint, client_uid, actor)
    _note_programmes(case, actor, held, needed)
    _note_papers(case, needed, papers_seen)
    case.due_at = case_due_at(case)
    case.save(update_fields=["due_at"])
    record_transition(
        subject=case, field=CASE.field, step=REGISTER, source="", actor=actor, reason=""
    )
    unconfirmed = ["urgency_unconfirmed"] if case.urgency_unconfirmed else []
    audit(actor=actor, action="register_complaint", subject=case, fields=unconfirmed)
    return case


def must_register(actor: Actor) -> None:
    """Raise NotYourRole unless the officer takes down matters."""
    if not actor.has(*REGISTRARS):
        raise NotYourRole(_("Mencatat keluhan hanya untuk %s.") % role_names(REGISTRARS))


def _same_office(actor: Actor, *rows: Any) -> None:
    if any(row.office_id != actor.office.pk for row in rows):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))


def _check_intake(case: Complaint) -> None:
    if not case.story:
        raise InvalidInput(_("Tulis cerita warga, cukup satu kalimat."), field="story")
    if case.received_at > timezone.now():
        raise InvalidInput(
            _("Waktu diterima belum terjadi. Periksa tanggal dan jamnya."), field="received_at"
        )
    if case.is_emergency and not case.urgency_reason:
        raise InvalidInput(
            _("Tulis apa yang membuatnya darurat, misalnya harus operasi hari ini."),
            field="urgency_reason",
        )
    if case.reporter_relation != Complaint.Relation.SELF and not case.reporter_name:
        raise InvalidInput(_("Tulis nama pelapor."), field="reporter_name")


def _save_numbered(row: Any, client_uid: uuid.UUID, actor: Actor) -> bool:
    """Save the row under a fresh receipt number; False when its client_uid was just used."""
    for _try in range(_NUMBER_TRIES):
        row.receipt_number = receipts.new_number()
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            if first_result(type(row), client_uid, actor=actor) is not None:
                return False
        else:
            return True
    raise RuntimeError("no free receipt number in several draws: the generator is broken")


def _existing(model: Any, client_uid: uuid.UUID, actor: Actor) -> Any:
    return first_result(model, client_uid, actor=actor)


def _note_programmes(
    case: Complaint, actor: Actor, held: list[Programme], needed: list[Programme]
) -> None:
    relation = ComplaintProgramme.Relation
    versions = versions_on([*held, *needed], _received_on(case))
    ComplaintProgramme.objects.bulk_create(
        ComplaintProgramme(
            complaint=case,
            programme=programme,
            programme_version=versions.get(programme.pk),
            relation=kind,
        )
        for kind, programmes in ((relation.HELD, held), (relation.NEEDED, needed))
        for programme in programmes
    )
    for programme in held:
        record_participation(
            actor=actor,
            resident=case.person,
            programme=programme,
            source=Participation.Source.SELF,
        )


def _received_on(case: Complaint) -> date:
    return case.received_at.astimezone(case.office.tz).date()


def _note_papers(case: Complaint, needed: list[Programme], seen: Collection[str]) -> None:
    received = _received_on(case)
    wanted = papers_for(
        case.person,
        versions_on(needed, received).values(),
        office=case.office,
        day=received,
        emergency=case.is_emergency,
        seen=seen,
        matters=[case.uid],
    )
    rows = {}
    used = set()
    for paper in wanted:
        given = next((code for code in (paper.code, *paper.substitutes) if code in seen), "")
        used.update({paper.code, given})
        rows[paper.code] = _wanted_paper(case, paper, given)
    for code in seen:
        if code not in used:
            rows[code] = new_paper(case, code, status=Status.SEEN, mandatory=False)
    note_letters(case, ComplaintPaper.objects.bulk_create(rows.values()))


def _wanted_paper(case: Complaint, paper: PaperWanted, given: str = "") -> ComplaintPaper:
    return ComplaintPaper(
        complaint=case,
        code=paper.code,
        name_id=paper.name_id,
        name_en=paper.name_en,
        form=paper.form,
        mandatory=paper.mandatory,
        by_office=paper.by_office,
        substitutes=list(paper.substitutes),
        status=Status.SEEN if given else Status.MISSING,
        given="" if given == paper.code else given,
    )


def want_papers(
    *, actor: Actor, case: Complaint, version: ProgrammeVersion, service: str = ""
) -> None:
    """Put on a case's list what a service asked for later wants besides what stands there.

    Inside the transaction of who asks for it, on a locked case. What was welcome becomes mandatory
    where the service insists on it; nothing is taken off.
    """
    day = case.office.today()
    there = {paper.code: paper for paper in case.papers.all()}
    at_hand = [row.given or row.code for row in there.values() if not row.is_missing(day)]
    wanted = papers_for(
        case.person,
        [version],
        office=case.office,
        day=day,
        emergency=case.is_emergency,
        seen=at_hand,
        matters=[case.uid],
        service=service,
    )
    added = [_wanted_paper(case, paper) for paper in wanted if paper.code not in there]
    insisted = [
        there[paper.code]
        for paper in wanted
        if paper.mandatory and paper.code in there and not there[paper.code].mandatory
    ]
    for row in insisted:
        row.mandatory = True
    case.papers.bulk_update(insisted, ["mandatory"])
    if added:
        note_letters(case, ComplaintPaper.objects.bulk_create(added))
    if added or insisted:
        codes = [row.code for row in (*added, *insisted)]
        audit(actor=actor, action="want_papers", subject=case, fields=codes)


def new_paper(case: Complaint, code: str, *, status: str, mandatory: bool) -> ComplaintPaper:
    """Return a paper of that code, unsaved. Raises InvalidInput: nobody knows the code."""
    paper = papers().get(code) or papers_of(case.office).get(code)
    if paper is None:
        raise InvalidInput(_("Berkas ini tidak dikenal."), field="papers")
    return ComplaintPaper(
        complaint=case,
        code=code,
        name_id=paper.name_id,
        name_en=paper.name_en,
        by_office=paper.by_office,
        status=status,
        mandatory=mandatory,
    )


@transaction.atomic
def log_question(
    *,
    actor: Actor,
    client_uid: uuid.UUID,
    kind: ComplaintKind,
    answer: str,
    question: str = "",
    channel: str = Channel.WALK_IN,
    resident: Resident | None = None,
    with_receipt: bool = False,
) -> CounterQuestion:
    """Log a question answered at once; the person is optional, a receipt on request.

    Raises:
        NotYourRole, NotFound: as for a case.
        InvalidInput: no answer.
    """
    must_register(actor)
    if (earlier := first_result(CounterQuestion, client_uid, actor=actor)) is not None:
        return earlier
    _same_office(actor, kind, *([resident] if resident else []))
    if not answer.strip():
        raise InvalidInput(_("Tulis jawaban yang diberikan."), field="answer")
    row = CounterQuestion(
        office=actor.office,
        client_uid=client_uid,
        kind=kind,
        channel=channel,
        resident=resident,
        question=question.strip(),
        answer=answer.strip(),
        answered_by=actor.user,
    )
    saved = _save_numbered if with_receipt else _save_once
    if not saved(row, client_uid, actor):
        return _existing(CounterQuestion, client_uid, actor)
    audit(actor=actor, action="log_question", subject=row)
    return row


def _save_once(row: Any, client_uid: uuid.UUID, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        if first_result(type(row), client_uid, actor=actor) is None:
            raise
        return False
    return True


# --- Verification and papers ------------------------------------------------------------------


@transaction.atomic
def examine(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Complaint:
    """Take a registered case into verification. Raises what :func:`move_case` raises."""
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="examine")
    return case


@transaction.atomic
def ask_papers(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    reason: str,
    wanted: Collection[str] = (),
    version: int | None = None,
) -> Complaint:
    """Ask the resident for papers: the office's clock stands from now on.

    ``wanted`` are paper codes; those already in hand are asked for anew. ``reason`` is what the
    resident reads about it.

    Raises:
        InvalidInput: no reason, an unknown paper; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    known = {paper.code: paper for paper in case.papers.select_for_update().order_by("pk")}
    for code in wanted:
        paper = known.get(code) or new_paper(case, code, status=Status.MISSING, mandatory=True)
        if not paper.must_be_replaced:
            paper.put(Status.MISSING)
        paper.mandatory = True
        paper.save()
    move_case(actor=actor, case=case, action="ask_papers", reason=reason)
    return case


@transaction.atomic
def papers_received(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    seen: Collection[str] = (),
    version: int | None = None,
) -> Complaint:
    """The resident brought papers: tick those seen; the clock runs again.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    refuse_own_family(actor, case.person)
    _tick(case, seen, only_add=True)
    move_case(actor=actor, case=case, action="papers_received")
    return case


@transaction.atomic
def tick_papers(
    *, actor: Actor, uid: uuid.UUID | str, seen: Collection[str], version: int | None = None
) -> Complaint:
    """Set which papers were seen, without moving the case. Stored copies stay stored.

    Raises:
        NotYourRole: the officer does not handle papers.
        OwnFamily: nobody says of his own family that its papers are there.
        WrongState: the case has ended.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    changed = _tick(case, seen)
    case.save(update_fields=["version"])
    if changed:
        audit(actor=actor, action="tick_papers", subject=case, fields=changed)
    return case


def _tick(case: Complaint, seen: Collection[str], *, only_add: bool = False) -> list[str]:
    changed = []
    today = case.office.today()
    for paper in case.papers.select_for_update().order_by("pk"):
        is_there = not paper.is_missing(today)
        # What is stored, or a letter of ours, is there whatever somebody saw, until it runs out.
        if is_there and (paper.status == Status.COPIED or paper.letter_id):
            continue
        seen_as = next((code for code in (paper.code, *paper.substitutes) if code in seen), "")
        given = "" if seen_as == paper.code else seen_as
        if seen_as and not (is_there and paper.given == given):
            paper.put(Status.SEEN, given=given)
        elif is_there and not seen_as and not only_add:
            paper.put(Status.MISSING)
        else:
            continue
        changed.append(paper)
    case.papers.bulk_update(changed, _PUT)
    return [paper.code for paper in changed]


@transaction.atomic
def attach_paper(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    code: str,
    upload: UploadedFile,
    version: int | None = None,
) -> ComplaintPaper:
    """Store a copy of a paper (photo or PDF) with the case.

    Raises:
        InvalidInput: not a picture or PDF by its content, too large, or an unknown paper.
        NotYourRole, OwnFamily, WrongState: as for :func:`tick_papers`.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    paper = case.papers.select_for_update().filter(code=code).first() or new_paper(
        case, code, status=Status.MISSING, mandatory=False
    )
    # Where a photo was taken is kept of houses only; of papers it is nobody's business.
    paper.attachment = attachments.store(
        upload, actor=actor, field="upload", keep_position=paper.code in HOUSE_PHOTOS
    )
    paper.put_copy(case.office.today())
    paper.save()
    case.save(update_fields=["version"])
    audit(actor=actor, action="attach_paper", subject=case, fields=[code])
    return paper


def must_be_open(case: Complaint) -> None:
    """Raise WrongState once the case has ended."""
    if case.state not in OPEN_STATES:
        raise WrongState(
            _("Perkara ini sudah selesai. Buka kembali dulu bila memang perlu."), state=case.state
        )


@transaction.atomic
def record_finding(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    finding: str,
    reason: str,
    override: str = "",
    version: int | None = None,
) -> Complaint:
    """Record what the verification found, with its reason; it decides nothing about aid.

    The criteria decide nothing either: who finds otherwise than all of them say writes down why
    (``override``), apart from the reason. Where there is nothing to go against it is not kept.

    Raises:
        InvalidInput: no finding, no reason, or against all criteria without saying why.
        OwnFamily, NotYourRole, WrongState: as :func:`move_case`.
    """
    case = take_case(actor, uid, version)
    if finding not in Complaint.Finding.values:
        raise InvalidInput(_("Pilih hasil verifikasi."), field="finding")
    voice = voice_of(latest_survey(case))
    goes_against = voice and voice != finding
    if goes_against and not override.strip():
        raise InvalidInput(
            _("Semua kriteria yang terjawab berkata lain. Tulis mengapa temuan ini menyimpang."),
            field="override",
        )
    case.finding, case.finding_reason = finding, reason.strip()
    case.finding_override = override.strip() if goes_against else ""
    case.finding_by, case.finding_at = actor.user, timezone.now()
    move_case(actor=actor, case=case, action="record_finding", reason=reason)
    return case


@transaction.atomic
def set_urgency(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    urgency: str,
    reason: str,
    version: int | None = None,
) -> Complaint:
    """Make a case an emergency, or an ordinary one again; its due date follows.

    Saying again that it is one confirms what an officer said of his own family at the counter.

    Raises:
        InvalidInput: no reason, or no such urgency.
        OwnFamily: nobody moves his own family's case up or down the line.
        NotYourRole, WrongState: as for :func:`tick_papers`.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    if urgency not in Complaint.Urgency.values:
        raise InvalidInput(_("Pilih biasa atau darurat."), field="urgency")
    if not reason.strip():
        raise InvalidInput(_("Tulis alasannya."), field="reason")
    case.urgency = urgency
    case.urgency_reason = reason.strip() if case.is_emergency else ""
    case.urgency_unconfirmed = False
    case.due_at = case_due_at(case)
    case.save()
    audit(actor=actor, action=f"urgency_{urgency}", subject=case, reason=reason)
    return case


# --- Answering, telling, ending ---------------------------------------------------------------


@transaction.atomic
def answer_here(
    *, actor: Actor, uid: uuid.UUID | str, answer: str, version: int | None = None
) -> Complaint:
    """Settle the case in the Puskesos with an answer; the resident is told next.

    Raises:
        InvalidInput: no answer; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    if not answer.strip():
        raise InvalidInput(_("Tulis jawaban untuk warga."), field="answer")
    case.answer = answer.strip()
    move_case(
        actor=actor,
        case=case,
        action="answer_here",
        reason=answer,
        outcome=Complaint.Outcome.HANDLED,
    )
    return case


def next_programme(*, actor: Actor, case: Complaint) -> None:
    """Take an answered case back into handling, to ask for another programme in the same case.

    Inside the draft's transaction, on a locked case. What the owner said stays with the referral:
    the resident is shown it, and it still is to be told.

    Raises:
        WrongState: nobody refused, so there is an answer to tell first; and what
            :func:`move_case` raises.
    """
    CASE.check("next_programme", state=case.state, actor=actor)
    require_refused_by_owner(case)
    move_case(actor=actor, case=case, action="next_programme", outcome="")


def require_refused_by_owner(case: Complaint) -> None:
    """Raise WrongState when an answered case has an answer to tell before more is asked."""
    if case.outcome not in NEXT_PROGRAMME_AFTER:
        raise WrongState(
            _("Program lain diajukan setelah pemilik program menolak. Sampaikan dulu jawabannya."),
            state=case.state,
        )


@transaction.atomic
def tell_resident(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    client_uid: uuid.UUID,
    means: str,
    reached: bool,
    note: str = "",
    version: int | None = None,
) -> Telling:
    """Record a try to tell the resident where the case stands. A repeat returns the first result.

    Reached about an answer, the case moves on: an approval to waiting for realisation, anything
    else to closed. Not reached only counts (see :func:`close_unreachable`).

    Raises:
        NotYourRole: the officer does not speak to residents.
        InvalidInput: no such means.
    """
    must_register(actor)
    if (earlier := first_result(Telling, client_uid, actor=actor)) is not None:
        return earlier
    case = take_case(actor, uid, version)
    if means not in Telling.Means.values:
        raise InvalidInput(_("Pilih cara menyampaikan."), field="means")
    telling = Telling(
        office=actor.office,
        complaint=case,
        client_uid=client_uid,
        means=means,
        reached=reached,
        told_by=actor.user,
        about=case.state,
        note=note.strip(),
    )
    if not _save_once(telling, client_uid, actor):
        return _existing(Telling, client_uid, actor)
    audit(actor=actor, action="tell_resident" if reached else "not_reached", subject=case)
    if reached and case.state == CaseState.ANSWERED:
        approved = case.outcome == Complaint.Outcome.OWNER_APPROVED
        action = "told_approved" if approved else "told_and_closed"
        move_case(actor=actor, case=case, action=action)
    else:
        case.save(update_fields=["version"])
    return telling


@transaction.atomic
def reveal_phones(*, actor: Actor, uid: uuid.UUID | str, reason: str) -> dict[str, str]:
    """Return the phones of the person and of who reported, to call them; the look is audited.

    Raises:
        NotFound: no such case here, or a confidential one. NotYourRole: the officer does not speak
            to residents. InvalidInput: no reason.
    """
    if not actor.has(*REGISTRARS):
        raise NotYourRole(
            _("Membuka telepon warga hanya untuk %(roles)s.") % {"roles": role_names(REGISTRARS)}
        )
    case = find_case(uid, actor=actor)
    if not may_read(actor, case):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    if not reason.strip():
        raise InvalidInput(_("Tulis untuk apa nomor ini dibuka."), field="reason")
    opened = ["subject_phone", "reporter_phone"]
    audit(actor=actor, action="reveal", subject=case, fields=opened, reason=reason.strip())
    return {"subject": case.person.phone, "reporter": case.reporter_phone}


@transaction.atomic
def close_unreachable(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Close a case whose resident could not be told after the office's number of tries.

    Nobody brings papers for who is recorded as dead or moved away: that needs no tries.

    Raises:
        WrongState: too few tries since the case came to this state; and what :func:`move_case`
            raises.
    """
    case = take_case(actor, uid, version)
    CASE.check("close_unreachable", state=case.state, actor=actor, reason=reason)
    tries = case.tellings.filter(about=case.state, reached=False, at__gte=case.state_since).count()
    needed = 0 if _waits_in_vain(case) else case.office.telling_tries
    if tries < needed:
        raise WrongState(
            ngettext(
                "Baru %(tries)d dari %(needed)d kali warga dihubungi. Catat dulu percobaan lain.",
                "Baru %(tries)d dari %(needed)d kali warga dihubungi. Catat dulu percobaan lain.",
                tries,
            )
            % {"tries": tries, "needed": needed},
            state=case.state,
        )
    move_case(
        actor=actor,
        case=case,
        action="close_unreachable",
        reason=reason,
        outcome=Complaint.Outcome.UNREACHABLE,
    )
    return case


def _waits_in_vain(case: Complaint) -> bool:
    """Return whether the case waits for papers of a person who is gone (a query while it waits)."""
    waits = case.state == CaseState.WAITING_RESIDENT
    return waits and case.person.life != Resident.Life.ALIVE


@transaction.atomic
def lapse(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Let a case lapse whose papers never came, long after they were asked for and after notice.

    Raises:
        WrongState: an emergency, a person still without NIK or KK, time not over, or nobody gave
            notice; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    CASE.check("lapse", state=case.state, actor=actor, reason=reason)
    obstacle = lapse_obstacle(case)
    if obstacle:
        raise WrongState(obstacle, state=case.state)
    move_case(actor=actor, case=case, action="lapse", reason=reason)
    return case


def lapse_obstacle(case: Complaint) -> str:
    """Return in words why a case that waits for papers may not lapse yet; "" when it may."""
    if case.is_emergency:
        return _("Perkara darurat tidak boleh dinyatakan gugur.")
    if waits_for_civil_papers(case):
        return _("Warga masih menunggu NIK atau KK; perkaranya tidak boleh gugur.")
    over = deadline(case.office, Code.PAPERS, start=case.state_since)
    if over and timezone.now() <= over:
        return _("Batas waktu melengkapi berkas belum lewat (%(day)s).") % {
            "day": f"{over.astimezone(case.office.tz):%d-%m-%Y}"
        }
    noticed = case.tellings.filter(about=case.state, at__gte=case.state_since).exists()
    return "" if noticed else _("Warga belum diingatkan. Sampaikan dulu, lalu catat.")


@transaction.atomic
def record_only(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Keep the matter on record without passing it on ("ditampung"); no refusal, reopenable.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="record_only", reason=reason)
    return case


@transaction.atomic
def withdraw(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Take the case back at the resident's wish. Raises what :func:`move_case` raises."""
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="withdraw", reason=reason)
    return case


@transaction.atomic
def reopen(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Open an ended case again: back to verification, with a fresh clock.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="reopen", reason=reason, outcome="")
    return case
