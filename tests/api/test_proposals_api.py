"""Proposals over REST: the same verbs, from the desk to the owner's answer."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from puskesmas.models import AuditEntry
from puskesmas.officers import issue_token
from registry.criteria.services import load_criteria
from registry.models import Register
from registry.proposals.sheets import load_profile
from registry.services import create_resident

NIK, KK = "3509990101700051", "3509990101100051"


@pytest.fixture
def person(cast):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    load_criteria(cast.village)
    load_profile(cast.village)
    return create_resident(actor=cast.actor("front"), name="Paimin", nik=NIK, kk=KK, sex="L")


@pytest.fixture
def call(cast):
    """Send a program's request as one of the cast; the newest version unless told otherwise."""

    def send(who, method, path, body=None, version=None, **kwargs):
        actor = cast.actor(who)
        token = issue_token(actor=actor, name="uji", roles=actor.roles)[1]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        more = kwargs or {"data": body or {}, "content_type": "application/json"}
        if method == "get":
            more = {}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=headers, **more)

    return send


@pytest.fixture
def proposed(call, person):
    body = {
        "subject": str(person.uid),
        "register": "DTSEN",
        "kind": "enter",
        "origin": "resident",
        "reason": "Tidak bekerja",
        "programme": "PKH",
        "extra": {"disabled": False},
    }
    return lambda who="front": call(who, "post", "proposals/", body)


def test_the_whole_road_over_rest(call, proposed, cast):
    made = proposed().json()
    one = f"proposals/{made['uid']}/"
    assert made["actions"] == ["submit", "withdraw"]
    submitted = call("front", "post", f"{one}submit/", version=made["version"]).json()
    assert submitted["state"] == "awaiting_musdes"
    today = str(cast.village.today())
    meeting = call(
        "back",
        "post",
        "meetings/",
        {"held_on": today, "place": "Balai", "chair": "Pak Ketua", "present": 9},
    ).json()
    heard = call(
        "back",
        "post",
        f"meetings/{meeting['uid']}/outcomes/",
        {"outcomes": [{"proposal": made["uid"], "outcome": "agreed"}]},
        version=meeting["version"],
    ).json()
    assert [row["outcome"] for row in heard["outcomes"]] == ["agreed"]
    version = call("back", "get", one).json()["version"]
    body = {"finding": "meets", "reason": "Sesuai survei"}
    assert call("back", "post", f"{one}finding/", body, version=version).json()["state"] == "ready"
    body = {"month": today, "register": "DTSEN", "kind": "enter", "with_incomplete": True}
    sheet = call("back", "post", "proposal-sheets/", body).json()
    assert (sheet["people"], sheet["profile"]) == (1, 1)
    file = call("back", "get", f"proposal-sheets/{sheet['uid']}/file/")
    assert file.content[:2] == b"PK"
    assert AuditEntry.objects.filter(action="sheet.download").count() == 1
    upload = SimpleUploadedFile("jawaban.csv", f"NIK;STATUS\n{NIK};PADAN\n".encode())
    answers = call("back", "post", "proposal-answers/", data={"upload": upload}).json()
    assert [(row["outcome"], row["proposal"]) for row in answers["rows"]] == [
        ("changes", made["uid"])
    ]
    assert NIK not in str(answers)
    path = f"proposal-answers/{answers['uid']}/apply/"
    assert call("back", "post", path, version=answers["version"]).json()["changed"] == 1
    last = call("head", "get", one).json()
    assert (last["state"], last["history"][-1]["action"]) == ("accepted", "accept")


def test_the_same_proposal_again_names_the_open_one(proposed):
    made = proposed().json()
    again = proposed()
    assert again.status_code == 409
    assert (again.json()["code"], again.json()["existing"]) == ("already_proposed", made["uid"])


def test_the_dead_enter_nothing_over_rest_either(proposed, person):
    person.life = "deceased"
    person.save()
    refused = proposed()
    assert (refused.status_code, refused.json()["code"]) == (400, "not_living_here")


def test_the_list_is_filtered_and_knows_its_filters(call, proposed):
    proposed()
    assert len(call("front", "get", "proposals/?state=drafted").json()["results"]) == 1
    assert call("front", "get", "proposals/?state=sent").json()["results"] == []
    assert call("front", "get", "proposals/?age=3").status_code == 400


def test_a_survey_is_kept_and_read_over_rest(call, person):
    body = {"criteria_set": "262-2022", "answers": {"floor": "yes", "no_toilet": "no"}}
    kept = call("kasun", "post", f"people/{person.uid}/surveys/", body)
    assert kept.status_code == 201
    results = {row["code"]: row["result"] for row in kept.json()["results"]}
    assert (results["floor"], results["no_toilet"], results["wall"]) == (
        "met",
        "not_met",
        "unknown",
    )
    [read] = call("head", "get", f"people/{person.uid}/surveys/").json()
    assert read["uid"] == kept.json()["uid"]


def test_an_unknown_criterion_is_refused_over_rest(call, person):
    body = {"criteria_set": "262-2022", "answers": {"colour": "yes"}}
    refused = call("front", "post", f"people/{person.uid}/surveys/", body)
    assert refused.json()["errors"][0]["field"] == "answers"
