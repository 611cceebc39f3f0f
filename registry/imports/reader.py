"""The program that takes a strange file apart: alone, with little memory and time, and no Django.

Run as a child (``sheets.opened`` does), it gets the file on its standard input and the wanted
sheet's name as its only word. It answers in lines of JSON: first an object that says what the sheet
is called and how long it is, or by a code why it cannot be read; then lists of lines; then null. A
file made to eat the machine eats this process only.
"""

import csv
import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

MAX_MEMORY = 3 * 1024**3
"""Bytes of address space: a bound against bombs, not a measured need."""
MAX_SECONDS = 300
"""Of processor time: a bound as well."""
MAX_UNPACKED_BYTES = 1_500_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_COLUMNS = 500
LINES_AT_ONCE = 1_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_MANIFEST = "META-INF/manifest.xml"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PROGRAMS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc")

Table = tuple[dict[str, Any], Iterable[tuple[int, Any]]]


class Refused(Exception):
    """The file is not read; the code says why."""


def table(content: bytes, wanted: str) -> Table:
    """Return what the sheet is, and its lines with their printed numbers.

    Raises:
        Refused: password, macros, bomb, no_sheet, too_wide, web_page, unreadable.
    """
    if content.startswith(_ZIP):
        _check_archive(content)
        return _workbook(content, wanted)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused("password")
        if "_VBA_PROJECT".encode("utf-16-le") in content:
            raise Refused("macros")
        return _workbook(content, wanted)
    return _csv(content)


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries) or _is_locked(archive):
                raise Refused("password")
    # NotImplementedError: a ZIP of a later format.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError):
        raise Refused("unreadable") from None
    names = [entry.filename.lower() for entry in entries]
    if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names):
        raise Refused("macros")
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > 50_000_000 and unpacked > len(content) * MAX_RATIO
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise Refused("bomb")


def _is_locked(archive: zipfile.ZipFile) -> bool:
    """Return whether the manifest of an OpenDocument says how its entries are encrypted."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(1_000_000)


def _workbook(content: bytes, wanted: str) -> Table:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            item.name for item in book.sheets_metadata if item.visible == SheetVisibleEnum.Visible
        ]
        names = visible or book.sheet_names
        if not names:
            raise Refused("no_sheet")
        name = wanted if wanted in names else names[0]
        grid = book.get_sheet_by_name(name)
    except CalamineError as error:
        raise Refused("password" if "password" in str(error).lower() else "unreadable") from None
    if grid.width > MAX_COLUMNS:
        raise Refused("too_wide")
    # The rows above the used range come along, empty; those below it do not.
    return _about(name, names, grid.total_height), enumerate(grid.iter_rows(), start=1)


def _csv(content: bytes) -> Table:
    text = _decode(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html", "<table", "<?xml")):
        raise Refused("web_page")
    delimiter = max(";,\t|", key=lambda mark: _regularity(text, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    # What ends with a line's end has no further line.
    lines = text.count("\n") + (not text.endswith("\n"))
    return _about("CSV", ["CSV"], lines), _numbered(reader)


def _decode(content: bytes) -> str:
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise Refused("unreadable") from None
    if b"\0" in content[:4096] or content.startswith(_PROGRAMS):
        raise Refused("unreadable")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel on Windows writes; every byte has a letter there, so it cannot fail.
        return content.decode("cp1252", errors="replace")


def _regularity(text: str, mark: str) -> int:
    """Return how many of the mark stand in those of the first lines that have equally many.

    Lines without it say nothing: titles and headings ("RT 02 RW 03") have no columns.
    """
    counts = [line.count(mark) for line in text[:20_000].splitlines()[:30] if mark in line]
    return max((count * counts.count(count) for count in set(counts)), default=0)


def _numbered(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from enumerate(reader, start=1)
    except csv.Error:
        raise Refused("unreadable") from None


def _about(name: str, names: list[str], lines: int) -> dict[str, Any]:
    return {"name": name, "names": names, "lines": lines}


def main(wanted: str) -> None:
    """Answer with the sheet on the standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        about, lines = table(sys.stdin.buffer.read(), wanted)
        _say(about)
        source = iter(lines)
        while chunk := list(islice(source, LINES_AT_ONCE)):
            _say(chunk)
        _say(None)
    except Refused as refusal:
        _say({"refused": str(refusal)})
    except MemoryError:
        _say({"refused": "too_large"})


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, default=_plain))
    sys.stdout.write("\n")
    sys.stdout.flush()


def _plain(cell: Any) -> Any:
    """Return a day as JSON has none; what a sheet says of hours is nobody's birth."""
    return {"day": cell.isoformat()[:10]} if isinstance(cell, date) else str(cell)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
