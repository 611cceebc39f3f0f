"""Reading a family: everyone on the card, now and before, and the house."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry import codes
from registry.models import Household, HouseholdMember, HousingFacts, Resident
from registry.selectors import family_of

#: From this age everybody must have an e-KTP (UU 24/2013 art. 63).
EKTP_AGE = 17


@dataclass(frozen=True)
class Member:
    """Somebody on the card today. ``age`` is in whole years, None when his birth is not known."""

    row: HouseholdMember
    age: int | None

    @property
    def resident(self) -> Resident:
        return self.row.resident

    @property
    def wants_ektp(self) -> bool:
        """Return whether he must have an e-KTP and is not known to have one."""
        adult = self.age is not None and self.age >= EKTP_AGE
        return adult and self.is_here and not self.resident.has_ektp

    @property
    def is_here(self) -> bool:
        return self.resident.life == Resident.Life.ALIVE


@dataclass(frozen=True)
class Family:
    """A card with its people: what the panels of the page "household" are asked about."""

    household: Household
    members: list[Member]
    former: list[HouseholdMember]
    housing: list[HousingFacts]
    is_own: bool

    @property
    def residents(self) -> list[Resident]:
        return [member.resident for member in self.members]

    @property
    def living(self) -> list[Member]:
        return [member for member in self.members if member.is_here]

    @property
    def head(self) -> Member | None:
        heads = (item for item in self.members if item.row.relation == _HEAD)
        return next(heads, None)

    @property
    def wants_head(self) -> bool:
        """Return whether somebody living should take the place of a head who is gone."""
        return bool(self.living) and (self.head is None or not self.head.is_here)

    @property
    def without_ektp(self) -> list[Member]:
        return [member for member in self.members if member.wants_ektp]


_HEAD = HouseholdMember.Relation.HEAD


def household_by(uid: uuid.UUID | str, *, actor: Actor) -> Household:
    """Return one family card of the office.

    Raises:
        NotFound: none of that uid here.
    """
    found: Household | None = Household.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Keluarga tidak ditemukan di kantor ini."))
    return found


def family(uid: uuid.UUID | str, *, actor: Actor) -> Family:
    """Return a family card with everything the registry knows of it.

    Four queries and those of ``family_of`` (six at most), whatever the family's size.

    Raises:
        NotFound: no card of that uid here.
    """
    household = household_by(uid, actor=actor)
    today = actor.office.today()
    members = [Member(row, age_on(today, row.resident)) for row in members_of(household)]
    here = {member.resident.pk for member in members}
    own = family_of(actor.user, household.office_id)
    return Family(
        household=household,
        members=members,
        former=[row for row in _former(household) if row.resident.pk not in here],
        housing=list(
            HousingFacts.objects.filter(household=household)
            .select_related("recorded_by")
            .order_by("-observed_on", "-pk")
        ),
        is_own=bool(own & here),
    )


def members_of(household: Household) -> list[HouseholdMember]:
    """Return everyone on the card now, head first, each person once (a query).

    A merged record's row stands for its person, unless his own record is on another card.
    """
    open_ones = HouseholdMember.objects.filter(until__isnull=True)
    on_own_card = open_ones.filter(resident=OuterRef("resident__canonical"))
    rows = (
        open_ones.filter(~Exists(on_own_card), household=household)
        .select_related("resident__canonical")
        .order_by("pk")
    )
    once: dict[int, HouseholdMember] = {}
    for row in rows:
        row.resident = row.resident.person
        once.setdefault(row.resident.pk, row)
    return sorted(once.values(), key=lambda member: int(member.relation or "99"))


def _former(household: Household) -> list[HouseholdMember]:
    rows = HouseholdMember.objects.filter(household=household, until__isnull=False)
    found = list(rows.select_related("resident__canonical").order_by("pk"))
    for row in found:
        row.resident = row.resident.person
    return found


def age_on(day: date, resident: Resident) -> int | None:
    """Return the person's age in whole years; None when he was born on no known day."""
    born = resident.birth_date
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class HouseSeen:
    """One row of housing facts in words of the page's language: (label, value) pairs."""

    row: HousingFacts
    facts: list[tuple[str, str]]


def in_words(housing: Iterable[HousingFacts]) -> list[HouseSeen]:
    """Return the rows with what was seen, in words."""
    return [HouseSeen(row, _facts_of(row)) for row in housing]


def _facts_of(row: HousingFacts) -> list[tuple[str, str]]:
    found = []
    for name in (*codes.HOUSING, "area_m2", "power_va"):
        value = getattr(row, name)
        if value in ("", None):
            continue
        said = codes.HOUSING[name].say(value) if name in codes.HOUSING else str(value)
        found.append((housing_label(name), said))
    return found


def housing_label(name: str) -> str:
    """Return the name of a housing fact in the page's language."""
    column: Any = HousingFacts._meta.get_field(name)
    name_said = str(column.verbose_name)
    return name_said[:1].upper() + name_said[1:]
