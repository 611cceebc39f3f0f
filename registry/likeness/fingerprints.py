"""The fingerprint of a list's row: equal when the row says the same of the same person again.

A keyed hash, so that it tells nothing; the next version of a list meets its answered questions.
"""

from typing import Any

from puskesmas.crypto import blind_index
from registry.naming import address_key


def of_row(row: Any, *, nth: int = 0) -> str:
    """Return the fingerprint of a row's identity facts: name, birth date, numbers, place.

    ``nth`` rows of the same list say the same before this one: father and son are two.
    """
    facts = [
        row.name_key,
        row.birth_date.isoformat() if row.birth_date else "",
        row.nik_index,
        row.kk_index,
        address_key(row.address),
        row.rt,
        row.rw,
    ]
    if nth:
        facts.append(str(nth))
    return blind_index("\0".join(facts), purpose="likeness")


def facts_of(row: Any) -> dict[str, Any]:
    """Return what an officer is shown of the row, as plain values to be kept encrypted."""
    told = {
        fact: getattr(row, fact)
        for fact in (
            *("name", "nik", "kk", "birth_place", "sex", "mother_name"),
            *("address", "dusun", "rt", "rw", "phone"),
        )
    }
    told["birth_date"] = row.birth_date.isoformat() if row.birth_date else ""
    # Not shown: whoever makes the fingerprint anew needs it.
    told["nth"] = row.nth
    return {fact: value for fact, value in told.items() if value}
