"""Detours an office takes in its first month: no dead end, no word lost, nothing sent unasked."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from complaints import services
from complaints.models import Complaint
from complaints.workflow import CaseState
from puskesmas import outbox
from puskesmas.errors import NotYourRole, WrongState
from puskesmas.models import OutboxMessage
from referrals.models import Answering, ReceivedReferral, Referral
from referrals.selectors import waiting_for_approval
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer, Approval, Realisation
from tests.referrals.conftest import make_programme, today

Outcome = Complaint.Outcome


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def other(cast):
    return make_programme(cast, "kis_nasional")


@pytest.fixture
def say(cast):
    """Note by hand what the owner said of a referral."""

    def noted(referral, value, **fields):
        words = {"source": Answering.Source.LETTER, "said_on": today(), "owner": "Dinkes"}
        return answers.record_answer(
            actor=cast.actor("back"),
            uid=referral.uid,
            value=value,
            **words | {"reason": "Kuota habis"} | fields,
        )

    return noted


@pytest.fixture
def approve(cast):
    return lambda row: approval.approve(actor=cast.actor("koordinator"), uid=row.uid)


def mended(cast, referral, road="paper"):
    return approval.resubmit(actor=cast.actor("back"), uid=referral.uid, need="Lengkap", road=road)


def tell(cast, case, *, reached=True):
    services.tell_resident(
        actor=cast.actor("front"),
        uid=case.uid,
        client_uid=uuid.uuid4(),
        means="phone",
        reached=reached,
    )
    return fresh(case)


def withdraw(cast, case):
    services.withdraw(actor=cast.actor("front"), uid=case.uid, reason="Sudah dibantu")


def reopen(cast, case):
    services.reopen(actor=cast.actor("front"), uid=case.uid, reason="Warga datang lagi")


# --- Which referral a case stands on -----------------------------------------------------------


def test_the_owners_answer_moves_the_case_though_a_later_draft_was_refused_here(
    cast, case, draft, other, approve, say
):
    first = draft()
    head = cast.actor("koordinator")
    approval.return_draft(actor=head, uid=first.uid, reason="Foto kurang")
    second = draft(programme_uid=other.uid)
    approval.refuse(actor=head, uid=second.uid, reason="Bukan program ini")
    mended(cast, first)
    approve(first)
    say(fresh(first), Answer.APPROVED)
    assert (fresh(case).state, fresh(case).outcome) == (
        CaseState.ANSWERED,
        Outcome.OWNER_APPROVED,
    )


def test_what_was_withdrawn_does_not_come_back_to_the_approver(cast, case, draft, other):
    first = draft()
    withdraw(cast, case)
    assert fresh(first).approval == Approval.RETURNED
    reopen(cast, case)
    second = draft(programme_uid=other.uid)
    waiting = [item.referral for item in waiting_for_approval(cast.actor("koordinator"))]
    assert waiting == [second]
    with pytest.raises(WrongState):
        approval.approve(actor=cast.actor("koordinator"), uid=first.uid)


# --- Opened again --------------------------------------------------------------------------------


def unreachable(cast, case):
    for _try in range(cast.village.telling_tries):
        tell(cast, case, reached=False)
    services.close_unreachable(actor=cast.actor("front"), uid=case.uid, reason="Tidak ada orang")


def test_a_case_opened_again_goes_on_from_the_owners_answer(cast, case, draft, approve, say):
    referral = approve(draft())
    say(referral, Answer.APPROVED)
    unreachable(cast, case)
    reopen(cast, case)
    answers.take_up(actor=cast.actor("front"), uid=referral.uid)
    assert (fresh(case).state, fresh(case).outcome) == (
        CaseState.ANSWERED,
        Outcome.OWNER_APPROVED,
    )
    assert tell(cast, case).state == CaseState.AWAITING_REALISATION


def test_taken_up_after_the_aid_came_it_is_the_end_that_is_told(cast, case, draft, approve, say):
    referral = approve(draft())
    say(referral, Answer.APPROVED)
    unreachable(cast, case)
    reopen(cast, case)
    answers.record_realisation(
        actor=cast.actor("back"),
        uid=referral.uid,
        value=Realisation.COLLECTED,
        source=Answering.Source.RESIDENT,
        said_on=today(),
    )
    answers.take_up(actor=cast.actor("back"), uid=referral.uid)
    closed = tell(cast, case)
    assert (closed.state, closed.outcome) == (CaseState.CLOSED, Outcome.COLLECTED)


def test_an_answer_that_arrives_after_a_reopening_moves_the_case(cast, case, draft, wire, approve):
    approve(draft(road=Referral.Road.DISTRICT))
    wire.push()
    withdraw(cast, case)
    reopen(cast, case)
    wire.act("recommend")
    wire.act("approve", document_number="440/12")
    wire.fetch()
    assert fresh(case).state == CaseState.ANSWERED


@pytest.mark.parametrize("who", ["koordinator", "facilitator"])
def test_only_the_counter_takes_an_answer_up(cast, case, draft, approve, say, who):
    referral = approve(draft())
    say(referral, Answer.APPROVED)
    unreachable(cast, case)
    reopen(cast, case)
    with pytest.raises(NotYourRole):
        answers.take_up(actor=cast.actor(who), uid=referral.uid)


def test_without_a_decision_or_while_the_case_runs_there_is_nothing_to_take_up(
    cast, draft, approve, say
):
    referral = approve(draft())
    for value in (Answer.STUDIED, Answer.APPROVED):
        say(fresh(referral), value)
        with pytest.raises(WrongState):
            answers.take_up(actor=cast.actor("front"), uid=referral.uid)


def test_the_button_stands_on_the_case_that_was_opened_again(
    cast, case, draft, approve, say, login
):
    referral = approve(draft())
    say(referral, Answer.APPROVED)
    unreachable(cast, case)
    reopen(cast, case)
    browser = login("front")
    page = browser.get(f"/cases/{case.uid}/").text
    assert f"/referrals/{referral.uid}/take-up/" in page
    answer = browser.post(
        f"/referrals/{referral.uid}/take-up/", {"version": fresh(referral).version}
    )
    assert answer.status_code == 302
    assert fresh(case).state == CaseState.ANSWERED


# --- Corrections ---------------------------------------------------------------------------------


def asked_again(cast, referral, draft, say):
    say(referral, Answer.REFUSED)
    return draft()


def test_a_correction_beside_its_own_repetition_is_refused_in_words(
    cast, draft, approve, say, case
):
    first = approve(draft())
    asked_again(cast, first, draft, say)
    with pytest.raises(WrongState, match="rujukan yang baru"):
        say(fresh(first), Answer.APPROVED)
    assert fresh(first).answer == Answer.REFUSED


def test_a_correction_that_arrives_beside_its_own_repetition_is_kept_and_moves_nothing(
    cast, case, draft, wire, approve
):
    first = approve(draft(road=Referral.Road.DISTRICT))
    wire.push()
    wire.act("recommend")
    wire.act("refuse", reason="Kuota habis", document_number="1")
    wire.fetch()
    again = draft()
    wire.act("approve", document_number="2")
    assert wire.fetch() == 1
    kept = Answering.objects.get(document_number="2")
    assert (kept.applied, fresh(first).answer) == (False, Answer.REFUSED)
    assert fresh(again).approval == Approval.AWAITING


def test_the_official_word_counts_when_the_receiver_never_took_the_mended_file(
    cast, case, draft, wire, approve, say
):
    """Returned by phone, mended here; the district had gone on with what it has."""
    referral = approve(draft(road=Referral.Road.DISTRICT))
    wire.push()
    wire.act("recommend")
    say(fresh(referral), Answer.RETURNED)
    mended(cast, referral, road="district")
    approve(referral)
    assert wire.push() == 0
    wire.act("approve", document_number="440/12")
    wire.fetch()
    assert fresh(referral).answer == Answer.APPROVED
    assert fresh(case).state == CaseState.ANSWERED


def test_a_late_return_of_the_file_before_the_mended_one_changes_nothing(
    cast, case, draft, wire, approve, say
):
    referral = approve(draft(road=Referral.Road.DISTRICT))
    wire.push()
    wire.act("return", reason="KK tidak terbaca")
    say(fresh(referral), Answer.RETURNED)
    mended(cast, referral, road="district")
    approve(referral)
    wire.fetch()
    assert fresh(referral).answer == Answer.NONE
    assert fresh(case).state == CaseState.REFERRED
    assert wire.push() == 1
    assert ReceivedReferral.objects.get().submission_number == 2


# --- Two hands on one file -----------------------------------------------------------------------


def test_a_message_under_a_running_claim_is_not_stopped_and_a_free_one_is(
    cast, draft, wire, approve
):
    message = approve(draft(road=Referral.Road.DISTRICT)).submissions.get().message
    soon = timezone.now() + timedelta(minutes=1)
    OutboxMessage.objects.filter(pk=message.pk).update(claimed_until=soon)
    assert not outbox.supersede(message)
    OutboxMessage.objects.filter(pk=message.pk).update(claimed_until=None)
    assert outbox.supersede(message)
    assert not outbox.supersede(message)


def test_what_was_recalled_cannot_be_carried_there(cast, case, draft, approve):
    referral = approve(draft())
    withdraw(cast, case)
    with pytest.raises(WrongState):
        delivery.hand_over(
            actor=cast.actor("front"), uid=referral.uid, receiver="Ani", handed_on=today()
        )
