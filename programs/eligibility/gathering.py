"""The facts of people from everything the office holds, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from programs.eligibility.judging import Fact
from programs.from_registers import programmes_told
from programs.models import Participation, StatedFact
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


@dataclass
class _Known:
    """Everything read of one person."""

    records: list[Resident]
    cards: list[HouseholdMember] = field(default_factory=list)
    family: list[Resident] = field(default_factory=list)
    house: HousingFacts | None = None
    answers: list[RegisterAnswer] = field(default_factory=list)
    held: list[Participation] = field(default_factory=list)
    stated: dict[str, StatedFact] = field(default_factory=dict)

    @property
    def kk_indexes(self) -> set[str]:
        return {card.household.kk_index for card in self.cards} - {""}


def facts_of(
    residents: Iterable[Resident],
    *,
    office: Office,
    day: date,
    matters: Iterable[Any] = (),
) -> dict[int, dict[str, Fact]]:
    """Return what is known on a day, by the key of each person and the code of each fact.

    ``residents`` stand for their people. ``matters`` are uids of cases whose stated facts count as
    well. What nothing is known of is left out. Eleven queries, however many people.
    """
    known = _read(list(residents), office, day, list(matters))
    return {person: _facts(one, office, day) for person, one in known.items()}


def _read(
    residents: list[Resident], office: Office, day: date, matters: list[Any]
) -> dict[int, _Known]:
    known = {person.pk: _Known([person]) for person in residents}
    for merged in Resident.objects.filter(canonical__in=list(known)).order_by("pk"):
        known[merged.canonical_id or 0].records.append(merged)
    owner = {row.pk: person for person, one in known.items() for row in one.records}
    _read_families(known, owner)
    _read_houses(known, day)
    cards = {person: one.kk_indexes for person, one in known.items()}
    records = {person: one.records for person, one in known.items()}
    for person, answers in answers_of(records, office=office, on=day, cards=cards).items():
        known[person].answers = answers
    running = Q(until__isnull=True) | Q(until__gt=day)
    held = Participation.objects.filter(running, resident__in=list(owner))
    for row in held.exclude(since__gt=day).select_related("programme"):
        known[owner[row.resident_id]].held.append(row)
    stated = StatedFact.objects.filter(resident__in=list(owner), on__lte=day)
    about = Q(matter_uid__isnull=True) | Q(matter_uid__in=matters)
    for said in stated.filter(about).order_by("on", "pk"):
        known[owner[said.resident_id]].stated[said.field] = said
    return known


def _read_families(known: Mapping[int, _Known], owner: Mapping[int, int]) -> None:
    open_ones = HouseholdMember.objects.filter(until__isnull=True)
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
    families: dict[int, dict[int, Resident]] = defaultdict(dict)
    households = {one.cards[0].household_id for one in known.values() if one.cards}
    members = open_ones.filter(household__in=households).select_related("resident__canonical")
    for member in members.order_by("pk"):
        person = member.resident.person
        families[member.household_id][person.pk] = person
    for one in known.values():
        if one.cards:
            one.family = list(families[one.cards[0].household_id].values())


def _read_houses(known: Mapping[int, _Known], day: date) -> None:
    households = {one.cards[0].household_id for one in known.values() if one.cards}
    seen = HousingFacts.objects.filter(household__in=households, observed_on__lte=day)
    newest = {row.household_id: row for row in seen.order_by("observed_on", "pk")}
    for one in known.values():
        if one.cards:
            one.house = newest.get(one.cards[0].household_id)


def _facts(known: _Known, office: Office, day: date) -> dict[str, Fact]:
    facts = (
        _of_person(known, office, day)
        | _of_family(known, day)
        | _of_registers(known)
        | _of_programmes(known)
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
    """Whether the regency's own register holds him: its card, or a NIK first given here.

    A NIK never changes, so one of elsewhere says nothing against somebody on a card of this
    regency; who has neither is not registered here.
    """
    here = office.code.replace(".", "")[:4]
    cards = [card.household.kk for card in known.cards if card.household.kk]
    niks = [row.nik for row in known.records if row.nik]
    for numbers, source in ((cards, "card"), (niks, "nik")):
        if any(number.startswith(here) for number in numbers):
            return Fact(True, source)
    return Fact(False, "nik") if niks else Fact(why="no_nik")


def _of_family(known: _Known, day: date) -> dict[str, Fact]:
    if not known.cards:
        return {
            "family.kk": Fact(False, "people"),
            **{
                code: Fact(why="no_card")
                for code in ("family.size", "family.adults_without_ektp", "house.own")
            },
        }
    living = [row for row in known.family if row.life == Resident.Life.ALIVE]
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
    """Name the adults who have none; not known while somebody was not asked and nobody lacks it."""
    ages = {row.pk: age_on(day, row) for row in living}
    adults = [row for row in living if (ages[row.pk] or 0) >= EKTP_AGE]
    without = tuple(row.name for row in adults if row.has_ektp is False)
    unsure = any(row.has_ektp is None for row in adults) or any(
        ages[row.pk] is None and not row.has_ektp for row in living
    )
    if without or not unsure:
        return Fact(without, "card")
    return Fact(why="nobody_asked")


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


def _of_programmes(known: _Known) -> dict[str, Fact]:
    """Who receives what: yes as any source says, no only as a list that judges the programme."""
    facts: dict[str, Fact] = {}
    for answer in known.answers:
        if answer.version is None or answer.why or answer.method != "list":
            continue
        for code in programmes_told(answer.version):
            facts.setdefault(
                f"holds.{code}", Fact(False, "list", answer.register.code, answer.data_date)
            )
    strongest = sorted(known.held, key=lambda row: list(_SOURCES).index(row.source), reverse=True)
    for row in strongest:
        facts[f"holds.{row.programme.code}"] = Fact(True, _SOURCES[row.source], on=row.since)
    return facts


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
