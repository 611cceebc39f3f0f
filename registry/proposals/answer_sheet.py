"""Reading the answer file: where its titles stand, which column holds what, what each row says.

The columns are guessed from their titles; a person may say otherwise. ``{column index as text:
field}`` is what is kept of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.errors import InvalidInput
from registry.imports import cells, columns, sheets
from registry.imports.forms import example_of

#: More rows than these are not the answer to a village's sheets.
MOST_ROWS = 20_000
FIELDS = {
    "nik": gettext_lazy("NIK"),
    "answer": gettext_lazy("Hasil (padan atau tidak)"),
    "note": gettext_lazy("Keterangan"),
    "name": gettext_lazy("Nama"),
    "number": gettext_lazy("Nomor baris lembar"),
}
#: Without these nothing can be read.
NEEDED = {"nik", "answer"}
_EXAMPLES = 4
_LONG_NUMBER = re.compile(r"\d{8}")

_ANSWER_TITLES = {
    *("hasil", "status", "padan", "statuspadan", "padantidak", "padantidakpadan", "jawaban"),
    *("hasilpadan", "hasilpemadanan", "statususulan", "hasilusulan"),
    *("statusverifikasi", "hasilverifikasi"),
}
_NUMBER_TITLES = {"no", "nomor", "nourut", "nomorurut", "baris", "nobaris"}
_GUESSED = {"nik": "nik", "name": "name", "remark": "note"}
_WORDS = {
    "accept": {
        *("padan", "diterima", "terima", "sesuai", "valid", "berhasil", "ya"),
        *("layak", "disetujui"),
    },
    "reject": {
        *("tidakpadan", "tdkpadan", "ditolak", "tolak", "tidaksesuai", "tidakvalid", "gagal"),
        *("tidak", "tidaklayak", "tidakdisetujui", "tidakditerima"),
    },
    "send_back": {"dikembalikan", "kembali", "perbaikan", "perludiperbaiki", "revisi", "perbaiki"},
}
_ANSWER_OF = {word: answer for answer, words in _WORDS.items() for word in words}

Lines = Iterator[tuple[int, sheets.Line]]


@dataclass(frozen=True)
class Column:
    """One column as a person sees it: title, what it is read as, example values."""

    index: int
    title: str
    field: str
    examples: list[str]


def read(
    content: bytes, *, chosen: Mapping[str, str] | None = None
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the columns' meaning and the rows; no rows while NIK or result is not known.

    Raises:
        InvalidInput: not a sheet, nothing in it, more than :data:`MOST_ROWS` rows, or a column
            ``chosen`` that no line has.
    """
    with sheets.opened(content) as sheet:
        titles, lines = _split(sheet)
        width = len(titles)
        fields = dict(chosen) if chosen is not None else _guess(titles)
        if not set(fields.values()) >= NEEDED:
            return fields, []
        places = {field: int(index) for index, field in fields.items()}
        rows: list[dict[str, Any]] = []
        for number, line in lines:
            if len(rows) >= MOST_ROWS:
                raise InvalidInput(
                    _("Berkas ini terlalu panjang untuk berkas jawaban."), field="upload"
                )
            width = max(width, len(line))
            if row := _row(number, line, places):
                rows.append(row)
    if max(places.values()) >= width:
        raise InvalidInput(
            _("Berkas ini hanya punya %(width)d kolom.") % {"width": width}, field="columns"
        )
    return fields, rows


def columns_of(content: bytes, *, chosen: Mapping[str, str] | None = None) -> list[Column]:
    """Return the columns that have a title or content; of long numbers only the length shows."""
    with sheets.opened(content) as sheet:
        titles, lines = _split(sheet)
        samples = [line for _number, line in islice(lines, _EXAMPLES)]
    fields = chosen if chosen is not None else _guess(titles)
    found = []
    for index in range(max(map(len, [titles, *samples]))):
        title = cells.text_of(titles[index]) if index < len(titles) else ""
        shown = [example_of(line[index]) for line in samples if index < len(line)]
        examples = [one for one in shown if one]
        if title or examples:
            title = title or _("Kolom ke-%(number)s") % {"number": index + 1}
            found.append(Column(index, title, fields.get(str(index), ""), examples))
    return found


def check_columns(chosen: Mapping[str, str]) -> None:
    """Pass a mapping that can be read.

    Raises:
        InvalidInput: an unknown field, what is no column's number, one field for two columns, or
            NIK or result missing. How wide the file is shows when it is read.
    """
    said = list(chosen.values())
    if set(said) - FIELDS.keys() or not all(index.isdecimal() for index in chosen):
        raise InvalidInput(_("Isian kolom tidak dikenal."), field="columns")
    if len(set(said)) < len(said):
        raise InvalidInput(_("Satu arti hanya untuk satu kolom."), field="columns")
    if not set(said) >= NEEDED:
        raise InvalidInput(_("Tunjukkan kolom NIK dan kolom hasilnya."), field="columns")


def _split(sheet: sheets.Sheet) -> tuple[sheets.Line, Lines]:
    """Return the line of titles and the lines below it."""
    head = list(islice(sheet.lines, columns.HEADER_WITHIN))
    if not head:
        raise InvalidInput(_("Berkas ini kosong."), field="upload")
    best = max(range(len(head)), key=lambda at: _worth(head[at][1]))
    return head[best][1], chain(head[best + 1 :], sheet.lines)


def _worth(line: sheets.Line) -> tuple[int, int, bool]:
    """Return how much a line looks like the titles: the first of the best is taken.

    A line with a long number is a row, even where a cell of it says "PADAN".
    """
    if any(_LONG_NUMBER.search(cells.text_of(cell)) for cell in line):
        return 0, 0, False
    known = set(_guess(line).values())
    filled = sum(bool(cells.text_of(cell)) for cell in line)
    return len(known & NEEDED), len(known), filled > 1


def _guess(titles: sheets.Line) -> dict[str, str]:
    known = {
        _GUESSED[field]: index
        for index, field in columns.guess(titles).items()
        if field in _GUESSED
    }
    for index, title in enumerate(titles):
        plain = _plain(title)
        if plain in _ANSWER_TITLES:
            known.setdefault("answer", str(index))
        elif plain in _NUMBER_TITLES:
            known.setdefault("number", str(index))
    return {index: field for field, index in known.items()}


def _plain(cell: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "", cells.text_of(cell).lower())


def _row(number: int, line: sheets.Line, places: dict[str, int]) -> dict[str, Any] | None:
    def cell(field: str) -> Any:
        place = places.get(field)
        return line[place] if place is not None and place < len(line) else None

    nik, _problems = cells.number_of(cell("nik"), kind="nik")
    answer = _ANSWER_OF.get(_plain(cell("answer")), "")
    counted = cells.text_of(cell("number"))
    if not nik and not answer and not cells.value_of(cell("name")):
        return None
    return {
        "line": number,
        "number": int(counted) if counted.isascii() and counted.isdigit() else None,
        "nik": nik,
        "name": cells.text_of(cell("name"))[:120],
        "answer": answer,
        "note": cells.value_of(cell("note"))[:1000],
    }
