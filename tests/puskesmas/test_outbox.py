"""The outbox: leases, pauses, silent peers, and what a person may do to a waiting message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from puskesmas import outbox
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer
from puskesmas.outbox import TransportError


@pytest.fixture
def peer(cast):
    return make_peer(cast.village)


def make_peer(office, **fields):
    values = {
        "direction": Peer.Direction.UPSTREAM,
        "peer_uid": office.uid,
        "name": "SLRT",
        "base_url": "http://127.0.0.1",
    }
    return Peer.objects.create(office=office, **values | fields)


def make_message(peer, **fields):
    message = outbox.enqueue(
        office=peer.office, peer=peer, kind="test.sent", subject=peer, body={"n": 1}
    )
    OutboxMessage.objects.filter(pk=message.pk).update(**fields)
    message.refresh_from_db()
    return message


def down(message):
    raise TransportError("no_connection")


def refused(message):
    raise TransportError("body_invalid", "salah", permanent=True)


def up(message):
    return {"uid": str(message.uid)}


def nothing(message, receipt):
    """No consequence."""


def test_the_same_content_has_the_same_hash_whatever_its_order():
    assert outbox.body_hash({"a": 1, "b": "ä"}) == outbox.body_hash({"b": "ä", "a": 1})
    assert outbox.body_hash({"a": 1}) != outbox.body_hash({"a": "1"})


def test_a_claim_keeps_others_away_until_its_lease_runs_out(peer, settings):
    message = make_message(peer)
    first = outbox.claim_next()
    assert (first.pk, first.attempts) == (message.pk, 1)
    assert outbox.claim_next() is None
    OutboxMessage.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    again = outbox.claim_next()
    assert (again.pk, again.attempts) == (message.pk, 2)


def test_a_sender_whose_lease_ran_out_does_not_free_the_next_ones_claim(peer):
    make_message(peer)
    late = outbox.claim_next()
    OutboxMessage.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    current = outbox.claim_next()
    outbox._record_failure(late, TransportError("timeout"))
    assert OutboxMessage.objects.get().claimed_until == current.claimed_until


def test_a_late_failure_does_not_undo_an_acknowledgement(peer):
    make_message(peer)
    message = outbox.claim_next()
    outbox._record_success(message, up(message), nothing)
    outbox._record_failure(message, TransportError("timeout"))
    assert OutboxMessage.objects.get().acked_at is not None


def test_two_confirmations_run_the_consequence_once(peer):
    make_message(peer)
    message, done = outbox.claim_next(), []
    for _time in range(2):
        outbox._record_success(message, up(message), lambda *_args: done.append(1))
    assert done == [1]


@pytest.mark.parametrize(
    "closed", ["acked_at", "failed_at", "superseded_at", "inactive peer", "not yet due"]
)
def test_what_is_closed_or_not_due_is_not_claimed(peer, closed):
    now = timezone.now()
    if closed == "inactive peer":
        make_message(peer)
        Peer.objects.update(active=False)
    elif closed == "not yet due":
        make_message(peer, due_at=now + timedelta(minutes=1))
    else:
        make_message(peer, **{closed: now})
    assert outbox.claim_next() is None


def test_what_waits_for_an_office_below_is_not_pushed(cast):
    below = make_peer(cast.district, direction=Peer.Direction.DOWNSTREAM)
    make_message(below)
    assert outbox.claim_next() is None


def test_a_silent_peer_costs_one_try_a_round_and_does_not_hold_up_another(cast, peer):
    other = make_peer(cast.other_village, name="SLRT lain")
    for _n in range(3):
        make_message(peer)
    make_message(other)

    def one_down(message):
        return down(message) if message.peer_id == peer.pk else up(message)

    assert outbox.send_due(one_down, nothing) == 1
    tried = OutboxMessage.objects.filter(peer=peer, attempts__gt=0)
    assert tried.count() == 1
    assert OutboxMessage.objects.get(peer=other).acked_at is not None


def test_pauses_double_up_to_the_longest_and_vary_by_a_fifth(settings):
    settings.OUTBOX_FIRST_WAIT_SECONDS, settings.OUTBOX_LONGEST_WAIT_SECONDS = 5, 900
    for attempts, wanted in ((1, 5), (2, 10), (5, 80), (9, 900), (400, 900)):
        seconds = outbox._wait(attempts).total_seconds()
        assert wanted * 0.8 <= seconds <= wanted * 1.2


def test_when_the_peer_answers_again_all_that_waited_goes_at_once(peer):
    for _n in range(3):
        make_message(peer)
    assert outbox.send_due(down, nothing) == 0
    later = timezone.now() + timedelta(minutes=15)
    OutboxMessage.objects.filter(attempts=0).update(due_at=later)
    OutboxMessage.objects.filter(attempts=1).update(due_at=timezone.now())
    assert outbox.send_due(up, nothing) == 3
    assert Peer.objects.get().last_failure == ""


def test_a_permanent_refusal_stops_the_tries_and_not_the_others(peer):
    bad, good = make_message(peer), make_message(peer)

    def one_refused(message):
        return refused(message) if message.pk == bad.pk else up(message)

    assert outbox.send_due(one_refused, nothing) == 1
    bad.refresh_from_db()
    assert bad.failed_at is not None
    assert DeliveryAttempt.objects.get(message=bad).detail == "salah"
    assert DeliveryAttempt.objects.get(message=good).outcome == outbox.ACKNOWLEDGED
    outbox.retry_now(bad)
    assert outbox.send_due(up, nothing) == 1


def test_a_message_carried_by_hand_is_superseded_unless_it_is_being_sent(peer):
    message = make_message(peer)
    claimed = outbox.claim_next()
    assert not outbox.supersede(message)
    outbox._record_failure(claimed, TransportError("timeout"))
    assert outbox.supersede(message)
    assert outbox.claim_next() is None
    outbox.retry_now(message)
    assert outbox.claim_next() is None


def test_a_broker_that_is_down_costs_no_message_and_no_request(
    peer, monkeypatch, django_capture_on_commit_callbacks
):
    from puskesmas.tasks import send_due_messages

    def gone(**kwargs):
        raise ConnectionError("broker")

    monkeypatch.setattr(send_due_messages, "apply_async", gone)
    with django_capture_on_commit_callbacks(execute=True):
        make_message(peer)
    assert outbox.send_due(up, nothing) == 1
