"""Reading people and registers: scoped to the actor's office, with a known number of queries."""

import uuid

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import User
from registry.identities import identities_of, people_behind, people_by_record
from registry.models import Household, HouseholdMember, Resident
from registry.register_answers import RegisterAnswer as RegisterAnswer
from registry.register_answers import facts_of as facts_of
from registry.register_answers import register_answer as register_answer
from registry.register_answers import register_answers as register_answers


def people_of(actor: Actor) -> QuerySet[Resident]:
    """Return the office's people, each with his open membership and card loaded.

    The records merged into each come along (``merged_records``): three queries, with merged
    records four.
    """
    open_memberships = Prefetch(
        "memberships",
        queryset=HouseholdMember.objects.filter(until__isnull=True).select_related("household"),
        to_attr="open_memberships",
    )
    merged = Resident.objects.order_by("pk").prefetch_related(open_memberships)
    people: QuerySet[Resident] = Resident.objects.visible_to(actor).filter(canonical__isnull=True)
    return people.prefetch_related(
        open_memberships, Prefetch("duplicates", queryset=merged, to_attr="merged_records")
    )


def person(uid: uuid.UUID | str, *, actor: Actor) -> Resident:
    """Return one person of the office; by a merged record's uid, whom it was merged into.

    Raises:
        NotFound: nobody of that uid here.
    """
    found = people_of(actor).filter(uid=uid).first()
    if found is None:
        found = people_of(actor).filter(duplicates__uid=uid).first()
    if found is None:
        raise NotFound(_("Warga tidak ditemukan di kantor ini."))
    return found


def household_of(resident: Resident) -> list[HouseholdMember]:
    """Return everyone on the person's card now, head first; empty when he is on none.

    Each person once, as the record that stands for him; a card that only a merged record of this
    person is on counts when his own is on none. Two queries.
    """
    records = identities_of(resident)
    open_ones = HouseholdMember.objects.filter(until__isnull=True)
    cards = open_ones.filter(resident__in=records)
    on_own_card = open_ones.filter(resident=OuterRef("resident__canonical"))
    rows = list(
        # A merged record's card does not count while the person's own is another.
        open_ones.filter(~Exists(on_own_card), household__in=cards.values("household"))
        .select_related("household", "resident__canonical")
        .order_by("pk")
    )
    own = [row for row in rows if row.resident_id in records]
    own.sort(key=lambda row: row.resident_id != resident.person.pk)
    once: dict[int, HouseholdMember] = {}
    for row in rows:
        if row.household_id == own[0].household_id:
            row.resident = row.resident.person
            once.setdefault(row.resident.pk, row)
    return sorted(once.values(), key=lambda member: int(member.relation or "99"))


def is_family(user: User | None, resident: Resident) -> bool:
    """Return whether the person is the officer himself or on his family card today."""
    return resident.pk in family_of(user, resident.office_id)


def family_of(user: User | None, office_id: int) -> set[int]:
    """Return the keys of an officer's own rows in an office and of everyone on his card today.

    The officer's own NIK and KK are on his account; his card is also found through his own row.
    All records of a person count, merged or not. Up to six small queries, each along an index: one
    with the choices joined by OR made PostgreSQL read every membership of the office.
    """
    if user is None or not (user.nik_index or user.kk_index):
        return set()
    himself, cards = set[int](), set[int]()
    if user.nik_index:
        rows = Resident.objects.filter(office_id=office_id, nik_index=user.nik_index)
        himself = set(people_by_record(people_behind(rows)))
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
    members = open_memberships.filter(household__in=cards)
    on_cards = members.values_list("resident", "resident__canonical")
    return himself | set(people_by_record(canonical or pk for pk, canonical in on_cards))
