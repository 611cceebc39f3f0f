"""Indonesian words on paper: dates, numbers, amounts, names.

Letters are always Indonesian, so nothing here depends on the language of the screen.
"""

from datetime import date
from decimal import Decimal

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
#: Of the week, Monday first.
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_SMALL = (
    *("nol", "satu", "dua", "tiga", "empat", "lima"),
    *("enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"),
)
_GROUPS = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (1000, "ribu"),
    (100, "ratus"),
    (10, "puluh"),
)
# One of these is one word: seribu, seratus; but satu juta.
_JOINED = {"ribu", "ratus"}
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def long_date(day: date | None) -> str:
    """Return ``22 November 2026``; nothing for nothing."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""


def weekday_date(day: date) -> str:
    """Return ``Minggu, 22 November 2026``."""
    return f"{DAYS[day.weekday()]}, {long_date(day)}"


def roman_month(day: date) -> str:
    """Return the month as letters number it: ``XI``."""
    return ROMAN_MONTHS[day.month - 1]


def terbilang(number: int) -> str:
    """Return a whole number, not negative, in words: ``1250`` is "seribu dua ratus lima puluh"."""
    if number < len(_SMALL):
        return _SMALL[number]
    if number < 20:
        return f"{_SMALL[number - 10]} belas"
    size, name = next((size, name) for size, name in _GROUPS if number >= size)
    many, rest = divmod(number, size)
    head = f"se{name}" if many == 1 and name in _JOINED else f"{terbilang(many)} {name}"
    return f"{head} {terbilang(rest)}" if rest else head


def counted(number: int, unit: str) -> str:
    """Return a count as letters write it: ``3 (tiga) berkas``."""
    return f"{number} ({terbilang(number)}) {unit}"


def rupiah(amount: int | Decimal) -> str:
    """Return whole rupiah: ``Rp1.250.000``."""
    return f"Rp{int(amount):,}".replace(",", ".")


def place_name(name: str) -> str:
    """Return a name in the case of print: "TEGALSARI MAKMUR" is "Tegalsari Makmur"."""
    return " ".join(word.capitalize() if word.isupper() else word for word in name.split())


def initials(name: str) -> str:
    """Return the first letter of each word, for a page anyone may see: ``S. W. A.``"""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum())


def masked(number: str) -> str:
    """Return a NIK or KK with only its last four digits: ``•••• •••• •••• 0001``."""
    return f"•••• •••• •••• {number[-4:]}" if number else ""
