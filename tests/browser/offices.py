"""The two offices of ``make run``, loaded afresh for the browser: real processes, real HTTP.

``DATABASE_URL`` and ``CELERY_BROKER_URL`` choose the engines, as for the other tests; each office
then has a database of its own name and a Redis database of its own number. Without them both are
embedded.
"""

import os
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
from psycopg2 import sql

from puskesmas import launcher
from puskesmas.launcher import Launcher
from tests.leaks import Place, files_under, postgres_rows, redis_values

NAMES = ("village", "district")
# Beat wakes sender and fetcher this often, so that nobody at the screen waits long.
QUICKLY = {"PUSKESOS_OUTBOX_EVERY_SECONDS": "1", "PUSKESOS_FETCH_EVERY_SECONDS": "1"}


@contextmanager
def two_offices(home: Path) -> Iterator[Launcher]:
    """Run the demo's two offices over fresh data in ``home``, linked, on free ports.

    Raises:
        CannotRun: an office did not come up; the message ends with its log.
        AssertionError: a process died on the way or outlived the stop.
    """
    with ExitStack() as stack:
        engines = stack.enter_context(_own_engines())
        own = {name: {"TMPDIR": str(_own_folder(home, name))} for name in NAMES}
        offices = Launcher(
            home,
            village_port=free_port(),
            district_port=free_port(),
            settings={name: QUICKLY | engines[name] | own[name] for name in NAMES},
        )
        with offices.running():
            yield offices
            dead = [child.title for child in offices.children if child.process.poll() is not None]
        assert not dead, f"died on the way: {dead}"
        assert not orphans(home), "a process outlived its office"


def _own_folder(home: Path, name: str) -> Path:
    """Make the folder where an office's processes put passing files, so that none gets lost."""
    folder = home / "passing" / name
    folder.mkdir(parents=True)
    return folder


def places(home: Path, offices: Launcher) -> Iterator[Place]:
    """Yield what both offices keep: files under ``home``, rows of a database server, the queue."""
    yield from files_under(home)
    for office in offices.offices:
        if url := office.settings.get("DATABASE_URL"):
            with closing(psycopg2.connect(url)) as link:
                rows = postgres_rows(link.cursor())
                yield from ((f"{office.name}, {table}", content) for table, content in rows)
        if url := office.settings.get("CELERY_BROKER_URL"):
            yield from redis_values(url)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((launcher.HOST, 0))
        return int(probe.getsockname()[1])


def orphans(home: Path) -> list[str]:
    """Return the processes that still work on data in ``home``: "pid command"."""
    wanted = f"PUSKESOS_DATA_DIR={home}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if wanted in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{process.name} {command}")
        except OSError:  # ended while we looked, or somebody else's
            continue
    return found


@contextmanager
def _own_engines() -> Iterator[Mapping[str, dict[str, str]]]:
    """Yield each office's variables for database and broker; take both away at the end."""
    with ExitStack() as stack:
        chosen: dict[str, dict[str, str]] = {name: {} for name in NAMES}
        if server := os.environ.get("DATABASE_URL"):
            for name in NAMES:
                own = f"puskesos_browser_{name}_{os.getpid()}"
                chosen[name]["DATABASE_URL"] = stack.enter_context(_own_database(server, own))
        if server := os.environ.get("CELERY_BROKER_URL"):
            for place, name in enumerate(NAMES, start=1):
                chosen[name]["CELERY_BROKER_URL"] = stack.enter_context(_own_queue(server, place))
        yield chosen


@contextmanager
def _own_database(server: str, name: str) -> Iterator[str]:
    create, drop = (
        sql.SQL(words).format(sql.Identifier(name))
        for words in ("CREATE DATABASE {}", "DROP DATABASE {} WITH (FORCE)")
    )
    _execute(server, create)
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _execute(server, drop)


def _execute(server: str, statement: sql.Composed) -> None:
    # Databases are made from outside the one to be made.
    with closing(psycopg2.connect(urlsplit(server)._replace(path="/postgres").geturl())) as link:
        link.autocommit = True
        link.cursor().execute(statement)


@contextmanager
def _own_queue(server: str, place: int) -> Iterator[str]:
    """Yield the URL of the Redis database ``place`` after the one the tests themselves use."""
    number = int(re.sub(r"\D", "", urlsplit(server).path) or 0) + place
    url = urlsplit(server)._replace(path=f"/{number}").geturl()
    with closing(redis.Redis.from_url(url)) as queue:
        assert queue.dbsize() == 0, f"{url} holds data of others"
        try:
            yield url
        finally:
            queue.flushdb()


def wait_until(happened: object, *, seconds: float = 30, what: str) -> None:
    """Wait until ``happened()`` is true.

    Raises:
        AssertionError: it did not within ``seconds``; the message says what was awaited.
    """
    deadline = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.3)
