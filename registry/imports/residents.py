"""A population list: compare every row with the resident it is about, then write the difference.

What the sheet leaves empty is kept. A resident the office knows as dead or moved stays so. Each
changed row keeps what was there before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from puskesmas.fields import BlindIndexField
from registry import search_terms
from registry.imports.matching import Matcher
from registry.imports.problems import Gravity, counted, needs_a_look, worst
from registry.imports.rows import Row
from registry.models import Household, HouseholdMember, Import, ImportRow, Resident
from registry.naming import address_key, name_key

BATCH = 2_000
_UPDATE_BATCH = 200
Outcome = ImportRow.Outcome

#: What a sheet may fill in or change on a resident.
FACTS = (
    "name",
    "sex",
    "birth_place",
    "birth_date",
    "mother_name",
    "religion",
    "marital_status",
    "occupation",
    "disability",
    "phone",
    "address",
    "dusun",
    "rt",
    "rw",
)
_INDEXES = [item for item in Resident._meta.fields if isinstance(item, BlindIndexField)]


@dataclass
class Tally:
    """What became of the rows. ``by_rw`` counts persons loaded, never printed numbers."""

    outcomes: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    by_rw: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)

    def count(self, row: Row, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self.problems.update(row.problems)
        if outcome not in {Outcome.SKIPPED, Outcome.ERROR}:
            self.by_rw[row.rw] += 1

    def as_json(self) -> dict[str, Any]:
        """Return plain dicts: outcomes, problems, by_rw, matched, and "rows" = persons."""
        skipped = self.outcomes[Outcome.SKIPPED]
        return {
            "rows": sum(self.outcomes.values()) - skipped,
            "outcomes": dict(self.outcomes),
            "problems": dict(sorted(self.problems.items())),
            "by_rw": dict(sorted(self.by_rw.items())),
            "matched": dict(self.matched),
        }


def load(rows: Iterable[Row], *, batch: Import, dry: bool) -> Tally:
    """Compare all rows with the register of residents and, unless ``dry``, write.

    The caller holds the transaction. Writes the :class:`ImportRow` of every row that is new,
    changed, wrong or doubtful; rows that change nothing leave no trace but the count.
    """
    tally = Tally()
    # Residents already spoken for, or made by this very list: no second row is about them.
    taken: set[int] = set()
    for chunk in in_batches(rows):
        matcher = Matcher(batch.office, [row for row in chunk if not row.stays_out], lock=not dry)
        plans = [_plan(row, matcher, taken, batch) for row in chunk]
        for plan in plans:
            tally.count(plan.row, plan.outcome)
        if not dry:
            _write(plans, batch=batch)
            taken.update(plan.resident.pk for plan in plans if plan.resident)
        keep_rows(plans, batch=batch, dry=dry)
    return tally


def in_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of at most :data:`BATCH`."""
    source = iter(rows)
    while chunk := list(islice(source, BATCH)):
        yield chunk


@dataclass
class Plan:
    """What one row will do. ``before`` and ``after`` hold changed facts only."""

    row: Row
    outcome: str
    resident: Resident | None = None
    membership: HouseholdMember | None = None
    matched_by: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def outcome_of_unfit(row: Row) -> str:
    """Return SKIPPED for nobody's rows, ERROR for wrong ones."""
    return Outcome.ERROR if worst(row.problems) is Gravity.ERROR else Outcome.SKIPPED


def _plan(row: Row, matcher: Matcher, taken: set[int], batch: Import) -> Plan:
    if row.stays_out:
        return Plan(row, outcome_of_unfit(row))
    match = matcher.match(row)
    resident = match.resident
    if resident is None or resident.pk in taken:
        if match.namesake is not None and match.namesake.pk not in taken:
            row.problems.append("possible_double")
        return Plan(row, Outcome.NEW, _new_resident(row, batch))
    taken.add(resident.pk)
    note_life(row, resident)
    membership = matcher.memberships.get(resident.pk)
    plan = Plan(row, Outcome.SAME, resident, membership, matched_by=match.how)
    _compare(plan, resident)
    if plan.after:
        plan.outcome = Outcome.CHANGED
    return plan


def note_life(row: Row, resident: Resident) -> None:
    """Say so when a list carries somebody the office knows as dead or moved."""
    code = _LISTED.get(resident.life)
    if code and code not in row.problems:
        row.problems.append(code)


_LISTED: dict[str, str] = {
    Resident.Life.DECEASED: "deceased_listed",
    Resident.Life.MOVED: "moved_listed",
}


def _compare(plan: Plan, resident: Resident) -> None:
    row = plan.row
    for name in FACTS:
        stated = getattr(row, name)
        if stated and stated != getattr(resident, name):
            _change(plan, name, getattr(resident, name), stated)
    if row.nik and not resident.nik:
        _change(plan, "nik", "", row.nik)
    if row.life != resident.life == Resident.Life.ALIVE:
        _change(plan, "life", resident.life, row.life)
    known = plan.membership
    # The dead and the moved keep the card they were on; only the living change cards.
    if row.life == resident.life == Resident.Life.ALIVE:
        if row.kk and row.kk_index != (known.household.kk_index if known else ""):
            _change(plan, "kk", known.household.kk if known else "", row.kk)
        if known and row.relation and row.relation != known.relation:
            _change(plan, "relation", known.relation, row.relation)


def _change(plan: Plan, name: str, before: Any, after: Any) -> None:
    plan.before[name], plan.after[name] = before, after


def _write(plans: Sequence[Plan], *, batch: Import) -> None:
    loaded = [plan for plan in plans if plan.outcome in {Outcome.NEW, Outcome.CHANGED}]
    households = _households(loaded, batch=batch)
    created = [plan.resident for plan in loaded if plan.resident and plan.outcome == Outcome.NEW]
    Resident.objects.bulk_create(created, batch_size=BATCH)
    _update([plan for plan in loaded if plan.outcome == Outcome.CHANGED], batch=batch)
    _move([plan for plan in loaded if _changes_card(plan)], households, on=batch.data_date)
    search_terms.remember(batch.office_id, [plan.resident for plan in loaded if plan.resident])


def _changes_card(plan: Plan) -> bool:
    is_new = plan.outcome == Outcome.NEW and bool(plan.row.kk_index)
    return is_new or "kk" in plan.after or "relation" in plan.after


def _new_resident(row: Row, batch: Import) -> Resident:
    return Resident(
        office=batch.office,
        nik=row.nik,
        name_key=row.name_key,
        address_key=address_key(row.address),
        life=row.life,
        life_since=row.life_since,
        life_source=_life_source(row, batch),
        **{name: getattr(row, name) for name in FACTS},
    )


def _life_source(row: Row, batch: Import) -> str:
    return batch.source if row.life != Resident.Life.ALIVE else ""


def _update(plans: Sequence[Plan], *, batch: Import) -> None:
    changed = [_apply(plan, plan.resident, batch) for plan in plans if plan.resident]
    touched = {name for plan in plans for name in plan.after} - {"kk", "relation"}
    derived = {"name_key", "address_key", "version", "life_since", "life_source"}
    derived |= {index.name for index in _INDEXES}
    if changed:
        Resident.objects.bulk_update(changed, sorted(touched | derived), _UPDATE_BATCH)


def _apply(plan: Plan, resident: Resident, batch: Import) -> Resident:
    for name in plan.after.keys() - {"kk", "relation"}:
        setattr(resident, name, plan.after[name])
    if "life" in plan.after:
        resident.life_since = plan.row.life_since
        resident.life_source = _life_source(plan.row, batch)
    resident.name_key = name_key(resident.name)
    resident.address_key = address_key(resident.address)
    resident.version += 1
    for index in _INDEXES:
        index.pre_save(resident, add=False)
    return resident


def _households(plans: Sequence[Plan], *, batch: Import) -> dict[str, Household]:
    """Return the household of each card named by the rows, making those not known yet."""
    wanted = {plan.row.kk_index: plan.row for plan in reversed(plans) if plan.row.kk_index}
    known = Household.objects.filter(office=batch.office, kk_index__in=wanted)
    found = {household.kk_index: household for household in known}
    made = [
        Household(
            office=batch.office,
            kk=row.kk,
            address=row.address,
            dusun=row.dusun,
            rt=row.rt,
            rw=row.rw,
        )
        for index, row in wanted.items()
        if index not in found
    ]
    Household.objects.bulk_create(made, batch_size=BATCH)
    return found | {household.kk_index: household for household in made}


def _move(plans: Sequence[Plan], households: dict[str, Household], *, on: date) -> None:
    """Put residents on the card the sheet names; the membership they leave ends that day."""
    stays = [plan for plan in plans if plan.membership and "kk" not in plan.after]
    relabelled = [plan.membership for plan in stays if plan.membership]
    for plan, membership in zip(stays, relabelled, strict=True):
        membership.relation = plan.row.relation
    left = [plan.membership.pk for plan in plans if plan.membership and "kk" in plan.after]
    opened = [
        HouseholdMember(
            household=households[plan.row.kk_index],
            resident=plan.resident,
            relation=plan.row.relation,
            until=None if plan.row.life == Resident.Life.ALIVE else plan.row.life_since or on,
        )
        for plan in plans
        if plan.membership is None or "kk" in plan.after
    ]
    HouseholdMember.objects.filter(pk__in=left).update(until=on)
    HouseholdMember.objects.bulk_create(opened, batch_size=BATCH)
    HouseholdMember.objects.bulk_update(relabelled, ["relation"], _UPDATE_BATCH)


def keep_rows(plans: Iterable[Plan], *, batch: Import, dry: bool) -> None:
    """Write the import rows worth keeping; the raw cells only where a person must look.

    Notes and nobody's rows are in the counts; kept row by row they would bury the rest.
    """
    kept = []
    for plan in plans:
        doubts = [code for code in counted(plan.row.problems) if needs_a_look(code)]
        changes = not dry and plan.outcome in {Outcome.NEW, Outcome.CHANGED}
        if not doubts and not changes:
            continue
        kept.append(
            ImportRow(
                batch=batch,
                line=plan.row.line,
                outcome=plan.outcome,
                problems=doubts,
                raw=[_plain(cell) for cell in plan.row.cells] if doubts else [],
                before=plan.before or None,
                after=plan.after or None,
                resident=plan.resident if plan.resident and plan.resident.pk else None,
            )
        )
    ImportRow.objects.bulk_create(kept, batch_size=BATCH)


def _plain(cell: Any) -> Any:
    """Return the cell as JSON has it; numbers stay numbers, so that lost digits stay visible."""
    return cell if isinstance(cell, (str, int, float)) else str(cell or "")
