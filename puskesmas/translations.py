"""Turn the .po catalogues into the .mo files Django reads, without gettext on the machine."""

import os
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent / "locale"


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Write ``*.mo`` beside every ``*.po`` under ``root``; return the files written.

    Fuzzy entries are left out, as msgfmt does. Each file is put in place whole, so that two
    processes may compile at once.

    Raises:
        OSError, UnicodeDecodeError: a catalogue is not readable or not a catalogue.
    """
    written = []
    for source in sorted(root.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        aside = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(aside))
        aside.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_catalogues():
        print(path)
