"""REST for referrals: drafted, decided, sent, answered; the district's inbox; what each may see."""

from hashlib import sha256

import pytest

from puskesmas.models import AuditEntry
from referrals.models import ReceivedFile, Referral
from tests.api.conftest import client_of, key, seen
from tests.world import KK, NIK, deliver

CASES, URL, INBOX = "/api/v1/complaints/", "/api/v1/referrals/", "/api/v1/inbox/"


@pytest.fixture
def api(world):
    return lambda who: client_of(world.cast, who)


@pytest.fixture
def act(api):
    """Do one act on a record at the version it has now; return the answer."""

    def done(who, url, action, values=None, **headers):
        client = api(who)
        header = {"HTTP_IF_MATCH": client.get(url)["ETag"]} | headers
        return client.post(f"{url}{action}/", values or {}, **header)

    return done


def _today(world):
    return str(world.cast.village.today())


def test_a_case_is_referred_once_per_programme(api, world):
    # What the person asks for in another case stands in the way no longer.
    Referral.objects.filter(pk=world.sent.pk).update(answer="refused")
    back, url = api("back"), f"{CASES}{world.case.uid}/"
    body = {"programme": "KIS-D", "road": "district", "need": "Berobat rutin"}
    header = key() | seen(back.get(url))
    first, again = (back.post(f"{url}referrals/", body, **header) for _ in range(2))
    assert first.status_code == 201
    assert (first.json()["approval"], first.json()["answer"]) == ("awaiting", "none")
    assert first.json()["destination"]
    assert first.json()["uid"] == again.json()["uid"]
    assert back.get(url).json()["state"] == "awaiting_approval"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"programme": "TIDAK-ADA"}, ["programme"]),
        ({"need": ""}, ["need"]),
        ({"road": "merpati"}, ["road"]),
        ({"programme": "BAZNAS"}, ["road"]),
        ({"programme": "BAZNAS", "road": "paper"}, ["legal_basis"]),
        ({"tujuan": "Dinas"}, ["tujuan"]),
    ],
)
def test_a_draft_with_a_wrong_field_names_it_and_moves_nothing(api, world, change, fields):
    back, url = api("back"), f"{CASES}{world.case.uid}/"
    body = {"programme": "KIS-D", "road": "district", "need": "Berobat"} | change
    answer = back.post(f"{url}referrals/", body, **key(), **seen(back.get(url)))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert back.get(url).json()["state"] == "in_handling"


def test_whoever_drafted_does_not_approve_and_the_approver_does(act, world):
    url = f"{URL}{world.referral.uid}/"
    assert act("back", url, "approve").json()["code"] == "not_your_role"
    approved = act("koordinator", url, "approve")
    assert (approved.json()["approval"], approved.json()["delivery"]["waits"]) == ("approved", True)


def test_a_draft_is_returned_mended_and_put_before_the_approver_again(act, api, world):
    url = f"{URL}{world.referral.uid}/"
    assert act("koordinator", url, "return").status_code == 400
    returned = act("koordinator", url, "return", {"reason": "Lengkapi diagnosis"})
    assert returned.json()["approval"] == "returned"
    case = api("back").get(f"{CASES}{world.referred.uid}/")
    assert case.json()["state"] == "in_handling"
    mended = {"need": "Berobat jantung", "road": "district"}
    assert act("back", url, "resubmit", mended).json()["approval"] == "awaiting"
    refused = act("koordinator", url, "refuse", {"reason": "Sudah punya kartu"})
    assert refused.json()["approval"] == "refused"


def test_a_file_carried_by_hand_is_answered_by_hand(act, api, world):
    url = f"{URL}{world.referral.uid}/"
    act("koordinator", url, "approve")
    carried = {"receiver": "Ibu Rini, loket 2", "handed_on": _today(world)}
    assert act("front", url, "hand_over", carried).json()["answer"] == "received"
    said = {"value": "approved", "source": "letter", "said_on": _today(world)}
    unnamed = act("front", url, "answer", said, **key())
    assert [error["field"] for error in unnamed.json()["errors"]] == ["owner"]
    header = key() | {"HTTP_IF_MATCH": api("front").get(url)["ETag"]}
    for _ in range(2):
        answer = api("front").post(f"{url}answer/", said | {"owner": "Dinkes"}, **header)
        assert answer.json()["answer"] == "approved"
    assert [row["owner"] for row in answer.json()["answers"]] == ["Dinkes"]
    realised = {"value": "collected", "source": "resident", "said_on": _today(world)}
    done = act("facilitator", url, "realisation", realised, **key())
    assert done.json()["realisation"] == "collected"


def test_an_act_out_of_turn_is_409_with_the_state(act, world):
    url = f"{URL}{world.sent.uid}/"
    answer = act("koordinator", url, "approve")
    assert (answer.status_code, answer.json()["state"]) == (409, "approved")
    assert act("back", url, "send_now").status_code == 409


def test_the_list_is_filtered_and_takes_the_same_queries_for_any_length(
    api, world, django_assert_num_queries
):
    front = api("front")
    assert len(front.get(URL).json()["results"]) == 3
    waiting = front.get(f"{URL}?approval=awaiting&programme=KIS-D").json()["results"]
    assert [row["uid"] for row in waiting] == [str(world.referral.uid)]
    assert waiting[0]["delivery"] is None
    of_case = front.get(f"{URL}?complaint={world.gone.uid}").json()["results"]
    assert [row["delivery"]["waits"] for row in of_case] == [False]
    for size in (1, 2):
        # Token, its use, the officer's posts; the page; how files travel, the sender's pulse.
        with django_assert_num_queries(6):
            front.get(f"{URL}?page_size={size}&approval=approved&approval=awaiting")


def test_the_looks_are_audited(api, world):
    api("head").get(f"{URL}{world.sent.uid}/")
    api("manager").get(f"{INBOX}{world.received.uid}/")
    assert AuditEntry.objects.filter(action="open_referral").count() == 1
    assert AuditEntry.objects.filter(action="open_received_referral").count() == 1


# --- The district -------------------------------------------------------------------------------


def test_the_inbox_shows_what_was_sent_with_masked_numbers(api, world):
    answer = api("district_back").get(f"{INBOX}{world.received.uid}/")
    body = answer.json()
    assert body["sent"]["person"]["name"] == "Sulastri Ningsih"
    assert body["sent"]["person"]["nik"].endswith("0011")
    assert NIK not in answer.content.decode()
    assert KK not in answer.content.decode()
    assert "recommend" not in body["actions"]
    assert "recommend" in api("manager").get(f"{INBOX}{world.received.uid}/").json()["actions"]


def test_a_file_that_came_with_it_is_downloaded_by_its_hash_and_audited(api, world):
    file, url = world.received_file, f"{INBOX}{world.received.uid}/"
    manager = api("manager")
    (listed,) = manager.get(url).json()["files"]
    assert (listed["sha256"], listed["label"], listed["refusal"]) == (file.sha256, file.label, "")
    answer = manager.get(f"{url}files/{file.sha256}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, file.media_type)
    assert sha256(answer.content).hexdigest() == file.sha256
    assert AuditEntry.objects.filter(action="open_received_file").count() == 1
    assert api("back").get(f"{url}files/{file.sha256}/").status_code in {403, 404}
    assert manager.get(f"{url}files/{'0' * 64}/").status_code == 404
    ReceivedFile.objects.update(attachment=None, arrived_at=None)
    assert manager.get(f"{url}files/{file.sha256}/").status_code == 404
    assert AuditEntry.objects.filter(action="open_received_file").count() == 1


def test_numbers_are_revealed_for_a_reason_and_audited(api, world):
    url = f"{INBOX}{world.received.uid}/numbers/"
    assert api("manager").post(url, {}).status_code == 400
    assert api("manager").post(url, {"reason": "Pengecekan"}).json() == {"nik": NIK, "kk": KK}
    assert AuditEntry.objects.filter(action="reveal").count() == 1


def test_the_district_recommends_records_the_owners_word_and_the_realisation(act, world):
    url, said = f"{INBOX}{world.received.uid}/", {"said_on": _today(world)}
    assert act("manager", url, "recommend", said).json()["state"] == "recommended"
    assert act("district_back", url, "study", said).json()["state"] == "studied"
    unnamed = act("district_back", url, "approve", said)
    assert [error["field"] for error in unnamed.json()["errors"]] == ["owner"]
    approved = act("district_back", url, "approve", said | {"owner": "Dinkes"})
    assert (approved.json()["state"], approved.json()["actions"]) == (
        "approved",
        ["refuse", "realisation"],
    )
    unsaid = act("manager", url, "realisation", said | {"value": "ready"})
    assert [error["field"] for error in unsaid.json()["errors"]] == ["instructions"]
    ready = said | {"value": "ready", "instructions": "Loket 2, bawa KTP"}
    assert act("manager", url, "realisation", ready).json()["realisation"] == "ready"


@pytest.mark.parametrize("action", ["return", "refuse"])
def test_a_no_of_the_district_needs_its_reason(act, world, action):
    url, said = f"{INBOX}{world.received.uid}/", {"said_on": _today(world), "owner": "Dinkes"}
    if action == "refuse":
        act("manager", url, "recommend", said)
    refused = act("manager", url, action, said)
    assert [error["field"] for error in refused.json()["errors"]] == ["reason"]
    assert act("manager", url, action, said | {"reason": "Data tidak cocok"}).status_code == 200


def test_the_inbox_is_filtered(api, world):
    manager, village = api("manager"), world.cast.village
    for query, count in (
        ("", 1),
        ("state=received&programme=KIS-D&urgency=normal", 1),
        (f"village={village.uid}", 1),
        ("village=0193a2b0-0000-7000-8000-000000000000", 0),
        ("state=returned", 0),
        (f"received_from={_today(world)}&received_to={_today(world)}", 1),
    ):
        assert len(manager.get(f"{INBOX}?{query}").json()["results"]) == count, query
    assert manager.get(f"{INBOX}?village=x").status_code == 400


def test_a_village_sees_no_inbox_and_a_district_no_village(api, world):
    assert api("koordinator").get(INBOX).status_code == 403
    assert api("manager").get(URL).status_code == 403
    assert api("stranger_manager").get(f"{INBOX}{world.received.uid}/").status_code == 404
    assert Referral.objects.count() == 3
    assert deliver() == 0


def test_the_surat_rujukan_is_made_once_and_only_after_the_approval(api, world):
    back = api("back")
    early = back.post(f"/api/v1/referrals/{world.referral.uid}/letter/", {}, **key())
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    address = f"/api/v1/referrals/{world.sent.uid}/letter/"
    wrong = back.post(address, {"signer": str(world.person.uid)}, **key())
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "signer")
    made = back.post(address, {"signer": None}, **key())
    again = api("front").post(address, {}, **key())
    assert (made.status_code, made.json()["kind"]) == (201, "rujukan")
    assert again.json()["uid"] == made.json()["uid"]
    assert back.get(f"/api/v1/letters/{made.json()['uid']}/").status_code == 200
