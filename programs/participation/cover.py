"""Double cover and gaps: who has two programmes that should not come together, who has none.

One programme known from two sources is one. Two programmes are double where the office says so
(:class:`programs.models.Overlap`). A list of a household programme often marks every member of the
family, so the same programme twice in a family is not double.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from programs.calls.selectors import newest_list
from programs.models import Overlap, Participation
from programs.participation.selectors import running
from puskesmas.actors import Actor
from registry.models import Household, HouseholdMember, RegisterRow, Resident
from registry.selectors import people_of

#: More are not shown at once: a filter makes them fewer.
MOST = 200
_WALK = ("rw", "rt", "name_key")


@dataclass(frozen=True)
class Doubled:
    """Who has both programmes of an overlap: one person, or several of a family.

    ``household`` is the card, None for a person on none.
    """

    overlap: Overlap
    people: list[Resident]
    household: Household | None


def overlaps(actor: Actor) -> list[Overlap]:
    """Return the pairs that should not come together (one query)."""
    return list(Overlap.objects.visible_to(actor).select_related("one", "other"))


def doubled_in(
    received: dict[int, list[Participation]], pairs: Iterable[Overlap]
) -> list[tuple[Overlap, list[int]]]:
    """Return the overlaps among what a family receives, with the keys of who has them.

    ``received`` maps the key of each member to his running participations. No query.
    """
    found = []
    for pair in pairs:
        wanted = {pair.one_id, pair.other_id}
        held = {
            pk: programmes
            for pk, rows in received.items()
            if (programmes := {row.programme_id for row in rows} & wanted)
        }
        if pair.by_household:
            both = list(held) if set().union(*held.values()) == wanted else []
            groups = [both] if both else []
        else:
            groups = [[pk] for pk, programmes in held.items() if programmes == wanted]
        found += [(pair, group) for group in groups]
    return found


def double_cover(actor: Actor, filters: dict[str, str] | None = None) -> list[Doubled]:
    """Return everybody doubly covered, by overlap and key of the card.

    At most eight queries, whatever the office's size. ``filters``: ``dusun``, ``rw``, ``overlap``
    (uid). The dead and the moved do not count.
    """
    asked = filters or {}
    pairs = [one for one in overlaps(actor) if asked.get("overlap", "") in {"", str(one.uid)}]
    wanted = {pk for pair in pairs for pk in (pair.one_id, pair.other_id)}
    rows = running(actor).filter(programme__in=wanted).annotate(life=_life())
    rows = rows.filter(life=Resident.Life.ALIVE)
    received: dict[int, list[Any]] = defaultdict(list)
    for row in rows.only("programme_id", "resident_id"):
        received[row.person].append(row)
    cards = _cards(rows)
    families: dict[Any, dict[int, list[Any]]] = defaultdict(dict)
    for pk, held in received.items():
        families[cards.get(pk) or ("alone", pk)][pk] = held
    found = [
        (card, pair, pks)
        for card, family in families.items()
        for pair, pks in doubled_in(family, pairs)
    ]
    return sorted(
        _shown(actor, found, asked),
        key=lambda one: (pairs.index(one.overlap), *(getattr(one.people[0], f) for f in _WALK)),
    )


def _life() -> Coalesce:
    return Coalesce("resident__canonical__life", "resident__life")


def _cards(rows: QuerySet[Any]) -> dict[int, int]:
    """Return the key of the card each of the people is on now (one query).

    His own record's card goes before those of records merged into it.
    """
    members = (
        HouseholdMember.objects.filter(until__isnull=True)
        .annotate(person=Coalesce("resident__canonical_id", "resident_id"))
        .filter(person__in=rows.values("person"))
    )
    cards: dict[int, int] = {}
    for person, record, household in members.values_list("person", "resident_id", "household_id"):
        if person == record or person not in cards:
            cards[person] = household
    return cards


def _shown(actor: Actor, found: list[Any], asked: dict[str, str]) -> list[Doubled]:
    people = people_of(actor)
    for name in ("dusun", "rw"):
        if value := asked.get(name):
            people = people.filter(**{f"{name}__iexact": value})
    wanted = {pk for _card, _pair, pks in found for pk in pks}
    known = {one.pk: one for one in people.filter(pk__in=wanted)}
    cards = {card for card, _pair, _pks in found if isinstance(card, int)}
    households = Household.objects.in_bulk(cards)
    shown = []
    for card, pair, pks in found:
        here = [known[pk] for pk in pks if pk in known]
        if here:
            shown.append(Doubled(pair, here, households.get(card)))
    return shown


def gaps(actor: Actor, filters: dict[str, Any] | None = None) -> QuerySet[Household]:
    """Return the families of whom nobody is known to receive anything, each with ``decile``.

    ``filters``: ``dusun``, ``rt``, ``rw``, ``max_decile`` of the newest list of a social register;
    the lowest of the members counts. Who is on no card is not among them.
    """
    asked = filters or {}
    members = HouseholdMember.objects.filter(household=OuterRef("pk"), until__isnull=True).annotate(
        person=Coalesce("resident__canonical_id", "resident_id"),
        life=_life(),
    )
    covered = running(actor).values("person")
    version = newest_list(actor)
    listed = RegisterRow.objects.filter(register_version=version, decile__isnull=False)
    on_card = listed.filter(
        resident__memberships__household=OuterRef("pk"), resident__memberships__until__isnull=True
    )
    found: QuerySet[Household] = Household.objects.visible_to(actor).filter(
        Exists(members.filter(life=Resident.Life.ALIVE)),
        ~Exists(members.filter(person__in=covered)),
    )
    # Whatever order the rows had, "order_by" must not split the groups.
    lowest = on_card.order_by().values("resident__memberships__household")
    found = found.annotate(decile=lowest.annotate(least=Min("decile")).values("least")[:1])
    if (highest := asked.get("max_decile")) is not None:
        found = found.filter(decile__lte=highest)
    for name in ("dusun", "rt", "rw"):
        if value := asked.get(name):
            found = found.filter(**{f"{name}__iexact": value})
    return found


def heads_of(households: Iterable[Household]) -> dict[int, list[HouseholdMember]]:
    """Return the members of cards, head first, by the card's key (one query)."""
    found: dict[int, dict[int, HouseholdMember]] = {one.pk: {} for one in households}
    rows = HouseholdMember.objects.filter(household__in=found, until__isnull=True)
    for row in rows.select_related("resident__canonical").order_by("pk"):
        row.resident = row.resident.person
        if row.resident.life == Resident.Life.ALIVE:
            found[row.household_id].setdefault(row.resident.pk, row)
    return {
        pk: sorted(rows.values(), key=lambda row: int(row.relation or "99"))
        for pk, rows in found.items()
    }
