"""Reading people and registers: scoped to the actor's office, with a known number of queries."""

import uuid

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import User
from registry.models import Household, HouseholdMember, Resident
from registry.register_answers import RegisterAnswer as RegisterAnswer
from registry.register_answers import facts_of as facts_of
from registry.register_answers import register_answer as register_answer
from registry.register_answers import register_answers as register_answers


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
