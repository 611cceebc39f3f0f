"""The code on a ticket: ten random digits that a scanner types, or a hand."""

import secrets

LENGTH = 10


def new_code() -> str:
    """Return ten digits. Known to nobody before, but no key: the table looks at the person too."""
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"


def typed_code(text: str) -> str:
    """Return what was scanned or typed as a code, "" when it is none: ``12345 67890``."""
    digits = "".join(char for char in text if char not in " -.")
    return digits if len(digits) == LENGTH and digits.isascii() and digits.isdigit() else ""


def shown(code: str) -> str:
    """Return the code as printed: ``12345 67890``."""
    return f"{code[:5]} {code[5:]}"
