"""Two of them at one moment: senders, tries of one message, officers at one draft."""

import threading
from contextlib import suppress

import pytest

from complaints import services
from puskesmas import outbox, transports
from puskesmas.errors import DomainError, WrongState
from puskesmas.models import OutboxMessage, Peer, ReceivedMessage, Transition
from referrals import exchange
from referrals.models import (
    Comparison,
    Difference,
    ReceivedReferral,
    Referral,
    Submission,
)
from referrals.reconciliation import comparing
from referrals.reconciliation import services as reconciliation
from referrals.reconciliation.workflow import Kind
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer, Approval
from tests.racing import together
from tests.referrals.conftest import today

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(cast, wire, draft):
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    return OutboxMessage.objects.select_related("office", "peer").get()


def test_send_now_and_a_sender_who_is_just_told_of_the_receipt_do_not_wait_for_each_other(
    cast, wire, waiting, monkeypatch
):
    """He has the message and wants the referral; who pressed has the referral, and wants it."""
    message_held, referral_held = threading.Event(), threading.Event()
    retry_now = outbox.retry_now
    receipt = exchange.receive(
        peer=Peer.objects.select_related("office").get(pk=wire.downstream.pk),
        parcel=exchange.envelope(waiting),
    )[0]

    def after_ack(message, receipt):
        message_held.set()
        referral_held.wait(2)
        transports.after_ack(message, receipt)

    def retry(message):
        referral_held.set()
        retry_now(message)

    def press():
        message_held.wait(2)
        with suppress(WrongState):  # he was faster, and nothing waits any more
            delivery.send_now(actor=cast.actor("front"), uid=waiting.subject_uid)

    monkeypatch.setattr(outbox, "retry_now", retry)
    assert together(lambda: outbox.confirm(waiting, receipt, after_ack), press) == []
    waiting.refresh_from_db()
    assert waiting.acked_at is not None
    assert Referral.objects.get(uid=waiting.subject_uid).answer == Answer.RECEIVED


def test_of_many_senders_one_claims_the_message(waiting):
    claimed, guard = [], threading.Lock()

    def claim():
        message = outbox.claim_next()
        with guard:
            claimed.append(message)

    assert together(*[claim] * 6) == []
    assert [message.pk for message in claimed if message] == [waiting.pk]
    waiting.refresh_from_db()
    assert waiting.attempts == 1


def test_tries_of_one_message_that_meet_make_one_referral_and_get_one_receipt(wire, waiting):
    parcel = exchange.envelope(waiting)
    receipts, guard = [], threading.Lock()

    def deliver():
        peer = Peer.objects.select_related("office").get(pk=wire.downstream.pk)
        receipt, fresh = exchange.receive(peer=peer, parcel=parcel)
        with guard:
            receipts.append((fresh, tuple(sorted(receipt.items()))))

    assert together(*[deliver] * 6) == []
    assert sorted(fresh for fresh, _receipt in receipts) == [False] * 5 + [True]
    assert len({receipt for _fresh, receipt in receipts}) == 1
    assert ReceivedReferral.objects.count() == ReceivedMessage.objects.count() == 1


def test_referrals_that_arrive_together_get_numbers_of_their_own(
    cast, wire, waiting, draft, make_case
):
    for _n in range(4):
        referral = draft(case_uid=make_case().uid, road=Referral.Road.DISTRICT)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    rows = OutboxMessage.objects.select_related("office", "peer")
    parcels = [exchange.envelope(row) for row in rows]

    def deliver(parcel):
        peer = Peer.objects.select_related("office").get(pk=wire.downstream.pk)
        exchange.receive(peer=peer, parcel=parcel)

    assert together(*[lambda parcel=parcel: deliver(parcel) for parcel in parcels]) == []
    year = cast.district.today().year
    numbers = sorted(ReceivedReferral.objects.values_list("number", flat=True))
    assert numbers == [f"{year}/{n:05d}" for n in range(1, 6)]


def test_one_word_on_a_draft_counts_when_two_are_given_at_once(cast, draft):
    referral = draft()
    actor = cast.actor("koordinator")
    errors = together(
        lambda: approval.approve(actor=actor, uid=referral.uid, version=referral.version),
        lambda: approval.refuse(
            actor=actor, uid=referral.uid, reason="Tidak", version=referral.version
        ),
    )
    assert len(errors) == 1
    assert isinstance(errors[0], DomainError)
    referral.refresh_from_db()
    approved = referral.approval == Approval.APPROVED
    assert Submission.objects.count() == (1 if approved else 0)
    assert referral.approval in {Approval.APPROVED, Approval.REFUSED}


def test_of_two_drafts_for_one_person_in_two_cases_one_is_made(cast, draft, make_case, resident):
    cases = [make_case(subject=resident) for _n in range(3)]
    errors = together(*[lambda case=case: draft(case_uid=case.uid) for case in cases])
    assert [error.code for error in errors] == ["live_referral"] * 2
    assert Referral.objects.count() == 1


def test_the_workers_receipt_and_a_withdrawal_of_one_case_end_withdrawn(cast, wire, waiting):
    case = Referral.objects.get().complaint
    back = cast.actor("back")
    errors = together(
        wire.push, lambda: services.withdraw(actor=back, uid=case.uid, reason="Sudah dibantu")
    )
    assert errors == []
    case.refresh_from_db()
    assert (case.state, case.due_at, case.outcome) == ("withdrawn", None, "")
    # Taken back before it left, or there already: never half of it.
    waiting.refresh_from_db()
    left = ReceivedReferral.objects.exists()
    assert (waiting.acked_at is not None, waiting.superseded_at is None) == (left, left)


def test_the_owners_word_fetched_while_the_koordinator_approves_again_ends_answered(
    cast, wire, waiting
):
    wire.push()
    referral = Referral.objects.get()
    back, koordinator = cast.actor("back"), cast.actor("koordinator")
    answers.record_answer(
        actor=back,
        uid=referral.uid,
        value="returned",
        source="phone",
        said_on=today(),
        reason="KK buram",
    )
    approval.resubmit(actor=back, uid=referral.uid, need="Berobat", road="district")
    wire.act("recommend")
    wire.act("approve")
    errors = together(
        wire.fetch, lambda: approval.approve(actor=koordinator, uid=referral.uid, version=None)
    )
    assert [type(error) for error in errors] in ([], [WrongState])
    referral.refresh_from_db()
    assert (referral.approval, referral.answer) == (Approval.APPROVED, "approved")
    case = referral.complaint
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("answered", "owner_approved")
    assert case.due_at is not None


def test_of_two_who_press_one_button_one_sends_again(cast, wire, waiting):
    outbox.send_due(transports.transport(), transports.after_ack)
    sent = Referral.objects.get()
    row = Difference.objects.create(
        office=cast.village,
        peer=wire.upstream,
        referral=sent,
        referral_uid=sent.uid,
        kind=Kind.MISSING_ABOVE,
    )

    def press(who):
        return lambda: reconciliation.mend(actor=cast.actor(who), uid=row.uid)

    errors = together(*[press("koordinator"), press("admin")] * 3)
    assert [type(error) for error in errors] == [WrongState] * 5
    waiting.refresh_from_db()
    assert waiting.acked_at is None
    assert Transition.objects.filter(subject_uid=row.uid).count() == 1
    outbox.send_due(transports.transport(), transports.after_ack)
    assert ReceivedReferral.objects.count() == 1


def test_of_many_workers_one_compares_and_of_many_who_ask_one_is_noted(cast, wire, waiting):
    outbox.send_due(transports.transport(), transports.after_ack)
    ask = [lambda: reconciliation.ask(actor=cast.actor("koordinator")), comparing.ask_nightly]
    assert together(*ask * 3) == []
    assert Comparison.objects.count() == 1
    assert together(*[comparing.compare_due] * 4) == []
    comparison = Comparison.objects.get()
    assert (comparison.compared, comparison.failure) == (1, "")
    assert comparison.finished_at is not None
