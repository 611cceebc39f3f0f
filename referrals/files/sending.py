"""The village: files follow the referral that was delivered, in parts, one at a time.

A file is claimed as a message is (a lease, by conditional update). The receiver says how many bytes
it has, and the sender goes on from there: after a cut, after a crash, after weeks.
"""

import hashlib
import logging
import time
from datetime import timedelta
from typing import Any

import httpx
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments, circuit, closing
from puskesmas.models import Peer
from puskesmas.outbox import TransportError
from referrals import client, neighbours
from referrals.exchange import Refusal
from referrals.files import receiving, tus
from referrals.files.models import SentFile
from referrals.models import Referral, Submission

log = logging.getLogger("referrals.files")

#: What happened here, and says nothing of the line.
DAMAGED, TAKEN_OVER = "file_damaged", "taken_over"


def send_with(submission: Submission) -> None:
    """Note the files a submission lists, in its transaction; they follow once it is acknowledged.

    What an earlier submission sent already is not sent again, what was refused is tried again.
    """
    listed = {file["sha256"]: file for file in submission.payload.get("attachments", [])}
    if submission.referral.road != Referral.Road.DISTRICT or not listed:
        return
    known = {row.sha256: row for row in submission.referral.sent_files.all()}
    papers = submission.referral.complaint.papers.select_related("attachment")
    for attachment in (paper.attachment for paper in papers if paper.attachment):
        file = listed.pop(attachment.sha256, None)
        if file is None:
            continue
        row = known.get(attachment.sha256) or SentFile(referral=submission.referral, **file)
        row.submission, row.attachment, row.refusal = submission, attachment, ""
        row.due_at = timezone.now()
        row.save()


def wake() -> None:
    """Let a worker look for files soon; without a broker, beat does."""
    from referrals.tasks import send_files

    try:
        send_files.apply_async(retry=False)
    except Exception as error:
        log.warning("sender of files not woken: %s", type(error).__name__)


def may_follow() -> Q:
    """Return the condition "its referral was received; it is neither there nor refused"."""
    return Q(arrived_at__isnull=True, refusal="", submission__message__acked_at__isnull=False)


def claim_next() -> SentFile | None:
    """Take the file that is due longest, emergencies first, or None.

    One at a time per office: two would share one thin line. The lease of a sender that died runs
    out; its exact value is the holder's proof.
    """
    busy = SentFile.objects.filter(
        ~circuit.has_come("claimed_until"), may_follow(), claimed_until__isnull=False
    )
    candidate = (
        SentFile.objects.filter(
            may_follow(),
            closing.is_open("referral__office"),
            circuit.lets_through("submission__message__peer__"),
            circuit.has_come("due_at"),
            submission__message__peer__active=True,
            submission__message__peer__direction=Peer.Direction.UPSTREAM,
            submission__message__peer__transport__in=(Peer.Transport.HTTP, Peer.Transport.LOCAL),
        )
        .exclude(referral__office__in=busy.values("referral__office"))
        .select_related(
            "attachment", "referral", "submission__message__peer", "submission__message__office"
        )
        .order_by("referral__complaint__urgency", "due_at", "pk")
        .first()
    )
    if candidate is None or not circuit.enter(candidate.peer):
        return None
    taken = SentFile.objects.filter(
        may_follow(), pk=candidate.pk, claimed_until=candidate.claimed_until
    ).update(claimed_until=_lease(), attempts=F("attempts") + 1)
    if not taken:
        circuit.leave(candidate.peer)
        return None
    candidate.refresh_from_db(fields=["claimed_until", "attempts"])
    return candidate


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def send_files() -> bool:
    """Send files for FILES_SLICE_SECONDS; return whether the worker should go on with them.

    Then the messages of the office have their turn: a referral never waits for photos.
    """
    deadline = time.monotonic() + settings.FILES_SLICE_SECONDS
    while time.monotonic() < deadline:
        file = claim_next()
        if file is None:
            return False
        try:
            _send(file, deadline)
        except TransportError as error:
            _record_failure(file, error)
    return SentFile.objects.filter(may_follow(), due_at__lte=timezone.now()).exists()


def _send(file: SentFile, deadline: float) -> None:
    content = content_of(file)
    if file.peer.transport == Peer.Transport.LOCAL:
        _hand_over(file, content)
        return
    with client.open_client(file.peer) as link:
        at, broke = -1, None
        while True:
            reached = tus.offset(link, file)
            circuit.record_contact(file.peer)
            if broke and reached <= at:
                raise broke
            at = reached
            broke = _send_from(link, file, content, at, deadline)
            if broke is None:
                return


def _hand_over(file: SentFile, content: bytes) -> None:
    """Give a file to the office beside ours, in this installation."""
    message = file.submission.message
    peer = neighbours.as_seen_from_there(message) if message else None
    if peer is None:
        raise TransportError("not_linked")
    try:
        held = receiving.find(peer, file.referral.uid, file.sha256)
        if held.offset < held.size:
            receiving.append(held, content[held.offset :])
        receiving.settle(held)
    except Refusal as refusal:
        raise TransportError(refusal.code, str(refusal.message), permanent=True) from refusal
    _note(file, file.size)
    _release(file, arrived=True)
    circuit.record_contact(file.peer)


def _send_from(
    link: httpx.Client, file: SentFile, content: bytes, at: int, deadline: float
) -> TransportError | None:
    """Send parts from a place on; return what broke the line, None when done or out of time."""
    _note(file, at)
    while at < file.size and time.monotonic() < deadline:
        try:
            at = tus.append(link, file, at, content[at : at + settings.FILES_PART_BYTES])
        except TransportError as error:
            if error.permanent or error.outcome == tus.MISMATCH:
                raise
            return error
        _note(file, at)
    _release(file, arrived=at >= file.size)
    return None


def content_of(file: SentFile) -> bytes:
    """Return the bytes of a file.

    Raises:
        TransportError: they are not those its hash says (DAMAGED).
    """
    try:
        content = attachments.read(file.attachment)
    except (OSError, InvalidTag):
        content = b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise TransportError(DAMAGED, _("Berkas ini rusak di kantor ini."), permanent=True)
    return content


def _note(file: SentFile, at: int) -> None:
    held = SentFile.objects.filter(pk=file.pk, claimed_until=file.claimed_until)
    file.offset, file.claimed_until = at, _lease()
    if not held.update(offset=at, claimed_until=file.claimed_until):
        raise TransportError(TAKEN_OVER)


def _release(file: SentFile, *, arrived: bool) -> None:
    now = timezone.now()
    SentFile.objects.filter(pk=file.pk, claimed_until=file.claimed_until).update(
        claimed_until=None, due_at=now, arrived_at=now if arrived else None
    )


def _record_failure(file: SentFile, error: TransportError) -> None:
    now = timezone.now()
    due_at = now + circuit.pause(file.attempts) if error.stumbled else now
    refusal = (error.detail or error.outcome) if error.permanent else ""
    with transaction.atomic():
        SentFile.objects.filter(pk=file.pk, claimed_until=file.claimed_until).update(
            claimed_until=None, due_at=due_at, refusal=refusal[:200]
        )
        if error.outcome in {DAMAGED, TAKEN_OVER}:
            circuit.leave(file.peer)
        elif error.permanent or error.outcome in tus.ABOUT_THE_FILE:
            circuit.record_contact(file.peer)
        else:
            circuit.record_silence(file.peer, error.outcome)
    log.warning("file of %s: %s", file.referral.uid, error.outcome)


def goes_by_itself(file: SentFile) -> bool:
    """Return whether a file still has to travel, and over a road on which we send it."""
    message = file.submission.message
    return file.arrived_at is None and bool(message and message.peer.is_pushed_to)


def on_the_way(referral: Referral) -> list[SentFile]:
    """Return the files that follow the referral; what was handed over on paper is none of them."""
    rows = referral.sent_files.filter(submission__handed_over_at__isnull=True).select_related(
        "submission__message__peer"
    )
    return list(rows.order_by("pk"))


def ask_again(peer: Peer) -> int:
    """Put every file the peer refused back in its line; return how many."""
    transaction.on_commit(wake)
    rows = SentFile.objects.exclude(refusal="").filter(
        arrived_at__isnull=True, submission__message__peer=peer
    )
    # Not through the join: SQLite and PostgreSQL update one table at a time.
    return SentFile.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        refusal="", due_at=timezone.now()
    )


def retry(referral: Referral) -> int:
    """Try a referral's files again now, refused ones too (a person's button); return how many."""
    rows = referral.sent_files.filter(
        arrived_at__isnull=True, submission__message__acked_at__isnull=False
    )
    found = dict(rows.values_list("pk", "submission__message__peer"))
    # The files before their peer, as the sender settles them: neither waits for the other.
    retried = SentFile.objects.filter(pk__in=found).update(refusal="", due_at=timezone.now())
    for peer in sorted(set(found.values())):
        circuit.probe_now(peer)
    transaction.on_commit(wake)
    return retried


def send_again(referral: Referral) -> int:
    """Offer a referral's files anew: its receiver lost the referral; return how many.

    What the receiver still has he says, and nothing is sent twice.
    """
    return referral.sent_files.update(
        offset=0, arrived_at=None, refusal="", claimed_until=None, due_at=timezone.now()
    )
