"""No page, list, file or answer tells a whole NIK or KK, but those whose purpose it is.

Every address of the program is read by somebody who may, in a world whose people have numbers. What
a letter, a payload or a sheet must carry is named below with the reason; nothing else may.
"""

import subprocess

import pytest
from django.conf import settings

from tests.leaks import numbers_in
from tests.test_permissions import TABLE, Visitors
from tests.world import CHILD_NIK, KK, NIK

NUMBERS = {NIK, CHILD_NIK, KK}

#: Addresses that answer with whole numbers on purpose: whoever opens them is audited.
MEANT = {
    "/letters/{letter.uid}/pdf/": "a letter",
    "/api/v1/letters/{letter.uid}/pdf/": "a letter",
    "/proposals/sheets/{sheet.uid}/file/": "the SIKS-NG sheet",
    "/api/v1/proposal-sheets/{sheet.uid}/file/": "the SIKS-NG sheet",
    "/verification/cases/{case.uid}/papers/sptjm/form.pdf": "a statement to sign",
    "/people/verval/{verval.uid}/sheet/": "the sender's own sheet, returned in his layout",
    "/referrals/verval/{verval_sheet.uid}/sheet/": "the office's own sheet, with what came back",
}
_READ = [row for row in TABLE if row.method == "GET" and row.allowed]


@pytest.fixture(scope="module")
def everybody(world_of_the_module, django_db_blocker):
    with django_db_blocker.unblock():
        return Visitors(world_of_the_module)


@pytest.fixture
def visitors(everybody, world):
    return everybody


def told_by(answer):
    """Return the world's numbers that can be read in an answer, in a file's parts too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return numbers_in(content, NUMBERS) | numbers_in(_text_of(content), NUMBERS)


def _text_of(content):
    if not content.startswith(b"%PDF"):
        return b""
    made = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return made.stdout


def test_only_what_must_carry_a_number_tells_one(visitors):
    telling = {row.path for row in _READ if told_by(visitors.answer(row, min(row.allowed)))}
    assert telling == set(MEANT)


# --- Logs ----------------------------------------------------------------------------------------


def test_every_handler_blanks_numbers():
    assert all("redact" in one["filters"] for one in settings.LOGGING["handlers"].values())
    # Else Celery would put a handler of its own in the place of ours.
    assert settings.CELERY_WORKER_HIJACK_ROOT_LOGGER is False
