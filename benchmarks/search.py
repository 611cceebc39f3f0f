"""How long the search page takes, beside a bare view that runs the same SQL."""

import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from benchmarks.office import fill, make_office
from benchmarks.slips import two_slips
from puskesmas.actors import Actor
from puskesmas.models import User
from registry import search_terms
from registry.finding import find_people
from registry.models import Resident
from registry.naming import name_key

_ASKED = 60
_statements: list[tuple[str, Any]] = []


def replay(request: HttpRequest) -> HttpResponse:
    """Run the statements last recorded and return what they gave: the floor."""
    with connection.cursor() as cursor:
        given = []
        for sql, params in _statements:
            cursor.execute(sql, params)
            given.append(str(cursor.fetchall()) if cursor.description else "")
    return HttpResponse("".join(given))


urlpatterns = [path("", replay)]

#: What is typed for a person: by name of the kind.
TYPED: dict[str, Callable[[Resident, Random], str]] = {
    "name, two slips": lambda one, rng: two_slips(one.name.lower(), rng),
    "name begun": lambda one, rng: one.name.lower()[: max(3, len(one.name) * 2 // 3)],
    "name, RT and RW": lambda one, rng: f"{one.name.lower()} rt {one.rt} rw {one.rw}",
    "address": lambda one, rng: one.address.lower(),
    "NIK": lambda one, rng: one.nik,
}


def run(count: int) -> dict[str, Any]:
    """Fill an office and measure; milliseconds, ratios and shares."""
    actor = make_office()
    started = perf_counter()
    fill(actor.office, count)
    filled = perf_counter() - started
    rng = Random(7)
    people = Resident.objects.in_bulk([rng.randint(1, count) for _ in range(_ASKED)])
    cold, grown = _first_search(actor)
    figures: dict[str, Any] = {"fill_s": round(filled), "cold_s": cold, "terms_mib": grown}
    for kind, typed in TYPED.items():
        texts = [typed(one, rng) for one in people.values()]
        figures[kind] = _measure(texts, actor)
    figures["recall"] = _recall(list(people.values()), actor, rng)
    return figures


def _first_search(actor: Actor) -> tuple[float, int]:
    """Return seconds and MiB that the first search of a fresh process costs."""
    before, started = _memory_mib(), perf_counter()
    search_terms.terms_of(actor.office.pk)
    return round(perf_counter() - started, 2), _memory_mib() - before


def _memory_mib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def _measure(texts: list[str], actor: Actor) -> dict[str, float]:
    """Return the page's and the selector's times, and their ratios to the floor's.

    ``cpu`` is this process alone: what the page costs when nobody else wants the processor.
    """
    ask: Callable[[], object]
    ours, floor = Client(headers={"HX-Request": "true"}), Client()
    ours.force_login(User.objects.get())
    ours.post("/people/", {"q": "siti"})
    page, cpu, bare, find, bare_find = [], [], [], [], []
    for text in texts:
        ask = partial(ours.post, "/people/", {"q": text})
        page.append(_best(ask))
        cpu.append(_best(ask, clock=process_time))
        bare.append(_floor(floor, ask))
        look = partial(find_people, text, actor=actor)
        find.append(_best(look))
        bare_find.append(_floor(floor, look))
    return {
        "p50_ms": _at(page, 50),
        "p95_ms": _at(page, 95),
        "cpu_p95_ms": _at(cpu, 95),
        "selector_p95_ms": _at(find, 95),
        "p50_ratio": round(_at(page, 50) / _at(bare, 50), 1),
        "p95_ratio": round(_at(page, 95) / _at(bare, 95), 1),
        "selector_p50_ratio": round(_at(find, 50) / _at(bare_find, 50), 1),
    }


def _floor(client: Client, act: Callable[[], object]) -> float:
    """Return what a bare view takes for the SQL of an act."""
    _statements.clear()
    with connection.execute_wrapper(_record):
        act()
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF="benchmarks.search"):
        client.handler.load_middleware()
        return _best(partial(client.post, "/"))


def _best(act: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Return seconds, the best of three: what it takes, not what the neighbours take."""
    took = []
    for _ in range(3):
        started = clock()
        act()
        took.append(clock() - started)
    return min(took)


def _at(times: list[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return round(sorted(times)[len(times) * percent // 100] * 1000, 1)


def _record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Keep what is read; what is written, such as the audit of a NIK, is left to the page."""
    if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not many:
        _statements.append((sql, params))
    return execute(sql, params, many, context)


def _recall(people: list[Resident], actor: Actor, rng: Random) -> dict[str, float]:
    """Return shares found among the first 20 of names with two slips.

    The name: somebody of that very name is shown. The person: he himself, with and without his RT
    and RW typed too, for a common name has more than 20 bearers.
    """
    asked = [(one, two_slips(one.name.lower(), rng)) for one in people]
    name = person = near = long_name = 0
    for one, typed in asked:
        found = [hit.resident for hit in find_people(typed, actor=actor)]
        named = name_key(one.name) in {name_key(hit.name) for hit in found}
        name += named
        long_name += named and len(one.name) > 7
        person += one in found
        placed = find_people(f"{typed} rt {one.rt} rw {one.rw}", actor=actor)
        near += one in [hit.resident for hit in placed]
    longer = sum(len(one.name) > 7 for one in people)
    return {
        "name": round(name / len(asked), 3),
        "name of 8 letters and more": round(long_name / longer, 3),
        "person": round(person / len(asked), 3),
        "person, RT and RW typed": round(near / len(asked), 3),
    }
