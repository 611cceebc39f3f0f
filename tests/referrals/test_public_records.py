"""The public pages of an office behind NAT: what it tells the tier above, and what that one shows.

In these tests both offices share a database, where a number known here comes first: pages are
opened for numbers that only a message brought. Two databases: tests/crash/test_public_pages.py.
"""

import hashlib
import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints import public as cases
from complaints import receipts, services
from complaints.letters import receipt_context
from complaints.models import Complaint, ComplaintPaper, CounterQuestion
from complaints.selectors import case as find_case
from complaints.workflow import CaseState
from puskesmas import outbox
from puskesmas.errors import NotYourRole, WrongState
from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.public_pages import ServedRecord, residents_base
from referrals import exchange, schemas
from referrals.models import Publication, PublishedRecord, Referral
from referrals.packages import cards
from referrals.publishing import receiving, sending
from referrals.services import approval, linking
from reports.letters import codes, kinds, render
from reports.letters import public as letters
from reports.letters import services as letter_services
from reports.letters.models import Letter
from tests.letters.conftest import NIK as LETTER_NIK
from tests.letters.conftest import body as letter_body
from tests.referrals.conftest import KK, NIK
from tests.referrals.test_packages import bring, make

DISTRICT_URL = "https://slrt.jember.example"
PUBLISHED = exchange.PUBLISHED


@pytest.fixture
def served(cast, wire):
    """The village's public pages are the district's task."""
    Office.objects.filter(pk=cast.district.pk).update(public_base_url=DISTRICT_URL)
    cards.greet(Peer.objects.select_related("office").get(pk=wire.upstream.pk))
    serve(cast)
    return wire


def serve(cast, pages=Office.PublicPages.UPSTREAM):
    Office.objects.filter(pk=cast.village.pk).update(public_pages=pages)
    cast.village.public_pages = pages


def tell(wire) -> list[dict]:
    """Let rounds and sender run until nothing is left; return the records that were sent."""
    wire.push()
    before = set(messages().values_list("pk", flat=True))
    while sending.publish_all():
        wire.push()
    sent = messages().exclude(pk__in=before).order_by("pk")
    return [record for message in sent for record in message.body["records"]]


def messages():
    return OutboxMessage.objects.filter(kind=PUBLISHED)


@pytest.fixture
def letter(cast, monkeypatch, django_capture_on_commit_callbacks):
    """Issue letters of a plain kind about Siti Maimunah."""
    monkeypatch.setattr(render, "render_pdf", lambda *_args, **_kwargs: b"%PDF-1.7 stub")

    def issued(**changes) -> Letter:
        values = {
            "actor": cast.actor("front"),
            "kind": "rujukan",
            "content": letter_services.Content(body=letter_body(), valid_until=date(2099, 12, 31)),
            "subject_uid": uuid.uuid4(),
        }
        with django_capture_on_commit_callbacks(execute=True):
            return letter_services.issue_letter(**values | changes)

    return issued


# --- The village tells ---------------------------------------------------------------------------


def test_a_greeting_tells_where_the_tier_above_is_opened_by_residents(served):
    assert Peer.objects.get(pk=served.upstream.pk).public_base_url == DISTRICT_URL


def test_an_office_that_is_not_served_tells_nothing(cast, wire, case):
    services.withdraw(actor=cast.actor("back"), uid=case.uid, reason="Pindah")
    assert sending.publish_all() == 0
    assert not Publication.objects.exists()


def test_receipts_and_letters_then_carry_the_address_of_the_tier_above(cast, served, case, letter):
    receipt = receipt_context(find_case(case.uid, actor=cast.actor("front")))
    assert receipt["status_url"] == f"{DISTRICT_URL}/status/{case.receipt_number}/"
    assert receipt["status_page"] == "slrt.jember.example/status"
    printed = letter().revisions.get().context["verification"]
    assert printed["url"].startswith(f"{DISTRICT_URL}/verify/")


def test_without_a_server_the_offices_own_address_holds(cast, served):
    Peer.objects.filter(pk=served.upstream.pk).update(active=False)
    assert residents_base(cast.village) != DISTRICT_URL


def test_what_was_there_before_is_told_in_small_messages_one_at_a_time(
    served, make_case, monkeypatch
):
    monkeypatch.setattr(sending, "ROUND", 2)
    made = [make_case() for _ in range(5)]
    assert sending.publish_all() == 1
    assert sending.publish_all() == 0  # one is under way
    assert len(messages().get().body["records"]) == 2
    served.push()
    assert len(tell(served)) == 3
    assert PublishedRecord.objects.count() == len(made)


@pytest.mark.parametrize("state", CaseState.values)
def test_every_state_of_a_case_is_told_as_the_page_here_says_it(served, make_case, state):
    case = make_case(state=state, due_at=timezone.now() + timedelta(days=3))
    (record,) = tell(served)
    assert record["key"] == sha256(case.receipt_number)
    shown = cases._served_status(case.receipt_number, stored(record))
    here = cases.status_of(case.receipt_number, address="a")
    for name in ("sentence", "next", "who", "since", "due", "received_at"):
        assert str(getattr(shown, name)) == str(getattr(here, name)), name
    assert not shown.has_details


@pytest.mark.parametrize("outcome", ["collected", "unreachable"])
def test_an_end_with_words_of_its_own_keeps_them(served, make_case, outcome):
    make_case(state=CaseState.CLOSED, outcome=outcome)
    (record,) = tell(served)
    assert record["public"]["state"] == outcome


def test_a_move_is_told_and_a_change_nobody_sees_is_not(cast, served, make_case):
    case = make_case(state=CaseState.REGISTERED)
    tell(served)
    case.answer = "Kata petugas"
    case.save()
    assert tell(served) == []
    services.examine(actor=cast.actor("back"), uid=case.uid)
    (record,) = tell(served)
    assert record["public"]["state"] == CaseState.IN_VERIFICATION
    assert PublishedRecord.objects.get().body == record["public"]


def test_five_moves_while_the_line_is_dead_are_told_once_as_it_stands_then(cast, served, make_case):
    case = make_case(state=CaseState.REGISTERED)
    back = cast.actor("back")
    tell(served)
    services.examine(actor=back, uid=case.uid)
    services.ask_papers(actor=back, uid=case.uid, reason="Kurang", wanted=["kk"])
    services.withdraw(actor=back, uid=case.uid, reason="Tidak jadi")
    (record,) = tell(served)
    assert record["public"]["state"] == CaseState.WITHDRAWN


def test_a_move_while_a_message_is_under_way_follows_it(cast, served, make_case):
    case = make_case(state=CaseState.REGISTERED)
    assert sending.publish_all() == 1
    services.examine(actor=cast.actor("back"), uid=case.uid)
    tell(served)
    assert PublishedRecord.objects.get().body["state"] == CaseState.IN_VERIFICATION


def test_a_move_that_is_undone_is_not_told(cast, served, make_case):
    case = make_case(state=CaseState.REGISTERED)
    tell(served)
    with transaction.atomic():
        services.examine(actor=cast.actor("back"), uid=case.uid)
        transaction.set_rollback(True)
    assert tell(served) == []
    assert not Publication.objects.filter(changed=True).exists()


def test_papers_to_bring_are_told_by_code_and_a_tick_takes_them_off(cast, served, make_case):
    case = make_case(state=CaseState.WAITING_RESIDENT)
    for code, fields in [
        ("kk", {}),
        ("own_of_ours", {"name_id": "Surat dari Bu Sulastri"}),
        ("house_front", {"by_office": True}),
        ("birth", {"mandatory": False}),
    ]:
        ComplaintPaper.objects.create(complaint=case, code=code, **{"name_id": code} | fields)
    (record,) = tell(served)
    assert record["public"]["papers"] == ["kk", "other"]
    services.tick_papers(actor=cast.actor("front"), uid=case.uid, seen=["kk"])
    (record,) = tell(served)
    assert record["public"]["papers"] == ["other"]


def test_a_referral_on_its_way_and_received_are_two_states(cast, served, case, draft):
    tell(served)
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert sending.publish_all() == 1
    assert messages().latest("pk").body["records"][0]["public"]["state"] == cases.ON_ITS_WAY
    served.push()
    (record,) = tell(served)
    assert record["public"]["state"] == CaseState.REFERRED


def test_a_question_with_a_receipt_is_told_and_one_without_is_not(cast, served, make_case):
    kind = make_case().kind
    for with_receipt in (True, False):
        services.log_question(
            actor=cast.actor("front"),
            client_uid=uuid.uuid4(),
            kind=kind,
            answer="Datang hari Senin",
            question="Kapan buka?",
            with_receipt=with_receipt,
        )
    told = [record for record in tell(served) if record["public"]["state"] == "question"]
    number = CounterQuestion.objects.exclude(receipt_number="").get().receipt_number
    assert [record["key"] for record in told] == [sha256(number)]


def test_a_letters_life_is_told(cast, served, letter):
    made = letter()
    (record,) = tell(served)
    assert record["key"] == codes.lookup(made.token)
    assert record["public"]["state"] == "unsigned"
    signed = letter_services.sign(actor=cast.actor("front"), uid=made.uid, version=made.version)
    assert [one["public"]["state"] for one in tell(served)] == ["signed"]
    successor = letter_services.void_and_replace(
        actor=cast.actor("back"),
        uid=signed.uid,
        version=signed.version,
        content=letter_services.Content(body=letter_body()),
        reason="Salah nama Siti",
    )
    told = {record["key"]: record["public"] for record in tell(served)}
    assert told[codes.lookup(made.token)]["replaced_by"] == successor.number
    assert told[codes.lookup(successor.token)]["state"] == "unsigned"


def test_a_corrected_validity_is_told(cast, served, letter):
    made = letter()
    tell(served)
    letter_services.revise(
        actor=cast.actor("back"),
        uid=made.uid,
        version=made.version,
        content=letter_services.Content(body=letter_body(), valid_until=date(2098, 1, 31)),
        reason="Salah tanggal",
    )
    assert [one["public"]["valid_until"] for one in tell(served)] == ["2098-01-31"]


def test_after_a_day_without_news_the_tier_above_hears_that_there_is_none(served, make_case):
    make_case()
    tell(served)
    messages().update(created_at=timezone.now() - timedelta(days=2))
    heard = timezone.now()
    assert tell(served) == []
    assert messages().count() == 2
    assert served.downstream.published.heard_at >= heard
    assert sending.publish_all() == 0


def test_turning_it_off_withdraws_everything_and_on_again_tells_it_again(cast, served, make_case):
    case = make_case()
    tell(served)
    serve(cast, Office.PublicPages.OWN)
    (withdrawn,) = tell(served)
    assert withdrawn["public"] is None
    assert PublishedRecord.objects.get().body is None
    assert receipts_above(case.receipt_number) == []
    assert tell(served) == []
    serve(cast)
    (record,) = tell(served)
    assert record["sequence"] > withdrawn["sequence"]
    assert PublishedRecord.objects.get().body == record["public"]


def test_everything_is_told_to_another_tier_above(cast, served, make_case):
    make_case()
    tell(served)
    token = "x" * 43
    peer = linking.link_upstream(
        actor=cast.actor("admin"),
        base_url="http://127.0.0.1",
        token=token,
        peer_uid=uuid.uuid4(),
        name="SLRT Baru",
    )
    Peer.objects.filter(pk=peer.pk).update(public_base_url="https://baru.example")
    assert sending.publish_all() == 1
    assert len(messages().get(peer=peer).body["records"]) == 1


def test_telling_again_tells_all_with_newer_sequences(cast, served, make_case):
    make_case()
    (first,) = tell(served)
    PublishedRecord.objects.all().delete()
    assert tell(served) == []
    sending.tell_again(actor=cast.actor("admin"))
    (second,) = tell(served)
    assert second["public"] == first["public"]
    assert second["sequence"] > first["sequence"]
    assert PublishedRecord.objects.count() == 1


def test_turned_off_after_asking_to_tell_again_it_is_still_withdrawn(cast, served, make_case):
    make_case()
    tell(served)
    sending.tell_again(actor=cast.actor("admin"))
    serve(cast, Office.PublicPages.OWN)
    tell(served)
    assert PublishedRecord.objects.get().body is None


def test_only_the_administrator_of_a_served_office_tells_again(cast, served):
    with pytest.raises(NotYourRole):
        sending.tell_again(actor=cast.actor("back"))
    serve(cast, Office.PublicPages.OWN)
    with pytest.raises(WrongState):
        sending.tell_again(actor=cast.actor("admin"))


def test_a_refused_message_is_counted_and_told_again_on_request(cast, served, make_case):
    make_case()
    sending.publish_all()
    outbox.give_up(messages().get(), code="body_invalid", detail="")
    told = sending.told_of(cast.village)
    assert (told.told, told.waiting, told.refused) == (0, 0, 1)
    sending.tell_again(actor=cast.actor("admin"))
    tell(served)
    told = sending.told_of(cast.village)
    assert (told.told, told.waiting, told.refused) == (1, 0, 0)


def test_records_travel_in_a_package_too(served, make_case):
    case = make_case()
    sending.publish_all()
    bring(served, make(served))
    assert len(receipts_above(case.receipt_number)) == 1
    tell(served)
    assert PublishedRecord.objects.count() == 1


# --- Nothing personal leaves ---------------------------------------------------------------------


def walk(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, f"{path}[]")
    else:
        yield path, value


PERSONAL = ("Sulastri", "Budi Santoso", "Siti", "Maimunah", "gula", "Gaji", "0812", "Melati")


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize("state", CaseState.values)
def test_no_field_of_a_case_names_a_person_a_number_or_a_story(
    served, make_case, case, state, sensitive
):
    case.kind.sensitive = sensitive
    case.kind.save()
    words = {
        "story": "Sakit gula menahun",
        "reporter_name": "Budi Santoso",
        "reporter_phone": "081200000002",
        "finding_reason": "Gaji tetap",
        "answer": "Kartu Sulastri aktif",
    }
    Complaint.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    for name, value in words.items():
        setattr(case, name, value)
    case.save()
    ComplaintPaper.objects.create(
        complaint=case, code="kk", name_id="KK Sulastri", review_note="Milik Budi Santoso"
    )
    (record,) = tell(served)
    if sensitive:
        assert record["public"]["papers"] == []
    assert_nobody_in(messages().get().body)


#: Hashes, counters and moments, in which any four digits may stand by chance; a letter's number.
BY_CHANCE = ("key", "sequence", "_at", "as_of", "since", "number", "replaced_by")


def assert_nobody_in(body):
    for path, value in walk(body):
        last4 = () if path.endswith(BY_CHANCE) else (NIK[-4:], LETTER_NIK[-4:])
        for secret in (*PERSONAL, NIK, KK, LETTER_NIK, *last4):
            assert secret not in str(value), path


def test_no_field_of_any_kind_of_letter_names_its_person(cast, served, letter):
    item = letter()
    matter = uuid.uuid4()
    for kind, _name in kinds.choices():
        for matter_uid in (None, matter):
            Letter.objects.filter(pk=item.pk).update(kind=kind, matter_uid=matter_uid)
            body = {
                "as_of": timezone.now().isoformat(),
                "office": sending._address(cast.village),
                "records": [
                    {
                        "kind": "letter",
                        "key": codes.lookup(item.token),
                        "sequence": 1,
                        "public": letters.record_of(Letter.objects.get(pk=item.pk)),
                    }
                ],
            }
            assert schemas.faults(f"{PUBLISHED}-v1", body) == []
            assert_nobody_in(body)


def test_every_state_the_village_may_tell_has_words_above_and_stands_in_the_schema():
    schema = json.loads(schemas.text(f"{PUBLISHED}-v1"))
    listed = schema["$defs"]["receipt"]["properties"]["state"]["enum"]
    assert sorted(listed) == sorted(map(str, cases._WORDS))


# --- The tier above shows ------------------------------------------------------------------------


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def receipts_above(number):
    return receiving.receipts(number)


def stored(record):
    """Return a record that was taken in, as the pages get it."""
    row = PublishedRecord.objects.select_related("office__peer").get(key=record["key"])
    return ServedRecord(row.office, "SLRT", row.body, row.as_of, row.office.heard_at)


NUMBER = "4821093755" + receipts.check_digits("4821093755")
CODE = "7Q2MK7Q2MK7Q2MK7Q2MK7Q2MK"
ADDRESS = {
    "address": "Jl. Balai Desa No. 1",
    "phone": "0331 123456",
    "opening_hours": "Senin–Jumat 08.00–15.00",
    "zone": "Asia/Makassar",
}
CASE = {
    "state": "waiting_resident",
    "received_at": "2026-11-20T01:00:00+00:00",
    "since": "2026-11-21T01:00:00+00:00",
    "due_at": "2026-12-01T01:00:00+00:00",
    "papers": ["kk", "other"],
}
LETTER = {
    "state": "signed",
    "letter_kind": "sktm",
    "number": "400.9/0001/DS/XI/2026",
    "dated": "2026-11-20",
    "valid_until": "2099-02-20",
    "replaced_by": "",
}


def record(public, *, kind="receipt", token=NUMBER, sequence=1):
    return {"kind": kind, "key": sha256(token), "sequence": sequence, "public": public}


@pytest.fixture
def post(wire):
    """Hand in records as the linked village, or with another office's token."""

    def send(*records, peer=None, as_of="2026-11-22T02:00:00+00:00", office=ADDRESS):
        peer = peer or wire.upstream
        body = {"as_of": as_of, "office": office, "records": list(records)}
        parcel = {
            "uid": str(uuid.uuid4()),
            "kind": PUBLISHED,
            "schema_version": 1,
            "sender": str(peer.office.uid),
            "recipient": str(peer.peer_uid),
            "sent_at": timezone.now().isoformat(),
            "body": body,
            "body_sha256": outbox.body_hash(body),
        }
        headers = {"Authorization": f"Bearer {peer.token}", "Idempotency-Key": parcel["uid"]}
        return Client().post(
            "/exchange/v1/messages/", json.dumps(parcel), "application/json", headers=headers
        )

    return send


@pytest.fixture
def second_village(cast):
    """Another village with a token of its own."""
    token = linking.add_downstream(
        actor=cast.actor("district_admin"), peer_uid=cast.other_village.uid, name="Desa Sumberwangi"
    )
    return Peer(office=cast.other_village, peer_uid=cast.district.uid, token=token)


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def status(number=NUMBER):
    return Client().get(f"/status/{number}/")


def verify(code=CODE):
    return Client().get(f"/verify/{codes.shown(code)}/")


def test_the_districts_page_says_where_the_case_stands_whose_it_is_and_as_of_when(post):
    assert post(record(CASE)).status_code == 201
    answer = status()
    text = words_of(answer)
    assert answer.status_code == 200
    for said in (
        "Kami menunggu Anda melengkapi berkas.",
        "Bawa berkas yang diminta ke kantor Puskesos.",
        "berkas lain yang diminta kantor",
        "Fotokopi KK",
        "Desa Tegalsari Makmur",
        "Jl. Balai Desa No. 1",
        "0331 123456",
        "Keadaan per 22 November 2026",
        "10.00",  # WITA, the village's own zone
        "SLRT Kabupaten Jember",
        "Rincian hanya ada di Desa Tegalsari Makmur",
    ):
        assert said in text, said
    assert "empat angka terakhir" not in text


def test_details_do_not_open_for_a_served_number(post):
    post(record(CASE))
    answer = Client().post(f"/status/{NUMBER}/details/", {"last4": "0001"})
    assert answer.status_code == 404


def test_a_later_state_replaces_the_earlier_and_an_older_one_that_comes_late_does_not(post):
    post(record(CASE, sequence=5))
    post(record(CASE | {"state": "referred"}, sequence=7), as_of="2026-11-22T05:00:00+00:00")
    post(record(CASE, sequence=6), as_of="2026-11-22T04:00:00+00:00")
    row = PublishedRecord.objects.get()
    assert (row.sequence, row.body["state"]) == (7, "referred")
    assert row.office.heard_at.isoformat() == "2026-11-22T05:00:00+00:00"


def test_of_two_records_of_one_key_in_a_message_the_higher_sequence_holds(post):
    post(record(CASE | {"state": "closed"}, sequence=9), record(CASE, sequence=8))
    assert PublishedRecord.objects.get().body["state"] == "closed"


def test_a_withdrawn_number_is_as_unknown_as_one_that_never_was(post):
    post(record(CASE))
    post(record(None, sequence=2))
    withdrawn, unknown = status(), status("0000000000" + receipts.check_digits("0000000000"))
    assert withdrawn.status_code == unknown.status_code == 404
    assert "Belum ada kabar tentang nomor ini" in words_of(withdrawn)


def test_a_clock_that_runs_ahead_promises_nothing_of_tomorrow(post):
    post(record(CASE), as_of="2040-01-01T00:00:00+00:00")
    assert PublishedRecord.objects.get().as_of <= timezone.now()


def test_another_villages_token_overwrites_nothing_and_the_page_names_both(post, second_village):
    post(record(CASE, sequence=5))
    post(record(CASE | {"state": "closed"}, sequence=9), peer=second_village)
    answer = status()
    text = words_of(answer)
    assert "Nomor ini dipakai lebih dari satu kantor" in text
    assert "Desa Tegalsari Makmur" in text
    assert "Desa Sumberwangi" in text
    assert "Kami menunggu Anda" not in text
    assert Client().get(f"/api/v1/status/{NUMBER}/").json()["code"] == "several_offices"


def test_a_village_withdraws_only_its_own(post, second_village):
    post(record(CASE, sequence=5))
    post(record(None, sequence=9), peer=second_village)
    assert "Kami menunggu Anda" in words_of(status())


def test_a_number_known_here_comes_first(post, make_case):
    case = make_case(state=CaseState.ANSWERED)
    post(record(CASE, token=case.receipt_number))
    text = words_of(status(case.receipt_number))
    assert "Jawaban untuk keluhan Anda sudah ada." in text
    assert "Keadaan per" not in text


def test_a_village_that_is_no_longer_linked_is_not_shown(post, wire):
    post(record(CASE))
    Peer.objects.filter(pk=wire.downstream.pk).update(active=False)
    assert status().status_code == 404


def test_the_village_is_named_as_the_district_linked_it(post):
    fault = post(record(CASE), office=ADDRESS | {"name": "Presiden"})
    assert fault.json()["code"] == "body_invalid"


@pytest.mark.parametrize(
    "wrong",
    [
        CASE | {"name": "Sulastri"},
        CASE | {"state": "approved"},
        CASE | {"papers": ["Fotokopi KTP Sulastri"]},
        LETTER,
        {key: CASE[key] for key in ("state", "since")},
    ],
)
def test_whatever_is_not_in_the_schema_is_refused(post, wrong):
    answer = post(record(wrong))
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")
    assert not PublishedRecord.objects.exists()


def test_the_tier_above_may_not_send_records_down(cast, served):
    peer = served.upstream
    message = outbox.enqueue(
        office=cast.district,
        peer=served.downstream,
        kind=PUBLISHED,
        subject=cast.district,
        body={"as_of": timezone.now(), "office": ADDRESS, "records": []},
    )
    with pytest.raises(exchange.Refusal, match="tidak diterima"):
        exchange.receive(peer=peer, parcel=exchange.envelope(message))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Surat ini sah dan masih berlaku"),
        ({"state": "unsigned"}, "Surat ini belum ditandatangani"),
        ({"valid_until": "2026-11-21"}, "Masa berlaku surat ini sudah lewat"),
        ({"state": "void"}, "Surat ini dibatalkan"),
        ({"state": "void", "replaced_by": "400.9/0002/DS/XI/2026"}, "0002"),
        ({"letter_kind": "of_a_later_version"}, "Surat ini sah"),
    ],
)
def test_the_districts_page_says_whether_a_letter_holds_and_names_nobody(post, changes, said):
    post(record(LETTER | changes, kind="letter", token=CODE))
    answer = verify()
    text = words_of(answer)
    assert answer.status_code == 200
    assert said in text
    assert "Desa Tegalsari Makmur" in text
    assert "tidak mengetahui surat ini tentang siapa" in text
    assert "0331 123456" in text
    assert "Tentang" not in text
    assert "NIK" not in text


def test_a_letter_two_offices_call_theirs_is_not_confirmed(post, second_village):
    post(record(LETTER, kind="letter", token=CODE))
    post(record(LETTER, kind="letter", token=CODE), peer=second_village)
    assert "belum dapat dipastikan" in words_of(verify())
    answer = Client().get(f"/api/v1/verify/{CODE}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "disputed_code")


def test_a_receipts_record_is_no_letters(post):
    post(record(CASE))
    assert verify(NUMBER).status_code == 404


def queries(get):
    with CaptureQueriesContext(connection) as seen:
        get()
    return len(seen)


def test_a_served_number_and_an_unknown_one_take_as_many_queries(post):
    post(record(CASE), record(LETTER, kind="letter", token=CODE))
    unknown = "0000000000" + receipts.check_digits("0000000000")
    assert queries(status) == queries(lambda: status(unknown))
    assert queries(verify) == queries(lambda: verify("A" * 25))


def test_guessing_numbers_is_slowed_down_as_at_home(post):
    post(record(CASE))
    answers = [status().status_code for _ in range(35)]
    assert answers[:30] == [200] * 30
    assert answers[-1] == 429


def test_programs_read_who_shows_it_and_as_of_when(post):
    post(record(CASE), record(LETTER, kind="letter", token=CODE))
    said = Client().get(f"/api/v1/status/{NUMBER}/").json()
    assert said["office"] == "Desa Tegalsari Makmur"
    assert said["served"]["server"] == "SLRT Kabupaten Jember"
    said = Client().get(f"/api/v1/verify/{CODE}/").json()
    assert (said["status"], said["initials"], said["nik"]) == ("valid", "", "")
    assert said["served"]["as_of"].startswith("2026-11-22T")


# --- The administrator's pages -------------------------------------------------------------------


def office_form(cast, **changes):
    fields = model_to_dict(cast.village) | {"version": cast.village.version} | changes
    return {name: value for name, value in fields.items() if value not in (None, False)}


def test_the_choice_is_offered_once_the_tier_above_told_its_address(cast, wire, login):
    page = login("admin").get(reverse("office:office"))
    assert "Halaman publik kami" not in words_of(page)
    Peer.objects.filter(pk=wire.upstream.pk).update(public_base_url=DISTRICT_URL)
    page = login("admin").get(reverse("office:office"))
    assert "Dilayani SLRT Kabupaten Jember" in words_of(page)
    assert DISTRICT_URL in words_of(page)


def test_choosing_it_is_enough_to_be_served(cast, served, make_case, login):
    serve(cast, Office.PublicPages.OWN)
    make_case()
    answer = login("admin").post(
        reverse("office:office"), office_form(cast, public_pages="upstream")
    )
    assert answer.status_code == 302, words_of(answer)
    assert len(tell(served)) == 1


def test_the_links_page_says_how_far_it_is(cast, served, make_case, login):
    make_case()
    page = words_of(login("admin").get(reverse("referrals:links")))
    assert "Sudah disampaikan 0" in page
    tell(served)
    page = words_of(login("admin").get(reverse("referrals:links")))
    assert "Sudah disampaikan 1" in page
    answer = login("admin").post(reverse("referrals:tell_again"))
    assert answer.status_code == 302
    assert len(tell(served)) == 1


def test_the_district_sees_whose_public_pages_it_shows(post, login):
    def said():
        return words_of(login("district_admin").get(reverse("referrals:villages")))

    assert "Halaman publiknya ditampilkan di sini" not in said()
    post(record(CASE))
    assert "Halaman publiknya ditampilkan di sini; kabar terakhir 22 November 2026" in said()
    post(record(None, sequence=2))
    assert "Halaman publiknya ditampilkan di sini" not in said()
