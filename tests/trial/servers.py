"""Servers of the trial's own: it stops, fills and empties them, so they must be nobody else's."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis

from tests.crash.offices import free_port


class Postgres:
    """A private PostgreSQL that may be stopped in the middle of things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._programs = _newest_postgres()

    @property
    def url(self) -> str:
        return f"postgres://puskesos@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make the cluster and start it."""
        if os.getuid() == 0:  # the server refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        data = self.folder / "data"
        self._run("initdb", "--pgdata", str(data), "--username", "puskesos", "--auth", "trust",
                  "--encoding", "UTF8", "--locale", "C.UTF-8")  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._control("--log", str(self.folder / "server.log"), "--options", options, "start")

    def stop(self) -> None:
        """Stop as when the power fails."""
        self._control("--mode", "immediate", "stop", check=False)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def is_up(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _control(self, *words: str, check: bool = True) -> None:
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", *words, check=check)

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        command = [str(self._programs / program), *words]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command,
            check=check,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _newest_postgres() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    if not found:
        raise SystemExit("The hosted trial needs PostgreSQL: apt install postgresql")
    return found[-1]


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing; yield its URL."""
    if shutil.which("redis-server") is None:
        raise SystemExit("The hosted trial needs Redis: apt install redis-server")
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _wait_for_redis(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_for_redis(url: str) -> None:
    for _try in range(100):
        try:
            redis.Redis.from_url(url).ping()
        except redis.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The trial's Redis does not answer.")


class Disk:
    """A small file system in memory, which can be full. Needs root."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True
        )

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            block = bytes(2**20)
            for size in (2**20, 4096):
                try:
                    while True:
                        ballast.write(block[:size])
                except OSError:
                    continue

    @property
    def is_full(self) -> bool:
        return os.statvfs(self.folder).f_bavail == 0

    def free(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def release(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
