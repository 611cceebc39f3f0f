"""Village → supervisor → manager → owner: each hop optional, by village and programme."""

import pytest
from django.urls import reverse

from puskesmas import outbox, transports
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.models import OutboxMessage, Peer
from referrals import selectors
from referrals.chain import services as chain
from referrals.chain.selectors import Hops, hops_of
from referrals.models import Answering, ChainRule, Referral
from referrals.services import approval
from referrals.workflow import Answer, Inbox
from tests.referrals.conftest import today


@pytest.fixture
def send(cast, wire, draft):
    """Send a referral of the case up, over the chain as the test has set it."""

    def do(**fields):
        referral = draft(road=Referral.Road.DISTRICT, **fields)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        wire.push()
        return referral

    return do


@pytest.fixture
def set_chain(cast, wire):
    def do(**fields):
        return chain.set_chain(actor=cast.actor("district_admin"), **fields)

    return do


@pytest.fixture
def supervised(cast, wire):
    chain.set_supervised(
        actor=cast.actor("manager"),
        officer_uid=cast.supervisor.uid,
        villages=[wire.downstream.uid],
    )


def told(referral):
    """Return what the village was told of a referral, in its order: value and applied."""
    return list(Answering.objects.filter(referral=referral).values_list("value", "applied"))


def test_without_a_row_files_go_to_the_manager_and_on_to_the_owner(wire, send):
    send()
    assert wire.received().state == Inbox.RECEIVED
    with pytest.raises(WrongState):
        wire.act("approve")
    assert wire.act("recommend").state == Inbox.RECOMMENDED


def test_the_most_specific_row_holds(cast, wire, set_chain):
    village = wire.downstream
    said = {
        "": Hops(supervisor=True),
        "kis": Hops(manager=False),
        "village": Hops(owner=False),
        "village kis": Hops(supervisor=True, owner=False),
    }
    order = ["", "kis", "village", "village kis"]
    for place, where in enumerate(order):
        hops = said[where]
        set_chain(
            village=village.uid if "village" in where else None,
            programme_code="kis" if "kis" in where else "",
            supervisor=hops.supervisor,
            manager=hops.manager,
            owner=hops.owner,
        )
        assert hops_of(cast.district, peer_id=village.pk, programme_code="kis") == hops
        assert ChainRule.objects.count() == place + 1
    assert hops_of(cast.district, peer_id=village.pk, programme_code="pkh") == said["village"]
    assert hops_of(cast.district, peer_id=0, programme_code="pkh") == said[""]
    chain.drop_chain(
        actor=cast.actor("manager"), uid=ChainRule.objects.get(peer=None, programme_code="").uid
    )
    assert hops_of(cast.district, peer_id=0, programme_code="pkh") == Hops()


def test_saying_it_again_replaces_and_a_chain_without_a_decider_is_refused(cast, wire, set_chain):
    set_chain(supervisor=True)
    set_chain(supervisor=False)
    assert ChainRule.objects.get().supervisor is False
    with pytest.raises(InvalidInput):
        set_chain(manager=False, owner=False)
    with pytest.raises(InvalidInput):
        set_chain(village=Peer.objects.get(office=cast.village).uid)
    with pytest.raises(NotYourRole):
        chain.set_chain(actor=cast.actor("supervisor"), supervisor=True)
    with pytest.raises(NotFound):
        chain.set_supervised(actor=cast.actor("manager"), officer_uid=cast.manager.uid, villages=[])


def test_the_kecamatan_passes_a_file_on_and_the_village_hears_of_it(
    cast, wire, send, set_chain, supervised
):
    set_chain(village=wire.downstream.uid, supervisor=True)
    referral = send()
    assert wire.received().state == Inbox.REVIEW
    with pytest.raises(WrongState):
        wire.act("recommend")
    wire.act("pass", who="supervisor", owner="")
    wire.act("recommend")
    wire.fetch()
    assert told(referral) == [("forwarded", True), ("recommended", True)]
    referral.refresh_from_db()
    assert referral.answer == Answer.RECOMMENDED
    versions = OutboxMessage.objects.filter(peer=wire.downstream).order_by("pk")
    assert list(versions.values_list("schema_version", flat=True)) == [2, 1]


def test_the_kecamatan_sends_a_file_back_and_the_mended_one_comes_to_it_again(
    cast, wire, send, set_chain, supervised
):
    set_chain(supervisor=True)
    referral = send()
    wire.act("send_back", who="supervisor", reason="Foto rumah belum ada")
    wire.fetch()
    referral.refresh_from_db()
    assert referral.answer == Answer.RETURNED
    assert referral.complaint.state == "in_handling"
    approval.resubmit(
        actor=cast.actor("back"), uid=referral.uid, need="Lengkap", road=Referral.Road.DISTRICT
    )
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    row = wire.received()
    assert (row.state, row.submission_number) == (Inbox.REVIEW, 2)
    assert [item.number for item in selectors.earlier_submissions(row)] == [1]
    assert wire.act("pass", who="manager", owner="").state == Inbox.RECEIVED


@pytest.mark.parametrize("supervisor", [False, True])
def test_where_the_chain_has_no_manager_a_file_goes_past_him_to_the_owner(
    wire, send, set_chain, supervised, supervisor
):
    set_chain(supervisor=supervisor, manager=False)
    referral = send()
    if supervisor:
        wire.act("pass", who="supervisor", owner="")
    assert wire.received().state == Inbox.FORWARDED
    wire.act("approve", who="district_back")
    wire.fetch()
    values = [value for value, _applied in told(referral)]
    assert values == ["forwarded"] * (1 + supervisor) + ["approved"]


def test_where_the_chain_has_no_owner_the_decision_is_noted_at_once(wire, send, set_chain):
    set_chain(programme_code="kis_daerah", owner=False)
    send()
    with pytest.raises(WrongState):
        wire.act("recommend")
    assert wire.act("refuse", reason="Kuota habis").state == Inbox.REFUSED


def test_a_supervisor_sees_the_files_of_his_villages_only(cast, wire, send, set_chain):
    set_chain(supervisor=True)
    send()
    row, supervisor = wire.received(), cast.actor("supervisor")
    with pytest.raises(NotFound):
        selectors.received(row.uid, actor=supervisor)
    with pytest.raises(NotFound):
        wire.act("pass", who="supervisor", owner="")
    for villages, seen in (([wire.downstream.uid], [row]), ([], [])):
        chain.set_supervised(
            actor=cast.actor("district_admin"), officer_uid=cast.supervisor.uid, villages=villages
        )
        assert list(selectors.received_by(supervisor)) == seen
    assert list(selectors.received_by(cast.actor("district_front"))) == [row]


def test_a_village_of_before_refuses_the_new_word_and_takes_what_follows(
    cast, wire, send, set_chain, supervised, monkeypatch
):
    """Only what the first version cannot say is lost on it: who recommends is the next to speak."""
    from referrals import schemas

    set_chain(supervisor=True)
    referral = send()
    wire.act("pass", who="supervisor", owner="")
    wire.act("recommend")
    monkeypatch.setattr(schemas, "versions", lambda kind: (1,))
    wire.fetch()
    assert told(referral) == [("recommended", True)]
    assert OutboxMessage.objects.filter(peer=wire.downstream, failed_at__isnull=False).count() == 1
    assert outbox.send_due(transports.transport(), transports.after_ack) == 0


def test_the_page_sets_the_chain_and_a_supervisors_villages(cast, wire, client):
    client.force_login(cast.district_admin)
    page = reverse("referrals:chain")
    data = {"village": str(wire.downstream.uid), "supervisor": "on", "owner": "on"}
    assert client.post(page, data).status_code == 302
    rule = ChainRule.objects.get()
    assert (rule.peer, rule.supervisor, rule.manager) == (wire.downstream, True, False)
    assert "supervisor kecamatan" in client.get(page).text
    own = reverse("referrals:chain_supervised", args=[cast.supervisor.uid])
    assert client.post(own, {"villages": [str(wire.downstream.uid)]}).status_code == 302
    assert wire.downstream.name in client.get(page).text
    assert client.post(page, {"village": ""}).status_code == 400
    assert client.post(reverse("referrals:chain_drop", args=[rule.uid])).status_code == 302
    assert not ChainRule.objects.exists()


def test_the_supervisors_inbox_opens_on_what_waits_for_him(
    cast, wire, send, set_chain, supervised, client
):
    set_chain(supervisor=True)
    send()
    row = wire.received()
    client.force_login(cast.supervisor)
    assert row.number in client.get(reverse("referrals:inbox")).text
    opened = client.get(reverse("referrals:received", args=[row.uid])).text
    assert "Tinjau dan teruskan" in opened
    assert "Rekomendasikan" not in opened
    act = reverse("referrals:inbox_act", args=[row.uid, "pass"])
    done = client.post(act, {"said_on": today().strftime("%d-%m-%Y"), "version": row.version})
    assert done.status_code == 302
    assert wire.received().state == Inbox.RECEIVED


def test_the_supervisors_home_counts_his_own_turn_and_the_managers_counts_all(
    login, wire, send, set_chain, supervised
):
    set_chain(supervisor=True)
    send()
    supervisor, manager = (
        login(who).get("/").content.decode() for who in ("supervisor", "manager")
    )
    assert "?tab=review" in supervisor
    assert "?tab=new" not in supervisor
    assert "?tab=new" in manager


def test_every_tier_finds_the_packages(login):
    page, deliveries = reverse("referrals:packages"), reverse("referrals:deliveries")
    for who, here in (
        ("front", deliveries),
        ("koordinator", deliveries),
        ("manager", "/"),
        ("district_admin", "/"),
    ):
        assert f'href="{page}"' in login(who).get(here).content.decode(), who
