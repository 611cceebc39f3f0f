"""Who plays the demo's residents: people of the generated lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from registry.demo.people import Population, build_population
from registry.demo.places import Place

MOST_DECILE = 5
"""The limit of the health card the tests ask for."""


@dataclass(frozen=True)
class Somebody:
    """A grown-up resident with a phone, on the register, without a health card."""

    name: str
    nik: str
    kk: str
    phone: str

    @property
    def misspelt(self) -> str:
        """Return the name as somebody else would write it: two letters change places."""
        first, rest = self.name.split(maxsplit=1)
        return f"{first[:-2]}{first[-1]}{first[-2]} {rest}".casefold()


@cache
def population(place: Place) -> Population:
    return build_population(place)


def grown_ups(place: Place, *, poor: bool = True) -> Iterator[Somebody]:
    """Yield people whose name is nobody else's, nor a part of it, in a repeatable order.

    ``poor`` ones may ask for the health card (:data:`MOST_DECILE`); they are few, so whoever needs
    just anybody takes the others.
    """
    everybody = list(population(place).people())
    names = [person.name for _family, person in everybody]
    found = [
        Somebody(person.name, person.nik, family.kk, person.phone)
        for family, person in everybody
        if person.lives_here
        and len(person.name.split()) > 1
        and person.phone
        and not person.health_card
        and 21 <= person.age <= 70
        and len(family.members) >= 2
        and (family.decile <= MOST_DECILE) == poor
        and sum(person.name in name for name in names) == 1
    ]
    Random(place.seed).shuffle(found)
    yield from found


def numbers_of(place: Place) -> set[str]:
    """Return every NIK and KK of the place's lists."""
    return {
        number
        for family, person in population(place).people()
        for number in (family.kk, person.nik)
        if number
    }
