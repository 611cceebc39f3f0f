"""Files carried on a stick between two offices, beside the network or instead of it."""

import io
import itertools

import pytest
from django.core.management import CommandError, call_command

from puskesmas import office_keys
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.models import AuditEntry, Office, OutboxMessage, Peer, ReceivedMessage
from referrals import client as protocol
from referrals import exchange
from referrals.models import Package, PackageEntry, ReceivedReferral, Referral
from referrals.packages import cards, container, kept, letters, selectors, services
from referrals.packages.container import Unreadable
from referrals.services import approval
from referrals.workflow import Answer
from tests.referrals.conftest import NIK

UP, DOWN = "up", "down"


@pytest.fixture
def link(wire):
    """The linked offices, with each other's keys."""
    assert cards.greet(Peer.objects.select_related("office").get(pk=wire.upstream.pk))
    return wire


@pytest.fixture
def sent(cast, link, draft) -> Referral:
    """A referral that waits for the district."""
    return approved(cast, draft)


def approved(cast, draft, **kwargs) -> Referral:
    row = draft(road=Referral.Road.DISTRICT, **kwargs)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    return row


def make(link, way: str = UP, **kwargs) -> bytes:
    """Make a package in the village (up) or at the district (down); return the file."""
    who, peer = ("back", link.upstream) if way == UP else ("manager", link.downstream)
    made = services.make(actor=link.cast.actor(who), peer_uid=peer.uid, **kwargs)
    return bytes_of(made)


def bytes_of(package: Package) -> bytes:
    with kept.opened(package) as file:
        return file.read()


def bring(link, raw: bytes, way: str = UP) -> Package:
    """Bring a file to where it goes, and take in what is in it."""
    actor = link.cast.actor("manager" if way == UP else "front")
    package = services.bring(actor=actor, file=io.BytesIO(raw))
    return services.take_in(actor=actor, uid=package.uid)


def outcomes(package: Package) -> list[str]:
    return list(package.entries.order_by("pk").values_list("outcome", flat=True))


def test_a_referral_goes_up_on_a_stick_and_receipt_and_answer_come_back(link, sent):
    up = bring(link, make(link))
    assert outcomes(up) == ["new"]
    link.act("recommend")
    assert not OutboxMessage.objects.filter(acked_at__isnull=False).exists()
    down = bring(link, make(link, DOWN), DOWN)
    assert outcomes(down) == ["new", "new"]
    sent.refresh_from_db()
    assert sent.answer == Answer.RECOMMENDED
    assert sent.upstream_number == ReceivedReferral.objects.get().number
    # The district learns with the next stick that its answer arrived.
    assert outcomes(bring(link, make(link))) == ["new"]
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()
    with pytest.raises(InvalidInput):
        make(link)


@pytest.mark.parametrize("order", list(itertools.permutations(["push", "stick", "stick"], 3))[::2])
def test_whichever_road_comes_first_wins_and_the_other_is_known(link, sent, order):
    raw = make(link)
    for road in order:
        if road == "push":
            assert link.push() == 1
        else:
            bring(link, raw)
    link.act("recommend")
    answer = make(link, DOWN)
    for road in order:
        if road == "push":
            link.fetch()
        else:
            bring(link, answer, DOWN)
    assert ReceivedReferral.objects.count() == 1
    assert ReceivedMessage.objects.count() == 2
    assert OutboxMessage.objects.filter(acked_at__isnull=True).count() == (
        0 if "push" in order else 1
    )
    sent.refresh_from_db()
    assert (sent.answer, sent.answers.count()) == (Answer.RECOMMENDED, 1)
    known = PackageEntry.objects.filter(what="message", outcome="known")
    assert known.count() == (2 if order[0] == "push" else 0)


def test_a_file_brought_twice_is_one_package_and_changes_nothing(cast, link, sent):
    raw = make(link)
    first = bring(link, raw)
    again = services.bring(actor=cast.actor("manager"), file=io.BytesIO(raw))
    assert (again.pk, again.is_repeat) == (first.pk, True)
    bring(link, raw)
    assert ReceivedReferral.objects.count() == Package.objects.filter(direction="in").count() == 1


def test_what_was_put_in_a_package_stays_in_the_outbox_until_a_receipt_comes(cast, link, sent):
    make(link)
    message = OutboxMessage.objects.get()
    assert selectors.waiting(link.upstream)[0][2] is not None
    assert link.push() == 1
    message.refresh_from_db()
    assert message.acked_at is not None


def test_looking_at_a_file_takes_nothing_in(cast, link, sent):
    package = services.bring(actor=cast.actor("manager"), file=io.BytesIO(make(link)))
    (shown,) = selectors.entries(package)
    assert (shown.name, shown.entry.reference) == ("Rujukan", sent.complaint.receipt_number)
    assert not ReceivedReferral.objects.exists()


def test_one_message_nobody_can_take_in_keeps_the_others_not_out(
    cast, link, sent, draft, make_case, monkeypatch
):
    other = approved(cast, draft, case_uid=make_case().uid)
    OutboxMessage.objects.filter(subject_uid=sent.uid).update(schema_version=99)
    refused = bring(link, make(link))
    assert outcomes(refused) == ["refused", "new"]
    assert ReceivedReferral.objects.get().referral_uid == other.uid
    bring(link, make(link, DOWN), DOWN)
    message = OutboxMessage.objects.get(subject_uid=sent.uid)
    assert (message.failed_at is None, message.acked_at) == (False, None)
    assert "99" in message.tries.get().detail


def test_what_broke_down_is_tried_again_without_the_rest(cast, link, sent, monkeypatch):
    actor = cast.actor("manager")
    package = services.bring(actor=actor, file=io.BytesIO(make(link)))
    with monkeypatch.context() as patched:
        patched.setattr(exchange, "receive", None)
        services.take_in(actor=actor, uid=package.uid)
    assert outcomes(package) == ["failed"]
    services.take_in(actor=actor, uid=package.uid)
    assert outcomes(package) == ["new"]


def test_a_chosen_set_goes_alone_and_what_does_not_fit_waits(
    cast, link, sent, draft, make_case, settings
):
    approved(cast, draft, case_uid=make_case().uid)
    chosen = OutboxMessage.objects.order_by("pk").last()
    assert outcomes(bring(link, make(link, messages=[chosen.uid]))) == ["new"]
    settings.PACKAGE_MAX_BYTES = 4000
    assert len(outcomes(bring(link, make(link)))) == 1


# --- What is refused -----------------------------------------------------------------------------


def another_key(link) -> None:
    link.cast.district.refresh_from_db()
    keys = office_keys.keys_of(link.cast.district)
    keys.delete()
    office_keys.keys_of(link.cast.district)


def for_another(link) -> None:
    Peer.objects.filter(pk=link.upstream.pk).update(peer_uid=link.cast.other_village.uid)


REFUSED = {
    "damaged": (lambda link: None, lambda raw: raw[:-1]),
    "not_a_package": (lambda link: None, lambda raw: b"PK" + raw),
    "unknown_version": (
        lambda link: None,
        lambda raw: raw.replace(b'"version": 1', b'"version": 7', 1),
    ),
    "wrong_recipient": (for_another, lambda raw: raw),
    "foreign_office": (
        lambda link: Peer.objects.filter(pk=link.downstream.pk).update(active=False),
        lambda raw: raw,
    ),
    "bad_signature": (
        lambda link: Peer.objects.filter(pk=link.downstream.pk).update(
            sign_key=office_keys.keys_of(link.cast.other_village).sign_key
        ),
        lambda raw: raw,
    ),
    "too_large": (lambda link: None, lambda raw: raw + b"0" * 60_000),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_whole_and_says_what_to_do(
    cast, link, sent, settings, code
):
    prepare, spoil = REFUSED[code]
    prepare(link)
    raw = spoil(make(link))
    settings.PACKAGE_MAX_BYTES = 50_000
    with pytest.raises(Unreadable) as caught:
        services.bring(actor=cast.actor("manager"), file=io.BytesIO(raw))
    assert caught.value.code == code
    assert len(str(caught.value.message)) > 40
    assert not Package.objects.filter(direction="in").exists()
    assert not ReceivedMessage.objects.exists()


def test_a_file_for_keys_that_were_replaced_says_so(cast, link, sent):
    raw = make(link)
    another_key(link)
    with pytest.raises(Unreadable) as caught:
        services.bring(actor=cast.actor("manager"), file=io.BytesIO(raw))
    assert caught.value.code == "old_key"


def test_a_package_whose_number_came_with_other_contents_is_refused(cast, link, sent):
    raw = make(link)
    bring(link, raw)
    keys = office_keys.keys_of(cast.district)
    sender = office_keys.keys_of(cast.village)
    contents = container.unpack(io.BytesIO(raw), keys=keys, sign_key=sender.sign_key)
    out = io.BytesIO()
    container.pack(contents, keys=sender, box_key=keys.box_key, out=out, read=lambda sha256: b"")
    again = out.getvalue()
    with pytest.raises(Unreadable) as caught:
        services.bring(actor=cast.actor("manager"), file=io.BytesIO(again))
    assert caught.value.code == "uid_reused"


def test_a_receipt_for_another_body_or_nothing_of_ours_acknowledges_nothing(cast, link, sent):
    bring(link, make(link))
    ReceivedMessage.objects.update(body_sha256="0" * 64)
    assert outcomes(bring(link, make(link, DOWN), DOWN)) == ["refused"]
    message = OutboxMessage.objects.get()
    assert message.acked_at is None
    PackageEntry.objects.filter(package__peer=link.downstream).update(told_in=None)
    raw = make(link, DOWN)
    Peer.objects.filter(pk=link.upstream.pk).update(active=False)
    copy = Peer.objects.get(pk=link.upstream.pk)
    OutboxMessage.objects.update(peer=Peer.objects.get(pk=link.downstream.pk))
    Peer.objects.filter(pk=copy.pk).update(active=True)
    assert outcomes(bring(link, raw, DOWN)) == ["refused"]


@pytest.mark.parametrize("who", ["facilitator", "kasun"])
def test_who_does_not_carry_files_makes_brings_and_takes_in_nothing(cast, link, sent, who):
    actor = cast.actor(who)
    with pytest.raises(NotYourRole):
        services.make(actor=actor, peer_uid=link.upstream.uid)
    with pytest.raises(NotYourRole):
        services.bring(actor=actor, file=io.BytesIO(b""))
    with pytest.raises(NotYourRole):
        services.take_in(actor=actor, uid=sent.uid)


def test_another_offices_package_is_not_found(cast, link, sent):
    package = services.bring(actor=cast.actor("manager"), file=io.BytesIO(make(link)))
    with pytest.raises(NotFound):
        services.take_in(actor=cast.actor("stranger"), uid=package.uid)
    with pytest.raises(NotFound):
        services.make(actor=cast.actor("stranger"), peer_uid=link.upstream.uid)


# --- Cards ---------------------------------------------------------------------------------------


def take_card(cast, who, office, **changes):
    card = cards.card_of(office)
    print_ = changes.pop("fingerprint", cards.fingerprint_of(card))
    return cards.take(actor=cast.actor(who), card=card | changes, fingerprint=print_)


def test_offices_that_were_never_connected_exchange_cards_and_carry_everything(cast, draft):
    take_card(cast, "admin", cast.district)
    take_card(cast, "manager", cast.village)
    row = approved(cast, draft)
    up, down = Peer.objects.get(office=cast.village), Peer.objects.get(office=cast.district)
    assert (up.transport, down.transport) == ("carried", "carried")
    raw = services.make(actor=cast.actor("back"), peer_uid=up.uid)
    package = services.bring(actor=cast.actor("district_front"), file=io.BytesIO(bytes_of(raw)))
    services.take_in(actor=cast.actor("district_front"), uid=package.uid)
    assert ReceivedReferral.objects.get().referral_uid == row.uid


@pytest.mark.parametrize("changed", ["sign_key", "box_key", "uid", "fingerprint"])
def test_a_card_is_kept_only_with_the_fingerprint_that_was_read_out(cast, changed):
    other = cards.card_of(cast.other_village)
    values = other | {"fingerprint": cards.fingerprint_of(other)}
    with pytest.raises(InvalidInput) as caught:
        take_card(cast, "admin", cast.district, **{changed: values[changed]})
    assert caught.value.field == "fingerprint"
    assert not Peer.objects.exists()


def test_a_fingerprint_is_compared_as_people_type_it(cast):
    spoken = cards.fingerprint_of(cards.card_of(cast.district)).lower().replace(" ", "-")
    assert take_card(cast, "admin", cast.district, fingerprint=spoken).sign_key


def test_a_village_takes_no_card_of_a_village_nor_of_a_second_tier_above(cast, link):
    with pytest.raises(InvalidInput):
        take_card(cast, "admin", cast.other_village)
    with pytest.raises(NotYourRole):
        take_card(cast, "back", cast.district)
    second = Office.objects.create(code="35.10", kind="district", name="Kabupaten Lain")
    with pytest.raises(WrongState):
        take_card(cast, "admin", second)


@pytest.mark.parametrize("text", ["", "{}", "[" * 90_000, '{"format":"puskesos-office"}', "null"])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(InvalidInput):
        cards.read(text)


def test_a_card_is_read_as_it_was_written(cast):
    card = cards.card_of(cast.village)
    assert cards.read(f"  {cards.text_of(card)}\n") == card


def test_linked_offices_learn_each_others_keys_over_the_link(cast, link):
    up, down = Peer.objects.get(office=cast.village), Peer.objects.get(office=cast.district)
    assert up.box_key == office_keys.keys_of(cast.district).box_key
    assert down.sign_key == office_keys.keys_of(cast.village).sign_key
    assert AuditEntry.objects.filter(action="peer.keys").count() == 2
    assert cards.greet_all() == 1


def test_a_token_brings_no_other_offices_card(cast, wire):
    up = Peer.objects.get(pk=wire.upstream.pk)
    for card in (cards.card_of(cast.other_village), {"format": "x"}):
        with pytest.raises(protocol.TransportError):
            protocol.greet(up, card)
    assert not Peer.objects.exclude(sign_key="").exists()


def test_without_the_others_card_nothing_is_sealed(cast, wire, draft):
    approved(cast, draft)
    with pytest.raises(WrongState):
        make(wire)


# --- Pages, letter, commands ---------------------------------------------------------------------


def test_the_pages_make_a_file_and_take_it_in(cast, link, sent, client):
    client.force_login(cast.back)
    page = client.get("/referrals/packages/").content.decode()
    assert link.upstream.name in page
    form = f"/referrals/packages/for/{link.upstream.uid}/"
    assert sent.complaint.receipt_number[:4] in client.get(form).content.decode()
    made = client.post(form, {"client_uid": str(sent.uid)})
    assert client.post(form, {"client_uid": str(sent.uid)}).url == made.url
    assert "Belum ada tanda terima" in client.get(made.url).content.decode()
    assert "belum ada tanda terima" in client.get(form).content.decode()
    answer = client.get(f"{made.url}file/")
    held = answer.getvalue()
    assert "attachment" in answer["Content-Disposition"]
    assert NIK.encode() not in held
    client.force_login(cast.manager)
    assert client.get(made.url).status_code == 404
    brought = client.post("/referrals/packages/", {"file": named(held)}, follow=True)
    assert "Belum ada yang masuk" in brought.content.decode()
    url = brought.redirect_chain[-1][0]
    taken = client.post(f"{url}take-in/", follow=True).content.decode()
    assert "Semua isi berkas sudah masuk" in taken
    assert "Sulastri" not in taken
    again = client.post("/referrals/packages/", {"file": named(held)}, follow=True)
    assert "sudah pernah dibuka" in again.content.decode()
    wrong = client.post("/referrals/packages/", {"file": named(b"x")})
    assert (wrong.status_code, "bukan berkas bawaan" in wrong.content.decode()) == (422, True)


def named(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "dari-stik.puskesos"
    return file


def test_the_cards_page_shows_our_fingerprint_and_takes_anothers(cast, client):
    client.force_login(cast.admin)
    card = cards.card_of(cast.district)
    page = client.get("/referrals/links/card/").content.decode()
    assert cards.fingerprint_of(cards.card_of(cast.village)) in page
    held = named(cards.text_of(card).encode())
    said = {"card_file": held, "fingerprint": cards.fingerprint_of(card)}
    assert client.post("/referrals/links/card/", said).status_code == 302
    assert Peer.objects.get().name == cast.district.full_name
    assert client.post("/referrals/links/card/", {"fingerprint": "x"}).status_code == 400
    assert client.get("/referrals/links/card/file/").json()["kind"] == "desa"


def test_the_cover_letter_lists_numbers_and_hashes_and_no_person(cast, link, sent, client):
    make(link)
    package = Package.objects.get()
    message = OutboxMessage.objects.get()
    body = letters.body(package)
    number = sent.complaint.receipt_number
    shown = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    assert body["files"] == [{"label": f"Rujukan {shown}", "sha256": message.body_sha256}]
    assert body["sha256"] == package.sha256
    assert not {"Sulastri", NIK} & set(str(body).split())
    letter = letters.issue(actor=cast.actor("front"), package=package, signer="by_hand")
    package.refresh_from_db()
    assert letters.issue(actor=cast.actor("front"), package=package, signer="") == letter
    client.force_login(cast.back)
    answer = client.get(f"/referrals/packages/{package.uid}/letter/")
    assert answer.url == f"/letters/{letter.uid}/"
    assert letters.sheet(package)[:4] == b"%PDF"


def test_the_commands_make_bring_and_read_cards(cast, link, sent, tmp_path):
    said = io.StringIO()
    village, district = ["--office", cast.village.code], ["--office", cast.district.code]
    call_command("package", *village, "make", "--folder", str(tmp_path), stdout=said)
    (path,) = tmp_path.iterdir()
    call_command("package", *district, "bring", str(path), stdout=said)
    assert not ReceivedReferral.objects.exists()
    call_command("package", *district, "bring", str(path), "--take-in", stdout=said)
    assert ReceivedReferral.objects.get().number in said.getvalue()
    assert NIK not in said.getvalue()
    card, prints = io.StringIO(), io.StringIO()
    call_command("package", *district, "card", stdout=card, stderr=prints)
    (tmp_path / "card").write_text(card.getvalue())
    taken = ["card", "--read", str(tmp_path / "card"), "--fingerprint"]
    call_command("package", *village, *taken, prints.getvalue().split(maxsplit=1)[1])
    with pytest.raises(CommandError):
        call_command("package", *village, *taken, "0000")
    with pytest.raises(CommandError):
        call_command("package", "--office", "99", "card")
    with pytest.raises(CommandError):
        call_command("package", *village, "bring", str(tmp_path / "none"))
