"""REST for cases: from the counter to the answer, as the pages do it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from complaints.models import Complaint, CounterQuestion
from complaints.services import register_complaint, withdraw
from puskesmas.models import AuditEntry
from registry.services import create_resident
from tests.api.conftest import KK, NIK, key, seen

URL = "/api/v1/complaints/"


@pytest.fixture
def body(siti, furnished):
    return {
        "subject": str(siti.uid),
        "kind": "programme",
        "story": "Tidak punya kartu, mau berobat",
        "needed": ["KIS-D"],
        "papers_seen": ["ktp"],
    }


@pytest.fixture
def registered(api, body):
    """The answer to a matter just registered."""
    return api("front").post(URL, body, **key())


@pytest.fixture
def act(api, registered):
    """Do one act on the case with the version last seen; return the answer."""
    last = {"answer": registered}

    def done(who, action, values=None, **headers):
        url = f"{URL}{registered.json()['uid']}/{action}/"
        answer = api(who).post(url, values or {}, **(seen(last["answer"]) | headers))
        if "ETag" in answer:
            last["answer"] = answer
        return answer

    return done


def test_a_matter_is_registered_with_a_number_and_what_is_missing(registered):
    body = registered.json()
    assert registered.status_code == 201
    assert (body["state"], body["needed"], len(body["number"])) == (
        "registered",
        ["KIS-D"],
        12,
    )
    assert {"ktp": "seen"}.items() <= {row["code"]: row["status"] for row in body["papers"]}.items()
    assert NIK not in registered.content.decode()
    assert KK not in registered.content.decode()


def test_a_repeat_makes_one_case(api, body):
    header = key()
    first, second = (api("front").post(URL, body, **header) for _ in range(2))
    assert first.json()["uid"] == second.json()["uid"]
    assert Complaint.objects.count() == 1


def test_the_look_at_a_case_is_audited(api, registered):
    answer = api("koordinator").get(f"{URL}{registered.json()['uid']}/")
    assert answer.status_code == 200
    assert AuditEntry.objects.filter(action="open_case", actor__username="koordinator").exists()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"subject": "x"}, ["subject"]),
        ({"subject": "0193a2b0-0000-7000-8000-000000000000"}, ["subject"]),
        ({"kind": "tidak-ada"}, ["kind"]),
        ({"story": "  "}, ["story"]),
        ({"story": "x" * 5000}, ["story"]),
        ({"needed": ["tidak_ada"]}, ["needed"]),
        ({"needed": "KIS-D"}, ["needed"]),
        ({"needed": ["KIS-D"] * 31}, ["needed"]),
        ({"papers_seen": ["surat_cinta"]}, ["papers_seen.0"]),
        ({"received_at": "kemarin"}, ["received_at"]),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, ["received_at"]),
        ({"received_at": "0206-11-22T09:15:00+07:00"}, ["received_at"]),
        ({"received_at": "1999-12-31T09:15:00+07:00"}, ["received_at"]),
        ({"received_at": "2199-01-01T00:00:00Z"}, ["received_at"]),
        ({"urgency": "emergency"}, ["urgency_reason"]),
        ({"reporter_relation": "neighbour"}, ["reporter_name"]),
        ({"urgancy": "emergency"}, ["urgancy"]),
        ({"kind": "", "channel": "surat", "needed": 3}, ["channel", "kind", "needed"]),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_registered(api, body, change, fields):
    answer = api("front").post(URL, body | change, **key())
    assert answer.status_code == 400
    assert sorted(error["field"] for error in answer.json()["errors"]) == fields
    assert not Complaint.objects.exists()


def test_from_the_counter_to_the_answer(act, api, registered):
    assert act("back", "examine").json()["state"] == "in_verification"
    asked = act("back", "ask_papers", {"reason": "Bawa KK", "wanted": ["kk"]})
    assert asked.json()["due_at"] is None
    received = act("front", "papers_received", {"seen": ["kk"]})
    assert received.json()["due_at"]
    found = act("back", "record_finding", {"finding": "meets", "reason": "Tidak ada penghasilan"})
    assert (found.json()["finding"], found.json()["state"]) == ("meets", "in_handling")
    answered = act("back", "answer_here", {"answer": "Kartu lama masih berlaku"})
    assert answered.json()["outcome"] == "handled"
    told = act("front", "tellings", {"means": "face", "reached": True}, **key())
    assert told.status_code == 201
    case = api("back").get(f"{URL}{registered.json()['uid']}/").json()
    assert (case["state"], case["actions"]) == ("closed", ["reopen"])
    assert [move["action"] for move in case["history"]][-2:] == ["answer_here", "told_and_closed"]


@pytest.mark.parametrize(
    ("who", "action", "values", "state"),
    [
        ("back", "record_only", {"reason": "Belum mendesak"}, "recorded_only"),
        ("front", "withdraw", {"reason": "Diminta warga"}, "withdrawn"),
    ],
)
def test_ends_need_a_reason_and_lead_back_by_reopening(act, who, action, values, state):
    act("back", "examine")
    assert act(who, action).status_code == 400
    assert act(who, action, values).json()["state"] == state
    assert act("front", "reopen", {"reason": "Keadaan berubah"}).json()["state"] == (
        "in_verification"
    )


def test_an_act_out_of_turn_is_409_with_the_reason_and_the_state(act):
    answer = act("back", "lapse", {"reason": "lama"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert answer.json()["state"] == "registered"
    assert answer.json()["title"]


def test_an_act_needs_the_version_seen(act):
    assert act("back", "examine", HTTP_IF_MATCH="").status_code == 428
    assert act("back", "examine", HTTP_IF_MATCH="²").json()["code"] == "if_match_invalid"
    stale = act("back", "examine", HTTP_IF_MATCH='"7"')
    assert (stale.status_code, stale.json()["yours"], stale.json()["current"]) == (409, 7, 1)


def test_an_act_of_another_role_is_403_in_words(act):
    answer = act("front", "examine")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_role")


def test_urgency_and_papers_change_without_moving_the_case(act):
    urgent = act("front", "urgency", {"urgency": "emergency", "reason": "Harus operasi"})
    assert (urgent.json()["urgency"], urgent.json()["state"]) == ("emergency", "registered")
    ticked = act("front", "papers", {"seen": ["kk"]})
    assert {row["code"] for row in ticked.json()["papers"] if row["status"] == "seen"} == {"kk"}


def test_a_copy_of_a_paper_is_checked_by_its_content(api, registered, png):
    url = f"{URL}{registered.json()['uid']}/papers/upload/"
    send = {"format": "multipart"} | seen(registered)
    wrong = api("front").post(url, {"code": "kk", "upload": png(content=b"MZ tidak")}, **send)
    assert [error["field"] for error in wrong.json()["errors"]] == ["upload"]
    answer = api("front").post(url, {"code": "kk", "upload": png()}, **send)
    rows = {row["code"]: row for row in answer.json()["papers"]}
    assert rows["kk"]["status"] == "copied"
    picture = api("back").get(f"/api/v1/attachments/{rows['kk']['attachment']}/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")


def test_whom_to_call_is_read_for_a_reason_and_audited(api, body, siti):
    siti.phone = "081211112222"
    siti.save()
    neighbour = {
        "reporter_relation": "neighbour",
        "reporter_name": "Tono",
        "reporter_phone": "081233334444",
    }
    front = api("front")
    uid = front.post(URL, body | neighbour, **key()).json()["uid"]
    address = f"{URL}{uid}/phones/"
    assert front.post(address, {"reason": " "}, format="json").status_code == 400
    opened = front.post(address, {"reason": "menyampaikan jawaban"}, format="json")
    assert opened.json() == {"subject": "081211112222", "reporter": "081233334444"}
    assert opened["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="reveal").count() == 1
    assert api("koordinator").post(address, {"reason": "x"}, format="json").status_code == 403
    assert api("stranger").post(address, {"reason": "x"}, format="json").status_code == 404


def test_a_question_is_logged_in_one_step_with_a_receipt_on_request(api, siti, furnished):
    body = {"kind": "question", "answer": "Ya, sampai jam 14", "with_receipt": True}
    answer = api("front").post("/api/v1/questions/", body, **key())
    assert answer.status_code == 201
    assert len(answer.json()["number"]) == 12
    with_person = body | {"resident": str(siti.uid), "with_receipt": False}
    assert api("front").post("/api/v1/questions/", with_person, **key()).json()["number"] == ""
    assert CounterQuestion.objects.count() == 2


# --- The list -----------------------------------------------------------------------------------


def test_a_questions_receipt_is_printed_where_one_was_given(api, cast, furnished):
    front = api("front")
    asked = {"kind": "question", "answer": "Kantor buka sampai pukul 14.00"}
    given = front.post("/api/v1/questions/", asked | {"with_receipt": True}, **key()).json()
    plain = front.post("/api/v1/questions/", asked, **key()).json()
    receipt = front.get(f"/api/v1/questions/{given['uid']}/receipt/")
    assert (receipt.status_code, receipt["Content-Type"]) == (200, "application/pdf")
    assert receipt.getvalue().startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="print_receipt").count() == 1
    assert front.get(f"/api/v1/questions/{plain['uid']}/receipt/").status_code == 404
    assert api("stranger").get(f"/api/v1/questions/{given['uid']}/receipt/").status_code == 404


def test_details_open_behind_the_last_four_digits_and_only_five_times_a_day(registered):
    anybody, number = APIClient(), registered.json()["number"]
    address = f"/api/v1/status/{number}/details/"
    opened = anybody.post(address, {"last4": NIK[-4:]}, format="json")
    assert opened.status_code == 200
    assert opened.json()["programmes"]
    for secret in ("Siti", NIK, KK):
        assert secret not in opened.content.decode()
    tries = [anybody.post(address, {"last4": "9999"}, format="json") for _try in range(6)]
    assert [answer.status_code for answer in tries] == [400] * 5 + [429]
    mistyped = anybody.post(
        "/api/v1/status/123456789012/details/", {"last4": "0001"}, format="json"
    )
    assert mistyped.json()["code"] == "mistyped_number"


@pytest.fixture
def many(cast, furnished):
    """Five cases of five people, an hour apart, the last an emergency of another kind."""
    from complaints.models import ComplaintKind
    from programs.models import Programme

    kinds = {kind.code: kind for kind in ComplaintKind.objects.filter(office=cast.village)}
    needed = Programme.objects.filter(office=cast.village, code="PKH")
    front = cast.actor("front")
    rows = []
    for place in range(5):
        last = place == 4
        person = create_resident(actor=front, name=f"Warga {place}", rt=f"0{place}", rw="01")
        case = register_complaint(
            actor=front,
            client_uid=person.uid,
            subject=person,
            kind=kinds["data" if last else "programme"],
            story="Cerita",
            received_at=timezone.now() - timedelta(hours=5 - place),
            channel="phone" if last else "walk_in",
            urgency="emergency" if last else "normal",
            urgency_reason="Gawat" if last else "",
            needed=needed if place == 0 else (),
        )
        rows.append(case)
    return rows


def _names(answer):
    return [row["subject"]["name"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("state=registered&state=closed", [4, 3, 2, 1, 0]),
        ("state=closed", []),
        ("open=true&urgency=emergency", [4]),
        ("open=false", []),
        ("kind=data", [4]),
        ("programme=PKH", [0]),
        ("channel=phone", [4]),
        ("rt=02&rw=01", [2]),
        ("received_from=2999-01-01", None),
        ("received_to=2001-01-01", []),
    ],
)
def test_the_list_is_filtered(api, many, query, places):
    answer = api("back").get(f"{URL}?{query}")
    if places is None:
        assert [error["field"] for error in answer.json()["errors"]] == ["received_from"]
    else:
        assert _names(answer) == [f"Warga {place}" for place in places]


def test_a_persons_live_case_is_seen_before_a_second_one_is_registered(api, cast, many):
    person = many[1].subject
    back = api("back")
    assert _names(back.get(f"{URL}?open=true&subject={person.uid}")) == ["Warga 1"]
    withdraw(actor=cast.actor("front"), uid=many[1].uid, reason="Salah orang")
    assert _names(back.get(f"{URL}?open=true&subject={person.uid}")) == []
    assert back.get(f"{URL}?subject=siti").status_code == 400


def test_a_day_of_the_filter_is_the_offices_day(api, cast, many):
    today = cast.village.today()
    first = many[0].received_at.astimezone(cast.village.tz).date()
    assert len(_names(api("back").get(f"{URL}?received_from={first}&received_to={today}"))) == 5
    before = first - timedelta(days=1)
    assert _names(api("back").get(f"{URL}?received_to={before}")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=tidur", "state"),
        ("stat=closed", "stat"),
        ("nama=Siti", "nama"),
        ("received_from=22-11-2026", "received_from"),
        ("open=mungkin", "open"),
        ("page_size=0", "page_size"),
        ("page_size=banyak", "page_size"),
    ],
)
def test_a_wrong_filter_is_named(api, many, query, field):
    answer = api("back").get(f"{URL}?{query}")
    if field == "open":
        # A boolean that is neither is no filter at all (django-filter).
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_pages_follow_each_other_and_lead_back(api, many):
    client = api("back")
    first = client.get(f"{URL}?page_size=2")
    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])
    assert [_names(page) for page in (first, second, third)] == [
        ["Warga 4", "Warga 3"],
        ["Warga 2", "Warga 1"],
        ["Warga 0"],
    ]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)
    assert _names(client.get(third.json()["previous"])) == ["Warga 2", "Warga 1"]


@pytest.mark.parametrize("position", ["x", "bm90IGpzb24", "WzFd", "%00", "é", "WyJuIiwxLDJd"])
def test_a_position_nobody_can_read_is_the_beginning(api, many, position):
    assert len(_names(api("back").get(f"{URL}?position={position}"))) == 5


def test_the_list_takes_the_same_queries_for_one_row_and_for_five(
    api, many, django_assert_num_queries
):
    client = api("back")
    for size in (1, 5):
        # Token, its use, the officer's posts; cases with person and kind; needed programmes.
        with django_assert_num_queries(5):
            client.get(f"{URL}?page_size={size}")


def test_a_confidential_case_is_read_by_few(api, cast, siti, furnished):
    body = {"subject": str(siti.uid), "kind": "protection", "story": "Rahasia"}
    uid = api("front").post(URL, body, **key()).json()["uid"]
    assert api("facilitator").get(f"{URL}{uid}/").status_code == 404
    assert api("facilitator").get(URL).json()["results"] == []
    assert api("front").get(f"{URL}{uid}/").status_code == 200
    assert api("koordinator").get(f"{URL}{uid}/").status_code == 200
