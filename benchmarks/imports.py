"""How long a list takes, beside writing the same rows, already encrypted, to the tables."""

import csv
import io
from collections.abc import Callable, Iterator
from cProfile import Profile
from datetime import date
from functools import partial
from pathlib import Path
from pstats import Stats
from time import perf_counter
from typing import Any

from django.db import models

from benchmarks import tables
from benchmarks.office import make_office
from benchmarks.people import citizens
from puskesmas.actors import Actor
from puskesmas.models import Attachment, Office
from registry.imports.services import import_list
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    ImportRow,
    LifeEvent,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
    SearchTerm,
)

#: Every table an import writes to, in an order that foreign keys allow.
_WRITTEN: tuple[type[models.Model], ...] = (
    Attachment,
    Register,
    Import,
    RegisterVersion,
    Household,
    Resident,
    HouseholdMember,
    LifeEvent,
    ImportRow,
    RegisterRow,
    SearchTerm,
)
_TITLES = (
    "NO",
    "NIK",
    "NO KK",
    "NAMA",
    "JENIS KELAMIN",
    "TANGGAL LAHIR",
    "ALAMAT",
    "DUSUN",
    "RT",
    "RW",
    "DESIL",
)
_ON = date(2026, 10, 31)


def run(count: int) -> dict[str, Any]:
    """Load a population list, then a register's, of ``count`` rows; seconds and ratios."""
    actor = Actor.system(make_office().office)
    people = _sheet(count)
    residents = _timed(partial(_load, actor, people, Import.Kind.RESIDENTS, None))
    # Not the same bytes: a list is known by them.
    register = Register.objects.create(office=actor.office, code="DTSEN", name_id="DTSEN")
    listed = _timed(partial(_load, actor, people + b"\n", Import.Kind.REGISTER, register))
    rows = {model: tables.read(model) for model in _WRITTEN}
    floors = _floors(actor.office, rows)
    return {
        "residents": _beside(residents, floors["residents"]),
        "register": _beside(listed, floors["register"]),
        "rows written": {model.__name__: len(rows[model]) for model in _WRITTEN},
    }


def profile(count: int, *, into: Path) -> None:
    """Write where the time of loading residents goes, as text."""
    actor = Actor.system(make_office().office)
    profiler = Profile()
    profiler.runcall(_load, actor, _sheet(count), Import.Kind.RESIDENTS, None)
    with into.open("w") as out:
        Stats(profiler, stream=out).sort_stats("cumtime").print_stats(120)


def _load(actor: Actor, content: bytes, kind: str, register: Register | None) -> None:
    import_list(
        actor=actor,
        content=content,
        name="penduduk.csv",
        kind=kind,
        data_date=_ON,
        register=register,
        source="ukur",
    )


def _floors(office: Office, rows: dict[type[models.Model], list[tables.Row]]) -> dict[str, float]:
    """Return seconds to write what each list left, with every index and key in force."""
    tables.empty(_WRITTEN)
    of_register = (RegisterRow,)
    others = [model for model in _WRITTEN if model not in of_register]
    return {
        "residents": sum(_timed(partial(tables.write, one, rows[one])) for one in others),
        "register": sum(_timed(partial(tables.write, one, rows[one])) for one in of_register),
    }


def _beside(ours: float, floor: float) -> dict[str, float]:
    return {"s": round(ours, 1), "floor_s": round(floor, 1), "ratio": round(ours / floor, 1)}


def _timed(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


def _sheet(count: int) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_TITLES)
    writer.writerows(_lines(count))
    return out.getvalue().encode()


def _lines(count: int) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(citizens(count), start=1):
        yield (
            number,
            one.nik,
            one.kk,
            one.name,
            one.sex,
            f"{one.born:%d-%m-%Y}",
            one.address,
            one.dusun,
            one.rt,
            one.rw,
            one.family % 10 + 1,
        )
