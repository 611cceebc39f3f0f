"""Reads of calls and of who could be named, scoped to the actor's office."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from programs.models import Call, CallState, Candidate, Participation
from programs.selectors import participations_of
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.identities import card_of
from registry.models import Register, RegisterRow, RegisterVersion, Resident
from registry.register_answers import latest_versions
from registry.selectors import people_of


def calls_of(actor: Actor) -> QuerySet[Call]:
    """Return the office's calls, newest first, each with ``named`` (1 query)."""
    found: QuerySet[Call] = Call.objects.visible_to(actor).select_related("programme")
    return found.annotate(named=Count("candidates")).order_by("-pk")


def call(uid: uuid.UUID | str, *, actor: Actor) -> Call:
    """Return one call.

    Raises:
        NotFound: no such call in this office.
    """
    found = calls_of(actor).select_related("approved_by", "sheet").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Permintaan calon tidak ditemukan di kantor ini."))
    return found


def candidate(uid: uuid.UUID | str, *, actor: Actor) -> Candidate:
    """Return one candidate with call and person.

    Raises:
        NotFound: no such candidate in this office.
    """
    rows: QuerySet[Candidate] = Candidate.objects.visible_to(actor)
    found = rows.select_related("call", "resident__canonical").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Calon tidak ditemukan di kantor ini."))
    return found


@dataclass(frozen=True)
class PersonLine:
    """A person as the finder and the list show him. ``age`` in years; None: not known."""

    person: Resident
    age: int | None
    decile: int | None
    covered: list[Participation]

    @property
    def covered_words(self) -> str:
        return ", ".join(one.programme.name_id for one in self.covered)

    @property
    def kk(self) -> str:
        card = card_of(self.person)
        return card.household.kk if card else ""


@dataclass(frozen=True)
class CandidateLine(PersonLine):
    candidate: Candidate

    @property
    def dropped(self) -> bool:
        return self.person.life != Resident.Life.ALIVE


def candidates_of(held: Call, *, actor: Actor) -> list[CandidateLine]:
    """Return the list in the order of naming, each with what he receives (a fixed number of
    queries).
    """
    rows = list(held.candidates.select_related("added_by", "resident").order_by("pk"))
    wanted = {row.resident.canonical_id or row.resident_id for row in rows}
    people = {one.pk: one for one in people_of(actor).filter(pk__in=wanted)}
    told = {line.person.pk: line for line in lines_of(people.values(), actor=actor)}
    return [
        CandidateLine(**vars(told[row.resident.canonical_id or row.resident_id]), candidate=row)
        for row in rows
    ]


def lines_of(people: Iterable[Resident], *, actor: Actor) -> list[PersonLine]:
    """Return age, decile and running participations of people (five queries)."""
    found = list(people)
    covered = participations_of(found)
    today = actor.office.today()
    version = newest_list(actor)
    rows = RegisterRow.objects.filter(register_version=version, resident__in=found)
    deciles = dict(rows.values_list("resident", "decile")) if version else {}
    return [
        PersonLine(one, age_of(one, today), deciles.get(one.pk), covered[one.pk]) for one in found
    ]


def age_of(resident: Resident, today: date) -> int | None:
    """Return the age in whole years; None when the birth date is not known."""
    born = resident.birth_date
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def newest_list(actor: Actor) -> RegisterVersion | None:
    """Return the newest list of a social register in force (two queries)."""
    registers = Register.objects.visible_to(actor).filter(programme="", in_force=True)
    newest = latest_versions(list(registers), actor.office.today())
    return max(newest.values(), key=lambda one: one.data_date, default=None)


def find(actor: Actor, held: Call, filters: dict[str, Any]) -> QuerySet[Resident]:
    """Return the living people here who fit and are not on the list yet.

    ``filters``: ``min_age``, ``max_age`` (years), ``sex``, ``dusun``, ``rw``, ``disability``
    (only people with one), ``max_decile`` (of the newest list), ``uncovered`` (only people who
    receive nothing, as far as is known).
    """
    people = people_of(actor).filter(life=Resident.Life.ALIVE)
    people = people.exclude(pk__in=held.candidates.values("resident"))
    today = actor.office.today()
    if (youngest := filters.get("min_age")) is not None:
        people = people.filter(birth_date__lte=_years_before(today, youngest))
    if (oldest := filters.get("max_age")) is not None:
        people = people.filter(birth_date__gt=_years_before(today, oldest + 1))
    for name in ("sex", "dusun", "rw"):
        if value := filters.get(name):
            people = people.filter(**{f"{name}__iexact": value})
    if filters.get("disability"):
        # Nothing is stored as nothing, and everything else as ciphertext.
        people = people.exclude(disability="")
    if (highest := filters.get("max_decile")) is not None:
        listed = RegisterRow.objects.filter(
            register_version=newest_list(actor), resident=OuterRef("pk"), decile__lte=highest
        )
        people = people.filter(Exists(listed))
    if filters.get("uncovered"):
        running = Participation.objects.filter(resident=OuterRef("pk"), until__isnull=True)
        people = people.filter(~Exists(running))
    return people


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def waiting(actor: Actor, *, limit: int = 5) -> list[Call]:
    """Return the calls not closed, the most urgent first (1 query)."""
    found = calls_of(actor).exclude(state=CallState.CLOSED)
    return sorted(found, key=lambda one: (one.due_on is None, one.due_on or date.max))[:limit]
