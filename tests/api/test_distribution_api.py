"""Distribution of aid over REST: the same verbs, the same scoping."""

import uuid

from programs.models import AidRecipient
from puskesmas.models import AuditEntry
from registry.services import create_resident
from tests.api.conftest import key, seen

RICE = {"name": "Beras", "owner": "Dinsos", "kind": "goods", "item": "beras", "amount": 2}


def test_the_whole_way(api, furnished, cast, siti):
    back, front = api("back"), api("front")
    made = back.post("/api/v1/distributions/", RICE, **key())
    held = f"/api/v1/distributions/{made.json()['uid']}/"
    named = back.post(f"{held}recipients/", {"person": str(siti.uid)})
    assert named.status_code == 201
    slot = {"day": cast.village.today().isoformat(), "start": "08:00", "place": "Balai"}
    placed = back.post(f"{held}slots/", slot)
    assert len(placed.json()["slots"]) == 1
    assert back.post(f"{held}settle/", HTTP_IF_MATCH='"99"').status_code == 409
    assert back.post(f"{held}settle/", **seen(placed)).json()["state"] == "settled"
    listed = f"/api/v1/aid-recipients/{named.json()['uid']}/"
    other = create_resident(actor=cast.actor("front"), name="Paijo")
    refused = front.post(f"{listed}hand/", {"way": "identity", "receiver": str(other.uid)}, **key())
    assert (refused.status_code, refused.json()["code"]) == (400, "not_on_the_card")
    code = AidRecipient.objects.get().code
    own_key = key()
    handed = front.post(f"{listed}hand/", {"way": "ticket", "code": code}, **own_key)
    assert (handed.status_code, handed.json()["taken_by"]) == (200, "Siti Khodijah")
    again = front.post(f"{listed}hand/", {"way": "ticket", "code": code}, **own_key)
    assert again.status_code == 200
    late = back.post(f"{listed}hand/", {"way": "identity"}, **key())
    assert (late.status_code, late.json()["code"]) == (409, "already_taken")
    assert "Siti Khodijah" in late.text
    closing = back.get(held)
    closed = back.post(f"{held}close/", {"left_over": 0}, **seen(closing))
    assert (closed.json()["state"], closed.json()["taken"]) == ("closed", 1)
    rows = back.get(f"{held}recipients/").json()["results"]
    assert [row["state"] for row in rows] == ["taken"]
    (looked,) = AuditEntry.objects.filter(action="distribution.list")
    assert str(looked.subject_uid) == made.json()["uid"]


def test_a_scanned_ticket_finds_its_name(api, furnished, cast, siti):
    back, front = api("back"), api("front")
    made = back.post("/api/v1/distributions/", RICE, **key())
    held = f"/api/v1/distributions/{made.json()['uid']}/"
    named = back.post(f"{held}recipients/", {"person": str(siti.uid)}).json()
    code = AidRecipient.objects.get().code
    for text in (code, f"{code[:5]} {code[5:]}", "siti"):
        found = front.post(f"{held}find/", {"q": text})
        assert (found.status_code, [row["uid"] for row in found.json()]) == (200, [named["uid"]])
    looks = AuditEntry.objects.filter(action="distribution.find")
    assert {str(one.subject_uid) for one in looks} == {made.json()["uid"]}
    assert looks.count() == 3
    assert front.post(f"{held}find/", {"q": "0000000000"}).json() == []
    assert front.post(f"{held}find/", {}).status_code == 400
    assert api("koordinator").post(f"{held}find/", {"q": code}).status_code == 403
    assert api("stranger").post(f"{held}find/", {"q": code}).status_code == 404


def test_another_offices_distribution_is_not_there(api, furnished):
    made = api("back").post("/api/v1/distributions/", RICE, **key())
    stranger = api("stranger")
    assert stranger.get(f"/api/v1/distributions/{made.json()['uid']}/").status_code == 404
    assert stranger.get(f"/api/v1/aid-recipients/{uuid.uuid4()}/").status_code == 404
