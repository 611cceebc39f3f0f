"""Two offices under trial, and the supervisor who starts again what died."""

import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from tests.crash.offices import Office, TwoOffices
from tests.trial.proxy import MeddlingProxy
from tests.trial.servers import Disk, Postgres

PATIENCE_SECONDS = 180.0


class World:
    """A village and a district, what can be done to them, and what was counted.

    ``disks`` are by the side they fill; with one database server for both it is one disk.
    """

    def __init__(
        self,
        home: Path,
        *,
        chance: random.Random,
        disks: dict[str, Disk],
        broker: str = "",
        postgres: Postgres | None = None,
    ) -> None:
        self.random, self.broker, self.postgres = chance, broker, postgres
        self._disks = disks
        self.offices = TwoOffices(home, proxy=MeddlingProxy)
        self.village, self.district = self.offices.village, self.offices.district
        self.proxy = cast(MeddlingProxy, self.offices.proxy)
        preload = _build_clock(home)
        for side in ("village", "district"):
            self._give_clock(side, preload)
        self.restarts: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()
        self.promised: set[str] = set()
        #: What the desk was told instead of a referral.
        self.refusals: Counter[str] = Counter()
        self._worker_held = False
        self._asked = 0
        self._desk: threading.Thread | None = None

    def office(self, side: str) -> Office:
        return {"village": self.village, "district": self.district}[side]

    def disk(self, side: str) -> Disk:
        return self._disks[side]

    # --- The desk: referrals are approved while everything goes wrong -----------------------------

    def refer(self, count: int) -> None:
        """Have that many more referrals approved, in the background."""
        self.rest()
        self._desk = threading.Thread(target=self._refer, args=(count,), daemon=True)
        self._desk.start()

    def rest(self) -> None:
        """Wait until the desk has done what it was asked; meanwhile the supervisor works."""
        while self._desk is not None and self._desk.is_alive():
            self.mend()
            self._desk.join(timeout=0.2)

    def _refer(self, count: int) -> None:
        done = 0
        while done < count:
            first = self._asked
            self._asked += count - done
            niks = [_nik(number) for number in range(first, self._asked)]
            answer = self.village.act("refer_many", niks=niks)
            self.promised |= set(answer["made"])
            done += len(answer["made"])
            if answer["error"]:
                self.refusals[answer["error"][:80]] += 1
                time.sleep(0.5)

    # --- The supervisor ---------------------------------------------------------------------------

    def mend(self) -> None:
        """Start again what died."""
        if self.postgres is not None and not self.postgres.is_up:
            self.postgres.restart()
            self.restarts["database"] += 1
        if not self._worker_held:
            self._mend(self.village, self.village.start_worker)
        self._mend(self.district, self.district.start_web)

    def _mend(self, office: Office, start: Callable[[], None]) -> None:
        if office.process is not None and office.process.poll() is None:
            return
        self.restarts[office.name] += office.process is not None
        office.kill()
        start()

    def hold_worker(self) -> None:
        self._worker_held = True
        self.village.kill()

    def release_worker(self) -> None:
        self._worker_held = False

    def until(self, condition: Callable[[], bool], what: str, *, mend: bool = True) -> None:
        """Wait for something, with new referrals where nothing moves, and the supervisor at work.

        Raises:
            AssertionError: it did not come about.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{what}: never. {self.village.log()}"
            if mend:
                self.mend()
            if self._desk is None or not self._desk.is_alive():
                self.refer(1)
            time.sleep(0.2)

    # --- Clocks -----------------------------------------------------------------------------------

    def _give_clock(self, side: str, preload: Path) -> None:
        self.set_clock(side, 0)
        self.office(side).extra = {
            "LD_PRELOAD": str(preload),
            "CLOCK_FILE": str(self._clock_file(side)),
        }

    def set_clock(self, side: str, seconds: int) -> None:
        """Put an office's clock that much ahead, or back."""
        file = self._clock_file(side)
        new = file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(file)

    def _clock_file(self, side: str) -> Path:
        return self.office(side).home.parent / f"{side}.clock"

    # --- The end ----------------------------------------------------------------------------------

    def drain(self) -> float:
        """Wait until nothing waits any more, or nothing moves; return the seconds it took."""
        self.rest()
        began = moved = time.monotonic()
        before = -1
        while True:
            rows = self.village.act("village_tally").values()
            waiting = sum(acknowledged < sent for _number, sent, acknowledged, _tries in rows)
            if waiting == 0:
                return time.monotonic() - began
            if waiting != before:
                moved, before = time.monotonic(), waiting
            if time.monotonic() - moved > PATIENCE_SECONDS:
                return time.monotonic() - began
            self.mend()
            time.sleep(1)


@contextmanager
def running(world: World) -> Iterator[World]:
    """Take the offices down at the end, whatever happens."""
    try:
        world.mend()
        yield world
    finally:
        world.offices.end()


def _build_clock(folder: Path) -> Path:
    """Compile the library that gives a process a wrong clock; return where it is."""
    if shutil.which("cc") is None:
        raise SystemExit("The trial needs a C compiler: apt install gcc libc6-dev")
    library = folder / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return library


def _nik(number: int) -> str:
    """Return a NIK of an unassigned kecamatan, another for each number."""
    day, serial = divmod(number, 9999)
    return f"350999{day % 28 + 1:02d}{day // 28 + 1:02d}45{serial + 1:04d}"
