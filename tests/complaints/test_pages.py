"""Officers' pages: the queue, the case with its acts, and what they contribute elsewhere."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import acts, services
from complaints.impartiality import VERIFYING
from complaints.models import Complaint, ComplaintPaper, ComplaintProgramme, Telling
from complaints.receipts import new_number, shown
from complaints.workflow import CASE, CaseState
from puskesmas.models import AuditEntry
from registry.selectors import is_family
from tests.complaints.conftest import KK, NIK, make_resident


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def make_case(cast, resident, kind, **fields):
    received = fields.pop("received_at", timezone.now() - timedelta(hours=2))
    values = {
        "office": cast.village,
        "subject": resident,
        "kind": kind,
        "receipt_number": new_number(),
        "received_at": received,
        "clock_started_at": received,
        "state_since": received,
        "due_at": received + timedelta(days=14),
    }
    return Complaint.objects.create(**values | fields)


def numbers_in(response):
    """Return the receipt numbers of the list, in its order."""
    found = re.findall(
        r"/cases/[0-9a-f-]{36}/\">(\d{4} \d{4} \d{4})</a>", response.content.decode()
    )
    return [number.replace(" ", "") for number in found]


def queries(client, url):
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url)
    assert response.status_code == 200
    return len(caught)


# --- The queue --------------------------------------------------------------------------------


def test_emergencies_come_first_then_the_nearest_due_date(cast, login, resident, kind):
    now = timezone.now()
    later = make_case(cast, resident, kind, due_at=now + timedelta(days=5))
    sooner = make_case(cast, resident, kind, due_at=now + timedelta(days=1))
    urgent = make_case(cast, resident, kind, urgency="emergency", due_at=now + timedelta(days=9))
    listed = numbers_in(login("back").get("/cases/"))
    assert listed == [urgent.receipt_number, sooner.receipt_number, later.receipt_number]


@pytest.mark.parametrize(
    ("who", "states"),
    [
        ("back", {"registered", "in_verification", "in_handling"}),
        ("front", {"answered"}),
        ("facilitator", {"answered"}),
        ("koordinator", {"awaiting_approval"}),
    ],
)
def test_the_first_tab_is_what_waits_for_the_officers_role(
    cast, login, resident, kind, who, states
):
    made = {
        state: make_case(cast, resident, kind, state=state).receipt_number
        for state in CaseState.values
    }
    response = login(who).get("/cases/")
    assert set(numbers_in(response)) == {made[state] for state in states}


@pytest.mark.parametrize(
    ("tab", "states"),
    [
        ("resident", {"waiting_resident"}),
        ("approval", {"awaiting_approval"}),
        ("referred", {"referred"}),
        ("answered", {"answered", "recorded_only"}),
        ("realisation", {"awaiting_realisation"}),
        ("done", {"closed", "recorded_only", "lapsed", "withdrawn"}),
        ("all", set(CaseState.values)),
    ],
)
def test_each_tab_holds_its_states(cast, login, resident, kind, tab, states):
    made = {
        state: make_case(cast, resident, kind, state=state, closed_at=timezone.now()).receipt_number
        for state in CaseState.values
    }
    response = login("head").get(f"/cases/?tab={tab}")
    assert set(numbers_in(response)) == {made[state] for state in states}


def test_who_must_hear_why_his_case_was_recorded_only_is_listed_until_told(
    cast, login, resident, kind
):
    case = make_case(cast, resident, kind, state="in_handling")
    services.record_only(actor=cast.actor("back"), uid=case.uid, reason="Belum ada program")
    front = login("front")

    def listed():
        return case.receipt_number in numbers_in(front.get("/cases/?tab=answered"))

    assert listed()
    assert "1 Belum disampaikan" in words_of(front.get("/"))
    services.tell_resident(
        actor=cast.actor("front"),
        uid=case.uid,
        client_uid=uuid.uuid4(),
        means="phone",
        reached=True,
    )
    assert not listed()


def test_who_cannot_be_reached_to_hear_it_leaves_the_list_after_the_offices_tries(
    cast, login, resident, kind
):
    case = make_case(cast, resident, kind, state="in_handling")
    services.record_only(actor=cast.actor("back"), uid=case.uid, reason="Belum ada program")
    seen = []
    for _try in range(cast.village.telling_tries):
        seen.append(bool(numbers_in(login("front").get("/cases/?tab=answered"))))
        services.tell_resident(
            actor=cast.actor("front"),
            uid=case.uid,
            client_uid=uuid.uuid4(),
            means="phone",
            reached=False,
        )
    assert all(seen)
    assert not numbers_in(login("front").get("/cases/?tab=answered"))


def test_the_emergency_tab_holds_open_emergencies_only(cast, login, resident, kind):
    urgent = make_case(cast, resident, kind, urgency="emergency")
    make_case(cast, resident, kind, urgency="emergency", state="closed")
    make_case(cast, resident, kind)
    assert numbers_in(login("head").get("/cases/?tab=emergency")) == [urgent.receipt_number]


def test_filters_narrow_the_list_and_stay_in_the_tabs_addresses(
    cast, login, resident, kinds, programmes
):
    other = make_resident(cast.village, nik="3509994507800009", kk="")
    other.rt = "09"
    other.save()
    wanted = make_case(cast, resident, kinds["programme"], channel="phone")
    need = ComplaintProgramme.Relation.NEEDED
    ComplaintProgramme.objects.create(complaint=wanted, programme=programmes["PKH"], relation=need)
    make_case(cast, other, kinds["data"])
    back = login("back")
    for query in (
        f"kind={kinds['programme'].uid}",
        f"programme={programmes['PKH'].uid}",
        "channel=phone",
        f"rt={resident.rt}",
    ):
        response = back.get(f"/cases/?{query}")
        assert numbers_in(response) == [wanted.receipt_number], query
        assert query.split("=")[0] in response.content.decode()
    assert numbers_in(back.get("/cases/?tab=all&state=closed")) == []
    assert len(numbers_in(back.get("/cases/?tab=all&state=registered"))) == 2


@pytest.mark.parametrize(
    "query", ["kind=x", "programme=1", "state=?", "tab=none", "at=!!!", "rt=%00"]
)
def test_an_odd_address_is_no_error(cast, login, resident, kind, query):
    assert login("back").get(f"/cases/?{query}").status_code == 200


def test_pages_of_the_queue_show_every_case_once(cast, login, resident, kind):
    made = {make_case(cast, resident, kind).receipt_number for _number in range(60)}
    back, url, seen = login("back"), "/cases/?channel=walk_in", []
    for _page in range(5):
        response = back.get(url)
        seen += numbers_in(response)
        following = re.search(r'pager-next" href="([^"]+)"', response.content.decode())
        if not following:
            break
        url = "/cases/" + following[1].replace("&amp;", "&")
    assert (len(seen), set(seen)) == (60, made)


def test_tab_counts_stop_counting_at_a_hundred(cast, login, resident, kind):
    for _number in range(101):
        make_case(cast, resident, kind)
    assert "99+" in words_of(login("back").get("/cases/"))


def test_the_queue_takes_the_same_queries_for_three_cases_and_for_thirty(
    cast, login, resident, kind, programmes
):
    back = login("back")

    def add(count):
        for _number in range(count):
            case = make_case(cast, resident, kind)
            ComplaintProgramme.objects.create(
                complaint=case, programme=programmes["PKH"], relation="needed"
            )

    add(3)
    back.get("/cases/")
    few = queries(back, "/cases/")
    add(20)
    assert queries(back, "/cases/") == few
    assert few <= 14


@pytest.mark.parametrize("who", ["kasun", "admin"])
def test_roles_that_read_no_cases_see_neither_queue_nor_case(login, case, who):
    client = login(who)
    assert client.get("/cases/").status_code == 403
    assert client.get(f"/cases/{case.uid}/").status_code == 403


def test_a_stranger_sees_neither_the_case_in_his_queue_nor_its_page(login, case):
    stranger = login("stranger")
    assert numbers_in(stranger.get("/cases/?tab=all")) == []
    for address in ("", "registered/", "receipt.pdf", "examine/"):
        assert stranger.get(f"/cases/{case.uid}/{address}").status_code == 404


# --- The case ---------------------------------------------------------------------------------


def test_opening_a_case_is_audited_and_shows_numbers_masked(login, case, cast):
    response = login("back").get(f"/cases/{case.uid}/")
    text = response.content.decode()
    assert NIK not in text
    assert KK not in text
    assert AuditEntry.objects.filter(
        action="open_case", subject_uid=case.uid, actor=cast.back
    ).exists()


@pytest.mark.parametrize("state", CaseState.values)
@pytest.mark.parametrize("who", ["front", "back", "facilitator", "koordinator", "head"])
def test_buttons_follow_the_table(cast, login, case, who, state):
    Complaint.objects.update(state=state)
    case.refresh_from_db()
    actor = cast.actor(who)
    steps = {step.action for step in CASE.available(state=state, actor=actor)}
    if who == "head":
        # He verifies only where nobody of the back office may (tests/complaints/test_visits.py).
        steps -= VERIFYING
    offered = acts.acts_for(actor, case, is_family=False)
    for act in offered:
        assert steps.intersection(act.steps) or act.also(actor, case)
    shown_codes = {act.code for act in offered}
    for act in acts.ACTS.values():
        if steps.intersection(act.steps):
            assert act.code in shown_codes
    text = login(who).get(f"/cases/{case.uid}/").content.decode()
    for act in acts.ACTS.values():
        if act.code not in acts.PANEL_ACTS:
            assert (f"/cases/{case.uid}/{act.code}/" in text) is (act.code in shown_codes)


@pytest.mark.parametrize(("finding", "first"), [("meets", "/elsewhere/"), ("", "answer/")])
def test_other_apps_pages_stand_among_the_buttons_and_first_when_criteria_are_met(
    cast, case, monkeypatch, finding, first
):
    monkeypatch.setattr(acts, "_links", {})
    acts.register_link("submit_referral", lambda _case: "/elsewhere/")
    Complaint.objects.update(state="in_handling", finding=finding)
    case.refresh_from_db()
    back, front = cast.actor("back"), cast.actor("front")
    urls = [button.url for button in acts.buttons_for(back, case, is_family=False)]
    assert urls[0].endswith(first)
    assert "/elsewhere/" in urls
    for actor, family in ((front, False), (back, True)):
        buttons = acts.buttons_for(actor, case, is_family=family)
        assert "/elsewhere/" not in [button.url for button in buttons]


@pytest.mark.parametrize("state", CaseState.values)
def test_ones_own_family_shows_no_button_in_any_state_and_says_why(cast, login, case, state):
    Complaint.objects.update(state=state)
    cast.back.kk = KK
    cast.back.save()
    assert is_family(cast.back, case.subject)
    text = login("back").get(f"/cases/{case.uid}/").content.decode()
    assert "dikerjakan petugas lain" in text
    for code in acts.ACTS:
        assert f"/cases/{case.uid}/{code}/" not in text
    assert login("back").get(f"/api/v1/complaints/{case.uid}/").json()["actions"] == []


def test_the_page_says_whose_turn_it_is_and_since_when(cast, login, case):
    Complaint.objects.update(
        state="awaiting_approval", state_since=timezone.now() - timedelta(days=14)
    )
    said = words_of(login("front").get(f"/cases/{case.uid}/"))
    assert re.search(r"Menunggu koordinator sejak \d+ hari kerja", said)


def test_the_case_page_takes_the_same_queries_however_much_happened(cast, login, case):
    back = login("back")
    back.get(f"/cases/{case.uid}/")
    few = queries(back, f"/cases/{case.uid}/")
    for number in range(6):
        ComplaintPaper.objects.create(complaint=case, code=f"p{number}", name_id=f"P{number}")
        Telling.objects.create(
            office=cast.village, complaint=case, means="phone", told_by=cast.front
        )
        make_resident(cast.village, nik=f"350999450780100{number}", kk="")
    services.examine(actor=cast.actor("back"), uid=case.uid)
    assert queries(back, f"/cases/{case.uid}/") <= few + 1
    assert few <= 32


def act(client, case, act_code, **fields):
    fields.setdefault("version", Complaint.objects.get(pk=case.pk).version)
    return client.post(f"/cases/{case.uid}/{act_code}/", fields)


def state_of(case):
    return Complaint.objects.get(pk=case.pk).state


def test_the_acts_of_a_whole_case_through_its_pages(cast, login, case):
    front, back = login("front"), login("back")
    case_url = f"/cases/{case.uid}/"
    for client, code, fields, state in [
        (back, "examine", {}, "in_verification"),
        (front, "ask-papers", {"reason": "KK kabur", "wanted": ["kk"]}, "waiting_resident"),
        (front, "papers-received", {"seen": ["kk"]}, "in_verification"),
        (back, "finding", {"finding": "meets", "reason": "Rumah bambu"}, "in_handling"),
        (back, "answer", {"answer": "Kartu sudah aktif"}, "answered"),
        (front, "tell", {"client_uid": uuid.uuid4(), "reached": "yes", "means": "face"}, "closed"),
        (front, "reopen", {"reason": "Kartu mati lagi"}, "in_verification"),
    ]:
        assert client.get(f"{case_url}{code}/").status_code == 200
        answer = act(client, case, code, **fields)
        assert (answer.status_code, answer.headers.get("Location")) == (302, case_url), code
        assert state_of(case) == state
    story = words_of(back.get(case_url))
    for told in ("KK kabur", "Rumah bambu", "Kartu sudah aktif", "Dibuka kembali", "Tatap muka"):
        assert told in story


def test_an_error_stands_beside_the_field_and_the_typed_words_stay(login, case):
    back = login("back")
    answer = act(back, case, "finding", reason="Rumah bambu, lantai tanah")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Pilih hasil verifikasi." in text
    assert "Rumah bambu, lantai tanah" in text
    assert state_of(case) == "registered"


def test_two_officers_on_one_case_both_see_what_happened_and_nothing_is_lost(cast, login, case):
    version = case.version
    act(login("back"), case, "examine")
    late = login("front")
    answer = act(late, case, "ask-papers", reason="Bawa KK asli", version=version)
    assert answer.status_code == 409
    text = words_of(answer)
    assert "Keadaan terbaru" in text
    assert "Sedang diverifikasi" in text
    assert "Petugas Back" in text
    assert "Bawa KK asli" in answer.content.decode()
    assert state_of(case) == "in_verification"
    again = re.search(r'name="version" value="(\d+)"', answer.content.decode())[1]
    assert act(late, case, "ask-papers", reason="Bawa KK asli", version=again).status_code == 302
    assert state_of(case) == "waiting_resident"


def test_what_was_typed_for_an_act_that_no_longer_fits_is_still_there(login, case):
    Complaint.objects.update(state="closed")
    answer = act(login("back"), case, "answer", answer="Jawaban panjang yang diketik")
    assert answer.status_code == 409
    assert "Jawaban panjang yang diketik" in answer.content.decode()


def test_a_button_pressed_twice_tells_once(login, case):
    Complaint.objects.update(state="answered", outcome="handled")
    front = login("front")
    fields = {
        "client_uid": uuid.uuid4(),
        "reached": "yes",
        "means": "phone",
        "version": case.version,
    }
    for _press in range(2):
        assert act(front, case, "tell", **fields).status_code == 302
    assert Telling.objects.count() == 1
    assert state_of(case) == "closed"


def test_papers_are_ticked_and_copies_stored_from_their_panel(cast, login, case):
    import io

    from PIL import Image

    ComplaintPaper.objects.create(complaint=case, code="kk", name_id="Fotokopi KK")
    front = login("front")
    assert act(front, case, "papers", seen=["kk"]).status_code == 302
    assert case.papers.get().status == "seen"
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    photo = SimpleUploadedFile("kk.png", out.getvalue())
    assert act(front, case, "upload", code="kk", upload=photo).status_code == 302
    stored = case.papers.get().attachment
    assert f"/attachments/{stored.uid}/" in front.get(f"/cases/{case.uid}/").content.decode()
    assert front.get(f"/attachments/{stored.uid}/").status_code == 200
    assert login("stranger").get(f"/attachments/{stored.uid}/").status_code == 404
    bad = act(front, case, "upload", code="kk", upload=SimpleUploadedFile("x.jpg", b"text"))
    assert bad.status_code == 400
    assert "Jenis berkas ini tidak diterima" in words_of(bad)


def test_an_act_nobody_knows_is_not_found(login, case):
    assert login("back").get(f"/cases/{case.uid}/promote/").status_code == 404


def test_the_wrong_role_is_refused_in_words_and_keeps_what_was_typed(login, case):
    answer = act(login("front"), case, "answer", answer="Sudah beres")
    assert answer.status_code == 403
    assert "hanya untuk Back office" in words_of(answer)
    assert "Sudah beres" in answer.content.decode()


SUBJECTS, REPORTERS = "081211112222", "081233334444"


@pytest.fixture
def reachable(case):
    """The case of somebody with a phone, brought by a neighbour with his own."""
    case.subject.phone = SUBJECTS
    case.subject.save()
    case.reporter_phone, case.reporter_relation = REPORTERS, "neighbour"
    case.save()
    return case


def test_who_is_to_be_called_is_read_on_the_case_for_a_reason(cast, login, reachable):
    front, address = login("front"), f"/cases/{reachable.uid}/"
    shut = front.get(address).content.decode()
    silent = front.post(f"{address}phones/", {"reason": ""})
    assert silent.status_code == 400
    assert not AuditEntry.objects.filter(action="reveal").exists()
    opened = front.post(f"{address}phones/", {"reason": "menyampaikan jawaban"})
    assert opened["Cache-Control"] == "no-store"
    for phone in (SUBJECTS, REPORTERS):
        assert phone in opened.content.decode()
        assert phone not in shut + silent.content.decode()
    entry = AuditEntry.objects.get(action="reveal")
    assert (entry.actor, entry.subject_uid) == (cast.front, reachable.uid)
    assert entry.fields == ["reporter_phone", "subject_phone"]


def test_who_does_not_speak_to_residents_opens_no_phone(login, reachable):
    koordinator, address = login("koordinator"), f"/cases/{reachable.uid}/"
    assert f"{address}phones/" not in koordinator.get(address).content.decode()
    assert koordinator.post(f"{address}phones/", {"reason": "x"}).status_code == 403


def test_a_case_nobody_can_be_called_about_offers_no_phones(login, case):
    page = login("front").get(f"/cases/{case.uid}/").content.decode()
    assert f"/cases/{case.uid}/phones/" not in page


# --- Elsewhere --------------------------------------------------------------------------------


def test_the_desk_shows_what_waits_and_counts_it_in_fixed_queries(cast, login, resident, kind):
    back = login("back")
    make_case(cast, resident, kind)
    back.get("/")
    few = queries(back, "/")
    for _number in range(5):
        make_case(cast, resident, kind)
    assert queries(back, "/") == few
    assert "Sulastri" in words_of(back.get("/"))
    assert "Catat keluhan" in words_of(login("front").get("/"))


def test_a_persons_page_lists_his_cases_running_ones_first(cast, login, resident, kind):
    old = make_case(cast, resident, kind, state="closed", closed_at=timezone.now())
    live = make_case(cast, resident, kind, received_at=timezone.now() - timedelta(days=30))
    text = words_of(login("front").get(f"/people/{resident.uid}/"))
    assert text.index(shown(live.receipt_number)) < text.index(shown(old.receipt_number))
    assert "Sudah ada perkara berjalan" in text


def test_people_search_tells_of_a_running_case_while_typing(login, case):
    text = words_of(login("front").post("/people/", {"q": "Sulastri"}))
    assert f"Ada perkara berjalan: {shown(case.receipt_number)}" in text


def test_a_kasun_finds_people_and_learns_nothing_of_their_cases(cast, login, resident, kind):
    case = make_case(cast, resident, kind, urgency="emergency", urgency_reason="Harus operasi")
    kasun, person = login("kasun"), f"/people/{resident.uid}/"
    found = kasun.post("/people/", {"q": "Sulastri"})
    assert "Sulastri" in words_of(found)
    number = case.receipt_number
    for answer in (found, kasun.get(person), kasun.post("/search/", {"q": number}), kasun.get("/")):
        text = words_of(answer)
        assert "perkara berjalan" not in text
        assert shown(number) not in text


@pytest.mark.parametrize("typed", ["{0}", "{1} {2}-{3}"])
def test_the_search_box_opens_a_case_by_its_whole_number(login, case, typed):
    number = case.receipt_number
    text = typed.format(number, number[:4], number[4:8], number[8:])
    answer = login("back").post("/search/", {"q": text})
    assert answer["Location"] == f"/cases/{case.uid}/"
    assert login("stranger").post("/search/", {"q": text}).status_code == 200
