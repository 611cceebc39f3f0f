"""Reads of participation, scoped to the actor's office, each with a known number of queries."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from programs.models import Participation, Programme
from programs.selectors import programmes_of
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.identities import identities_of, people_by_record
from registry.models import Resident
from registry.selectors import people_of

#: People of a list in walking order; a page begins where the last one ended.
ORDER = ("rw", "rt", "name_key", "pk")


def participation(uid: uuid.UUID | str, *, actor: Actor) -> Participation:
    """Return one participation with its person and programme.

    Raises:
        NotFound: none of that uid here.
    """
    rows: QuerySet[Participation] = Participation.objects.visible_to(actor)
    found = rows.select_related("programme", "resident__canonical").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return found


def history_of(resident: Resident) -> list[Participation]:
    """Return all a person receives and received, what runs first (two queries)."""
    rows = Participation.objects.filter(resident__in=identities_of(resident))
    found = rows.select_related("programme", "recorded_by").order_by("programme__order", "pk")
    return sorted(found, key=lambda row: row.until is not None)


def programme(uid: uuid.UUID | str, *, actor: Actor) -> Programme:
    """Return one programme of the office. Raises NotFound."""
    found: Programme | None = Programme.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Program tidak ditemukan di kantor ini."))
    return found


def _person() -> Coalesce:
    return Coalesce("resident__canonical_id", "resident_id")


def running(actor: Actor) -> QuerySet[Any]:
    """Return the office's running participations, each with ``person``: its person's key."""
    rows: QuerySet[Participation] = Participation.objects.visible_to(actor)
    return rows.filter(until__isnull=True).annotate(person=_person())


def counted(actor: Actor) -> list[tuple[Programme, int, int]]:
    """Return each programme with how many living people receive it, and how many dropped out.

    Programmes somebody receives or received come first. A person named by two sources counts once.
    Two queries.
    """
    alive = Q(life=Resident.Life.ALIVE)
    rows = (
        running(actor)
        .annotate(life=Coalesce("resident__canonical__life", "resident__life"))
        .values("programme")
        .annotate(
            here=Count("person", distinct=True, filter=alive),
            gone=Count("person", distinct=True, filter=~alive),
        )
        .order_by()
    )
    counts = {row["programme"]: (row["here"], row["gone"]) for row in rows}
    found = [(one, *counts.get(one.pk, (0, 0))) for one in programmes_of(actor.office)]
    return sorted(found, key=lambda row: row[0].pk not in counts)


def recipients(
    actor: Actor, held: Programme, *, dropped: bool = False, filters: dict[str, str] | None = None
) -> QuerySet[Resident]:
    """Return the people who receive a programme, each once whatever the sources.

    ``dropped``: those who died or moved since, whom no list of the village names any more.
    ``filters``: ``dusun``, ``rt``, ``rw`` as the records spell them, ``source``.
    """
    asked = dict(filters or {})
    people = everybody_named(actor, held)
    if source := asked.pop("source", ""):
        rows = running(actor).filter(programme=held, source=source)
        people = people.filter(pk__in=rows.values("person"))
    alive = Q(life=Resident.Life.ALIVE)
    people = people.filter(~alive if dropped else alive)
    for name, value in asked.items():
        if value:
            people = people.filter(**{f"{name}__iexact": value})
    return people


def everybody_named(actor: Actor, held: Programme) -> QuerySet[Resident]:
    """Return the people who receive a programme, also those who died or moved since."""
    rows = running(actor).filter(programme=held)
    return people_of(actor).filter(pk__in=rows.values("person"))


@dataclass(frozen=True)
class Recipient:
    """A person on a programme's list with what each source says."""

    person: Resident
    rows: list[Participation]

    @property
    def only_self_reported(self) -> bool:
        """Whether nobody but the person himself says so."""
        return all(row.source == Participation.Source.SELF for row in self.rows)


def with_sources(held: Programme, people: Iterable[Resident]) -> list[Recipient]:
    """Return the people with the running rows of the programme (two queries)."""
    found = list(people)
    owners = people_by_record(one.pk for one in found)
    told: dict[int, dict[str, Participation]] = {one.pk: {} for one in found}
    rows: Any = Participation.objects.filter(
        resident__in=list(owners), programme=held, until__isnull=True
    ).order_by("pk")
    for row in rows:
        told[owners[row.resident_id]].setdefault(row.source, row)
    return [Recipient(one, list(told[one.pk].values())) for one in found]


def places(actor: Actor) -> dict[str, list[str]]:
    """Return the hamlets, RW and RT that people of the office live in (three queries)."""
    people = Resident.objects.visible_to(actor).filter(canonical__isnull=True)
    return {
        name: list(
            people.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
        )
        for name in ("dusun", "rw", "rt")
    }
