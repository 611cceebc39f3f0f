"""What registers add to the pages of a person and of a household."""

from typing import Any

from puskesmas.actors import Actor
from registry.households.selectors import Family
from registry.identities import card_of
from registry.models import Household, HouseholdMember, Resident
from registry.register_answers import deciles_of


def deciles_panel(actor: Actor, resident: Resident) -> dict[str, Any]:
    """The person page's panel: his family's decile in every list so far. Two or three queries."""
    card = card_of(resident)
    rows = _of_card(card.household) if card else deciles_of([resident])
    return {"rows": rows, "resident": resident}


def household_panel(actor: Actor, family: Family) -> dict[str, Any]:
    """The household page's panel: the family's decile in every list so far. Two queries."""
    rows = deciles_of(family.residents, kk_index=family.household.kk_index)
    return {"rows": list(rows), "resident": None}


def _of_card(household: Household) -> list[Any]:
    members = HouseholdMember.objects.filter(household=household, until__isnull=True)
    people = [member.resident.person for member in members.select_related("resident__canonical")]
    return list(deciles_of(people, kk_index=household.kk_index))
