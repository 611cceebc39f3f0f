"""What programmes add to pages that span apps."""

from typing import Any

from programs.distribution.prints import share_of
from programs.distribution.selectors import received_by
from programs.participation import cover
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
    """Return who in the family receives what, what is double, and whether there is nothing.

    Three queries, whatever its size. Who died or moved is shown, but covers nobody.
    """
    received = participations_of(family.residents)
    living = {one.resident.pk: one.resident for one in family.living}
    doubles = cover.doubled_in(
        {pk: rows for pk, rows in received.items() if pk in living}, cover.overlaps(actor)
    )
    return {
        "rows": [(one, received[one.pk]) for one in family.residents],
        "doubles": [
            cover.Doubled(pair, [living[pk] for pk in pks], family.household)
            for pair, pks in doubles
        ],
        "uncovered": bool(living) and not any(received[pk] for pk in living),
    }


def person_received(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """Return what a person was handed at distributions; two queries."""
    return _received([resident])


def household_received(actor: Actor, family: Family) -> dict[str, Any] | None:
    """Return what anybody on the card was handed; two queries, whatever its size."""
    return _received(family.residents)


def _received(people: list[Resident]) -> dict[str, Any] | None:
    rows = received_by(people)
    shown = [{"listed": row, "share": share_of(row.distribution)} for row in rows]
    return {"rows": shown} if shown else None


def successor_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """Return what somebody who died or moved received; nothing when he received nothing."""
    received = participations_of([resident])[resident.pk]
    return {"received": received} if received else None
