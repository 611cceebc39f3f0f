"""Packages carried by hand: made of what waits, opened and looked at, then taken in one by one.

A package is one more road, no other protocol: what is in it goes through ``exchange.receive()``
and the outbox's own confirmation, so whichever road comes first wins and the other is known. What
was put in a package stays in the outbox until a receipt comes, by either road.
"""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments, office_keys, outbox, transports
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.models import Office, OutboxMessage, Peer, Role
from puskesmas.workflow import role_names
from referrals import exchange, schemas
from referrals.packages import container, files
from referrals.packages.container import Contents, Unreadable
from referrals.packages.models import Package, PackageEntry

log = logging.getLogger("referrals.packages")

What, Outcome = PackageEntry.What, PackageEntry.Outcome

#: Who carries files between offices, in the village and at the tier above.
VILLAGE = (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD, Role.ADMIN)
ABOVE = (Role.MANAGER, Role.DISTRICT_FRONT, Role.DISTRICT_BACK, Role.ADMIN)
CARRIERS = tuple(dict.fromkeys(role.value for role in (*VILLAGE, *ABOVE)))

MEDIA_TYPE = "application/octet-stream"


def offices_to_carry_to(office: Office) -> Any:
    """Return the linked offices of other installations; partners and neighbours need no stick."""
    return Peer.objects.filter(office=office, active=True, transport__in=Peer.BY_HAND)


def waiting_for(peer: Peer) -> Any:
    """Return the messages that wait for a peer, by any road, oldest first."""
    return OutboxMessage.objects.filter(outbox.is_open(), peer=peer).order_by("pk")


def untold(peer: Peer) -> Any:
    """Return what came from the peer in packages and no package of ours has told him of."""
    settled = (Outcome.NEW, Outcome.KNOWN, Outcome.REFUSED)
    return PackageEntry.objects.filter(
        package__peer=peer,
        package__direction=Package.Direction.IN,
        what=What.MESSAGE,
        outcome__in=settled,
        told_in__isnull=True,
    ).order_by("pk")


@transaction.atomic
def make(
    *,
    actor: Actor,
    peer_uid: uuid.UUID | str,
    messages: Iterable[uuid.UUID | str] = (),
    client_uid: uuid.UUID | None = None,
) -> Package:
    """Put what waits for a peer (or the chosen messages), and receipts for him, into one file.

    The oldest come first; what does not fit (``PACKAGE_MAX_BYTES``) waits for the next package.

    Raises:
        NotYourRole. NotFound: no such linked office.
        InvalidInput: nothing waits for it.
        WrongState: its keys are not known here, so nothing can be sealed for it.
    """
    _require_carrier(actor)
    if (earlier := first_result(Package, client_uid, actor=actor)) is not None:
        return earlier
    offices = offices_to_carry_to(actor.office).select_related("office")
    peer: Peer | None = offices.filter(uid=peer_uid).first()
    if peer is None:
        raise NotFound(_("Kantor itu tidak terhubung dengan kantor ini."))
    if not peer.box_key:
        raise WrongState(
            _(
                "Kunci %(name)s belum ada di sini. Masukkan dulu kartu kantornya di halaman "
                "Kartu kantor."
            )
            % {"name": peer.name},
            state="no_key",
        )
    package = Package(
        office=actor.office,
        client_uid=client_uid,
        peer=peer,
        direction=Package.Direction.OUT,
        made_at=timezone.now(),
        by=actor.user,
    )
    package.package_uid = package.uid
    chosen = [str(uid) for uid in messages]
    rows = waiting_for(peer).select_related("office", "peer")
    sent = list(rows.filter(uid__in=chosen) if chosen else rows)
    told = list(untold(peer))
    if not sent and not told:
        raise InvalidInput(
            _("Tidak ada yang menunggu untuk dibawa ke %(name)s.") % {"name": peer.name}
        )
    contents, sent = _contents(package, peer, sent, told)
    raw = container.pack(contents, keys=office_keys.keys_of(actor.office), box_key=peer.box_key)
    package.file = attachments.store_bytes(
        raw, actor=actor, media_type=MEDIA_TYPE, name=file_name(package)
    )
    package.save()
    PackageEntry.objects.bulk_create(
        [
            *(_entry(package, What.MESSAGE, exchange.envelope(message)) for message in sent),
            *(_entry(package, What.RECEIPT, receipt) for receipt in contents.receipts),
        ]
    )
    PackageEntry.objects.filter(pk__in=[row.pk for row in told]).update(told_in=package)
    audit(actor=actor, action="package.make", subject=package, fields=["messages", "receipts"])
    return package


def file_name(package: Package) -> str:
    """Return the name of the file on the stick: no person, and different each time."""
    day = timezone.localtime(package.made_at, package.office.tz).strftime("%Y%m%d-%H%M")
    return f"puskesos-{day}-{str(package.package_uid)[-6:]}{container.SUFFIX}"


def _contents(
    package: Package, peer: Peer, sent: list[OutboxMessage], told: list[PackageEntry]
) -> tuple[Contents, list[OutboxMessage]]:
    """Return what goes in, and which messages of ``sent`` those are: as many as there is room."""
    room = settings.PACKAGE_MAX_BYTES - 512 * len(told)
    fitting: list[OutboxMessage] = []
    originals: dict[str, bytes] = {}
    for message in sent:
        wanted = [one for one in files.enclosed(peer, [message]) if one[0] not in originals]
        size = len(outbox.canonical(message.body).encode()) + 1000 + sum(one[2] for one in wanted)
        if size > room and fitting:
            break
        room -= size
        fitting.append(message)
        originals |= {sha256: read() for sha256, read, _size in wanted}
    contents = Contents(
        uid=str(package.package_uid),
        sender=str(package.office.uid),
        recipient=str(peer.peer_uid),
        made_at=package.made_at.isoformat(),
        messages=[exchange.envelope(message) for message in fitting],
        receipts=[_told(peer, row) for row in told],
        files=originals,
    )
    return contents, fitting


def _told(peer: Peer, row: PackageEntry) -> dict[str, Any]:
    """Return what the sender of a message is told of it: its receipt, or why it was refused."""
    receipt = exchange.receipt_of(peer, row.uid)
    if receipt is None:
        return {"uid": str(row.uid), "outcome": "refused", "code": row.code, "detail": row.detail}
    return {"uid": str(row.uid), "outcome": "accepted", "receipt": receipt}


def _entry(package: Package, what: str, said: dict[str, Any]) -> PackageEntry:
    """Return the row of a message (an envelope) or a receipt (as package-v1 says)."""
    body: dict[str, Any] = said.get("body", {})
    receipt: dict[str, Any] = said.get("receipt", {})
    reference = body.get("receipt_number") or receipt.get("reference") or ""
    return PackageEntry(
        package=package,
        what=what,
        uid=said["uid"],
        kind=str(said.get("kind") or receipt.get("kind") or "")[:40],
        body_sha256=said.get("body_sha256", ""),
        reference=str(reference)[:60],
        detail=said.get("detail", "") if what == What.RECEIPT else "",
    )


# --- What somebody brought -----------------------------------------------------------------------


@transaction.atomic
def bring(*, actor: Actor, raw: bytes) -> Package:
    """Open a file somebody brought and note what is in it; nothing is taken in yet.

    A file that was brought before gives the package of that time (``is_repeat``).

    Raises:
        NotYourRole.
        Unreadable: not a package, damaged, for or from another office, too large, too new.
    """
    _require_carrier(actor)
    peer, contents = _open(actor.office, raw)
    sha256 = hashlib.sha256(raw).hexdigest()
    # Locked: two windows with one file make one package.
    Peer.objects.select_for_update().get(pk=peer.pk)
    earlier = (
        Package.objects.visible_to(actor)
        .select_related("file", "peer")
        .filter(peer=peer, direction=Package.Direction.IN, package_uid=contents.uid)
        .first()
    )
    if earlier is not None:
        if earlier.file.sha256 != sha256:
            raise Unreadable(
                _("Nomor berkas ini sudah dipakai untuk isi yang lain. Minta berkas yang baru."),
                code="uid_reused",
            )
        earlier.is_repeat = True
        return earlier
    package = Package(
        office=actor.office,
        peer=peer,
        direction=Package.Direction.IN,
        package_uid=contents.uid,
        made_at=datetime.fromisoformat(contents.made_at),
        by=actor.user,
    )
    package.file = attachments.store_bytes(raw, actor=actor, media_type=MEDIA_TYPE, name="")
    package.save()
    PackageEntry.objects.bulk_create(
        [
            *(_entry(package, What.RECEIPT, one) for one in contents.receipts),
            *(_entry(package, What.MESSAGE, one) for one in contents.messages),
        ]
    )
    audit(actor=actor, action="package.bring", subject=package)
    return package


def _open(office: Office, raw: bytes) -> tuple[Peer, Contents]:
    """Return who sent a file, and what is in it."""
    if len(raw) > settings.PACKAGE_MAX_BYTES * 11 // 10:
        raise Unreadable(
            _("Berkas ini terlalu besar: paling besar %(mb)d MB. Minta dibagi menjadi beberapa.")
            % {"mb": settings.PACKAGE_MAX_BYTES // 1024 // 1024},
            code="too_large",
        )
    address = container.address(raw)
    keys = office_keys.keys_of(office)
    if address.recipient != str(office.uid):
        raise Unreadable(_not_for_us(address.recipient), code="wrong_recipient")
    if address.box_key != keys.box_key:
        raise Unreadable(
            _(
                "Berkas ini dibuat dengan kartu lama kantor ini dan tidak bisa dibuka lagi. "
                "Berikan kartu kantor yang baru kepada pengirimnya, lalu minta dibuat lagi."
            ),
            code="old_key",
        )
    peer = (
        Peer.objects.select_related("office")
        .filter(office=office, peer_uid=address.sender, active=True, transport__in=Peer.BY_HAND)
        .order_by("pk")
        .first()
    )
    if peer is None or not peer.sign_key:
        raise Unreadable(
            _(
                "Berkas ini dari kantor yang belum dikenal di sini. Masukkan dulu kartu kantor "
                "pengirimnya di halaman Kartu kantor, lalu masukkan berkas ini lagi."
            ),
            code="foreign_office",
        )
    return peer, container.unpack(raw, keys=keys, sign_key=peer.sign_key)


def _not_for_us(recipient: str) -> str:
    named = Peer.objects.filter(peer_uid=recipient).values_list("name", flat=True).first()
    if named:
        return _("Berkas ini untuk %(name)s, bukan untuk kantor ini. Bawa ke sana.") % {
            "name": named
        }
    return _(
        "Berkas ini untuk kantor lain, bukan untuk kantor ini. Lihat tujuan di surat pengantarnya."
    )


def contents_of(package: Package) -> Contents:
    """Return what is in a package that was brought here.

    Raises:
        Unreadable: the keys changed since.
    """
    return _open(package.office, attachments.read(package.file))[1]


def take_in(*, actor: Actor, uid: uuid.UUID | str) -> Package:
    """Take in what waits in a package: receipts first, then messages, each in its own transaction.

    What was refused or failed is noted beside it and keeps nobody else out; what failed is tried
    again when this is called again.

    Raises:
        NotYourRole. NotFound: no such package was brought here. Unreadable: the keys changed.
    """
    _require_carrier(actor)
    package: Package | None = (
        Package.objects.visible_to(actor)
        .select_related("peer__office", "office", "file")
        .filter(uid=uid, direction=Package.Direction.IN)
        .first()
    )
    if package is None:
        raise NotFound(_("Berkas bawaan itu tidak ada di kantor ini."))
    contents = contents_of(package)
    said = {(What.MESSAGE, one["uid"]): one for one in contents.messages}
    said |= {(What.RECEIPT, one["uid"]): one for one in contents.receipts}
    audit(actor=actor, action="package.take_in", subject=package)
    open_entries = package.entries.filter(outcome__in=(Outcome.WAITING, Outcome.FAILED))
    for entry in open_entries.order_by("pk"):
        _settle(package.peer, entry, said[What(entry.what), str(entry.uid)])
    for sha256, content in contents.files.items():
        files.keep(package.peer, sha256, content)
    return package


def _settle(peer: Peer, entry: PackageEntry, said: dict[str, Any]) -> None:
    take = _take_message if entry.what == What.MESSAGE else _take_receipt
    try:
        take(peer, entry, said)
    except exchange.Refusal as refusal:
        entry.settle(Outcome.REFUSED, code=refusal.code, detail=str(refusal.message))
    except Exception:
        # One message our code cannot digest must not keep the others away.
        log.exception("%s %s not taken in", entry.what, entry.uid)
        entry.settle(Outcome.FAILED)


def _take_message(peer: Peer, entry: PackageEntry, parcel: dict[str, Any]) -> None:
    receipt, fresh = exchange.receive(peer=peer, parcel=parcel)
    entry.settle(Outcome.NEW if fresh else Outcome.KNOWN, reference=receipt["reference"])


def _take_receipt(peer: Peer, entry: PackageEntry, said: dict[str, Any]) -> None:
    message = (
        OutboxMessage.objects.select_related("office", "peer")
        .filter(office=peer.office, peer__peer_uid=peer.peer_uid, uid=entry.uid)
        .first()
    )
    if message is None:
        raise exchange.Refusal(
            _("Tanda terima ini untuk kiriman yang tidak ada di sini."), code="unknown_message"
        )
    if said["outcome"] == "refused":
        fresh = outbox.give_up(message, code=said.get("code", ""), detail=said.get("detail", ""))
    else:
        fresh = _confirm(message, said.get("receipt"))
    entry.settle(Outcome.NEW if fresh else Outcome.KNOWN)


def _confirm(message: OutboxMessage, receipt: Any) -> bool:
    if schemas.faults("receipt-v1", receipt):
        raise exchange.Refusal(_("Tanda terima tidak sesuai aturan."), code="body_invalid")
    right = (str(message.uid), message.body_sha256)
    if (receipt["uid"], receipt["body_sha256"]) != right:
        raise exchange.Refusal(
            _("Tanda terima ini untuk isi yang lain dari yang dikirim."), code="hash_mismatch"
        )
    if message.acked_at:
        return False
    return outbox.confirm(message, receipt, transports.after_ack)


def _require_carrier(actor: Actor) -> None:
    if not actor.is_system and not actor.has(*CARRIERS):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": _("Bawa berkas dengan stik"), "roles": role_names(CARRIERS)}
        )
