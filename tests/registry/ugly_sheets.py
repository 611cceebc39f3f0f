"""Sheets as strangers lay them out: their titles, order and spellings; the people are invented.

A layout says which facts its sheet carries and how each is written. ``lay_out`` adds what hands
add to sheets: titles above, repeated headers, blank lines, a line of column numbers, a wrong total.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

from registry import identity

_FIRST = ("Siti", "Nur", "Ma'ruf", "Sri", "Dewi", "Agus", "René", "Bambang", "Khodijah", "Joko")
_LAST = ("Aminah", "Hidayat", "Santoso", "Wibowo", "Lestari", "Ningsih", "Prasetyo", "Nuñez")
_STREETS = ("Jl. Melati No. {}", "Jl. Taman Sari {}", "Dusun Krajan", "Gg. Mawar {}, Krajan")
_PROGRAMMES = ("PKH", "BPNT", "BST", "PBI-JK")


@dataclass(frozen=True)
class Person:
    name: str
    nik: str
    kk: str
    sex: str
    birth_date: date
    address: str
    rt: str
    rw: str
    decile: int
    programmes: tuple[str, ...]
    birth_place: str = "Jember"
    religion: str = "Islam"
    marital_status: str = "Kawin"
    education: str = "SLTP/sederajat"
    disability: str = "Penglihatan (netra)"
    relation: str = "9"
    occupation: str = "PETANI"
    dusun: str = "Krajan"


def people(rng: Random, count: int) -> list[Person]:
    """Return people no two of whom have one name; a few to a family card."""
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    return [_person(rng, name, at) for at, name in enumerate(rng.sample(names, count), start=1)]


def _person(rng: Random, name: str, at: int) -> Person:
    born = date(rng.randint(1928, 2020), rng.randint(1, 12), rng.randint(1, 28))
    sex = rng.choice("LP")
    return Person(
        name=name,
        nik=str(identity.Nik(region="350999", birth_date=born, sex=sex, serial=f"{at:04}")),
        kk=f"3509990101{rng.randint(8, 19):02}{at // 3 + 1:04}",
        sex=sex,
        birth_date=born,
        address=rng.choice(_STREETS).format(rng.randint(1, 90)),
        rt=f"{rng.randint(1, 12):03}",
        rw=f"{rng.randint(1, 9):03}",
        decile=rng.randint(1, 4),
        programmes=tuple(one for one in _PROGRAMMES if rng.random() < 0.4),
    )


Written = Callable[[Person], Any]


def _fact(name: str) -> Written:
    return lambda person: getattr(person, name)


def _always(text: Any) -> Written:
    return lambda person: text


def _upper(name: str) -> Written:
    return lambda person: getattr(person, name).upper()


def _born(pattern: str) -> Written:
    return lambda person: f"{person.birth_date:{pattern}}"


def _receives(code: str, yes: str = "YA", no: str = "TIDAK") -> Written:
    return lambda person: yes if code in person.programmes else no


def _sex(male: Any, female: Any) -> Written:
    return lambda person: male if person.sex == "L" else female


_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober Nopember Desember"


def _place_and_day(person: Person) -> str:
    born = person.birth_date
    return f"{person.birth_place}, {born.day} {_MONTHS.split()[born.month - 1]} {born.year}"


NUMBER = "the printed number"


@dataclass(frozen=True)
class Column:
    title: str
    written: Written | str
    tells: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Layout:
    """``blocks`` may change places; a block of several columns stands under one title."""

    name: str
    blocks: tuple[tuple[Column, ...], ...]
    formats: tuple[str, ...] = ("xlsx", "ods", "csv")
    sections: bool = False
    two_lines: bool = False

    @property
    def carries(self) -> set[str]:
        told = {part for block in self.blocks for one in block for part in one.tells.split()}
        if "nik" in told:
            told |= {"birth_date", "sex"}
        return told | ({"rt", "rw"} if self.sections else set())


def _flat(*columns: Column) -> tuple[tuple[Column, ...], ...]:
    return tuple((column,) for column in columns)


SIKS_NG = Layout(
    "siks-ng",
    _flat(
        Column("NIK", _fact("nik"), "nik"),
        Column("PROGRAM BANSOS", lambda p: ", ".join(p.programmes) or "NONBANSOS", "programmes"),
        Column("NOKK", _fact("kk"), "kk"),
        Column("NAMA", _upper("name"), "name"),
        Column("TEMPAT LAHIR", _upper("birth_place"), "birth_place"),
        Column("TANGGAL LAHIR", _born("%d/%m/%Y"), "birth_date"),
        Column("IBU KANDUNG", _always("SUTINI")),
        Column("JENIS KELAMIN", _sex("LAKI-LAKI", "PEREMPUAN"), "sex"),
        Column("JENIS PEKERJAAN", _fact("occupation"), "occupation"),
        Column("STATUS KAWIN", _always("KAWIN"), "marital_status"),
        Column("ALAMAT", _upper("address"), "address"),
        Column("RT", _fact("rt"), "rt"),
        Column("RW", _fact("rw"), "rw"),
        Column("PROVINSI", _always("JAWA TIMUR")),
        Column("KABUPATEN", _always("JEMBER")),
        Column("KECAMATAN", _always("TEGALSARI")),
        Column("KELURAHAN", _always("TEGALSARI MAKMUR")),
        Column("STATUS DISABILITAS", _always("YA")),
        Column("KODE JENIS DISABILITAS", _always("02"), "disability"),
        Column("STATUS HAMIL", _always("TIDAK")),
        Column("TGL MULAI HAMIL", _always("")),
    ),
)
SIAK = Layout(
    "siak",
    _flat(
        Column("NO_KK", _fact("kk"), "kk"),
        Column("NIK", _fact("nik"), "nik"),
        Column("NAMA_LGKP", _upper("name"), "name"),
        Column("JENIS_KLMIN", _sex("LAKI-LAKI", "PEREMPUAN"), "sex"),
        Column("TMPT_LHR", _upper("birth_place"), "birth_place"),
        Column("TGL_LHR", _fact("birth_date"), "birth_date"),
        Column("GOL_DRH", _always("TIDAK TAHU")),
        Column("AGAMA", _always("ISLAM"), "religion"),
        Column("STAT_KWN", _always("KAWIN TERCATAT"), "marital_status"),
        Column("STAT_HBKEL", _always("FAMILI LAIN"), "relation"),
        Column("PDDK_AKH", _always("SLTP/SEDERAJAT"), "education"),
        Column("JENIS_PKRJN", _fact("occupation"), "occupation"),
        Column("NAMA_LGKP_IBU", _always("SUTINI")),
        Column("NAMA_LGKP_AYAH", _always("SUTIKNO")),
        Column("ALAMAT", _upper("address"), "address"),
        Column("NO_RT", lambda p: p.rt.lstrip("0"), "rt"),
        Column("NO_RW", lambda p: p.rw.lstrip("0"), "rw"),
        Column("NO_PROP", _always("35")),
        Column("NAMA_PROP", _always("JAWA TIMUR")),
        Column("NAMA_KAB", _always("JEMBER")),
        Column("NAMA_KEC", _always("TEGALSARI")),
        Column("NAMA_KEL", _always("TEGALSARI MAKMUR")),
    ),
)
DTKS = Layout(
    "dtks",
    _flat(
        Column("NO", NUMBER),
        Column("ID DTKS", lambda p: f"35A{p.nik[-4:]}F0"),
        Column("NAMA PROVINSI", _always("JAWA TIMUR")),
        Column("NAMA KABUPATEN/KOTA", _always("JEMBER")),
        Column("NAMA KECAMATAN", _always("TEGALSARI")),
        Column("NAMA DESA/KELURAHAN", _always("TEGALSARI MAKMUR")),
        Column("ALAMAT", _fact("address"), "address"),
        Column("RT", _fact("rt"), "rt"),
        Column("RW", _fact("rw"), "rw"),
        Column("NOMOR KK", _fact("kk"), "kk"),
        Column("NOMOR NIK", _fact("nik"), "nik"),
        Column("NAMA", _upper("name"), "name"),
        Column("TANGGAL LAHIR", _born("%Y-%m-%d"), "birth_date"),
        Column("TEMPAT LAHIR", _upper("birth_place"), "birth_place"),
        Column("JENIS KELAMIN", _sex("Laki-laki", "Perempuan"), "sex"),
        Column("NAMA IBU KANDUNG", _always("SUTINI")),
        Column("HUBUNGAN KELUARGA", _always("Keponakan"), "relation"),
        Column("PKH", _receives("PKH"), "programmes"),
        Column("SEMBAKO/BPNT", _receives("BPNT"), "programmes"),
        Column("BST", _receives("BST"), "programmes"),
        Column("PBI", _receives("PBI-JK"), "programmes"),
    ),
)
PBDT = Layout(
    "pbdt",
    _flat(
        Column("No. Urut", NUMBER),
        Column("NoPesertaPBDT", lambda p: f"350999{p.nik[-4:]}"),
        Column("Nama", _fact("name"), "name"),
        Column("NIK", _fact("nik"), "nik"),
        Column("No_KK", _fact("kk"), "kk"),
        Column("JnsKel", _sex(1, 2), "sex"),
        Column("TmpLahir", _fact("birth_place"), "birth_place"),
        Column("TglLahir", _born("%d.%m.%Y"), "birth_date"),
        Column("Hub_KRT", _always("7")),
        Column("Sta_Kawin", _always(2), "marital_status"),
        Column("Jenis_Cacat", _always("Tuna netra"), "disability"),
        Column("Ijazah_Tertinggi", _always("SMP"), "education"),
        Column("Alamat", _fact("address"), "address"),
        Column("Nama_SLS", lambda p: f"RT {p.rt} RW {p.rw}", "rt rw"),
        Column("Status_Kesejahteraan", _fact("decile"), "decile"),
        Column("Umur", _always(40)),
    ),
)
RT_LIST = Layout(
    "rt-list",
    _flat(
        Column("NO", NUMBER),
        Column("NAMA WARGA", _upper("name"), "name"),
        Column("ALAMAT", _fact("address"), "address"),
    ),
    sections=True,
)
BPJS = Layout(
    "bpjs-pbi",
    _flat(
        Column("NO", NUMBER),
        Column("NOKA", lambda p: f"000{p.nik[-4:]}123456"),
        Column("NAMA PESERTA", _upper("name"), "name"),
        Column("NIK", _fact("nik"), "nik"),
        Column("TGL LAHIR", _born("%d-%m-%Y"), "birth_date"),
        Column("L/P", _fact("sex"), "sex"),
        Column("PISA", _always("PESERTA")),
        Column("ALAMAT", _upper("address"), "address"),
        Column("KELAS", _always("3")),
        Column("FASKES", _always("PUSKESMAS TEGALSARI")),
    ),
)
WHATSAPP = Layout(
    "whatsapp",
    _flat(
        Column("Nama lengkap", _fact("name"), "name"),
        Column("Tempat/Tgl lahir", _place_and_day, "birth_place birth_date"),
        Column("L/P", _sex("Lk", "Pr"), "sex"),
        Column("Alamat", _fact("address"), "address"),
        Column("RT/RW", lambda p: f"{p.rt}/{p.rw}", "rt rw"),
        Column("No KTP", _fact("nik"), "nik"),
        Column("No KK", _fact("kk"), "kk"),
        Column("No WA", _always("081234567890")),
    ),
    formats=("cp1252", "utf-16"),
)
TWO_LINES = Layout(
    "two-lines",
    (
        (Column("NO", NUMBER),),
        (Column("NAMA", _upper("name"), "name", sub="LENGKAP"),),
        (Column("NIK", _fact("nik"), "nik"),),
        (Column("NOMOR", _fact("kk"), "kk", sub="KK"),),
        (Column("TEMPAT", _fact("birth_place"), "birth_place", sub="LAHIR"),),
        (Column("TANGGAL", _born("%d-%m-%Y"), "birth_date", sub="LAHIR"),),
        (Column("JENIS", _fact("sex"), "sex", sub="KELAMIN"),),
        (
            Column("ALAMAT", _fact("address"), "address", sub="JALAN"),
            Column("", _fact("rt"), "rt", sub="RT"),
            Column("", _fact("rw"), "rw", sub="RW"),
        ),
        (
            Column("MENERIMA", _receives("PKH", "V", ""), "programmes", sub="PKH"),
            Column("", _receives("BPNT", "V", ""), "programmes", sub="BPNT"),
            Column("", _receives("BST", "V", ""), "programmes", sub="BST"),
            Column("", _receives("PBI-JK", "V", ""), "programmes", sub="PBI"),
        ),
    ),
    two_lines=True,
)
TICKED = Layout(
    "ticked",
    (
        (Column("NO", NUMBER),),
        (Column("NAMA WARGA", _upper("name"), "name"),),
        (Column("NKK", _fact("kk"), "kk"),),
        (
            Column("JENIS KELAMIN", _sex("V", ""), "sex", sub="L"),
            Column("", _sex("", "V"), "sex", sub="P"),
        ),
        (Column("TGL LAHIR", _born("%d-%m-%Y"), "birth_date"),),
    ),
    two_lines=True,
)
TICKED_BY_LETTER = Layout(
    "ticked-by-letter",
    _flat(
        Column("No", NUMBER),
        Column("Nama", _fact("name"), "name"),
        Column("L", _sex("L", ""), "sex"),
        Column("P", _sex("", "P"), "sex"),
        Column("Dusun", _upper("dusun"), "dusun"),
        Column("RT", lambda p: f"RT {p.rt[1:]}", "rt"),
        Column("RW", _fact("rw"), "rw"),
    ),
)
LAYOUTS = (SIKS_NG, SIAK, DTKS, PBDT, RT_LIST, BPJS, WHATSAPP, TWO_LINES, TICKED, TICKED_BY_LETTER)


@dataclass
class Sheet:
    """The lines, and what a reader has to tell about them."""

    lines: list[list[Any]]
    told: Counter[str]
    people: list[Person]


def lay_out(layout: Layout, everybody: Sequence[Person], rng: Random) -> Sheet:
    """Write the people in this layout, its blocks in any order, with a clerk's additions."""
    blocks = rng.sample(layout.blocks, len(layout.blocks))
    columns = [column for block in blocks for column in block]
    header = [[column.title for column in columns]]
    if layout.two_lines:
        header.append([column.sub for column in columns])
    above: list[list[Any]] = [["DAFTAR NAMA WARGA"], ["KEADAAN TAHUN 2025"], []]
    lines = above[: rng.randint(0, len(above))]
    lines += header
    told: Counter[str] = Counter()
    if rng.random() < 0.5 and len(columns) > 3:
        lines.append([str(at) for at in range(1, len(columns) + 1)])
        told["column_numbers"] += 1
    if layout.sections:
        everybody = sorted(everybody, key=lambda person: (person.rw, person.rt))
    place, number = ("", ""), 0
    for person in everybody:
        if layout.sections and place != (person.rt, person.rw):
            place = (person.rt, person.rw)
            lines.append([f"RT {person.rt[1:]} RW {person.rw[1:]}"])
            told["section_heading"] += 1
        elif rng.random() < 0.15:
            lines += header
            told["header_again"] += len(header)
        elif rng.random() < 0.1:
            lines.append([""] * len(columns))
            told["blank_row"] += 1
        # Clerks number by hand: some numbers are left out, some come twice.
        number += rng.choice((1, 1, 1, 0, 5))
        lines.append([number if c.written == NUMBER else c.written(person) for c in columns])
    if rng.random() < 0.5:
        lines.append(["", "JUMLAH", str(number + 7)])
        told["total_row"] += 1
    for fact, code in (("nik", "nik_missing"), ("kk", "kk_missing")):
        told[code] += 0 if fact in layout.carries else len(everybody)
    told["place_from_heading"] += len(everybody) if layout.sections else 0
    return Sheet(lines, +told, list(everybody))


def written(lines: Sequence[Sequence[Any]], kind: str) -> bytes:
    """Return the lines as a file: "xlsx", "ods", "csv", or a CSV in "cp1252" or "utf-16"."""
    if kind == "xlsx":
        return _xlsx(lines)
    if kind == "ods":
        return _ods(lines)
    out = io.StringIO()
    csv.writer(out, delimiter="," if kind == "csv" else ";").writerows(
        [f"{cell:%d-%m-%Y}" if isinstance(cell, date) else cell for cell in line] for line in lines
    )
    return out.getvalue().encode("utf-8" if kind == "csv" else kind)


def _xlsx(lines: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DATA")
    for line in lines:
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def _ods(lines: Sequence[Sequence[Any]]) -> bytes:
    rows = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, line or ['']))}</table:table-row>"
        for line in lines
    )
    content = (
        f'<office:document-content {_NAMES} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="DATA">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", content)
    return out.getvalue()


def _ods_cell(cell: Any) -> str:
    if cell in ("", None):
        return "<table:table-cell/>"
    if isinstance(cell, date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int):
        kind = f'office:value-type="float" office:value="{cell}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(cell))}</text:p></table:table-cell>"
