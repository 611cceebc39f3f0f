"""People as lists really write them: a village with its traps, and rows about it with known truth.

The traps: fathers and sons of one name in one house, twins, 23 people at one address, one name in
three houses, sisters whose names differ in a letter. All invented.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.imports.rows import Row
from registry.models import Resident
from registry.naming import address_key, name_key

_FIRST = (
    *("Siti", "Nur", "Ahmad", "Muhammad", "Sri", "Dewi", "Agus", "Bambang", "Endang", "Wahyu"),
    *("Rina", "Yuli", "Hadi", "Joko", "Slamet", "Sholihin", "Khodijah", "Fatimah", "Rahmat"),
    *("Zainal", "Abdul", "Imam", "Umi", "Sulastri", "Mariyam", "Kholifah", "Dzikri", "Musthofa"),
)
_LAST = (
    *("Aminah", "Rohmah", "Hidayat", "Santoso", "Wibowo", "Lestari", "Maulana", "Ningsih"),
    *("Sutrisno", "Kusuma", "Fauziyah", "Hasanah", "Rahmawati", "Susanti", "Prasetyo", "Mulyadi"),
    *("Khasanah", "Syarifuddin", "Thohir", "Ghufron", "Setiawan", "Anggraini", "Wahyuningsih"),
    *("Firmansyah", "Nurjanah", "Suryani", "Hartono", "Gunawan", "Iskandar", "Puspitasari"),
)
_MUHAMMADS = ("M.", "Moh.", "Muh.", "Mhd.", "Moch.", "Mochamad", "Mokhamad", "Mohammad")
_STREETS = ("Taman Sari", "Kebon Bibit", "Cihampelas", "Pelesiran", "Sawah Kurung", "Mawar Bodas")


@dataclass(frozen=True)
class Told:
    """A row of a list, and whom it is about: a resident's pk, None for a stranger."""

    row: Row
    truth: int | None


def village(office, rng: Random, size: int = 300) -> list[Resident]:
    """Write a village of ``size`` ordinary people and the traps; return them all."""
    people = [_person(office, rng) for _ in range(size)]
    people += _traps(office, rng)
    return Resident.objects.bulk_create(people)


def _person(office, rng: Random, **told) -> Resident:
    facts = {
        "name": f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        "birth_date": date(1945, 1, 1) + timedelta(days=rng.randrange(27_000)),
        "address": f"Jl. {rng.choice(_STREETS)} No. {rng.randint(1, 90)}",
        "rt": f"{rng.randint(1, 5):03}",
        "rw": f"{rng.randint(1, 4):03}",
    } | told
    return Resident(
        office=office,
        name_key=name_key(facts["name"]),
        address_key=address_key(facts["address"]),
        **facts,
    )


def _traps(office, rng: Random) -> list[Resident]:
    people = []
    for n in range(12):
        house = {"address": f"Gg. Melati {n + 1}", "rt": "006", "rw": f"{n % 4 + 1:03}"}
        father = _person(office, rng, **house)
        people += [father, _person(office, rng, **house, name=father.name)]
        born = father.birth_date + timedelta(days=9_000)
        twin = rng.choice(("Hasan", "Rina", "Nur Aini", "Dwi Lestari"))
        other = {"Hasan": "Husen", "Rina": "Rini", "Nur Aini": "Nur Aina"}.get(twin, "Dwi Lestary")
        people += [
            _person(office, rng, **house, name=one, birth_date=born) for one in (twin, other)
        ]
        sister = rng.choice(("Siti Rahmah", "Siti Aminah"))
        people += [_person(office, rng, **house, name=one) for one in (sister, f"{sister[:-2]}ih")]
    for _ in range(23):
        people.append(_person(office, rng, address="Jl. Tamansari", rt="007", rw="001"))
    for n in range(15):
        name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
        people += [
            _person(office, rng, name=name, rt=f"{8 + k:03}", rw=f"{n % 4 + 1:03}")
            for k in range(3)
        ]
    return people


def rows_about(people: list[Resident], rng: Random) -> list[Told]:
    """Return an ugly row about each of the people, without a NIK, and rows about strangers."""
    told = [Told(_ugly(one, rng, line), one.pk) for line, one in enumerate(people)]
    strangers = [
        Told(_ugly(_person(None, rng), rng, len(people) + n), None) for n in range(len(people) // 3)
    ]
    rows = told + strangers
    rng.shuffle(rows)
    return rows


def _ugly(one: Resident, rng: Random, line: int) -> Row:
    row = Row(
        line=line,
        cells=[],
        name=ugly_name(one.name, rng),
        birth_date=one.birth_date if rng.random() < 0.5 else None,
        address=ugly_street(one.address, rng) if rng.random() < 0.9 else "",
        rt=one.rt.lstrip("0") if rng.random() < 0.5 else one.rt,
        rw=one.rw,
    )
    row.seal()
    return row


def ugly_name(name: str, rng: Random) -> str:
    """Return the name as a list may have it: slips, titles, other orders, spellings and cases."""
    first, _space, last = name.partition(" ")
    ways = [
        slipped(name, rng),
        f"{rng.choice(('H.', 'Hj.', 'Drs.', 'Alm.', 'Ust.'))} {name}",
        f"{name}, {rng.choice(('S.Pd', 'S.H.', 'SE', 'A.Md'))}",
        respelled(name),
        name.replace("Muhammad", rng.choice(_MUHAMMADS)).upper(),
        name.replace(" ", ""),
        f"{name} {rng.choice(('bin', 'binti', 'Bin', 'BINTI'))} {rng.choice(_FIRST)}",
        name.upper(),
        name,
    ]
    if last:
        ways += [f"{last} {first}", f"{first[0]}. {last}", f"{first} bin {last}"]
    return rng.choice(ways)


def respelled(name: str) -> str:
    """Return the name as another clerk hears it."""
    for old, new in (("Sh", "S"), ("Kh", "K"), ("dz", "z"), ("th", "t"), ("y", "i"), ("ah", "a")):
        name = name.replace(old, new)
    return name


def slipped(text: str, rng: Random) -> str:
    """Return the text with one slip of the finger: a letter left out, doubled or swapped."""
    place = rng.randrange(1, max(2, len(text) - 1))
    kind = rng.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def ugly_street(address: str, rng: Random) -> str:
    """Return the address as another clerk writes it, or as it is."""
    change = rng.randrange(6)
    if change == 0:
        return address.replace("Jl. ", rng.choice(("Jalan ", "JLN ", "")))
    if change == 1:
        return address.replace("Taman Sari", rng.choice(("Tamansari", "Tmaansari", "Tamansri")))
    if change == 2:
        return address.replace(" No. ", rng.choice((" No.", " nomor ", " ")))
    if change == 3:
        return address.replace("Gg. ", "Gang ").upper()
    return address
