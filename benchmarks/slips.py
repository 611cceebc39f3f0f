"""Slips of the finger, as people make them: a letter too many, too few, wrong, or two swapped."""

from random import Random
from string import ascii_lowercase


def slip(text: str, rng: Random) -> str:
    """Return the text with one slip, spaces included."""
    place = rng.randrange(len(text))
    before, letter, after = text[:place], text[place], text[place + 1 :]
    kind = rng.choice(("more", "less", "wrong", "swapped"))
    if kind == "more":
        return before + rng.choice(ascii_lowercase) + letter + after
    if kind == "less" and len(text) > 1:
        return before + after
    if kind == "swapped" and after:
        return before + after[0] + letter + after[1:]
    return before + rng.choice(ascii_lowercase) + after


def two_slips(text: str, rng: Random) -> str:
    return slip(slip(text, rng), rng)
