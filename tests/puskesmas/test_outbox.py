"""The outbox: leases, pauses, silent peers, and what a person may do to a waiting message."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puskesmas import circuit, outbox, tasks, transports
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from tests.racing import together


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
        seconds = circuit.pause(attempts).total_seconds()
        assert wanted * 0.8 <= seconds <= wanted * 1.2


def let_probe():
    """Let the pause of every open circuit run out."""
    Peer.objects.filter(probe_at__isnull=False).update(probe_at=timezone.now())


def test_when_the_probe_is_answered_all_that_waited_goes_at_once(peer):
    for _n in range(3):
        make_message(peer)
    assert outbox.send_due(down, nothing) == 0
    assert outbox.send_due(up, nothing) == 0
    let_probe()
    assert outbox.send_due(up, nothing) == 3
    peer.refresh_from_db()
    assert (peer.last_failure, peer.silences, peer.probe_at) == ("", 0, None)


def test_a_probe_is_one_workers_and_comes_free_when_he_dies(peer):
    make_message(peer)
    make_message(peer)
    outbox.send_due(down, nothing)
    let_probe()
    assert outbox.claim_next() is not None
    assert outbox.claim_next() is None
    let_probe()  # the lease of the dead one is over
    assert outbox.claim_next() is not None


def test_what_was_written_by_a_clock_that_ran_ahead_is_sent_when_it_is_put_back(peer):
    ahead = timezone.now() + timedelta(days=2)
    make_message(peer, due_at=ahead)
    make_message(peer, claimed_until=ahead)
    Peer.objects.update(probe_at=ahead, silences=3)
    assert outbox.send_due(up, nothing) == 2


@pytest.mark.parametrize(("waiting", "next_rounds"), [(2, 1), (1, 0)])
def test_what_a_round_leaves_is_sent_at_once_and_not_at_beats_next_stroke(
    peer, monkeypatch, waiting, next_rounds
):
    woken = []
    monkeypatch.setattr(tasks, "ROUND", 2)
    monkeypatch.setattr(tasks.send_due_messages, "delay", lambda: woken.append(1))
    monkeypatch.setattr(transports, "transport", lambda: up)
    monkeypatch.setattr(transports, "after_ack", nothing)
    for _n in range(waiting):
        make_message(peer)
    assert tasks.send_due_messages() == waiting
    assert len(woken) == next_rounds


def test_a_probe_nobody_made_is_given_back(peer, monkeypatch):
    make_message(peer)
    outbox.send_due(down, nothing)
    let_probe()
    peer.refresh_from_db()
    assert circuit.enter(peer)
    circuit.leave(peer)
    assert outbox.claim_next() is not None
    circuit.record_contact(peer)
    circuit.leave(peer)
    assert Peer.objects.get().probe_at is None


def test_a_slow_try_that_fails_late_does_not_put_the_probe_off(peer):
    make_message(peer)
    make_message(peer)
    slow, quick = outbox.claim_next(), outbox.claim_next()
    outbox._record_failure(quick, TransportError("no_connection"))
    schedule = Peer.objects.values_list("probe_at", "silences").get()
    outbox._record_failure(slow, TransportError("timeout"))
    assert Peer.objects.values_list("probe_at", "silences").get() == schedule


def test_a_message_the_peer_breaks_on_does_not_hold_up_the_others(peer):
    bad, good = make_message(peer), make_message(peer)

    def breaks(message):
        if message.pk == bad.pk:
            raise TransportError("upstream_error", stumbled=True)
        return up(message)

    assert outbox.send_due(breaks, nothing) == 0
    let_probe()
    assert outbox.send_due(breaks, nothing) == 1
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.acked_at is None, bad.due_at > timezone.now()) == (False, True)


def test_a_refusal_is_an_answer_and_closes_the_circuit(peer):
    make_message(peer)
    make_message(peer)
    outbox.send_due(down, nothing)
    let_probe()

    def one_refused(message):
        return refused(message) if message.attempts == 1 else up(message)

    assert outbox.send_due(one_refused, nothing) == 1
    assert Peer.objects.get().probe_at is None


@pytest.mark.django_db(transaction=True)
@given(messages=st.integers(1, 40), workers=st.integers(1, 4), rounds=st.integers(1, 12))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_long_silence_costs_as_many_tries_as_the_schedule_has_probes(
    peer, messages, workers, rounds
):
    """However much waits, however many workers; when the peer is back all of it goes, once."""
    OutboxMessage.objects.all().delete()
    circuit.record_contact(peer)
    for _n in range(messages):
        make_message(peer)
    probes, tries = 0, []

    def silent(message):
        tries.append(message.pk)
        down(message)

    for _round in range(rounds):
        # Every other round comes before its time.
        if _round % 2:
            let_probe()
            probes += 1
        errors = together(*[lambda: outbox.send_due(silent, nothing)] * workers)
        assert errors == []
    # In the first round each worker may have begun before the circuit opened.
    assert len(tries) <= workers + probes
    assert Peer.objects.get().silences == 1 + probes
    assert DeliveryAttempt.objects.count() == len(tries)

    let_probe()
    sent = []
    together(*[lambda: sent.append(outbox.send_due(up, nothing))] * workers)
    # A worker that saw the circuit open left; whoever closed it, or comes now, takes the rest.
    sent.append(outbox.send_due(up, nothing))
    assert sum(sent) == messages
    assert not OutboxMessage.objects.filter(acked_at__isnull=True).exists()


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
