"""A population list: compare every row with the resident it is about, then write the difference.

What the sheet leaves empty is kept. A resident the office knows as dead or moved stays so. Each
changed row keeps what was there before.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any

from django.db.models import F

from puskesmas import bulk
from puskesmas.fields import BlindIndexField
from registry import search_terms
from registry.imports.matching import Matcher
from registry.imports.plans import Outcome, Plan, Tally, keep_rows, outcome_of_unfit
from registry.imports.rows import Row
from registry.likeness.asking import Doubt, Question, ask
from registry.likeness.people import Listed, People
from registry.likeness.scoring import Score, is_certain
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
        self._listed = Listed()
        self._alike: dict[int, Score] = {}
        # Residents already spoken for, or made by this very list: no second row is about them.
        self._pieces = 0
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
            ask(self._batch.office, self._questions(plans))
            self._taken.update(plan.person for plan in plans if plan.person)
            self._count_people()
        keep_rows(plans, batch=self._batch, dry=self._dry)
        return tally

    def _count_people(self) -> None:
        """Let PostgreSQL count the tables whenever the list has doubled.

        Until it knows of them it looks people up as in empty tables, reading all there are.
        """
        self._pieces += 1
        if self._pieces.bit_count() == 1:
            bulk.refresh_statistics(Resident, Household, HouseholdMember)

    def pass_by(self, piece: Sequence[Row]) -> None:
        """Remember whom a piece is about that an earlier worker has taken in."""
        matcher = self._matcher(piece, lock=False)
        kept = self._batch.rows.filter(line__range=(piece[0].line, piece[-1].line))
        new = set(kept.filter(outcome=Outcome.NEW).values_list("line", flat=True))
        for row in piece:
            if not row.stays_out and (resident := self._whom(row, matcher)):
                self._taken.add(resident.pk)
            if row.line in new:
                self._listed.add(row)

    def _matcher(self, piece: Sequence[Row], *, lock: bool) -> Matcher:
        fit = [row for row in piece if not row.stays_out]
        return Matcher(self._batch.office, fit, lock=lock, people=self._people)

    def _plan(self, row: Row, matcher: Matcher) -> Plan:
        if row.stays_out:
            return Plan(row, outcome_of_unfit(row))
        match = matcher.match(row)
        resident = self._whom(row, matcher)
        if resident is None and match.how == "decided":
            # An officer said that this row and an earlier one are one person.
            row.problems.append("double_row")
            return Plan(row, outcome_of_unfit(row))
        if resident is None:
            doubts = self._doubts(row, matcher)
            self._note_earlier(row)
            return Plan(row, Outcome.NEW, doubts=doubts)
        self._taken.add(resident.pk)
        note_life(row, resident)
        membership = matcher.memberships.get(resident.pk)
        plan = Plan(row, Outcome.SAME, resident, membership, matched_by=match.how)
        _compare(plan, resident, self._batch)
        if plan.after:
            plan.outcome = Outcome.CHANGED
        return plan

    def _whom(self, row: Row, matcher: Matcher) -> Resident | None:
        """Return the resident the row is about, unless another row of the list already is.

        Of several of one name in one house it is one of whom it changes nothing.
        """
        match = matcher.match(row)
        if match.resident is not None:
            return match.resident if match.resident.pk not in self._taken else None
        free = [one for one in match.identical if one.pk not in self._taken]
        if len(match.identical) > 1:
            free = [one for one in free if self._changes_nothing(row, one, matcher)]
        return free[0] if free else None

    def _changes_nothing(self, row: Row, resident: Resident, matcher: Matcher) -> bool:
        plan = Plan(row, Outcome.SAME, resident, matcher.memberships.get(resident.pk))
        _compare(plan, resident, self._batch)
        return not plan.after

    def _note_earlier(self, row: Row) -> None:
        """Note which earlier row of this list looks like the one of a new person."""
        found = self._listed.earlier(row) if row.namesake_line is None else None
        if found is not None:
            row.namesake_line, self._alike[row.line] = found
            row.problems.append("namesake_row")
        self._listed.add(row)

    def _doubts(self, row: Row, matcher: Matcher) -> tuple[Doubt, ...]:
        """Return who a new person may be; a namesake in the list also whoever was spoken of.

        Of those a row was about already, only who looks quite like this one too.
        """
        doubts = matcher.match(row).doubtful
        if row.namesake_line is not None:
            return doubts
        free = tuple(
            one
            for one in doubts
            if one.resident.pk not in self._taken or is_certain(Score(one.score, one.grounds))
        )
        if free:
            row.problems.append("possible_double")
        return free

    def _questions(self, plans: Sequence[Plan]) -> Iterator[Question]:
        made: dict[int | None, int | None] = {plan.row.line: plan.person for plan in plans}
        lines = [line for plan in plans if (line := plan.row.namesake_line) and line not in made]
        if lines:
            earlier = self._batch.rows.filter(line__in=lines)
            made |= dict(earlier.values_list("line", "resident"))
        for plan in plans:
            first = made.get(plan.row.namesake_line) if plan.outcome == Outcome.NEW else None
            alike = self._alike.pop(plan.row.line, None)
            yield Question(plan.row, plan.doubts, other=plan.person, namesake=first, alike=alike)


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
    _create([plan for plan in loaded if plan.outcome == Outcome.NEW], batch=batch)
    _update([plan for plan in loaded if plan.outcome == Outcome.CHANGED])
    _tell_lives(loaded, batch=batch)
    _move(moving, households, batch=batch)
    search_terms.remember(batch.office_id, [plan.resident or plan.row for plan in loaded])


def _changes_card(plan: Plan) -> bool:
    is_new = plan.outcome == Outcome.NEW and bool(plan.row.kk_index)
    return is_new or "kk" in plan.after or "relation" in plan.after


_SAID = (*FACTS, "nik", "name_key", "address_key", "life", "life_since")
_said = attrgetter(*_SAID)


def _create(plans: Sequence[Plan], *, batch: Import) -> None:
    rows = [(batch.office_id, _life_source(plan.row, batch), *_said(plan.row)) for plan in plans]
    keys = bulk.insert(Resident, ("office_id", "life_source", *_SAID), rows)
    for plan, key in zip(plans, keys, strict=True):
        plan.person = key


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
    rows = [
        (
            *(batch.office_id, batch.pk, batch.source, batch.created_by_id, plan.person),
            *(_EVENTS[plan.row.life], plan.row.life_since),
        )
        for plan in plans
        if plan.row.life in _EVENTS and (plan.outcome == Outcome.NEW or "life" in plan.after)
    ]
    names = ("office_id", "batch_id", "source", "recorded_by_id", "resident_id", "kind", "on")
    bulk.insert(LifeEvent, names, rows)


_EVENTS: dict[str, str] = {
    Resident.Life.DECEASED: LifeEvent.Kind.DECEASED,
    Resident.Life.MOVED: LifeEvent.Kind.MOVED_AWAY,
}


_CARD = ("kk", "address", "dusun", "rt", "rw")
_of_card = attrgetter(*_CARD)


def _households(plans: Sequence[Plan], *, batch: Import) -> dict[str, int]:
    """Return the key of each card's household named by the rows, making those not known yet."""
    wanted = {plan.row.kk_index: plan.row for plan in reversed(plans) if plan.row.kk_index}
    known = Household.objects.filter(office=batch.office, kk_index__in=wanted)
    found: dict[str, int] = dict(known.values_list("kk_index", "pk"))
    new = {index: row for index, row in wanted.items() if index not in found}
    rows = [(batch.office_id, *_of_card(row)) for row in new.values()]
    keys = bulk.insert(Household, ("office_id", *_CARD), rows)
    return found | dict(zip(new, keys, strict=True))


def _move(plans: Sequence[Plan], households: dict[str, int], *, batch: Import) -> None:
    """Put residents on the card the sheet names; the membership they leave ends that day."""
    on = batch.data_date
    stays = [plan for plan in plans if plan.membership and "kk" not in plan.after]
    relabelled = [plan.membership for plan in stays if plan.membership]
    for plan, membership in zip(stays, relabelled, strict=True):
        membership.relation = plan.row.relation
    moved = [plan for plan in plans if plan.membership is None or "kk" in plan.after]
    for plan in moved:
        plan.left = plan.membership.pk if plan.membership else None
    left = [plan.left for plan in moved if plan.left]
    HouseholdMember.objects.filter(pk__in=left).update(until=on)
    rows = [
        (
            *(households[plan.row.kk_index], plan.person, plan.row.relation),
            on if plan.left else None,
            None if plan.row.life == Resident.Life.ALIVE else plan.row.life_since or on,
        )
        for plan in moved
    ]
    names = ("household_id", "resident_id", "relation", "since", "until")
    for plan, key in zip(moved, bulk.insert(HouseholdMember, names, rows), strict=True):
        plan.opened = key
    HouseholdMember.objects.bulk_update(relabelled, ["relation"], _UPDATE_BATCH)
    changed = {plan.membership.household_id for plan in plans if plan.membership}
    touch_cards(changed | {households[plan.row.kk_index] for plan in moved}, batch)


def touch_cards(households: Set[int], batch: Import) -> None:
    """Tell whoever has one of these cards open that it changed; nobody has one the list made."""
    known = Household.objects.filter(pk__in=households, created_at__lt=batch.started_at)
    known.update(version=F("version") + 1)
