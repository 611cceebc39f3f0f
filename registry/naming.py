"""Names as keys: two spellings of one name should meet.

``name_key`` is what is stored and searched; it never replaces the name people see.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

_MUHAMMAD = {
    *("m", "moh", "mohd", "muh", "muhd", "mhd", "moch", "much", "mokh", "mukh"),
    *("mochamad", "mochamat", "mochammad", "mochammed", "muchamad", "muchamat", "muchammad"),
    *("mohamad", "mohamat", "mohammad", "mohammed", "muhamad", "muhamat", "muhammad", "muhammed"),
    *("mokhamad", "mokhamat", "mokhammad", "mukhamad", "mukhamat", "mukhammad"),
}
#: A word by how else it is written.
SPELLINGS = dict.fromkeys(sorted(_MUHAMMAD - {"muhammad"}), "muhammad")
# Titles and family links that one list writes and the next leaves out.
_DROPPED = {"bin", "binti", "bt", "alm", "almh", "almarhum", "almarhumah", "h", "hj", "haji"} | {
    "hajah",
    "hajjah",
    "kh",
    "drs",
    "dra",
    "ir",
    "sdr",
    "sdri",
    "bpk",
    "ibu",
}
# The spelling of before 1972, still on old cards.
_OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"), ("sj", "sy"), ("ch", "kh"))
_NEIGHBOURHOOD = re.compile(r"\b(rt|rw)\b[\s./:]*\d{1,3}")
_QUOTE = re.compile(r"['`]")
_NO_LETTER = re.compile(r"[^a-z ]+")
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")
_NO_STREET = {"jl", "jln", "jalan", "no", "nomor"}
_STREET = {"gang": "gg", "dusun": "dsn", "kampung": "kp", "komplek": "komp", "perumahan": "perum"}
SAME_NAME_AT = 82.0
"""Score (0–100) from which two names on one card are taken for one person, mistyped."""


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """Return the name in lower case, without titles, marks and doubled spaces.

    The spellings of Muhammad become one, old spelling becomes new. A name of nothing but titles
    keeps them.
    """
    words = _NO_LETTER.sub(" ", _QUOTE.sub("", _unmarked(name))).split()
    kept = [word for word in words if word not in _DROPPED] or words
    return " ".join(_spell(word) for word in kept)[:120]


@lru_cache(maxsize=10_000)
def address_key(address: str) -> str:
    """Return the address in lower case, without "Jalan", "No.", RT and RW, and marks.

    RT and RW have columns of their own, and one list in two repeats them in the address.
    """
    words = _NO_LETTER_OR_DIGIT.sub(" ", _NEIGHBOURHOOD.sub(" ", _unmarked(address))).split()
    return " ".join(_STREET.get(word, word) for word in words if word not in _NO_STREET)[:200]


def tidy_name(name: str) -> str:
    """Return the name as written, with single spaces and none around."""
    return " ".join(name.split())


def same_name(one: str, other: str) -> bool:
    """Return whether two keys are one name but for a slip of the finger."""
    return one == other or fuzz.ratio(one, other) >= SAME_NAME_AT


def _unmarked(text: str) -> str:
    """Return the text in small letters without the marks on them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return text.lower()


def _spell(word: str) -> str:
    if word in SPELLINGS:
        return SPELLINGS[word]
    for old, new in _OLD_SPELLING:
        word = word.replace(old, new)
    return word
