"""Settings of the test suite: the real ones over a data directory made for this run.

``DATABASE_URL`` and ``CELERY_BROKER_URL`` choose the engines as they do for the program; without
them everything is embedded.
"""

import atexit
import os
import shutil
import tempfile

_OWN_DATA = "PUSKESOS_TEST_DATA_DIR"
# pytest-xdist's workers inherit the directory of the process that started them.
if _OWN_DATA not in os.environ:
    os.environ[_OWN_DATA] = tempfile.mkdtemp(prefix="puskesos-test-")
    atexit.register(shutil.rmtree, os.environ[_OWN_DATA], ignore_errors=True)
# Never the data of the office that happens to live in this environment.
for _name in [name for name in os.environ if name.startswith("PUSKESOS_") and name != _OWN_DATA]:
    del os.environ[_name]
os.environ["PUSKESOS_DATA_DIR"] = os.environ[_OWN_DATA]

from puskesmas.settings import *  # noqa: E402, F403
from puskesmas.settings import BASE_DIR, DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402
from puskesmas.translations import compile_catalogues  # noqa: E402

# A fresh checkout has no compiled catalogue, and a stale one would test yesterday's English.
compile_catalogues()

# Argon2 is slow on purpose; a suite with thousands of log-ins cannot afford it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The letters' fonts take seconds to cut and are named by what they are cut from: kept between runs.
_FONTS = BASE_DIR / ".pytest_cache" / "fonts"
_FONTS.mkdir(parents=True, exist_ok=True)
if not (DATA_DIR / "fonts").exists():
    (DATA_DIR / "fonts").symlink_to(_FONTS)
# No collected files are needed to render a page in a test, only the folder they would be in.
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Nobody pulls the plug on a test's database; the crash tests use the real settings.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
