"""The catalogue as one readable file (TOML): its shape, and reading it with every mistake named."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Annotated, Any

from django.utils.translation import gettext as _

from programs.models import Partner, Programme
from programs.terms.document import Terms, read_terms, write_terms
from programs.terms.records import BadDocument, Choice, dump, read
from puskesmas.errors import InvalidInput
from puskesmas.mail import is_address
from puskesmas.models import Office


@dataclass(frozen=True)
class VersionEntry(Terms):
    """A published version: its first day, and its terms beside it."""

    effective_from: date = field(kw_only=True)


@dataclass(frozen=True)
class AgreementEntry:
    """A partner's agreement, as it stands under its programme."""

    partner: str
    since: date
    until: date | None = None
    number: str = ""


@dataclass(frozen=True)
class ProgrammeEntry:
    """A programme with its versions. ``only_in`` are the regencies whose offices take it."""

    code: str
    name_id: str
    owner: str
    tier: Annotated[str, Choice(tuple(Programme.Tier.values))]
    name_en: str = ""
    unit: Annotated[str, Choice(tuple(Programme.Unit.values))] = "person"
    aliases: tuple[str, ...] = ()
    only_in: tuple[str, ...] = ()
    versions: tuple[VersionEntry, ...] = ()
    agreements: tuple[AgreementEntry, ...] = ()


@dataclass(frozen=True)
class PartnerEntry:
    """A partner of the office."""

    code: str
    name_id: str
    name_en: str = ""
    kind: Annotated[str, Choice(tuple(Partner.Kind.values))] = "other"
    contact: str = ""
    email: str = ""


@dataclass(frozen=True)
class CatalogueFile:
    """The whole catalogue."""

    programmes: tuple[ProgrammeEntry, ...] = ()
    partners: tuple[PartnerEntry, ...] = ()


_LENGTHS = {
    "code": 30,
    "name_id": 120,
    "name_en": 120,
    "owner": 120,
    "contact": 160,
    "email": 254,
    "number": 80,
}


def parse(text: str, *, known: frozenset[str] = frozenset()) -> CatalogueFile:
    """Return the file's catalogue. ``known`` are programmes of the office the file need not name.

    Raises:
        InvalidInput: it is no TOML, or something in it is wrong; each mistake with its programme,
            version and field, in ``details["problems"]`` and in the message.
    """
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise InvalidInput(_("Berkas ini terlalu bertingkat-tingkat."), field="file") from None
    # Not only its TOMLDecodeError: a number of five thousand digits is a bare ValueError.
    except ValueError as error:
        raise InvalidInput(
            _("Berkas ini bukan TOML yang benar: %s") % error, field="file"
        ) from None
    problems: list[str] = []
    programmes = _each(table.pop("programmes", []), "programmes", problems, _programme)
    partners = _each(table.pop("partners", []), "partners", problems, _partner)
    for name in table:
        problems.append(f"{name}: {_('isian ini tidak dikenal.')}")
    if not problems:
        _check_whole(programmes, partners, known, problems)
    if problems:
        raise InvalidInput("\n".join(problems), field="file", problems=problems)
    return CatalogueFile(tuple(programmes), tuple(partners))


def only_for(entry: ProgrammeEntry, office: Office) -> bool:
    """Return whether the office takes this programme of a file."""
    return not entry.only_in or office.regency in entry.only_in


def _each(rows: Any, name: str, problems: list[str], build: Any) -> list[Any]:
    if not isinstance(rows, list):
        problems.append(f"{name}: {_('harus berupa daftar.')}")
        return []
    made = []
    for place, row in enumerate(rows, 1):
        code = row.get("code") if isinstance(row, dict) else None
        label = code if isinstance(code, str) and code else f"{name}[{place}]"
        made += build(row, label, problems)
    return made


def _programme(row: Any, label: str, problems: list[str]) -> list[ProgrammeEntry]:
    """Read a programme; its versions one by one, so that each mistake names its version."""
    found, identity, entries = len(problems), row, []
    if isinstance(row, dict) and isinstance(row.get("versions"), list):
        identity = {name: value for name, value in row.items() if name != "versions"}
        entries = row["versions"]
    versions: list[VersionEntry] = []
    for place, entry in enumerate(entries, 1):
        day = entry.get("effective_from", place) if isinstance(entry, dict) else place
        versions += _try(partial(_version, entry), _place(label, day), problems)
    programme = _try(lambda: _sized(read(ProgrammeEntry, identity)), label, problems)
    if len(problems) > found:
        return []
    return [replace(programme[0], versions=tuple(versions))]


def _version(entry: Any) -> VersionEntry:
    version = read(VersionEntry, entry)
    read_terms(content_of(version))
    return version


def _partner(row: Any, label: str, problems: list[str]) -> list[PartnerEntry]:
    return _try(lambda: _sized(read(PartnerEntry, row)), label, problems)


def _sized(entry: Any) -> Any:
    _check_lengths(entry)
    if not entry.code:
        raise BadDocument("code", _("wajib diisi."))
    if not is_address(getattr(entry, "email", "")):
        raise BadDocument("email", _("bukan alamat surel."))
    for place, agreement in enumerate(getattr(entry, "agreements", ()), 1):
        where = f"agreements[{place}]"
        _check_lengths(agreement, f"{where}.")
        if agreement.until is not None and agreement.until < agreement.since:
            raise BadDocument(f"{where}.until", _("tanggal selesai sebelum tanggal mulai."))
    return entry


def _check_lengths(entry: Any, where: str = "") -> None:
    for name, length in _LENGTHS.items():
        if len(getattr(entry, name, "")) > length:
            raise BadDocument(f"{where}{name}", _("paling panjang %d huruf.") % length)


def _try(build: Any, label: str, problems: list[str]) -> list[Any]:
    try:
        return [build()]
    except BadDocument as error:
        problems.append(f"{label}: {error}")
        return []


def _check_whole(
    programmes: list[ProgrammeEntry],
    partners: list[PartnerEntry],
    known: frozenset[str],
    problems: list[str],
) -> None:
    """Check what spans entries: codes used twice, programmes and partners nobody defined."""
    for rows in (programmes, partners):
        for code, times in Counter(row.code for row in rows).items():
            if times > 1:
                problems.append(f"{code}: {_('kode ini dipakai dua kali.')}")
    codes = known | {row.code for row in programmes}
    named = {row.code for row in partners}
    for programme in programmes:
        _check_versions(programme, codes, problems)
        problems += [
            f"{programme.code}: agreements[{place}].partner: {_('mitra ini tidak ada di berkas.')}"
            for place, agreement in enumerate(programme.agreements, 1)
            if agreement.partner not in named
        ]


def _check_versions(programme: ProgrammeEntry, codes: frozenset[str], problems: list[str]) -> None:
    days = [version.effective_from for version in programme.versions]
    if len(set(days)) < len(days):
        problems.append(f"{programme.code}: versions: {_('dua versi mulai pada hari yang sama.')}")
    for version in programme.versions:
        content, where = content_of(version), _place(programme.code, version.effective_from)
        _try(partial(read_terms, content, known_programmes=codes), where, problems)


def _place(programme: str, day: object) -> str:
    return _("%(programme)s, versi %(day)s") % {"programme": programme, "day": day}


def content_of(version: VersionEntry) -> dict[str, Any]:
    """Return a version's document as it is stored."""
    terms = Terms(**{name: getattr(version, name) for name in Terms.__dataclass_fields__})
    return write_terms(terms)


def version_entry(effective_from: date, terms: Terms) -> VersionEntry:
    values = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    return VersionEntry(**values, effective_from=effective_from)


def as_table(catalogue: CatalogueFile) -> dict[str, Any]:
    """Return the catalogue as plain values in the order a person reads them."""
    table: dict[str, Any] = dump(catalogue)
    for programme in table.get("programmes", []):
        for version in programme.get("versions", []):
            # The day first: that is what one looks for.
            day = version.pop("effective_from")
            rest = dict(version)
            version.clear()
            version["effective_from"] = day
            version.update(rest)
    return table
