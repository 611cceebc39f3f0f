"""Reads of packages: scoped to the officer's office, with known query counts."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import OutboxMessage, Peer
from referrals import exchange
from referrals.packages import services
from referrals.packages.models import Package, PackageEntry

#: How many packages, waiting messages or entries one page shows.
SHOWN = 200


def kind_name(kind: str) -> str:
    """Return what people call a kind of message."""
    return {
        exchange.SUBMITTED: _("Rujukan"),
        exchange.ANSWERED: _("Kabar rujukan"),
    }.get(kind, kind)


@dataclass(frozen=True)
class Destination:
    """An office files may be carried to: what waits for it, and how much of that was carried."""

    peer: Peer
    messages: int
    receipts: int


def destinations(actor: Actor) -> list[Destination]:
    """Return the linked offices of other installations, by name (two queries)."""
    peers = (
        services.offices_to_carry_to(actor.office)
        .annotate(
            waiting=Count(
                "messages",
                filter=Q(
                    messages__acked_at__isnull=True,
                    messages__failed_at__isnull=True,
                    messages__superseded_at__isnull=True,
                ),
            )
        )
        .order_by("name", "pk")
    )
    untold = dict(
        PackageEntry.objects.filter(
            package__office=actor.office,
            package__direction=Package.Direction.IN,
            what=PackageEntry.What.MESSAGE,
            outcome__in=("new", "known", "refused"),
            told_in__isnull=True,
        )
        .order_by()
        .values_list("package__peer")
        .annotate(Count("pk"))
    )
    return [Destination(peer, peer.waiting, untold.get(peer.pk, 0)) for peer in peers]


def destination(actor: Actor, uid: uuid.UUID | str) -> Peer:
    """Return one linked office of another installation. Raises NotFound."""
    found = services.offices_to_carry_to(actor.office).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Kantor itu tidak terhubung dengan kantor ini."))
    return found


def waiting(peer: Peer) -> list[tuple[OutboxMessage, str, Any]]:
    """Return the oldest messages that wait for a peer: with the number people know, and when it was
    last put in a package (two queries). No name: who may carry a file need not read the case."""
    rows = list(services.waiting_for(peer)[:SHOWN])
    carried = carried_at([row.uid for row in rows])
    return [
        (row, str(row.body.get("receipt_number") or "")[:60], carried.get(row.uid)) for row in rows
    ]


def carried_at(uids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """Return when each message was last put in a package made here (one query)."""
    rows = PackageEntry.objects.filter(
        uid__in=uids, package__direction=Package.Direction.OUT, what=PackageEntry.What.MESSAGE
    )
    return dict(rows.order_by().values_list("uid").annotate(Max("package__made_at")))


def packages(actor: Actor) -> list[Package]:
    """Return the latest packages with counts of their entries, newest first (one query)."""
    messages = Q(entries__what=PackageEntry.What.MESSAGE)
    unsettled = Q(entries__outcome__in=("waiting", "failed"))
    rows = (
        Package.objects.visible_to(actor)
        .select_related("peer", "by")
        .annotate(
            message_count=Count("entries", filter=messages),
            receipt_count=Count("entries", filter=~messages),
            unsettled_count=Count("entries", filter=unsettled),
        )
        .order_by("-pk")
    )
    return list(rows[:SHOWN])


def package(actor: Actor, uid: uuid.UUID | str) -> Package:
    """Return one package. Raises NotFound."""
    found: Package | None = (
        Package.objects.visible_to(actor)
        .select_related("peer", "office", "file", "by", "letter")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("Berkas bawaan itu tidak ada di kantor ini."))
    return found


@dataclass(frozen=True)
class Shown:
    """One thing in a package, in words. ``tone`` is a badge's."""

    entry: PackageEntry
    name: str
    state: str
    tone: str


_TONES = {"new": "success", "known": "neutral", "refused": "danger", "failed": "danger"}


def entries(row: Package) -> list[Shown]:
    """Return what is in a package and what became of it (two queries)."""
    found = list(row.entries.order_by("what", "pk"))
    acked = _acknowledged(row, found) if row.is_out else {}
    return [_shown(row, entry, acked) for entry in found]


def _acknowledged(row: Package, found: list[PackageEntry]) -> dict[uuid.UUID, OutboxMessage]:
    uids = [one.uid for one in found if one.what == PackageEntry.What.MESSAGE]
    rows = OutboxMessage.objects.filter(office=row.office, uid__in=uids)
    return {one.uid: one for one in rows.defer("body")}


def _shown(row: Package, entry: PackageEntry, acked: dict[uuid.UUID, OutboxMessage]) -> Shown:
    is_receipt = entry.what == PackageEntry.What.RECEIPT
    name = _("Tanda terima") if is_receipt else kind_name(entry.kind)
    if not row.is_out:
        tone = _TONES.get(entry.outcome, "waiting")
        return Shown(entry, name, str(entry.get_outcome_display()), tone)
    message = acked.get(entry.uid)
    if is_receipt or message is None:
        return Shown(entry, name, _("Ikut dibawa"), "neutral")
    if message.acked_at:
        return Shown(entry, name, _("Sudah diterima"), "success")
    if message.failed_at:
        return Shown(entry, name, _("Ditolak sistem penerima"), "danger")
    return Shown(entry, name, _("Belum ada tanda terima"), "waiting")
