"""Numbers under pressure: no gap and no double, by threads and by processes, on both databases."""

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.db import connection, transaction

from reports.letters.models import Letter, LetterRevision, LetterSeries
from reports.letters.services import Content, issue_letter
from tests.letters.conftest import body
from tests.racing import database_url, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]


def issue(actor, client_uid=None) -> Letter:
    return issue_letter(
        actor=actor,
        kind="rujukan",
        content=Content(body=body()),
        subject_uid=uuid.uuid4(),
        client_uid=client_uid,
    )


def assert_no_gap_and_no_double(count: int) -> None:
    letters = Letter.objects.all()
    assert sorted(letters.values_list("counter", flat=True)) == list(range(1, count + 1))
    assert len(set(letters.values_list("number", flat=True))) == count
    assert len(set(letters.values_list("token_hash", flat=True))) == count
    assert LetterSeries.objects.get().last_number == count


def test_threads_at_one_counter(cast, quick_print):
    actors = [cast.actor(who) for who in ("front", "back")] * 4

    def officer(actor):
        return lambda: [issue(actor) for _ in range(10)]

    assert together(*map(officer, actors)) == []
    assert_no_gap_and_no_double(80)


def test_letters_taken_back_leave_no_gap(cast, quick_print):
    front, back = cast.actor("front"), cast.actor("back")

    def keeps():
        for _ in range(10):
            issue(front)

    def takes_back():
        for _ in range(10):
            with transaction.atomic():
                issue(back)
                transaction.set_rollback(True)

    assert together(keeps, takes_back, keeps, takes_back) == []
    assert_no_gap_and_no_double(20)


def test_one_button_pressed_many_times_at_once_makes_one_letter(cast, quick_print):
    actor, key, made = cast.actor("front"), uuid.uuid4(), []

    def press():
        made.append(issue(actor, key).pk)

    assert together(*[press] * 8) == []
    assert len(made) == 8
    assert len(set(made)) == 1
    assert_no_gap_and_no_double(1)


@pytest.mark.processes
def test_the_trial_of_many_writers_in_small():
    """The whole thing is ten thousand letters: docs/letters.md."""
    server = database_url() if connection.vendor == "postgresql" else ""
    command = [sys.executable, "-m", "tests.letters.trial", "--letters", "40", "--writers", "4"]
    answer = subprocess.run(
        [*command, "--server", server],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for figure in ("letters: 40", "last number: 40", "gaps: 0", "doubles: 0", "taken back: 4"):
        assert f"  {figure}\n" in answer.stdout


@pytest.mark.processes
def test_processes_at_one_counter(cast):
    workers, each = 4, 5
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
    }
    start = time.time() + 6
    children = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.letters.race_child",
                str(cast.village.pk),
                who,
                str(each),
                str(start),
            ],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("front", "back", "front", "back")
    ]
    outputs = [child.communicate(timeout=300)[0] for child in children]
    assert [child.returncode for child in children] == [0] * workers
    assert sum(len(output.split()) for output in outputs) == workers * each
    assert_no_gap_and_no_double(workers * each)
    assert not LetterRevision.objects.filter(pdf_path="").exists()
