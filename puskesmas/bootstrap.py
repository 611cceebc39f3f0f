"""Prepare the machine before anything of the project can be imported.

Run as a plain file by the system's Python (``python3 puskesmas/bootstrap.py [--dev]``), with the
standard library only: it installs the system libraries that are missing, creates ``.venv`` and
fills it from the pinned, hashed requirements. A second run with unchanged requirements does
nothing. The Makefile calls it before every command.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = (ROOT / ".venv").resolve()
OLDEST_PYTHON = (3, 11)

# Debian package -> the library WeasyPrint opens from it.
LETTER_LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
# The same for the driver in Playwright's wheel: a bare Debian 12 lacks it, a bare 13 does not.
BROWSER_LIBRARIES = {"libatomic1": "libatomic.so.1"}
# The command a test needs -> the Debian packages that may carry it, first one first.
BROWSER = ("chromium", "chromium-browser", "google-chrome")


class Unprepared(Exception):
    """The machine lacks something only a person can give; the message says what to type."""


def main(arguments: list[str] | None = None) -> int:
    """Prepare the machine; return the exit status (1 with a message when a person must act)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    options = parser.parse_args(arguments)
    try:
        require_python()
        install_packages(missing_packages(dev=options.dev))
        install_requirements("requirements-dev.txt" if options.dev else "requirements.txt")
    except Unprepared as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    return 0


def require_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise :class:`Unprepared` when this Python is too old."""
    if version < OLDEST_PYTHON:
        raise Unprepared(
            f"Puskesos needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer; this is "
            f"{version[0]}.{version[1]}. Name another one: make PYTHON=/path/to/python3 ..."
        )


def missing_packages(*, dev: bool) -> list[str]:
    """Return the Debian packages this machine lacks."""
    libraries = LETTER_LIBRARIES | (BROWSER_LIBRARIES if dev else {})
    missing = [package for package, name in libraries.items() if not _opens(name)]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if dev and not any(shutil.which(name) for name in BROWSER):
        missing.append("chromium")
    # The tests read printed letters with its pdftotext.
    if dev and shutil.which("pdftotext") is None:
        missing.append("poppler-utils")
    return missing


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_packages(packages: list[str]) -> None:
    """Install Debian packages as root or through a sudo that asks nothing.

    Raises:
        Unprepared: neither is possible, or apt failed; the message holds the line to type.
    """
    if not packages:
        return
    line = f"sudo apt install {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise Unprepared(
            "This is not a Debian-like system. Install what these Debian packages hold, then "
            f"try again: {' '.join(packages)}"
        )
    prefix = _as_root()
    if prefix is None:
        raise Unprepared(
            f"Some system packages are missing. Type this, then try again:\n\n  {line}"
        )
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    install = [*apt, "install", "--no-install-recommends", "-y", *packages]
    if _run([*apt, "update"]) or _run(install, quiet=True):
        raise Unprepared(
            f"apt could not install them. See its message above, then try:\n\n  {line}"
        )


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"], quiet=True) == 0:
        return ["sudo", "-n"]
    return None


def install_requirements(name: str) -> None:
    """Fill ``.venv`` from a hashed requirements file, unless its stamp says that was done.

    Raises:
        Unprepared: the environment could not be created or a package could not be installed.
    """
    stamp = VENV / f".installed-{name}"
    wanted = fingerprint(ROOT / name)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing Python packages from {name} into {VENV.name}/ ...", flush=True)
    if _run([sys.executable, "-m", "venv", *_clear_if_foreign(), str(VENV)]):
        raise Unprepared(f"{VENV} could not be created; the message above says why.")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if _run([*pip, "install", "--quiet", "--require-hashes", "-r", str(ROOT / name)]):
        raise Unprepared(
            "The Python packages could not be installed; the message above says why. "
            "A network is needed this once; what was fetched is kept."
        )
    stamp.write_text(wanted)


def fingerprint(requirements: Path, python: Iterable[int] = sys.version_info[:2]) -> str:
    """Return what must be equal for an installed environment to be still right."""
    version = ".".join(str(part) for part in python)
    return f"{version} {hashlib.sha256(requirements.read_bytes()).hexdigest()}\n"


def _clear_if_foreign() -> list[str]:
    """Start over when ``.venv`` belongs to another Python: its packages would not load."""
    mine = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return ["--clear"] if VENV.exists() and not mine.exists() else []


def _run(command: list[str], *, quiet: bool = False) -> int:
    """Return the command's exit status; its input is closed so that nothing waits for a person.

    ``quiet`` drops what it says when all is well; its errors are always shown.
    """
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
