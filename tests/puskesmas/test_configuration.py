"""Every variable the settings read is explained, and nothing else is."""

import re

from django.conf import settings

SETTINGS = (settings.BASE_DIR / "puskesmas" / "settings.py").read_text()
GUIDE = (settings.BASE_DIR / "docs" / "configuration.md").read_text()
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
# Read elsewhere: by a command, by the launcher, by the Makefile, by gunicorn.
ELSEWHERE = {
    "PUSKESOS_ADMIN_PASSWORD",
    "PUSKESOS_DEMO_DIR",
    "VILLAGE_PORT",
    "DISTRICT_PORT",
    "ARGS",
    "WORKERS",
    "PYTHON",
}


def test_the_guide_explains_every_variable_and_no_other():
    explained = set(re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"(?m)^\| (.+?) \|", GUIDE))))
    assert explained | {"PUSKESOS_ADMIN_PASSWORD"} == READ | ELSEWHERE
