"""A verval sheet of the district: divided, sent by every road, walked in the village, returned."""

import io
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from puskesmas import office_keys, outbox, transports
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, StaleVersion, WrongState
from puskesmas.models import AuditEntry, OutboxMessage, Peer
from referrals import exchange
from referrals.models import GivenPart, GivenVerval, VervalLine, VervalShare, VervalSheet
from referrals.packages import cards, kept
from referrals.packages import services as packages
from referrals.services import linking
from referrals.shares import ShareState
from referrals.verval import selectors, services, village
from referrals.verval.villages import Villages
from registry.models import VervalList, VervalRow
from registry.verval import services as verval
from tests.referrals.conftest import NIK, today

TITLES = "NO;NIK;NAMA;DESA;DUSUN;RT;RW;HASIL VERVAL;KET"
SITI, BUDI, TUKI, AMAN = (
    f"1;{NIK};SITI AMINAH;DESA TEGALSARI MAKMUR;Krajan;02;01;;mohon cek",
    "2;3509994107800003;BUDI;Tegalsari Makmur;Krajan;03;01;;",
    "3;;TUKIYEM;Sumberwangi;Timur;01;02;;",
    "4;3509994107800005;AMAN;Antah Berantah;;;;;",
)


def upload(*lines, titles=TITLES):
    text = "\n".join(["DINAS SOSIAL", titles, *lines])
    return SimpleUploadedFile("verval.csv", text.encode(), content_type="text/csv")


def cells(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value or "" for cell in line] for line in sheet.iter_rows()]


def neighbours(cast, *offices):
    linking.link_here(actor=cast.actor("district_admin"), uids=[one.uid for one in offices])


def carry() -> int:
    OutboxMessage.objects.update(due_at=timezone.now())
    return outbox.send_due(transports.transport(), transports.after_ack)


@pytest.fixture
def linked(cast):
    neighbours(cast, cast.village, cast.other_village)


@pytest.fixture
def hand_in(cast):
    def do(*lines, **more):
        given = {"name": "Verval November", "reference": "460/1", "due_on": today()}
        file = more.pop("upload", None) or upload(*lines or (SITI, BUDI, TUKI, AMAN))
        return services.hand_in(actor=cast.actor("manager"), upload=file, **(given | more))

    return do


@pytest.fixture
def sent(cast, linked, hand_in):
    held = hand_in()
    services.send(actor=cast.actor("manager"), uid=held.uid, version=held.version)
    carry()
    return held


def share_of(cast, office=None) -> VervalShare:
    return VervalShare.objects.get(peer__peer_uid=(office or cast.village).uid)


def state_of(held, office):
    (one,) = (row for row in selectors.standings(held) if row.share.peer.peer_uid == office.uid)
    return one.state


def found(cast, name, **more):
    row = VervalRow.objects.get(office=cast.village, name__istartswith=name)
    given = {"outcome": "found", "finding": "meets", "reason": "Lantai tanah"}
    return verval.record(
        actor=cast.actor("kasun"), uid=row.uid, version=row.version, **(given | more)
    )


def send_back(cast):
    held = VervalList.objects.get(office=cast.village)
    verval.send_back(actor=cast.actor("back"), uid=held.uid, version=None)
    return held


def correct(cast, *lines):
    held = VervalSheet.objects.get()
    services.correct(
        actor=cast.actor("manager"), uid=held.uid, version=held.version, upload=upload(*lines)
    )
    held.refresh_from_db()
    services.send(actor=cast.actor("manager"), uid=held.uid, version=held.version)
    carry()


# --- Dividing -------------------------------------------------------------------------------------


def test_rows_go_to_the_village_their_column_names_and_the_others_are_told(cast, linked, hand_in):
    held = hand_in()
    rows = selectors.standings(held)
    assert [(row.share.peer.peer_uid, row.share.people, row.state) for row in rows] == [
        (cast.other_village.uid, 1, ShareState.READY),
        (cast.village.uid, 2, ShareState.READY),
    ]
    assert selectors.undivided(held) == [("Antah Berantah", 1)]
    assert not OutboxMessage.objects.exists()


def test_who_is_given_a_village_by_hand_is_remembered_for_the_next_sheet(cast, linked, hand_in):
    held = hand_in()
    peer = share_of(cast).peer
    given = {"actor": cast.actor("district_back"), "uid": held.uid, "village": peer}
    services.give(version=held.version, text="Antah Berantah", **given)
    assert selectors.undivided(held) == []
    assert share_of(cast).lines.count() == 3
    with pytest.raises(InvalidInput):
        services.give(version=None, text="Antah Berantah", **given)
    assert selectors.undivided(hand_in()) == []


def test_a_whole_sheet_may_be_one_villages(cast, linked, hand_in):
    village = Peer.objects.get(office=cast.district, peer_uid=cast.other_village.uid)
    line = "3509994107800003;BUDI"
    held = hand_in(upload=upload(line, titles="NIK;NAMA"), village=village)
    assert [row.share.peer for row in selectors.standings(held)] == [village]
    with pytest.raises(InvalidInput) as caught:
        hand_in(upload=upload(line, titles="NIK;NAMA"))
    assert caught.value.field == "upload"


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("TEGALSARI MAKMUR", True),
        ("Desa Tegalsari  Makmur", True),
        ("Kel. Tegalsari-Makmur", True),
        ("35.09.99.2003", True),
        ("3509992003", True),
        ("Tegalsari", False),
        ("", False),
    ],
)
def test_a_village_is_found_however_its_name_or_code_is_written(cast, linked, text, is_found):
    peer = Villages(cast.district, {}).of(text)
    assert (peer is not None and peer.peer_uid == cast.village.uid) == is_found


def test_two_villages_of_one_name_are_nobodys_until_somebody_says_which(cast, linked):
    Peer.objects.filter(office=cast.district).update(name="Desa Sumberwangi")
    assert Villages(cast.district, {}).of("Sumberwangi") is None
    peer = Peer.objects.filter(office=cast.district).first()
    assert Villages(cast.district, {"SUMBERWANGI": str(peer.uid)}).of("sumberwangi") == peer


def test_a_kecamatan_called_like_a_village_is_not_its_column(cast, linked):
    found = Villages(cast.district, {})
    lines = [["Sumberwangi", "Tegalsari Makmur"], ["Sumberwangi", "Lain"]]
    assert found.column(["KECAMATAN", "DESA/KELURAHAN"], lines) == 1
    assert found.column(["KECAMATAN", "TEMPAT"], [*lines, ["Sumberwangi", "Sumberwangi"]]) == 1
    assert found.column(["NAMA", "KODE DESA"], [["Siti", "77"]]) == 1
    assert found.column(["NAMA"], [["Siti"]]) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"upload": SimpleUploadedFile("a.csv", b"A;B\n1;2\n")}, "upload"),
        ({"upload": SimpleUploadedFile("a.csv", b"NAMA;DESA\n")}, "upload"),
        ({"upload": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n")}, "upload"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(linked, hand_in, given, field):
    with pytest.raises(InvalidInput) as caught:
        hand_in(**given)
    assert caught.value.field == field
    assert not VervalSheet.objects.exists()


def test_a_double_click_hands_one_sheet_in(linked, hand_in):
    uid = uuid.uuid4()
    assert hand_in(client_uid=uid) == hand_in(client_uid=uid)


@pytest.mark.parametrize("who", ["supervisor", "district_front", "district_admin"])
def test_who_does_not_work_the_files_sends_no_lists(cast, linked, hand_in, who):
    held, actor = hand_in(), cast.actor(who)
    peer = share_of(cast).peer
    verbs = [
        lambda: services.hand_in(actor=actor, upload=upload(SITI), name="x"),
        lambda: services.correct(actor=actor, uid=held.uid, version=None, upload=upload(SITI)),
        lambda: services.give(actor=actor, uid=held.uid, version=None, village=peer, text="x"),
        lambda: services.send(actor=actor, uid=held.uid, version=None),
        lambda: services.send_again(actor=actor, uid=share_of(cast).uid),
    ]
    for verb in verbs:
        with pytest.raises(NotYourRole):
            verb()


# --- Down and back, by every road -----------------------------------------------------------------


def test_a_share_becomes_a_list_of_the_village_and_its_findings_come_back(cast, sent):
    held = VervalList.objects.get(office=cast.village)
    assert (held.name, held.reference, held.due_on, held.by_link) == (
        *("Verval November", "460/1", today()),
        True,
    )
    assert held.sender == cast.district.full_name
    assert [row.name for row in held.rows.order_by("line")] == ["SITI AMINAH", "BUDI"]
    assert {row.assigned_to for row in held.rows.all()} == {cast.kasun}
    assert state_of(sent, cast.village) == ShareState.RECEIVED
    assert VervalRow.objects.get(office=cast.other_village).name == "TUKIYEM"

    found(cast, "siti", latitude=-8.1, longitude=113.7, note="di belakang")
    assert village.tell_progress() == 2
    assert village.tell_progress() == 0
    carry()
    assert (share_of(cast).done, share_of(cast).total) == (1, 2)

    send_back(cast)
    carry()
    assert state_of(sent, cast.village) == ShareState.RETURNED
    assert share_of(cast).returned_at is not None
    above, titles, siti, budi, tuki, aman = cells(services.merged(sent))
    assert above[0] == "DINAS SOSIAL"
    added = ["KEADAAN", "ALASAN", "LINTANG", "BUJUR", "FOTO RUMAH", "CATATAN VERVAL"]
    assert titles == [*TITLES.split(";"), *added]
    assert siti[7:] == [
        *("MEMENUHI", "mohon cek", "DITEMUKAN", "Lantai tanah", "-8.1", "113.7", "", "di belakang"),
    ]
    assert {text for line in (budi, tuki, aman) for text in line[7:]} == {""}
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()


def test_the_villages_own_sheet_has_the_senders_columns(cast, sent):
    found(cast, "siti")
    titles, siti, budi = cells(verval.sheet_of(VervalList.objects.get(office=cast.village)))
    assert titles[:9] == TITLES.split(";")
    assert siti[:9] == [*SITI.split(";")[:7], "MEMENUHI", "mohon cek"]
    assert budi[:3] == ["2", "3509994107800003", "BUDI"]


def test_over_the_network_the_village_fetches_its_list_and_sends_the_findings(cast, wire, hand_in):
    held = hand_in(SITI, BUDI)
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    assert wire.fetch() == 1
    assert wire.fetch() == 0
    assert state_of(held, cast.village) == ShareState.RECEIVED
    found(cast, "budi", outcome="moved", finding="", reason="")
    send_back(cast)
    assert wire.push() == 1
    assert state_of(held, cast.village) == ShareState.RETURNED
    assert "PINDAH" in cells(services.merged(held))[3]


def test_on_a_stick_too(cast, wire, hand_in):
    for office in (cast.village, cast.district):
        office_keys.keys_of(office)
    for peer, office in ((wire.upstream, cast.district), (wire.downstream, cast.village)):
        cards.keep_from(peer, cards.card_of(office))
    held = hand_in(SITI)
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    _carry_stick(cast, "manager", wire.downstream, "front")
    found(cast, "siti")
    send_back(cast)
    _carry_stick(cast, "front", wire.upstream, "manager")
    assert state_of(held, cast.village) == ShareState.RETURNED
    assert OutboxMessage.objects.get(kind=exchange.VERVAL_ASSIGNED).acked_at is not None


def _carry_stick(cast, giver, peer, taker):
    made = packages.make(actor=cast.actor(giver), peer_uid=peer.uid)
    with kept.opened(made) as file:
        brought = packages.bring(actor=cast.actor(taker), file=io.BytesIO(file.read()))
    packages.take_in(actor=cast.actor(taker), uid=brought.uid)


def parcel_of(message):
    return exchange.envelope(OutboxMessage.objects.select_related("office", "peer").get(pk=message))


def test_a_list_of_many_rows_comes_in_parts_in_any_order_and_twice(cast, wire, hand_in):
    many = [
        f"{n};;ORANG {chr(65 + n % 26)}{chr(65 + n // 26)};Tegalsari Makmur;;;;;"
        for n in range(600)
    ]
    many = [line + "x" * 200 for line in many]
    held = hand_in(*many)
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    messages = list(OutboxMessage.objects.order_by("-pk"))
    assert len(messages) > 2
    sizes = [len(outbox.canonical(message.body)) for message in messages]
    assert max(sizes) <= exchange.PART_BYTES + 4096
    peer = Peer.objects.select_related("office").get(pk=wire.upstream.pk)
    for message in messages[:-1] * 2:
        exchange.receive(peer=peer, parcel=parcel_of(message.pk))
    assert not VervalList.objects.exists()
    assert GivenPart.objects.count() == len(messages) - 1
    exchange.receive(peer=peer, parcel=parcel_of(messages[-1].pk))
    assert VervalList.objects.get().rows.count() == 600
    assert not GivenPart.objects.exists()


def test_a_fetch_hands_out_no_more_than_a_bad_line_carries(cast, wire, hand_in, monkeypatch):
    monkeypatch.setattr(exchange, "FETCH_BYTES", 1000)
    monkeypatch.setattr(exchange, "PART_BYTES", 600)
    held = hand_in(*[f"{n};;WARGA {chr(65 + n)};Tegalsari Makmur;;;;;" for n in range(20)])
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    count = OutboxMessage.objects.count()
    assert count > 2
    assert len(exchange.waiting_for(wire.downstream)) == 1
    assert wire.fetch() == count
    assert VervalList.objects.get().rows.count() == 20


def test_findings_of_many_rows_come_back_in_parts_each_once(cast, sent, monkeypatch):
    monkeypatch.setattr(exchange, "PART_BYTES", 10)
    found(cast, "siti")
    found(cast, "budi")
    send_back(cast)
    first, second = OutboxMessage.objects.filter(kind=exchange.VERVAL_RETURNED)
    peer = share_of(cast).peer
    for message in (second, second):
        exchange.receive(peer=peer, parcel=parcel_of(message.pk))
    assert share_of(cast).returned_at is None
    exchange.receive(peer=peer, parcel=parcel_of(first.pk))
    assert share_of(cast).returned_at is not None
    assert VervalLine.objects.filter(answer__isnull=False).count() == 2


# --- Corrections ----------------------------------------------------------------------------------


def test_a_corrected_list_keeps_what_was_found(cast, sent):
    siti = found(cast, "siti")
    newcomer = "5;3509994107800007;WATI;Tegalsari Makmur;Krajan;03;01;;"
    correct(cast, TUKI, newcomer, SITI.replace(";02;01;", ";04;01;"))
    held = VervalList.objects.get(office=cast.village)
    rows = {row.name: row for row in held.rows.all()}
    assert rows.keys() == {"SITI AMINAH", "WATI"}
    assert (rows["SITI AMINAH"].pk, rows["SITI AMINAH"].rt) == (siti.pk, "004")
    assert rows["SITI AMINAH"].finding == "meets"
    # The other village's share says what it said: nothing was sent there.
    assert share_of(cast, cast.other_village).edition == 1
    send_back(cast)
    carry()
    lines = cells(services.merged(VervalSheet.objects.get()))
    assert [line[2] for line in lines[2:]] == ["TUKIYEM", "WATI", "SITI AMINAH"]
    assert [line[7] for line in lines[2:]] == ["", "", "MEMENUHI"]


def test_who_was_visited_stays_in_the_village_though_the_correction_leaves_him_out(cast, sent):
    found(cast, "siti")
    correct(cast, BUDI, TUKI)
    held = VervalList.objects.get(office=cast.village)
    assert {row.name for row in held.rows.all()} == {"SITI AMINAH", "BUDI"}
    _titles, siti, _budi = cells(verval.sheet_of(held))
    assert siti[2] == "SITI AMINAH"
    send_back(cast)
    carry()
    assert state_of(sent, cast.village) == ShareState.RETURNED
    assert [line[2] for line in cells(services.merged(VervalSheet.objects.get()))[2:]] == [
        "BUDI",
        "TUKIYEM",
    ]


def test_a_nik_put_right_is_the_same_person(cast, sent):
    found(cast, "budi")
    correct(cast, SITI, BUDI.replace("3509994107800003", "3509994107800009"), TUKI)
    row = VervalRow.objects.get(name="BUDI")
    assert (row.nik, row.finding) == ("3509994107800009", "meets")


def test_an_older_edition_that_comes_late_changes_nothing(cast, wire, hand_in):
    held = hand_in(SITI, BUDI)
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    first = OutboxMessage.objects.get()
    services.correct(actor=cast.actor("manager"), uid=held.uid, version=None, upload=upload(SITI))
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert wire.fetch() == 1
    exchange.receive(
        peer=Peer.objects.select_related("office").get(pk=wire.upstream.pk),
        parcel=parcel_of(first.pk),
    )
    assert VervalRow.objects.get().name == "SITI AMINAH"


def test_a_correction_of_a_list_sent_back_meanwhile_is_refused_and_said(cast, sent):
    found(cast, "siti")
    send_back(cast)
    held = VervalSheet.objects.get()
    new = "5;;WATI;Tegalsari Makmur;;;;;"
    services.correct(
        actor=cast.actor("manager"), uid=held.uid, version=None, upload=upload(SITI, new, TUKI)
    )
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    message = OutboxMessage.objects.filter(kind=exchange.VERVAL_ASSIGNED).last()
    given = GivenVerval.objects.select_related("peer__office").get(office=cast.village)
    with pytest.raises(exchange.Refusal) as caught:
        exchange.receive(peer=given.peer, parcel=parcel_of(message.pk))
    assert caught.value.code == "already_returned"
    carry()
    assert state_of(held, cast.village) == ShareState.RETURNED


def test_after_a_share_came_back_nobody_new_is_put_on_it(cast, sent):
    send_back(cast)
    carry()
    new = "5;;WATI;Tegalsari Makmur;;;;;"
    correct(cast, SITI, BUDI, TUKI, new)
    held = VervalSheet.objects.get()
    assert selectors.undivided(held) == [("Tegalsari Makmur", 1)]
    with pytest.raises(WrongState):
        services.give(
            actor=cast.actor("manager"),
            uid=held.uid,
            version=None,
            village=share_of(cast).peer,
            text="Tegalsari Makmur",
        )


def test_the_same_again_is_sent_to_nobody(cast, sent):
    with pytest.raises(WrongState):
        services.send(actor=cast.actor("manager"), uid=sent.uid, version=None)
    before = OutboxMessage.objects.count()
    correct(cast, SITI, BUDI, TUKI, AMAN)
    assert OutboxMessage.objects.count() == before
    with pytest.raises(StaleVersion):
        services.send(actor=cast.actor("manager"), uid=sent.uid, version=1)


# --- What may not be ------------------------------------------------------------------------------


def test_a_village_that_does_not_know_the_kind_refuses_and_is_offered_it_again(
    cast, wire, hand_in, monkeypatch
):
    held = hand_in(SITI)
    services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    with monkeypatch.context() as older:
        older.delitem(exchange._takers, exchange.VERVAL_ASSIGNED)
        wire.fetch()
    (row,) = selectors.standings(held)
    assert row.state == ShareState.REFUSED
    assert "verval.assigned" in row.why
    again = services.send_again(actor=cast.actor("manager"), uid=row.share.uid)
    assert wire.fetch() == 1
    assert state_of(held, cast.village) == ShareState.RECEIVED
    with pytest.raises(WrongState):
        services.send_again(actor=cast.actor("manager"), uid=again.uid)


def test_another_village_can_neither_see_nor_return_a_share(cast, sent):
    held = VervalList.objects.get(office=cast.village)
    with pytest.raises(NotFound):
        verval.send_back(actor=cast.actor("stranger"), uid=held.uid, version=None)
    other = share_of(cast, cast.other_village).peer
    body = {"list_uid": str(share_of(cast).uid), "sequence": 9, "total": 1, "done": 1}
    message = outbox.enqueue(
        office=cast.other_village,
        peer=Peer.objects.get(office=cast.other_village),
        kind=exchange.VERVAL_PROGRESS,
        subject=held,
        body=body,
    )
    with pytest.raises(exchange.Refusal) as caught:
        exchange.receive(peer=other, parcel=parcel_of(message.pk))
    assert caught.value.code == "unknown_list"
    assert share_of(cast).done == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rows": [{"line": 99}]}, "unknown_line"),
        ({"list_uid": str(uuid.uuid4())}, "unknown_list"),
        ({"rows": [{"outcome": "moved"}]}, "body_invalid"),
        ({"rows": [{"latitude": 113.7}]}, "body_invalid"),
        ({"part": 0}, "body_invalid"),
    ],
)
def test_findings_that_cannot_be_are_refused(cast, sent, change, code):
    row = {"line": 2, "outcome": "found", "finding": "meets", "reason": "x", "note": ""}
    row |= {"latitude": None, "longitude": None}
    body = {"list_uid": str(share_of(cast).uid), "part": 1, "parts": 1, "total": 2, "rows": [row]}
    rows = [row | one for one in change.get("rows", [row])]
    message = outbox.enqueue(
        office=cast.village,
        peer=Peer.objects.get(office=cast.village),
        kind=exchange.VERVAL_RETURNED,
        subject=sent,
        body=body | change | {"rows": rows},
    )
    with pytest.raises(exchange.Refusal) as caught:
        exchange.receive(peer=share_of(cast).peer, parcel=parcel_of(message.pk))
    assert caught.value.code == code
    assert share_of(cast).returned_parts == []


def test_progress_that_comes_late_changes_nothing_and_the_waiting_word_is_closed(cast, sent):
    village.tell_progress()
    found(cast, "siti")
    village.tell_progress()
    waiting = OutboxMessage.objects.filter(kind=exchange.VERVAL_PROGRESS, office=cast.village)
    old, new = waiting.order_by("pk")
    assert (old.superseded_at is not None, new.superseded_at) == (True, None)
    carry()
    exchange.receive(peer=share_of(cast).peer, parcel=parcel_of(old.pk))
    assert share_of(cast).done == 1


def test_a_list_handed_in_as_a_file_goes_back_as_a_file(cast, linked):
    held = verval.take_in(
        actor=cast.actor("back"),
        upload=upload(SITI),
        name="Verval",
        sender="Dinsos",
        received_on=today(),
    )
    verval.send_back(actor=cast.actor("back"), uid=held.uid, version=None)
    assert not OutboxMessage.objects.exists()


def test_the_office_says_which_kinds_it_understands(cast, wire):
    from referrals import client

    said = client.introduce(wire.upstream.base_url, wire.upstream.token)["understands"]
    assert said == {kind: said[kind] for kind in exchange.kinds()}
    assert {exchange.VERVAL_RETURNED, exchange.SUBMITTED} <= said.keys()


# --- The pages ------------------------------------------------------------------------------------


def test_a_sheet_is_handed_in_divided_sent_and_taken_home_on_its_pages(client, cast, linked):
    client.force_login(cast.manager)
    page = reverse("referrals:verval_new")
    values = {"client_uid": str(uuid.uuid4()), "name": "Verval", "due_on": ""}
    assert client.post(page, values).status_code == 400
    answer = client.post(page, values | {"upload": upload(SITI, BUDI, AMAN)}, follow=True)
    held = VervalSheet.objects.get()
    assert "1 orang belum terbagi" in answer.text
    assert "Kirim ke 1 desa" in answer.text
    assert NIK not in answer.text
    give = reverse("referrals:verval_give", args=[held.uid])
    chosen = {"text": "Antah Berantah", "village": str(share_of(cast).peer.uid), "version": 1}
    assert client.post(give, chosen | {"village": ""}).status_code == 400
    assert "belum terbagi" not in client.post(give, chosen, follow=True).text
    send = reverse("referrals:verval_send", args=[held.uid])
    assert client.post(send, {"version": "1"}).status_code == 409
    assert "Dikirim ke 1 desa" in client.post(send, {"version": "2"}, follow=True).text
    carry()
    assert "Diterima desa" in client.get(reverse("referrals:verval_sheet", args=[held.uid])).text
    found(cast, "siti")
    send_back(cast)
    carry()
    assert "1 dari 1 desa" in client.get(reverse("referrals:verval_sheets")).text
    content = client.get(reverse("referrals:verval_download", args=[held.uid])).content
    assert cells(content)[2][7] == "MEMENUHI"
    assert AuditEntry.objects.filter(action="verval_sheet.export").count() == 1


def test_the_village_sees_the_list_waiting_and_how_its_findings_travel(client, cast, sent):
    client.force_login(cast.back)
    assert "Verval November" in client.get("/").text
    held = VervalList.objects.get(office=cast.village)
    page = reverse("registry:verval_list", args=[held.uid])
    send = reverse("registry:verval_send", args=[held.uid])
    assert "lewat jalan kedatangannya" in client.get(send).text
    answer = client.post(send, {"version": held.version}, follow=True)
    assert "menunggu sampai" in answer.text
    carry()
    assert "sudah diterima" in client.get(page).text
    refused = OutboxMessage.objects.filter(kind=exchange.VERVAL_RETURNED)
    refused.update(acked_at=None)
    outbox.give_up(refused.get(), code="unknown_list", detail="Tidak dikirim dari sini")
    assert "Tidak dikirim dari sini" in client.get(page).text


def test_the_page_takes_the_same_queries_however_many_villages(
    client, cast, linked, hand_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    one, two = hand_in(SITI), hand_in(SITI, TUKI)
    for held in (one, two):
        services.send(actor=cast.actor("manager"), uid=held.uid, version=None)
    client.force_login(cast.manager)
    page = reverse("referrals:verval_sheet", args=[one.uid])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    with django_assert_num_queries(len(few)):
        client.get(reverse("referrals:verval_sheet", args=[two.uid]))
