"""The village's side: rounds of records for the tier above, the newest state of each once.

One small message is under way at a time, so that a referral never waits behind thousands of
records. What a new setting or a new tier above leaves untold is found and told in the same rounds.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import public as cases
from complaints.models import Complaint, CounterQuestion
from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.crypto import token_hash
from puskesmas.errors import WrongState
from puskesmas.history import audit
from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.public_pages import possible_server_of, server_of
from referrals.exchange import PUBLISHED
from referrals.publishing.models import Publication, PublishedRecord
from referrals.services import linking
from reports.letters import public as letters
from reports.letters.models import Letter

log = logging.getLogger("referrals.publishing")

Kind = Publication.Kind

#: Records in one message: about 15 kB, some seconds on a poor line.
ROUND = 50
#: What the server holds of it nobody knows: the hash of nothing.
_UNSURE = "?"
#: After a day without news the tier above is told that there is none.
SILENCE = timedelta(days=1)


@dataclass(frozen=True)
class Source:
    """Rows the public pages speak of: which, under what key, with what record."""

    rows: Callable[[], QuerySet[Any]]
    kind: str
    key: Callable[[Any], str]
    record: Callable[[Any], dict[str, Any]]


def _cases() -> QuerySet[Any]:
    return Complaint.objects.select_related("office", "kind").prefetch_related("papers")


def _questions() -> QuerySet[Any]:
    return CounterQuestion.objects.exclude(receipt_number="")


def _letters() -> QuerySet[Any]:
    return Letter.objects.select_related("replaced_by")


def _by_receipt(row: Any) -> str:
    return token_hash(row.receipt_number)


_RECEIPT, _LETTER = PublishedRecord.Kind.RECEIPT, PublishedRecord.Kind.LETTER

SOURCES = {
    Kind.CASE: Source(_cases, _RECEIPT, _by_receipt, cases.record_of),
    Kind.QUESTION: Source(_questions, _RECEIPT, _by_receipt, cases.record_of),
    Kind.LETTER: Source(_letters, _LETTER, lambda row: str(row.token_hash), letters.record_of),
}


def publish_all() -> int:
    """Write the next message of every office that has something to tell; return how many."""
    standing = Publication.objects.filter(office=OuterRef("pk")).exclude(told_sha256="")
    offices = (
        Office.objects.filter(closed_at__isnull=True)
        .filter(Q(public_pages=Office.PublicPages.UPSTREAM) | Exists(standing))
        .order_by("pk")
    )
    return sum(publish(office) for office in offices)


def publish(office: Office) -> bool:
    """Write one message of at most ROUND records for the office's server; False when none is due.

    None while an earlier one is under way, nor without a linked office that told its address. An
    office that no longer lets itself be served withdraws what stands there, in the same rounds.
    """
    server = possible_server_of(office)
    if server is None or _under_way(server):
        return False
    served = server_of(office) is not None
    if served:
        _find_untold(office)
    return _write(office, server, served=served)


@transaction.atomic
def _write(office: Office, server: Peer, *, served: bool) -> bool:
    # Locked: of two workers one writes.
    if not _take_turn(server) or _under_way(server):
        return False
    rows = _due(office, server, served=served)
    records = _news(rows, server, served=served)
    message = None
    if records or (served and _was_silent(server)):
        message = outbox.enqueue(
            office=office,
            peer=server,
            kind=PUBLISHED,
            subject=office,
            body={"as_of": timezone.now(), "office": _address(office), "records": records},
        )
    for row in rows:
        row.changed, row.peer = False, server
        row.message = message or row.message
    Publication.objects.bulk_update(rows, ["changed", "peer", "message", "sequence", "told_sha256"])
    return message is not None


def _take_turn(server: Peer) -> bool:
    mine = Peer.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return mine.filter(pk=server.pk).first() is not None


def _under_way(server: Peer) -> bool:
    rows = OutboxMessage.objects.filter(outbox.is_open(), peer=server, kind=PUBLISHED)
    return rows.exists()


def _was_silent(server: Peer) -> bool:
    since = timezone.now() - SILENCE
    rows = OutboxMessage.objects.filter(peer=server, kind=PUBLISHED, created_at__gte=since)
    return not rows.exists()


def _find_untold(office: Office) -> None:
    """Mark some of what is older than the setting, or came in by thousands: the newest first.

    In transactions of its own: a verb may be marking the same at this moment, and waits for nobody.
    """
    for kind, source in SOURCES.items():
        known = Publication.objects.filter(kind=kind, subject_uid=OuterRef("uid"))
        rows = source.rows().filter(~Exists(known), office=office).order_by("-pk")
        Publication.objects.bulk_create(
            [
                Publication(office=office, kind=kind, subject_uid=uid)
                for uid in rows.values_list("uid", flat=True)[:ROUND]
            ],
            ignore_conflicts=True,
        )


def _due(office: Office, server: Peer, *, served: bool) -> list[Publication]:
    """Return and lock some of what this server must be told: the news, or that it is withdrawn."""
    told_nothing = Q(told_sha256="") | Q(peer__isnull=False) & ~Q(peer=server)
    wanted = Q(changed=True) | told_nothing if served else ~Q(told_sha256="")
    rows = Publication.objects.filter(wanted, office=office).order_by("pk")
    return list(rows.select_for_update(skip_locked=True)[:ROUND])


def _news(rows: Iterable[Publication], server: Peer, *, served: bool) -> list[dict[str, Any]]:
    """Return the records of those of which this server was told otherwise, and count them."""
    records = []
    for row, subject in _with_subjects(rows):
        source = SOURCES[Kind(row.kind)]
        body = source.record(subject) if served else None
        digest = outbox.body_hash(body) if body else ""
        told = row.told_sha256 if row.peer_id == server.pk else ""
        row.told_sha256 = digest
        if digest == told:
            continue
        # Seconds of the clock, so that an office restored from a backup does not count anew.
        row.sequence = max(row.sequence + 1, int(time.time()))
        records.append(
            {
                "kind": str(source.kind),
                "key": source.key(subject),
                "sequence": row.sequence,
                "public": body,
            }
        )
    return records


def _with_subjects(rows: Iterable[Publication]) -> Iterable[tuple[Publication, Any]]:
    rows = list(rows)
    for kind, source in SOURCES.items():
        ours = {row.subject_uid: row for row in rows if row.kind == kind}
        if ours:
            found = source.rows().filter(uid__in=list(ours))
            yield from ((ours[subject.uid], subject) for subject in found)


def _address(office: Office) -> dict[str, str]:
    names = ("address", "phone", "opening_hours", "zone")
    return {name: getattr(office, name) for name in names}


def after_ack(message: OutboxMessage, receipt: dict[str, Any]) -> None:
    """Go on with the next round at once."""
    transaction.on_commit(wake)


def wake() -> None:
    """Let a worker write the next message soon; without a broker, beat does."""
    from referrals.tasks import publish_records

    try:
        publish_records.apply_async(retry=False)
    except Exception as error:
        log.warning("publisher not woken: %s", type(error).__name__)


@dataclass(frozen=True)
class Told:
    """How many numbers and letters stand at the server, how many wait, how many it refused."""

    server: Peer
    told: int
    waiting: int
    refused: int


def told_of(office: Office) -> Told | None:
    """Return how far the telling is, where the office is served from above (three queries)."""
    server = server_of(office)
    if server is None:
        return None
    rows = Publication.objects.filter(office=office)
    refused = Q(message__failed_at__isnull=False, message__acked_at__isnull=True)
    there = Q(changed=False, peer=server, message__acked_at__isnull=False)
    counts = rows.aggregate(
        told=Count("pk", filter=there),
        refused=Count("pk", filter=refused & Q(changed=False)),
        all=Count("pk"),
    )
    return Told(
        server,
        told=counts["told"],
        refused=counts["refused"],
        waiting=counts["all"] - counts["told"] - counts["refused"],
    )


@transaction.atomic
def tell_again(*, actor: Actor) -> None:
    """Tell everything anew, as after the server above lost its data or refused something.

    Raises:
        NotYourRole: not the office's administrator.
        WrongState: nobody serves the office's public pages.
    """
    linking.require_linker(actor)
    if server_of(actor.office) is None:
        raise WrongState(_("Halaman publik kantor ini tidak dilayani kantor lain."), state="own")
    Publication.objects.filter(office=actor.office).update(changed=True, told_sha256=_UNSURE)
    audit(actor=actor, action="public.tell_again", subject=actor.office)
    transaction.on_commit(wake)
