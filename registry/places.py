"""Where somebody lives, in words."""

from registry.models import Household, Resident


def place_of(where: Resident | Household) -> str:
    """Return where a person or family lives, shortly: "Dusun Krajan RT 02 RW 01"."""
    # Many lists write the hamlet into the address as well: once is enough.
    told = where.dusun.casefold() in where.address.casefold()
    parts = [
        where.address,
        "" if told else f"Dusun {where.dusun}",
        f"RT {where.rt}" if where.rt else "",
        f"RW {where.rw}" if where.rw else "",
    ]
    return " ".join(part for part in parts if part)
