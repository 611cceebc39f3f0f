"""The owner outside the installation: who gets a page, what he reads there, where his word goes."""

import contextlib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints import public
from programs.models import Partner
from puskesmas import mail, outbox, transports
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.models import AuditEntry, OutboxMessage
from referrals.chain import services as chain
from referrals.models import Answering, OwnersWord, PartnerKey, ReceivedReferral, Referral
from referrals.partners import keys, owners, services
from referrals.partners.saying import Said
from referrals.partners.selectors import page_of, standing_of_owner
from referrals.services import approval
from referrals.workflow import Answer, Inbox, Realisation
from tests.referrals.conftest import KK, NIK

ADDRESS = "192.0.2.9"


@pytest.fixture
def agency(cast):
    return Partner.objects.create(
        office=cast.district,
        code="bpjs",
        name_id="BPJS Kesehatan Jember",
        kind=Partner.Kind.GOVERNMENT,
        email="rujukan@bpjs.example",
    )


@pytest.fixture
def send(cast, wire, draft, agency):
    """Send a file up over a chain whose owner has a page; return the village's referral."""

    def do(basis="consent", **fields):
        chain.set_chain(actor=cast.actor("manager"), owner_partner=agency.uid)
        referral = draft(road=Referral.Road.DISTRICT, legal_basis=basis, **fields)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        wire.push()
        return referral

    return do


@pytest.fixture
def referral(send, wire):
    made = send()
    wire.act("recommend")
    return made


@pytest.fixture
def token(referral, wire, cast):
    return owners.make_code(actor=cast.actor("manager"), uid=wire.received().uid)


def say(token, value, **more):
    sent = {name: more.pop(name) for name in ("version", "client_uid") if name in more}
    words = {"name": "Rini", "position": "kepala seksi kepesertaan"} | more
    return services.answer(token, address=ADDRESS, said=Said(value, **words), **sent)


def key_of(token):
    return services.find(token, address=ADDRESS)


# --- Who gets a page -----------------------------------------------------------------------------


def test_the_owner_decides_himself_and_the_village_hears_it_as_his_word(wire, referral, token):
    say(token, "studied")
    say(token, "approved", document_number="440/12/2026")
    row = wire.received()
    assert row.state == Inbox.APPROVED
    wire.fetch()
    referral.refresh_from_db()
    assert referral.answer == Answer.APPROVED
    told = Answering.objects.filter(referral=referral).order_by("pk")
    assert [one.value for one in told] == ["recommended", "studied", "approved"]
    last = told.last()
    assert (last.owner, last.document_number) == ("BPJS Kesehatan Jember", "440/12/2026")
    assert last.source == Answering.Source.SYSTEM
    news = public.status_of(referral.complaint.receipt_number, address=ADDRESS).answers[0]
    assert (news.title, news.said_by) == ("Jawaban pemilik program", "BPJS Kesehatan Jember")


def test_his_word_of_the_aid_goes_down_too_and_ready_says_how_to_collect(wire, referral, token):
    say(token, "approved")
    with pytest.raises(InvalidInput):
        say(token, "ready")
    how = {"place": "Kantor", "time": "Senin", "bring": "KTP", "who": "sendiri"}
    say(token, "ready", **how)
    wire.fetch()
    referral.refresh_from_db()
    assert referral.realisation == Realisation.READY
    assert "Tempat: Kantor" in Answering.objects.get(value="ready").instructions


def test_returned_with_his_reason_it_goes_to_the_village_and_his_page_closes_until_it_comes_again(
    cast, wire, referral, token
):
    with pytest.raises(InvalidInput) as caught:
        say(token, "returned")
    assert caught.value.field == "reason"
    say(token, "returned", reason="Surat sakit belum ada")
    with pytest.raises(NotFound):
        key_of(token)
    wire.fetch()
    referral.refresh_from_db()
    assert referral.answer == Answer.RETURNED
    approval.resubmit(
        actor=cast.actor("back"), uid=referral.uid, need="Lengkap sekarang", road="district"
    )
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    with pytest.raises(NotFound):
        key_of(token)
    wire.act("recommend")
    assert page_of(key_of(token)).need == "Lengkap sekarang"


def test_a_chain_without_such_an_owner_gives_no_page_and_the_district_notes_his_word(
    cast, wire, draft
):
    made = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=made.uid)
    wire.push()
    row = wire.act("recommend")
    assert standing_of_owner(row, may_act=True) is None
    with pytest.raises(WrongState):
        owners.make_code(actor=cast.actor("manager"), uid=row.uid)
    assert wire.act("approve").state == Inbox.APPROVED


def test_the_officers_may_still_note_it_and_his_form_is_then_too_old(cast, wire, referral, token):
    version = page_of(key_of(token)).version
    wire.act("refuse", reason="Kuota habis, kata telepon")
    with pytest.raises((StaleVersion, WrongState)):
        say(token, "approved", version=version)
    assert OwnersWord.objects.count() == 0
    assert page_of(key_of(token)).facts == []


def test_an_answer_sent_twice_is_kept_once(wire, referral, token):
    uid = "7d0dca26-5b5f-4c09-9a7c-2b7a0e8d0a01"
    first = say(token, "approved", client_uid=uid)
    second = say(token, "approved", client_uid=uid)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert OwnersWord.objects.count() == 1
    told = OutboxMessage.objects.filter(kind="referral.answered")
    assert [row.body["value"] for row in told].count("approved") == 1


def test_a_file_past_the_manager_goes_to_the_owners_page_at_once(cast, wire, draft, agency):
    chain.set_chain(actor=cast.actor("manager"), manager=False, owner_partner=agency.uid)
    made = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=made.uid)
    wire.push()
    token = owners.make_code(actor=cast.actor("manager"), uid=wire.received().uid)
    say(token, "refused", reason="Bukan peserta")
    assert wire.received().state == Inbox.REFUSED


# --- By what right -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "basis", "goes"),
    [
        ("government", "public_duty", True),
        ("charity", "public_duty", False),
        ("hospital", "public_duty", False),
        ("charity", "consent", True),
        ("ngo", "vital_interest", True),
    ],
)
def test_outside_the_government_he_needs_the_consent_the_village_stated(
    cast, wire, send, agency, kind, basis, goes
):
    Partner.objects.filter(pk=agency.pk).update(kind=kind)
    send(basis)
    row = wire.act("recommend")
    manager = cast.actor("manager")
    if goes:
        assert page_of(key_of(owners.make_code(actor=manager, uid=row.uid))).need
        return
    for verb in (owners.make_code, owners.send_link):
        with pytest.raises(WrongState) as caught:
            verb(actor=manager, uid=row.uid)
        assert caught.value.code == "no_ground"
    standing = standing_of_owner(row, may_act=True)
    assert "persetujuan" in standing.obstacle
    assert not standing.may_make_code
    # A key from before he changed hands opens nothing either.
    with pytest.raises(NotFound):
        key_of(keys.mint_for_owner(row, agency, PartnerKey.Way.CODE)[1])


def test_the_government_reads_masked_numbers_and_looks_at_them_under_audit(wire, referral, token):
    browser = Client()
    cover = browser.get(reverse("partner:page", args=[token]))
    assert "Sulastri" not in cover.content.decode()
    shown = browser.post(reverse("partner:open", args=[token]), follow=True).content.decode()
    assert "Sulastri" in shown
    assert "Penghasilan tidak tetap" in shown
    assert NIK not in shown
    assert KK not in shown
    opened = browser.post(reverse("partner:reveal", args=[token]))
    assert NIK in opened.content.decode()
    assert opened["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.filter(action="partner.reveal").count() == 1
    # Not without pressing "Buka berkas" in this browser.
    elsewhere = Client().post(reverse("partner:reveal", args=[token]), follow=True)
    assert NIK not in elsewhere.content.decode()


def test_nobody_else_reads_a_number_a_register_or_a_finding(cast, wire, send, agency):
    Partner.objects.filter(pk=agency.pk).update(kind=Partner.Kind.CHARITY)
    send("consent")
    row = wire.act("recommend")
    token = owners.make_code(actor=cast.actor("manager"), uid=row.uid)
    browser = Client()
    shown = browser.post(reverse("partner:open", args=[token]), follow=True).content.decode()
    assert "Sulastri" in shown
    for hidden in (NIK[-6:], KK[-6:], "Penghasilan tidak tetap", "DTSEN"):
        assert hidden not in shown
    assert browser.post(reverse("partner:reveal", args=[token])).status_code == 404


def test_once_it_is_over_the_page_names_nobody(wire, referral, token):
    say(token, "refused", reason="Sudah peserta")
    page = page_of(key_of(token))
    assert (page.facts, page.person, page.numbers, page.need) == ([], {}, {}, "")
    assert page.choices == []
    assert [word.label for word in page.said] == ["Tidak disetujui pemilik program"]


# --- The district's side -------------------------------------------------------------------------


def test_the_office_sees_who_typed_it_and_closes_the_page(cast, login, wire, referral, token):
    services.open_page(token, address=ADDRESS)
    say(token, "studied", document_number="9/2026")
    row = wire.received()
    url = reverse("referrals:received", args=[row.uid])
    page = login("manager").get(url).content.decode()
    for shown in ("Dibuka 1 kali", "Rini, kepala seksi kepesertaan", "9/2026"):
        assert shown in page
    assert keys.codes.shown(token) not in page
    login("manager").post(
        reverse("referrals:owner_revoke", args=[row.uid]), {"version": row.version}
    )
    with pytest.raises(NotFound):
        key_of(token)


def test_the_code_is_shown_once_and_opens_the_page(cast, login, wire, referral):
    row = wire.received()
    browser = login("district_back")
    made = browser.post(reverse("referrals:owner_code", args=[row.uid]), {"version": row.version})
    assert made["Cache-Control"] == "private, no-store"
    code = re.search(r'<code translate="no">([0-9A-Z-]{29})<', made.content.decode())[1]
    assert key_of(code).received == row
    again = browser.get(reverse("referrals:received", args=[row.uid])).content.decode()
    assert code not in again


@pytest.mark.parametrize("who", ["supervisor", "district_front", "district_admin"])
def test_only_manager_and_back_office_give_the_page_away(cast, wire, referral, who):
    row = wire.received()
    for verb in (owners.make_code, owners.send_link, owners.revoke):
        with pytest.raises((NotYourRole, NotFound)):
            verb(actor=cast.actor(who), uid=row.uid)


def test_whom_the_chain_no_longer_names_decides_nothing(cast, wire, referral, token):
    chain.set_chain(actor=cast.actor("manager"))
    with pytest.raises(NotFound):
        key_of(token)
    assert wire.act("approve").state == Inbox.APPROVED


def test_a_key_runs_out(referral, token):
    PartnerKey.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotFound):
        key_of(token)


def test_a_page_needs_an_owner_of_this_office_in_the_chain(cast, wire, agency):
    foreign = Partner.objects.create(office=cast.village, code="x", name_id="X")
    for terms, field in (
        ({"owner_partner": foreign.uid}, "owner_partner"),
        ({"owner_partner": agency.uid, "owner": False}, "owner"),
    ):
        with pytest.raises(InvalidInput) as caught:
            chain.set_chain(actor=cast.actor("manager"), **terms)
        assert caught.value.field == field


# --- The link ------------------------------------------------------------------------------------


@pytest.fixture
def desk(monkeypatch, settings):
    """A mail server that keeps what it is given, and an office that is reached from outside."""
    taken = []
    settings.BASE_URL = "https://slrt.example"
    monkeypatch.setattr(mail, "is_on", lambda: True)
    monkeypatch.setattr(mail, "server", contextlib.nullcontext)
    monkeypatch.setattr(mail, "send", lambda _server, **words: taken.append(words))
    return taken


def test_recommending_sends_the_owner_a_link_that_names_nobody(wire, send, desk):
    send()
    wire.act("recommend")
    assert outbox.send_due(transports.transport(), transports.after_ack) == 1
    (taken,) = desk
    assert taken["to"] == "rujukan@bpjs.example"
    assert "SLRT Kabupaten Jember" in taken["sender"]
    for hidden in ("Sulastri", NIK, "Kartu untuk berobat"):
        assert hidden not in taken["text"] + taken["subject"]
    token = re.search(r"https://slrt.example/partner/(\S+)/", taken["text"])[1]
    assert key_of(token).received == wire.received()
    # The village's list of news is not disturbed by it.
    assert len(standing_of_owner(wire.received(), may_act=True).ways) == 1


def test_a_link_that_waits_while_the_file_is_answered_is_not_sent(wire, send, desk):
    send()
    wire.act("recommend")
    ReceivedReferral.objects.update(state=Inbox.RETURNED)
    outbox.send_due(transports.transport(), transports.after_ack)
    assert desk == []
    assert OutboxMessage.objects.get(kind="partner.invited").failed_at is not None


def test_the_manager_sends_it_again(cast, wire, send, desk):
    send()
    row = wire.act("recommend")
    outbox.send_due(transports.transport(), transports.after_ack)
    owners.send_link(actor=cast.actor("manager"), uid=row.uid)
    assert outbox.send_due(transports.transport(), transports.after_ack) == 1
    assert len(desk) == 2
