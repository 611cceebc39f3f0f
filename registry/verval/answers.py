"""What is told back to the sender, and in which of his columns.

The sheet goes back as it came: same lines, same columns, same order. Only the answers are filled
in; those for which he has no column are added at its right end.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from registry.imports.cells import text_of
from registry.imports.sheets import Line
from registry.models import VervalRow

ANSWERS = {
    "outcome": _("Keadaan (ditemukan, pindah, meninggal, tidak ditemukan)"),
    "finding": _("Hasil (memenuhi atau tidak memenuhi kriteria)"),
    "reason": _("Alasan"),
    "latitude": _("Lintang"),
    "longitude": _("Bujur"),
    "photo": _("Nama foto rumah"),
    "note": _("Catatan"),
}

#: Titles of the columns added for him; letters and sheets are Indonesian.
TITLES = {
    "outcome": "KEADAAN",
    "finding": "HASIL VERVAL",
    "reason": "ALASAN",
    "latitude": "LINTANG",
    "longitude": "BUJUR",
    "photo": "FOTO RUMAH",
    "note": "CATATAN VERVAL",
}

_ALIASES = {
    "outcome": "keadaan, status keberadaan, keberadaan, status hidup, hidup/meninggal/pindah, "
    "kondisi, status orang, ditemukan",
    "finding": "hasil, hasil verval, hasil verifikasi, memenuhi kriteria, "
    "kelayakan, layak/tidak layak, status kelayakan, rekomendasi",
    "reason": "alasan, alasan tidak layak, alasan verval",
    "latitude": "lintang, latitude, lat, titik lintang, koordinat lintang",
    "longitude": "bujur, longitude, long, lng, lon, titik bujur, koordinat bujur",
    "photo": "foto, foto rumah, nama foto, nama file foto, foto depan rumah",
    "note": "catatan, catatan verval, catatan petugas, keterangan verval",
}

_WORDS: dict[str, str] = {
    VervalRow.Outcome.FOUND: "DITEMUKAN",
    VervalRow.Outcome.MOVED: "PINDAH",
    VervalRow.Outcome.DECEASED: "MENINGGAL",
    VervalRow.Outcome.NOT_FOUND: "TIDAK DITEMUKAN",
    VervalRow.Finding.MEETS: "MEMENUHI",
    VervalRow.Finding.DOES_NOT_MEET: "TIDAK MEMENUHI",
}


def _plain(title: Any) -> str:
    return re.sub(r"[^a-z]+", "", str(title or "").lower())


_ANSWER_OF = {
    _plain(alias): answer for answer, aliases in _ALIASES.items() for alias in aliases.split(",")
}


def guess(titles: Line) -> dict[str, int]:
    """Return the answers for which the sender has a column, each with the column's index."""
    found: dict[str, int] = {}
    for index, title in enumerate(titles):
        answer = _ANSWER_OF.get(_plain(title))
        if answer:
            found.setdefault(answer, index)
    return found


def photo_name(row: VervalRow) -> str:
    """Return the name under which a row's photo goes back: by its line; "" without one."""
    if row.photo is None:
        return ""
    return f"verval-{row.line:05d}.{'png' if row.photo.media_type == 'image/png' else 'jpg'}"


def told(row: VervalRow) -> dict[str, str]:
    """Return what is told of a row; nothing of one nobody has visited."""
    if not row.outcome:
        return {}
    position: dict[str, Any] = row.position or {}
    return {
        "outcome": _WORDS[row.outcome],
        "finding": _WORDS.get(row.finding, ""),
        "reason": row.reason,
        "latitude": str(position.get("latitude", "")),
        "longitude": str(position.get("longitude", "")),
        "photo": photo_name(row),
        "note": row.note,
    }


def filled_in(
    lines: Iterable[tuple[int, Line]],
    *,
    header_row: int,
    columns: Mapping[str, int],
    said: Mapping[int, Mapping[str, str]],
) -> list[list[str]]:
    """Return the sender's lines with the answers in them; ``said`` is :func:`told` by line.

    A cell is overwritten only where there is something to tell.
    """
    sheet = [(number, [text_of(cell) for cell in line]) for number, line in lines]
    width = max((len(line) for _number, line in sheet), default=0)
    added = [answer for answer in ANSWERS if answer not in columns]
    at = dict(columns) | {answer: width + place for place, answer in enumerate(added)}
    for number, line in sheet:
        line.extend([""] * (width + len(added) - len(line)))
        if number == header_row:
            for answer in added:
                line[at[answer]] = TITLES[answer]
        elif number in said:
            for answer, text in said[number].items():
                line[at[answer]] = text or line[at[answer]]
    return [line for _number, line in sheet]
