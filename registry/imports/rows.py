"""One line of a sheet as one person's facts, with everything that is doubtful about them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from puskesmas.crypto import blind_index
from registry import codes, identity
from registry.identity import IdentityError
from registry.imports import cells, columns, hamlets
from registry.imports.problems import Gravity, worst
from registry.imports.sections import Section, heading_of
from registry.imports.sheets import Cell, Line
from registry.likeness.people import may_be_one_name, spelled
from registry.models import Resident
from registry.naming import address_key, name_key, tidy_name

_DIED = re.compile(r"\b(meninggal|wafat|alm|almarhum|almarhumah|mati|md)\b", re.IGNORECASE)
_MOVED = re.compile(r"\b(pindah|pdh)\b", re.IGNORECASE)
_ANY_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
#: What is said of a row by what its NIK says, or helped to read.
_OF_NIK = {"sex_differs", "birth_date_differs", "region_other", "birth_date_month_first"} | {
    "birth_date_unreadable",
    "birth_date_future",
    "birth_date_order",
    "birth_date_serial",
    "sex_unreadable",
    "nik_tidied",
}
_TOTALS = {"jumlah", "total", "jumlah total", "jumlah penduduk", "jumlah jiwa", "grand total"}


@dataclass(slots=True)
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
    address_key: str = ""
    nik_index: str = ""
    kk_index: str = ""

    #: Birth date and sex as the row states them without the NIK, and the problems of reading them.
    stated: tuple[date | None, str, tuple[str, ...]] = (None, "", ())

    #: The earlier line that may be the same person or another of that name, the name there, and
    #: how many rows before this one say the same.
    namesake_line: int | None = None
    namesake_key: str = ""
    nth: int = 0

    @property
    def stays_out(self) -> bool:
        """Return whether the line is nobody's, or wrong beyond use."""
        return bool(self.problems) and worst(self.problems) in {Gravity.ERROR, Gravity.SKIP}

    @property
    def is_person(self) -> bool:
        """Return whether the line stands for a person at all: it counts, even when wrong."""
        return worst(self.problems) is not Gravity.SKIP

    def give_up_nik(self) -> None:
        """Go on without the NIK, which is another's, and without what only the NIK told."""
        self.nik = self.nik_index = ""
        self.birth_date, self.sex, found = self.stated
        own = [code for code in self.problems if code not in _OF_NIK]
        self.problems = [*own, *found, "nik_shared"]

    def seal(self) -> None:
        """Compute the keys the row is looked up by, once its facts are final."""
        self.name_key = name_key(self.name)
        self.address_key = address_key(self.address)
        self.nik_index = blind_index(self.nik, purpose="nik")
        self.kk_index = blind_index(self.kk, purpose="kk")


def parse(
    lines: Iterable[tuple[int, Line]],
    *,
    header: Line,
    mapping: Mapping[str, str],
    today: date,
    month_first: Collection[str] = (),
    known_hamlets: Collection[str] = (),
    has_hamlets: bool = True,
    region: str = "",
) -> Iterator[Row]:
    """Yield a row for every line after the header, blank lines included.

    Repeated persons within the list are told here: the second of two is ``double_row`` when the
    names agree, and loses its NIK (``nik_shared``) when they do not. Two of one name in one house
    are one person only when a birth date says so and the house is stated; else, and in another
    spelling, both stay (``namesake_row``).
    ``month_first`` is what :func:`month_first_marks` found in the same list. ``has_hamlets`` False
    (a kelurahan): a hamlet is an address where none is stated, else nothing. ``region`` is how the
    NIKs given here begin; "" compares nothing.
    """
    seen = _Seen()
    section = Section()
    titles = columns.Header(header)
    places = _places(mapping)
    for number, line in lines:
        if heading := heading_of(line):
            section.begin(heading)
            yield Row(number, line, problems=["section_heading"])
            continue
        row = Row(number, line)
        if reason := _nobody(line, titles):
            row.problems.append(reason)
        else:
            raw = _by_field(line, places)
            _read_person(row, raw, today=today, month_first=month_first, region=region)
        if row.is_person:
            section.fill(row)
            if not has_hamlets:
                row.address, row.dusun = row.address or row.dusun, ""
            row.dusun, found = hamlets.meant_by(row.dusun, known_hamlets)
            row.problems += found
        row.seal()
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
    places = [place for place in _places(mapping) if place[1] in {"birth_date", "birth"}]
    birth_cells = (_birth_cell(_by_field(line, places)) for _number, line in lines)
    return {cells.month_first_mark(cell, today=today) for cell in birth_cells} - {""}


class _Seen:
    """The persons of the list so far, by NIK, and by name and card or house.

    Of the latter the hash stands for the texts, which would take half a gigabyte of a million
    people. That two of a million texts share one of its 64 bits happens to one list in 30 million.
    """

    def __init__(self) -> None:
        self._by_nik: dict[int, _Person] = {}
        self._first: dict[int, _Person] = {}
        self._further: dict[int, list[_Person]] = {}

    def check(self, row: Row) -> None:
        first = self._by_nik.get(int(row.nik)) if row.nik else None
        if first is not None and may_be_one_name(first.name_key, row.name_key):
            row.problems.append("double_row")
            return
        if first is not None:
            row.give_up_nik()
        place = row.kk_index or (row.rw, row.rt, row.address_key)
        key = hash((place, spelled(row.name_key)))
        here = self._at(key)
        if self._is_again(row, here):
            row.problems.append("double_row")
            return
        self._note_namesake(row, here)
        self._add(key, _Person(row.line, row.name_key, row.birth_date, int(row.nik or 0)))

    def _at(self, key: int) -> list["_Person"]:
        first = self._first.get(key)
        return [first, *self._further.get(key, ())] if first else []

    def _add(self, key: int, person: "_Person") -> None:
        # Nearly all stand alone: a list for each would be as large as he is.
        if self._first.setdefault(key, person) is not person:
            self._further.setdefault(key, []).append(person)
        if person.nik:
            self._by_nik[person.nik] = person

    def _is_again(self, row: Row, here: Sequence["_Person"]) -> bool:
        """Return whether the row says letter for letter what an earlier one did, its house too."""
        is_sure = row.birth_date and not row.nik_index and (row.kk_index or row.address_key)
        return bool(is_sure) and any(
            one.name_key == row.name_key and one.born == row.birth_date for one in here
        )

    def _note_namesake(self, row: Row, here: Sequence["_Person"]) -> None:
        """Father and son, or one person written twice: nobody but an officer can say."""
        maybe = [
            one
            for one in here
            if not (one.nik and row.nik)
            and (one.born == row.birth_date or not one.born or not row.birth_date)
        ]
        if maybe:
            row.namesake_line, row.namesake_key = maybe[0].line, maybe[0].name_key
            told = (row.name_key, row.birth_date, int(row.nik or 0))
            row.nth = sum(one[1:] == told for one in here)
            row.problems.append("namesake_row")


class _Person(NamedTuple):
    """A person in the list; ``nik`` 0 for none."""

    line: int
    name_key: str
    born: date | None
    nik: int


def _places(mapping: Mapping[str, str]) -> list[tuple[int, str]]:
    return [(int(at), named) for at, named in mapping.items()]


def _by_field(line: Line, places: Iterable[tuple[int, str]]) -> dict[str, Cell]:
    return {named: line[at] for at, named in places if at < len(line)}


def _read_person(
    row: Row, raw: Mapping[str, Cell], *, today: date, month_first: Collection[str], region: str
) -> None:
    _read_name(row, raw)
    _read_identity(row, raw, today=today, month_first=month_first, region=region)
    _read_place(row, raw)
    _read_rest(row, raw)
    _read_remark(row, raw, today=today)


def _nobody(line: Line, titles: columns.Header) -> str:
    if any(isinstance(cell, str) and len(cell) == 16 and cell.isdigit() for cell in line):
        # A NIK or KK: nothing else has sixteen digits.
        return ""
    texts = [cells.text_of(cell) for cell in line]
    filled = [text for text in texts if text]
    if not filled:
        return "blank_row"
    if titles.is_again(line):
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
    row: Row, raw: Mapping[str, Cell], *, today: date, month_first: Collection[str], region: str
) -> None:
    """Read NIK, birth date and sex together: each helps to doubt or to complete the others."""
    digits, found = cells.number_of(raw.get("nik"), kind="nik")
    row.problems += found
    birth = _birth_cell(raw)
    stated, misread = cells.birth_date_of(
        birth, today=today, nik_date=None, month_first=month_first
    )
    nik = None
    if digits:
        try:
            nik = identity.parse_nik(digits, today=today, stated_birth_date=stated)
        except IdentityError as error:
            row.problems = [code for code in row.problems if code != "nik_tidied"]
            row.problems.append(_CODES["nik"].get(error.code, "nik_impossible"))
    elif not found:
        row.problems.append("nik_missing")
    row.nik = digits if nik else ""

    row.birth_date, found = stated, misread
    if nik and (misread or stated != nik.birth_date):
        row.birth_date, found = cells.birth_date_of(
            birth, today=today, nik_date=nik.birth_date, month_first=month_first
        )
    row.problems += found
    row.sex, found = _sex_of(raw, nik_sex=nik.sex if nik else "")
    row.problems += found
    if nik:
        row.stated = (stated, _sex_of(raw, nik_sex="")[0], (*misread, *found))
        ours = [region] if region else []
        concerns = identity.nik_concerns(nik, sex=row.sex, birth_date=row.birth_date, regions=ours)
        row.problems += [concern.code for concern in concerns]

    digits, found = cells.number_of(raw.get("kk"), kind="kk")
    row.problems += found
    try:
        if digits:
            card = identity.parse_kk(digits, today=today)
            row.kk = digits
            row.problems += [f"kk_{one.code}" for one in identity.kk_concerns(card)]
    except IdentityError as error:
        row.problems.append(_CODES["kk"].get(error.code, "kk_impossible"))
    if not digits and not found:
        row.problems.append("kk_missing")


_CODES = {
    kind: {"length": f"{kind}_length", "not_digits": f"{kind}_not_digits"} for kind in ("nik", "kk")
}


def _sex_of(raw: Mapping[str, Cell], *, nik_sex: str) -> tuple[str, list[str]]:
    if "sex" in raw or not {"sex:L", "sex:P"} & raw.keys():
        return cells.sex_of(raw.get("sex"), nik_sex=nik_sex)
    return cells.ticked_sex(raw.get("sex:L"), raw.get("sex:P"), nik_sex=nik_sex)


def _birth_cell(raw: Mapping[str, Cell]) -> Cell:
    if "birth_date" in raw or "birth" not in raw:
        return raw.get("birth_date")
    return cells.text_of(raw["birth"]).rpartition(",")[2].strip()


def _read_place(row: Row, raw: Mapping[str, Cell]) -> None:
    row.rt, row.rw, found = cells.rt_and_rw_of(raw.get("rt_rw"))
    if not row.rt and not row.rw:
        row.rt, found_rt = cells.neighbourhood_of(raw.get("rt"))
        row.rw, found_rw = cells.neighbourhood_of(raw.get("rw"))
        found = [*found_rt, *found_rw, *([] if row.rt or row.rw else found)]
    row.problems += dict.fromkeys(found)


def _read_rest(row: Row, raw: Mapping[str, Cell]) -> None:
    for named, cell in raw.items():
        if named in _PLAIN:
            setattr(row, named, _PLAIN[named](cell))
    row.relation, found = cells.relation_of(raw.get("relation"), sex=row.sex)
    if not row.relation and "relation:KRT" in raw:
        row.relation, found = cells.relation_of(raw["relation:KRT"], sex=row.sex, household=True)
    row.problems += found
    if not row.birth_place and "birth" in raw:
        row.birth_place = cells.text_of(raw["birth"]).rpartition(",")[0].strip()[:80]
    row.decile, found = cells.decile_of(raw.get("decile"))
    row.problems += found
    row.programmes = [
        named.removeprefix("programme:")
        for named, cell in raw.items()
        if named.startswith("programme:") and cells.is_yes(cell)
    ]
    if "programmes" in raw:
        named_in_cell = columns.programmes_named(cells.value_of(raw["programmes"]))
        row.programmes += [code for code in named_in_cell if code not in row.programmes]


def _text(most: int, tidied: Callable[[str], str] = str) -> Callable[[Cell], str]:
    return lambda cell: tidied(cells.value_of(cell))[:most]


#: The columns that say one thing each. What the code lists do not know stays as typed.
_PLAIN: dict[str, Callable[[Cell], str]] = {
    "address": _text(200),
    "dusun": _text(60, cells.title_of),
    "birth_place": _text(80),
    "mother_name": _text(120),
    "religion": _text(20, codes.RELIGIONS.words_of),
    "marital_status": _text(20, codes.MARITAL.words_of),
    "education": _text(40, codes.EDUCATION.words_of),
    "disability": _text(120, codes.DISABILITIES.words_of),
    "occupation": _text(80),
    "phone": cells.phone_of,
}


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
