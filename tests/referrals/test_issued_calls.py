"""A call for candidates from the district: by every road, answered by each, side by side."""

import io
import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from programs.calls import services as village_calls
from programs.models import Call, Candidate, Programme
from puskesmas import office_keys, outbox, transports
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.models import AuditEntry, OutboxMessage, Peer
from referrals import exchange
from referrals.calls import selectors, services
from referrals.models import CallShare, GivenCall, IssuedCall
from referrals.packages import cards, kept
from referrals.packages import services as packages
from referrals.services import linking
from referrals.shares import ShareState
from tests.referrals.conftest import KK, NIK, make_programme, today

REASON = "46 tahun, penghasilan tidak tetap"


def cells(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value or "" for cell in line] for line in sheet.iter_rows()]


def carry() -> int:
    OutboxMessage.objects.update(due_at=timezone.now())
    return outbox.send_due(transports.transport(), transports.after_ack)


@pytest.fixture
def linked(cast):
    linking.link_here(
        actor=cast.actor("district_admin"), uids=[cast.village.uid, cast.other_village.uid]
    )


@pytest.fixture
def issue(cast):
    def do(who="manager", **more):
        given = {
            "owner": "Dinas Sosial",
            "criteria": "Lansia",
            "reference": "460/2",
            "due_on": today(),
            "programme_code": "kis_daerah",
            "programme_name": "KIS Daerah",
        }
        villages = Peer.objects.filter(office=cast.district, direction="downstream", active=True)
        given["wanted"] = dict.fromkeys(villages, 10)
        return services.issue(actor=cast.actor(who), **(given | more))

    return do


@pytest.fixture
def issued(linked, programme, issue):
    made = issue()
    carry()
    return made


def call_of(cast, office=None) -> Call:
    return Call.objects.get(office=office or cast.village)


def share_of(cast, office=None) -> CallShare:
    return CallShare.objects.get(peer__peer_uid=(office or cast.village).uid)


def states(held):
    return {row.share.peer.peer_uid: row.state for row in selectors.standings(held)}


def approve(cast, resident) -> Call:
    call, back = call_of(cast), cast.actor("back")
    village_calls.name_candidate(actor=back, uid=call.uid, resident_uid=resident.uid, reason=REASON)
    village_calls.submit(actor=back, uid=call.uid, version=None)
    return village_calls.approve(actor=cast.actor("koordinator"), uid=call.uid, version=None)


def send_up(cast, **more) -> Call:
    call = call_of(cast)
    return village_calls.hand_over(
        actor=cast.actor("front"),
        uid=call.uid,
        version=None,
        receiver=call.via,
        handed_on=today(),
        **more,
    )


def answer(cast, resident, **more):
    approve(cast, resident)
    send_up(cast, **more)
    carry()


def parcel_of(message):
    return exchange.envelope(OutboxMessage.objects.select_related("office", "peer").get(pk=message))


# --- Down and up ----------------------------------------------------------------------------------


def test_a_call_stands_in_each_village_as_if_it_had_been_written_down_there(cast, issued):
    call = call_of(cast)
    assert (call.owner, call.via, call.wanted) == ("Dinas Sosial", cast.district.full_name, 10)
    assert (call.criteria, call.reference, call.due_on) == ("Lansia", "460/2", today())
    assert call.programme.code == "kis_daerah"
    assert call_of(cast, cast.other_village).programme is None
    assert set(states(issued).values()) == {ShareState.RECEIVED}


def test_the_approved_list_goes_up_with_a_reason_for_each_name(cast, issued, resident):
    answer(cast, resident)
    assert states(issued) == {
        cast.village.uid: ShareState.RETURNED,
        cast.other_village.uid: ShareState.RECEIVED,
    }
    (one,) = share_of(cast).names
    assert (one["name"], one["nik"], one["kk"]) == (resident.name, NIK, KK)
    assert one["reason"] == REASON
    assert share_of(cast).legal_basis == "public_duty"
    titles, line = cells(services.merged(issued))
    said = dict(zip(titles, line, strict=True))
    assert (said["DESA/KELURAHAN"], said["NIK"]) == (cast.village.full_name, NIK)
    assert said["ALASAN"] == REASON
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()


def test_over_the_network_the_village_fetches_the_call_and_pushes_the_list(
    cast, wire, programme, issue, resident
):
    held = issue()
    assert wire.fetch() == 1
    approve(cast, resident)
    send_up(cast)
    assert wire.push() == 1
    assert states(held) == {cast.village.uid: ShareState.RETURNED}


def test_on_a_stick_too(cast, wire, programme, issue, resident):
    for office in (cast.village, cast.district):
        office_keys.keys_of(office)
    for peer, office in ((wire.upstream, cast.district), (wire.downstream, cast.village)):
        cards.keep_from(peer, cards.card_of(office))
    held = issue()
    _carry_stick(cast, "manager", wire.downstream, "front")
    approve(cast, resident)
    send_up(cast)
    _carry_stick(cast, "front", wire.upstream, "manager")
    assert states(held) == {cast.village.uid: ShareState.RETURNED}


def _carry_stick(cast, giver, peer, taker):
    made = packages.make(actor=cast.actor(giver), peer_uid=peer.uid)
    with kept.opened(made) as file:
        brought = packages.bring(actor=cast.actor(taker), file=io.BytesIO(file.read()))
    packages.take_in(actor=cast.actor(taker), uid=brought.uid)


def test_a_repeat_of_the_call_or_of_the_answer_doubles_nothing(cast, issued, resident, monkeypatch):
    monkeypatch.setattr(exchange, "PART_BYTES", 10)
    given = GivenCall.objects.select_related("peer__office").get(office=cast.village)
    down = OutboxMessage.objects.filter(subject_uid=share_of(cast).uid).get()
    exchange.receive(peer=given.peer, parcel=parcel_of(down.pk))
    assert Call.objects.filter(office=cast.village).count() == 1
    answer(cast, resident)
    up = OutboxMessage.objects.get(kind=exchange.CALL_ANSWERED)
    exchange.receive(peer=share_of(cast).peer, parcel=parcel_of(up.pk))
    assert len(share_of(cast).names) == 1


# --- By what right --------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [Programme.Tier.PARTNER, None])
def test_an_owner_who_is_no_government_gets_no_number_and_nothing_without_a_basis(
    cast, linked, issue, resident, tier
):
    if tier:
        make_programme(cast, "zakat", tier=tier)
    issue(owner="Baznas", programme_code="zakat", programme_name="Zakat")
    carry()
    approve(cast, resident)
    with pytest.raises(InvalidInput) as caught:
        send_up(cast)
    assert caught.value.field == "legal_basis"
    assert not OutboxMessage.objects.filter(kind=exchange.CALL_ANSWERED).exists()
    send_up(cast, legal_basis="consent")
    carry()
    (one,) = share_of(cast).names
    assert share_of(cast).legal_basis == "consent"
    assert {"nik", "kk", "sex", "age", "decile", "covered"}.isdisjoint(one)
    assert NIK not in str(OutboxMessage.objects.get(kind=exchange.CALL_ANSWERED).body)
    assert "NIK" not in cells(services.merged(IssuedCall.objects.get()))[0]


def test_nothing_goes_up_before_the_village_approved_it(cast, issued, resident):
    village_calls.name_candidate(
        actor=cast.actor("back"), uid=call_of(cast).uid, resident_uid=resident.uid, reason=REASON
    )
    with pytest.raises(WrongState):
        send_up(cast)
    assert not OutboxMessage.objects.filter(kind=exchange.CALL_ANSWERED).exists()


def test_a_call_written_down_in_the_village_sends_nothing(cast, linked, programme, resident):
    village_calls.open_call(
        actor=cast.actor("front"),
        owner="Dinas Sosial",
        wanted=1,
        criteria="Lansia",
        received_on=today(),
        programme=programme,
    )
    approve(cast, resident)
    call = call_of(cast)
    village_calls.hand_over(
        actor=cast.actor("front"), uid=call.uid, version=None, receiver="Ani", handed_on=today()
    )
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("who", ["supervisor", "district_front", "district_admin"])
def test_who_does_not_work_the_files_asks_no_village(cast, issued, issue, who):
    actor, share = cast.actor(who), share_of(cast)
    with pytest.raises(NotYourRole):
        issue(who)
    with pytest.raises(NotYourRole):
        services.correct(actor=actor, uid=issued.uid, version=None, criteria="x")
    with pytest.raises(NotYourRole):
        services.send_again(actor=actor, uid=share.uid)


def test_another_village_can_neither_see_nor_answer_a_call(cast, issued, resident):
    call = call_of(cast)
    with pytest.raises(NotFound):
        village_calls.submit(actor=cast.actor("stranger"), uid=call.uid, version=None)
    body = {
        "call_uid": str(share_of(cast).uid),
        "part": 1,
        "parts": 1,
        "legal_basis": "public_duty",
        "candidates": [{"name": "X", "reason": "y"}],
    }
    message = outbox.enqueue(
        office=cast.other_village,
        peer=Peer.objects.get(office=cast.other_village),
        kind=exchange.CALL_ANSWERED,
        subject=call,
        body=body,
    )
    peer = share_of(cast, cast.other_village).peer
    with pytest.raises(exchange.Refusal) as caught:
        exchange.receive(peer=peer, parcel=parcel_of(message.pk))
    assert caught.value.code == "unknown_call"
    assert share_of(cast).names == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"owner": " "}, "owner"),
        ({"criteria": " "}, "criteria"),
        ({"wanted": {}}, "each"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_a_call_that_cannot_be_is_refused(linked, issue, given, field):
    with pytest.raises(InvalidInput) as caught:
        issue(**given)
    assert caught.value.field == field
    assert not OutboxMessage.objects.exists()


def test_a_double_click_asks_once(linked, issue):
    uid = uuid.uuid4()
    assert issue(client_uid=uid) == issue(client_uid=uid)
    assert OutboxMessage.objects.count() == 2


# --- Corrections and refusals ---------------------------------------------------------------------


def correct(cast, held, **more):
    given = {"criteria": "Lansia 70 tahun", "due_on": None} | more
    services.correct(actor=cast.actor("manager"), uid=held.uid, version=None, **given)
    carry()


def test_what_is_asked_may_be_said_otherwise_and_names_already_collected_stay(
    cast, issued, resident
):
    village_calls.name_candidate(
        actor=cast.actor("back"), uid=call_of(cast).uid, resident_uid=resident.uid, reason=REASON
    )
    correct(cast, issued)
    assert (call_of(cast).criteria, call_of(cast).due_on) == ("Lansia 70 tahun", None)
    assert Candidate.objects.get(call=call_of(cast)).reason == REASON
    with pytest.raises(StaleVersion):
        services.correct(actor=cast.actor("manager"), uid=issued.uid, version=1, criteria="x")


def test_a_list_before_its_approver_is_not_changed_under_him_and_the_district_is_told(
    cast, issued, resident
):
    approve(cast, resident)
    correct(cast, issued)
    assert call_of(cast).criteria == "Lansia"
    (row,) = (
        row for row in selectors.standings(issued) if row.share.peer.peer_uid == cast.village.uid
    )
    assert row.state == ShareState.REFUSED
    assert "sudah diajukan" in row.why
    send_up(cast)
    carry()
    assert states(issued)[cast.village.uid] == ShareState.RETURNED


def test_who_answered_is_told_nothing_more(cast, issued, resident):
    answer(cast, resident)
    before = OutboxMessage.objects.filter(subject_uid=share_of(cast).uid).count()
    correct(cast, issued)
    assert OutboxMessage.objects.filter(subject_uid=share_of(cast).uid).count() == before
    CallShare.objects.update(returned_at=timezone.now())
    with pytest.raises(WrongState):
        correct(cast, issued)


def test_an_older_edition_that_comes_late_changes_nothing(cast, wire, programme, issue):
    held = issue()
    first = OutboxMessage.objects.get()
    services.correct(actor=cast.actor("manager"), uid=held.uid, version=None, criteria="Yatim")
    wire.fetch()
    peer = Peer.objects.select_related("office").get(pk=wire.upstream.pk)
    exchange.receive(peer=peer, parcel=parcel_of(first.pk))
    assert call_of(cast).criteria == "Yatim"


def test_a_village_that_does_not_know_the_kind_refuses_and_is_offered_it_again(
    cast, wire, issue, monkeypatch
):
    held = issue()
    with monkeypatch.context() as older:
        older.delitem(exchange._takers, exchange.CALL_ISSUED)
        wire.fetch()
    assert states(held) == {cast.village.uid: ShareState.REFUSED}
    services.send_again(actor=cast.actor("manager"), uid=share_of(cast).uid)
    wire.fetch()
    assert states(held) == {cast.village.uid: ShareState.RECEIVED}


# --- The pages ------------------------------------------------------------------------------------


def test_a_call_is_issued_answered_and_read_side_by_side_on_its_pages(
    client, cast, linked, programme, resident
):
    client.force_login(cast.manager)
    page = reverse("referrals:call_new")
    peer = Peer.objects.get(office=cast.district, peer_uid=cast.other_village.uid)
    values = {"client_uid": str(uuid.uuid4()), "owner": "Dinas Sosial", "criteria": "Lansia"}
    assert client.post(page, values).status_code == 400
    sent = client.post(page, values | {"each": "3", f"wanted_{peer.uid}": "0"}, follow=True)
    held = IssuedCall.objects.get()
    assert cast.village.full_name in sent.text
    assert cast.other_village.full_name not in sent.text
    carry()
    Call.objects.update(programme=programme)
    approve(cast, resident)

    client.force_login(cast.front)
    call = call_of(cast)
    page = reverse("programs:call", args=[call.uid])
    assert "Kirim ke kabupaten" in client.get(page).text
    hand_over = reverse("programs:call_hand_over", args=[call.uid])
    assert "Diterima oleh" not in client.get(hand_over).text
    assert "menunggu sampai" in client.post(hand_over, {"version": call.version}, follow=True).text
    carry()
    assert "sudah diterima" in client.get(page).text

    client.force_login(cast.manager)
    page = reverse("referrals:call", args=[held.uid])
    text = client.get(page).text
    assert REASON in text
    assert NIK not in text
    content = client.get(reverse("referrals:call_download", args=[held.uid])).content
    assert NIK in cells(content)[1]
    assert AuditEntry.objects.filter(action="issued_call.export").count() == 1
    assert "1 dari 1 desa" in client.get(reverse("referrals:calls")).text


def test_the_page_takes_the_same_queries_however_many_villages(
    client, cast, linked, issue, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    peers = list(Peer.objects.filter(office=cast.district))
    one, two = issue(wanted={peers[0]: 1}), issue(wanted=dict.fromkeys(peers, 1))
    client.force_login(cast.manager)
    page = reverse("referrals:call", args=[one.uid])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    with django_assert_num_queries(len(few)):
        client.get(reverse("referrals:call", args=[two.uid]))
