"""What is proved of an office: rows and hash of every table, of its history, and of every file."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations.recorder import MigrationRecorder

from moving import owners
from moving.rows import Places, Table
from puskesmas import attachments, outbox, sealing
from puskesmas.models import Attachment, Office, Seal
from referrals.models import Package
from referrals.packages import kept
from reports.letters.models import LetterRevision
from reports.letters.services import read_pdf

#: How many bytes of each row's hash are kept to tell which one differs.
MARK = 8


class Digest:
    """The hash of a table's lines; ``marks`` tells of each line where two tables part."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self.rows, self.marks = 0, bytearray()

    def add(self, line: str) -> None:
        written = line.encode() + b"\n"
        self._whole.update(written)
        self.marks += hashlib.sha256(written).digest()[:MARK]
        self.rows += 1

    @property
    def said(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self._whole.hexdigest()}

    def first_difference(self, other: "Digest") -> int | None:
        """Return the first place at which the two differ; None when they are equal."""
        both = range(0, max(len(self.marks), len(other.marks)), MARK)
        parts = (at for at in both if self.marks[at : at + MARK] != other.marks[at : at + MARK])
        at = next(parts, None)
        return None if at is None else at // MARK


def digest_of(lines: Iterable[str]) -> Digest:
    found = Digest()
    for line in lines:
        found.add(line)
    return found


def tables(office: Office, places: Places) -> Iterator[tuple[Table, Iterator[str]]]:
    """Yield every table that moves, and the office's lines of it."""
    for model in owners.in_order():
        table = Table(model, office)
        yield table, table.lines(places)


def shape() -> dict[str, Any]:
    """Return what two installations must have in common: columns, and the newest migrations."""
    applied: dict[str, str] = {}
    for app, name in sorted(MigrationRecorder.Migration.objects.values_list("app", "name")):
        applied[app] = name
    return {
        "migrations": applied,
        "columns": {
            model._meta.label: [field.attname for field in owners.columns(model)]
            for model in owners.in_order()
        },
    }


def history(office: Office) -> dict[str, Any]:
    """Return rows and hash of the office's history, with the last seal over it here."""
    found = {}
    for table in sealing.TABLES:
        rows, sha256 = sealing.history_of(office, table)
        last = Seal.objects.filter(table=table).order_by("-pk").first()
        found[table] = {"rows": rows, "sha256": sha256, "seal": last.digest if last else ""}
    return found


def files(office: Office) -> Iterator[tuple[str, str, bytes | None]]:
    """Yield name, SHA-256 (hex) and content of every file of the office; None for one not there.

    A file that does not open, or is not what its row says, is none.
    """
    uploaded = Attachment.objects.filter(office=office).order_by("pk")
    for one in uploaded.iterator(chunk_size=500):
        yield f"attachments/{one.uid.hex}", one.sha256, _read(attachments.read, one, one.sha256)
    printed = LetterRevision.objects.filter(letter__office=office).exclude(pdf_path="")
    for revision in printed.order_by("pk").iterator(chunk_size=500):
        content = _read(read_pdf, revision, revision.pdf_sha256)
        yield revision.pdf_path, revision.pdf_sha256, content
    carried = Package.objects.filter(office=office, removed_at__isnull=True)
    for package in carried.order_by("pk").iterator(chunk_size=500):
        content = _read(_read_package, package, package.sha256)
        yield f"packages/{package.uid.hex}", package.sha256, content


def _read_package(package: Package) -> bytes:
    with kept.opened(package) as file:
        return file.read()


def _read(read: Any, row: Any, sha256: str) -> bytes | None:
    try:
        content: bytes = read(row)
    except Exception:
        # Not there, cut short, of another key: whatever is wrong, it cannot be carried, and the
        # manifest says so.
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def proof(manifest: dict[str, Any]) -> str:
    """Return the manifest's own SHA-256 (hex): the word two installations compare."""
    return outbox.body_hash(manifest)
