"""Receipt numbers: twelve digits, ten random and two that catch slips of the pen.

Check digits after ISO 7064 MOD 97-10, which catches every single wrong digit, every swap of two
neighbours and nearly every longer slip. The number is not a count: it tells nobody how many cases
an office has, and the next one cannot be guessed.
"""

import secrets

LENGTH = 12


def new_number() -> str:
    """Return a random number; uniqueness is the database's task (retry on a clash)."""
    payload = f"{secrets.randbelow(10**10):010d}"
    return payload + check_digits(payload)


def check_digits(payload: str) -> str:
    """Return the two ISO 7064 MOD 97-10 digits of a string of digits."""
    return f"{98 - int(payload) * 100 % 97:02d}"


def is_wellformed(number: str) -> bool:
    """Return whether the number can be a receipt number: length, digits, check digits."""
    return (
        len(number) == LENGTH
        and number.isascii()
        and number.isdigit()
        and int(number) % 97 == 1
        and number[-2:] == check_digits(number[:-2])
    )


def normalise(typed: str) -> str:
    """Return what was typed without spaces, dots and dashes."""
    return "".join(char for char in typed if char not in " .-\u2013\u00a0\t")


def shown(number: str) -> str:
    """Return the number as printed: 4-4-4."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"
