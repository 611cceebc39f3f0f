"""Reads of the catalogue and of participation, each with a known number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from programs.models import Participation, Programme, ProgrammeVersion
from programs.papers import in_page_language
from puskesmas.models import Office
from registry.identities import people_by_record
from registry.models import Resident


def programmes_of(office: Office) -> QuerySet[Programme]:
    """Return the office's programmes in the order they are offered (one query)."""
    return Programme.objects.filter(office=office)


def versions_on(programmes: Iterable[Programme], day: date) -> dict[int, ProgrammeVersion]:
    """Return the published version in force on ``day`` by programme pk (one query).

    A programme whose first version starts later has none.
    """
    rows: Iterable[ProgrammeVersion] = (
        ProgrammeVersion.objects.published()
        .filter(programme__in=[programme.pk for programme in programmes], effective_from__lte=day)
        .in_order()
    )
    return {version.programme_id: version for version in rows}


@dataclass(frozen=True)
class PaperWanted:
    """A paper wanted for one or more programmes together."""

    code: str
    name_id: str
    name_en: str
    mandatory: bool
    by_office: bool
    substitutes: tuple[str, ...]

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)


def papers_wanted(versions: Iterable[ProgrammeVersion]) -> list[PaperWanted]:
    """Return the papers all the versions want together, in the catalogue's order; no query.

    Those of each version's default service. A paper is mandatory when one programme insists on it
    whatever the person's state; a substitute serves only where every programme that wants the paper
    takes it.
    """
    wanted: dict[str, PaperWanted] = {}
    for version in versions:
        for row in version.terms.requirements_of(version.terms.default_service):
            before = wanted.get(row.code)
            substitutes = row.substitutes
            if before:
                substitutes = tuple(one for one in before.substitutes if one in substitutes)
            mandatory = row.mandatory and not row.needed_when
            wanted[row.code] = PaperWanted(
                code=row.code,
                name_id=row.name_id,
                name_en=row.name_en,
                mandatory=mandatory or (before is not None and before.mandatory),
                by_office=row.by_office,
                substitutes=substitutes,
            )
    return list(wanted.values())


def participations_of(residents: Iterable[Resident]) -> dict[int, list[Participation]]:
    """Return the running participations by the person's key, merged records' too (two queries).

    What one source says of two records of a person is one participation.
    """
    owners = people_by_record(resident.pk for resident in residents)
    found: dict[int, dict[Any, Participation]] = {pk: {} for pk in owners.values()}
    rows: Any = (
        Participation.objects.filter(resident__in=list(owners), until__isnull=True)
        .select_related("programme")
        .order_by("programme__order", "source", "pk")
    )
    for row in rows:
        found[owners[row.resident_id]].setdefault((row.programme_id, row.source), row)
    return {pk: list(held.values()) for pk, held in found.items()}
