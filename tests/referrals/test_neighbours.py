"""Village and district in one installation: linked by one press, messages handed over directly."""

import pytest

from puskesmas import outbox, transports
from puskesmas.errors import NotFound, NotYourRole, WrongState
from puskesmas.models import ApiToken, DeliveryAttempt, Office, OutboxMessage, Peer, ReceivedMessage
from referrals import neighbours
from referrals.models import ReceivedReferral, Referral
from referrals.services import answers, approval, fetching, inbox, linking
from referrals.workflow import Answer
from tests.referrals.conftest import today

UP, DOWN = Peer.Direction.UPSTREAM, Peer.Direction.DOWNSTREAM


def link(cast, who="admin", **others):
    other = others.get("to", cast.district if who == "admin" else cast.village)
    return linking.link_here(actor=cast.actor(who), uids=[other.uid])


def carry() -> int:
    return outbox.send_due(transports.transport(), transports.after_ack)


@pytest.fixture
def sent(cast, draft) -> Referral:
    """A referral on its way between two neighbours."""
    link(cast)
    row = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=row.uid)
    return row


@pytest.mark.parametrize("who", ["admin", "manager", "district_admin"])
def test_one_press_on_either_side_links_both(cast, who):
    link(cast, who)
    rows = Peer.objects.order_by("direction").values_list(
        "office", "direction", "peer_uid", "transport", "active", "token"
    )
    assert list(rows) == [
        (cast.district.pk, DOWN, cast.village.uid, "local", True, ""),
        (cast.village.pk, UP, cast.district.uid, "local", True, ""),
    ]
    assert cast.district not in neighbours.unlinked(cast.village)
    assert neighbours.unlinked(cast.district) == [cast.other_village]


def test_a_district_links_all_its_villages_at_once_and_nobody_elses(cast):
    Office.objects.create(code="32.73.05.1001", kind="kelurahan", name="Lain", regency="Kota Lain")
    offices = neighbours.unlinked(cast.district)
    assert offices == [cast.other_village, cast.village]
    linking.link_here(actor=cast.actor("manager"), uids=[one.uid for one in offices])
    assert Peer.objects.filter(direction=DOWN).count() == 2
    with pytest.raises(NotFound):
        linking.link_here(actor=cast.actor("manager"), uids=[cast.village.uid])


@pytest.mark.parametrize("who", ["koordinator", "back", "district_back"])
def test_who_does_not_administer_links_nothing(cast, who):
    with pytest.raises(NotYourRole):
        link(cast, who, to=cast.district)
    assert not Peer.objects.exists()


def test_only_its_own_administrator_takes_a_village_from_another_tier_above(cast, wire):
    Peer.objects.filter(pk=wire.upstream.pk).update(peer_uid=cast.other_village.uid)
    with pytest.raises(WrongState):
        link(cast, "manager")
    link(cast, "admin")
    assert Peer.objects.get(office=cast.village, active=True).transport == "local"


def test_a_linked_office_needs_its_token_no_more(cast, wire):
    link(cast)
    assert Peer.objects.filter(transport="local").count() == 2
    assert not ApiToken.objects.filter(peer=wire.downstream, revoked_at__isnull=True).exists()


def test_a_referral_goes_up_and_its_answer_comes_down_as_two_rows_each_acknowledged(cast, sent):
    assert carry() == 1
    received = ReceivedReferral.objects.get()
    assert (received.office, received.referral_uid) == (cast.district, sent.uid)
    sent.refresh_from_db()
    assert (sent.answer, sent.upstream_number) == (Answer.RECEIVED, received.number)
    inbox.act(
        actor=cast.actor("manager"),
        uid=received.uid,
        action="recommend",
        said=inbox.Said(said_on=today()),
    )
    assert carry() == 1
    sent.refresh_from_db()
    assert sent.answer == Answer.RECOMMENDED
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()
    assert ReceivedMessage.objects.count() == 2
    assert (carry(), fetching.fetch_all()) == (0, 0)


def test_a_sender_that_died_before_noting_the_receipt_doubles_nothing(cast, sent):
    neighbours.push(outbox.claim_next())
    OutboxMessage.objects.update(claimed_until=None)
    assert carry() == 1
    assert ReceivedReferral.objects.count() == 1


def test_what_the_other_office_cannot_digest_waits_and_what_it_refuses_goes_to_a_person(
    cast, sent, monkeypatch
):

    def stumble(*args, **kwargs):
        raise RuntimeError("3509994507800001")

    with monkeypatch.context() as patched:
        patched.setattr(neighbours.exchange, "receive", stumble)
        assert carry() == 0
    message = OutboxMessage.objects.get()
    assert (message.failed_at, message.acked_at) == (None, None)
    assert DeliveryAttempt.objects.get().detail == "RuntimeError"
    OutboxMessage.objects.update(schema_version=99)
    outbox.retry_now(message)
    carry()
    message.refresh_from_db()
    assert message.failed_at is not None
    assert message.tries.order_by("pk").last().outcome == "unknown_schema_version"


def test_a_village_that_left_is_told_so_and_its_answer_waits(cast, sent):
    carry()
    Peer.objects.filter(office=cast.village).update(active=False)
    inbox.act(
        actor=cast.actor("manager"),
        uid=ReceivedReferral.objects.get().uid,
        action="recommend",
        said=inbox.Said(said_on=today()),
    )
    assert carry() == 0
    assert Peer.objects.get(office=cast.district).last_failure == "not_linked"


def test_the_answer_taken_in_is_the_systems_not_a_persons(cast, sent):
    carry()
    inbox.act(
        actor=cast.actor("manager"),
        uid=ReceivedReferral.objects.get().uid,
        action="recommend",
        said=inbox.Said(said_on=today()),
    )
    carry()
    said = sent.answers.get()
    assert (said.source, said.recorded_by) == (answers.Source.SYSTEM, None)


def test_the_pages_offer_the_neighbours_until_they_are_linked(cast, client):
    client.force_login(cast.district_admin)
    page = client.get("/referrals/villages/").content.decode()
    assert "Hubungkan semuanya (2 kantor)" in page
    uids = [str(cast.village.uid), str(cast.other_village.uid)]
    answer = client.post("/referrals/links/here/", {"office": uids}, follow=True)
    assert "Kantor di server ini" not in answer.content.decode()
    client.force_login(cast.admin)
    page = client.get("/referrals/links/").content.decode()
    assert "di server yang sama" in page
    assert client.post("/referrals/links/here/", {"office": "x"}).status_code == 404
