"""What the upstream and the programme's owner said, and what became of it.

Answers arrive as messages, or are recorded by hand with source and date. The owner decides; the
village only keeps and shows his word. The order of messages is their ``sequence``: one that is not
newer than the last applied is kept and changes nothing, and so is one that does not fit any more.
"""

import uuid
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.impartiality import refuse_own_family
from complaints.models import Complaint
from complaints.services import file_received, move_case
from complaints.workflow import CaseState
from programs.models import Partner
from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import record_transition
from puskesmas.locking import require_version
from puskesmas.models import Peer
from puskesmas.workflow import Workflow
from referrals.exchange import Refusal, Taken
from referrals.models import Answering, Referral, came_to_something
from referrals.services.locking import lock_with_case
from referrals.workflow import (
    ANSWER,
    APPROVAL,
    OWED,
    REALISATION,
    Answer,
    Approval,
    Realisation,
)

About, Source = Answering.About, Answering.Source
Outcome = Complaint.Outcome

#: Answers a person may record by hand. "received" is noted with the hand-over, or when the
#: receiver's own word of it comes later: his agenda number, by letter or telephone.
RECORDABLE = (
    Answer.RECEIVED,
    Answer.RECOMMENDED,
    Answer.STUDIED,
    Answer.RETURNED,
    Answer.APPROVED,
    Answer.REFUSED,
)
#: Sources a person may name; messages and the partner's page speak for themselves.
BY_HAND = tuple(one for one in Source if one not in (Source.SYSTEM, Source.PARTNER))
PAGE = (Source.PARTNER,)
#: Where a case stands that was opened again, or whose file was noted as returned.
REOPENED = (CaseState.IN_VERIFICATION, CaseState.IN_HANDLING)
_OUTCOMES = {Answer.APPROVED: Outcome.OWNER_APPROVED, Answer.REFUSED: Outcome.OWNER_REFUSED}


@transaction.atomic
def record_answer(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    value: str,
    source: str,
    said_on: date,
    owner: str = "",
    document_number: str = "",
    reason: str = "",
    said_by: str = "",
    partner: Partner | None = None,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
) -> Referral:
    """Record what the upstream or the owner said, with source and date.

    By hand, or from a partner's page: ``said_by`` is then who typed it there, ``partner`` whose
    page it is.

    Raises:
        NotFound, StaleVersion, NotYourRole, WrongState: the table says no.
        OwnFamily: a colleague notes what was said of an officer's own family.
        InvalidInput: reason, owner, source or date missing or impossible.
    """
    referral, case = lock_with_case(uid, actor=actor)
    if _is_repeat(referral, client_uid):
        return referral
    require_version(referral, version)
    refuse_own_family(actor, case.person)
    if value not in RECORDABLE:
        raise InvalidInput(_("Pilih jawabannya."), field="value")
    _check_said(referral, ANSWER, value, actor=actor, reason=reason)
    _require_approved_here(referral)
    _refuse_confirmation_twice(referral, About.ANSWER, value, source, document_number)
    if value == Answer.RECEIVED:
        _note_receipt(referral, said_on=said_on, number=document_number)
    if _has_successor(referral, value):
        raise WrongState(
            _(
                "Program ini sudah diajukan lagi dalam perkara yang sama. Catat jawabannya pada "
                "rujukan yang baru itu."
            ),
            state=referral.answer,
        )
    if value in _OUTCOMES and not owner.strip():
        raise InvalidInput(_("Tulis siapa yang memutuskan."), field="owner")
    said = _record(
        referral,
        about=About.ANSWER,
        value=value,
        source=source,
        said_on=said_on,
        owner=owner,
        document_number=document_number,
        reason=reason,
        said_by=said_by,
        partner=partner,
        actor=actor,
        client_uid=client_uid,
    )
    _apply_answer(referral, case, said, actor)
    referral.save()
    return referral


@transaction.atomic
def take_up(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Referral:
    """Go on from the owner's decision in a case that was opened again, or fell back to handling.

    The resident is then told, and after an approval the case waits for the realisation.

    Raises:
        NotFound, StaleVersion, NotYourRole; OwnFamily: a colleague goes on.
        WrongState: the owner has not decided, or the case goes another way.
    """
    referral, case = lock_with_case(uid, actor=actor, version=version)
    refuse_own_family(actor, case.person)
    if referral.answer not in _OUTCOMES or not is_current(referral):
        raise WrongState(
            _("Belum ada keputusan pemilik program untuk dilanjutkan."), state=referral.answer
        )
    if case.state not in REOPENED:
        raise WrongState(
            _("Perkara ini sekarang “%(state)s”; tidak ada yang perlu dilanjutkan.")
            % {"state": case.get_state_display()},
            state=case.state,
        )
    outcome = _OUTCOMES[Answer(referral.answer)]
    move_case(actor=actor, case=case, action="owner_answered", outcome=outcome)
    _follow_realisation(referral, case, actor)
    return referral


@transaction.atomic
def record_realisation(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    value: str,
    source: str,
    said_on: date,
    owner: str = "",
    document_number: str = "",
    reason: str = "",
    instructions: str = "",
    said_by: str = "",
    partner: Partner | None = None,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
) -> Referral:
    """Record by hand how far the aid has come, with source and date. Raises as record_answer()."""
    referral, case = lock_with_case(uid, actor=actor)
    if _is_repeat(referral, client_uid):
        return referral
    require_version(referral, version)
    refuse_own_family(actor, case.person)
    if value not in REALISATION.steps:
        raise InvalidInput(_("Pilih keadaannya."), field="value")
    _check_said(referral, REALISATION, value, actor=actor, reason=reason)
    if referral.answer != Answer.APPROVED:
        raise WrongState(
            _("Realisasi dicatat setelah pemilik program menyetujui. Catat dulu jawabannya."),
            state=referral.answer,
        )
    _refuse_confirmation_twice(referral, About.REALISATION, value, source, document_number)
    said = _record(
        referral,
        about=About.REALISATION,
        value=value,
        source=source,
        said_on=said_on,
        owner=owner,
        document_number=document_number,
        reason=reason,
        instructions=instructions,
        said_by=said_by,
        partner=partner,
        actor=actor,
        client_uid=client_uid,
    )
    _apply_realisation(referral, case, said, actor)
    referral.save()
    return referral


def _check_said(
    referral: Referral, table: Workflow, value: str, *, actor: Actor, reason: str
) -> None:
    """Check a word noted by hand: a move of the table, or what holds already, said once more.

    First the resident says that it was approved, then the letter comes: it confirms, and moves
    nothing.
    """
    state = getattr(referral, table.field)
    if state == value:
        state = min(table.steps[value].sources)
    table.check(value, state=state, actor=actor, reason=reason)


def _refuse_confirmation_twice(
    referral: Referral, about: str, value: str, source: str, document_number: str
) -> None:
    """Refuse to note what holds from the very source it is noted from already."""
    present = referral.answer if about == About.ANSWER else referral.realisation
    if present != value:
        return
    same = referral.answers.filter(
        about=about, value=value, source=source, document_number=document_number.strip()
    )
    if same.exists():
        raise WrongState(
            _("Kabar ini sudah dicatat dari sumber yang sama. Catat nomor suratnya bila ada."),
            state=present,
        )


def _note_receipt(referral: Referral, *, said_on: date, number: str) -> None:
    """Keep when the receiver says he got the file, and under which number."""
    submission = referral.submissions.select_related("message").order_by("-number").first()
    message = submission.message if submission else None
    if referral.answer == Answer.NONE and message is not None and outbox.is_waiting(message):
        raise WrongState(
            _(
                "Berkas ini masih menunggu dikirim lewat jaringan. Catat dulu penyerahannya, "
                "supaya tidak dikirim dua kali."
            ),
            state=referral.answer,
        )
    if referral.acknowledged_at is None:
        referral.acknowledged_at = datetime.combine(said_on, time(12), tzinfo=referral.office.tz)
    referral.upstream_number = number.strip()[:60] or referral.upstream_number


def take_in(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Take in an upstream message of kind referral.answered, inside receive()'s transaction.

    Raises:
        Refusal: the referral is not one this office sent by message.
    """
    actor = Actor.system(peer.office)
    known = Referral.objects.visible_to(actor).filter(uid=body["referral_uid"])
    if not known.filter(submissions__message__isnull=False).exists():
        raise Refusal(_("Rujukan ini tidak dikenal di kantor ini."), code="unknown_referral")
    referral, case = lock_with_case(body["referral_uid"], actor=actor)
    sequence = body["sequence"]
    about = About(body["about"])
    last = referral.answer_sequence if about == About.ANSWER else referral.realisation_sequence
    said = Answering(
        referral=referral,
        client_uid=message_uid,
        about=about,
        value=body["value"],
        sequence=sequence,
        owner=body["owner"],
        document_number=body["document_number"],
        said_on=date.fromisoformat(body["said_on"]),
        reason=body["reason"],
        instructions=body["instructions"],
        source=Source.SYSTEM,
    )
    said.applied = sequence > last and _fits(referral, said, body["submission"])
    if said.applied:
        apply = _apply_answer if about == About.ANSWER else _apply_realisation
        apply(referral, case, said, actor)
        if referral.answer == Answer.APPROVED:
            _apply_missed_realisation(referral, case, actor)
    if about == About.ANSWER:
        referral.answer_sequence = max(sequence, last)
    else:
        referral.realisation_sequence = max(sequence, last)
    said.save()
    referral.save()
    return Taken(uid=referral.uid)


def _apply_missed_realisation(referral: Referral, case: Complaint, actor: Actor) -> None:
    """Apply a realisation that overtook its approval on the way (one fetch failed in between)."""
    missed = (
        referral.answers.filter(about=About.REALISATION, source=Source.SYSTEM, applied=False)
        .order_by("-sequence")
        .first()
    )
    if missed is None or missed.sequence < referral.realisation_sequence:
        return
    if _fits(referral, missed, referral.submissions.count()):
        _apply_realisation(referral, case, missed, actor)
        missed.applied = True
        missed.save(update_fields=["applied"])


def _fits(referral: Referral, said: Answering, submission: int) -> bool:
    """Return whether an arrived answer still leads somewhere from where the referral stands.

    What was said of an earlier submission is over once the receiver has a mended one; that the
    earlier one is returned is over as soon as it was mended.
    """
    if said.about == About.REALISATION:
        table, state = REALISATION, referral.realisation
        if referral.answer != Answer.APPROVED:
            return False
    else:
        table, state = ANSWER, referral.answer
        returned = said.value == Answer.RETURNED
        newest = referral.submissions.count() if returned else _last_delivered(referral)
        if submission < newest or _has_successor(referral, said.value):
            return False
    return state == said.value or state in table.steps[said.value].sources


def _last_delivered(referral: Referral) -> int:
    """Return the number of the last submission the receiver is known to have; 0 for none."""
    there = Q(message__acked_at__isnull=False) | Q(handed_over_at__isnull=False)
    last = referral.submissions.filter(there).order_by("-number").first()
    return last.number if last else 0


def _has_successor(referral: Referral, value: str) -> bool:
    """Return whether the word would bring a refused request back beside its own repetition."""
    if referral.answer != Answer.REFUSED or value == Answer.REFUSED:
        return False
    others = Referral.objects.filter(
        complaint_id=referral.complaint_id, programme_id=referral.programme_id
    )
    return others.filter(came_to_something()).exclude(pk=referral.pk).exists()


def _apply_answer(referral: Referral, case: Complaint, said: Answering, actor: Actor) -> None:
    value = Answer(said.value)
    # The official word on what the village had noted itself: confirmed, nothing moves.
    if referral.answer == value:
        return
    earlier = referral.answer
    _step(referral, ANSWER, said, actor)
    referral.answer = value
    if value in _OUTCOMES and referral.approval in APPROVAL.steps["overtaken"].sources:
        _step(referral, APPROVAL, said, actor, action="overtaken")
        referral.approval = Approval.APPROVED
    if not is_current(referral):
        return
    if value == Answer.RETURNED and case.state == CaseState.REFERRED:
        move_case(actor=actor, case=case, action="returned_by_upstream", reason=said.reason)
    elif value in _OUTCOMES:
        _move_answered(case, actor, said, corrected=earlier in _OUTCOMES)
    elif value in OWED:
        # Who recommends or studies it has it, though nobody noted that it was taken there.
        file_received(case=case, at=timezone.now())


def _move_answered(case: Complaint, actor: Actor, said: Answering, *, corrected: bool) -> None:
    action = "owner_corrected" if corrected else "owner_answered"
    told_so = (CaseState.ANSWERED, CaseState.AWAITING_REALISATION, CaseState.CLOSED)
    # In handling, or before the approver again: somebody here had noted that the file was returned.
    # In verification: the case was withdrawn after the file had left, and opened again.
    owed = (CaseState.REFERRED, *REOPENED, CaseState.AWAITING_APPROVAL)
    expected = told_so if corrected else owed
    # A case that went another way meanwhile keeps its way; the referral shows the answer, and an
    # officer takes it up from there (take_up).
    if case.state in expected:
        outcome = _OUTCOMES[Answer(said.value)]
        move_case(actor=actor, case=case, action=action, reason=said.reason, outcome=outcome)


def _apply_realisation(referral: Referral, case: Complaint, said: Answering, actor: Actor) -> None:
    value = Realisation(said.value)
    if referral.realisation == value:
        return
    _step(referral, REALISATION, said, actor)
    referral.realisation = value
    if is_current(referral):
        _follow_realisation(referral, case, actor)


def _follow_realisation(referral: Referral, case: Complaint, actor: Actor) -> None:
    """Move a case that waits for realisation when the referral's own says it is over.

    The aid may have been faster than the telling: then the case still waits to be told, and what is
    told is the end of it.
    """
    moves = {
        Realisation.COLLECTED: ("realised", Outcome.COLLECTED),
        Realisation.NEVER: ("never_realised", Outcome.NEVER),
    }
    if referral.realisation not in moves:
        return
    action, outcome = moves[Realisation(referral.realisation)]
    if case.state == CaseState.AWAITING_REALISATION:
        move_case(actor=actor, case=case, action=action, outcome=outcome)
    elif case.state == CaseState.ANSWERED and case.outcome == Outcome.OWNER_APPROVED:
        case.outcome = outcome
        case.save(update_fields=["outcome", "version"])


def _step(
    referral: Referral, table: Workflow, said: Answering, actor: Actor, *, action: str = ""
) -> None:
    state = getattr(referral, table.field)
    step = table.check(action or said.value, state=state, actor=actor, reason=said.reason)
    record_transition(
        subject=referral,
        field=table.field,
        step=step,
        source=state,
        actor=actor,
        reason=said.reason,
    )


def _record(
    referral: Referral,
    *,
    actor: Actor,
    about: str,
    value: str,
    source: str,
    said_on: date,
    partner: Partner | None,
    client_uid: uuid.UUID | None,
    **words: str,
) -> Answering:
    """Keep a word noted by hand, under the last official sequence: the next one is newer."""
    # What the partner says on his page nobody else can say for him.
    if source not in (PAGE if actor.is_system else BY_HAND):
        raise InvalidInput(_("Pilih dari mana kabar ini diketahui."), field="source")
    if said_on > referral.office.today():
        raise InvalidInput(_("Tanggalnya tidak mungkin sesudah hari ini."), field="said_on")
    last = referral.answer_sequence if about == About.ANSWER else referral.realisation_sequence
    return Answering.objects.create(
        referral=referral,
        client_uid=client_uid or uuid.uuid4(),
        about=about,
        value=value,
        sequence=last,
        source=source,
        said_on=said_on,
        partner=partner,
        recorded_by=actor.user,
        **{name: text.strip() for name, text in words.items()},
    )


def _is_repeat(referral: Referral, client_uid: uuid.UUID | None) -> bool:
    referral.is_repeat = (
        client_uid is not None and referral.answers.filter(client_uid=client_uid).exists()
    )
    return referral.is_repeat


def _require_approved_here(referral: Referral) -> None:
    if referral.approval != Approval.APPROVED:
        raise WrongState(
            _("Rujukan ini belum disetujui untuk dikirim, jadi belum ada yang menjawab."),
            state=referral.approval,
        )


def is_current(referral: Referral) -> bool:
    """Return whether the case stands where this referral left it.

    Another one that was put before the approver, or approved, since then has taken its place; one
    the approver refused or returned has not.
    """
    others = Referral.objects.filter(complaint_id=referral.complaint_id).exclude(pk=referral.pk)
    return not others.filter(
        approval__in=(Approval.AWAITING, Approval.APPROVED),
        approval_since__gt=referral.approval_since,
    ).exists()
