"""A migrated SQLite database kept between runs, for migrating takes longer than most test files.

Its name is a hash of all that migrations say, so another branch or a new migration has its own.
PostgreSQL migrates anew each run, as does ``.ci/run`` on a new machine.
"""

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

from programs import frozen
from puskesmas import append_only

_FOLDER = Path(settings.BASE_DIR) / ".pytest_cache" / "migrated"
#: Modules of ours whose words migrations write into the database.
_CALLED = (append_only, frozen)


def lay_out() -> bool:
    """Put the kept database where the run's test database belongs; return whether there was one."""
    kept = _kept()
    if connection.vendor != "sqlite" or not kept.exists():
        return False
    shutil.copyfile(kept, settings.DATABASES["default"]["TEST"]["NAME"])
    return True


def keep() -> None:
    """Keep the database just migrated, before any test writes to it."""
    kept = _kept()
    if connection.vendor != "sqlite" or kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    connection.ensure_connection()
    copy = sqlite3.connect(unfinished)
    with copy:
        connection.connection.backup(copy)
    copy.close()
    unfinished.replace(kept)


def _kept() -> Path:
    digest = hashlib.sha256(django.__version__.encode())
    for file in sorted(_sources()):
        digest.update(file.name.encode() + file.read_bytes())
    return _FOLDER / f"{digest.hexdigest()[:16]}.sqlite3"


def _sources() -> list[Path]:
    migrations = [Path(app.path).glob("migrations/*.py") for app in apps.get_app_configs()]
    called = [Path(str(module.__file__)) for module in _CALLED]
    return [*called, *(file for folder in migrations for file in folder)]
