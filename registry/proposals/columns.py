"""What a column of the monthly sheet may hold, and how it is written.

The first profile is the sheet seen in use in SIKS-NG: 21 columns in their order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from puskesmas.models import Office
from registry import codes
from registry.models import Household, Proposal, Resident

_YES, _NO = "YA", "TIDAK"


@dataclass(frozen=True)
class Line:
    """Everything one row is written from."""

    proposal: Proposal
    resident: Resident
    household: Household | None
    office: Office


Value = str | date | None


@dataclass(frozen=True)
class Source:
    """A field of the sheet. ``applies`` is False where an empty cell is the right one."""

    label: Any
    read: Callable[[Line], Value]
    applies: Callable[[Line], bool] = lambda line: True


def _own(name: str) -> Callable[[Line], Value]:
    return lambda line: getattr(line.resident, name)


def _kk(line: Line) -> str:
    return line.household.kk if line.household else ""


def _address(line: Line) -> str:
    return line.resident.address or (line.household.address if line.household else "")


def _regency(line: Line) -> str:
    """Return "Jember" for "Kabupaten Jember"; a kota keeps the word, as Dukcapil's lists do."""
    return line.office.regency.removeprefix("Kabupaten ")


def _said(value: bool | None) -> str:
    return "" if value is None else _YES if value else _NO


def _pregnant(line: Line) -> str:
    if line.resident.sex == Resident.Sex.MALE:
        return _NO
    return _said(line.proposal.extra.get("pregnant"))


def _pregnant_since(line: Line) -> Value:
    text = line.proposal.extra.get("pregnant_since")
    return date.fromisoformat(text) if text else None


def _disabled(line: Line) -> str:
    said = line.proposal.extra.get("disabled")
    if said is None and line.resident.disability:
        return _NO if codes.DISABILITIES.code_of(line.resident.disability) == "00" else _YES
    return _said(said)


def _disability_code(line: Line) -> str:
    own = codes.DISABILITIES.code_of(line.resident.disability) if line.resident.disability else ""
    return line.proposal.extra.get("disability_code") or own


SOURCES = {
    "nik": Source("NIK", _own("nik")),
    "programme": Source(_("Program yang diminta"), lambda line: line.proposal.programme),
    "kk": Source(_("No. KK"), _kk),
    "name": Source(_("Nama"), _own("name")),
    "birth_place": Source(_("Tempat lahir"), _own("birth_place")),
    "birth_date": Source(_("Tanggal lahir"), _own("birth_date")),
    "mother_name": Source(_("Nama ibu kandung"), _own("mother_name")),
    "sex": Source(_("Jenis kelamin (L/P)"), _own("sex")),
    "occupation": Source(_("Pekerjaan"), _own("occupation")),
    "occupation_code": Source(
        _("Kode pekerjaan"), lambda line: codes.OCCUPATIONS.code_of(line.resident.occupation)
    ),
    "marital_status": Source(_("Status kawin"), _own("marital_status")),
    "marital_code": Source(
        _("Kode status kawin"), lambda line: codes.MARITAL.code_of(line.resident.marital_status)
    ),
    "address": Source(_("Alamat"), _address),
    "dusun": Source(_("Dusun"), _own("dusun")),
    "rt": Source("RT", _own("rt")),
    "rw": Source("RW", _own("rw")),
    "province": Source(_("Provinsi"), lambda line: line.office.province),
    "regency": Source(_("Kabupaten/kota"), _regency),
    "kecamatan": Source(_("Kecamatan"), lambda line: line.office.kecamatan),
    "village": Source(_("Desa/kelurahan"), lambda line: line.office.name),
    "disabled": Source(_("Status disabilitas (YA/TIDAK)"), _disabled),
    "disability_code": Source(
        _("Kode jenis disabilitas"), _disability_code, lambda line: _disabled(line) == _YES
    ),
    "pregnant": Source(_("Status hamil (YA/TIDAK)"), _pregnant),
    "pregnant_since": Source(
        _("Tanggal mulai hamil"), _pregnant_since, lambda line: _pregnant(line) == _YES
    ),
    "kind": Source(_("Jenis usulan"), lambda line: str(line.proposal.kind)),
    "reason": Source(_("Alasan"), lambda line: line.proposal.reason),
}

FORMATS = {
    "plain": _("Apa adanya"),
    "upper": _("Huruf besar"),
    "date": _("Tanggal 31/12/2026"),
    "date_iso": _("Tanggal 2026-12-31"),
}


def _column(title: str, source: str, how: str = "upper") -> dict[str, Any]:
    return {"title": title, "source": source, "format": how, "required": True}


#: SIKS-NG's sheet as seen in use; the order is the file's.
SIKS_NG = [
    _column("NIK", "nik", "plain"),
    _column("PROGRAM BANSOS", "programme", "plain"),
    _column("NOKK", "kk", "plain"),
    _column("NAMA", "name"),
    _column("TEMPAT LAHIR", "birth_place"),
    _column("TANGGAL LAHIR", "birth_date", "date"),
    _column("IBU KANDUNG", "mother_name"),
    _column("JENIS KELAMIN", "sex", "plain"),
    _column("JENIS PEKERJAAN", "occupation"),
    _column("STATUS KAWIN", "marital_status"),
    _column("ALAMAT", "address"),
    _column("RT", "rt", "plain"),
    _column("RW", "rw", "plain"),
    _column("PROVINSI", "province"),
    _column("KABUPATEN", "regency"),
    _column("KECAMATAN", "kecamatan"),
    _column("KELURAHAN", "village"),
    _column("STATUS DISABILITAS", "disabled", "plain"),
    _column("KODE JENIS DISABILITAS", "disability_code", "plain"),
    _column("STATUS HAMIL", "pregnant", "plain"),
    _column("TGL MULAI HAMIL", "pregnant_since", "date"),
]


def written(columns: list[dict[str, Any]], line: Line) -> list[str]:
    """Return the row's cells as text, in the order of the columns."""
    return [_written(SOURCES[one["source"]], one["format"], line) for one in columns]


def _written(source: Source, how: str, line: Line) -> str:
    value = source.read(line) if source.applies(line) else ""
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}" if how == "date_iso" else f"{value:%d/%m/%Y}"
    return value.upper() if how == "upper" else value


def missing(columns: list[dict[str, Any]], line: Line) -> list[str]:
    """Return the titles of the required columns whose value nobody knows."""
    return [
        one["title"]
        for one in columns
        if one["required"]
        and SOURCES[one["source"]].applies(line)
        and not SOURCES[one["source"]].read(line)
    ]
