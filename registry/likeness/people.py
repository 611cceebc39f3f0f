"""The office's people as a list is compared with them: in memory, read in one query."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from puskesmas.models import Office
from registry.likeness.scoring import (
    DOUBTFUL,
    NAME_AT_LEAST,
    Facts,
    Score,
    compare_names,
    is_certain,
    score,
)
from registry.likeness.spelling import Name, Street, neighbourhood
from registry.models import Resident

#: Only so many of those alike are compared exactly; further ones would not be asked about.
_NEAREST = 8
#: A street of more people than this is no help beside RT and RW.
_LONG_STREET = 300
#: Letters a call name has at least.
_CALL_NAME = 4

_name = lru_cache(50_000)(Name.of)
_street = lru_cache(10_000)(Street.of)


def facts_of(said: Any) -> Facts:
    """Return the facts of a row or a resident."""
    return facts(
        name_key=said.name_key,
        birth_date=said.birth_date,
        sex=said.sex,
        address_key=said.address_key,
        rt=said.rt,
        rw=said.rw,
    )


def spelled(name_key: str) -> str:
    """Return what all spellings of a name have in common."""
    return _name(name_key).joined


def facts(
    *, name_key: str, birth_date: date | None, sex: str, address_key: str, rt: str, rw: str
) -> Facts:
    """Return the facts of a record or of a row, ready to be compared."""
    plain_rt, plain_rw = neighbourhood(rt, rw)
    return Facts(
        _name(name_key),
        birth_date,
        sex,
        _street(address_key),
        plain_rt,
        plain_rw,
    )


@lru_cache(10_000)
def may_be_one_name(one: str, other: str) -> bool:
    """Return whether two name keys on one NIK may be one person's.

    Slips, spellings, titles, parts of a name, a call name ("Yati" for "Suryati"). More generous
    than matching without a NIK: what is refused here is most likely a number copied from the line
    above.
    """
    left, right = _name(one), _name(other)
    short, whole = sorted((left.joined, right.joined), key=len)
    called = len(short) >= _CALL_NAME and short in whole
    return not short or called or bool(compare_names(left, right)[0])


def share_a_word(one: str, other: str) -> bool:
    """Return whether two name keys have a word in common, as before and after a wedding."""
    words = set(_name(one).words) & set(_name(other).words)
    return any(len(word) > 1 for word in words)


@dataclass(frozen=True, slots=True)
class Known:
    """One record. ``person`` is the key of the record that stands for its person."""

    pk: int
    person: int
    nik_index: str
    facts: Facts


@dataclass(frozen=True)
class Candidate:
    """A person somebody may be, with the score of his best record."""

    person: int
    score: Score


class Records:
    """Records to be compared with, by neighbourhood, street and birth date."""

    def __init__(self) -> None:
        self._known: list[Known] = []
        self._by_neighbourhood: dict[Any, _Group] = defaultdict(_Group)
        self._by_street: dict[Any, _Group] = defaultdict(_Group)
        self._by_birth: dict[Any, _Group] = defaultdict(_Group)

    def add(self, one: Known) -> None:
        """Take in one more."""
        place, told = len(self._known), one.facts
        self._known.append(one)
        self._by_neighbourhood[told.rt, told.rw].add(place, told.name)
        self._by_street[told.street.letters].add(place, told.name)
        self._by_birth[told.birth_date].add(place, told.name)

    def candidates(self, asked: Facts, *, nik_index: str = "") -> list[Candidate]:
        """Return whom the facts may be about, likeliest first: from :data:`DOUBTFUL` points on.

        Two known NIKs that differ are two people.
        """
        best: dict[int, Score] = {}
        for known in self._near(asked):
            if nik_index and known.nik_index and known.nik_index != nik_index:
                continue
            found = score(asked, known.facts)
            if found is None or found.points < DOUBTFUL:
                continue
            if known.person not in best or found.points > best[known.person].points:
                best[known.person] = found
        ordered = sorted(best.items(), key=lambda item: (-item[1].points, item[0]))
        return [Candidate(person, found) for person, found in ordered]

    def _near(self, asked: Facts) -> Iterator[Known]:
        """Yield records with a like name in the neighbourhood, in the street, or born that day."""
        here = self._by_neighbourhood.get((asked.rt, asked.rw)) if asked.rt and asked.rw else None
        street = self._by_street.get(asked.street.letters) if asked.street.letters else None
        born = self._by_birth.get(asked.birth_date) if asked.birth_date else None
        if here is not None and street is not None and len(street) > _LONG_STREET:
            # Half a hamlet has this address: the neighbourhood says it better.
            street = None
        places: dict[int, None] = {}
        for group in (here, street, born):
            if group is not None:
                places.update(dict.fromkeys(group.alike(asked.name)))
        return (self._known[place] for place in places)


class People:
    """All records of an office.

    Read once, when the first row asks: a list whose rows all carry a known NIK never does.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._records: Records | None = None
        #: Keys of the people whom rows of this list were linked to already.
        self.spoken_for: set[int] = set()

    def candidates(self, asked: Facts, *, nik_index: str = "") -> list[Candidate]:
        """Return :meth:`Records.candidates` among the office's people."""
        if self._records is None:
            self._records = Records()
            for one in _records(self._office):
                self._records.add(one)
        return self._records.candidates(asked, nik_index=nik_index)


class Listed:
    """People a list has made so far, by the line that made them.

    What the same row says of two people it makes must not hang on where a piece of the list ends:
    so rows are compared with rows, whether or not the earlier one is in the database already.
    """

    def __init__(self) -> None:
        self._without_nik = Records()
        self._with_nik = Records()
        # Laid out only when a row without NIK asks: in most lists none does.
        self._waiting: list[_Said] = []

    def earlier(self, row: Any) -> tuple[int, Score] | None:
        """Return the line of the earlier row that surely looks like this one, and how much.

        Two rows that both have a NIK are told from each other by that.
        """
        told = facts_of(row)
        alike = self._without_nik.candidates(told)
        if not row.nik_index:
            for said in self._waiting:
                self._with_nik.add(_listed(said))
            self._waiting.clear()
            alike += self._with_nik.candidates(told)
        sure = [one for one in alike if is_certain(one.score)]
        first = min(sure, key=lambda one: (-one.score.points, one.person), default=None)
        return (first.person, first.score) if first else None

    def add(self, row: Any) -> None:
        """Note whom a row makes."""
        if row.nik_index:
            self._waiting.append(_Said.of(row))
        else:
            self._without_nik.add(_listed(row))


class _Said(NamedTuple):
    """What a row says of its person, for :func:`facts_of`: small enough to keep of a million."""

    line: int
    name_key: str
    birth_date: date | None
    sex: str
    address_key: str
    rt: str
    rw: str

    @classmethod
    def of(cls, row: Any) -> "_Said":
        # Each row has made its own "001".
        rt, rw = sys.intern(row.rt), sys.intern(row.rw)
        return cls(row.line, row.name_key, row.birth_date, row.sex, row.address_key, rt, rw)


def _listed(row: Any) -> Known:
    # No NIK: of two that have one neither is asked about the other.
    return Known(row.line, row.line, "", facts_of(row))


class _Group:
    """Names of people who have something in common, by their place among all."""

    def __init__(self) -> None:
        self._bags: dict[int, str] = {}
        self._joined: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._bags)

    def add(self, place: int, name: Name) -> None:
        self._bags[place], self._joined[place] = name.bag, name.joined

    def alike(self, name: Name) -> Iterator[int]:
        """Yield the places of the names alike in any of the ways a score looks at them."""
        for text, choices, scorer in (
            (name.bag, self._bags, fuzz.token_set_ratio),
            (name.joined, self._joined, fuzz.ratio),
        ):
            hits: Any = process.extract(
                text, choices, scorer=scorer, score_cutoff=NAME_AT_LEAST, limit=_NEAREST
            )
            yield from (place for _text, _points, place in hits)
        whole = {word for word in name.words if len(word) > 1}
        if whole and len(whole) < len(name.words):
            # "A. Rohman": no ratio brings an initial near to the word it begins.
            yield from (place for place, bag in self._bags.items() if whole <= set(bag.split()))


def _records(office: Office) -> Iterator[Known]:
    rows = Resident.objects.filter(office=office).values_list(
        *("pk", "canonical", "nik_index", "name_key", "birth_date"),
        *("sex", "address_key", "rt", "rw"),
    )
    for pk, canonical, nik_index, name_key, birth_date, sex, address_key, rt, rw in rows.iterator(
        chunk_size=5_000
    ):
        told = facts(
            name_key=name_key,
            birth_date=birth_date,
            sex=sex,
            address_key=address_key,
            rt=rt,
            rw=rw,
        )
        yield Known(pk, canonical or pk, nik_index, told)
