"""What a newcomer's machine is told and given before anything else runs."""

import subprocess
import sys

import pytest

from puskesmas import bootstrap


@pytest.fixture
def asked(monkeypatch):
    """Record the commands that would change the machine; each succeeds."""
    commands: list[list[str]] = []

    def run(command, *, quiet=False):
        commands.append(command)
        return 0

    monkeypatch.setattr(bootstrap, "_run", run)
    return commands


def as_user(monkeypatch, *, sudo: bool) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    tools = {"apt-get", "sudo"} if sudo else {"apt-get"}
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if name in tools else None)


def test_root_installs_what_is_missing(asked, monkeypatch):
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name)
    bootstrap.install_packages(["python3-venv", "libpango-1.0-0"])
    assert asked[-1][-2:] == ["python3-venv", "libpango-1.0-0"]
    assert "sudo" not in asked[-1]


def test_a_user_with_free_sudo_installs_through_it(asked, monkeypatch):
    as_user(monkeypatch, sudo=True)
    bootstrap.install_packages(["python3-venv"])
    assert asked[-1][:2] == ["sudo", "-n"]
    assert asked[-1][-1] == "python3-venv"


@pytest.mark.parametrize(
    ("dev", "wanted"),
    [
        (False, {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"}),
        (
            True,
            {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"}
            | {"libatomic1", "chromium", "poppler-utils"},
        ),
    ],
)
def test_a_bare_machine_lacks_all_the_libraries(monkeypatch, dev, wanted):
    monkeypatch.setattr(bootstrap, "_opens", lambda library: False)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    assert set(bootstrap.missing_packages(dev=dev)) - {"python3-venv"} == wanted


def test_a_user_without_sudo_is_told_the_exact_line(asked, monkeypatch):
    as_user(monkeypatch, sudo=False)
    with pytest.raises(
        bootstrap.Unprepared, match=r"sudo apt install libpango-1\.0-0 python3-venv"
    ):
        bootstrap.install_packages(["libpango-1.0-0", "python3-venv"])
    assert asked == []


def test_another_system_is_told_what_is_needed(asked, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.Unprepared, match=r"libpango-1\.0-0"):
        bootstrap.install_packages(["libpango-1.0-0"])


def test_nothing_missing_asks_nothing(asked):
    bootstrap.install_packages([])
    assert asked == []


def test_a_missing_library_is_named_by_its_package(monkeypatch):
    monkeypatch.setattr(bootstrap, "_opens", lambda library: library != "libpango-1.0.so.0")
    assert bootstrap.missing_packages(dev=False) == ["libpango-1.0-0"]


def test_an_old_python_is_refused_in_words():
    bootstrap.require_python((3, 11))
    with pytest.raises(bootstrap.Unprepared, match=r"needs Python 3\.11"):
        bootstrap.require_python((3, 10))


def test_unchanged_requirements_are_installed_once(asked, monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("django==5.2 --hash=sha256:00\n")
    bootstrap.install_requirements("requirements.txt")
    assert "--require-hashes" in asked[-1]
    first = len(asked)
    bootstrap.install_requirements("requirements.txt")
    assert len(asked) == first
    requirements.write_text("django==5.2.1 --hash=sha256:00\n")
    bootstrap.install_requirements("requirements.txt")
    assert len(asked) > first


def test_a_failed_install_leaves_no_stamp(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setattr(bootstrap, "_run", lambda command, *, quiet=False: 1)
    with pytest.raises(bootstrap.Unprepared):
        bootstrap.install_requirements("requirements.txt")
    assert list((tmp_path / ".venv").iterdir()) == []


def test_it_needs_nothing_but_the_standard_library():
    """It runs before the environment exists, isolated from the modules beside it."""
    program = "import runpy; runpy.run_path('puskesmas/bootstrap.py', run_name='loaded')"
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, cwd=bootstrap.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
