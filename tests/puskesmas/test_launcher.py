"""The launcher guards the data folders and the ports, and says in words what is wrong."""

import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from puskesmas import launcher
from puskesmas.launcher import CannotRun, Child, Office


@pytest.fixture
def office(tmp_path) -> Office:
    return Office("village", 8199, "VILLAGE_PORT", tmp_path / "village")


def load(office: Office, state: str) -> None:
    office.home.mkdir()
    office.marker.write_text(state)
    (office.home / launcher.DATABASE).write_text("rows")


def kept(office: Office) -> bool:
    return (office.home / launcher.DATABASE).exists()


def test_a_loaded_demo_is_kept(office):
    load(office, launcher.LOADED)
    launcher._forget_unless_loaded(office, reset=False)
    assert kept(office)


def test_a_reset_throws_the_demo_away(office):
    load(office, launcher.LOADED)
    launcher._forget_unless_loaded(office, reset=True)
    assert not kept(office)
    assert office.marker.read_text() == launcher.LOADING


def test_a_demo_half_loaded_is_started_afresh(office):
    load(office, launcher.LOADING)
    launcher._forget_unless_loaded(office, reset=False)
    assert not kept(office)


@pytest.mark.parametrize("reset", [False, True])
def test_data_the_launcher_did_not_make_are_never_touched(office, reset):
    office.home.mkdir()
    (office.home / launcher.DATABASE).write_text("an office's rows")
    with pytest.raises(CannotRun, match="nothing was touched"):
        launcher._forget_unless_loaded(office, reset=reset)
    assert kept(office)


def test_a_taken_port_names_the_variable_to_change(office):
    with socket.socket() as taken:
        taken.bind((launcher.HOST, 0))
        taken.listen()
        other = Office("village", taken.getsockname()[1], "VILLAGE_PORT", office.home)
        with pytest.raises(CannotRun, match="VILLAGE_PORT="):
            launcher._require_free(other)


def test_a_free_port_is_accepted(office):
    launcher._require_free(office)


def test_two_launchers_over_one_folder_are_refused(tmp_path):
    with (
        launcher._only_one(tmp_path),
        pytest.raises(CannotRun, match="already running"),
        launcher._only_one(tmp_path),
    ):
        pytest.fail("the second launcher got in")


def test_the_offices_share_no_data_and_hear_of_no_foreign_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/office")
    monkeypatch.setenv("PUSKESOS_KEYS_FILE", "/elsewhere/keys.json")
    both = launcher.Launcher(tmp_path, village_port=8198, district_port=8199)
    village, district = (office.environment() for office in both.offices)
    assert "DATABASE_URL" not in village
    assert "PUSKESOS_KEYS_FILE" not in village
    assert village["PUSKESOS_DATA_DIR"] != district["PUSKESOS_DATA_DIR"]
    assert village["PUSKESOS_BASE_URL"] != district["PUSKESOS_BASE_URL"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_ending_a_program_stops_the_launcher(tmp_path, monkeypatch, number):
    demo = launcher.Launcher(tmp_path, village_port=8198, district_port=8199)
    monkeypatch.setattr(demo, "_prepare", lambda: signal.raise_signal(number))
    handlers = {one: signal.getsignal(one) for one in launcher.STOP_SIGNALS}
    try:
        demo.run()
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
    assert demo.stopping
    assert demo.children == []


@pytest.mark.processes
def test_a_process_that_cannot_live_ends_the_demo_with_its_last_words(office):
    child = Child(office, "web", [sys.executable, "-c", "print('no disk left'); exit(3)"])
    child.start()
    for _ in range(launcher.MOST_DEATHS - 1):
        child.process.wait()
        child.restart_if_dead(time.monotonic())
    child.process.wait()
    with pytest.raises(CannotRun, match="no disk left"):
        child.restart_if_dead(time.monotonic())


@pytest.mark.processes
def test_a_process_that_died_once_is_started_again(office, capsys):
    child = Child(office, "worker", [sys.executable, "-c", "import time; time.sleep(60)"])
    child.start()
    first = child.process
    first.kill()
    first.wait()
    child.restart_if_dead(time.monotonic())
    assert child.process.pid != first.pid
    assert "starting it again" in capsys.readouterr().out
    launcher._terminate([child.process])
    assert child.process.poll() is not None


@pytest.mark.processes
def test_stopping_takes_down_what_a_process_started_itself(office):
    program = (
        "import subprocess, sys, time;"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(inner.pid, flush=True); time.sleep(60)"
    )
    child = Child(office, "worker", [sys.executable, "-c", program])
    child.start()
    log = office.log("worker")
    deadline = time.monotonic() + 10
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.05)
    inner = int(log.read_text())
    launcher._terminate([child.process])
    assert _ends(inner)


def _ends(pid: int) -> bool:
    """Return whether a process we did not start ourselves is gone (or a zombie) soon."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
