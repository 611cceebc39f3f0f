"""REST for people: the same rules as the pages, said as RFC 9457 problems."""

import uuid

import pytest
from rest_framework.test import APIClient

from programs.models import Programme
from programs.services import record_participation
from puskesmas.models import AuditEntry
from registry.models import Register, Resident
from tests.api.conftest import KK, NIK

URL = "/api/v1/people/"


def test_me_says_who_acts(api):
    assert api("front").get("/api/v1/me/").json()["roles"] == ["front_office"]


@pytest.mark.parametrize(
    "header", [{}, {"HTTP_AUTHORIZATION": "Bearer"}, {"HTTP_AUTHORIZATION": "Bearer nope"}]
)
def test_no_or_wrong_token_is_401_in_words(db, header):
    answer = APIClient().post(f"{URL}search/", {"q": "siti"}, format="json", **header)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_person_is_found_and_masked(api, siti):
    answer = api("front").post(f"{URL}search/", {"q": NIK}, format="json")
    assert [hit["name"] for hit in answer.json()] == ["Siti Khodijah"]
    assert NIK not in answer.content.decode()
    assert AuditEntry.objects.filter(action="lookup_number").exists()


def test_a_number_with_a_digit_too_few_is_told(api, siti):
    answer = api("front").post(f"{URL}search/", {"q": NIK[:-1]}, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == "q"
    assert "16 angka; yang diketik 15." in str(error)


def test_what_a_person_receives_is_read_with_its_source_and_the_reading_is_kept(
    api, cast, siti, furnished
):
    programme = Programme.objects.get(office=furnished, code="PKH")
    record_participation(
        actor=cast.actor("front"), resident=siti, programme=programme, source="self"
    )
    answer = api("front").get(f"{URL}{siti.uid}/programmes/")
    assert [(row["code"], row["source"]) for row in answer.json()] == [("PKH", "self")]
    assert AuditEntry.objects.filter(action="open_person", subject_uid=siti.uid).exists()


def test_creating_needs_an_idempotency_key_and_a_repeat_makes_one(api, cast):
    client = api("front")
    body = {"name": "Paijo", "nik": NIK}
    refused = client.post(URL, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_required")
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    first, second = (client.post(URL, body, format="json", **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["uid"] == second.json()["uid"]
    assert Resident.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "A", "nik": "123"}, "nik"),
        ({"name": "A", "birth_date": "31-12-1990"}, "birth_date"),
        ({"name": "A", "sex": "X"}, "sex"),
        ({"name": "A", "rt": "II"}, "rt"),
    ],
)
def test_a_wrong_field_is_named(api, body, field):
    answer = api("front").post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_broken_json_is_400(api):
    answer = api("front").generic("POST", f"{URL}search/", "{", content_type="application/json")
    assert answer.status_code == 400


def test_a_change_needs_the_version_seen(api, siti):
    client, url = api("front"), f"{URL}{siti.uid}/"
    assert client.patch(url, {"name": "B"}, format="json").status_code == 428
    etag = client.get(url)["ETag"]
    assert client.patch(url, {"name": "B"}, format="json", HTTP_IF_MATCH=etag).status_code == 200
    stale = client.patch(url, {"name": "C"}, format="json", HTTP_IF_MATCH=etag)
    assert stale.status_code == 409
    assert (stale.json()["yours"], stale.json()["current"]) == (1, 2)
    siti.refresh_from_db()
    assert siti.name == "B"


def test_a_person_shows_family_and_registers(api, cast, siti):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    body = api("back").get(f"{URL}{siti.uid}/").json()
    assert body["household"] == [{"uid": str(siti.uid), "name": siti.name, "relation": "1"}]
    assert body["registers"][0]["result"] == "uncertain"
    assert body["nik"].endswith("0001")
    assert NIK not in str(body)


def test_a_check_by_hand(api, cast, siti):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    answer = api("front").post(
        f"{URL}{siti.uid}/checks/",
        {"register_code": "DTSEN", "method": "siks_ng", "result": "listed", "decile": 2},
        format="json",
        HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
    )
    assert answer.status_code == 201
    assert api("front").get(f"{URL}{siti.uid}/").json()["registers"][0]["decile"] == 2


def test_a_death_and_a_reveal(api, siti):
    client = api("front")
    answer = client.post(
        f"{URL}{siti.uid}/life/",
        {"kind": "deceased", "on": "2026-11-01", "evidence": "surat 12"},
        format="json",
        HTTP_IF_MATCH='"1"',
        HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
    )
    assert answer.json()["life"] == "deceased"
    assert [event["evidence"] for event in answer.json()["events"]] == ["surat 12"]
    numbers = client.post(f"{URL}{siti.uid}/numbers/", {"reason": "cek"}, format="json")
    assert numbers.json() == {"nik": NIK, "kk": KK, "phone": ""}


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("koordinator", "post", "", 403),
        ("koordinator", "get", "{uid}/", 200),
        ("admin", "get", "{uid}/", 403),
        ("stranger", "get", "{uid}/", 404),
        ("stranger", "patch", "{uid}/", 404),
        ("manager", "get", "{uid}/", 403),
    ],
)
def test_who_may_do_what(api, siti, who, method, path, status):
    call = getattr(api(who), method)
    answer = call(
        URL + path.format(uid=siti.uid),
        {"name": "x"},
        format="json" if method != "get" else None,
        HTTP_IF_MATCH='"1"',
        HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
    )
    assert answer.status_code == status
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"


def test_doubts_and_the_official_words_over_rest(api, db):
    client = api("front")
    body = {"name": "Sri", "nik": NIK, "sex": "L" if int(NIK[6:8]) > 40 else "P"}
    answer = client.post(
        URL,
        body | {"religion": "ISLAM", "education": "8", "disability": "buta", "occupation": "Tani"},
        format="json",
        HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
    ).json()
    assert [one["code"] for one in answer["warnings"]] == ["sex_differs"]
    assert answer["first_registered"]
    kept = [answer[name] for name in ("religion", "education", "disability", "occupation")]
    assert kept == ["Islam", "Diploma IV/Strata I", "Penglihatan (netra)", "Tani"]
