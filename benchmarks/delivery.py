"""How fast one worker brings what waited through an outage up, beside bare HTTP and a commit."""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from benchmarks import floor_server
from tests.crash.offices import ROOT, TwoOffices, free_port


def run(count: int) -> dict[str, Any]:
    """Let ``count`` referrals wait for a district that is down, then measure until it has all."""
    with tempfile.TemporaryDirectory() as folder:
        offices = TwoOffices(Path(folder))
        try:
            drained = _drain(offices, count)
            body = offices.village.act("waiting_body")
        finally:
            offices.end()
        floor = _floor(Path(folder), count, body)
    return {
        "drained": {"s": round(drained, 1), "per_s": round(count / drained, 1)},
        "floor": {"s": round(floor, 1), "per_s": round(count / floor, 1)},
        "ratio": round(drained / floor, 1),
        "ten_thousand_min": round(drained / count * 10_000 / 60, 1),
    }


def _drain(offices: TwoOffices, count: int) -> float:
    """Return the seconds from the district's first answer until the last acknowledgement."""
    niks = [f"350999{n // 9999 + 1:02d}0145{n % 9999 + 1:04d}" for n in range(count)]
    made = offices.village.act("refer_many", niks=niks)
    if made["error"]:
        raise RuntimeError(made["error"])
    offices.district.start_web()
    offices.village.start_worker()
    while (waiting := offices.village.act("waiting")) == count:
        time.sleep(0.05)
    began, sent_before = time.perf_counter(), count - waiting
    while offices.village.act("waiting"):
        time.sleep(0.5)
    return (time.perf_counter() - began) * count / (count - sent_before)


def _floor(folder: Path, count: int, body: dict[str, Any]) -> float:
    """Return the seconds the same number of bodies takes without any of our code."""
    port = free_port()
    where = [str(folder / "receiver.sqlite3"), str(folder / "sender.sqlite3")]
    if server := os.environ.get("DATABASE_URL", ""):
        where = [server, server]
    command = [sys.executable, "-m", "benchmarks.floor_server", str(port)]
    receiver = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"FLOOR_DATABASE": where[0]})
    try:
        return _push(f"http://127.0.0.1:{port}/", where[1], count, body)
    finally:
        receiver.kill()
        receiver.wait()


def _push(url: str, where: str, count: int, body: dict[str, Any]) -> float:
    connection, mark = floor_server.connect(where)
    with closing(connection), httpx.Client() as client:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE sent (uid TEXT PRIMARY KEY, acked TEXT)")
        rows = [(str(n), None) for n in range(count)]
        cursor.executemany(f"INSERT INTO sent VALUES ({mark}, {mark})", rows)  # noqa: S608
        connection.commit()
        _wait(client, url)
        began = time.perf_counter()
        for uid, _acked in rows:
            client.post(url, json=body | {"uid": uid}).raise_for_status()
            statement = f"UPDATE sent SET acked = {mark} WHERE uid = {mark}"  # noqa: S608
            cursor.execute(statement, ("now", uid))
            connection.commit()
        return time.perf_counter() - began


def _wait(client: httpx.Client, url: str) -> None:
    for _try in range(200):
        try:
            client.post(url, json={"uid": "first"})
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the floor's receiver does not answer")
