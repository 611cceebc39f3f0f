"""The tier above: what it has of a village's referrals, page by page, and its answers once more."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from puskesmas import outbox
from puskesmas.models import OutboxMessage, Peer
from referrals import exchange
from referrals.models import ReceivedReferral, VillageReport

#: How many referrals a page holds.
PAGE = 200

_PLAIN = ("number", "payload_sha256", "state", "realisation", "answer_sequence", "receipt_number")


def page_of(peer: Peer, *, after: uuid.UUID | None = None) -> dict[str, Any]:
    """Return a page of the village's referrals as they are here (referrals-v1), in one query.

    They come by uid, those after ``after``; ``next`` is what the next page is asked for with, None
    on the last. No payload is read: only what both sides can compare.
    """
    waiting = OutboxMessage.objects.filter(
        outbox.is_open(), peer=OuterRef("peer"), subject_uid=OuterRef("uid")
    )
    rows = ReceivedReferral.objects.filter(peer=peer).annotate(answers_waiting=Exists(waiting))
    if after is not None:
        rows = rows.filter(referral_uid__gt=after)
    wanted = (*_PLAIN, "referral_uid", "programme_name", "submission_number", "received_at")
    found = list(rows.order_by("referral_uid").values(*wanted, "answers_waiting")[: PAGE + 1])
    entries = [_entry(row) for row in found[:PAGE]]
    return {
        "referrals": entries,
        "next": entries[-1]["referral_uid"] if len(found) > PAGE else None,
    }


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _PLAIN},
        "referral_uid": str(row["referral_uid"]),
        "programme": row["programme_name"],
        "submission": row["submission_number"],
        "received_at": row["received_at"].isoformat(),
        "answers_waiting": row["answers_waiting"],
    }


def answers_of(peer: Peer, referral_uid: uuid.UUID) -> list[dict[str, Any]]:
    """Return every answer ever given about one of the village's referrals, as envelopes.

    Oldest first, whether or not the village had taken them in: taking in a known one changes
    nothing. Empty when there is no such referral.
    """
    subjects = ReceivedReferral.objects.filter(peer=peer, referral_uid=referral_uid)
    messages = OutboxMessage.objects.filter(
        peer=peer, subject_uid__in=subjects.values("uid"), superseded_at__isnull=True
    )
    rows = messages.select_related("office", "peer").order_by("pk")
    return [exchange.envelope(message) for message in rows]


def keep_report(peer: Peer, *, compared: int, differences: int) -> None:
    """Note that the village compared its list with ours, and what waits there for somebody."""
    VillageReport.objects.update_or_create(
        peer=peer,
        defaults={"at": timezone.now(), "compared": compared, "differences": differences},
    )
