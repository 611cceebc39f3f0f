"""NIK and KK numbers: what they say, and what is wrong with them.

A NIK (Nomor Induk Kependudukan, UU 24/2013 art. 13, Permendagri 108/2019) has 16 digits: province
2, regency 2, kecamatan 2 *of first registration*, birth date DDMMYY (a woman's day + 40), serial
4. It is for life: moving, or a corrected birth date, does not change it, so a NIK that disagrees
with the stated facts earns a warning and never an error. A KK number has the same shape, with the
day the card was first registered in the place of the birth date.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROVINCES = {
    "11": "Aceh",
    "12": "Sumatera Utara",
    "13": "Sumatera Barat",
    "14": "Riau",
    "15": "Jambi",
    "16": "Sumatera Selatan",
    "17": "Bengkulu",
    "18": "Lampung",
    "19": "Kepulauan Bangka Belitung",
    "21": "Kepulauan Riau",
    "31": "DKI Jakarta",
    "32": "Jawa Barat",
    "33": "Jawa Tengah",
    "34": "DI Yogyakarta",
    "35": "Jawa Timur",
    "36": "Banten",
    "51": "Bali",
    "52": "Nusa Tenggara Barat",
    "53": "Nusa Tenggara Timur",
    "61": "Kalimantan Barat",
    "62": "Kalimantan Tengah",
    "63": "Kalimantan Selatan",
    "64": "Kalimantan Timur",
    "65": "Kalimantan Utara",
    "71": "Sulawesi Utara",
    "72": "Sulawesi Tengah",
    "73": "Sulawesi Selatan",
    "74": "Sulawesi Tenggara",
    "75": "Gorontalo",
    "76": "Sulawesi Barat",
    "81": "Maluku",
    "82": "Maluku Utara",
    "91": "Papua",
    "92": "Papua Barat",
    "93": "Papua Selatan",
    "94": "Papua Tengah",
    "95": "Papua Pegunungan",
    "96": "Papua Barat Daya",
}
"""Kemendagri province codes in force since the Papua provinces of 2022."""

MALE, FEMALE = "L", "P"
_LENGTH = 16
# Indonesian numbers have 13 digits at most, one more when typed with 62.
_LONGEST_PHONE = 14
_WOMAN = 40
# Spaces, dots, dashes and the apostrophe Excel users put in front: they carry no meaning.
_DECORATION = re.compile(r"[\s.\-'’`\u200b\ufeff]+")


class IdentityError(ValueError):
    """A number that cannot be a NIK or KK.

    ``code`` is one of ``length``, ``not_digits``, ``province``, ``region``, ``date``, ``serial``;
    ``message`` says in words what is wrong and what to do.
    """

    def __init__(self, code: str, message: Promise | str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Concern:
    """Something unlikely but possible: shown to the officer, never a reason to refuse.

    ``code`` is one of ``sex_differs``, ``birth_date_differs``, ``region_other``, ``date``; with
    ``impossible`` that of an :class:`IdentityError`: such a number stands only where it is already.
    """

    code: str
    message: Promise | str
    impossible: bool = False


@dataclass(frozen=True)
class Nik:
    """What a NIK says. ``region`` is six digits; ``birth_date`` has its century chosen."""

    region: str
    birth_date: date
    sex: str
    serial: str

    def __str__(self) -> str:
        """Return the 16 digits; ``parse_nik`` of them gives this value back."""
        day = self.birth_date.day + (_WOMAN if self.sex == FEMALE else 0)
        return f"{self.region}{day:02d}{self.birth_date:%m%y}{self.serial}"

    @property
    def province(self) -> str:
        return PROVINCES[self.region[:2]]


@dataclass(frozen=True)
class Kk:
    """What a KK number says. ``registered`` is None where the six digits are no date."""

    region: str
    date_digits: str
    registered: date | None
    serial: str

    def __str__(self) -> str:
        return f"{self.region}{self.date_digits}{self.serial}"


def clean_number(text: str) -> str:
    """Return ``text`` without the decoration people type into numbers."""
    return _DECORATION.sub("", text)


def check_typed_number(text: str) -> None:
    """Refuse digits that can only be meant as a NIK or KK and are not 16; anything else passes.

    Raises:
        IdentityError: more digits than a telephone number has, fewer or more than 16.
    """
    number = clean_number(text)
    digits = len(number) if number.isascii() and number.isdigit() else 0
    if digits > _LONGEST_PHONE and digits != _LENGTH:
        message = _("NIK dan No. KK terdiri dari 16 angka; yang diketik %(typed)d.")
        raise IdentityError("length", message % {"typed": digits})


def parse_nik(text: str, *, today: date, stated_birth_date: date | None = None) -> Nik:
    """Read a NIK.

    The century is the one that agrees with ``stated_birth_date``; without that agreement the
    latest that is not in the future of ``today``, since a newborn is likelier than someone past
    a hundred.

    Raises:
        IdentityError: not 16 digits, an unknown province, a region or serial of zeros, or a date
            that no calendar has.
    """
    region, six, serial = _split(text, _("NIK"))
    day = int(six[:2])
    sex = FEMALE if day > _WOMAN else MALE
    born = _choose_century(
        day - _WOMAN if sex == FEMALE else day,
        int(six[2:4]),
        int(six[4:]),
        today=today,
        stated=stated_birth_date,
    )
    if born is None:
        raise IdentityError(
            "date",
            _(
                "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir yang mungkin. "
                "Periksa lagi di KTP atau KK."
            ),
        )
    return Nik(region=region, birth_date=born, sex=sex, serial=serial)


def parse_kk(text: str, *, today: date) -> Kk:
    """Read a KK number.

    Cards registered before the present system carry dates that are none; refusing them would turn
    a household away, so an impossible date leaves ``registered`` None (see ``kk_concerns``).

    Raises:
        IdentityError: not 16 digits, an unknown province, or a region or serial of zeros.
    """
    region, six, serial = _split(text, _("Nomor KK"))
    registered = _choose_century(
        int(six[:2]), int(six[2:4]), int(six[4:]), today=today, stated=None
    )
    return Kk(region=region, date_digits=six, registered=registered, serial=serial)


def nik_concerns(
    nik: Nik,
    *,
    sex: str = "",
    birth_date: date | None = None,
    regions: Iterable[str] = (),
) -> list[Concern]:
    """Compare a NIK with the stated facts; facts not stated are not compared.

    ``regions`` holds the first six (or four, or two) digits that are ours; empty compares nothing.
    """
    found = []
    if sex and sex != nik.sex:
        found.append(
            Concern(
                "sex_differs",
                _("Menurut NIK jenis kelaminnya lain daripada yang diisi. Periksa KTP atau KK."),
            )
        )
    if birth_date and birth_date != nik.birth_date:
        found.append(
            Concern(
                "birth_date_differs",
                _(
                    "Tanggal lahir menurut NIK lain daripada yang diisi. Ini bisa benar bila "
                    "tanggal lahir pernah diperbaiki; periksa KTP atau KK."
                ),
            )
        )
    ours = tuple(regions)
    if ours and not nik.region.startswith(ours):
        found.append(Concern("region_other", _("NIK ini pertama kali diterbitkan di daerah lain.")))
    return found


def kk_concerns(kk: Kk) -> list[Concern]:
    """Return what is unlikely about a KK number."""
    if kk.registered is None:
        return [
            Concern(
                "date",
                _("Tanggal di dalam nomor KK tidak mungkin. Periksa lagi di kartu KK."),
            )
        ]
    return []


def format_number(number: str) -> str:
    """Return 16 digits in groups of four, as people read them aloud."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def mask_number(number: str) -> str:
    """Return the number as plain text with all but its last four digits hidden.

    For officers only: the last four are what the public status page asks for.
    """
    return "•" * max(len(number) - 4, min(len(number), 4)) + number[4:][-4:]


def _split(text: str, what: Promise) -> tuple[str, str, str]:
    digits = clean_number(text)
    if not (digits.isascii() and digits.isdigit()):
        raise IdentityError("not_digits", _("%(what)s hanya terdiri dari angka.") % {"what": what})
    if len(digits) != _LENGTH:
        raise IdentityError(
            "length",
            _("%(what)s harus 16 angka; yang diisi %(count)s angka. Periksa lagi di KTP atau KK.")
            % {"what": what, "count": len(digits)},
        )
    region, six, serial = digits[:6], digits[6:12], digits[12:]
    if region[:2] not in PROVINCES:
        raise IdentityError(
            "province",
            _("Dua angka pertama %(what)s (%(code)s) bukan kode provinsi. Periksa lagi.")
            % {"what": what, "code": region[:2]},
        )
    if region[2:4] == "00" or region[4:] == "00":
        raise IdentityError(
            "region",
            _("Kode kabupaten atau kecamatan di %(what)s tidak mungkin 00. Periksa lagi.")
            % {"what": what},
        )
    if serial == "0000":
        raise IdentityError(
            "serial",
            _("Empat angka terakhir %(what)s tidak mungkin 0000. Periksa lagi di KTP atau KK.")
            % {"what": what},
        )
    return region, six, serial


def _choose_century(
    day: int, month: int, year: int, *, today: date, stated: date | None
) -> date | None:
    possible = []
    for century in (2000, 1900):
        try:
            candidate = date(century + year, month, day)
        except ValueError:
            continue
        if candidate <= today:
            possible.append(candidate)
    if stated in possible:
        return stated
    # A stated year settles the century even where day or month disagree.
    if stated and (near := [found for found in possible if found.year == stated.year]):
        return near[0]
    return possible[0] if possible else None
