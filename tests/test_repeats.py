"""A form sent, gone back to, edited and sent again: nothing more is kept, and the page says so.

Every page that creates something is tried, each with another change.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.world import World

WARNING = (
    "Isian ini sudah tercatat sebelumnya. "
    "Bila barusan ada yang diubah, perubahannya tidak disimpan."
)
#: What is sent (who, where, the form), and what is changed before it is sent again.
FORMS: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "register check": (
        "front",
        "/people/{person.uid}/check/",
        {
            "register_code": "DTSEN",
            "method": "siks_ng",
            "result": "listed",
            "decile": "3",
            "checked_at": "01-01-2026 09.15",
        },
        {"decile": "2"},
    ),
    "person": ("front", "/people/new/", {"name": "Paijo"}, {"name": "Paijo Kromo"}),
    "event": (
        "front",
        "/people/{person.uid}/life/",
        {
            "kind": "moved_in",
            "on": "01-01-2026",
            "source": "KK baru",
            "version": "{person.version}",
        },
        {"place": "Kabupaten Lumajang"},
    ),
    "house": (
        "front",
        "/people/households/{household.uid}/housing/",
        {"observed_on": "01-01-2026", "floor": "9"},
        {"floor": "2"},
    ),
    "matter": (
        "front",
        "/cases/new/?person={person.uid}",
        {
            "kind": "{case.kind.uid}",
            "story": "Tidak punya kartu",
            "channel": "walk_in",
            "reporter_relation": "self",
            "urgency": "normal",
        },
        {"urgency": "emergency", "urgency_reason": "Operasi hari ini"},
    ),
    "question": (
        "front",
        "/cases/questions/new/",
        {"kind": "{question.kind.uid}", "channel": "phone", "answer": "Buka pukul 8"},
        {"answer": "Buka pukul 9"},
    ),
    "telling": (
        "front",
        "/cases/{case.uid}/tell/",
        {"means": "phone", "reached": "no"},
        {"reached": "yes"},
    ),
    "draft": (
        "back",
        "/referrals/draft/{case.uid}/",
        {
            "programme": "{kip.uid}",
            "road": "paper",
            "need": "Kartu",
            "legal_basis": "public_duty",
            "going_on_reason": "Atas permintaan warga",
        },
        {"need": "Kartu dan kacamata"},
    ),
    "answer": (
        "front",
        "/referrals/{sent.uid}/answer/",
        {"value": "studied", "owner": "Dinkes", "said_on": "{today}", "source": "letter"},
        {"value": "approved"},
    ),
    "sktm": (
        "front",
        "/people/{person.uid}/sktm/",
        {"purpose": "Pengajuan KIS", "valid_months": "3", "scope": "person", "signer": "by_hand"},
        {"purpose": "Keringanan SPP"},
    ),
}


@pytest.fixture
def send(world: World) -> Callable[..., tuple[str, str]]:
    """Send a form and return where it led and the message shown there, with its kind."""
    known = {**vars(world), "today": world.cast.village.today()}

    def post(browser: Client, path: str, fields: dict[str, Any]) -> tuple[str, str]:
        filled = {name: value.format(**known) for name, value in fields.items()}
        answer = browser.post(path.format(**known), filled)
        assert answer.status_code == 302, answer.content.decode()
        said = [f"{one.level_tag}: {one}" for one in get_messages(answer.wsgi_request)]
        return answer["Location"], " | ".join(said)

    return post


@pytest.mark.parametrize("form", FORMS)
def test_what_is_sent_again_after_the_back_button_is_said_not_to_be_kept(form, send, world):
    who, path, fields, change = FORMS[form]
    browser = Client()
    browser.force_login(world.cast.users[who])
    fields = fields | {"client_uid": str(uuid.uuid4())}
    first, _said = send(browser, path, fields)
    browser.get(first)
    second, said = send(browser, path, fields | change)
    assert said == f"warning: {WARNING}"
    assert first == second or form == "question"


def test_a_form_sent_once_is_said_to_be_kept(send, world):
    who, path, fields, _change = FORMS["register check"]
    browser = Client()
    browser.force_login(world.cast.users[who])
    _led, said = send(browser, path, fields | {"client_uid": str(uuid.uuid4())})
    assert said == "success: Hasil pemeriksaan dicatat."


def test_a_question_without_receipt_sent_again_shows_what_is_kept(send, world):
    who, path, fields, change = FORMS["question"]
    browser = Client()
    browser.force_login(world.cast.users[who])
    fields = fields | {"client_uid": str(uuid.uuid4())}
    send(browser, path, fields)
    led, _said = send(browser, path, fields | change)
    assert "Buka pukul 8" in browser.get(led).content.decode()
