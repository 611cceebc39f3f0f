"""Keys of names and streets by which different spellings of one meet. None of them is stored."""

import re
from dataclasses import dataclass

# Written by one clerk and not by the next, before the name or behind it.
_TITLES = {
    *("dr", "prof", "ust", "ustad", "ustadz", "ustadzah", "kiai", "kyai", "nyai", "raden", "tgk"),
    *("spd", "sag", "sh", "se", "st", "skm", "skom", "ssos", "sip", "amd", "mpd", "mm", "msi"),
}
# "Md." is Muhammad in Sumatra and Made in Bali: the stored key leaves it as it is.
_MADE_OR_MUHAMMAD = "md"
# "S Pd", "A Md": a degree whose points became spaces.
_DEGREE = re.compile(r"( (s|m|a) (pd|ag|h|e|t|km|kom|sos|ip|md|m|si|pd i))+$")
# Sounds written in more than one way, the longer first.
_SOUNDS = (
    *(("sy", "s"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("kh", "k"), ("gh", "g"), ("dz", "z")),
    *(("ie", "i"), ("oo", "u"), ("v", "f"), ("q", "k"), ("y", "i"), ("x", "ks")),
)
_TWICE = re.compile(r"(.)\1+")
_FINAL_H = re.compile(r"(?<=[aiu])h\b")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Name:
    """A name's keys: as spelled, its words sorted, without spaces."""

    key: str
    spelled: str
    bag: str
    joined: str

    @classmethod
    def of(cls, name_key: str) -> "Name":
        """Return the keys of a name, given as :func:`registry.naming.name_key` has it."""
        plain = _DEGREE.sub("", name_key)
        kept = [word for word in plain.split() if word not in _TITLES] or plain.split()
        spelled = " ".join(_sound(word) for word in kept)
        return cls(
            " ".join(kept), spelled, " ".join(sorted(spelled.split())), spelled.replace(" ", "")
        )

    @property
    def words(self) -> list[str]:
        return self.spelled.split()

    @property
    def is_long(self) -> bool:
        """Return whether it has two words or more, initials not counted."""
        return sum(len(word) > 1 for word in self.words) > 1


@dataclass(frozen=True)
class Street:
    """An address's letters in one piece, and its numbers: "tamansari", ("12",)."""

    letters: str
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, address_key: str) -> "Street":
        """Return the keys of an address, given as :func:`registry.naming.address_key` has it."""
        numbers = tuple(digits.lstrip("0") for digits in _NUMBERS.findall(address_key))
        letters = re.sub(r"[\d ]+", "", address_key)
        return cls(_TWICE.sub(r"\1", letters), numbers)


def neighbourhood(rt: str, rw: str) -> tuple[str, str]:
    """Return RT and RW without the zeros that lists put before them."""
    return rt.lstrip("0"), rw.lstrip("0")


def _sound(word: str) -> str:
    if word == _MADE_OR_MUHAMMAD:
        word = "muhammad"
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", _FINAL_H.sub("", word))
