"""What taking a catalogue file over would change, programme by programme, before anything is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.catalogue.differences import Difference, differences
from programs.catalogue.file import (
    AgreementEntry,
    CatalogueFile,
    PartnerEntry,
    ProgrammeEntry,
    VersionEntry,
    content_of,
    only_for,
)
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.terms.document import Terms, terms_of
from puskesmas.models import Office

NEW, CHANGED, SAME = "new", "changed", "same"
_SAID = ("name_id", "name_en", "owner", "tier", "unit")


#: Agreements by the programme's key, the partner's code and their first day.
Agreed = dict[tuple[int, str, date], PartnerAgreement]


@dataclass(frozen=True)
class PlannedVersion:
    """A version of the file: new, or another content than the one of that day."""

    effective_from: date
    kind: str
    changes: list[Difference]


@dataclass(frozen=True)
class Planned:
    """A programme of the file. ``fields`` are what is said of it otherwise: name, now, then.

    ``agreements`` are those that are new or end otherwise. ``draft_waits`` says that the office's
    own draft stands in the way of another.
    """

    entry: ProgrammeEntry
    kind: str
    fields: list[tuple[str, str, str]]
    versions: list[PlannedVersion]
    agreements: list[tuple[AgreementEntry, str]]
    draft_waits: bool

    @property
    def is_nothing(self) -> bool:
        return self.kind == SAME


@dataclass(frozen=True)
class Plan:
    """What a file would change. ``elsewhere`` are programmes that are not for this regency."""

    programmes: list[Planned]
    partners: list[tuple[PartnerEntry, str]]
    elsewhere: list[ProgrammeEntry]

    @property
    def changes(self) -> list[Planned]:
        return [one for one in self.programmes if not one.is_nothing]

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.changed_partners

    @property
    def changed_partners(self) -> list[tuple[PartnerEntry, str]]:
        return [row for row in self.partners if row[1] != SAME]


def plan(office: Office, catalogue: CatalogueFile) -> Plan:
    """Return what the file would change in the office (four queries)."""
    held = {row.code: row for row in Programme.objects.filter(office=office)}
    versions: dict[int, list[ProgrammeVersion]] = {row.pk: [] for row in held.values()}
    for version in ProgrammeVersion.objects.filter(office=office).in_order():
        versions[version.programme_id].append(version)
    mine = [entry for entry in catalogue.programmes if only_for(entry, office)]
    partners = {row.code: row for row in Partner.objects.filter(office=office)}
    agreed = {
        (row.programme_id, row.partner.code, row.since): row
        for row in PartnerAgreement.objects.filter(office=office).select_related("partner")
    }
    return Plan(
        programmes=[_programme(entry, held.get(entry.code), versions, agreed) for entry in mine],
        partners=[(one, _partner(one, partners.get(one.code))) for one in catalogue.partners],
        elsewhere=[entry for entry in catalogue.programmes if entry not in mine],
    )


def _programme(
    entry: ProgrammeEntry,
    row: Programme | None,
    versions: dict[int, list[ProgrammeVersion]],
    agreed: Agreed,
) -> Planned:
    held = versions[row.pk] if row else []
    planned = [_version(one, [old for old in held if old.published_at]) for one in entry.versions]
    changed = [one for one in planned if one is not None]
    fields = _fields(entry, row) if row else []
    told = ((one, _agreement(one, row, agreed)) for one in entry.agreements)
    agreements = [(one, kind) for one, kind in told if kind != SAME]
    kind = NEW if row is None else CHANGED if fields or changed or agreements else SAME
    waits = any(one.published_at is None for one in held)
    return Planned(entry, kind, fields, changed, agreements, waits)


def _agreement(entry: AgreementEntry, programme: Programme | None, agreed: Agreed) -> str:
    row = agreed.get((programme.pk, entry.partner, entry.since)) if programme else None
    if row is None:
        return NEW
    return SAME if (row.until, row.number) == (entry.until, entry.number) else CHANGED


def _fields(entry: ProgrammeEntry, row: Programme) -> list[tuple[str, str, str]]:
    pairs: list[tuple[str, Any, Any]] = [
        (name, getattr(row, name), getattr(entry, name)) for name in _SAID
    ]
    pairs.append(("aliases", ", ".join(row.aliases), ", ".join(entry.aliases)))
    return [(name, now, then) for name, now, then in pairs if now != then]


def _version(entry: VersionEntry, held: list[ProgrammeVersion]) -> PlannedVersion | None:
    of_the_day = [one for one in held if one.effective_from == entry.effective_from]
    content = content_of(entry)
    if of_the_day and of_the_day[-1].content == content:
        return None
    # A new one is compared with what was in force until its day.
    before = [one for one in held if one.effective_from <= entry.effective_from]
    earlier = before[-1].terms if before else Terms()
    kind = CHANGED if of_the_day else NEW
    return PlannedVersion(entry.effective_from, kind, differences(earlier, terms_of(content)))


def _partner(entry: PartnerEntry, row: Partner | None) -> str:
    if row is None:
        return NEW
    names = ("name_id", "name_en", "kind", "contact", "email")
    return SAME if all(getattr(row, name) == getattr(entry, name) for name in names) else CHANGED
