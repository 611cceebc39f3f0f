"""One line of a sheet as one person's facts, with everything that is doubtful about them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from puskesmas.crypto import blind_index
from registry import codes, identity
from registry.identity import IdentityError
from registry.imports import cells, columns
from registry.imports.problems import Gravity, worst
from registry.imports.sections import Section, heading_of
from registry.imports.sheets import Cell, Line
from registry.models import Resident
from registry.naming import name_key, same_name, tidy_name

_DIED = re.compile(r"\b(meninggal|wafat|alm|almarhum|almarhumah|mati|md)\b", re.IGNORECASE)
_MOVED = re.compile(r"\b(pindah|pdh)\b", re.IGNORECASE)
_ANY_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_TOTALS = {"jumlah", "total", "jumlah total", "jumlah penduduk", "jumlah jiwa", "grand total"}


@dataclass
class Row:
    """What one line says. Empty text and None mean the sheet says nothing."""

    line: int
    cells: Line
    name: str = ""
    nik: str = ""
    kk: str = ""
    sex: str = ""
    birth_place: str = ""
    birth_date: date | None = None
    mother_name: str = ""
    religion: str = ""
    education: str = ""
    marital_status: str = ""
    occupation: str = ""
    disability: str = ""
    phone: str = ""
    address: str = ""
    dusun: str = ""
    rt: str = ""
    rw: str = ""
    relation: str = ""
    life: str = Resident.Life.ALIVE
    life_since: date | None = None
    decile: int | None = None
    programmes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    name_key: str = ""
    nik_index: str = ""
    kk_index: str = ""

    @property
    def stays_out(self) -> bool:
        """Return whether the line is nobody's, or wrong beyond use."""
        return worst(self.problems) in {Gravity.ERROR, Gravity.SKIP}

    @property
    def is_person(self) -> bool:
        """Return whether the line stands for a person at all: it counts, even when wrong."""
        return worst(self.problems) is not Gravity.SKIP

    def seal(self) -> None:
        """Compute the keys the row is looked up by, once its facts are final."""
        self.name_key = name_key(self.name)
        self.nik_index = blind_index(self.nik, purpose="nik")
        self.kk_index = blind_index(self.kk, purpose="kk")


def parse(
    lines: Iterable[tuple[int, Line]],
    *,
    header: Line,
    mapping: Mapping[str, str],
    today: date,
    month_first: Collection[str] = (),
) -> Iterator[Row]:
    """Yield a row for every line after the header, blank lines included.

    Repeated persons within the list are told here: the second of two is ``double_row`` when the
    names agree, and loses its NIK (``nik_shared``) when they do not. ``month_first`` is what
    :func:`month_first_marks` found in the same list.
    """
    seen = _Seen()
    section = Section()
    for number, line in lines:
        if heading := heading_of(line):
            section.begin(heading)
            yield Row(number, line, problems=["section_heading"])
            continue
        row = Row(number, line)
        if reason := _nobody(line, header):
            row.problems.append(reason)
        else:
            _read_person(row, _by_field(line, mapping), today=today, month_first=month_first)
        row.seal()
        if row.is_person:
            section.fill(row)
        if not row.stays_out:
            seen.check(row)
        yield row


def month_first_marks(
    lines: Iterable[tuple[int, Line]], *, mapping: Mapping[str, str], today: date
) -> set[str]:
    """Return by which marks the list's birth dates are surely written month-first here and there.

    One row that says 12/25/1990 makes 05/12/1980 doubtful, but not 05-12-1980.
    """
    if not {"birth_date", "birth"} & set(mapping.values()):
        return set()
    birth_cells = (_birth_cell(_by_field(line, mapping)) for _number, line in lines)
    return {cells.month_first_mark(cell, today=today) for cell in birth_cells} - {""}


class _Seen:
    """The persons of the list so far, by NIK and by card, name and birth date."""

    def __init__(self) -> None:
        self._names_by_nik: dict[str, str] = {}
        self._persons: set[tuple[Any, ...]] = set()

    def check(self, row: Row) -> None:
        first_name = self._names_by_nik.get(row.nik_index) if row.nik_index else None
        if first_name is not None and same_name(first_name, row.name_key):
            row.problems.append("double_row")
            return
        if first_name is not None:
            # What this NIK says about sex and birth is about the other person.
            own = [
                code for code in row.problems if code not in {"sex_differs", "birth_date_differs"}
            ]
            row.nik = row.nik_index = ""
            row.problems = [*own, "nik_shared"]
        place = row.kk_index or (row.rw, row.rt, row.address)
        person = (place, row.name_key, row.birth_date)
        if person in self._persons and not row.nik_index:
            row.problems.append("double_row")
            return
        self._persons.add(person)
        if row.nik_index:
            self._names_by_nik[row.nik_index] = row.name_key


def _by_field(line: Line, mapping: Mapping[str, str]) -> dict[str, Cell]:
    return {named: line[int(at)] for at, named in mapping.items() if int(at) < len(line)}


def _read_person(
    row: Row, raw: Mapping[str, Cell], *, today: date, month_first: Collection[str]
) -> None:
    _read_name(row, raw)
    _read_identity(row, raw, today=today, month_first=month_first)
    _read_place(row, raw)
    _read_rest(row, raw)
    _read_remark(row, raw, today=today)


def _nobody(line: Line, header: Line) -> str:
    texts = [cells.text_of(cell) for cell in line]
    filled = [text for text in texts if text]
    if not filled:
        return "blank_row"
    if columns.is_header_again(line, header):
        return "header_again"
    if len(filled) > 3 and all(text.strip("()") == str(at) for at, text in enumerate(texts, 1)):
        return "column_numbers"
    if len(filled) <= 4 and any(text.lower().strip(" :") in _TOTALS for text in filled):
        return "total_row"
    return ""


def _read_name(row: Row, raw: Mapping[str, Cell]) -> None:
    written = str(raw.get("name") or "")
    row.name = tidy_name(written)[:120]
    if not name_key(row.name):
        row.problems.append("no_name")
    elif row.name != written:
        row.problems.append("name_tidied")


def _read_identity(
    row: Row, raw: Mapping[str, Cell], *, today: date, month_first: Collection[str]
) -> None:
    """Read NIK, birth date and sex together: each helps to doubt or to complete the others."""
    digits, found = cells.number_of(raw.get("nik"), kind="nik")
    row.problems += found
    nik = None
    if digits:
        try:
            stated, _unused = cells.birth_date_of(_birth_cell(raw), today=today, nik_date=None)
            nik = identity.parse_nik(digits, today=today, stated_birth_date=stated)
        except IdentityError as error:
            row.problems = [code for code in row.problems if code != "nik_tidied"]
            row.problems.append(_CODES["nik"].get(error.code, "nik_impossible"))
    elif not found:
        row.problems.append("nik_missing")
    row.nik = str(nik) if nik else ""

    nik_date = nik.birth_date if nik else None
    row.birth_date, found = cells.birth_date_of(
        _birth_cell(raw), today=today, nik_date=nik_date, month_first=month_first
    )
    row.problems += found
    row.sex, found = cells.sex_of(raw.get("sex"), nik_sex=nik.sex if nik else "")
    row.problems += found
    if nik:
        concerns = identity.nik_concerns(nik, sex=row.sex, birth_date=row.birth_date)
        row.problems += [concern.code for concern in concerns]

    digits, found = cells.number_of(raw.get("kk"), kind="kk")
    row.problems += found
    try:
        row.kk = str(identity.parse_kk(digits, today=today)) if digits else ""
    except IdentityError as error:
        row.problems.append(_CODES["kk"].get(error.code, "kk_impossible"))
    if not digits and not found:
        row.problems.append("kk_missing")


_CODES = {
    kind: {"length": f"{kind}_length", "not_digits": f"{kind}_not_digits"} for kind in ("nik", "kk")
}


def _birth_cell(raw: Mapping[str, Cell]) -> Cell:
    if "birth_date" in raw or "birth" not in raw:
        return raw.get("birth_date")
    return cells.text_of(raw["birth"]).rpartition(",")[2].strip()


def _read_place(row: Row, raw: Mapping[str, Cell]) -> None:
    row.address = cells.value_of(raw.get("address"))[:200]
    row.dusun = cells.title_of(cells.value_of(raw.get("dusun")))[:60]
    if "rt_rw" in raw:
        row.rt, row.rw = cells.rt_and_rw_of(raw["rt_rw"])
        return
    (row.rt, rt_restored), (row.rw, rw_restored) = (
        cells.neighbourhood_of(raw.get(key)) for key in ("rt", "rw")
    )
    if rt_restored or rw_restored:
        row.problems.append("zeros_restored")


def _read_rest(row: Row, raw: Mapping[str, Cell]) -> None:
    row.birth_place = cells.value_of(raw.get("birth_place"))[:80]
    if not row.birth_place and "birth" in raw:
        row.birth_place = cells.text_of(raw["birth"]).rpartition(",")[0].strip()[:80]
    row.mother_name = tidy_name(cells.value_of(raw.get("mother_name")))[:120]
    # What the code lists do not know stays as typed.
    row.religion = codes.RELIGIONS.words_of(cells.value_of(raw.get("religion")))[:20]
    row.marital_status = codes.MARITAL.words_of(cells.value_of(raw.get("marital_status")))[:20]
    row.education = codes.EDUCATION.words_of(cells.value_of(raw.get("education")))[:40]
    row.disability = codes.DISABILITIES.words_of(cells.value_of(raw.get("disability")))[:120]
    row.occupation = cells.value_of(raw.get("occupation"))[:80]
    row.phone = cells.phone_of(raw.get("phone"))
    row.relation = cells.relation_of(raw.get("relation"))
    row.decile, found = cells.decile_of(raw.get("decile"))
    row.problems += found
    row.programmes = [
        named.removeprefix("programme:")
        for named, cell in raw.items()
        if named.startswith("programme:") and cells.is_yes(cell)
    ]
    named_in_cell = columns.programmes_named(cells.value_of(raw.get("programmes")))
    row.programmes += [code for code in named_in_cell if code not in row.programmes]


def _read_remark(row: Row, raw: Mapping[str, Cell], *, today: date) -> None:
    remark = cells.value_of(raw.get("remark"))
    if _DIED.search(remark):
        row.life = Resident.Life.DECEASED
        row.problems.append("deceased_listed")
    elif _MOVED.search(remark):
        row.life = Resident.Life.MOVED
        row.problems.append("moved_listed")
    else:
        return
    if day := _ANY_DATE.search(remark):
        row.life_since, _unused = cells.birth_date_of(day[0], today=today, nik_date=None)
