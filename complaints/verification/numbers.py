"""Sheet numbers: eight digits a kasun's handwriting can carry, six random and two that catch slips.

The check digits are the receipt number's (ISO 7064 MOD 97-10); the shorter number keeps the two
from being taken for each other.
"""

import secrets

from complaints.receipts import check_digits

LENGTH = 8


def new_number() -> str:
    """Return a random number; uniqueness in the office is the database's task."""
    payload = f"{secrets.randbelow(10**6):06d}"
    return payload + check_digits(payload)


def is_wellformed(number: str) -> bool:
    """Return whether the number can be a sheet number: length, digits, check digits."""
    return (
        len(number) == LENGTH
        and number.isascii()
        and number.isdigit()
        and number[-2:] == check_digits(number[:-2])
    )


def shown(number: str) -> str:
    """Return the number as printed: 4-4."""
    return f"{number[:4]} {number[4:]}"
