"""The code under a letter's QR: 25 letters and digits, 5-5-5-5-5, that a person can type.

125 random bits in Crockford's base 32, which leaves out I, L, O and U: what looks alike when typed
from paper means the same. Stored hashed (looked up) and encrypted (printed again).
"""

import secrets

from puskesmas.crypto import token_hash

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 25
_GROUP = 5
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DECORATION = " -–.\u00a0\t"


def new_code() -> str:
    """Return a fresh code, without its dashes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """Return the code as printed: ``7Q2MK-…-X3PD9``."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normalise(typed: str) -> str:
    """Return what was typed as a code: upper case, no dashes, look-alikes read as digits."""
    plain = "".join(char for char in typed.upper() if char not in _DECORATION)
    return plain.translate(_LOOK_ALIKE)


def is_wellformed(code: str) -> bool:
    """Return whether a normalised text can be a code at all."""
    return len(code) == LENGTH and all(char in ALPHABET for char in code)


def lookup(code: str) -> str:
    """Return what the database knows a normalised code by."""
    return token_hash(code)
