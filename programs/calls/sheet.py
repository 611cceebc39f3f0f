"""The list as the owner gets it. A government tier gets whole numbers, a partner what it asks."""

from typing import Any

from programs.calls import selectors
from programs.disclosure import is_government
from programs.models import Call
from puskesmas.actors import Actor
from registry.imports.writing import workbook

_TITLES = ("NO", "NAMA", "L/P", "TANGGAL LAHIR", "UMUR", "ALAMAT", "DUSUN", "RT", "RW", "TELEPON")
_NUMBERS = ("NIK", "NO KK")
_FACTS = ("DESIL", "SUDAH MENERIMA", "ALASAN")


def sheet_of(call: Call, *, actor: Actor) -> bytes:
    """Return the XLSX of the candidates that stand: who died or moved is not on it.

    A partner gets neither NIK and KK nor what others give; nor does an owner of no known tier.
    """
    whole = is_government(call.programme)
    lines = [line for line in selectors.candidates_of(call, actor=actor) if not line.dropped]
    titles = [*_TITLES, *_NUMBERS, *_FACTS] if whole else [*_TITLES, "ALASAN"]
    rows = []
    for number, line in enumerate(lines, start=1):
        own = _own(number, line)
        reason = line.candidate.reason
        rows.append(
            [*own, *_numbers(line), line.decile or "", line.covered_words, reason]
            if whole
            else [*own, reason]
        )
    return workbook(titles, rows)


def _own(number: int, line: selectors.CandidateLine) -> list[Any]:
    person = line.person
    born = f"{person.birth_date:%d-%m-%Y}" if person.birth_date else ""
    return [
        number,
        person.name,
        person.sex,
        born,
        "" if line.age is None else line.age,
        person.address,
        person.dusun,
        person.rt,
        person.rw,
        person.phone,
    ]


def _numbers(line: selectors.CandidateLine) -> list[str]:
    return [line.person.nik, line.kk]
