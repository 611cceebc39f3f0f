"""An office leaves: closed here, then told whole to one file that only its new home opens."""

import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from moving import container, manifest
from moving.errors import CannotMove
from moving.rows import PIECE, Places
from puskesmas import closing, office_keys, outbox, sealing
from puskesmas.models import Move, Office, OutboxMessage, Peer
from registry.imports.services import BUSY
from registry.models import Import


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The office of the new installation whose key opens the file."""

    uid: str
    name: str
    box_key: str


def above(office: Office) -> Recipient | None:
    """Return the office above, when it is linked and its card is known."""
    peer = Peer.objects.filter(
        office=office, direction=Peer.Direction.UPSTREAM, active=True
    ).first()
    if peer is None or not peer.box_key:
        return None
    return Recipient(uid=str(peer.peer_uid), name=peer.name, box_key=peer.box_key)


def waiting(office: Office) -> int:
    """Return how many messages of the office are not delivered yet; they go on from there."""
    return OutboxMessage.objects.filter(outbox.is_open(), office=office).count()


def export(office: Office, path: Path, *, to: Recipient, settle: float) -> dict[str, Any]:
    """Close the office and write all of it to ``path``; return the manifest.

    What was begun before the office was closed has ``settle`` seconds to end.

    Raises:
        CannotMove: no village, something of it is still under way, or its history is broken.
        WrongState: it has moved already. OSError: the file cannot be written.
    """
    _require_movable(office)
    office = closing.close(office)
    time.sleep(settle)
    _require_quiet(office)
    sealing.seal_history()
    if broken := sealing.broken_seals():
        raise CannotMove(
            _("Riwayat di sini tidak cocok lagi dengan segelnya (%(numbers)s). Panggil pengelola.")
            % {"numbers": broken}
        )
    aside = path.with_name(f"{path.name}.part")
    try:
        # Sealed, and still nobody's but who made it.
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            said = write(office, out, to=to)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    Move.objects.create(
        office=office,
        direction=Move.Direction.OUT,
        proof=manifest.proof(said),
        manifest=said,
    )
    return said


def write(office: Office, out: Any, *, to: Recipient) -> dict[str, Any]:
    """Write the office as it is at one moment; return the manifest."""
    keys = office_keys.keys_of(office)
    sealed = container.writing(out, office=office, keys=keys, recipient=to.uid, box_key=to.box_key)
    with _one_moment(), sealed as archive:
        places = Places.read(office)
        head: dict[str, Any] = manifest.shape() | {"rows": {}}
        for table, _lines in manifest.tables(office, places):
            head["rows"][table.label] = len(places.keys_of(table.model))
        container.add(archive, "head.json", json.dumps(head).encode())
        told = {}
        for table, lines in manifest.tables(office, places):
            digest = manifest.Digest()
            for number in itertools.count():
                piece = list(itertools.islice(lines, PIECE))
                if not piece:
                    break
                for line in piece:
                    digest.add(line)
                content = "".join(f"{line}\n" for line in piece).encode()
                container.add(archive, f"rows/{table.label}/{number:06d}.jsonl", content)
            told[table.label] = digest.said
        said = {
            "office": str(office.uid),
            "tables": told,
            "history": manifest.history(office),
            **_write_files(office, archive),
        }
        container.add(archive, "manifest.json", json.dumps(said).encode())
    return said


def _write_files(office: Office, archive: Any) -> dict[str, Any]:
    found, missing = {}, []
    for name, sha256, content in manifest.files(office):
        if content is None:
            missing.append(name)
            continue
        found[name] = sha256
        container.add(archive, f"files/{name}", content)
    return {"files": found, "missing": missing}


@contextmanager
def _one_moment() -> Iterator[None]:
    """See the database as it is now until the end, whatever others write meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _require_movable(office: Office) -> None:
    if not office.is_village:
        raise CannotMove(_("Hanya kantor desa atau kelurahan yang bisa dipindahkan."))
    if Import.objects.filter(office=office, status__in=BUSY).exists():
        raise CannotMove(_("Satu daftar sedang dimuat. Tunggu sampai selesai, lalu ulangi."))


def _require_quiet(office: Office) -> None:
    held = OutboxMessage.objects.filter(
        outbox.is_open(), office=office, claimed_until__gt=timezone.now()
    )
    if held.exists():
        raise CannotMove(
            _(
                "Satu kiriman sedang dikirim. Hentikan pengirim (puskesos-worker), tunggu dua "
                "menit, lalu ulangi."
            )
        )
