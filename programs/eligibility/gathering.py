"""The facts of people from everything the office holds, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from programs.eligibility.judging import Fact
from programs.from_registers import programmes_told
from programs.models import Participation, Programme, StatedFact
from programs.terms.fields import field_of, is_of_kind
from puskesmas.models import Office
from registry.households.selectors import EKTP_AGE, age_on
from registry.models import HouseholdMember, HousingFacts, Resident
from registry.register_answers import RegisterAnswer, answers_of

_CHILD_UP_TO, _ELDER_FROM = 21, 60
_OWN_HOUSE = "1"
_NO_DISABILITY = "00"
_SOURCES = {
    Participation.Source.OWNER.value: "owner",
    Participation.Source.REGISTER.value: "list",
    Participation.Source.SELF.value: "self",
}
_WEAKEST_FIRST = list(reversed(_SOURCES))


@dataclass
class _Person:
    """What is read of everybody asked about, and of everybody on his card."""

    records: list[Resident]
    answers: list[RegisterAnswer] = field(default_factory=list)
    held: list[Participation] = field(default_factory=list)


@dataclass
class _Known(_Person):
    """Everything read of one person. ``family`` is his card's, he himself among them."""

    cards: list[HouseholdMember] = field(default_factory=list)
    family: list[_Person] = field(default_factory=list)
    house: HousingFacts | None = None
    stated: dict[str, StatedFact] = field(default_factory=dict)

    @property
    def kk_indexes(self) -> set[str]:
        return {card.household.kk_index for card in self.cards} - {""}

    @property
    def living(self) -> list[_Person]:
        return [one for one in self.family if one.records[0].life == Resident.Life.ALIVE]


def facts_of(
    residents: Iterable[Resident],
    *,
    office: Office,
    day: date,
    matters: Iterable[Any] = (),
) -> dict[int, dict[str, Fact]]:
    """Return what is known on a day, by the key of each person and the code of each fact.

    ``residents`` stand for their people. ``matters`` are uids of cases whose stated facts count as
    well. What nothing is known of is left out. What is given to families is received by everybody
    on the card. Twelve queries, however many people and lists.
    """
    known = _read(list(residents), office, day, list(matters))
    by_family = set(
        Programme.objects.filter(office=office, unit=Programme.Unit.HOUSEHOLD).values_list(
            "code", flat=True
        )
    )
    return {person: _facts(one, office, day, by_family) for person, one in known.items()}


def _read(
    residents: list[Resident], office: Office, day: date, matters: list[Any]
) -> dict[int, _Known]:
    known = {person.pk: _Known([person]) for person in residents}
    for merged in Resident.objects.filter(canonical__in=list(known)).order_by("pk"):
        known[merged.canonical_id or 0].records.append(merged)
    people: dict[int, _Person] = {**_read_families(known), **known}
    owner = {row.pk: person for person, one in people.items() for row in one.records}
    _read_houses(known, day)
    _read_answers(people, known, office, day)
    running = Q(until__isnull=True) | Q(until__gt=day)
    held = Participation.objects.filter(running, resident__in=list(owner))
    for row in held.exclude(since__gt=day).select_related("programme"):
        people[owner[row.resident_id]].held.append(row)
    his = [row.pk for one in known.values() for row in one.records]
    stated = StatedFact.objects.filter(resident__in=his, on__lte=day)
    about = Q(matter_uid__isnull=True) | Q(matter_uid__in=matters)
    for said in stated.filter(about).order_by("on", "pk"):
        known[owner[said.resident_id]].stated[said.field] = said
    return known


def _read_families(known: Mapping[int, _Known]) -> dict[int, _Person]:
    """Read each one's cards and who is on the first; return those besides, by their keys."""
    open_ones = HouseholdMember.objects.filter(until__isnull=True)
    owner = {row.pk: person for person, one in known.items() for row in one.records}
    cards = open_ones.filter(resident__in=list(owner)).select_related("household").order_by("pk")
    for card in cards:
        known[owner[card.resident_id]].cards.append(card)
    for one in known.values():
        # The person's own card goes before a merged record's.
        own = one.records[0].pk
        one.cards = [
            *(card for card in one.cards if card.resident_id == own),
            *(card for card in one.cards if card.resident_id != own),
        ]
    on_card: dict[int, dict[int, Resident]] = defaultdict(dict)
    households = {one.cards[0].household_id for one in known.values() if one.cards}
    members = open_ones.filter(household__in=households).select_related("resident__canonical")
    for member in members.order_by("pk"):
        person = member.resident.person
        on_card[member.household_id][person.pk] = person
    relatives = {
        pk: _Person([person])
        for family in on_card.values()
        for pk, person in family.items()
        if pk not in known
    }
    for merged in Resident.objects.filter(canonical__in=list(relatives)).order_by("pk"):
        relatives[merged.canonical_id or 0].records.append(merged)
    for one in known.values():
        if one.cards:
            family = on_card[one.cards[0].household_id]
            one.family = [known.get(pk) or relatives[pk] for pk in family]
    return relatives


def _read_answers(
    people: Mapping[int, _Person], known: Mapping[int, _Known], office: Office, day: date
) -> None:
    """Read what the registers say of everybody, relatives by the card they are on with him."""
    cards: dict[int, set[str]] = defaultdict(set)
    for one in known.values():
        for member in (one, *one.family):
            cards[member.records[0].pk] |= one.kk_indexes
    records = {person: one.records for person, one in people.items()}
    for person, answers in answers_of(records, office=office, on=day, cards=cards).items():
        people[person].answers = answers


def _read_houses(known: Mapping[int, _Known], day: date) -> None:
    households = {one.cards[0].household_id for one in known.values() if one.cards}
    seen = HousingFacts.objects.filter(household__in=households, observed_on__lte=day)
    newest = {row.household_id: row for row in seen.order_by("observed_on", "pk")}
    for one in known.values():
        if one.cards:
            one.house = newest.get(one.cards[0].household_id)


def _facts(known: _Known, office: Office, day: date, by_family: set[str]) -> dict[str, Fact]:
    facts = (
        _of_person(known, office, day)
        | _of_family(known, day)
        | _of_registers(known)
        | _of_programmes(known, by_family)
    )
    # What nothing else answers, somebody's word may; never the other way round.
    for code, row in known.stated.items():
        if not facts.get(code, Fact()).is_known:
            facts[code] = _stated(row)
    deactivated = facts.get("card.deactivated_on")
    if deactivated and deactivated.is_known:
        facts["card.deactivated_months"] = _months_since(deactivated, day)
    return {code: fact for code, fact in facts.items() if fact.is_known or fact.why}


def _of_person(known: _Known, office: Office, day: date) -> dict[str, Fact]:
    person = known.records[0]
    found: dict[str, Any] = {
        "person.age": age_on(day, person),
        "person.sex": person.sex or None,
        "person.has_nik": any(row.nik_index for row in known.records),
        "person.ektp": person.has_ektp,
    }
    if person.disability:
        found["person.disability"] = person.disability != _NO_DISABILITY
    facts = {code: Fact(value, "people") for code, value in found.items()}
    facts["person.alive"] = Fact(
        person.life == Resident.Life.ALIVE, "people", person.life_source, person.life_since
    )
    facts["person.in_regency"] = _in_regency(known, office)
    return facts


def _in_regency(known: _Known, office: Office) -> Fact:
    """Whether he is registered in the regency: by his card, without one by his NIK.

    A card says where a family is registered now; a NIK, which never changes, where somebody first
    was. So the NIK counts only for who is on no card with a number.
    """
    here = office.code.replace(".", "")[:4]
    card = next((card.household.kk for card in known.cards if card.household.kk), "")
    if card:
        return Fact(card.startswith(here), "card")
    niks = [row.nik for row in known.records if row.nik]
    if not niks:
        return Fact(why="no_nik")
    return Fact(any(nik.startswith(here) for nik in niks), "nik")


def _of_family(known: _Known, day: date) -> dict[str, Fact]:
    if not known.cards:
        return {
            "family.kk": Fact(False, "people"),
            **{
                code: Fact(why="no_card")
                for code in ("family.size", "family.adults_without_ektp", "house.own")
            },
        }
    living = [one.records[0] for one in known.living]
    ages = [age_on(day, row) for row in living]
    facts = {
        "family.kk": Fact(bool(known.kk_indexes), "card"),
        "family.size": Fact(len(living), "card"),
        "family.has_child": _some(ages, lambda age: age <= _CHILD_UP_TO),
        "family.has_elder": _some(ages, lambda age: age >= _ELDER_FROM),
        "family.adults_without_ektp": _without_ektp(living, day),
    }
    house = known.house
    if house is not None and house.tenure:
        facts["house.own"] = Fact(
            house.tenure == _OWN_HOUSE, "house", house.source, house.observed_on
        )
    return facts


def _some(ages: list[int | None], holds: Any) -> Fact:
    if any(age is not None and holds(age) for age in ages):
        return Fact(True, "card")
    return Fact(why="no_birth_date") if None in ages else Fact(False, "card")


def _without_ektp(living: list[Resident], day: date) -> Fact:
    """Name the adults who have none; not known while somebody was not asked and nobody lacks it.

    ``detail`` names who is still to be asked: for his e-KTP, or for his birth date.
    """
    ages = {row.pk: age_on(day, row) for row in living}
    adults = [row for row in living if (ages[row.pk] or 0) >= EKTP_AGE]
    without = tuple(row.name for row in adults if row.has_ektp is False)
    unsure = [row for row in adults if row.has_ektp is None]
    unsure += [row for row in living if ages[row.pk] is None and not row.has_ektp]
    detail = ", ".join(row.name for row in unsure)
    if without or not unsure:
        return Fact(without, "card", detail)
    return Fact(why="nobody_asked", detail=detail)


def _of_registers(known: _Known) -> dict[str, Fact]:
    answer = next((one for one in known.answers if not one.register.programme), None)
    if answer is None:
        return {}
    if not answer.is_certain:
        doubt = Fact(why=answer.why or "uncertain", source="register", detail=answer.register.code)
        return {"register.listed": doubt, "register.decile": doubt}
    listed = answer.result == "listed"
    about = {"source": "register", "detail": answer.register.code, "on": answer.data_date}
    decile = Fact(answer.decile, **about)  # type: ignore[arg-type]
    if answer.decile is None:
        decile = Fact(why="no_decile" if listed else "not_listed", **about)  # type: ignore[arg-type]
    return {"register.listed": Fact(listed, **about), "register.decile": decile}  # type: ignore[arg-type]


def _of_programmes(known: _Known, by_family: set[str]) -> dict[str, Fact]:
    """Who receives what: yes as any source says, no only as a list that judges the programme.

    Of what is given to families everybody on the card counts: one who receives it makes the yes,
    and lists say no only when they say it of all of them.
    """
    facts: dict[str, Fact] = {}
    for answer in known.answers:
        for code in _denied_by(answer):
            if code in by_family and not all(_is_denied(one, code) for one in known.living):
                continue
            facts.setdefault(
                f"holds.{code}", Fact(False, "list", answer.register.code, answer.data_date)
            )
    himself = known.records[0].pk
    others = [
        (row, one.records[0].name)
        for one in known.family
        if one.records[0].pk != himself
        for row in one.held
        if row.programme.code in by_family
    ]
    # The strongest source last; of two alike his own goes before a relative's.
    held = [*others, *((row, "") for row in known.held)]
    for row, name in sorted(held, key=lambda one: _WEAKEST_FIRST.index(one[0].source)):
        facts[f"holds.{row.programme.code}"] = Fact(True, _SOURCES[row.source], name, row.since)
    return facts


def _denied_by(answer: RegisterAnswer) -> set[str]:
    """Return the programmes a list judges without naming him; a check by hand judges none.

    What it does name and no participation says is nobody's no: he was registered after the list
    was loaded, or an officer ended it.
    """
    if answer.version is None or answer.why or answer.method != "list":
        return set()
    denied = programmes_told(answer.version).difference(answer.programmes)
    return denied - {answer.register.programme} if answer.result == "listed" else denied


def _is_denied(one: _Person, code: str) -> bool:
    return any(code in _denied_by(answer) for answer in one.answers)


def _stated(row: StatedFact) -> Fact:
    asked = field_of(row.field)
    value = tuple(row.value) if isinstance(row.value, list) else row.value
    if asked is None or not is_of_kind(asked, value):
        return Fact(why="fact_kind", source="stated", detail=row.source, on=row.on)
    return Fact(value, "stated", row.source, row.on)


def _months_since(fact: Fact, day: date) -> Fact:
    """Whole months, a begun one counted: more than six months is seven."""
    start = date.fromisoformat(fact.value)
    months = (day.year - start.year) * 12 + day.month - start.month
    begun = 1 if day.day > start.day else 0
    return Fact(max(months + begun, 0), fact.source, fact.detail, fact.on)
