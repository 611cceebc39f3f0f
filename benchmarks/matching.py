"""How many rows of invented lists find the right person, and how many a wrong one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from time import process_time
from typing import Any

from django.db import transaction

from benchmarks.office import make_office
from benchmarks.people import Citizen, citizens
from puskesmas.models import Office
from registry.imports.matching import Matcher
from registry.imports.plans import PIECE
from registry.imports.rows import Row
from registry.likeness.people import People
from registry.models import Household, HouseholdMember, Resident
from registry.naming import address_key, name_key
from tests.registry.ugly import ugly_name, ugly_street

#: What a list tells besides the name; nobody's NIK.
LISTS = {
    "card": ("kk",),
    "birth date": ("birth_date",),
    "birth date and place": ("birth_date", "address", "rt", "rw"),
    "place": ("address", "rt", "rw"),
    "birth date or place": ("birth_date", "address", "rt", "rw"),
}
_SOME = "birth date or place"
#: Whoever never knew his birth date was given one of these.
_USUAL_DAYS = ((1, 7), (31, 12), (1, 1))


@dataclass(frozen=True)
class Told:
    """A row, and whom it is about: a resident's key, None for somebody the office does not know."""

    row: Row
    truth: int | None


def run(count: int) -> dict[str, Any]:
    """Return for each kind of list the shares of its rows, and what each way of matching did.

    ``precision`` is right links of all links; ``linked`` and ``asked`` are shares of the rows about
    known people. ``wrong`` are links, in numbers; a stranger who was linked is one of them.
    """
    office = make_office().office
    rng = Random(11)
    town = list(_town(count + count // 5, rng))
    known, strangers = town[:count], town[count:]
    keys = _write(office, known)
    figures: dict[str, Any] = {"rows a list": len(town)}
    for kind, told in LISTS.items():
        rows = [
            Told(_row(one, line, told, rng, some=kind == _SOME), keys.get(line))
            for line, one in enumerate([*known, *strangers])
        ]
        rng.shuffle(rows)
        figures[kind] = _try(office, rows)
    return figures


def _town(count: int, rng: Random) -> Iterator[Citizen]:
    """Yield invented people: a third of the old with a usual birth date, some sons named as their
    fathers in one house. The strangers come last and live in the same streets and houses."""
    houses: list[Citizen] = []
    before: Citizen | None = None
    for one in citizens(count, seed=5):
        born = one.born
        if born.year < 1970 and rng.random() < 1 / 3:
            day, month = rng.choice(_USUAL_DAYS)
            born = date(born.year, month, day)
        name = one.name
        if before and before.family == one.family and rng.random() < 0.01:
            # A child named after the parent: the name, the sex, the card and the house agree.
            name, born = before.name, before.born + timedelta(days=rng.randrange(6_500, 13_000))
        house = rng.choice(houses) if len(houses) > 100 and rng.random() < 0.1 else one
        houses.append(one)
        before = replace(one, name=name, born=born)
        yield replace(before, address=house.address, rt=house.rt, rw=house.rw)


@transaction.atomic
def _write(office: Office, people: list[Citizen]) -> dict[int, int]:
    """Write the people with their cards; return each one's key by his place."""
    residents = Resident.objects.bulk_create(
        (
            Resident(
                office=office,
                **{name: getattr(one, name) for name in ("nik", "name", "sex", "address")},
                birth_date=one.born,
                rt=one.rt,
                rw=one.rw,
                **_keys(one),
            )
            for one in people
        ),
        batch_size=PIECE,
    )
    cards = {one.family: Household(office=office, kk=one.kk) for one in people}
    Household.objects.bulk_create(cards.values(), batch_size=PIECE)
    HouseholdMember.objects.bulk_create(
        (
            HouseholdMember(household=cards[one.family], resident=resident)
            for one, resident in zip(people, residents, strict=True)
        ),
        batch_size=PIECE,
    )
    return {place: resident.pk for place, resident in enumerate(residents)}


def _keys(one: Citizen) -> dict[str, str]:
    return {"name_key": name_key(one.name), "address_key": address_key(one.address)}


def _row(one: Citizen, line: int, told: tuple[str, ...], rng: Random, *, some: bool) -> Row:
    """Return what an ugly list says of somebody: one in twenty has moved within the village."""
    moved = rng.random() < 0.05
    says: dict[str, Any] = {
        "kk": one.kk,
        "birth_date": one.born,
        "address": f"Jl. Baru No. {rng.randint(1, 400)}"
        if moved
        else ugly_street(one.address, rng),
        "rt": f"{rng.randint(1, 5):03}" if moved else one.rt.lstrip("0"),
        "rw": one.rw,
    }
    if some and rng.random() < 0.5:
        says["birth_date"] = None
    if some and rng.random() < 0.3:
        says["address"] = ""
    row = Row(line, [], name=ugly_name(one.name, rng), **{name: says[name] for name in told})
    row.seal()
    return row


def _try(office: Office, rows: list[Told]) -> dict[str, Any]:
    people = People(office)
    links: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    asked = missed = 0
    started = process_time()
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        matcher = Matcher(office, [one.row for one in piece], lock=False, people=people)
        for one in piece:
            found = matcher.match(one.row)
            if found.resident is not None:
                links[found.how] += 1
                wrong[found.how] += found.resident.pk != one.truth
            elif one.truth in {doubt.resident.pk for doubt in found.doubtful}:
                asked += 1
            elif one.truth is not None:
                missed += 1
    known = sum(one.truth is not None for one in rows)
    right = links.total() - wrong.total()
    return {
        "precision": round(right / max(1, links.total()), 5),
        "wrong": f"{wrong.total()} of {links.total()}",
        "linked": round(right / known, 3),
        "asked": round(asked / known, 3),
        "not seen": round(missed / known, 3),
        "by": {how: f"{wrong[how]} wrong of {count}" for how, count in links.items()},
        "cpu_s": round(process_time() - started, 1),
    }
