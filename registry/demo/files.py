"""The sheets the demo offices "have": population lists and register lists, faults included.

The same place and ``as_of`` day give the same bytes. Every fault is counted under the code the
importer reports it by (``registry.imports.problems``), so a test can ask for exactly these.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook

from registry.demo.people import Family, Person, Population, build_population
from registry.demo.places import MEKARWANGI, TEGALSARI, Place

Row = dict[str, Any]
_EXCEL_DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class ListFile:
    """One sheet as an office would hand it in, and what an importer must find in it.

    ``kind`` is "residents" or "register" (then ``register`` names it). ``expected`` counts rows by
    problem code, and under ``rows`` the people on the sheet.
    """

    path: Path
    kind: str
    data_date: date
    source: str
    expected: Counter[str]
    register: str = ""
    whole_village: bool = True


@dataclass(frozen=True)
class DemoFiles:
    """Everything one demo office hands in: first its population, then its registers."""

    place: Place
    population: ListFile
    registers: tuple[ListFile, ...]


def write_lists(place: Place, folder: Path, *, as_of: date) -> DemoFiles:
    """Write everything the place hands in to the folder."""
    write = {TEGALSARI.slug: write_tegalsari, MEKARWANGI.slug: write_mekarwangi}[place.slug]
    return write(folder, as_of=as_of)


def write_tegalsari(folder: Path, *, as_of: date) -> DemoFiles:
    """Write the desa's workbooks: population, this year's DTSEN, an older DTKS."""
    population = build_population(TEGALSARI)
    return DemoFiles(
        place=TEGALSARI,
        population=_write_population(
            folder / "penduduk-tegalsari-makmur.xlsx",
            population,
            faults=_DESA_FAULTS,
            layout=_DESA_LAYOUT,
        ),
        registers=(
            _write_dtks(folder / "dtks-tegalsari-makmur.xlsx", population, as_of=as_of),
            _write_dtsen(
                folder / "dtsen-tegalsari-makmur.xlsx",
                population,
                as_of=as_of,
                faults=_DTSEN_FAULTS,
            ),
        ),
    )


def write_mekarwangi(folder: Path, *, as_of: date) -> DemoFiles:
    """Write the kelurahan's lists: population as CSV, a DTSEN list of three of its six RW."""
    population = build_population(MEKARWANGI)
    return DemoFiles(
        place=MEKARWANGI,
        population=_write_population(
            folder / "penduduk-mekarwangi.csv",
            population,
            faults=_KELURAHAN_FAULTS,
            layout=_KELURAHAN_LAYOUT,
        ),
        registers=(
            _write_dtsen(
                folder / "dtsen-mekarwangi-rw-1-3.xlsx",
                population,
                as_of=as_of,
                faults={},
                only_rw=("001", "002", "003"),
            ),
        ),
    )


# --- The population sheet ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """How one office lays out its sheet: its own titles, in its own order."""

    titles: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    new_header_per_rt: bool = False


_DESA_LAYOUT = _Layout(
    titles=("DATA PENDUDUK DESA TEGALSARI MAKMUR", "KEADAAN 30 JUNI 2026", ""),
    columns=(
        ("number", "NO"),
        ("nik", "NIK"),
        ("kk", "NO. KK"),
        ("name", "NAMA LENGKAP"),
        ("relation", "HUBUNGAN KELUARGA"),
        ("sex", "L/P"),
        ("birth_place", "TEMPAT LAHIR"),
        ("birth_date", "TGL LAHIR"),
        ("marital_status", "STATUS KAWIN"),
        ("education", "PENDIDIKAN"),
        ("occupation", "PEKERJAAN"),
        ("mother_name", "NAMA IBU"),
        ("father_name", "NAMA AYAH"),
        ("address", "ALAMAT"),
        ("dusun", "DUSUN"),
        ("rt", "RT"),
        ("rw", "RW"),
        ("phone", "NO HP"),
        ("disability", "DISABILITAS"),
        ("remark", "KETERANGAN"),
    ),
    new_header_per_rt=True,
)

_KELURAHAN_LAYOUT = _Layout(
    titles=(),
    columns=(
        ("number", "No"),
        ("kk", "Nomor KK"),
        ("nik", "Nomor Induk Kependudukan"),
        ("name", "Nama"),
        ("sex", "JK"),
        ("birth_place", "Tmp Lahir"),
        ("birth_date", "Tanggal Lahir"),
        ("relation", "SHDK"),
        ("marital_status", "Status Perkawinan"),
        ("occupation", "Jenis Pekerjaan"),
        ("mother_name", "Ibu Kandung"),
        ("address", "Alamat Rumah"),
        ("rt_rw", "RT/RW"),
        ("phone", "Telp"),
        ("remark", "Ket"),
    ),
)

_DESA_FAULTS = {
    "nik_missing": 37,
    "nik_length": 11,
    "nik_digits_lost": 14,
    "nik_impossible": 5,
    "nik_shared": 3,
    "nik_tidied": 12,
    "kk_missing": 9,
    "kk_digits_lost": 8,
    "name_tidied": 60,
    "birth_date_serial": 40,
    "birth_date_month_first": 28,
    "birth_date_unreadable": 6,
    "birth_date_future": 3,
    "birth_date_differs": 14,
    "sex_differs": 9,
    "zeros_restored": 380,
    "double_row": 16,
    "blank_row": 6,
    "total_row": 1,
}

_KELURAHAN_FAULTS = {
    "nik_missing": 21,
    "nik_length": 4,
    "nik_digits_lost": 33,
    "name_tidied": 25,
    "birth_date_month_first": 12,
    "birth_date_unreadable": 2,
    "sex_differs": 4,
    "double_row": 7,
}


def _write_population(
    path: Path, population: Population, *, faults: dict[str, int], layout: _Layout
) -> ListFile:
    rng = Random(population.place.seed + 1)
    rows = [_population_row(family, person) for family, person in population.people()]
    expected = Counter(faults)
    expected["deceased_listed"] = sum("MENINGGAL" in row["remark"] for row in rows)
    expected["moved_listed"] = sum("PINDAH" in row["remark"] for row in rows)
    expected["rows"] = len(rows)

    spoiler = _Spoiler(rows, rng, as_numbers=path.suffix == ".xlsx")
    for code, count in faults.items():
        if spoil := getattr(spoiler, code, None):
            for row in spoiler.take(code, count):
                spoil(row)
    _insert_doubles(rows, spoiler.take("double_row", faults.get("double_row", 0)), rng)
    for row in rows:
        row["rt_rw"] = f"{row['rt']}/{row['rw']}"

    lines = _number_and_lay_out(rows, layout, expected)
    for _number in range(faults.get("blank_row", 0)):
        lines.insert(rng.randint(10, len(lines) - 10), [""] * len(layout.columns))
    if faults.get("total_row"):
        # The clerk's total is the last printed number, and wrong.
        lines.append(["", "", "", "JUMLAH", lines[-1][0]])
    (_write_workbook if path.suffix == ".xlsx" else _write_csv)(path, lines)
    return ListFile(
        path=path,
        kind="residents",
        data_date=date(2026, 6, 30),
        source="Buku induk penduduk",
        expected=expected,
    )


def _population_row(family: Family, person: Person) -> Row:
    if person.died_on:
        remark = f"MENINGGAL {person.died_on:%d-%m-%Y}"
    elif person.moved_on:
        remark = f"PINDAH {person.moved_on:%d-%m-%Y}"
    else:
        remark = ""
    return {
        "_person": person,
        "_rt": (family.home.rw, family.home.rt),
        "nik": person.nik,
        "kk": family.kk,
        "name": person.name,
        "relation": person.relation,
        "sex": person.sex,
        "birth_place": person.birth_place,
        "birth_date": f"{person.born:%d-%m-%Y}",
        "marital_status": person.marital,
        "education": person.education,
        "occupation": person.occupation,
        "mother_name": person.mother,
        "father_name": person.father,
        "address": family.address,
        "dusun": family.home.dusun.upper(),
        "rt": family.home.rt,
        "rw": family.home.rw,
        "phone": person.phone,
        "disability": person.disability,
        "remark": remark,
    }


class _Spoiler:
    """Does to rows what clerks and spreadsheets do; a row suffers one fault only.

    Each method bears the code of the fault it makes.
    """

    def __init__(self, rows: list[Row], rng: Random, *, as_numbers: bool) -> None:
        self.rng = rng
        self.as_numbers = as_numbers
        self._rows = rows
        self._sound = [row for row in rows if not row["remark"]]
        rng.shuffle(self._sound)
        self._position = {id(row): position for position, row in enumerate(rows)}

    def take(self, code: str, count: int) -> list[Row]:
        """Return ``count`` untouched rows the fault can happen to."""
        fits: Callable[[Row], bool] = getattr(self, f"_fits_{code}", lambda row: True)
        chosen = [row for row in self._sound if fits(row)][:count]
        if len(chosen) < count:
            raise ValueError(f"not enough rows for {code}")
        taken = {id(row) for row in chosen}
        self._sound = [row for row in self._sound if id(row) not in taken]
        return chosen

    def nik_missing(self, row: Row) -> None:
        row["nik"] = self.rng.choice(["", "-", "", "BELUM ADA"])

    def nik_length(self, row: Row) -> None:
        row["nik"] = row["nik"][:-1] if self.rng.random() < 0.7 else row["nik"] + "0"

    def nik_digits_lost(self, row: Row) -> None:
        row["nik"] = self._through_excel(row["nik"])

    def nik_impossible(self, row: Row) -> None:
        row["nik"] = f"{row['nik'][:6]}3902{row['nik'][10:]}"

    def nik_shared(self, row: Row) -> None:
        row["nik"] = self._neighbour(row)["nik"]

    def nik_tidied(self, row: Row) -> None:
        nik = row["nik"]
        row["nik"] = self.rng.choice([f"'{nik}", f" {nik} ", f"{nik[:6]} {nik[6:12]} {nik[12:]}"])

    def kk_missing(self, row: Row) -> None:
        row["kk"] = ""

    def kk_digits_lost(self, row: Row) -> None:
        row["kk"] = self._through_excel(row["kk"])

    def name_tidied(self, row: Row) -> None:
        name = row["name"]
        row["name"] = self.rng.choice([name.replace(" ", "  ", 1), f"{name} ", f" {name}"])
        if row["name"] == name:
            row["name"] = f"{name}  "

    def birth_date_serial(self, row: Row) -> None:
        row["birth_date"] = (row["_person"].born - _EXCEL_DAY_ZERO).days

    def birth_date_month_first(self, row: Row) -> None:
        row["birth_date"] = f"{row['_person'].born:%m/%d/%Y}"

    def birth_date_unreadable(self, row: Row) -> None:
        row["birth_date"] = f"31-02-{row['_person'].born:%Y}"

    def birth_date_future(self, row: Row) -> None:
        born = row["_person"].born
        row["birth_date"] = f"{born:%d-%m}-{born.year + 100}"

    def birth_date_differs(self, row: Row) -> None:
        born = row["_person"].born
        row["birth_date"] = f"{born.replace(day=born.day - 3):%d-%m-%Y}"

    def sex_differs(self, row: Row) -> None:
        row["sex"] = "P" if row["sex"] == "L" else "L"

    def zeros_restored(self, row: Row) -> None:
        row["rt"], row["rw"] = int(row["rt"]), int(row["rw"])

    def _fits_nik_shared(self, row: Row) -> bool:
        # Copied down from the head of the same card, the two names being unlike.
        above = self._neighbour(row)
        is_wife = row["relation"] == "ISTRI" and above["kk"] == row["kk"]
        # By identity: comparing whole rows cell by cell took most of the time of writing a sheet.
        return is_wife and any(above is one for one in self._sound)

    def _fits_kk_missing(self, row: Row) -> bool:
        return bool(row["relation"] == "ANAK")

    _fits_kk_digits_lost = _fits_kk_missing

    def _fits_double_row(self, row: Row) -> bool:
        return len(row["name"]) > 8

    def _fits_birth_date_month_first(self, row: Row) -> bool:
        born = row["_person"].born
        return bool(born.day != born.month)

    def _fits_birth_date_differs(self, row: Row) -> bool:
        born = row["_person"].born
        return bool(born.day > 15)

    def _fits_birth_date_future(self, row: Row) -> bool:
        return bool(row["_person"].born.year > 1930)

    def _fits_birth_date_unreadable(self, row: Row) -> bool:
        return bool(row["_person"].born.year > 1935)

    def _neighbour(self, row: Row) -> Row:
        return self._rows[self._position[id(row)] - 1]

    def _through_excel(self, number: str) -> Any:
        """Fifteen digits survive in a number cell; a CSV saved from it keeps six."""
        if self.as_numbers:
            return float(number[:15] + "0")
        return f"{float(number):.5E}".replace(".", ",")


def _insert_doubles(rows: list[Row], chosen: list[Row], rng: Random) -> None:
    """Repeat rows further down in their RT; every third one with the name mistyped."""
    for position, row in enumerate(chosen):
        double = dict(row)
        if position % 3 == 0:
            double["name"] = f"{row['name'][:2]}{row['name'][1:]}"
        end = max(at for at, other in enumerate(rows) if other["_rt"] == row["_rt"])
        rows.insert(rng.randint(rows.index(row) + 1, end + 1), double)


def _number_and_lay_out(
    rows: Iterable[Row], layout: _Layout, expected: Counter[str]
) -> list[list[Any]]:
    """Return the sheet's lines: titles, header, rows numbered anew under each repeated header."""
    header = [title for _key, title in layout.columns]
    lines: list[list[Any]] = [[title] for title in layout.titles]
    lines.append(header)
    neighbourhood, number = None, 0
    for row in rows:
        if layout.new_header_per_rt and number and row["_rt"] != neighbourhood:
            lines.append(header)
            expected["header_again"] += 1
            number = 0
        neighbourhood = row.get("_rt")
        number += 1
        lines.append([{**row, "number": number}[key] for key, _title in layout.columns])
    return lines


# --- Register sheets -----------------------------------------------------------------------------

_DTSEN_FAULTS = {
    "nik_missing": 30,
    "nik_digits_lost": 6,
    "kk_missing": 4,
    "not_in_population": 5,
    "decile_impossible": 3,
    "double_row": 4,
}

_DTSEN_COLUMNS = (
    ("number", "NO"),
    ("nik", "NIK"),
    ("kk", "NO KK"),
    ("name", "NAMA"),
    ("sex", "JENIS KELAMIN"),
    ("birth_date", "TANGGAL LAHIR"),
    ("address", "ALAMAT"),
    ("rt", "RT"),
    ("rw", "RW"),
    ("decile", "DESIL"),
    ("PBI-JK", "PBI JK"),
    ("PKH", "PKH"),
    ("BPNT", "SEMBAKO/BPNT"),
    ("KIS-D", "KIS DAERAH"),
)

_DTKS_COLUMNS = tuple(column for column in _DTSEN_COLUMNS if column[0] not in {"decile", "KIS-D"})


def _write_dtsen(
    path: Path,
    population: Population,
    *,
    as_of: date,
    faults: dict[str, int],
    only_rw: tuple[str, ...] = (),
) -> ListFile:
    rng = Random(population.place.seed + 2)
    # Newborns and a few others never reached the register, but whoever holds a card did; the dead
    # are still on it.
    listed = [
        (family, person)
        for family, person in population.people()
        if not person.moved_on
        and (person.health_card or (person.age >= 1 and rng.random() > 0.05))
        and (not only_rw or family.home.rw in only_rw)
    ]
    rows = [_register_row(family, person) for family, person in listed]
    expected = Counter(faults)
    expected["deceased_listed"] = sum(person.died_on is not None for _, person in listed)
    expected["rows"] = len(rows) + faults.get("not_in_population", 0)
    for position, (_family, person) in enumerate(listed):
        rows[position]["_sound"] = person.lives_here
    _spoil_register(rows, faults, rng)
    data_date = as_of.replace(day=1) - timedelta(days=1)
    titles = (
        "DATA TUNGGAL SOSIAL DAN EKONOMI NASIONAL",
        f"{population.place.kind.upper()} {population.place.name.upper()}",
        f"Keadaan {data_date:%d-%m-%Y}",
    )
    lines = _number_and_lay_out(rows, _Layout(titles, _DTSEN_COLUMNS), expected)
    _write_workbook(path, lines)
    return ListFile(
        path=path,
        kind="register",
        register="DTSEN",
        data_date=data_date,
        source="SIKS-NG",
        expected=expected,
        whole_village=not only_rw,
    )


def _write_dtks(path: Path, population: Population, *, as_of: date) -> ListFile:
    """Write the list of two years ago: the poor of that time, without deciles."""
    rng = Random(population.place.seed + 3)
    rows = [
        _register_row(family, person)
        for family, person in population.people()
        if family.decile <= 4 and not person.moved_on and person.age >= 3 and rng.random() > 0.05
    ]
    expected = Counter(rows=len(rows))
    expected["deceased_listed"] = sum(row["_person"].died_on is not None for row in rows)
    data_date = as_of - timedelta(days=730)
    titles = ("DATA TERPADU KESEJAHTERAAN SOSIAL", f"Keadaan {data_date:%d-%m-%Y}")
    lines = _number_and_lay_out(rows, _Layout(titles, _DTKS_COLUMNS), expected)
    _write_workbook(path, lines)
    return ListFile(
        path=path,
        kind="register",
        register="DTKS",
        data_date=data_date,
        source="SIKS-NG",
        expected=expected,
    )


def _register_row(family: Family, person: Person) -> Row:
    held = family.programmes | {person.health_card}
    aid = {code: "YA" if code in held else "TIDAK" for code in ("PBI-JK", "PKH", "BPNT", "KIS-D")}
    return {
        "_person": person,
        "nik": person.nik,
        "kk": family.kk,
        "name": person.name,
        "sex": "LAKI-LAKI" if person.sex == "L" else "PEREMPUAN",
        "birth_date": person.born,
        "address": family.address,
        "rt": family.home.rt,
        "rw": family.home.rw,
        "decile": family.decile,
        **aid,
    }


def _spoil_register(rows: list[Row], faults: dict[str, int], rng: Random) -> None:
    sound = [row for row in rows if row["_sound"]]
    rng.shuffle(sound)

    def some(code: str) -> list[Row]:
        return [sound.pop() for _number in range(faults.get(code, 0))]

    for row in some("nik_missing"):
        row["nik"] = ""
    for row in some("nik_digits_lost"):
        row["nik"] = float(row["nik"][:15] + "0")
    for row in some("kk_missing"):
        row["kk"] = ""
    for position, row in enumerate(some("decile_impossible")):
        row["decile"] = (0, 11, "-")[position % 3]
    for position, row in enumerate(some("not_in_population")):
        stranger = {
            **row,
            "name": f"{row['name']} SURYANINGRAT",
            "birth_date": date(1961, 3, 9),
        }
        day = "09" if row["sex"] == "LAKI-LAKI" else "49"
        stranger["nik"] = f"{row['nik'][:6]}{day}0361{9001 + position}"
        stranger["kk"] = f"{row['kk'][:12]}{9001 + position}"
        rows.insert(rng.randint(0, len(rows)), stranger)
    for row in some("double_row"):
        rows.insert(rng.randint(rows.index(row) + 1, len(rows)), dict(row))


# --- Writing bytes that never change -------------------------------------------------------------


def _write_csv(path: Path, lines: Iterable[list[Any]]) -> None:
    """Write what an Indonesian Excel saves: semicolons, CRLF, a byte order mark."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def _write_workbook(path: Path, lines: Iterable[list[Any]]) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Sheet1")
    for line in lines:
        sheet.append(line)
    written = io.BytesIO()
    workbook.save(written)
    _repack_without_clock(written, path)


def _repack_without_clock(written: io.BytesIO, path: Path) -> None:
    """Copy the workbook, leaving out the moment it was written: entry times and core.xml."""
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _CORE_PROPERTIES
            copy = zipfile.ZipInfo(entry.filename, date_time=(2026, 7, 1, 8, 0, 0))
            copy.compress_type = zipfile.ZIP_DEFLATED
            copy.external_attr = 0o644 << 16
            target.writestr(copy, content)


_CORE_PROPERTIES = (
    b'<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp="http://schemas.'
    b'openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/'
    b'elements/1.1/"><dc:creator>Operator</dc:creator></cp:coreProperties>'
)
