"""Reading a sheet of realisations: which column holds what, what each row says."""

import re
from contextlib import suppress
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _

from complaints import receipts
from puskesmas.errors import InvalidInput
from referrals.workflow import Realisation
from registry.imports import cells, columns, sheets

#: More rows than these are not one delivery of cards.
MOST_ROWS = 20_000

_TITLES = {
    "number": {"nomoragenda", "noagenda", "agenda"},
    "receipt": {"nomorresi", "noresi", "resi"},
    "nik": {"nik", "noktp", "nomornik"},
    "name": {"nama", "namalengkap", "namawarga"},
    "value": {"status", "keadaan", "realisasi", "hasil"},
    "said_on": {"tanggal", "tgl", "tanggalsiap", "tanggalterima"},
    "document_number": {"nomorsurat", "nosurat"},
    "words": {
        *("tempat", "tempatpengambilan", "caramengambil", "petunjuk"),
        *("keterangan", "catatan", "alasan"),
    },
}
_FIELD_OF = {title: field for field, titles in _TITLES.items() for title in titles}
_WORDS = {
    Realisation.READY: {"", "siap", "siapdiambil", "ready"},
    Realisation.PROMISED: {"dijanjikan", "janji"},
    Realisation.TEMPORARY: {"sementara", "diterimasementara", "kartusementara"},
    Realisation.COLLECTED: {"diterima", "sudahditerima", "diambil", "sudahdiambil"},
    Realisation.NEVER: {"batal", "tidakterealisasi", "tidakjadi"},
}
_VALUE_OF = {word: value.value for value, words in _WORDS.items() for word in words}


def read(content: bytes, *, today: date) -> list[dict[str, Any]]:
    """Return what each row says; a row without a date is of ``today``.

    Raises:
        InvalidInput: not a sheet, no column of agenda or receipt numbers, none of NIK, or more than
            :data:`MOST_ROWS` rows.
    """
    with sheets.opened(content) as sheet:
        head = list(islice(sheet.lines, columns.HEADER_WITHIN))
        titled = [(_places(line), at) for at, (_number, line) in enumerate(head)]
        places, at = max(titled, key=lambda item: len(item[0]), default=({}, 0))
        if "nik" not in places or places.keys().isdisjoint({"number", "receipt"}):
            raise InvalidInput(
                _("Berkas ini perlu kolom NIK dan kolom NOMOR AGENDA atau NOMOR RESI."),
                field="upload",
            )
        rows: list[dict[str, Any]] = []
        for number, line in chain(head[at + 1 :], sheet.lines):
            if len(rows) >= MOST_ROWS:
                raise InvalidInput(
                    _("Berkas ini terlalu panjang. Bagi menjadi dua."), field="upload"
                )
            row = _row(number, line, places, today)
            if row["number"] or row["receipt"] or row["nik"]:
                rows.append(row)
    return rows


def _places(line: sheets.Line) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        field = _FIELD_OF.get(_plain(cell))
        if field:
            found.setdefault(field, at)
    return found


def _row(number: int, line: sheets.Line, places: dict[str, int], today: date) -> dict[str, Any]:
    def cell(field: str) -> Any:
        place = places.get(field)
        return line[place] if place is not None and place < len(line) else None

    nik, _problems = cells.number_of(cell("nik"), kind="nik")
    receipt = receipts.normalise(cells.text_of(cell("receipt")))
    said_on = cells.text_of(cell("said_on"))
    return {
        "line": number,
        "number": _agenda(cells.text_of(cell("number"))),
        "receipt": receipt if receipts.is_wellformed(receipt) else "",
        "nik": nik,
        "name": cells.text_of(cell("name"))[:120],
        "value": _VALUE_OF.get(_plain(cell("value")), ""),
        "said_on": _day(said_on) if said_on else today.isoformat(),
        "document_number": cells.text_of(cell("document_number"))[:80],
        "words": cells.text_of(cell("words"))[:2000],
    }


def _agenda(text: str) -> str:
    """Return "2026/7" as the agenda number it is, "" for what is none."""
    found = re.fullmatch(r"\s*(20\d\d)\s*/\s*(\d{1,6})\s*", text)
    return f"{found[1]}/{int(found[2]):05d}" if found else ""


def _day(text: str) -> str:
    """Return a date, day first, as ISO has it; "" for what is none."""
    for form in ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 (a day)
    return ""


def _plain(cell: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "", cells.text_of(cell).lower())
