"""What programmes add to pages that span apps."""

from typing import Any

from programs.selectors import participations_of
from puskesmas.actors import Actor
from registry.households.selectors import Family
from registry.models import Resident
from registry.selectors import household_of


def person_panel(actor: Actor, resident: Resident) -> dict[str, Any]:
    """Return who on the person's card receives what: four queries, whatever the family's size."""
    family = [member.resident for member in household_of(resident)] or [resident]
    received = participations_of(family)
    # The person first: he is the one at the counter.
    ordered = sorted(family, key=lambda one: one.pk != resident.pk)
    return {"rows": [(one, received[one.pk]) for one in ordered], "resident": resident}


def household_panel(actor: Actor, family: Family) -> dict[str, Any]:
    """Return who in the family receives what: two queries, whatever its size."""
    received = participations_of(family.residents)
    return {"rows": [(one, received[one.pk]) for one in family.residents]}


def successor_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """Return what somebody who died or moved received; nothing when he received nothing."""
    received = participations_of([resident])[resident.pk]
    return {"received": received} if received else None
