"""The pages of village and district: what each role sees and does, and what it never sees."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints import receipts
from puskesmas.actors import Actor
from puskesmas.models import AuditEntry, DeliveryAttempt, Heartbeat, OutboxMessage, Peer
from referrals import tasks
from referrals.models import ReceivedReferral, Referral
from referrals.services import approval, linking
from referrals.workflow import Answer, Approval, Inbox, Realisation
from tests.referrals.conftest import KK, NIK, today


@pytest.fixture
def awaiting(draft, wire):
    return draft(road=Referral.Road.DISTRICT)


@pytest.fixture
def approved(cast, awaiting):
    return approval.approve(actor=cast.actor("koordinator"), uid=awaiting.uid)


def page(client, name, *args, **query):
    return client.get(reverse(f"referrals:{name}", args=args), query)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_back_office_drafts_from_the_case_and_a_double_click_makes_one(
    cast, case, programme, login
):
    client = login("back")
    url = reverse("referrals:draft", args=[case.uid])
    form = client.get(url).context["form"]
    values = {
        "client_uid": form["client_uid"].value(),
        "version": case.version,
        "programme": programme.uid,
        "need": "Kartu untuk berobat",
        "road": "paper",
        "legal_basis": "public_duty",
    }
    first = client.post(url, values)
    second = client.post(url, values)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert Referral.objects.count() == 1


def test_a_draft_with_a_mistake_keeps_what_was_typed_and_names_the_field(case, programme, login):
    url = reverse("referrals:draft", args=[case.uid])
    client = login("back")
    form = client.get(url).context["form"]
    answer = client.post(
        url,
        {
            "client_uid": form["client_uid"].value(),
            "version": case.version,
            "programme": "",
            "need": "Kartu untuk berobat",
            "road": "paper",
            "legal_basis": "public_duty",
        },
    )
    assert "Kartu untuk berobat" in text(answer, 400)
    assert answer.context["form"].errors.keys() == {"programme"}
    assert Referral.objects.count() == 0


def test_two_officers_on_one_case_the_second_is_told_and_keeps_his_words(case, programme, login):
    client = login("back")
    url = reverse("referrals:draft", args=[case.uid])
    form = client.get(url).context["form"]
    answer = client.post(
        url,
        {
            "client_uid": form["client_uid"].value(),
            "version": case.version - 1,
            "programme": programme.uid,
            "need": "Kalimat yang tidak boleh hilang",
            "road": "paper",
            "legal_basis": "public_duty",
        },
    )
    assert "Kalimat yang tidak boleh hilang" in text(answer, 409)
    assert "petugas lain" in text(answer, 409)


def test_the_approver_sees_his_own_turn_and_approves_at_one_press(cast, awaiting, login):
    client = login("koordinator")
    assert "Sulastri" in text(page(client, "approvals"))
    shown = text(page(client, "referral", awaiting.uid))
    assert "Setujui rujukan" in shown
    assert NIK not in shown
    answer = client.post(
        reverse("referrals:approve", args=[awaiting.uid]), {"version": awaiting.version}
    )
    assert answer.status_code == 302
    awaiting.refresh_from_db()
    assert awaiting.approval == Approval.APPROVED


def test_the_head_is_told_whose_turn_it_is_and_gets_no_button(awaiting, login):
    shown = text(page(login("head"), "referral", awaiting.uid))
    assert "Petugas Koordinator" in shown
    assert reverse("referrals:approve", args=[awaiting.uid]) not in shown


def test_an_approval_from_a_stale_page_is_refused(awaiting, login):
    answer = login("koordinator").post(
        reverse("referrals:approve", args=[awaiting.uid]), {"version": awaiting.version - 1}
    )
    assert answer.status_code == 409


def test_returning_needs_a_reason_and_says_so_beside_the_field(awaiting, login):
    client = login("koordinator")
    url = reverse("referrals:return", args=[awaiting.uid])
    answer = client.post(url, {"version": awaiting.version, "reason": ""})
    assert answer.context["form"].errors.keys() == {"reason"}
    assert client.post(url, {"version": awaiting.version, "reason": "Foto"}).status_code == 302


def test_the_page_says_what_waits_and_why(cast, approved, login):
    Heartbeat.objects.create(name="worker")
    message = OutboxMessage.objects.get()
    now = timezone.localtime(timezone.now(), cast.village.tz)
    DeliveryAttempt.objects.create(message=message, outcome="no_connection", at=now)
    again = now + timedelta(minutes=8)
    OutboxMessage.objects.update(attempts=4, due_at=again)
    Peer.objects.filter(direction="upstream").update(last_failure="no_connection")
    shown = text(page(login("front"), "deliveries"))
    assert (
        f"SLRT Kabupaten Jember tidak menjawab sejak {now:%H.%M}, percobaan ke-4, coba lagi"
        in shown
    )
    assert "Kirim sekarang" in shown


def test_a_file_that_waits_behind_the_probe_says_so(cast, approved, login):
    Heartbeat.objects.create(name="worker")
    again = timezone.now() + timedelta(minutes=8)
    Peer.objects.filter(direction="upstream").update(
        last_failure="no_connection", silent_since=timezone.now(), silences=3, probe_at=again
    )
    shown = text(page(login("front"), "deliveries"))
    local = again.astimezone(cast.village.tz)
    assert f"SLRT Kabupaten Jember tidak menjawab. Dicoba lagi {local:%H.%M}" in shown
    assert "begitu dijawab, semua yang menunggu dikirim" in shown


def test_a_dead_worker_is_named_as_the_reason(approved, login):
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    shown = text(page(login("front"), "deliveries"))
    assert "Pengirim di kantor ini tidak berjalan" in shown


def test_send_now_puts_the_message_at_the_head_of_the_line(approved, login):
    OutboxMessage.objects.update(due_at=timezone.now() + timedelta(hours=1))
    answer = login("back").post(reverse("referrals:send_now", args=[approved.uid]))
    assert answer.status_code == 302
    assert OutboxMessage.objects.get().due_at <= timezone.now()


def test_hand_over_and_answer_and_realisation_by_hand(cast, draft, login):
    referral = approval.approve(actor=cast.actor("koordinator"), uid=draft().uid)
    client = login("front")
    day = today().strftime("%d-%m-%Y")

    def act(name, **values):
        form = client.get(reverse(f"referrals:{name}", args=[referral.uid])).context["form"]
        hidden = {field.name: field.value() for field in form.hidden_fields()}
        answer = client.post(
            reverse(f"referrals:{name}", args=[referral.uid]), {**hidden, **values}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        referral.refresh_from_db()

    act("hand_over", receiver="Bu Retno", handed_on=day, upstream_number="12/SLRT")
    assert (referral.answer, referral.upstream_number) == (Answer.RECEIVED, "12/SLRT")
    act(
        "answer",
        value="approved",
        owner="Dinkes",
        said_on=day,
        source="letter",
        document_number="9",
    )
    assert referral.answer == Answer.APPROVED
    act("realisation", value="collected", said_on=day, source="resident")
    assert referral.realisation == Realisation.COLLECTED
    shown = text(page(client, "referral", referral.uid))
    assert "Dinkes" in shown
    assert "Keterangan warga" in shown


def test_the_inbox_shows_what_was_sent_with_numbers_masked(approved, wire, login):
    wire.push()
    row = ReceivedReferral.objects.get()
    client = login("manager")
    assert "Sulastri" in text(page(client, "inbox"))
    shown = text(page(client, "received", row.uid))
    assert NIK not in shown
    assert KK not in shown
    assert "desil 2" in shown


@pytest.mark.parametrize("by", ["agenda", "receipt", "nik"])
def test_the_districts_search_box_opens_what_it_received(approved, wire, login, by):
    wire.push()
    row = ReceivedReferral.objects.get()
    year, _slash, serial = row.number.partition("/")
    typed = {
        "agenda": f" {year}/{int(serial)} ",
        "receipt": receipts.shown(approved.complaint.receipt_number),
        "nik": NIK,
    }[by]
    answer = login("manager").post(reverse("search"), {"q": typed})
    assert answer["Location"] == reverse("referrals:received", args=[row.uid])
    looked_up = AuditEntry.objects.filter(action="lookup_number", office=row.office)
    assert looked_up.exists() is (by == "nik")
    for who in ("stranger", "admin"):
        shown = login(who).post(reverse("search"), {"q": typed})
        assert row.number not in shown.content.decode()
        assert shown.status_code == 200 or str(row.uid) not in shown["Location"]


def test_the_district_can_read_what_was_sent_before_the_correction(cast, approved, wire, login):
    wire.push()
    wire.act("return", reason="KK tidak terbaca")
    wire.fetch()
    approval.resubmit(
        actor=cast.actor("back"), uid=approved.uid, need="KK difoto ulang", road="district"
    )
    approval.approve(actor=cast.actor("koordinator"), uid=approved.uid)
    wire.push()
    shown = text(page(login("manager"), "received", wire.received().uid))
    assert "KK difoto ulang" in shown
    assert "Kiriman ke-1" in shown
    assert "Kartu untuk berobat rutin" in shown


def test_revealing_needs_a_reason_and_is_audited(approved, wire, login):
    wire.push()
    row = ReceivedReferral.objects.get()
    client = login("district_back")
    url = reverse("referrals:reveal", args=[row.uid])
    assert NIK not in text(client.post(url, {"reason": ""}))
    assert not AuditEntry.objects.filter(action="reveal").exists()
    assert NIK in text(client.post(url, {"reason": "Memeriksa di SIKS-NG"}))
    entry = AuditEntry.objects.get(action="reveal")
    assert (entry.subject_uid, entry.fields) == (row.uid, ["kk", "nik"])


def test_the_manager_recommends_and_back_office_records_the_owners_word(approved, wire, login):
    wire.push()
    row = ReceivedReferral.objects.get()
    day = today().strftime("%d-%m-%Y")
    manager, back = login("manager"), login("district_back")
    shown = text(page(back, "received", row.uid))
    assert "Rekomendasikan" not in shown
    url = reverse("referrals:inbox_act", args=[row.uid, "recommend"])
    assert manager.post(url, {"version": row.version, "said_on": day}).status_code == 302
    row.refresh_from_db()
    url = reverse("referrals:inbox_act", args=[row.uid, "refuse"])
    missing = back.post(url, {"version": row.version, "said_on": day, "owner": "Dinkes"})
    assert missing.context["form"].errors.keys() == {"reason"}
    told = {"version": row.version, "said_on": day, "owner": "Dinkes", "reason": "Kuota habis"}
    assert back.post(url, told).status_code == 302
    row.refresh_from_db()
    assert row.state == Inbox.REFUSED
    assert "menunggu diambil desa" in text(page(back, "received", row.uid))


def test_another_villages_referral_is_not_there(approved, login):
    client = login("stranger_koordinator")
    assert page(client, "referral", approved.uid).status_code == 404
    assert client.post(reverse("referrals:approve", args=[approved.uid])).status_code == 404
    assert "Sulastri" not in text(page(client, "approvals"))


def test_a_confidential_case_hides_its_referral_from_the_front_office(approved, login):
    kind = approved.complaint.kind
    kind.sensitive = True
    kind.save()
    assert page(login("front"), "referral", approved.uid).status_code == 404
    assert "Sulastri" not in text(page(login("front"), "deliveries"))
    assert page(login("koordinator"), "referral", approved.uid).status_code == 200


def test_a_village_is_linked_by_a_token_shown_once(cast, login, wire):
    client = login("manager")
    answer = client.post(
        reverse("referrals:villages"),
        {"name": "Desa Sumberwangi", "peer_uid": str(cast.other_village.uid)},
    )
    token = answer.context["token"]
    assert token in text(answer)
    assert token not in text(client.get(reverse("referrals:villages")))
    assert "Desa Sumberwangi" in text(client.get(reverse("referrals:villages")))


def test_the_village_checks_address_and_token_before_it_links(cast, login, wire):
    client = login("admin")
    url = reverse("referrals:links")
    wrong = client.post(url, {"base_url": "http://127.0.0.1", "token": "salah"})
    assert wrong.context["form"].errors.keys() == {"token"}
    plain = client.post(url, {"base_url": "http://slrt.example", "token": wire.upstream.token})
    assert plain.context["form"].errors.keys() == {"base_url"}
    right = client.post(url, {"base_url": "http://127.0.0.1", "token": wire.upstream.token})
    assert right.status_code == 302
    # Office cards are exchanged in the same moment: a stick may be made at once.
    assert not Peer.objects.filter(box_key="").exists()


def test_cards_are_exchanged_at_once_whoever_links(
    cast, wire, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(
        tasks.exchange_cards, "apply_async", lambda **_kwargs: tasks.exchange_cards()
    )
    with django_capture_on_commit_callbacks(execute=True):
        linking.link_upstream(
            actor=Actor.system(cast.village),
            base_url="http://127.0.0.1",
            token=wire.upstream.token,
            peer_uid=cast.district.uid,
            name=cast.district.full_name,
        )
    assert not Peer.objects.filter(box_key="").exists()


@pytest.mark.parametrize("drafts", [1, 4])
def test_the_approvers_list_asks_the_same_number_of_queries_for_many(
    cast, drafts, draft, make_case, login, django_assert_num_queries
):
    for _n in range(drafts):
        draft(case_uid=make_case().uid)
    client = login("koordinator")
    page(client, "approvals")
    with django_assert_num_queries(7):
        assert page(client, "approvals").status_code == 200


@pytest.mark.parametrize("rows", [1, 4])
def test_the_delivery_list_asks_the_same_number_of_queries_for_many(
    cast, rows, draft, make_case, wire, login, django_assert_num_queries
):
    for _n in range(rows):
        referral = draft(case_uid=make_case().uid, road=Referral.Road.DISTRICT)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    client = login("front")
    page(client, "deliveries")
    with django_assert_num_queries(12):
        assert page(client, "deliveries").status_code == 200


@pytest.mark.parametrize("rows", [1, 4])
def test_the_inbox_asks_the_same_number_of_queries_for_many(
    cast, rows, draft, make_case, wire, login, django_assert_num_queries
):
    for _n in range(rows):
        referral = draft(case_uid=make_case().uid, road=Referral.Road.DISTRICT)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    client = login("manager")
    page(client, "inbox")
    with django_assert_num_queries(11):
        assert page(client, "inbox").status_code == 200
