"""Two real offices for the crash tests: own data, own processes, a proxy between them.

Embedded by default; with ``DATABASE_URL`` and ``CELERY_BROKER_URL`` naming PostgreSQL and Redis
each office gets a database of its own on that server, and the village's worker that broker.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg2

from tests.crash.proxy import Proxy
from tests.leaks import Place, files_under, postgres_rows, redis_values

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0
#: Short, so that a test waits seconds where an office waits minutes.
HASTE = {
    "PUSKESOS_OUTBOX_EVERY_SECONDS": "1",
    "PUSKESOS_FETCH_EVERY_SECONDS": "1",
    "PUSKESOS_FILES_EVERY_SECONDS": "1",
    "PUSKESOS_OUTBOX_LEASE_SECONDS": "6",
    "PUSKESOS_OUTBOX_FIRST_WAIT_SECONDS": "0.5",
    "PUSKESOS_OUTBOX_LONGEST_WAIT_SECONDS": "2",
    "PUSKESOS_EXCHANGE_TIMEOUT_SECONDS": "4",
}


class Office:
    """One office's data and the one process of it that a test starts and kills."""

    def __init__(self, name: str, home: Path, *, broker: str = "") -> None:
        self.name, self.home = name, home
        self.process: subprocess.Popen[bytes] | None = None
        self.crash_file = home / "crashed"
        self._order_file = home / "die-at"
        #: More variables for the process that is started.
        self.extra: dict[str, str] = {}
        self.port = free_port()
        (home / "log").mkdir(parents=True)
        self._database = _database_url(name)
        self._broker = broker
        self._desk: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PUSKESOS_")
            and name not in {"DATABASE_URL", "CELERY_BROKER_URL"}
        }
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "PUSKESOS_DATA_DIR": str(self.home),
            "PUSKESOS_BASE_URL": f"http://127.0.0.1:{self.port}",
        }
        own |= {"DATABASE_URL": self._database} if self._database else {}
        own |= {"CELERY_BROKER_URL": self._broker} if self._broker else {}
        return kept | HASTE | own

    def act(self, name: str, **arguments: Any) -> Any:
        """Let people of the office do something (tests.crash.act); return its result."""
        desk = self._open_desk()
        assert desk.stdin is not None
        assert desk.stdout is not None
        desk.stdin.write(json.dumps({"act": name, "arguments": arguments}) + "\n")
        desk.stdin.flush()
        answer = json.loads(desk.stdout.readline())
        assert "error" not in answer, f"{self.name} {name}: {answer['error']}"
        return answer["result"]

    def _open_desk(self) -> subprocess.Popen[str]:
        """Start the process in which the office's people act, once."""
        if self._desk is None:
            with (self.home / "log" / "desk.log").open("ab") as log:
                self._desk = subprocess.Popen(
                    [sys.executable, "-m", "tests.crash.act"],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        return self._desk

    def migrate(self) -> None:
        """Create the tables: migrated once for all offices of a test run, then copied."""
        self.copy_tables_of(_migrated(is_hosted=bool(self._database)))

    def migrate_anew(self) -> None:
        """Create the tables by the migrations."""
        _create_database(self._database)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            timeout=PATIENCE_SECONDS * 2,
        )

    def copy_tables_of(self, other: "Office") -> None:
        """Take another office's empty tables instead of migrating once more."""
        if self._database:
            _create_database(self._database, like=other._database)
        else:
            shutil.copy(other.home / "puskesos.sqlite3", self.home)

    def arm(self, point: str) -> None:
        """Have the process, running or not, kill itself at the point (tests.crash.faults)."""
        self._order_file.unlink(missing_ok=True)
        if point:
            whole = self._order_file.with_suffix(".new")
            whole.write_text(point)
            whole.replace(self._order_file)

    def start_worker(self, crash_at: str = "") -> None:
        """Start a Celery worker with beat; it kills itself at the named point, if any."""
        self._start(
            [
                *(sys.executable, "-m", "celery", "--app", "puskesmas", "--quiet", "worker"),
                *("--beat", "--concurrency", "1", "--without-gossip", "--without-mingle"),
                *("--loglevel", "info"),
            ],
            crash_at,
        )

    def start_web(self, crash_at: str = "") -> None:
        """Start the web server and wait until it answers."""
        self._start(
            [
                *(sys.executable, "-m", "gunicorn", "puskesmas.wsgi"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "2"),
                *("--no-control-socket", "--log-level", "warning"),
            ],
            crash_at,
        )
        wait_for(self._answers, lambda: f"{self.name} web does not answer: {self.log()}")

    def _start(self, command: list[str], crash_at: str) -> None:
        assert self.process is None
        if crash_at:
            self.arm(crash_at)
        crash = {"CRASH_ARM": str(self._order_file), "CRASH_FILE": str(self.crash_file)}
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment | crash | self.extra,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_until_dead(self) -> None:
        """Wait for the process to die of its own crash point (or of the test's hand)."""
        process = self.process
        assert process is not None
        wait_for(lambda: process.poll() is not None, lambda: f"{self.name} lives on: {self.log()}")
        self.kill()

    def kill(self) -> None:
        """Kill the process with everything it started, as when the power fails."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            self.process.wait()
            self.process = None

    def crashes(self) -> list[str]:
        """Return the points that were reached, in order, and forget them."""
        if not self.crash_file.exists():
            return []
        lines = self.crash_file.read_text().splitlines()
        self.crash_file.unlink()
        return lines

    def back_up(self) -> None:
        """Keep a copy of the database as it is; everything of the office stands still meanwhile."""
        self._close()
        if self._database:
            _drop_database(f"{self._database}_backup")
            _create_database(f"{self._database}_backup", like=self._database)
            return
        with (
            closing(sqlite3.connect(self._file)) as now,
            closing(sqlite3.connect(self._kept)) as to,
        ):
            now.backup(to)

    def restore(self) -> None:
        """Put that copy back, as after a broken disk; what was done since is gone."""
        self._close()
        if self._database:
            _drop_database(self._database)
            _create_database(self._database, like=f"{self._database}_backup")
            return
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)

    @property
    def _file(self) -> Path:
        return self.home / "puskesos.sqlite3"

    @property
    def _kept(self) -> Path:
        return self.home / "backup.sqlite3"

    def _close(self) -> None:
        self.kill()
        if self._desk:
            self._desk.kill()
            self._desk.communicate()
            self._desk = None

    def end(self) -> None:
        """Kill what runs and drop a database made for the test."""
        self._close()
        _drop_database(self._database)
        if self._database:
            _drop_database(f"{self._database}_backup")

    @property
    def _log_path(self) -> Path:
        return self.home / "log" / "process.log"

    def log(self) -> str:
        return self._log_path.read_text(errors="replace")[-3000:]


class TwoOffices:
    """A village and a district, linked through the proxy."""

    def __init__(self, home: Path, proxy: type[Proxy] = Proxy) -> None:
        self.district = Office("district", home / "district")
        self.village = Office(
            "village", home / "village", broker=os.environ.get("CELERY_BROKER_URL", "")
        )
        self.proxy = proxy(self.district.port)
        self.niks: set[str] = set()
        self._home = home
        self.district.migrate()
        self.village.copy_tables_of(self.district)
        district, village = self.district.act("found"), self.village.act("found")
        token = self.district.act("add_village", uid=village["village"])
        self.village.act("link", url=self.proxy.url, token=token, uid=district["district"])

    def refer(self, photos: int = 0) -> "Sent":
        """Let the village approve a new referral; nobody may be sending at this moment."""
        nik = f"350999450780{len(self.niks) + 1:04d}"
        self.niks.add(nik)
        made = self.village.act("refer", nik=nik, photos=photos)
        return Sent(self, made["referral"], made["message"])

    def places(self) -> Iterator[Place]:
        """Yield everything the two offices keep: files, rows of a database server, the queue."""
        yield from files_under(self._home)
        for office in (self.village, self.district):
            if url := office.environment.get("DATABASE_URL"):
                with closing(psycopg2.connect(url)) as link:
                    rows = postgres_rows(link.cursor())
                    yield from ((f"{office.name}, {table}", content) for table, content in rows)
            url = office.environment.get("CELERY_BROKER_URL", "")
            if url.startswith("redis"):
                yield from redis_values(url)

    def stop(self) -> None:
        """Kill both processes and disarm the proxy."""
        self.village.kill()
        self.district.kill()
        self.proxy.on_mid_request, self.proxy.cut_next_answer = None, False
        for office in (self.village, self.district):
            office.arm("")
            office.crashes()

    def end(self) -> None:
        """Take everything down."""
        for office in (self.village, self.district):
            office.end()
        self.proxy.close()


class Sent:
    """One referral on its way."""

    def __init__(self, offices: TwoOffices, referral: str, message: str) -> None:
        self.offices, self.referral, self.message = offices, referral, message

    def village(self) -> dict[str, Any]:
        state: dict[str, Any] = self.offices.village.act("village_state", referral=self.referral)
        return state

    def district(self) -> dict[str, Any]:
        state: dict[str, Any] = self.offices.district.act(
            "district_state", referral=self.referral, message=self.message
        )
        return state

    def page(self) -> str:
        """Return the referral's page at the village, without line breaks."""
        return " ".join(self.offices.village.act("page", referral=self.referral).split())

    def wait_until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the village's state fulfils the condition; return that state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            state = self.village()
            if condition(state):
                return state
            assert time.monotonic() < deadline, f"{state} {self.offices.village.log()}"
            time.sleep(0.2)


def wait_for(condition: Callable[[], bool], complaint: Callable[[], str]) -> None:
    """Wait until the condition holds; fail with the complaint when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.1)


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@cache
def _migrated(*, is_hosted: bool) -> Office:
    """Return an office that has its tables, nothing in them, and nobody who works there."""
    office = Office("tables", Path(tempfile.mkdtemp(prefix="puskesos-tables-")))
    if not is_hosted:
        office._database = ""
    atexit.register(_throw_away, office)
    office.migrate_anew()
    return office


def _throw_away(office: Office) -> None:
    shutil.rmtree(office.home, ignore_errors=True)
    # A trial takes its own server down before.
    with suppress(psycopg2.OperationalError):
        office.end()


def _database_url(name: str) -> str:
    """Return the URL of an office's own PostgreSQL database; "" for the embedded one."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        return ""
    database = f"puskesos_crash_{name}_{os.getpid()}"
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _create_database(url: str, *, like: str = "") -> None:
    if url:
        template = f' TEMPLATE "{_name(like)}"' if like else ""
        _on_server(url, f'CREATE DATABASE "{_name(url)}"{template}')


def _drop_database(url: str) -> None:
    if url:
        _on_server(url, f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')


def _name(url: str) -> str:
    return urlsplit(url).path[1:]


def _on_server(url: str, statement: str) -> None:
    connection = psycopg2.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")))
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()
