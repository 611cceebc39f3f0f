"""How long the search page takes, beside two bare views that run the same SQL."""

import resource
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, override_settings
from django.urls import path

from benchmarks.office import fill, make_office
from benchmarks.slips import two_slips
from puskesmas.actors import Actor
from puskesmas.models import User
from puskesmas.pages import officer_page
from registry import search_terms
from registry.finding import find_people
from registry.models import Resident
from registry.naming import name_key
from registry.roles import READERS

_ASKED = 60
_statements: list[tuple[str, Any]] = []
#: Statements of the middleware a view stands behind: these it runs by itself.
_SESSION = ('"django_session"', 'FROM "puskesmas_user"')
_OURS = (*_SESSION, 'FROM "puskesmas_assignment"')


@officer_page(*READERS)
def inside(request: HttpRequest) -> HttpResponse:
    """Run what the page ran, behind all the middleware and rights it stands behind itself."""
    request.session.modified = any('UPDATE "django_session"' in sql for sql, _ in _statements)
    return _replay(_OURS, writes=True)


@login_required
def outside(request: HttpRequest) -> HttpResponse:
    """Run what the page read, behind nothing but Django's own log-in."""
    return _replay(_SESSION, writes=False)


def _replay(by_middleware: Sequence[str], *, writes: bool) -> HttpResponse:
    given = []
    with connection.cursor() as cursor:
        for sql, params in _statements:
            reads = sql.startswith(("SELECT", "WITH"))
            if (reads or writes) and not any(part in sql for part in by_middleware):
                cursor.execute(sql, params)
                given.append(cursor.fetchall() if reads else [])
    return JsonResponse(given, safe=False, json_dumps_params={"default": str})


urlpatterns = [path("inside/", inside), path("outside/", outside)]
#: What a Django page for those who logged in cannot be without.
_BARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

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
    before, started = memory_mib(), perf_counter()
    search_terms.terms_of(actor.office.pk)
    return round(perf_counter() - started, 2), memory_mib() - before


def memory_mib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def _measure(texts: list[str], actor: Actor) -> dict[str, float]:
    """Return the page's and the selector's times, and the page's ratio to both floors.

    ``cpu`` is this process alone: what the page costs when nobody else wants the processor.
    """
    user = User.objects.get()
    ours, bare = Client(headers={"HX-Request": "true"}), Client()
    ours.force_login(user)
    bare.force_login(user)
    ours.post("/people/", {"q": "siti"})
    pages, floors, outsides, finds = [], [], [], []
    with override_settings(MIDDLEWARE=_BARE):
        bare.handler.load_middleware()
    for text in texts:
        ask = partial(ours.post, "/people/", {"q": text})
        _statements.clear()
        with connection.execute_wrapper(_record):
            ask()
        pages.append(_best(ask))
        with override_settings(ROOT_URLCONF="benchmarks.search"):
            floors.append(_best(partial(ours.post, "/inside/", {"q": text})))
            outsides.append(_best(partial(bare.get, "/outside/")))
        finds.append(_best(partial(find_people, text, actor=actor)))
    page, page_cpu = zip(*pages, strict=True)
    floor, floor_cpu = zip(*floors, strict=True)
    outer, outer_cpu = zip(*outsides, strict=True)
    return {
        "p50_ms": _at(page, 50),
        "p95_ms": _at(page, 95),
        "cpu_p50_ms": _at(page_cpu, 50),
        "cpu_p95_ms": _at(page_cpu, 95),
        "floor_p50_ms": _at(floor, 50),
        "floor_p95_ms": _at(floor, 95),
        "floor_cpu_p50_ms": _at(floor_cpu, 50),
        "outer_p50_ms": _at(outer, 50),
        "selector_p95_ms": _at([wall for wall, _cpu in finds], 95),
        "selector_cpu_p95_ms": _at([cpu for _wall, cpu in finds], 95),
        "p50_ratio": round(_at(page, 50) / _at(floor, 50), 2),
        "p95_ratio": round(_at(page, 95) / _at(floor, 95), 2),
        "cpu_p50_ratio": round(_at(page_cpu, 50) / _at(floor_cpu, 50), 2),
        "outer_cpu_p50_ratio": round(_at(page_cpu, 50) / _at(outer_cpu, 50), 1),
    }


def _best(act: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds and processor seconds, the best of three each: not what neighbours take."""
    took = []
    for _ in range(3):
        started, cpu = perf_counter(), process_time()
        answer = act()
        took.append((perf_counter() - started, process_time() - cpu))
        if getattr(answer, "status_code", 200) != 200:
            raise RuntimeError(f"not an answer: {answer}")
    return min(wall for wall, _cpu in took), min(cpu for _wall, cpu in took)


def _at(times: Sequence[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return round(sorted(times)[len(times) * percent // 100] * 1000, 2)


def _record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Keep what the page asked; what begins and ends a transaction goes with its statements."""
    if sql.startswith(("SELECT", "WITH", "INSERT", "UPDATE")):
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
