"""How long a list takes, beside writing the same rows, already encrypted, to the tables."""

import csv
import io
import os
import resource
from collections.abc import Callable, Iterable, Iterator
from cProfile import Profile
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from pstats import Stats
from time import perf_counter
from typing import Any

from django.db import connection, models

from benchmarks import tables
from benchmarks.office import make_office
from benchmarks.people import citizens
from puskesmas.actors import Actor
from puskesmas.models import Attachment
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


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of processor time: ours, our children's, the database's for us."""

    seconds: float
    cpu: float

    @classmethod
    def so_far(cls) -> "Spent":
        ours = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return cls(perf_counter(), sum(one.ru_utime + one.ru_stime for one in ours) + _server())


def _server() -> float:
    """Return the processor seconds of PostgreSQL's process for us, if it runs on this machine."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        figures = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = figures.read_text().rpartition(")")[2].split()[11:13] if figures.exists() else []
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def run(count: int) -> dict[str, Any]:
    """Load a population list, then a register's, of ``count`` rows; seconds and ratios."""
    actor = Actor.system(make_office().office)
    people = _sheet(count)
    residents = _timed(partial(_load, actor, people, Import.Kind.RESIDENTS, None))
    # Not the same bytes: a list is known by them.
    register = Register.objects.create(office=actor.office, code="DTSEN", name_id="DTSEN")
    listed = _timed(partial(_load, actor, people + b"\n", Import.Kind.REGISTER, register))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = {model: tables.read(model) for model in _WRITTEN}
    floors = _floors(rows)
    return {
        "residents": _beside(residents, floors["residents"]),
        "register": _beside(listed, floors["register"]),
        "peak memory": {"MiB": peak},
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


def _floors(rows: dict[type[models.Model], list[tables.Row]]) -> dict[str, Spent]:
    """Return what it takes to write what each list left, with every index and key in force."""
    tables.empty(_WRITTEN)
    of_register = (RegisterRow,)
    others = [model for model in _WRITTEN if model not in of_register]
    return {
        "residents": _timed(partial(_write, others, rows)),
        "register": _timed(partial(_write, of_register, rows)),
    }


def _write(
    written: Iterable[type[models.Model]], rows: dict[type[models.Model], list[tables.Row]]
) -> None:
    for one in written:
        tables.write(one, rows[one])


def _beside(ours: Spent, floor: Spent) -> dict[str, float]:
    return {
        "s": round(ours.seconds, 1),
        "floor_s": round(floor.seconds, 1),
        "ratio": round(ours.seconds / floor.seconds, 2),
        "cpu_s": round(ours.cpu, 1),
        "floor_cpu_s": round(floor.cpu, 1),
        "cpu_ratio": round(ours.cpu / floor.cpu, 2),
    }


def _timed(act: Callable[[], object]) -> Spent:
    started = Spent.so_far()
    act()
    now = Spent.so_far()
    return Spent(now.seconds - started.seconds, now.cpu - started.cpu)


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
