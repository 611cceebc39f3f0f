"""Participation over REST: the same verbs, the same scoping."""

import pytest

from programs.models import Participation, Programme
from programs.participation.overlaps import load_overlaps
from tests.api.conftest import seen


@pytest.fixture
def front(api, furnished):
    load_overlaps(furnished)
    return api("front")


def test_a_program_writes_down_and_ends_what_somebody_receives(front, siti, cast):
    where = f"/api/v1/people/{siti.uid}/programmes/"
    made = front.post(where, {"programme": "PKH", "evidence": "self"})
    assert (made.status_code, made.json()["reliable"]) == (201, False)
    assert front.post(where, {"programme": "XX", "evidence": "self"}).status_code == 400
    stop = f"/api/v1/participations/{made.json()['uid']}/stop/"
    body = {"until": cast.village.today().isoformat(), "reason": "graduasi"}
    assert front.post(stop, body, HTTP_IF_MATCH='"7"').status_code == 409
    assert front.post(stop, body, **seen(made)).status_code == 200
    assert front.get(where).json() == []
    assert Participation.objects.get().until


def test_lists_of_recipients_doubles_and_gaps(front, siti):
    gaps = front.get("/api/v1/cover/gaps/", {"rt": "02"}).json()["results"]
    assert len(gaps) == 1
    for code in ("KIS-D", "PBI-JK"):
        front.post(
            f"/api/v1/people/{siti.uid}/programmes/", {"programme": code, "evidence": "owner"}
        )
    pbi = Programme.objects.get(code="PBI-JK")
    (line,) = front.get(f"/api/v1/programmes/{pbi.uid}/recipients/").json()["results"]
    assert (line["name"], line["holdings"][0]["reliable"]) == ("Siti Khodijah", True)
    (double,) = front.get("/api/v1/cover/double/").json()
    assert {double["overlap"]["one"], double["overlap"]["other"]} == {"KIS-D", "PBI-JK"}
    assert front.get("/api/v1/cover/gaps/").json()["results"] == []
    assert front.get("/api/v1/cover/gaps/", {"salah": "1"}).status_code == 400
