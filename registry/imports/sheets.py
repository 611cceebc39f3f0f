"""Reading a file into lines of cells: XLSX, XLS, ODS, CSV.

The content is judged, not the name. Refused in words: encrypted workbooks, workbooks with macros,
archives that unpack to far more than they are, files without a sheet.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from puskesmas.errors import InvalidInput

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Line = Sequence[Cell]

MAX_UNPACKED_BYTES = 1_500_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_COLUMNS = 500
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``lines`` yields (printed line number from 1, cells) and can be read once."""

    name: str
    sheet_names: list[str]
    total_lines: int
    lines: Iterator[tuple[int, Line]]


def after_header(sheet: Sheet, header_row: int) -> tuple[Line, Iterator[tuple[int, Line]]]:
    """Return the line of titles and what follows it; the sheet's lines are used up to there."""
    titles: Line = []
    for number, line in sheet.lines:
        if number == header_row:
            titles = line
            break
    return titles, sheet.lines


@contextmanager
def opened(content: bytes, *, sheet: str = "") -> Iterator[Sheet]:
    """Open the named sheet of the file, or its first visible one.

    Raises:
        InvalidInput: not a sheet, encrypted, with macros, or a bomb; the message says what to do.
    """
    if content.startswith(_ZIP):
        _check_archive(content)
        yield _read_workbook(content, sheet)
    elif content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _password()
        yield _read_workbook(content, sheet)
    else:
        yield _read_csv(content)


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError):  # the latter: a ZIP of a later format
        raise _unreadable() from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise _password()
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise InvalidInput(
            _("Berkas ini berisi makro. Simpan ulang sebagai “Excel Workbook (.xlsx)” biasa."),
            field="file",
        )
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > 50_000_000 and unpacked > len(content) * MAX_RATIO
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise InvalidInput(
            _("Isi berkas ini jauh lebih besar daripada ukurannya. Salin datanya ke berkas baru."),
            field="file",
        )


def _read_workbook(content: bytes, wanted: str) -> Sheet:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            item.name
            for item in workbook.sheets_metadata
            if item.visible == SheetVisibleEnum.Visible
        ]
        names = visible or workbook.sheet_names
        if not names:
            raise InvalidInput(_("Berkas ini tidak berisi lembar kerja."), field="file")
        name = wanted if wanted in names else names[0]
        grid = workbook.get_sheet_by_name(name)
    except CalamineError as error:
        raise (_password() if "password" in str(error).lower() else _unreadable()) from None
    if grid.width > MAX_COLUMNS:
        raise InvalidInput(
            _("Lembar ini punya terlalu banyak kolom. Hapus kolom kosong di kanan data."),
            field="file",
        )
    # The rows above the used range come along, empty; those below it do not.
    return Sheet(name, names, grid.total_height, enumerate(grid.iter_rows(), start=1))


def _read_csv(content: bytes) -> Sheet:
    if b"\0" in content[:4096]:
        raise _unreadable()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel on Windows writes; every byte has a letter there, so it cannot fail.
        text = content.decode("cp1252", errors="replace")
    delimiter = max(";,\t|", key=lambda mark: _regularity(text, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return Sheet("CSV", ["CSV"], text.count("\n") + 1, _numbered(reader))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, Line]]:
    try:
        for number, line in enumerate(reader, start=1):
            yield number, list(line)
    except csv.Error:
        raise _unreadable() from None


def _regularity(text: str, mark: str) -> int:
    """Return how many columns the mark gives to most of the first lines."""
    counts = [line.count(mark) for line in islice(text.splitlines(), 30) if line.strip()]
    return max(counts, key=counts.count, default=0)


def _password() -> InvalidInput:
    return InvalidInput(
        _("Berkas ini dikunci kata sandi. Buka kuncinya di Excel, simpan, lalu unggah lagi."),
        field="file",
    )


def _unreadable() -> InvalidInput:
    return InvalidInput(
        _("Berkas ini tidak dapat dibaca. Buka di Excel, simpan ulang sebagai .xlsx atau .csv."),
        field="file",
    )
