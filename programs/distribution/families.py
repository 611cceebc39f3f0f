"""Who may take a share for somebody: the living of his family card."""

from datetime import date

from django.db.models import F, Q

from registry.identities import identities_of
from registry.models import HouseholdMember, Resident
from registry.selectors import household_of


def card_members(own: Resident) -> list[Resident]:
    """Return who lives on a person's card besides him (three queries at most).

    Of somebody who died those who were on his card that day, wherever they are now: a family gets
    a new card after a death, and he is the last one on the old.
    """
    if own.life == Resident.Life.DECEASED and own.life_since:
        people = _on_the_card_of(own, own.life_since)
    else:
        people = [row.resident for row in household_of(own)]
    return [one for one in people if one != own and one.life == Resident.Life.ALIVE]


def _on_the_card_of(own: Resident, day: date) -> list[Resident]:
    """Return who was on the card a person had on a day; on the first known to us if it is later."""
    rows = HouseholdMember.objects.filter(resident__in=identities_of(own))
    begun = rows.filter(Q(since__isnull=True) | Q(since__lte=day))
    row = begun.order_by(F("since").desc(nulls_last=True), "-pk").first()
    row = row or rows.order_by("since", "pk").first()
    if row is None:
        return []
    # What was known of a card when it was first written down counts for the days before as well.
    known = max(day, row.since or day)
    there = HouseholdMember.objects.filter(
        Q(since__isnull=True) | Q(since__lte=known),
        # The family may have moved to its new card on that very day.
        Q(until__isnull=True) | Q(until__gte=known),
        household=row.household_id,
    )
    found = there.select_related("resident__canonical").order_by("pk")
    return list({one.resident.person.pk: one.resident.person for one in found}.values())
