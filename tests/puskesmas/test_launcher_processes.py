"""``make run`` with its real processes: both offices answer, come back, and leave nothing behind.

The demo's data are not loaded here (the browser test does that): the folders are marked as loaded.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from puskesmas import launcher
from tests.browser.offices import free_port, orphans, wait_until

pytestmark = [pytest.mark.processes]
# Generous: on a busy machine everything here takes ten times as long, and all is waited for.
PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A demo folder marked as loaded for other addresses, kept from one start to the next."""
    folder = tmp_path_factory.mktemp("demo")
    for name in ("village", "district"):
        (folder / name).mkdir()
        (folder / name / launcher.MARKER).write_text(launcher.LOADED)
    return folder


@pytest.fixture
def running(home) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A launcher, and the ports of its two offices."""
    ports = [free_port(), free_port()]
    environment = os.environ | {
        "PUSKESOS_DEMO_DIR": str(home),
        "VILLAGE_PORT": str(ports[0]),
        "DISTRICT_PORT": str(ports[1]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "puskesmas.launcher"],
        cwd=launcher.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, ports
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)


def health(port: int) -> dict[str, str]:
    connection = http.client.HTTPConnection(launcher.HOST, port, timeout=10)
    try:
        connection.request("GET", "/health/")
        return json.load(connection.getresponse())
    except (OSError, http.client.HTTPException):
        return {}
    finally:
        connection.close()


def await_health(port: int, part: str) -> None:
    wait_until(
        lambda: health(port).get(part) == "ok", seconds=PATIENCE_SECONDS, what=f"{part} on {port}"
    )


def test_both_offices_answer_a_killed_server_comes_back_and_stopping_leaves_nothing(running, home):
    process, (village, district) = running
    await_health(village, "worker")
    await_health(district, "worker")
    assert list((home / "village" / "fonts").rglob("*.ttf")), "the first letter would be waited for"

    server = min(int(line.split()[0]) for line in orphans(home) if f":{village}" in line)
    os.kill(server, signal.SIGKILL)
    wait_until(
        lambda: not any(line.startswith(f"{server} ") for line in orphans(home)),
        seconds=PATIENCE_SECONDS,
        what="the launcher to clear the killed server away",
    )
    await_health(village, "database")

    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert orphans(home) == []


def test_a_launcher_killed_outright_takes_its_processes_along(running, home):
    process, (_, district) = running
    await_health(district, "database")
    process.kill()
    wait_until(lambda: orphans(home) == [], seconds=PATIENCE_SECONDS, what="its processes to end")
