"""Reads of the catalogue and of participation, each with a known number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from programs.eligibility.judging import Facts, Result, needed
from programs.models import Participation, Programme, ProgrammeVersion
from programs.papers import Paper, form_note, in_page_language, papers
from programs.terms.document import Requirement
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
    """A paper wanted for one or more programmes together, ``form`` as the strictest wants it."""

    code: str
    name_id: str
    name_en: str
    mandatory: bool
    by_office: bool
    substitutes: tuple[str, ...]
    form: str = "copy"

    @property
    def name(self) -> str:
        return in_page_language(self.name_id, self.name_en)

    @property
    def label(self) -> str:
        """The name, how it is to be brought, and whether only what there is."""
        notes = [form_note(self.form), "" if self.mandatory else _("bila ada")]
        said = "; ".join(note for note in notes if note)
        return f"{self.name} ({said})" if said else self.name


#: From the strictest on.
_FORMS = ("original", "copy", "either")


def papers_wanted(
    versions: Iterable[ProgrammeVersion], facts: Facts | None = None, *, service: str = ""
) -> list[PaperWanted]:
    """Return the papers all the versions want together, in the catalogue's order; no query.

    Those of ``service``, else of each version's default. A paper that only some people need is left
    out where the facts speak against it, and mandatory where they call for it. A substitute serves
    only where every programme that wants the paper takes it.
    """
    wanted: dict[str, PaperWanted] = {}
    for version in versions:
        for row in _requirements(version, service):
            need = needed(row.needed_when, facts or {})
            if need == Result.NOT_MET:
                continue
            before = wanted.get(row.code)
            substitutes, form = row.substitutes, row.form
            if before:
                substitutes = tuple(one for one in before.substitutes if one in substitutes)
                form = min(form, before.form, key=_FORMS.index)
            mandatory = row.mandatory and need == Result.MET
            wanted[row.code] = PaperWanted(
                code=row.code,
                name_id=row.name_id,
                name_en=row.name_en,
                mandatory=mandatory or (before is not None and before.mandatory),
                by_office=row.by_office,
                substitutes=substitutes,
                form=form,
            )
    return list(wanted.values())


def facts_asked(versions: Iterable[ProgrammeVersion], *, service: str = "") -> set[str]:
    """Return the facts on which it depends whether somebody needs a paper; no query."""
    return {
        condition.field
        for version in versions
        for row in _requirements(version, service)
        for condition in row.needed_when
    }


def _requirements(version: ProgrammeVersion, service: str) -> tuple[Requirement, ...]:
    return version.terms.requirements_of(service or version.terms.default_service)


def papers_of(office: Office) -> dict[str, Paper]:
    """Return every paper the office knows by its code, those it named itself too (one query)."""
    published = ProgrammeVersion.objects.published().filter(programme__office=office)
    known = dict(papers())
    for content in published.in_order().values_list("content", flat=True):
        rows = [*content.get("requirements", ())]
        for service in content.get("services", ()):
            rows += service.get("requirements", ())
        for row in rows:
            code = row["code"]
            if code not in papers():
                name = row.get("own_name_id") or code
                known[code] = Paper(code, name, row.get("own_name_en", ""))
    return known


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
