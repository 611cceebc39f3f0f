"""A matter registered, and a question answered at once."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.deadlines import case_due_at
from complaints.models import Channel, Complaint, ComplaintKind, ComplaintProgramme, CounterQuestion
from complaints.services.moving import must_register
from complaints.services.papers import note_papers, received_on
from complaints.services.saving import existing, save_numbered, save_once
from complaints.workflow import CASE, REGISTER
from programs.models import Participation, Programme
from programs.selectors import versions_on
from programs.services import record_participation
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result
from registry.models import Resident
from registry.selectors import is_family
from registry.services import keep_register_answer


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
        actor=actor, resident=case.person, on=received_on(case)
    )
    if not save_numbered(case, client_uid, actor):
        return existing(Complaint, client_uid, actor)
    _note_programmes(case, actor, held, needed)
    note_papers(case, needed, papers_seen)
    case.due_at = case_due_at(case)
    case.save(update_fields=["due_at"])
    record_transition(
        subject=case, field=CASE.field, step=REGISTER, source="", actor=actor, reason=""
    )
    unconfirmed = ["urgency_unconfirmed"] if case.urgency_unconfirmed else []
    audit(actor=actor, action="register_complaint", subject=case, fields=unconfirmed)
    return case


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


def _note_programmes(
    case: Complaint, actor: Actor, held: list[Programme], needed: list[Programme]
) -> None:
    relation = ComplaintProgramme.Relation
    versions = versions_on([*held, *needed], received_on(case))
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
    saved = save_numbered if with_receipt else save_once
    if not saved(row, client_uid, actor):
        return existing(CounterQuestion, client_uid, actor)
    audit(actor=actor, action="log_question", subject=row)
    return row
