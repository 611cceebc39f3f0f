"""The outbox: messages written beside the change that caused them, sent until acknowledged.

:func:`enqueue` is called inside a verb's transaction. A worker's :func:`send_due` claims due
messages one by one with a conditional update, tries the transport, and records what happened. The
database is the truth; Celery only wakes the sender, so a lost wake-up costs seconds, not a message.
Messages for an office below ours wait here until it fetches and acknowledges them.
"""

import hashlib
import json
import logging
import secrets
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from puskesmas.models import DeliveryAttempt, Office, OutboxMessage, Peer

log = logging.getLogger("puskesmas.outbox")

#: The outcome of a try that succeeded; every other outcome names a failure.
ACKNOWLEDGED = "acknowledged"


class TransportError(Exception):
    """A try failed. ``permanent`` means trying again cannot help: a person must look."""

    def __init__(self, outcome: str, detail: str = "", *, permanent: bool = False) -> None:
        super().__init__(f"{outcome} {detail}".strip())
        self.outcome = outcome
        self.detail = detail[:200]
        self.permanent = permanent


Transport = Callable[[OutboxMessage], dict[str, Any]]
AfterAck = Callable[[OutboxMessage, dict[str, Any]], None]


def canonical(body: Any) -> str:
    """Return the JSON text both sides hash: sorted keys, no spaces (after RFC 8785, ASCII kept)."""
    return json.dumps(
        body, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def body_hash(body: Any) -> str:
    """Return the hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def enqueue(
    *,
    office: Office,
    peer: Peer,
    kind: str,
    subject: models.Model,
    body: dict[str, Any],
    schema_version: int = 1,
    uid: uuid.UUID | None = None,
) -> OutboxMessage:
    """Write a message in the caller's transaction and wake the sender after its commit."""
    values: dict[str, Any] = {"uid": uid} if uid else {}
    message = OutboxMessage.objects.create(
        office=office,
        peer=peer,
        kind=kind,
        schema_version=schema_version,
        subject=subject._meta.label_lower,
        subject_uid=subject.uid,  # type: ignore[attr-defined]
        body=json.loads(canonical(body)),
        body_sha256=body_hash(body),
        **values,
    )
    if peer.direction == Peer.Direction.UPSTREAM:
        transaction.on_commit(_wake_sender)
    return message


def _wake_sender() -> None:
    from puskesmas.tasks import send_due_messages

    try:
        send_due_messages.apply_async(retry=False)
    except Exception as error:
        # The broker may be down; beat finds the message by its due time. Never fail the request.
        log.warning("sender not woken: %s", type(error).__name__)


def is_open() -> Q:
    """Return the condition "not yet delivered and nobody gave up"."""
    return Q(acked_at__isnull=True, failed_at__isnull=True, superseded_at__isnull=True)


def claim_next(*, skipped_peers: Iterable[int] = ()) -> OutboxMessage | None:
    """Take the most due message for an upstream peer nobody holds, or None.

    The lease (``claimed_until``) of a sender that died runs out and the message is free again; its
    exact value is the holder's proof that the claim is still his.
    """
    while True:
        now = timezone.now()
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        candidate = (
            OutboxMessage.objects.filter(is_open(), free, due_at__lte=now)
            .filter(peer__active=True, peer__direction=Peer.Direction.UPSTREAM)
            .exclude(peer_id__in=skipped_peers)
            .order_by("due_at", "pk")
            .values_list("pk", "claimed_until")
            .first()
        )
        if candidate is None:
            return None
        pk, seen = candidate
        lease = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        taken = OutboxMessage.objects.filter(is_open(), pk=pk, claimed_until=seen).update(
            claimed_until=now + lease, attempts=F("attempts") + 1
        )
        if taken:
            return OutboxMessage.objects.select_related("office", "peer").get(pk=pk)


def send_due(transport: Transport, after_ack: AfterAck, *, limit: int = 200) -> int:
    """Send what is due to upstream peers; return how many were acknowledged.

    After a transient failure the peer is left alone for this round: it is down for its other
    messages too, and they are not punished with attempts of their own.
    """
    sent = 0
    silent_peers: set[int] = set()
    for _ in range(limit):
        message = claim_next(skipped_peers=silent_peers)
        if message is None:
            break
        try:
            receipt = transport(message)
        except TransportError as error:
            _record_failure(message, error)
            if not error.permanent:
                silent_peers.add(message.peer_id)
            continue
        _record_success(message, receipt, after_ack)
        sent += 1
    return sent


def _record_success(message: OutboxMessage, receipt: dict[str, Any], after_ack: AfterAck) -> None:
    now = timezone.now()
    with transaction.atomic():
        # Only the first of two racing confirmations runs the consequences.
        fresh = OutboxMessage.objects.filter(pk=message.pk, acked_at__isnull=True).update(
            acked_at=now, failed_at=None, claimed_until=None
        )
        DeliveryAttempt.objects.create(message=message, outcome=ACKNOWLEDGED)
        record_contact(message.peer)
        if fresh:
            after_ack(message, receipt)


def record_contact(peer: Peer) -> None:
    """Note that the peer answered; after a silence, all that waits for it is due at once."""
    now = timezone.now()
    if peer.last_failure:
        OutboxMessage.objects.filter(is_open(), peer=peer, due_at__gt=now).update(due_at=now)
    Peer.objects.filter(pk=peer.pk).update(last_contact_at=now, last_failure="")
    peer.last_contact_at, peer.last_failure = now, ""


def record_silence(peer: Peer, outcome: str) -> None:
    """Note that the peer could not be reached, and why."""
    Peer.objects.filter(pk=peer.pk).update(last_failure_at=timezone.now(), last_failure=outcome)


def _record_failure(message: OutboxMessage, error: TransportError) -> None:
    now = timezone.now()
    changes: dict[str, Any] = {"claimed_until": None, "due_at": now + _wait(message.attempts)}
    if error.permanent:
        changes["failed_at"] = now
    with transaction.atomic():
        # Whoever let his lease run out must not free the claim of the sender that took over.
        OutboxMessage.objects.filter(
            pk=message.pk, acked_at__isnull=True, claimed_until=message.claimed_until
        ).update(**changes)
        DeliveryAttempt.objects.create(message=message, outcome=error.outcome, detail=error.detail)
        if not error.permanent:
            record_silence(message.peer, error.outcome)
    log.warning("message %s: %s", message.uid, error.outcome)


def _wait(attempts: int) -> timedelta:
    """Return the pause after the nth try: doubling, capped, ±20 % so that offices spread out."""
    doubled = settings.OUTBOX_FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 20)
    capped = min(doubled, settings.OUTBOX_LONGEST_WAIT_SECONDS)
    return timedelta(seconds=capped * (0.8 + 0.4 * secrets.randbelow(1000) / 1000))


def retry_now(message: OutboxMessage) -> None:
    """Put a failed or waiting message at the head of the line (a person's button).

    A try that is under way keeps its claim: the button never makes two senders of one.
    """
    OutboxMessage.objects.filter(
        pk=message.pk, acked_at__isnull=True, superseded_at__isnull=True
    ).update(failed_at=None, due_at=timezone.now())
    transaction.on_commit(_wake_sender)


def supersede(message: OutboxMessage) -> bool:
    """Close a waiting message because its content went another way; False when it is too late.

    Too late means: acknowledged meanwhile, or a sender is trying it at this moment. A row somebody
    holds is being confirmed just now; waiting for it here could be waiting for each other.
    """
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    waiting = OutboxMessage.objects.filter(
        free, pk=message.pk, acked_at__isnull=True, superseded_at__isnull=True
    )
    if waiting.select_for_update(skip_locked=True).first() is None:
        return False
    return bool(waiting.update(superseded_at=now))
