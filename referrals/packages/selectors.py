"""Reads of packages: scoped to the officer's office, with known query counts."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from complaints import receipts
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import OutboxMessage, Peer
from referrals import exchange
from referrals.files import carrying
from referrals.files.models import SentFile
from referrals.packages import services
from referrals.packages.models import Package, PackageEntry

What = PackageEntry.What

#: How many packages, waiting messages or entries one page shows.
SHOWN = 200


def kind_name(kind: str) -> str:
    """Return what people call a kind of message."""
    return {
        exchange.SUBMITTED: _("Rujukan"),
        exchange.ANSWERED: _("Kabar rujukan"),
        exchange.PUBLISHED: _("Kabar halaman publik"),
        exchange.VERVAL_ASSIGNED: _("Daftar verval"),
        exchange.VERVAL_PROGRESS: _("Kemajuan verval"),
        exchange.VERVAL_RETURNED: _("Hasil verval"),
        exchange.CALL_ISSUED: _("Permintaan calon"),
        exchange.CALL_ANSWERED: _("Daftar calon"),
    }.get(kind, kind)


@dataclass(frozen=True)
class Destination:
    """An office files may be carried to, and how much of each kind waits for it."""

    peer: Peer
    messages: int
    files: int
    receipts: int


def destinations(actor: Actor) -> list[Destination]:
    """Return the linked offices of other installations, by name (three queries)."""
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
            what__in=(PackageEntry.What.MESSAGE, PackageEntry.What.FILE),
            outcome__in=("new", "known", "refused"),
            told_in__isnull=True,
        )
        .order_by()
        .values_list("package__peer")
        .annotate(Count("pk"))
    )
    files = carrying.counts(actor.office)
    return [
        Destination(peer, peer.waiting, files.get(peer.pk, 0), untold.get(peer.pk, 0))
        for peer in peers
    ]


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


def waiting_files(peer: Peer, waiting_messages: list[OutboxMessage]) -> list[SentFile]:
    """Return the files that may go to a peer with these messages, in the order they would go."""
    return services.waiting_files(peer, waiting_messages)[:SHOWN]


def carried_at(uids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """Return when each message was last put in a package made here (one query)."""
    rows = PackageEntry.objects.filter(
        uid__in=uids, package__direction=Package.Direction.OUT, what=PackageEntry.What.MESSAGE
    )
    return dict(rows.order_by().values_list("uid").annotate(Max("package__made_at")))


def packages(actor: Actor) -> list[Package]:
    """Return the latest packages with counts of their entries, newest first (one query)."""
    messages = Q(entries__what=PackageEntry.What.MESSAGE)
    files = Q(entries__what=PackageEntry.What.FILE) & ~Q(entries__outcome="left")
    receipts = Q(entries__what__in=(PackageEntry.What.RECEIPT, PackageEntry.What.FILE_RECEIPT))
    unsettled = Q(entries__outcome__in=("waiting", "failed"))
    rows = (
        Package.objects.visible_to(actor)
        .select_related("peer", "by")
        .annotate(
            message_count=Count("entries", filter=messages),
            file_count=Count("entries", filter=files),
            receipt_count=Count("entries", filter=receipts),
            unsettled_count=Count("entries", filter=unsettled),
        )
        .order_by("-pk")
    )
    return list(rows[:SHOWN])


def package(actor: Actor, uid: uuid.UUID | str) -> Package:
    """Return one package. Raises NotFound."""
    found: Package | None = (
        Package.objects.visible_to(actor)
        .select_related("peer", "office", "by", "letter")
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

    @property
    def number(self) -> str:
        """A receipt number as it is printed; an agenda number as it is."""
        number = self.entry.reference
        return receipts.shown(number) if number.isdecimal() and len(number) == 12 else number


_TONES = {"new": "success", "known": "neutral", "refused": "danger", "failed": "danger"}


def entries(row: Package) -> list[Shown]:
    """Return what is in a package and what became of it (at most three queries)."""
    found = sorted(row.entries.order_by("pk"), key=lambda one: _ORDER.index(What(one.what)))
    if not row.is_out:
        return [_shown_in(entry) for entry in found]
    acked = _acknowledged(row, found)
    sent = carrying.states(row.peer, [one.name for one in found if one.what == What.FILE])
    return [_shown_out(entry, acked, sent) for entry in found]


_ORDER = [What.MESSAGE, What.FILE, What.RECEIPT, What.FILE_RECEIPT]


def _acknowledged(row: Package, found: list[PackageEntry]) -> dict[uuid.UUID, OutboxMessage]:
    uids = [one.uid for one in found if one.what == What.MESSAGE]
    rows = OutboxMessage.objects.filter(office=row.office, uid__in=uids)
    return {one.uid: one for one in rows.defer("body")}


def _name(entry: PackageEntry) -> str:
    if entry.what == What.MESSAGE:
        return kind_name(entry.kind)
    what = _("Lampiran") if entry.what == What.FILE else _("Tanda terima")
    return f"{what}: {entry.label}" if entry.label else what


def _shown_in(entry: PackageEntry) -> Shown:
    tone = _TONES.get(entry.outcome, "waiting")
    return Shown(entry, _name(entry), str(entry.get_outcome_display()), tone)


def _shown_out(
    entry: PackageEntry,
    acked: dict[uuid.UUID, OutboxMessage],
    sent: dict[carrying.Name, SentFile],
) -> Shown:
    name = _name(entry)
    if entry.outcome == PackageEntry.Outcome.LEFT:
        return Shown(entry, name, _("Belum ikut"), "warning")
    is_there, is_refused = _word_on(acked.get(entry.uid), sent.get(entry.name))
    if entry.what not in {What.MESSAGE, What.FILE}:
        return Shown(entry, name, _("Ikut dibawa"), "neutral")
    if is_there:
        return Shown(entry, name, _("Sudah diterima"), "success")
    if is_refused:
        return Shown(entry, name, _("Ditolak sistem penerima"), "danger")
    return Shown(entry, name, _("Belum ada tanda terima"), "waiting")


def _word_on(message: OutboxMessage | None, file: SentFile | None) -> tuple[bool, bool]:
    """Return whether the receiver has a message or file, and whether he refused it."""
    if file is not None:
        return file.arrived_at is not None, bool(file.refusal)
    if message is not None:
        return message.acked_at is not None, message.failed_at is not None
    return False, False
