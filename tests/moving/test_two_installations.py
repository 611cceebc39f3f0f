"""A village PC (SQLite) and a hosted regency (PostgreSQL where the tests have one), as processes.

Each has its data folder, keys and database; only the file and what people read out go between them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.crash.offices import ROOT, Office

pytestmark = pytest.mark.processes


def run(office: Office, *command: str, fails: bool = False) -> str:
    """Run a command in an installation; return what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=office.environment | {"PUSKESOS_ADMIN_PASSWORD": "kata-sandi-uji-2026"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(done.returncode) == fails, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    home = tmp_path_factory.mktemp("moving")
    hosted, village = Office("hosted", home / "hosted"), Office("pc", home / "pc")
    village._database = ""  # a PC's, whatever the server has
    hosted.migrate()
    village.migrate()
    yield village, hosted
    hosted.end()
    village.end()


def test_a_village_pc_becomes_part_of_a_hosted_regency(installations, tmp_path):
    village, hosted = installations
    printed = run(village, "-m", "tests.moving.seed").splitlines()
    seeded = json.loads(next(line for line in printed if '"people"' in line))
    create = ("manage.py", "create_office", "--code", "35.09", "--kind", "district", "--name")
    who = ("--regency", "Kabupaten Jember", "--admin", "front", "--admin-name", "Pengelola")
    run(hosted, *create, "Kabupaten Jember", *who)
    card = run(hosted, "manage.py", "package", "--office", "35.09", "card")
    (tmp_path / "card").write_text(re.search(r"^\{.*\}$", card, re.MULTILINE)[0])
    fingerprint = re.search(r"fingerprint (.+)", card)[1]

    file = str(tmp_path / "desa")
    export = ("manage.py", "export_office", "--office", seeded["code"], "--out", file)
    named = ("--card", str(tmp_path / "card"), "--fingerprint", fingerprint)
    left = run(village, *export, *named, "--settle", "0")
    read_out = ("--fingerprint", re.search(r"^fingerprint (.+)", left, re.MULTILINE)[1])

    tried = run(hosted, "manage.py", "import_office", file, "--dry-run", *read_out)
    assert "nothing was kept" in tried
    came = run(hosted, "manage.py", "import_office", file, *read_out)
    proof = re.search(r"^proof (.+)", came, re.MULTILINE)[1]
    assert f"proof {proof}" in left
    assert re.search(rf"registry\.Resident +{seeded['people']}  ", came)
    # The regency's administrator has the name of one of the village's officers.
    assert "account front is front-2 here" in came

    assert "nothing done" in run(hosted, "manage.py", "import_office", file, *read_out)
    run(hosted, "manage.py", "check_history")
    moved = ("--office", seeded["code"], "--moved-to", "https://kabupaten.example.org")
    run(village, "manage.py", "close_office", *moved, "--proof", "0" * 64, fails=True)
    said = run(village, "manage.py", "close_office", *moved, "--proof", proof)
    assert "kabupaten.example.org" in said
