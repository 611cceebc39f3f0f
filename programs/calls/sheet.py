"""The list as the owner gets it: a government tier with whole numbers, a partner where people live
and what they need.
"""

import io
from typing import Any

from openpyxl import load_workbook

from programs.calls import selectors
from programs.disclosure import is_government
from programs.models import Call
from puskesmas.actors import Actor
from registry.imports.writing import workbook

_PLACE = ("ALAMAT", "DUSUN", "RT", "RW", "TELEPON")
_OF_GOVERNMENT = (
    *("NO", "NAMA", "L/P", "TANGGAL LAHIR", "UMUR", *_PLACE),
    *("NIK", "NO KK", "DESIL", "SUDAH MENERIMA", "ALASAN"),
)
_OF_PARTNER = ("NO", "NAMA", *_PLACE, "ALASAN")


def sheet_of(call: Call, *, actor: Actor) -> bytes:
    """Return the XLSX of the candidates that stand: who died or moved is not on it.

    A partner gets neither NIK and KK, nor sex and age, nor what others give; nor does an owner of
    no known tier.
    """
    lines = [line for line in selectors.candidates_of(call, actor=actor) if not line.dropped]
    titles = _OF_GOVERNMENT if is_government(call.programme) else _OF_PARTNER
    rows = [_told(number, line) for number, line in enumerate(lines, start=1)]
    return workbook(titles, ([row[title] for title in titles] for row in rows))


def _told(number: int, line: selectors.CandidateLine) -> dict[str, Any]:
    person = line.person
    return {
        "NO": number,
        "NAMA": person.name,
        "L/P": person.sex,
        "TANGGAL LAHIR": f"{person.birth_date:%d-%m-%Y}" if person.birth_date else "",
        "UMUR": "" if line.age is None else line.age,
        "ALAMAT": person.address,
        "DUSUN": person.dusun,
        "RT": person.rt,
        "RW": person.rw,
        "TELEPON": person.phone,
        "NIK": person.nik,
        "NO KK": line.kk,
        "DESIL": line.decile or "",
        "SUDAH MENERIMA": line.covered_words,
        "ALASAN": line.candidate.reason,
    }


def rows_in(sheet: bytes) -> list[dict[str, str]]:
    """Return the rows of a sheet made here, each by its titles."""
    (page,) = load_workbook(io.BytesIO(sheet), read_only=True).worksheets
    cells = page.iter_rows(values_only=True)
    titles, *lines = ([str(cell or "") for cell in line] for line in cells)
    return [dict(zip(titles, line, strict=True)) for line in lines]
