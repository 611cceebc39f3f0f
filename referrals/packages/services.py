"""Packages carried by hand: made of what waits, opened and looked at, then taken in one by one.

A package is one more road, no other protocol: what is in it goes through ``exchange.receive()``
and the outbox's own confirmation, so whichever road comes first wins and the other is known. What
was put in a package stays in the outbox until a receipt comes, by either road.
"""

import logging
import shutil
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import office_keys, outbox, transports
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.models import Office, OutboxMessage, Peer, Role
from puskesmas.workflow import role_names
from referrals import exchange, schemas
from referrals.files import carrying
from referrals.files.models import SentFile
from referrals.files.sending import content_of
from referrals.packages import container, kept
from referrals.packages.container import Contents, Unreadable
from referrals.packages.models import Package, PackageEntry

log = logging.getLogger("referrals.packages")

What, Outcome = PackageEntry.What, PackageEntry.Outcome

#: Who carries files between offices, in the village and at the tier above.
VILLAGE = (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD, Role.ADMIN)
ABOVE = (Role.MANAGER, Role.DISTRICT_FRONT, Role.DISTRICT_BACK, Role.ADMIN)
CARRIERS = tuple(dict.fromkeys(role.value for role in (*VILLAGE, *ABOVE)))

MEDIA_TYPE = "application/octet-stream"
#: What a line of the list takes, generously, and how many files one package names.
_ENTRY_BYTES, _MOST_FILES = 512, 5000


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
        what__in=(What.MESSAGE, What.FILE),
        outcome__in=settled,
        told_in__isnull=True,
    ).order_by("pk")


def waiting_files(peer: Peer, messages: Sequence[OutboxMessage]) -> list[SentFile]:
    """Return the files that may go with these messages: those never carried yet come first."""
    files = carrying.waiting_for(peer, messages)
    last = dict(
        PackageEntry.objects.filter(
            package__peer=peer,
            package__direction=Package.Direction.OUT,
            what=What.FILE,
            outcome=Outcome.WAITING,
            uid__in=[file.referral.uid for file in files],
        )
        .order_by()
        .values_list("body_sha256")
        .annotate(Max("package__made_at"))
    )
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(files, key=lambda file: last.get(file.sha256, never))


@transaction.atomic
def make(
    *,
    actor: Actor,
    peer_uid: uuid.UUID | str,
    messages: Iterable[uuid.UUID | str] = (),
    with_files: bool = True,
    client_uid: uuid.UUID | None = None,
) -> Package:
    """Put what waits for a peer (or the chosen messages), and receipts for him, into one file.

    The oldest come first; what does not fit (``PACKAGE_MAX_BYTES``) waits for the next package.
    Messages go before files; a file that stays behind is listed as such.

    Raises:
        NotYourRole. NotFound: no such linked office.
        InvalidInput: nothing waits for it.
        WrongState: its keys are not known here, so nothing can be sealed for it.
    """
    _require_carrier(actor)
    if (earlier := first_result(Package, client_uid, actor=actor)) is not None:
        return earlier
    peer = _sealable(actor, peer_uid)
    package = Package(
        office=actor.office,
        client_uid=client_uid,
        peer=peer,
        direction=Package.Direction.OUT,
        made_at=timezone.now(),
        by=actor.user,
    )
    package.package_uid = package.uid
    load = _load(peer, [str(uid) for uid in messages], with_files=with_files)
    if not (load.messages or load.told or load.files):
        raise InvalidInput(
            _("Tidak ada yang menunggu untuk dibawa ke %(name)s.") % {"name": peer.name}
        )
    contents = _contents(package, peer, load)
    by_hash = {file.sha256: file for file in load.files}
    with kept.writing(package) as out:
        container.pack(
            contents,
            keys=office_keys.keys_of(actor.office),
            box_key=peer.box_key,
            out=out,
            read=lambda sha256: content_of(by_hash[sha256]),
        )
        package.sha256, package.size = container.digest(out)
    package.save()
    PackageEntry.objects.bulk_create(
        [
            *(_entry(package, What.MESSAGE, one) for one in contents.messages),
            *(_entry(package, What.RECEIPT, one) for one in contents.receipts),
            *(_file_entry(package, file) for file in load.files),
            *(_file_entry(package, file, why=why) for file, why in load.left),
            *(_told_entry(package, row) for row in load.words(What.FILE)),
        ]
    )
    PackageEntry.objects.filter(pk__in=[row.pk for row in load.told]).update(told_in=package)
    audit(actor=actor, action="package.make", subject=package, fields=["messages", "receipts"])
    return package


def _sealable(actor: Actor, uid: uuid.UUID | str) -> Peer:
    peer: Peer | None = (
        offices_to_carry_to(actor.office).select_related("office").filter(uid=uid).first()
    )
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
    return peer


def file_name(package: Package) -> str:
    """Return the name of the file on the stick: no person, and different each time."""
    day = timezone.localtime(package.made_at, package.office.tz).strftime("%Y%m%d-%H%M")
    return f"puskesos-{day}-{str(package.package_uid)[-6:]}{container.SUFFIX}"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What goes into a package, and which files stay behind, each with the reason in words."""

    messages: list[OutboxMessage]
    told: list[PackageEntry]
    files: list[SentFile]
    left: list[tuple[SentFile, str]]

    def words(self, what: str) -> list[PackageEntry]:
        """Return what is told of messages or files: of what came twice, the last word."""
        return list({one.name: one for one in self.told if one.what == what}.values())


def _load(peer: Peer, chosen: list[str], *, with_files: bool) -> Load:
    """Return as much of what waits for a peer as there is room for."""
    told = list(untold(peer))
    rows = waiting_for(peer).select_related("office", "peer")
    waiting = list(rows.filter(uid__in=chosen) if chosen else rows)
    room = settings.PACKAGE_MAX_BYTES - _ENTRY_BYTES * len(told)
    head = min(room, container.HEAD_MAX_BYTES // 2)
    messages: list[OutboxMessage] = []
    for message in waiting:
        size = len(outbox.canonical(message.body).encode()) + 2 * _ENTRY_BYTES
        if size > head and messages:
            break
        room, head = room - size, head - size
        messages.append(message)
    files: list[SentFile] = []
    left: list[tuple[SentFile, str]] = []
    hashes: set[str] = set()
    for file in waiting_files(peer, messages):
        size = _ENTRY_BYTES + (0 if file.sha256 in hashes else file.size)
        if not with_files:
            left.append((file, _("Berkas ini dibuat tanpa lampiran.")))
        elif size > room or len(files) >= _MOST_FILES:
            left.append((file, _("Tidak muat; ikut berkas berikutnya.")))
        elif not carrying.is_sound(file):
            left.append((file, file.refusal))
        else:
            room -= size
            hashes.add(file.sha256)
            files.append(file)
    return Load(messages=messages, told=told, files=files, left=left)


def _contents(package: Package, peer: Peer, load: Load) -> Contents:
    return Contents(
        uid=str(package.package_uid),
        sender=str(package.office.uid),
        recipient=str(peer.peer_uid),
        made_at=package.made_at.isoformat(),
        messages=[exchange.envelope(message) for message in load.messages],
        receipts=[_told(peer, row) for row in load.words(What.MESSAGE)],
        files=[
            {"referral_uid": str(file.referral.uid), "sha256": file.sha256, "size": file.size}
            for file in load.files
        ],
        file_receipts=[_told_file(row) for row in load.words(What.FILE)],
        key=container.new_key() if load.files else "",
    )


def _told(peer: Peer, row: PackageEntry) -> dict[str, Any]:
    """Return what the sender of a message is told of it: its receipt, or why it was refused."""
    receipt = exchange.receipt_of(peer, row.uid)
    if receipt is None:
        return {"uid": str(row.uid), "outcome": "refused", "code": row.code, "detail": row.detail}
    return {"uid": str(row.uid), "outcome": "accepted", "receipt": receipt}


def _told_file(row: PackageEntry) -> dict[str, Any]:
    """Return what the sender of a file is told of it."""
    named = {"referral_uid": str(row.uid), "sha256": row.body_sha256}
    if row.outcome == Outcome.REFUSED:
        return named | {"outcome": "refused", "code": row.code, "detail": row.detail}
    return named | {"outcome": "accepted"}


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


def _file_entry(package: Package, file: SentFile, *, why: str = "") -> PackageEntry:
    """Return the row of a file that goes along; with ``why``, of one that stays behind."""
    return PackageEntry(
        package=package,
        what=What.FILE,
        uid=file.referral.uid,
        body_sha256=file.sha256,
        label=file.label,
        size=file.size,
        reference=file.referral.complaint.receipt_number,
        outcome=Outcome.LEFT if why else Outcome.WAITING,
        detail=why[:200],
    )


def _told_entry(package: Package, row: PackageEntry) -> PackageEntry:
    """Return the row of the receipt of a file that was brought here."""
    return PackageEntry(
        package=package,
        what=What.FILE_RECEIPT,
        uid=row.uid,
        body_sha256=row.body_sha256,
        label=row.label,
        reference=row.reference,
        detail=row.detail,
    )


# --- What somebody brought -----------------------------------------------------------------------


def bring(*, actor: Actor, file: BinaryIO) -> Package:
    """Open a file somebody brought and note what is in it; nothing is taken in yet.

    All of it is read once, a piece at a time: what is damaged is told before anything is kept. A
    file that was brought before gives the package of that time (``is_repeat``).

    Raises:
        NotYourRole.
        Unreadable: not a package, damaged, for or from another office, too large, too new.
    """
    _require_carrier(actor)
    sha256, size = container.digest(file)
    if size > settings.PACKAGE_MAX_BYTES * 11 // 10:
        raise Unreadable(
            _("Berkas ini terlalu besar: paling besar %(mb)d MB. Minta dibagi menjadi beberapa.")
            % {"mb": settings.PACKAGE_MAX_BYTES // 1024 // 1024},
            code="too_large",
        )
    peer, contents = _open(actor.office, file)
    container.check(file, contents)
    package = Package(
        office=actor.office,
        peer=peer,
        direction=Package.Direction.IN,
        package_uid=contents.uid,
        made_at=datetime.fromisoformat(contents.made_at),
        sha256=sha256,
        size=size,
        by=actor.user,
    )
    return _note(package, contents, file, actor)


@transaction.atomic
def _note(package: Package, contents: Contents, file: BinaryIO, actor: Actor) -> Package:
    """Keep a package that was brought, or return the one of the first time."""
    # Locked: two windows with one file make one package.
    Peer.objects.select_for_update().get(pk=package.peer.pk)
    earlier: Package | None = (
        Package.objects.visible_to(actor)
        .select_related("peer")
        .filter(peer=package.peer, direction=Package.Direction.IN, package_uid=contents.uid)
        .first()
    )
    if earlier is not None:
        if earlier.sha256 != package.sha256:
            raise Unreadable(
                _("Nomor berkas ini sudah dipakai untuk isi yang lain. Minta berkas yang baru."),
                code="uid_reused",
            )
        earlier.is_repeat = True
        return earlier
    with kept.writing(package) as out:
        file.seek(0)
        shutil.copyfileobj(file, out)
    package.save()
    PackageEntry.objects.bulk_create(_brought(package, contents))
    audit(actor=actor, action="package.bring", subject=package)
    return package


def _brought(package: Package, contents: Contents) -> list[PackageEntry]:
    """Return the rows of all that is in a package: receipts first, files last."""
    listed = {What.FILE: contents.files, What.FILE_RECEIPT: contents.file_receipts}
    rows = {
        what: {(uuid.UUID(one["referral_uid"]), one["sha256"]): one for one in said}
        for what, said in listed.items()
    }
    called = carrying.labels(package.peer, [name for named in rows.values() for name in named])
    called |= _called_in(contents)
    return [
        *(_entry(package, What.RECEIPT, one) for one in contents.receipts),
        *(_entry(package, What.MESSAGE, one) for one in contents.messages),
        *(
            PackageEntry(
                package=package,
                what=what,
                uid=name[0],
                body_sha256=name[1],
                label=called.get(name, ("", ""))[0],
                reference=called.get(name, ("", ""))[1],
                size=said.get("size", 0),
                detail=said.get("detail", ""),
            )
            for what, named in rows.items()
            for name, said in named.items()
        ),
    ]


def _called_in(contents: Contents) -> dict[carrying.Name, tuple[str, str]]:
    """Return what the submissions of a package call the files that go with them.

    What cannot be read is passed over: nobody has looked at the bodies yet.
    """
    called: dict[carrying.Name, tuple[str, str]] = {}
    for body in (one["body"] for one in contents.messages if one["kind"] == exchange.SUBMITTED):
        if schemas.faults(f"{exchange.SUBMITTED}-v2", body):
            continue
        for file in body.get("attachments", ()):
            name = (uuid.UUID(body["referral_uid"]), file["sha256"])
            called[name] = (file["label"], body["receipt_number"])
    return called


def _open(office: Office, file: BinaryIO) -> tuple[Peer, Contents]:
    """Return who sent a file, and what its head says; leave it at the originals."""
    file.seek(0)
    address = container.address(file)
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
    file.seek(0)
    return peer, container.unpack(file, keys=keys, sign_key=peer.sign_key)


def _not_for_us(recipient: str) -> str:
    named = Peer.objects.filter(peer_uid=recipient).values_list("name", flat=True).first()
    if named:
        return _("Berkas ini untuk %(name)s, bukan untuk kantor ini. Bawa ke sana.") % {
            "name": named
        }
    return _(
        "Berkas ini untuk kantor lain, bukan untuk kantor ini. Lihat tujuan di surat pengantarnya."
    )


def take_in(*, actor: Actor, uid: uuid.UUID | str) -> Package:
    """Take in what waits in a package: receipts first, then messages and files, each by itself.

    What was refused or failed is noted beside it and keeps nobody else out; what failed is tried
    again when this is called again.

    Raises:
        NotYourRole. NotFound: no such package was brought here, or its bytes are gone.
        Unreadable: the keys changed.
    """
    _require_carrier(actor)
    package: Package | None = (
        Package.objects.visible_to(actor)
        .select_related("peer__office", "office")
        .filter(uid=uid, direction=Package.Direction.IN)
        .first()
    )
    if package is None:
        raise NotFound(_("Berkas bawaan itu tidak ada di kantor ini."))
    with kept.opened(package) as file:
        _peer, contents = _open(package.office, file)
        audit(actor=actor, action="package.take_in", subject=package)
        _take_words(package, contents)
        _take_files(package, contents, file)
    return package


def _still_open(package: Package, *what: PackageEntry.What) -> Any:
    rows = package.entries.filter(outcome__in=(Outcome.WAITING, Outcome.FAILED), what__in=what)
    return rows.order_by("pk")


def _take_words(package: Package, contents: Contents) -> None:
    """Take in receipts and messages."""
    said: dict[tuple[str, Any], dict[str, Any]] = {
        (What.MESSAGE, one["uid"]): one for one in contents.messages
    }
    said |= {(What.RECEIPT, one["uid"]): one for one in contents.receipts}
    said |= {
        (What.FILE_RECEIPT, (one["referral_uid"], one["sha256"])): one
        for one in contents.file_receipts
    }
    takers: dict[str, Callable[..., None]] = {
        What.MESSAGE: _take_message,
        What.RECEIPT: _take_receipt,
        What.FILE_RECEIPT: _take_file_receipt,
    }
    for entry in _still_open(package, *(What(what) for what in takers)):
        uid: Any = str(entry.uid)
        key = (uid, entry.body_sha256) if entry.what == What.FILE_RECEIPT else uid
        _settle(takers[entry.what], package.peer, entry, said[What(entry.what), key])


def _take_files(package: Package, contents: Contents, file: BinaryIO) -> None:
    """Take in the files: each is read as it comes by in the package, and no two are held."""
    waiting: dict[str, list[PackageEntry]] = {}
    for entry in _still_open(package, What.FILE):
        waiting.setdefault(entry.body_sha256, []).append(entry)
    if not waiting:
        return
    sizes = contents.sizes()
    for sha256, pieces in container.originals(file, contents):
        entries = waiting.get(sha256, [])
        # What is too large is refused unread.
        wanted = entries and sizes[sha256] <= settings.FILES_MAX_BYTES
        content = b"".join(pieces) if wanted else None
        for entry in entries:
            _settle(_take_file, package.peer, entry, content)


def _settle(take: Callable[..., None], peer: Peer, entry: PackageEntry, said: Any) -> None:
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


def _take_file(peer: Peer, entry: PackageEntry, content: bytes | None) -> None:
    fresh = carrying.keep(peer, entry.name, content)
    entry.settle(Outcome.NEW if fresh else Outcome.KNOWN)


def _take_file_receipt(peer: Peer, entry: PackageEntry, said: dict[str, Any]) -> None:
    refused = said["outcome"] == "refused"
    code = (said.get("code") or "refused") if refused else ""
    fresh = carrying.confirm(peer, entry.name, refused=said.get("detail", ""), code=code)
    entry.settle(Outcome.NEW if fresh else Outcome.KNOWN, detail=said.get("detail", ""))


def _require_carrier(actor: Actor) -> None:
    if not actor.is_system and not actor.has(*CARRIERS):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": _("Bawa berkas dengan stik"), "roles": role_names(CARRIERS)}
        )
