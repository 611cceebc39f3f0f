"""Finding the residents a batch of rows is about, in a fixed number of queries.

First by NIK, then by what an officer decided, then by card and name, by name and birth date, and by
name and address with slips. A match must be the only one; who only may be the person is left to an
officer (``registry.likeness``). Two different known NIKs are two people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from puskesmas.models import Office
from registry.imports.rows import Row
from registry.likeness import fingerprints
from registry.likeness.asking import Doubt
from registry.likeness.people import Candidate, People, facts
from registry.likeness.scoring import is_certain
from registry.models import Household, HouseholdMember, Likeness, Resident
from registry.naming import address_key, same_name

#: What a certain match by each way counts (0–100); "name_address" has its own score.
_SURE = 100


@dataclass(frozen=True)
class Match:
    """The resident found, and how: "nik", "decided", "kk_name", "name_birth_date", "name_address".

    ``how`` is "" for nobody; then ``doubtful`` are those he may be, likeliest first, and
    ``identical`` the only one of whom the row says exactly what the office knows.
    """

    resident: Resident | None = None
    how: str = ""
    score: int = 0
    grounds: tuple[str, ...] = ()
    doubtful: tuple[Doubt, ...] = ()
    identical: Resident | None = None

    @property
    def namesake(self) -> Resident | None:
        """The likeliest of those he may be."""
        return self.doubtful[0].resident if self.doubtful else None


_NOBODY = Match()


class Matcher:
    """What the office knows about the people of one batch of rows.

    ``memberships`` maps a person's pk to his open membership, its household loaded. ``people`` is
    handed from batch to batch, so that the office's people are read once a list.
    """

    def __init__(
        self, office: Office, rows: Sequence[Row], *, lock: bool, people: People | None = None
    ) -> None:
        self._office, self._lock = office, lock
        self._people = people or People(office)
        self._records: dict[int, Resident] = {}
        self._by_nik = {
            record.nik_index: self._person(record)
            for record in self._take(nik_index__in={row.nik_index for row in rows} - {""})
        }
        self._by_name = _grouped(
            (record.name_key, record)
            for record in self._take(name_key__in={row.name_key for row in rows} - {""})
        )
        on_cards = _on_cards(office, {row.kk_index for row in rows} - {""})
        members = {record.pk: record for record in self._take(pk__in=on_cards.keys())}
        self._by_card = _grouped((on_cards[pk], record) for pk, record in members.items())
        self._verdicts = self._read_verdicts(rows)
        self.memberships = open_memberships(self._records)
        self._siblings: Counter[Any] = Counter(
            (row.kk_index or (row.rt, row.rw), row.birth_date) for row in rows if row.birth_date
        )
        self._matches = {id(row): self._surely(row) for row in rows}
        self._compare([row for row in rows if self._matches[id(row)] is _NOBODY])

    def match(self, row: Row) -> Match:
        """Return who the row, one of the batch, is about."""
        return self._matches[id(row)]

    # --- Reading ------------------------------------------------------------------------------

    def _take(self, **filters: Any) -> list[Resident]:
        """Load records, and the persons of merged ones: two queries at most."""
        found = self._load(**filters)
        merged = {record.canonical_id for record in found} - {None}
        self._load(pk__in=merged - self._records.keys())
        return found

    def _load(self, **filters: Any) -> list[Resident]:
        if not all(filters.values()):
            return []
        records: Any = Resident.objects.filter(office=self._office, **filters)
        if self._lock:
            records = records.select_for_update(of=("self",))
        return [self._records.setdefault(record.pk, record) for record in records]

    def _person(self, record: Resident) -> Resident:
        return self._records[record.canonical_id] if record.canonical_id else record

    def _read_verdicts(self, rows: Sequence[Row]) -> dict[int, list[Likeness]]:
        """Return, by row, what was asked about it before."""
        prints = {id(row): fingerprints.of_row(row) for row in rows}
        asked = Likeness.objects.filter(
            office=self._office, fingerprint__in=set(prints.values())
        ).defer("facts")
        by_print = _grouped((one.fingerprint, one) for one in asked)
        answered = [one for group in by_print.values() for one in group]
        self._take(pk__in={pk for one in answered for pk in (one.resident_id, one.other_id) if pk})
        return {row: by_print[text] for row, text in prints.items() if text in by_print}

    # --- Deciding -----------------------------------------------------------------------------

    def _surely(self, row: Row) -> Match:
        if row.nik_index and (resident := self._by_nik.get(row.nik_index)):
            return Match(resident, "nik", _SURE)
        if (resident := self._decided(row)) is not None:
            return Match(resident, "decided", _SURE)
        if row.kk_index and (resident := self._on_card(row)):
            return Match(resident, "kk_name", _SURE)
        namesakes = {
            person.pk: person
            for record in self._by_name.get(row.name_key, [])
            if row.birth_date
            and record.birth_date == row.birth_date
            and _may_be(person := self._person(record), row)
        }
        if len(namesakes) == 1:
            (person,) = namesakes.values()
            if not (row.kk_index and self._card_of(person)) and not self._refused(row, person.pk):
                return Match(person, "name_birth_date", _SURE)
        return _NOBODY

    def _decided(self, row: Row) -> Resident | None:
        """Return whom the row became, or whom an officer said it is."""
        for asked in self._verdicts.get(id(row), []):
            if asked.other_id is not None:
                return self._person(self._records[asked.other_id])
            if asked.verdict == Likeness.Verdict.SAME:
                return self._person(self._records[asked.resident_id])
        return None

    def _refused(self, row: Row, person: int) -> bool:
        return any(
            asked.verdict == Likeness.Verdict.DIFFERENT
            and self._person(self._records[asked.resident_id]).pk == person
            for asked in self._verdicts.get(id(row), [])
        )

    def _on_card(self, row: Row) -> Resident | None:
        family = [
            record
            for record in self._by_card.get(row.kk_index, [])
            if _may_be(self._person(record), row)
        ]
        exact = {self._person(one).pk: one for one in family if one.name_key == row.name_key}
        if len(exact) == 1:
            return self._person(next(iter(exact.values())))
        # Brothers have names as alike as two spellings of one: the birth date tells them apart.
        # Twins share that too.
        if self._siblings[row.kk_index, row.birth_date] > 1:
            return None
        born = [one for one in family if row.birth_date and one.birth_date == row.birth_date]
        close = {self._person(one).pk for one in born if same_name(one.name_key, row.name_key)}
        return self._records[close.pop()] if len(close) == 1 else None

    def _card_of(self, person: Resident) -> str:
        membership = self.memberships.get(person.pk)
        return membership.household.kk_index if membership else ""

    # --- Comparing ----------------------------------------------------------------------------

    def _compare(self, rows: Sequence[Row]) -> None:
        """Match the rest by name and place, slips and all; who is not certain is left in doubt."""
        found = {
            id(row): [
                candidate
                for candidate in self._people.candidates(_facts_of(row), nik_index=row.nik_index)
                if not self._refused(row, candidate.person)
            ]
            for row in rows
        }
        persons = {one.person for group in found.values() for one in group}
        self._take(pk__in=persons - self._records.keys())
        self.memberships |= open_memberships(persons - self.memberships.keys())
        for row in rows:
            self._matches[id(row)] = self._likely(row, found[id(row)])
        self._leave_to_one()

    def _likely(self, row: Row, candidates: list[Candidate]) -> Match:
        doubts = tuple(
            Doubt(self._records[one.person], one.score.points, self._grounds(row, one))
            for one in candidates
        )
        if len(candidates) == 1 and self._is_certain(row, candidates[0], doubts[0]):
            (doubt,) = doubts
            return Match(doubt.resident, "name_address", doubt.score, doubt.grounds)
        same = [doubt.resident for doubt in doubts if _says_the_same(doubt.grounds)]
        return Match(doubtful=doubts, identical=same[0] if len(same) == 1 else None)

    def _grounds(self, row: Row, candidate: Candidate) -> tuple[str, ...]:
        card = self._card_of(self._records[candidate.person])
        if not card or not row.kk_index:
            return candidate.score.grounds
        return (*candidate.score.grounds, "kk_same" if card == row.kk_index else "kk_differs")

    def _is_certain(self, row: Row, candidate: Candidate, doubt: Doubt) -> bool:
        twins = self._siblings[row.kk_index or (row.rt, row.rw), row.birth_date] > 1
        return is_certain(replace(candidate.score, grounds=doubt.grounds)) and not (
            twins and "name_slip" in doubt.grounds
        )

    def _leave_to_one(self) -> None:
        """Leave in doubt whoever a second row is about too, in this batch or an earlier one."""
        spoken_for = self._people.spoken_for
        times = Counter(match.resident.pk for match in self._matches.values() if match.resident)
        for key, match in self._matches.items():
            who = match.resident
            if who is None or match.how != "name_address":
                continue
            if times[who.pk] > 1 or who.pk in spoken_for:
                self._matches[key] = Match(doubtful=(Doubt(who, match.score, match.grounds),))
        spoken_for |= times.keys()


def _facts_of(row: Row) -> Any:
    return facts(
        name_key=row.name_key,
        birth_date=row.birth_date,
        sex=row.sex,
        address_key=address_key(row.address),
        rt=row.rt,
        rw=row.rw,
    )


def _says_the_same(grounds: Sequence[str]) -> bool:
    told = set(grounds)
    here = told & {"address_same", "rt_rw_same"}
    against = told & {"kk_differs", "sex_differs", "birth_date_differs", "birth_year_same"}
    return "name_same" in told and bool(here) and not against and "birth_date_swapped" not in told


def _may_be(person: Resident, row: Row) -> bool:
    """Two known NIKs that differ are two people, whatever else agrees."""
    return not (person.nik_index and row.nik_index)


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _on_cards(office: Office, cards: set[str]) -> dict[int, str]:
    """Return the card of everyone who is on one of these cards now, by his key (two queries).

    One table at a time: in the middle of a large first list PostgreSQL still believes the tables
    empty, and joined them by comparing every row with every other.
    """
    households = dict(
        Household.objects.filter(office=office, kk_index__in=cards).values_list("pk", "kk_index")
    )
    members = HouseholdMember.objects.filter(household__in=list(households), until__isnull=True)
    return {pk: households[card] for pk, card in members.values_list("resident", "household")}


def open_memberships(residents: Iterable[int]) -> dict[int, HouseholdMember]:
    """Return the open membership of each resident (by pk) that has one, household loaded."""
    rows = HouseholdMember.objects.filter(
        resident__in=list(residents), until__isnull=True
    ).select_related("household")
    return {row.resident_id: row for row in rows}
