"""Reading a file into lines of cells: XLSX, XLS, ODS, CSV.

The content is judged, not the name. A child process takes the file apart (``reader``), with little
memory and time, and hands the lines over a thousand at a time. Refused in words: encrypted
workbooks, workbooks with macros, archives that unpack to far more than they are, files without a
sheet.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from puskesmas.errors import InvalidInput

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Line = Sequence[Cell]

OPENS_WITHIN = 180.0
"""Seconds in which the child must have taken the file apart."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_SAID = re.compile(rb"\\u00[01]")
_READER = Path(__file__).with_name("reader.py")
_REFUSED = {
    "password": _(
        "Berkas ini dikunci kata sandi. Buka kuncinya di Excel, simpan, lalu unggah lagi."
    ),
    "macros": _("Berkas ini berisi makro. Simpan ulang sebagai “Excel Workbook (.xlsx)” biasa."),
    "bomb": _("Isi berkas ini jauh lebih besar daripada ukurannya. Salin datanya ke berkas baru."),
    "no_sheet": _("Berkas ini tidak berisi lembar kerja."),
    "too_wide": _("Lembar ini punya terlalu banyak kolom. Hapus kolom kosong di kanan data."),
    "too_large": _(
        "Lembar ini terlalu besar untuk dibaca. Bagi menjadi beberapa berkas, misalnya per dusun."
    ),
    "web_page": _(
        "Berkas ini halaman web, bukan lembar kerja, walau namanya .xls. Buka di Excel, simpan "
        "ulang sebagai .xlsx, lalu unggah lagi."
    ),
    "unreadable": _(
        "Berkas ini tidak dapat dibaca. Buka di Excel, simpan ulang sebagai .xlsx atau .csv."
    ),
}


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``lines`` yields (printed line number from 1, cells) and can be read once."""

    name: str
    sheet_names: list[str]
    total_lines: int
    lines: Iterator[tuple[int, Line]]


@contextmanager
def opened(content: bytes, *, sheet: str = "") -> Iterator[Sheet]:
    """Open the named sheet of the file, or its first visible one, while the block lasts.

    Raises:
        InvalidInput: not a sheet, encrypted, with macros, or a bomb; the message says what to do.
    """
    # Nothing of the environment: the child needs no keys. -I: nor anything from the folder.
    child = subprocess.Popen(
        [sys.executable, "-I", str(_READER), sheet],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    said: Any = child.stdout
    alarm = threading.Timer(OPENS_WITHIN, child.kill)
    alarm.start()
    try:
        _hand_over(child.stdin, content)
        about = _hear(said)
        alarm.cancel()
        yield Sheet(about["name"], about["names"], about["lines"], _lines(said))
    finally:
        alarm.cancel()
        child.kill()
        said.close()
        child.wait()


def _hand_over(pipe: Any, content: bytes) -> None:
    # A child that ended early has said why, or says nothing: heard next.
    with suppress(BrokenPipeError), pipe:
        pipe.write(content)


def _hear(said: IO[bytes]) -> Any:
    """Return what the child says next; a child cut off by its limits says nothing any more."""
    line = said.readline()
    if not line.endswith(b"\n"):
        raise InvalidInput(_REFUSED["too_large"], field="file")
    heard = json.loads(line, object_hook=_day_or_words)
    if isinstance(heard, dict) and "refused" in heard:
        raise InvalidInput(_REFUSED[heard["refused"]], field="file")
    # As JSON writes them: looking at every cell would cost every list.
    return _printable(heard) if _CONTROL_SAID.search(line) else heard


def _day_or_words(said: dict[str, Any]) -> Any:
    return date.fromisoformat(said["day"]) if "day" in said else said


def _lines(said: IO[bytes]) -> Iterator[tuple[int, Line]]:
    while (chunk := _hear(said)) is not None:
        yield from map(tuple, chunk)


def _printable(heard: Any) -> Any:
    """Return lines without what no sheet can hold and PostgreSQL cannot keep (Ctrl-Z, NUL)."""
    if isinstance(heard, str):
        return _CONTROL.sub("", heard)
    return [_printable(one) for one in heard] if isinstance(heard, list) else heard
