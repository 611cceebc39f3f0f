"""The outbox: messages written beside the change that caused them, sent until acknowledged.

:func:`enqueue` is called inside a verb's transaction. A worker's :func:`send_due` claims due
messages one by one with a conditional update, tries the transport, and records what happened. The
database is the truth; Celery only wakes the sender, so a lost wake-up costs seconds, not a message.
While a peer is silent its circuit (:mod:`puskesmas.circuit`) holds all of them back but one probe.
Messages for an office below ours wait here until it fetches and acknowledges them.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from puskesmas import circuit, closing
from puskesmas.models import DeliveryAttempt, Office, OutboxMessage, Peer

log = logging.getLogger("puskesmas.outbox")

#: The outcome of a try that succeeded; every other outcome names a failure.
ACKNOWLEDGED = "acknowledged"


class TransportError(Exception):
    """A try failed. ``permanent`` means trying again cannot help: a person must look.

    ``stumbled``: the peer broke on this message, perhaps on this one only. It waits longer each
    time, whatever becomes of the others.
    """

    def __init__(
        self, outcome: str, detail: str = "", *, permanent: bool = False, stumbled: bool = False
    ) -> None:
        super().__init__(f"{outcome} {detail}".strip())
        self.outcome = outcome
        self.detail = detail[:200]
        self.permanent = permanent
        self.stumbled = stumbled


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
    if peer.is_pushed_to:
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


def is_waiting(message: OutboxMessage) -> bool:
    """Return whether it is neither delivered nor closed; one given up still waits for a person."""
    return message.acked_at is None and message.superseded_at is None


def is_pushed() -> Q:
    """Return the condition "this office carries it there" (as ``Peer.is_pushed_to``)."""
    over_http = Q(peer__transport=Peer.Transport.HTTP, peer__direction=Peer.Direction.UPSTREAM)
    return Q(peer__transport__in=Peer.PUSHED) | over_http


def claim_next() -> OutboxMessage | None:
    """Take the most due message that we carry and nobody holds, or None.

    The lease (``claimed_until``) of a sender that died runs out and the message is free again; its
    exact value is the holder's proof that the claim is still his. Of a silent peer's messages one
    is given out, with the probe.
    """
    while True:
        now = timezone.now()
        free = Q(claimed_until__isnull=True) | circuit.has_come("claimed_until")
        candidate = (
            OutboxMessage.objects.filter(is_open(), free, circuit.has_come("due_at"))
            .filter(is_pushed(), circuit.lets_through("peer__"), peer__active=True)
            .filter(closing.is_open())
            .select_related("office", "peer")
            .order_by("due_at", "pk")
            .first()
        )
        if candidate is None:
            return None
        if not circuit.enter(candidate.peer):
            continue
        lease = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        taken = OutboxMessage.objects.filter(
            is_open(), pk=candidate.pk, claimed_until=candidate.claimed_until
        ).update(claimed_until=lease, attempts=F("attempts") + 1)
        if taken:
            candidate.claimed_until, candidate.attempts = lease, candidate.attempts + 1
            return candidate
        circuit.leave(candidate.peer)


def send_due(transport: Transport, after_ack: AfterAck, *, limit: int = 200) -> int:
    """Send what is due; return how many were acknowledged."""
    sent = 0
    for _ in range(limit):
        message = claim_next()
        if message is None:
            break
        try:
            receipt = transport(message)
        except TransportError as error:
            _record_failure(message, error)
            continue
        _record_success(message, receipt, after_ack)
        sent += 1
    return sent


def _record_success(message: OutboxMessage, receipt: dict[str, Any], after_ack: AfterAck) -> None:
    with transaction.atomic():
        confirm(message, receipt, after_ack)
        circuit.record_contact(message.peer)


def confirm(message: OutboxMessage, receipt: dict[str, Any], after_ack: AfterAck) -> bool:
    """Note that the receiver has it, whatever road said so; False when that was known.

    Only the first of two racing confirmations runs the consequences.
    """
    with transaction.atomic():
        fresh = OutboxMessage.objects.filter(pk=message.pk, acked_at__isnull=True).update(
            acked_at=timezone.now(), failed_at=None, claimed_until=None
        )
        DeliveryAttempt.objects.create(message=message, outcome=ACKNOWLEDGED)
        if fresh:
            after_ack(message, receipt)
    return bool(fresh)


def give_up(message: OutboxMessage, *, code: str, detail: str) -> bool:
    """Note that the receiver never will take it in, for a person to look; False when settled."""
    with transaction.atomic():
        fresh = OutboxMessage.objects.filter(is_open(), pk=message.pk).update(
            failed_at=timezone.now(), claimed_until=None
        )
        if fresh:
            DeliveryAttempt.objects.create(
                message=message, outcome=(code or "refused")[:30], detail=detail[:200]
            )
    return bool(fresh)


def _record_failure(message: OutboxMessage, error: TransportError) -> None:
    now = timezone.now()
    # Behind the others that wait. When the line failed it is the circuit that makes them all wait.
    due_at = now + circuit.pause(message.attempts) if error.stumbled else now
    changes: dict[str, Any] = {"claimed_until": None, "due_at": due_at}
    if error.permanent:
        changes["failed_at"] = now
    with transaction.atomic():
        # Whoever let his lease run out must not free the claim of the sender that took over.
        OutboxMessage.objects.filter(
            pk=message.pk, acked_at__isnull=True, claimed_until=message.claimed_until
        ).update(**changes)
        DeliveryAttempt.objects.create(message=message, outcome=error.outcome, detail=error.detail)
        if error.permanent:
            circuit.record_contact(message.peer)  # a refusal is an answer
        else:
            circuit.record_silence(message.peer, error.outcome)
    log.warning("message %s: %s", message.uid, error.outcome)


def retry_now(message: OutboxMessage) -> None:
    """Put a failed or waiting message back in the line and probe now (a person's button).

    A try that is under way keeps its claim: the button never makes two senders of one. A row
    somebody holds is being settled just now, and what settles it may wait for what the caller
    holds; it is left to him (see :func:`supersede`).
    """
    waiting = OutboxMessage.objects.filter(
        pk=message.pk, acked_at__isnull=True, superseded_at__isnull=True
    )
    if waiting.select_for_update(skip_locked=True).first() is not None:
        waiting.update(failed_at=None, due_at=timezone.now())
    circuit.probe_now(message.peer_id)
    transaction.on_commit(_wake_sender)


def send_again(message: OutboxMessage) -> None:
    """Put a delivered or refused message back in the line: its receiver lost it, uid and body stay.

    One that waits already, or went another way, is left as it is.
    """
    settled = Q(acked_at__isnull=False) | Q(failed_at__isnull=False)
    OutboxMessage.objects.filter(settled, pk=message.pk, superseded_at__isnull=True).update(
        acked_at=None, failed_at=None, claimed_until=None, due_at=timezone.now()
    )
    circuit.probe_now(message.peer_id)
    transaction.on_commit(_wake_sender)


def supersede(message: OutboxMessage) -> bool:
    """Close a waiting message because its content went another way; False when it is too late.

    Too late means: acknowledged meanwhile, or a sender is trying it at this moment. A row somebody
    holds is being confirmed just now; waiting for it here could be waiting for each other.
    """
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | circuit.has_come("claimed_until")
    waiting = OutboxMessage.objects.filter(
        free, pk=message.pk, acked_at__isnull=True, superseded_at__isnull=True
    )
    if waiting.select_for_update(skip_locked=True).first() is None:
        return False
    return bool(waiting.update(superseded_at=now))
