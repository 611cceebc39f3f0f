"""The village walks along both lists, a stretch at a time, and keeps what differs.

A stretch is a page of theirs and as many of ours, by uid; it is one transaction, and the next
visit goes on behind it. Beside us both offices go on working, so what looks different is looked at
a second time: a difference is one that both our record between two of their pages, and each of the
pages, bear out.
"""

import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from puskesmas import circuit
from puskesmas.actors import Actor
from puskesmas.models import Office, Peer
from puskesmas.outbox import TransportError
from referrals.models import Comparison, Difference, Referral, Submission
from referrals.reconciliation import asking, services
from referrals.reconciliation.judging import LATE, Own, Sent, judge
from referrals.reconciliation.workflow import Standing

log = logging.getLogger("referrals.reconciliation")

#: How many of our referrals a stretch holds.
OWN_PAGE = 200
#: After so long messages have their turn.
VISIT_SECONDS = 15.0
#: The hours of the night over which the offices spread.
NIGHT = timedelta(hours=5)

_Found = dict[tuple[uuid.UUID, str], dict[str, Any] | None]


class _TakenOver(Exception):
    """Another worker holds the comparison: our lease had run out."""


# --- When ----------------------------------------------------------------------------------------


def ask_nightly() -> int:
    """Begin the comparisons whose hour has come; return how many.

    An office that was switched off at its hour compares when it runs again.
    """
    now = timezone.now()
    asked = Max("comparisons__asked_at", filter=Q(comparisons__asked_at__lte=now))
    peers = Peer.objects.filter(asking.comparable()).select_related("office").annotate(asked=asked)
    due = [
        Comparison(office=peer.office, peer=peer, asked_at=now)
        for peer in peers
        if peer.asked is None or peer.asked < last_due(peer.office, now)
    ]
    # One that is still under way stays the only one.
    Comparison.objects.bulk_create(due, ignore_conflicts=True)
    return len(due)


def last_due(office: Office, now: datetime) -> datetime:
    """Return the office's last hour: a minute of the night its uid picks, in its own zone."""
    minute = office.uid.int % (NIGHT // timedelta(minutes=1))
    local = now.astimezone(office.tz)
    moment = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
    return moment if moment <= local else moment - timedelta(days=1)


# --- Who goes along ------------------------------------------------------------------------------


def compare_due() -> bool:
    """Go on with the comparisons that are asked for; return whether the worker should come again.

    After VISIT_SECONDS the messages of the office have their turn.
    """
    deadline = time.monotonic() + VISIT_SECONDS
    while time.monotonic() < deadline:
        comparison = claim_next()
        if comparison is None:
            return False
        _visit(comparison, deadline)
    return _open().exists()


def _open() -> Any:
    peers = Peer.objects.filter(asking.comparable(), circuit.lets_through())
    free = Q(claimed_until__isnull=True) | circuit.has_come("claimed_until")
    return Comparison.objects.filter(free, finished_at__isnull=True, peer__in=peers)


def claim_next() -> Comparison | None:
    """Take the comparison asked for first that nobody holds, or None; its lease is the proof."""
    rows = _open().select_related("peer__office", "office").order_by("asked_at", "pk")
    candidate: Comparison | None = rows.first()
    if candidate is None or not circuit.enter(candidate.peer):
        return None
    held = candidate.claimed_until
    candidate.claimed_until = _lease()
    free = Comparison.objects.filter(pk=candidate.pk, claimed_until=held, finished_at__isnull=True)
    if not free.update(claimed_until=candidate.claimed_until):
        circuit.leave(candidate.peer)
        return None
    return candidate


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def _visit(comparison: Comparison, deadline: float) -> None:
    try:
        while time.monotonic() < deadline:
            at_the_end = _stretch(comparison)
            circuit.record_contact(comparison.peer)
            if at_the_end:
                _finish(comparison)
                _report(comparison)
                return
        _advance(comparison, claimed_until=None)
    except _TakenOver:
        log.warning("comparison %s is another worker's", comparison.uid)
    except TransportError as error:
        log.warning("comparison with %s: %s", comparison.peer.uid, error)
        _break_off(comparison, error)


def _break_off(comparison: Comparison, error: TransportError) -> None:
    """Go on later when the line failed; end it when the other office cannot compare at all."""
    held = Comparison.objects.filter(pk=comparison.pk, claimed_until=comparison.claimed_until)
    goes_on = asking.note_failure(comparison.peer, error)
    ended = None if goes_on else timezone.now()
    held.update(claimed_until=None, failure=error.outcome[:30], finished_at=ended)


def _advance(comparison: Comparison, **changes: Any) -> None:
    """Write how far it has come; only the holder of the lease may.

    Raises:
        _TakenOver: somebody else holds it.
    """
    held = Comparison.objects.filter(pk=comparison.pk, claimed_until=comparison.claimed_until)
    if not held.update(**changes):
        raise _TakenOver
    comparison.claimed_until = changes.get("claimed_until", comparison.claimed_until)


def _finish(comparison: Comparison) -> None:
    comparison.waiting = Difference.objects.filter(
        peer=comparison.peer, standing=Standing.WAITING
    ).count()
    _advance(
        comparison,
        finished_at=timezone.now(),
        claimed_until=None,
        waiting=comparison.waiting,
    )
    comparison.refresh_from_db(fields=["compared"])


def _report(comparison: Comparison) -> None:
    # Told as a courtesy: a line that fails now changes nothing of what was found.
    try:
        asking.report(comparison.peer, compared=comparison.compared, differences=comparison.waiting)
    except TransportError as error:
        log.info("comparison not reported to %s: %s", comparison.peer.uid, error.outcome)


# --- A stretch -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Page:
    """A part of a list by uid, up to and with ``end``; None: to the end of the list."""

    rows: dict[uuid.UUID, Any]
    end: uuid.UUID | None

    def within(self, end: uuid.UUID | None) -> set[uuid.UUID]:
        return {uid for uid in self.rows if end is None or uid <= end}


def _stretch(comparison: Comparison) -> bool:
    """Compare the next part of both lists; return whether it was the last. Four queries and writes.

    Raises:
        TransportError: their page did not come.
    """
    peer, after = comparison.peer, comparison.after
    began = timezone.now()
    theirs, ours = _theirs(peer, after), _ours(peer, after)
    end = _nearest(theirs, ours)
    found = _differences(ours, theirs, end)
    if found:
        again = _theirs(peer, after)
        end = _nearest(theirs, ours, again)
        confirmed = _differences(ours, again, end)
        found = {key: entry for key, entry in confirmed.items() if key in found}
    sent = {uid for uid in ours.within(end) if ours.rows[uid].sent}
    compared = len(sent | theirs.within(end))
    with transaction.atomic():
        counted = F("compared") + compared
        _advance(comparison, after=end, compared=counted, claimed_until=_lease(), failure="")
        _keep(comparison, ours, found, end, began=began)
    comparison.after = end
    return end is None


def _theirs(peer: Peer, after: uuid.UUID | None) -> _Page:
    answer = asking.page(peer, after=after)
    rows = {uuid.UUID(entry["referral_uid"]): entry for entry in answer["referrals"]}
    return _Page(rows, uuid.UUID(answer["next"]) if answer["next"] else None)


def _ours(peer: Peer, after: uuid.UUID | None) -> _Page:
    """Return our referrals after a uid with all that was sent to the peer (two queries)."""
    mine = Referral.objects.filter(office=peer.office)
    if after is not None:
        mine = mine.filter(uid__gt=after)
    plain = ("pk", "uid", "approval", "answer", "realisation")
    counts = ("answer_sequence", "realisation_sequence")
    found = list(mine.order_by("uid").values(*plain, *counts)[: OWN_PAGE + 1])
    rows = {
        row["uid"]: Own(
            **{name: row[name] for name in plain}, sequence=max(row[name] for name in counts)
        )
        for row in found[:OWN_PAGE]
    }
    _add_sendings(peer, rows.values())
    return _Page(rows, found[OWN_PAGE - 1]["uid"] if len(found) > OWN_PAGE else None)


def _add_sendings(peer: Peer, rows: Iterable[Own]) -> None:
    by_pk = {row.pk: row for row in rows}
    late = timezone.now() - LATE
    sendings = Submission.objects.filter(referral__in=list(by_pk), message__peer=peer)
    for sending in sendings.values(
        "referral_id",
        "number",
        "payload_sha256",
        "handed_over_at",
        *(f"message__{name}" for name in ("acked_at", "failed_at", "superseded_at", "created_at")),
    ):
        acked, superseded = sending["message__acked_at"], sending["message__superseded_at"]
        by_pk[sending["referral_id"]].sent[sending["number"]] = Sent(
            number=sending["number"],
            sha256=sending["payload_sha256"],
            acked=acked is not None,
            is_open=not (acked or superseded or sending["message__failed_at"]),
            late=sending["message__created_at"] < late,
            superseded=acked is None and superseded is not None,
        )


def _nearest(*pages: _Page) -> uuid.UUID | None:
    return min((page.end for page in pages if page.end is not None), default=None)


def _differences(ours: _Page, theirs: _Page, end: uuid.UUID | None) -> _Found:
    found: _Found = {}
    for uid in sorted(ours.within(end) | theirs.within(end)):
        entry = theirs.rows.get(uid)
        for kind in judge(ours.rows.get(uid), entry):
            found[uid, kind] = entry
    return found


def _keep(
    comparison: Comparison,
    ours: _Page,
    found: _Found,
    end: uuid.UUID | None,
    *,
    began: datetime,
) -> None:
    """Write down what is new, what is found again, and what has vanished from the stretch."""
    rows = Difference.objects.select_for_update().filter(
        ~Q(standing=Standing.GONE), peer=comparison.peer
    )
    if comparison.after is not None:
        rows = rows.filter(referral_uid__gt=comparison.after)
    if end is not None:
        rows = rows.filter(referral_uid__lte=end)
    actor = Actor.system(comparison.office)
    for row in rows:
        key = (row.referral_uid, row.kind)
        if key not in found:
            row.settled_at = timezone.now()
            services.move(row, "vanish", actor)
            row.version += 1
            row.save()
            continue
        entry = found.pop(key) or {}
        # Whoever pressed the button since we looked has not been answered by what we saw.
        if row.standing == Standing.MENDED and not _pressed_since(row, began):
            services.move(row, "found_again", actor)
        elif row.theirs == entry:
            continue
        row.version += 1
        row.theirs = entry
        row.save()
    Difference.objects.bulk_create(
        Difference(
            office=comparison.office,
            peer=comparison.peer,
            referral_id=ours.rows[uid].pk if uid in ours.rows else None,
            referral_uid=uid,
            kind=kind,
            theirs=entry or {},
        )
        for (uid, kind), entry in found.items()
    )


def _pressed_since(row: Difference, began: datetime) -> bool:
    # A moment still to come was written by a clock that was wrong.
    return row.handled_at is not None and began <= row.handled_at <= timezone.now()
