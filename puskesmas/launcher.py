"""``make run``: a village office and a district office on this machine, each in its own processes.

Per office one web server (gunicorn) and one Celery worker with beat, over its own SQLite database
and its own embedded broker in ``var/<office>``. The launcher prepares them, prints where they
answer, restarts a process that dies, and takes all of them down with it.

    python -m puskesmas.launcher            prepare, load the demo once, run until Ctrl-C
    python -m puskesmas.launcher --reset    throw the demo's data away first

``VILLAGE_PORT``, ``DISTRICT_PORT`` and ``PUSKESOS_DEMO_DIR`` (default ``var``) may be set.
"""

import argparse
import ctypes
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from puskesmas import demo_accounts
from puskesmas.translations import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
MANAGE = [sys.executable, str(ROOT / "manage.py")]
# Names the data folders this program made, and may therefore delete.
MARKER = ".puskesos-demo"
DATABASE = "puskesos.sqlite3"
# What names another place's data in the environment the launcher was started from.
FOREIGN = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"}
LOADED = "loaded"
LOADING = "loading"

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_SECONDS = 180
STOP_SECONDS = 12
POLL_SECONDS = 0.2
# A process that dies this often within this time will not live: say so instead of trying on.
MOST_DEATHS, WITHIN_SECONDS = 3, 60
LOG_KEPT_BYTES = 5_000_000


class CannotRun(Exception):
    """Why the demo cannot start or go on, and what to do, in words for the person at the screen."""


@dataclass(frozen=True)
class Office:
    """One of the two offices: its name is its folder's and its tier's.

    ``settings`` are variables of the environment its processes have besides the launcher's.
    """

    name: str
    port: int
    port_variable: str
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def marker(self) -> Path:
        return self.home / MARKER

    def log(self, process: str) -> Path:
        return self.home / "log" / f"{process}.log"

    def environment(self) -> dict[str, str]:
        """Return the environment of its processes: ours, without anything that names other data."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PUSKESOS_") and name not in FOREIGN
        }
        return (
            kept
            | {
                "DJANGO_SETTINGS_MODULE": "puskesmas.settings",
                "PUSKESOS_DATA_DIR": str(self.home),
                "PUSKESOS_STATIC_ROOT": str(self.home.parent / "static"),
                "PUSKESOS_BASE_URL": self.url,
                "PUSKESOS_DEMO": "1",
                "PYTHONUNBUFFERED": "1",
            }
            | dict(self.settings)
        )


# Whose command, its name in the logs, and its words.
Step = tuple[Office, str, list[str]]


@dataclass
class Child:
    """A process that must live as long as the launcher does."""

    office: Office
    role: str
    command: list[str]
    process: subprocess.Popen[bytes] = field(init=False)
    deaths: list[float] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.office.name} {self.role}"

    def start(self) -> None:
        with _open_log(self.office.log(self.role)) as log:
            self.process = _spawn(self.command, self.office, log)

    def restart_if_dead(self, now: float) -> None:
        """Start it again when it died.

        Raises:
            CannotRun: it died too often; the message holds the end of its log.
        """
        status = self.process.poll()
        if status is None:
            return
        self.deaths = [at for at in self.deaths if now - at < WITHIN_SECONDS] + [now]
        log = self.office.log(self.role)
        if len(self.deaths) >= MOST_DEATHS:
            raise CannotRun(
                f"The {self.title} process stopped {len(self.deaths)} times within a minute. "
                f"The end of {log}:\n\n{_tail(log)}"
            )
        print(f"The {self.title} process stopped (status {status}); starting it again.", flush=True)
        _kill_group(self.process)
        self.start()


@dataclass(frozen=True)
class Preparation:
    """A step, and the file that remembers for which files it was done last."""

    step: Step
    stamp: Path
    fingerprint: str

    @property
    def is_done(self) -> bool:
        return self.stamp.exists() and self.stamp.read_text() == self.fingerprint


class Launcher:
    """Runs both offices until it is told to stop, or one of them cannot live.

    ``settings`` adds variables of the environment to an office's processes, by the office's name.
    """

    def __init__(
        self,
        home: Path,
        *,
        village_port: int,
        district_port: int,
        settings: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        def office(name: str, port: int) -> Office:
            own = (settings or {}).get(name, {})
            return Office(name, port, f"{name.upper()}_PORT", home / name, own)

        self.home = home
        self.village = office("village", village_port)
        self.district = office("district", district_port)
        self.children: list[Child] = []
        self.stopping = False

    @property
    def offices(self) -> tuple[Office, Office]:
        return self.village, self.district

    def run(self, *, reset: bool = False) -> None:
        """Prepare and run; return after an orderly stop.

        Raises:
            CannotRun: something only a person can mend.
        """
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        with self.running(reset=reset):
            if not self.stopping:
                print(_greeting(self.village, self.district), flush=True)
            self._supervise()

    @contextmanager
    def running(self, *, reset: bool = False) -> Iterator[None]:
        """Prepare both offices and have them answer; take their processes down at the end.

        Raises:
            CannotRun: something only a person can mend.
        """
        with _only_one(self.home):
            for office in self.offices:
                _require_free(office)
            for office in self.offices:
                _forget_unless_loaded(office, reset=reset)
            try:
                self._prepare()
                self._start()
                yield
            finally:
                self._end()

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _prepare(self) -> None:
        print("Preparing the two offices ...", flush=True)
        compile_catalogues()
        self._unless_done(
            *(
                Preparation(
                    (office, "migrate", [*MANAGE, "migrate", "--noinput"]),
                    office.home / ".migrated",
                    _fingerprint("*/migrations", "*/*/migrations"),
                )
                for office in self.offices
            ),
            # Only a village prints, and nobody should wait for the first page.
            Preparation(
                (self.village, "fonts", [*MANAGE, "make_fonts"]),
                self.village.home / ".fonts-made",
                _fingerprint("reports/letters"),
            ),
            Preparation(
                (self.village, "static", [*MANAGE, "collectstatic", "--noinput"]),
                self.home / "static" / ".collected",
                _fingerprint("static"),
            ),
        )
        if self.stopping:
            return
        if not all(_is_loaded(office) for office in self.offices):
            self._load()
        elif any(office.marker.read_text() != self._loaded for office in self.offices):
            self._readdress()

    def _unless_done(self, *preparations: Preparation) -> None:
        """Run side by side what was not yet done for the files as they are now."""
        due = [one for one in preparations if not one.is_done]
        self._steps(*(one.step for one in due))
        if not self.stopping:
            for one in due:
                one.stamp.write_text(one.fingerprint)

    @property
    def _loaded(self) -> str:
        """What the markers hold of a demo that was loaded for these two addresses."""
        return f"{LOADED} {self.village.url} {self.district.url}"

    def _load(self) -> None:
        """Load the district first: it leaves the key with which its village links itself."""
        print("Loading the demo; this is done once and takes a minute or two ...", flush=True)
        key = self.home / "district-key.json"
        load = [*MANAGE, "load_demo", "--link-file", str(key), "--tier"]
        try:
            self._steps((self.district, "load-demo", [*load, "district"]))
            upstream = ["--upstream", self.district.url]
            self._steps((self.village, "load-demo", [*load, "village", *upstream]))
        finally:
            key.unlink(missing_ok=True)
        self._mark_loaded()

    def _readdress(self) -> None:
        """Tell both offices that they answer on other ports than when they were loaded."""
        readdress = [*MANAGE, "load_demo", "--addresses-only", "--upstream", self.district.url]
        self._steps(*((office, "addresses", readdress) for office in self.offices))
        self._mark_loaded()

    def _mark_loaded(self) -> None:
        if not self.stopping:
            for office in self.offices:
                office.marker.write_text(self._loaded)

    def _steps(self, *steps: Step) -> None:
        """Run commands side by side to their end, or until the launcher is told to stop."""
        if self.stopping:
            return
        running = []
        for office, name, command in steps:
            with _open_log(office.log(name)) as log:
                running.append((office, name, _spawn(command, office, log)))
        try:
            for office, name, process in running:
                self._await(process)
                if process.returncode and not self.stopping:
                    log_file = office.log(name)
                    raise CannotRun(
                        f"Preparing the {office.name} office failed at the step {name}. The end of "
                        f"{log_file}:\n\n{_tail(log_file)}\n\nIf its data come from an older "
                        "version of the program, `make demo-reset` starts the demo afresh."
                    )
        finally:
            _terminate([process for _, _, process in running])

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not self.stopping:
            time.sleep(POLL_SECONDS / 4)

    def _start(self) -> None:
        """Start the pages first, so that they answer soon, then the workers."""
        for office in self.offices:
            self._add(Child(office, "web", _web(office)))
        for office in self.offices:
            self._await_page(office)
        for office in self.offices:
            self._add(Child(office, "worker", _worker()))

    def _add(self, child: Child) -> None:
        if not self.stopping:
            child.start()
            self.children.append(child)

    def _await_page(self, office: Office) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping and not _answers(office):
            if time.monotonic() > deadline:
                log = office.log("web")
                raise CannotRun(
                    f"The {office.name} office does not answer. The end of {log}:\n\n{_tail(log)}"
                )
            self._watch_once()
            time.sleep(POLL_SECONDS)

    def _supervise(self) -> None:
        while not self.stopping:
            self._watch_once()
            time.sleep(POLL_SECONDS)

    def _watch_once(self) -> None:
        for child in self.children:
            child.restart_if_dead(time.monotonic())

    def _end(self) -> None:
        print("\nStopping ...", flush=True)
        _terminate([child.process for child in self.children])


def _web(office: Office) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "puskesmas.wsgi"),
        *("--bind", f"{HOST}:{office.port}", "--workers", "2", "--threads", "4"),
        *("--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"),
        *("--log-level", "warning"),
    ]


def _worker() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--app", "puskesmas", "--quiet", "worker", "--beat"),
        *("--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "info"),
    ]


def _spawn(command: list[str], office: Office, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own: Ctrl-C reaches the launcher only, which orders it."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=office.environment(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 (the launcher has one thread)
    )


def _die_with_parent() -> None:
    """Ask Linux to end this child should the launcher be killed outright (prctl(2))."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _terminate(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End processes in order, then by force, with everything they started themselves."""
    living = [process for process in processes if process.poll() is None]
    for process in living:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in living:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"Process {process.pid} does not stop; ending it by force.", flush=True)
    for process in processes:
        _kill_group(process)
        process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a process and of everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the demo's folder: two launchers over one folder would spoil each other's data."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".launcher.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"The demo in {home} is already running. Stop it first (Ctrl-C in its window)."
            ) from None
        yield


def _require_free(office: Office) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, office.port))
        except OSError:
            raise CannotRun(
                f"Port {office.port}, meant for the {office.name} office, is taken by another "
                f"program. Choose another one: make run {office.port_variable}={office.port + 10}"
            ) from None


def _is_loaded(office: Office) -> bool:
    return office.marker.exists() and office.marker.read_text().startswith(LOADED)


def _forget_unless_loaded(office: Office, *, reset: bool) -> None:
    """Delete a demo's data: when asked to, and when an earlier load did not reach its end.

    Raises:
        CannotRun: the folder holds data the launcher did not make.
    """
    if not office.marker.exists() and (office.home / DATABASE).exists():
        raise CannotRun(
            f"{office.home} holds data that are not the demo's; nothing was touched. Move them "
            "away, or let the demo live elsewhere: PUSKESOS_DEMO_DIR=/another/folder make run"
        )
    if office.marker.exists() and (reset or not _is_loaded(office)):
        shutil.rmtree(office.home)
    office.home.mkdir(parents=True, mode=0o700, exist_ok=True)
    if not office.marker.exists():
        office.marker.write_text(LOADING)


def _fingerprint(*patterns: str) -> str:
    """Return what changes when a file in the folders of these patterns, or a package, changes."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    folders = {folder for pattern in patterns for folder in ROOT.glob(pattern)}
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _answers(office: Office) -> bool:
    connection = http.client.HTTPConnection(HOST, office.port, timeout=2)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _greeting(village: Office, district: Office) -> str:
    return f"""
  Puskesos is running, with invented people only.

  The village's Puskesos: {village.url}
{demo_accounts.table(demo_accounts.VILLAGE)}

  A second village, in the same installation:
{demo_accounts.table(demo_accounts.KELURAHAN)}

  The district's SLRT secretariat: {district.url}
{demo_accounts.table(demo_accounts.DISTRICT)}

  Everybody's password is {demo_accounts.PASSWORD}

  Ctrl-C stops everything; `make run` goes on from there, `make demo-reset` starts afresh.
  Logs: {village.log("web").parent} and {district.log("web").parent}
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m puskesmas.launcher")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    options = parser.parse_args(arguments)
    launcher = Launcher(
        Path(os.environ.get("PUSKESOS_DEMO_DIR", ROOT / "var")).resolve(),
        village_port=int(os.environ.get("VILLAGE_PORT", "8000")),
        district_port=int(os.environ.get("DISTRICT_PORT", "8001")),
    )
    try:
        launcher.run(reset=options.reset)
    except CannotRun as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
