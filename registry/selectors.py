"""Reading people and registers: scoped to the actor's office, with a known number of queries."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import NotFound
from puskesmas.models import User
from registry.identity import clean_number
from registry.models import Household, HouseholdMember, Resident
from registry.naming import name_key
from registry.register_answers import RegisterAnswer as RegisterAnswer
from registry.register_answers import facts_of as facts_of
from registry.register_answers import register_answer as register_answer
from registry.register_answers import register_answers as register_answers

#: From this score (0–100) a name is shown as a possible spelling of the one typed.
NAME_CUTOFF = 72
SHORTEST_NAME = 2


@dataclass(frozen=True)
class FoundPerson:
    """A search hit. ``by`` is "nik", "kk", "phone" or "name"; numbers are whole, names fuzzy."""

    resident: Resident
    by: str
    score: float = 100.0


def people_of(actor: Actor) -> QuerySet[Resident]:
    """Return the office's people, each with his open membership and card loaded."""
    open_memberships = HouseholdMember.objects.filter(until__isnull=True).select_related(
        "household"
    )
    people: QuerySet[Resident] = Resident.objects.visible_to(actor).filter(canonical__isnull=True)
    return people.prefetch_related(
        Prefetch("memberships", queryset=open_memberships, to_attr="open_memberships")
    )


def person(uid: uuid.UUID | str, *, actor: Actor) -> Resident:
    """Return one person of the office.

    Raises:
        NotFound: nobody of that uid here.
    """
    found = people_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    return found


def household_of(resident: Resident) -> list[HouseholdMember]:
    """Return everyone on the person's card now, head first; empty when he is on none."""
    mine = HouseholdMember.objects.filter(resident=resident, until__isnull=True)
    members = (
        HouseholdMember.objects.filter(household__in=mine.values("household"), until__isnull=True)
        .select_related("household", "resident")
        .order_by("pk")
    )
    return sorted(members, key=lambda member: int(member.relation or "99"))


def find_people(text: str, *, actor: Actor, limit: int = 20) -> list[FoundPerson]:
    """Return who the text may mean: a whole NIK, KK or phone number, or a name with slips.

    Two or three queries, whatever the number of hits.
    """
    number = clean_number(text)
    if number.isascii() and number.isdigit():
        return _by_number(number, actor)[:limit]
    return _by_name(text, actor, limit)


def _by_number(number: str, actor: Actor) -> list[FoundPerson]:
    people = people_of(actor)
    if len(number) == 16:
        by_nik = people.filter(nik_index=blind_index(number, purpose="nik"))
        hits = [FoundPerson(one, "nik") for one in by_nik]
        if hits:
            return hits
        on_card = people.filter(
            memberships__until__isnull=True,
            memberships__household__kk_index=blind_index(number, purpose="kk"),
        ).order_by("pk")
        return [FoundPerson(one, "kk") for one in on_card]
    by_phone = people.filter(phone_index=blind_index(number, purpose="phone")).order_by("pk")
    return [FoundPerson(one, "phone") for one in by_phone]


def _by_name(text: str, actor: Actor, limit: int) -> list[FoundPerson]:
    wanted = name_key(text)
    if len(wanted) < SHORTEST_NAME:
        return []
    # Distinct names of the village first, then people: small, and the same on both databases.
    names = (
        Resident.objects.visible_to(actor)
        .filter(canonical__isnull=True)
        .order_by()
        .values_list("name_key", flat=True)
        .distinct()
    )
    scores = dict(_close_names(wanted, names, limit))
    people = people_of(actor).filter(name_key__in=scores)
    found = [FoundPerson(one, "name", scores[one.name_key]) for one in people]
    found.sort(key=lambda hit: (-hit.score, hit.resident.name, hit.resident.pk))
    return found[:limit]


def _close_names(wanted: str, names: Iterable[str], limit: int) -> list[tuple[str, float]]:
    hits = process.extract(
        wanted, list(names), scorer=_likeness, limit=3 * limit, score_cutoff=NAME_CUTOFF
    )
    return [(name, score) for name, score, _index in hits]


def _likeness(typed: str, name: str, *, score_cutoff: float | None = None) -> float:
    """Return 0–100: the beginnings of words count as typed so far, slips cost a little."""
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in typed.split()):
        # Among the whole matches the shortest name is the likeliest.
        return 100.0 - min(len(name) - len(typed), 20) / 4
    return 0.95 * max(
        fuzz.ratio(typed, name),
        fuzz.token_sort_ratio(typed, name),
        0.95 * fuzz.token_set_ratio(typed, name) if len(typed.split()) > 1 else 0.0,
        0.9 * max((fuzz.ratio(typed, word) for word in words), default=0.0),
    )


def is_family(user: User | None, resident: Resident) -> bool:
    """Return whether the resident is the officer himself or on his family card today."""
    return resident.pk in family_of(user, resident.office_id)


def family_of(user: User | None, office_id: int) -> set[int]:
    """Return the keys of an officer's own rows in an office and of everyone on his card today.

    The officer's own NIK and KK are on his account; his card is also found through his own row.
    Up to four small queries, each along an index: one with the choices joined by OR made PostgreSQL
    read every membership of the office.
    """
    if user is None or not (user.nik_index or user.kk_index):
        return set()
    himself, cards = set[int](), set[int]()
    if user.nik_index:
        rows = Resident.objects.filter(office_id=office_id, nik_index=user.nik_index)
        himself = set(rows.values_list("pk", flat=True))
    open_memberships = HouseholdMember.objects.filter(until__isnull=True)
    if himself:
        cards |= set(
            open_memberships.filter(resident__in=himself).values_list("household", flat=True)
        )
    if user.kk_index:
        own = Household.objects.filter(office_id=office_id, kk_index=user.kk_index)
        cards |= set(own.values_list("pk", flat=True))
    if not cards:
        return himself
    on_cards = open_memberships.filter(household__in=cards)
    return himself | set(on_cards.values_list("resident", flat=True))
