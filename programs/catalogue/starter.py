"""What the starter catalogue has that an office has not: offered on its page, taken as any file."""

from dataclasses import dataclass, replace
from functools import cache

from programs.catalogue import toml
from programs.catalogue.exchange import STARTER
from programs.catalogue.file import CatalogueFile, ProgrammeEntry, as_table, parse
from programs.catalogue.plan import NEW, Planned, plan
from programs.models import Programme, ProgrammeVersion
from puskesmas.models import Office


@dataclass(frozen=True)
class Offer:
    """A catalogue file of just what is lacking; ``versions`` counts those of known programmes."""

    catalogue: CatalogueFile
    programmes: int
    versions: int

    @property
    def text(self) -> str:
        return toml.dumps(as_table(self.catalogue))


def offer(office: Office) -> Offer | None:
    """Return what the office lacks of the starter catalogue, or None (six queries).

    What somebody of the office changed stays as it is: its names, a version he published on the
    same day, and a programme whose draft waits.
    """
    held = {row.code: row for row in Programme.objects.filter(office=office)}
    own = set(
        ProgrammeVersion.objects.filter(office=office, published_by__isnull=False).values_list(
            "programme__code", "effective_from"
        )
    )
    planned = plan(office, _starter()).changes
    lacking = [(one, entry) for one in planned if (entry := _lacking(one, held, own)) is not None]
    if not lacking:
        return None
    return Offer(
        catalogue=CatalogueFile(programmes=tuple(entry for _one, entry in lacking)),
        programmes=sum(one.kind == NEW for one, _entry in lacking),
        versions=sum(len(entry.versions) for one, entry in lacking if one.kind != NEW),
    )


@cache
def _starter() -> CatalogueFile:
    return parse(STARTER.read_text(encoding="utf-8"))


def _lacking(
    planned: Planned, held: dict[str, Programme], own: set[tuple[str, object]]
) -> ProgrammeEntry | None:
    entry = planned.entry
    if planned.kind == NEW:
        return replace(entry, agreements=())
    days = {one.effective_from for one in planned.versions}
    versions = tuple(
        one
        for one in entry.versions
        if one.effective_from in days and (entry.code, one.effective_from) not in own
    )
    if planned.draft_waits or not versions:
        return None
    row = held[entry.code]
    return replace(
        entry,
        name_id=row.name_id,
        name_en=row.name_en,
        owner=row.owner,
        tier=row.tier,
        unit=row.unit,
        aliases=tuple(row.aliases),
        versions=versions,
        agreements=(),
    )
