"""Reads of distributions, scoped to the actor's office, each with a known number of queries."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from programs.distribution.tickets import typed_code
from programs.models import (
    AidRecipient,
    Distribution,
    DistributionSlot,
    DistributionState,
    Participation,
    Programme,
    RecipientState,
)
from programs.participation.selectors import everybody_named, running
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import NotFound
from registry.identities import card_of, people_by_record
from registry.models import Household, HouseholdMember, Resident
from registry.naming import name_key

_HEAD = HouseholdMember.Relation.HEAD
#: How many the box offers to choose from.
SHOWN = 10
#: Whose word puts somebody on a list; the person's own does not.
VOUCHING = (Participation.Source.REGISTER, Participation.Source.OWNER)


def distributions_of(actor: Actor) -> QuerySet[Any]:
    """Return the office's distributions, newest first, each with ``named`` and ``taken``."""
    found: QuerySet[Any] = Distribution.objects.visible_to(actor).select_related("programme")
    return found.annotate(
        named=Count("recipients"),
        taken=Count("recipients", filter=Q(recipients__state=RecipientState.TAKEN)),
    )


def distribution(uid: uuid.UUID | str, *, actor: Actor) -> Any:
    """Return one distribution.

    Raises:
        NotFound: no such distribution in this office.
    """
    found = distributions_of(actor).select_related("settled_by", "closed_by").filter(uid=uid)
    held = found.first()
    if held is None:
        raise NotFound(_("Pembagian tidak ditemukan di kantor ini."))
    return held


def recipients_of(actor: Actor) -> QuerySet[AidRecipient]:
    """Return the rows of the office's lists with all a page shows of one."""
    rows: QuerySet[AidRecipient] = AidRecipient.objects.visible_to(actor)
    return rows.select_related(
        "distribution__programme",
        "resident__canonical",
        "taken_by",
        "handed_by",
        "replaces__resident",
        "replacement__resident",
    )


def recipient(uid: uuid.UUID | str, *, actor: Actor) -> AidRecipient:
    """Return one name on a list.

    Raises:
        NotFound: none of that uid here.
    """
    found = recipients_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Penerima tidak ditemukan di kantor ini."))
    return found


def search(held: Distribution, text: str, *, actor: Actor) -> list[AidRecipient]:
    """Return whom a scanned ticket, a number, a NIK or a name may mean; one query.

    A ticket or NIK means one; a name as many as the box offers.
    """
    rows = recipients_of(actor).filter(distribution=held)
    plain = text.strip()
    if code := typed_code(plain):
        return list(rows.filter(code=code))
    digits = "".join(char for char in plain if char not in " .-")
    if digits.isdigit() and digits.isascii():
        if len(digits) == 16:
            index = blind_index(digits, purpose="nik")
            return list(
                rows.filter(Q(resident__nik_index=index) | Q(resident__canonical__nik_index=index))
            )
        return list(rows.filter(number=int(digits))) if len(digits) < 6 else []
    key = name_key(plain)
    if len(key) < 2:
        return []
    named = Q(resident__name_key__contains=key) | Q(resident__canonical__name_key__contains=key)
    return list(rows.filter(named).order_by("number", "pk")[:SHOWN])


@dataclass(frozen=True)
class Line:
    """A name on a list as pages and prints show it. ``slot`` is when and where he comes."""

    recipient: AidRecipient
    slot: DistributionSlot | None

    @property
    def person(self) -> Resident:
        return self.recipient.resident.person

    @property
    def is_here(self) -> bool:
        return self.person.life == Resident.Life.ALIVE


def lines_of(
    held: Distribution, *, actor: Actor, rows: Iterable[AidRecipient] | None = None
) -> list[Line]:
    """Return the list in the order people come (two queries), or the given rows as they stand."""
    slots = list(held.slots.all())
    if rows is not None:
        return [Line(row, slot_of(row.resident.person, slots)) for row in rows]
    listed = recipients_of(actor).filter(distribution=held)
    lines = [Line(row, slot_of(row.resident.person, slots)) for row in listed]
    return sorted(lines, key=lambda line: _coming(line, slots))


def _coming(line: Line, slots: Sequence[DistributionSlot]) -> tuple[Any, ...]:
    one = line.person
    place = slots.index(line.slot) if line.slot else len(slots)
    return (line.recipient.number or 0, place, one.dusun, one.rw, one.rt, one.name_key, one.pk)


def slot_of(resident: Resident, slots: Iterable[DistributionSlot]) -> DistributionSlot | None:
    """Return when somebody comes: the slot that names his place most exactly, the earliest."""
    fitting = [
        (-bool(slot.dusun) - bool(slot.rw), order, slot)
        for order, slot in enumerate(slots)
        if slot.dusun.casefold() in {"", resident.dusun.casefold()}
        and slot.rw.lstrip("0") in {"", resident.rw.lstrip("0")}
    ]
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


class Why(Enum):
    """Why somebody the programme's list names is not on this one."""

    GONE = "gone"
    SAME_CARD = "same_card"
    ONLY_SELF = "only_self"


@dataclass(frozen=True)
class LeftOut:
    """Somebody the programme's list names who is not on this one."""

    person: Resident
    why: Why


def left_out(held: Distribution, *, actor: Actor) -> list[LeftOut]:
    """Return whom the programme's list names but this one leaves out: dead or moved, his family is
    on it, or nobody but he himself says that he receives it.
    """
    if held.programme is None:
        return []
    named = _Named.of(held.programme, held, actor)
    taken = _cards(named.listed) if held.by_household else set()
    found = ((one, _why_not(one, named, taken)) for one in named.missing)
    return [LeftOut(one, why) for one, why in found if why]


def _why_not(resident: Resident, named: "_Named", taken: set[int]) -> Why | None:
    if resident.life != Resident.Life.ALIVE:
        return Why.GONE
    if _card(resident) in taken:
        return Why.SAME_CARD
    return None if resident.pk in named.vouched else Why.ONLY_SELF


def to_be_listed(held: Distribution, *, actor: Actor) -> list[Resident]:
    """Return who is to be put on the list: living, not on it, named by a list or the owner; of a
    household programme one of each card, its head before others.
    """
    if held.programme is None:
        return []
    named = _Named.of(held.programme, held, actor)
    taken = _cards(named.listed) if held.by_household else set()
    wanted = [one for one in named.missing if _why_not(one, named, taken) is None]
    if not held.by_household:
        return wanted
    found: dict[int, Resident] = {}
    for one in sorted(wanted, key=lambda one: not _is_head(one)):
        found.setdefault(_card(one) or -one.pk, one)
    return list(found.values())


@dataclass(frozen=True)
class _Named:
    """Whom the programme names and this list does not; keys of who is on it, and of the vouched."""

    missing: list[Resident]
    listed: set[int]
    vouched: set[int]

    @classmethod
    def of(cls, programme: Programme, held: Distribution, actor: Actor) -> "_Named":
        rows = held.recipients.values_list("resident", "resident__canonical")
        listed = {pk for pair in rows for pk in pair if pk is not None}
        told = running(actor).filter(programme=programme, source__in=VOUCHING)
        people = everybody_named(actor, programme).order_by("rw", "rt", "name_key", "pk")
        return cls(
            missing=[one for one in people if one.pk not in listed],
            listed=listed,
            vouched=set(told.values_list("person", flat=True)),
        )


def _cards(listed: set[int]) -> set[int]:
    """Return the cards that have somebody on the list, whether the programme named him or not."""
    on_list = HouseholdMember.objects.filter(resident__in=listed, until__isnull=True)
    return set(on_list.values_list("household", flat=True))


def _card(resident: Resident) -> int | None:
    card = card_of(resident)
    return card.household_id if card else None


def _is_head(resident: Resident) -> bool:
    card = card_of(resident)
    return card is not None and card.relation == _HEAD


@dataclass(frozen=True)
class Totals:
    """What was to be given, was given and is left, in ``amount``'s measure; and how many people."""

    named: int
    waiting: int
    pending: int
    taken: int
    struck: int
    owing: int
    planned: int
    given: int

    @property
    def left(self) -> int:
        return self.planned - self.given


def totals_of(held: Distribution) -> Totals:
    """Return the counts of a list (one query). A replacement takes the share of whom he follows."""
    states = {state: Count("pk", filter=Q(state=state)) for state in RecipientState.values}
    counts = held.recipients.aggregate(
        named=Count("pk"),
        first=Count("pk", filter=Q(replaces__isnull=True)),
        owing=Count("pk", filter=Q(owed_since__isnull=False)),
        **states,
    )
    return Totals(
        named=counts["named"],
        owing=counts["owing"],
        planned=counts["first"] * held.amount,
        given=counts["taken"] * held.amount,
        **{state: counts[state] for state in RecipientState.values},
    )


def received_by(people: Iterable[Resident]) -> list[AidRecipient]:
    """Return what people were handed, newest first (two queries), whoever of the family took it."""
    rows = AidRecipient.objects.filter(
        resident__in=list(people_by_record(one.pk for one in people)), state=RecipientState.TAKEN
    )
    found = rows.select_related("distribution", "resident__canonical", "taken_by", "handed_by")
    return list(found.order_by("-taken_at", "-pk"))


@dataclass(frozen=True)
class FamilyResult:
    """A family card on the list and what became of each of its names."""

    household: Any
    lines: list[Line]


def by_household(held: Distribution, *, actor: Actor, position: str = "") -> keyset.Page[Any]:
    """Return a page of the result per family, in the order of the first ticket of each.

    Who is on no card stands alone. Five queries, whatever the length of the list.
    """
    rows: Any = recipients_of(actor).filter(distribution=held)
    rows = rows.annotate(person=Coalesce("resident__canonical_id", "resident_id"))
    on_card = HouseholdMember.objects.filter(resident=OuterRef("person"), until__isnull=True)
    rows = rows.annotate(card=Subquery(on_card.values("household")[:1]))
    # Numbers come with the lock; before it, names stand in the order they were put on the list.
    column = "pk" if held.state == DistributionState.DRAFT else "number"
    family = Coalesce("card", -F("person"))
    leading = rows.annotate(first=Window(Min(column), partition_by=[family]))
    leading = leading.filter(**{column: F("first")})
    page: keyset.Page[Any] = keyset.page(
        rows.filter(pk__in=leading.values("pk")),
        order=("pk",) if column == "pk" else ("number", "pk"),
        position=position,
    )
    cards = {row.card for row in page.rows if row.card is not None}
    named = rows.filter(Q(card__in=cards) | Q(pk__in=[row.pk for row in page.rows]))
    households = Household.objects.in_bulk(cards)
    found: dict[Any, FamilyResult] = {}
    for row in page.rows:
        found[_family_of(row)] = FamilyResult(households.get(row.card), [])
    for line in lines_of(held, actor=actor, rows=named.order_by("number", "pk")):
        found[_family_of(line.recipient)].lines.append(line)
    return replace(page, rows=list(found.values()))


def _family_of(row: Any) -> int:
    return row.card or -row.person


def open_now(actor: Actor, *, limit: int = 3) -> list[Any]:
    """Return the distributions not closed (one query)."""
    found = distributions_of(actor).exclude(state=DistributionState.CLOSED)
    return list(found.order_by("-pk")[:limit])
