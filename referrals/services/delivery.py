"""How an approved referral leaves the village: pushed to the district, or carried by hand."""

import uuid
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.services import file_received
from complaints.workflow import CaseState
from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import lock
from puskesmas.models import Office, OutboxMessage, Peer, Role
from puskesmas.workflow import Step, role_names
from referrals import payload
from referrals.exchange import SUBMITTED
from referrals.files import sending
from referrals.models import Referral, Submission
from referrals.partners import invitations
from referrals.services.locking import lock_with_case
from referrals.workflow import ANSWER, APPROVAL, Answer, Approval

#: Who may ask for another try.
SEND_ROLES = tuple(
    role.value for role in (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD, Role.ADMIN)
)


def upstream_of(office: Office) -> Peer | None:
    """Return the office's active tier above, if one is linked."""
    return Peer.objects.filter(
        office=office, direction=Peer.Direction.UPSTREAM, active=True
    ).first()


def submit(*, referral: Referral, actor: Actor, approved_at: datetime) -> Submission:
    """Freeze what is sent and, on the district road, put it in the outbox (same transaction).

    Without a linked tier above the submission waits without a message: it can be carried by hand,
    and :func:`enqueue_waiting` sends it once an office is linked. A partner gets a link by e-mail;
    where none can be sent, the letter carries a code instead.
    """
    number = referral.submissions.count() + 1
    _supersede_earlier(referral)
    body = payload.build(referral, number=number, actor=actor, approved_at=approved_at)
    submission = Submission(
        referral=referral, number=number, payload=body, payload_sha256=outbox.body_hash(body)
    )
    upstream = upstream_of(referral.office)
    if referral.road == Referral.Road.PARTNER:
        submission.message = invitations.invite(referral)
    elif referral.road == Referral.Road.DISTRICT and upstream:
        submission.message = _enqueue(referral, upstream, body)
    submission.save()
    sending.send_with(submission)
    return submission


def _supersede_earlier(referral: Referral) -> None:
    """A mended file replaces one that is still waiting; the district copes with one in flight."""
    for earlier in referral.submissions.filter(message__isnull=False).select_related("message"):
        if earlier.message and not earlier.message.acked_at:
            outbox.supersede(earlier.message)


def _enqueue(referral: Referral, upstream: Peer, body: dict[str, Any]) -> OutboxMessage:
    return outbox.enqueue(
        office=referral.office,
        peer=upstream,
        kind=SUBMITTED,
        schema_version=payload.version_of(body),
        subject=referral,
        body=body,
    )


def recall_withdrawn(*, case: Complaint, step: Step, actor: Actor, **_signal: Any) -> None:
    """Stop what has not left the office when its case is withdrawn (same transaction).

    Draft or approved, the referral goes back to be put forward again, should the case be reopened.
    A file that is being sent, was received or was carried there stays: the owner's answer is kept
    when it comes.
    """
    if step.target != CaseState.WITHDRAWN:
        return
    here = Q(approval=Approval.AWAITING) | Q(approval=Approval.APPROVED, answer=Answer.NONE)
    rows = Referral.objects.filter(here, complaint=case)
    for uid in rows.values_list("uid", flat=True):
        referral = lock(Referral, uid, actor=actor)
        if referral.approval == Approval.AWAITING or _can_be_stopped(latest(referral)):
            _recall(referral, actor)


def _can_be_stopped(submission: Submission) -> bool:
    if submission.handed_over_at is not None:
        return False
    return submission.message is None or outbox.supersede(submission.message)


def _recall(referral: Referral, actor: Actor) -> None:
    step = APPROVAL.check("recalled", state=referral.approval, actor=Actor.system(referral.office))
    source, referral.approval = referral.approval, Approval(step.target)
    referral.approval_since = timezone.now()
    referral.save()
    record_transition(subject=referral, field=APPROVAL.field, step=step, source=source, actor=actor)


def enqueue_waiting(*, office: Office, upstream: Peer) -> int:
    """Send what was approved for the district while none was linked; return how many.

    The referrals are locked, so that none is carried by hand or withdrawn at the same moment.
    """
    waiting = Submission.objects.filter(
        referral__office=office,
        referral__road=Referral.Road.DISTRICT,
        referral__approval=Approval.APPROVED,
        referral__answer=Answer.NONE,
        message__isnull=True,
        handed_over_at__isnull=True,
    ).select_related("referral__office")
    waiting = waiting.select_for_update(of=("self", "referral"))
    for submission in waiting:
        submission.message = _enqueue(submission.referral, upstream, submission.payload)
        submission.save(update_fields=["message"])
    return len(waiting)


@transaction.atomic
def send_now(*, actor: Actor, uid: uuid.UUID | str) -> Referral:
    """Try a waiting or refused delivery again at once: the referral's, else its files'.

    Raises:
        NotFound: no such referral here. NotYourRole: not an officer of the service.
        WrongState: nothing of it waits.
    """
    if not actor.has(*SEND_ROLES):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": _("Kirim sekarang"), "roles": role_names(SEND_ROLES)}
        )
    referral = lock(Referral, uid, actor=actor)
    message = latest(referral).message
    if message is not None and message.acked_at and sending.retry(referral):
        audit(actor=actor, action="referral.send_now", subject=referral, fields=["files"])
        return referral
    if message is None or message.acked_at or message.superseded_at:
        raise WrongState(_("Tidak ada kiriman rujukan ini yang menunggu."), state=referral.approval)
    outbox.retry_now(message)
    audit(actor=actor, action="referral.send_now", subject=referral)
    return referral


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    handed_on: date,
    receiver: str = "",
    upstream_number: str = "",
    version: int | None = None,
) -> Referral:
    """Record that the file was carried there: who took it, when, under which number.

    A file typed into their system has that system's number, and nobody who took it.

    What still waited in the outbox is closed, so that it is not sent a second time.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: not approved, already handed over or acknowledged, or being sent this moment.
        InvalidInput: no receiver (of a retyped one: no number), or a day before the approval or
            after today.
    """
    referral, case = lock_with_case(uid, actor=actor, version=version)
    ANSWER.check("received", state=referral.answer, actor=actor)
    if referral.approval != Approval.APPROVED or referral.answer != Answer.NONE:
        raise WrongState(
            _("Yang diserahkan hanya rujukan yang disetujui dan belum diterima di tujuan."),
            state=referral.approval,
        )
    submission = latest(referral)
    _check_hand_over(
        referral, receiver=receiver, handed_on=handed_on, number=upstream_number.strip()
    )
    # A link the mail server took has told nobody anything yet: the paper may still go.
    message = submission.message
    link_left = referral.road == Referral.Road.PARTNER and message and message.acked_at
    if message and not link_left and not outbox.supersede(message):
        raise WrongState(
            _(
                "Berkas ini sedang dikirim atau baru saja diterima lewat jaringan. Muat ulang "
                "halaman ini sebentar lagi."
            ),
            state=referral.approval,
        )
    moment = datetime.combine(handed_on, time(12), tzinfo=referral.office.tz)
    submission.handed_over_at = moment
    submission.handed_over_to = receiver.strip()
    submission.save(update_fields=["handed_over_at", "handed_over_to"])
    receive(referral, case, actor=actor, at=moment, number=upstream_number.strip())
    return referral


def after_submission_acked(message: OutboxMessage, receipt: dict[str, Any]) -> None:
    """The district has it: note when, and under which number (runs in the sender's transaction).

    A receipt of an earlier sending says nothing of the mended file that replaced it.
    """
    actor = Actor.system(message.office)
    referral, case = lock_with_case(message.subject_uid, actor=actor)
    if latest(referral).message != message:
        return
    transaction.on_commit(sending.wake)
    receive(
        referral,
        case,
        actor=actor,
        at=datetime.fromisoformat(receipt["received_at"]),
        number=receipt["reference"],
    )


def receive(
    referral: Referral, case: Complaint, *, actor: Actor, at: datetime, number: str = ""
) -> None:
    """Note that the file is where it goes; the caller locked both (:func:`lock_with_case`)."""
    referral.acknowledged_at = at
    referral.upstream_number = number or referral.upstream_number
    # The answer may have overtaken its receipt: then there is nothing left to note.
    if referral.answer == Answer.NONE:
        step = ANSWER.check("received", state=referral.answer, actor=actor)
        record_transition(
            subject=referral, field=ANSWER.field, step=step, source=referral.answer, actor=actor
        )
        referral.answer = Answer(step.target)
        file_received(case=case, at=at)
    referral.save()


def latest(referral: Referral) -> Submission:
    """Return the newest submission with its message. Raises NotFound when there is none."""
    submission = referral.submissions.select_related("message").order_by("-number").first()
    if submission is None:
        raise NotFound(_("Rujukan ini belum pernah disetujui untuk dikirim."))
    return submission


def _check_hand_over(referral: Referral, *, receiver: str, handed_on: date, number: str) -> None:
    retyped = referral.road == Referral.Road.RETYPED
    if retyped and not number:
        raise InvalidInput(_("Tulis nomor yang diberikan sistem mereka."), field="upstream_number")
    if not retyped and not receiver.strip():
        raise InvalidInput(_("Tulis siapa yang menerima berkasnya."), field="receiver")
    approved = timezone.localtime(referral.approved_at, referral.office.tz).date()
    if not approved <= handed_on <= referral.office.today():
        raise InvalidInput(
            _("Tanggal penyerahan tidak mungkin sebelum disetujui atau sesudah hari ini."),
            field="handed_on",
        )
