"""The office protocol, apart from how it travels: envelope in, receipt out, answers waiting.

Whatever carries a message (HTTP, a file, the same installation) calls :func:`receive`. The apps'
verbs that take a body in are registered by kind in ``AppConfig.ready()``. See docs/exchange.md.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import circuit, outbox
from puskesmas.errors import DomainError
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer, ReceivedMessage
from referrals import schemas

SUBMITTED = "referral.submitted"
ANSWERED = "referral.answered"
PUBLISHED = "public.records"
VERVAL_ASSIGNED = "verval.assigned"
VERVAL_PROGRESS = "verval.progress"
VERVAL_RETURNED = "verval.returned"
CALL_ISSUED = "call.issued"
CALL_ANSWERED = "call.answered"

#: How many waiting messages one fetch hands out, and how much of them: a fetch that breaks off on
#: a bad line begins anew.
FETCH_LIMIT = 50
FETCH_BYTES = 512 * 1024

#: How big a body made of rows grows before the next rows go in a further message.
PART_BYTES = 64 * 1024


class Refusal(DomainError):
    """A message that can never be taken in: sending it again as it is cannot help."""

    status = 422
    code = "refused"

    def __init__(self, message: Any, *, code: str, status: int = 422, **details: Any) -> None:
        super().__init__(message, code=code, permanent=True, **details)
        self.status = status


@dataclass(frozen=True)
class Taken:
    """What a body became: the row's uid and the number people know it by."""

    uid: uuid.UUID
    reference: str = ""


TakeIn = Callable[[Peer, dict[str, Any], uuid.UUID], Taken]
_takers: dict[str, tuple[str, TakeIn]] = {}


def register(kind: str, *, sender: str, take_in: TakeIn) -> None:
    """Say which verb takes in a kind, and whether upstream or downstream peers may send it.

    The verb gets the peer, the body and the message's uid, runs inside :func:`receive`'s
    transaction, and may raise :class:`Refusal`.
    """
    _takers[kind] = (sender, take_in)


def kinds() -> list[str]:
    """Return every kind this office may be sent, by either side."""
    return sorted(_takers)


def parts_of(rows: Sequence[Any]) -> list[list[Any]]:
    """Return rows of a body in parts of at most :data:`PART_BYTES`, at least one part."""
    parts: list[list[Any]] = [[]]
    size = 0
    for row in rows:
        weight = len(outbox.canonical(row).encode()) + 1
        if parts[-1] and size + weight > PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += weight
    return parts


def envelope(message: OutboxMessage) -> dict[str, Any]:
    """Return the message as it travels (envelope-v1)."""
    return {
        "uid": str(message.uid),
        "kind": message.kind,
        "schema_version": message.schema_version,
        "sender": str(message.office.uid),
        "recipient": str(message.peer.peer_uid),
        "sent_at": timezone.now().isoformat(),
        "body": message.body,
        "body_sha256": message.body_sha256,
    }


def receive(*, peer: Peer, parcel: Any) -> tuple[dict[str, Any], bool]:
    """Take a message in, once: return its receipt and whether it is new.

    The consequence and the note that the uid was taken in are one transaction. A repeat, also one
    that arrives at the same moment, gets the first one's receipt.

    Raises:
        Refusal: not for this office, unknown kind or version, a body that breaks its schema, or a
            uid already used for another body.
    """
    _check(peer, parcel)
    known = _first_receipt(peer, parcel)
    if known:
        return known, False
    try:
        return _take_in(peer, parcel), True
    except IntegrityError:
        # Two tries of one message met here; the other one was first.
        known = _first_receipt(peer, parcel)
        if known is None:
            raise
        return known, False


def _take_in(peer: Peer, parcel: dict[str, Any]) -> dict[str, Any]:
    message_uid = uuid.UUID(parcel["uid"])
    with transaction.atomic():
        taken = _takers[parcel["kind"]][1](peer, parcel["body"], message_uid)
        row = ReceivedMessage.objects.create(
            uid=message_uid,
            peer=peer,
            kind=parcel["kind"],
            body_sha256=parcel["body_sha256"],
            result_uid=taken.uid,
            reference=taken.reference,
        )
    return _receipt(row)


def receipt_of(peer: Peer, uid: uuid.UUID | str) -> dict[str, Any] | None:
    """Return the receipt (receipt-v1) of a message taken in from the peer, or None."""
    row = ReceivedMessage.objects.filter(peer=peer, uid=uid).first()
    return _receipt(row) if row else None


def _first_receipt(peer: Peer, parcel: dict[str, Any]) -> dict[str, Any] | None:
    row = ReceivedMessage.objects.filter(uid=parcel["uid"]).first()
    if row is None:
        return None
    if row.peer_id != peer.pk or row.body_sha256 != parcel["body_sha256"]:
        raise Refusal(
            _("Nomor kiriman ini sudah dipakai untuk isi yang lain."), code="uid_reused", status=409
        )
    return _receipt(row)


def _receipt(row: ReceivedMessage) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "kind": row.kind,
        "body_sha256": row.body_sha256,
        "received_at": row.received_at.isoformat(),
        "reference": row.reference,
    }


def _check(peer: Peer, parcel: Any) -> None:
    """Refuse what can never be taken in. The order is from the outside in."""
    found = schemas.faults("envelope-v1", parcel)
    if found:
        raise Refusal(
            _("Amplop kiriman tidak sesuai aturan."), code="envelope_invalid", errors=found
        )
    if parcel["recipient"] != str(peer.office.uid) or parcel["sender"] != str(peer.peer_uid):
        raise Refusal(
            _("Kiriman ini bukan untuk kantor ini, atau bukan dari kantor pemilik kunci."),
            code="wrong_office",
        )
    kind, version = parcel["kind"], parcel["schema_version"]
    if kind not in _takers or _takers[kind][0] != peer.direction:
        raise Refusal(
            _("Jenis kiriman “%(kind)s” tidak diterima dari kantor ini.") % {"kind": kind},
            code="unknown_kind",
        )
    understood = schemas.versions(kind)
    if version not in understood:
        raise Refusal(
            _(
                "Versi %(version)s dari “%(kind)s” tidak dikenal. Kantor ini mengerti versi "
                "%(understood)s; salah satu kantor perlu memperbarui aplikasinya."
            )
            % {
                "version": version,
                "kind": kind,
                "understood": ", ".join(str(number) for number in understood),
            },
            code="unknown_schema_version",
            understood=list(understood),
        )
    if outbox.body_hash(parcel["body"]) != parcel["body_sha256"]:
        raise Refusal(_("Isi kiriman berubah di jalan."), code="hash_mismatch")
    found = schemas.faults(f"{kind}-v{version}", parcel["body"])
    if found:
        raise Refusal(_("Isi kiriman tidak sesuai aturan."), code="body_invalid", errors=found)


def waiting_for(peer: Peer) -> list[dict[str, Any]]:
    """Return the envelopes that wait for a downstream peer, oldest first.

    At most FETCH_LIMIT, and no more than FETCH_BYTES of bodies beyond the first.
    """
    rows = (
        OutboxMessage.objects.filter(outbox.is_open(), peer=peer)
        .select_related("office", "peer")
        .order_by("pk")[:FETCH_LIMIT]
    )
    weights = accumulate(len(outbox.canonical(row.body).encode()) for row in rows)
    return [
        envelope(row)
        for at, (row, weight) in enumerate(zip(rows, weights, strict=True))
        if not at or weight <= FETCH_BYTES
    ]


def acknowledge(
    *, peer: Peer, uid: uuid.UUID, outcome: str, code: str = "", detail: str = ""
) -> bool:
    """Note what the peer did with a message it fetched; False when there is none for it.

    A repeat changes nothing; one that was refused may be taken in later after all.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(of=("self",)).filter(peer=peer, uid=uid).first()
        )
        if message is None:
            return False
        accepted = outcome == "accepted"
        if message.acked_at or (message.failed_at and not accepted):
            return True
        now: datetime = timezone.now()
        message.acked_at, message.failed_at = (now, None) if accepted else (None, now)
        message.attempts += 1
        message.save(update_fields=["acked_at", "failed_at", "attempts"])
        DeliveryAttempt.objects.create(
            message=message,
            outcome=outbox.ACKNOWLEDGED if accepted else (code or "refused")[:30],
            detail=detail[:200],
        )
        circuit.record_contact(peer)
    return True
