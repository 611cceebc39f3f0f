"""A population list: compare every row with the resident it is about, then write the difference.

What the sheet leaves empty is kept. A resident the office knows as dead or moved stays so. Each
changed row keeps what was there before.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from puskesmas.fields import BlindIndexField
from registry import search_terms
from registry.imports.matching import Matcher
from registry.imports.plans import PIECE, Outcome, Plan, Tally, keep_rows, outcome_of_unfit
from registry.imports.rows import Row
from registry.likeness.asking import Question, ask
from registry.likeness.people import People
from registry.models import Household, HouseholdMember, Import, LifeEvent, Resident
from registry.naming import address_key, name_key

_UPDATE_BATCH = 200

#: What a sheet may fill in or change on a resident.
FACTS = (
    "name",
    "sex",
    "birth_place",
    "birth_date",
    "mother_name",
    "religion",
    "education",
    "marital_status",
    "occupation",
    "disability",
    "phone",
    "address",
    "dusun",
    "rt",
    "rw",
)
#: What a row may change that is kept on the membership, not on the resident.
OF_CARD = frozenset({"kk", "relation"})
_INDEXES = [item for item in Resident._meta.fields if isinstance(item, BlindIndexField)]


class Loader:
    """Compares a list, piece after piece, with the residents and, unless ``dry``, writes.

    Rows that change nothing leave no trace but the count.
    """

    def __init__(self, batch: Import, *, dry: bool) -> None:
        self._batch, self._dry = batch, dry
        self._people = People(batch.office)
        # Residents already spoken for, or made by this very list: no second row is about them.
        written = batch.rows.filter(line__lte=batch.done_lines, resident__isnull=False)
        self._taken: set[int] = set() if dry else set(written.values_list("resident", flat=True))

    def load(self, piece: Sequence[Row]) -> Tally:
        """Take a piece in; the caller holds the transaction."""
        matcher = self._matcher(piece, lock=not self._dry)
        plans = [self._plan(row, matcher) for row in piece]
        tally = Tally()
        for plan in plans:
            tally.count(plan)
        if not self._dry:
            _write(plans, batch=self._batch)
            ask(
                self._batch.office,
                [Question(plan.row, plan.doubts, other=plan.resident) for plan in plans],
            )
            self._taken.update(plan.resident.pk for plan in plans if plan.resident)
        keep_rows(plans, batch=self._batch, dry=self._dry)
        return tally

    def pass_by(self, piece: Sequence[Row]) -> None:
        """Remember whom a piece is about that an earlier worker has taken in."""
        matcher = self._matcher(piece, lock=False)
        for row in piece:
            if not row.stays_out and (resident := matcher.match(row).resident):
                self._taken.add(resident.pk)

    def _matcher(self, piece: Sequence[Row], *, lock: bool) -> Matcher:
        fit = [row for row in piece if not row.stays_out]
        return Matcher(self._batch.office, fit, lock=lock, people=self._people)

    def _plan(self, row: Row, matcher: Matcher) -> Plan:
        if row.stays_out:
            return Plan(row, outcome_of_unfit(row))
        match = matcher.match(row)
        resident = match.resident or match.identical
        if resident is None or resident.pk in self._taken:
            doubts = tuple(one for one in match.doubtful if one.resident.pk not in self._taken)
            if doubts:
                row.problems.append("possible_double")
            return Plan(row, Outcome.NEW, _new_resident(row, self._batch), doubts=doubts)
        self._taken.add(resident.pk)
        note_life(row, resident)
        membership = matcher.memberships.get(resident.pk)
        plan = Plan(row, Outcome.SAME, resident, membership, matched_by=match.how)
        _compare(plan, resident, self._batch)
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


def _compare(plan: Plan, resident: Resident, batch: Import) -> None:
    row = plan.row
    for name in FACTS:
        stated = getattr(row, name)
        if stated and stated != getattr(resident, name):
            plan.change(name, getattr(resident, name), stated)
    if row.nik and not resident.nik:
        plan.change("nik", "", row.nik)
    if row.life != resident.life == Resident.Life.ALIVE:
        _compare_life(plan, resident, batch)
    known = plan.membership
    # The dead and the moved keep the card they were on; only the living change cards.
    if row.life == resident.life == Resident.Life.ALIVE:
        if row.kk and row.kk_index != (known.household.kk_index if known else ""):
            plan.change("kk", known.household.kk if known else "", row.kk)
        if known and row.relation and row.relation != known.relation:
            plan.change("relation", known.relation, row.relation)


def _compare_life(plan: Plan, resident: Resident, batch: Import) -> None:
    plan.change("life", resident.life, plan.row.life)
    if resident.life_since != plan.row.life_since:
        plan.change("life_since", resident.life_since, plan.row.life_since)
    if resident.life_source != batch.source:
        plan.change("life_source", resident.life_source, batch.source)


def _write(plans: Sequence[Plan], *, batch: Import) -> None:
    loaded = [plan for plan in plans if plan.outcome in {Outcome.NEW, Outcome.CHANGED}]
    moving = [plan for plan in loaded if _changes_card(plan)]
    households = _households(moving, batch=batch)
    created = [plan.resident for plan in loaded if plan.resident and plan.outcome == Outcome.NEW]
    Resident.objects.bulk_create(created, batch_size=PIECE)
    _update([plan for plan in loaded if plan.outcome == Outcome.CHANGED])
    _tell_lives(loaded, batch=batch)
    _move(moving, households, on=batch.data_date)
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


def _update(plans: Sequence[Plan]) -> None:
    changed = []
    for plan in plans:
        if plan.resident is not None:
            put(plan.resident, plan.after)
            changed.append(plan.resident)
    save_changed(changed, {name for plan in plans for name in plan.after})


def put(resident: Resident, facts: Mapping[str, Any]) -> None:
    """Give the resident these facts, without saving; a card and a relation are not his own."""
    for name in facts.keys() - OF_CARD:
        setattr(resident, name, facts[name])
    resident.name_key = name_key(resident.name)
    resident.address_key = address_key(resident.address)
    resident.version += 1
    for index in _INDEXES:
        index.pre_save(resident, add=False)


def save_changed(residents: Sequence[Resident], names: Set[str]) -> None:
    """Save the named facts of many residents, and what is derived from them."""
    derived = {"name_key", "address_key", "version"} | {index.name for index in _INDEXES}
    if residents:
        fields = sorted((names - OF_CARD) | derived)
        Resident.objects.bulk_update(residents, fields, _UPDATE_BATCH)


def _tell_lives(plans: Sequence[Plan], *, batch: Import) -> None:
    """Write down the deaths and removals the list told, for the history of each person."""
    LifeEvent.objects.bulk_create(
        LifeEvent(
            office=batch.office,
            resident=plan.resident,
            kind=_EVENTS[plan.row.life],
            on=plan.row.life_since,
            source=batch.source,
            batch=batch,
            recorded_by=batch.created_by,
        )
        for plan in plans
        if plan.row.life in _EVENTS and (plan.outcome == Outcome.NEW or "life" in plan.after)
    )


_EVENTS: dict[str, str] = {
    Resident.Life.DECEASED: LifeEvent.Kind.DECEASED,
    Resident.Life.MOVED: LifeEvent.Kind.MOVED_AWAY,
}


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
    Household.objects.bulk_create(made, batch_size=PIECE)
    return found | {household.kk_index: household for household in made}


def _move(plans: Sequence[Plan], households: dict[str, Household], *, on: date) -> None:
    """Put residents on the card the sheet names; the membership they leave ends that day."""
    stays = [plan for plan in plans if plan.membership and "kk" not in plan.after]
    relabelled = [plan.membership for plan in stays if plan.membership]
    for plan, membership in zip(stays, relabelled, strict=True):
        membership.relation = plan.row.relation
    moved = [plan for plan in plans if plan.membership is None or "kk" in plan.after]
    for plan in moved:
        plan.left = plan.membership
        plan.opened = HouseholdMember(
            household=households[plan.row.kk_index],
            resident=plan.resident,
            relation=plan.row.relation,
            since=on if plan.left else None,
            until=None if plan.row.life == Resident.Life.ALIVE else plan.row.life_since or on,
        )
    left = [plan.left.pk for plan in moved if plan.left]
    HouseholdMember.objects.filter(pk__in=left).update(until=on)
    HouseholdMember.objects.bulk_create(
        [plan.opened for plan in moved if plan.opened], batch_size=PIECE
    )
    HouseholdMember.objects.bulk_update(relabelled, ["relation"], _UPDATE_BATCH)
