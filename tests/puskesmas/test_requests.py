"""What happens around every request: language, a missing database, whom to believe."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from puskesmas.models import Office
from puskesmas.requests import client_address


@pytest.mark.parametrize(
    ("cookie", "browser", "expected"),
    [("", "en-US,en", "id"), ("en", "id", "en"), ("id", "en", "id"), ("xx", "en", "id")],
)
def test_the_page_speaks_indonesian_unless_the_person_chose_english(db, cookie, browser, expected):
    client = Client()
    if cookie:
        client.cookies["puskesos_language"] = cookie
    answer = client.get(reverse("account_login"), headers={"Accept-Language": browser})
    assert answer["Content-Language"] == expected
    assert f'lang="{expected}"' in answer.content.decode()


def _away(*args, **kwargs):
    raise OperationalError("server closed the connection")


@pytest.mark.parametrize("place", ["middleware", "view"])
def test_a_missing_database_is_503_with_words_and_a_time_to_come_back(login, monkeypatch, place):
    client = login("front")
    client.raise_request_exception = False
    if place == "middleware":
        monkeypatch.setattr(SessionStore, "load", _away)
    else:
        monkeypatch.setattr("puskesmas.views.panels.load", _away)
    answer = client.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Basis data tidak menjawab" in answer.content.decode()


def test_a_program_gets_503_as_a_problem(db, monkeypatch):
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("puskesmas.api.TokenAuthentication._find", _away)
    answer = client.get("/api/v1/me/", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"


def test_another_fault_is_500_without_a_trace(login, monkeypatch):
    client = login("front")
    client.raise_request_exception = False
    monkeypatch.setattr("puskesmas.views.panels.load", lambda *a, **k: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 10.1.1.1", "10.1.1.1"),
        (1, "", "127.0.0.1"),
        (2, "6.6.6.6, 10.1.1.1, 10.2.2.2", "10.1.1.1"),
    ],
)
def test_an_invented_forwarded_address_is_not_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", **headers)) == expected


def test_health_answers_for_containers(client, db):
    body = client.get(reverse("health")).json()
    assert (body["database"], body["worker"]) == ("ok", "silent")


def test_an_officer_of_two_offices_chooses(cast, client):
    from puskesmas.models import Assignment, Role

    Assignment.objects.create(
        user=cast.front, office=cast.other_village, role=Role.BACK, since="2020-01-01"
    )
    client.force_login(cast.front)
    assert client.get("/").context["request"].actor.office == cast.village
    client.post(reverse("choose_office"), {"office": str(cast.other_village.uid)})
    assert client.get("/").context["request"].actor.office == cast.other_village
    answer = client.post(reverse("choose_office"), {"office": str(cast.district.uid)})
    assert answer.status_code == 404
    assert Office.objects.count() == 3
