"""Invented people by the million: the demo's words, and a tail of rare words as real towns have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.demo.names import JAVA_MADURA, SUNDA, full_name

#: An unassigned kecamatan: these numbers are nobody's.
PREFIX = "350999"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SYLLABLES = _words(
    """a i u ba bi bu ca ci da di du fa fi ga gi ha hi ja ji ka ki ku la li lu ma mi mu na ni nu pa
    pi ra ri ru sa si su ta ti tu wa wi ya yu za nga nya"""
)
_STREETS = _words(
    """Melati Mawar Kenanga Anggrek Cempaka Dahlia Flamboyan Merpati Garuda Kutilang Merdeka
    Pahlawan Sudirman Diponegoro Kartini Mangga Rambutan Jambu Nangka Salak Beringin Cemara Mahoni
    Sawo Durian Belimbing"""
)
_SECOND = _words("Indah Sari Raya Timur Barat Utara Selatan Dalam Hilir Baru Asri Permai")
_DUSUN = _words("Krajan Sumberejo Karanganyar Sukomoro Tegalrejo Wonosari Kaliputih Pasar")
FAMILY = 3
_FAMILIES_PER_RT = 70
_RT_PER_RW = 5


@dataclass(frozen=True)
class Citizen:
    """One invented resident. ``family`` numbers his card from 0."""

    name: str
    sex: str
    born: date
    nik: str
    kk: str
    family: int
    address: str
    dusun: str
    rt: str
    rw: str


def citizens(count: int, *, seed: int = 1) -> Iterator[Citizen]:
    """Yield the same people every time. One in three bears a word from a tail of 20,000."""
    rng = Random(seed)
    rare = ["".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3, 3, 4)))) for _ in range(20_000)]
    serials: dict[str, int] = {}
    for number in range(count):
        family = number // FAMILY
        rt_number = family // _FAMILIES_PER_RT
        sex, born = rng.choice("LP"), date(1940, 1, 1) + timedelta(days=rng.randrange(29_000))
        words = JAVA_MADURA if rng.random() < 0.6 else SUNDA
        name = full_name(words, sex=sex, birth_year=born.year, father="", rng=rng)
        if rng.random() < 1 / 3:
            name = f"{name.rsplit(' ', 1)[0]} {rare[int(20_000 * rng.random() ** 2)].upper()}"
        day = f"{born.day + (40 if sex == 'P' else 0):02d}{born:%m%y}"
        serials[day] = serials.get(day, 0) + 1
        street = f"{_STREETS[rt_number % 26]} {_SECOND[rt_number // 26 % 12]}"
        yield Citizen(
            name=name,
            sex=sex,
            born=born,
            nik=f"{PREFIX}{day}{serials[day]:04d}",
            kk=f"{PREFIX}{family // 9_999 % 28 + 1:02d}{family // 279_972 % 12 + 1:02d}"
            f"15{family % 9_999 + 1:04d}",
            family=family,
            address=f"Jl. {street} No. {family % _FAMILIES_PER_RT + 1}",
            dusun=_DUSUN[rt_number // _RT_PER_RW % 8],
            rt=f"{rt_number % _RT_PER_RW + 1:03d}",
            rw=f"{rt_number // _RT_PER_RW % 999 + 1:03d}",
        )
