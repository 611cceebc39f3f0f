"""What registers add to the pages of a person and of a household."""

from typing import Any

from puskesmas.actors import Actor
from registry.models import Household, HouseholdMember, Resident
from registry.register_answers import deciles_of


def deciles_panel(actor: Actor, resident: Resident) -> dict[str, Any]:
    """The person page's panel: his family's decile in every list so far. Two or three queries."""
    memberships = getattr(resident, "open_memberships", None)
    if memberships is None:
        open_ones = resident.memberships.filter(until__isnull=True)
        memberships = list(open_ones.select_related("household"))
    rows = _of_card(memberships[0].household) if memberships else deciles_of([resident])
    return {"rows": rows, "resident": resident}


def household_panel(actor: Actor, household: Household) -> dict[str, Any]:
    """The household page's panel: the family's decile in every list so far. Two queries."""
    return {"rows": _of_card(household), "resident": None}


def _of_card(household: Household) -> list[Any]:
    members = HouseholdMember.objects.filter(household=household, until__isnull=True)
    people = [member.resident for member in members.select_related("resident")]
    return list(deciles_of(people, kk_index=household.kk_index))
