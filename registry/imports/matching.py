"""Finding the residents a batch of rows is about, in a fixed number of queries.

First by NIK, then by what an officer decided, then by card and name, by name and birth date, and by
name and address with slips. A match must be the only one; who only may be the person is left to an
officer (``registry.likeness``). Two different known NIKs are two people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from puskesmas.models import Office
from registry.imports.rows import Row
from registry.likeness import fingerprints
from registry.likeness.asking import Doubt
from registry.likeness.people import (
    Candidate,
    People,
    facts_of,
    may_be_one_name,
    share_a_word,
)
from registry.likeness.scoring import DOUBTFUL, ELSEWHERE, PLACES, Facts, Score, is_certain, score
from registry.models import Household, HouseholdMember, Likeness, Resident

#: What a row is compared with, and whether he lives.
_WHO = (
    *("canonical_id", "nik_index", "name_key", "birth_date", "life"),
    *("sex", "address_key", "rt", "rw"),
)
#: What an exact match counts (0–100); one with slips has its own score.
_SURE = 100
#: Day and month given to whoever never knew his birthday: hundreds of a village share them.
_USUAL_DAYS = {(1, 1), (1, 7), (31, 12)}
#: So many further rows of one list that say the same are told apart.
_LATER_NAMESAKES = range(1, 4)
#: Years between two of one name on one card from which they are taken for parent and child.
_GENERATION = 13


@dataclass(frozen=True)
class Match:
    """The resident found, and how: "nik", "decided", "kk_name", "name_birth_date", "name_address".

    ``how`` is "" for nobody; then ``doubtful`` are those he may be, likeliest first, and
    ``identical`` those of them of whom the row says what the office knows, the oldest record first.
    """

    resident: Resident | None = None
    how: str = ""
    score: int = 0
    grounds: tuple[str, ...] = ()
    doubtful: tuple[Doubt, ...] = ()
    identical: tuple[Resident, ...] = ()

    @property
    def namesake(self) -> Resident | None:
        """The likeliest of those he may be."""
        return self.doubtful[0].resident if self.doubtful else None


_NOBODY = Match()


class Matcher:
    """What the office knows about the people of one batch of rows.

    ``memberships`` maps a person's pk to his open membership, its household loaded. ``people`` is
    handed from batch to batch, so that the office's people are read once a list. ``whole`` False:
    of people found by NIK only what others are told from them by is read, and no card.
    """

    def __init__(
        self,
        office: Office,
        rows: Sequence[Row],
        *,
        lock: bool,
        people: People | None = None,
        whole: bool = True,
    ) -> None:
        self._office, self._lock = office, lock
        self._people = people or People(office)
        self._records: dict[int, Resident] = {}
        self._by_nik = {
            record.nik_index: record
            for record in self._take(
                only=() if whole else _WHO, nik_index__in={row.nik_index for row in rows} - {""}
            )
        }
        self._lenders = {id(row): lender for row in rows if (lender := self._whose_nik(row))}
        found = set() if whole else set(self._records)
        # Most lists are about people whose NIK is known: nothing else is asked about these.
        others = [row for row in rows if row.nik_index not in self._by_nik]
        self._by_name = self._read_namesakes(others)
        on_cards = _on_cards(office, {row.kk_index for row in others} - {""})
        members = {record.pk: record for record in self._take(pk__in=on_cards.keys())}
        self._by_card = _grouped((on_cards[pk], record) for pk, record in members.items())
        self._verdicts = self._read_verdicts(others)
        named = {self._person(one).pk for group in self._by_name.values() for one in group}
        self.memberships = open_memberships((self._records.keys() - found) | named)
        self._siblings: Counter[Any] = Counter(
            (row.kk_index or (row.rt, row.rw), row.birth_date) for row in rows if row.birth_date
        )
        self._matches = {id(row): self._surely(row) for row in rows}
        self._compare([row for row in rows if self._matches[id(row)] is _NOBODY])
        self._leave_to_one(rows)

    def match(self, row: Row) -> Match:
        """Return who the row, one of the batch, is about."""
        return self._matches[id(row)]

    # --- Reading ------------------------------------------------------------------------------

    def _take(self, *only_if: Any, only: Sequence[str] = (), **filters: Any) -> list[Resident]:
        """Load records, and the persons of merged ones: two queries at most."""
        found = self._load(*only_if, only=only, **filters)
        merged = {record.canonical_id for record in found} - {None}
        self._load(pk__in=merged - self._records.keys())
        return found

    def _load(self, *only_if: Any, only: Sequence[str] = (), **filters: Any) -> list[Resident]:
        if not all(filters.values()):
            return []
        records: Any = Resident.objects.filter(*only_if, office=self._office, **filters)
        if only:
            records = records.only(*only)
        if self._lock:
            records = records.select_for_update(of=("self",))
        return [self._records.setdefault(record.pk, record) for record in records]

    def _person(self, record: Resident) -> Resident:
        return self._records[record.canonical_id] if record.canonical_id else record

    def _read_namesakes(self, rows: Sequence[Row]) -> dict[str, list[Resident]]:
        """Return by name those who bear it and were born on the day that one of the rows names."""
        told = {(row.name_key, row.birth_date) for row in rows if row.name_key and row.birth_date}
        found = self._take(_named_and_born(told)) if told else []
        return _grouped((record.name_key, record) for record in found)

    def _read_verdicts(self, rows: Sequence[Row]) -> dict[int, list[Likeness]]:
        """Return, by row, what was asked about it before; note whom its later namesakes became."""
        prints = {id(row): fingerprints.of_row(row, nth=row.nth) for row in rows}
        later = {
            id(row): [fingerprints.of_row(row, nth=row.nth + n) for n in _LATER_NAMESAKES]
            for row in rows
            if not row.birth_date and not row.nik_index
        }
        wanted = set(prints.values()).union(*later.values())
        asked = Likeness.objects.filter(office=self._office, fingerprint__in=wanted).defer("facts")
        by_print = _grouped((one.fingerprint, one) for one in asked)
        answered = [one for group in by_print.values() for one in group]
        self._take(pk__in={pk for one in answered for pk in (one.resident_id, one.other_id) if pk})
        self._namesakes = {
            row: {pk for text in texts for pk in self._became(by_print.get(text, ()))}
            for row, texts in later.items()
        }
        return {row: by_print[text] for row, text in prints.items() if text in by_print}

    def _became(self, asked: Sequence[Likeness]) -> set[int]:
        """Return whom a namesake's row became, unless he was merged with whom it may have been."""
        pairs = [
            (
                self._person(self._records[one.resident_id]),
                self._person(self._records[one.other_id]),
            )
            for one in asked
            if one.other_id
        ]
        is_merged = any(one.pk == other.pk for one, other in pairs)
        return set() if is_merged else {other.pk for _one, other in pairs}

    # --- Deciding -----------------------------------------------------------------------------

    def _whose_nik(self, row: Row) -> Resident | None:
        """Take the NIK from a row of quite another name than the one it was given to; return him.

        A number copied from the line above would make his record another person's.
        """
        record = self._by_nik.get(row.nik_index) if row.nik_index else None
        if record is None or record.name_key == row.name_key:
            return None
        person = self._person(record)
        if any(_bears_the_name(row, one) for one in (record, person)):
            return None
        row.give_up_nik()
        return person

    def _surely(self, row: Row) -> Match:
        if row.nik_index and (record := self._by_nik.get(row.nik_index)):
            return Match(self._person(record), "nik", _SURE)
        if (resident := self._decided(row)) is not None:
            return Match(resident, "decided", _SURE)
        if row.kk_index and (resident := self._on_card(row)):
            return Match(resident, "kk_name", _SURE)
        if row.birth_date and (resident := self._born_that_day(row)):
            return Match(resident, "name_birth_date", _SURE)
        return _NOBODY

    def _born_that_day(self, row: Row) -> Resident | None:
        """Return the only one of that name and birth date, unless card, place or sex contradict."""
        namesakes: dict[int, list[Resident]] = defaultdict(list)
        for record in self._by_name.get(row.name_key, []):
            if record.birth_date == row.birth_date and _may_be(self._person(record), row):
                namesakes[self._person(record).pk].append(record)
        if len(namesakes) != 1:
            return None
        ((key, records),) = namesakes.items()
        person = self._records[key]
        if row.kk_index and self._card_of(person):
            return None
        if self.refused(row, key) or not any(_agrees(row, record) for record in records):
            return None
        return person

    def _decided(self, row: Row) -> Resident | None:
        """Return whom the row became, or whom an officer said it is."""
        for asked in self._verdicts.get(id(row), []):
            if asked.other_id is not None:
                return self._person(self._records[asked.other_id])
            if asked.verdict == Likeness.Verdict.SAME:
                return self._person(self._records[asked.resident_id])
        return None

    def refused(self, row: Row, person: int) -> bool:
        """Return whether the row is known not to be about the person: an officer said so, or the
        next row that says the same became him."""
        return person in self._namesakes.get(id(row), ()) or any(
            asked.verdict == Likeness.Verdict.DIFFERENT
            and self._person(self._records[asked.resident_id]).pk == person
            for asked in self._verdicts.get(id(row), [])
        )

    def _on_card(self, row: Row) -> Resident | None:
        family = [
            record
            for record in self._by_card.get(row.kk_index, [])
            if _may_be(self._person(record), row) and not self.refused(row, self._person(record).pk)
        ]
        exact = {self._person(one).pk: one for one in family if one.name_key == row.name_key}
        if len(exact) != 1:
            return None
        (only,) = exact.values()
        is_other = _generation_apart(only.birth_date, row) or (
            row.sex and only.sex not in ("", row.sex)
        )
        return None if is_other else self._person(only)

    def _card_of(self, person: Resident) -> str:
        membership = self.memberships.get(person.pk)
        return membership.household.kk_index if membership else ""

    # --- Comparing ----------------------------------------------------------------------------

    def _compare(self, rows: Sequence[Row]) -> None:
        """Match the rest by name and place, slips and all; who is not certain is left in doubt."""
        found = {id(row): self._candidates(row) for row in rows}
        persons = {one.person for group in found.values() for one in group}
        self._take(pk__in=persons - self._records.keys())
        self.memberships |= open_memberships(persons - self.memberships.keys())
        for row in rows:
            self._matches[id(row)] = self._likely(row, found[id(row)])

    def _candidates(self, row: Row) -> list[Candidate]:
        """Return whom the row may be about, likeliest first, those of its card among them."""
        told = facts_of(row)
        best = (
            {one.person: one for one in self._of_nik(row)}
            | {one.person: one for one in self._born_alike(row, told)}
            | {one.person: one for one in self._people.candidates(told, nik_index=row.nik_index)}
            | self._of_card(row, told)
        )
        return sorted(
            (one for one in best.values() if not self.refused(row, one.person)),
            key=lambda one: (-one.score.points, one.person),
        )

    def _born_alike(self, row: Row, told: Facts) -> Iterator[Candidate]:
        """Yield those of that name and birth date: worth a question, whatever else is said."""
        for record in self._by_name.get(row.name_key, []) if row.birth_date else ():
            found = score(told, facts_of(record)) if record.birth_date == row.birth_date else None
            if found is not None and _may_be(person := self._person(record), row):
                yield Candidate(person.pk, replace(found, points=max(found.points, DOUBTFUL)))

    def _of_nik(self, row: Row) -> Iterator[Candidate]:
        """Yield whose NIK the row bears under another name: an officer shall see the two."""
        if (lender := self._lenders.get(id(row))) is not None:
            yield Candidate(lender.pk, Score(DOUBTFUL, ("nik_same",)))

    def _of_card(self, row: Row, told: Facts) -> dict[int, Candidate]:
        best: dict[int, Candidate] = {}
        for record in self._by_card.get(row.kk_index, []) if row.kk_index else ():
            person = self._person(record)
            found = score(told, facts_of(record), same_card=True)
            if found is None or found.points < DOUBTFUL or not _may_be(person, row):
                continue
            if person.pk not in best or found.points > best[person.pk].score.points:
                best[person.pk] = Candidate(person.pk, found)
        return best

    def _likely(self, row: Row, candidates: list[Candidate]) -> Match:
        doubts = tuple(
            Doubt(self._records[one.person], one.score.points, self._grounds(row, one))
            for one in candidates
        )
        if len(candidates) == 1 and self._is_certain(row, candidates[0], doubts[0]):
            (doubt,) = doubts
            how = "kk_name" if "kk_same" in doubt.grounds else "name_address"
            return Match(doubt.resident, how, doubt.score, doubt.grounds)
        same = [doubt.resident for doubt in doubts if _says_the_same(doubt.grounds)]
        return Match(doubtful=doubts, identical=tuple(sorted(same, key=lambda one: one.pk)))

    def _grounds(self, row: Row, candidate: Candidate) -> tuple[str, ...]:
        grounds = candidate.score.grounds
        card = self._card_of(self._records[candidate.person])
        elsewhere = card not in ("", row.kk_index) and row.kk_index and "kk_same" not in grounds
        return (*grounds, "kk_differs") if elsewhere else grounds

    def _is_certain(self, row: Row, candidate: Candidate, doubt: Doubt) -> bool:
        twins = self._siblings[row.kk_index or (row.rt, row.rw), row.birth_date] > 1
        return is_certain(replace(candidate.score, grounds=doubt.grounds)) and not (
            twins and "name_slip" in doubt.grounds
        )

    def _leave_to_one(self, rows: Sequence[Row]) -> None:
        """Leave in doubt whoever a second row is about too, in this batch or an earlier one."""
        spoken_for = self._people.spoken_for
        # An officer said of these that they repeat an earlier row.
        repeats = {id(row) for row in rows if row.nth and self._matches[id(row)].how == "decided"}
        times = Counter(
            match.resident.pk
            for key, match in self._matches.items()
            if match.resident and key not in repeats
        )
        for key, match in self._matches.items():
            who = match.resident
            if who is None or not match.grounds:
                continue
            if times[who.pk] > 1 or who.pk in spoken_for:
                self._matches[key] = Match(
                    doubtful=(Doubt(who, match.score, match.grounds),),
                    identical=(who,) if _says_the_same(match.grounds) else (),
                )
        spoken_for.update(times)


def _bears_the_name(row: Row, record: Resident) -> bool:
    """Return whether row and record of one NIK may be one person's, by their names.

    With a birth date of the row's own one word in common is enough: a wedding changes a name.
    """
    if may_be_one_name(row.name_key, record.name_key):
        return True
    is_born = row.stated[0] is not None and row.stated[0] == record.birth_date
    return is_born and share_a_word(row.name_key, record.name_key)


def _agrees(row: Row, record: Resident) -> bool:
    """Return whether neither place nor sex speaks against one name and birth date.

    Where no place is told, a name of one word and a usual birth date are too little.
    """
    found = score(facts_of(row), facts_of(record))
    if found is None or {"sex_differs", *ELSEWHERE} & set(found.grounds):
        return False
    if PLACES & set(found.grounds):
        return True
    born: Any = row.birth_date
    return "one_word" not in found.grounds and (born.day, born.month) not in _USUAL_DAYS


def _generation_apart(born: date | None, row: Row) -> bool:
    """Return whether two of one name on one card are rather parent and child."""
    if born is None or row.birth_date is None:
        return False
    return abs(born.year - row.birth_date.year) >= _GENERATION


def _says_the_same(grounds: Sequence[str]) -> bool:
    told = set(grounds)
    here = told & {"address_same", "rt_rw_same", "kk_same"}
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


def _named_and_born(told: Iterable[tuple[str, date]]) -> RawSQL:
    """Return the condition that somebody bears one of the names and was born on its day.

    Each name with its own day, by their index: of a large office the names by themselves, and the
    days, are half the people.
    """
    as_column = connection.ops.adapt_datefield_value
    pairs = [(name, as_column(born)) for name, born in told]
    marks = ", ".join("(%s, %s)" for _pair in pairs)
    columns = "registry_resident.name_key, registry_resident.birth_date"
    return RawSQL(  # noqa: S611
        f"({columns}) IN (VALUES {marks})", list(chain(*pairs)), output_field=BooleanField()
    )


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
