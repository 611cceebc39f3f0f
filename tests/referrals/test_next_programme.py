"""After a refusal the case goes on; withdrawn, it stops; and what was said stays to be told."""

import uuid

import pytest
from django.urls import reverse

from complaints import public, services
from complaints.models import Complaint
from complaints.workflow import CaseState
from puskesmas.errors import InvalidInput, WrongState
from referrals.models import Answering, Referral
from referrals.selectors import waiting_for_approval
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer, Approval, Realisation
from tests.referrals.conftest import make_programme, today

Outcome = Complaint.Outcome


@pytest.fixture
def other(cast):
    return make_programme(cast, "kis_nasional")


@pytest.fixture
def answer(cast, draft):
    """Draft, approve, and note the owner's answer on the newest referral."""

    def noted(value, referral=None, **fields):
        referral = referral or draft()
        if referral.approval == Approval.AWAITING:
            approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        return answers.record_answer(
            actor=cast.actor("back"),
            uid=referral.uid,
            value=value,
            source=Answering.Source.LETTER,
            said_on=today(),
            owner="Dinas Kesehatan",
            reason="Kuota habis",
        )

    return noted


def realise(cast, referral, value):
    return answers.record_realisation(
        actor=cast.actor("back"),
        uid=referral.uid,
        value=value,
        source=Answering.Source.LETTER,
        said_on=today(),
        reason="Program dihentikan",
    )


def tell(cast, case):
    return services.tell_resident(
        actor=cast.actor("front"),
        uid=case.uid,
        client_uid=uuid.uuid4(),
        means="phone",
        reached=True,
    )


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_after_a_refusal_the_next_programme_is_asked_for_in_the_same_case(
    case, draft, answer, other, login
):
    answer(Answer.REFUSED)
    link = reverse("referrals:draft", args=[case.uid])
    shown = login("back").get(f"/cases/{case.uid}/").content.decode()
    assert link in shown
    assert "Ajukan program lain" in shown
    draft(programme_uid=other.uid)
    moved = fresh(case)
    assert (moved.state, moved.outcome) == (CaseState.AWAITING_APPROVAL, "")


def test_nothing_else_is_asked_for_before_an_approval_was_told(case, draft, answer, other, login):
    answer(Answer.APPROVED)
    assert "Ajukan program lain" not in login("back").get(f"/cases/{case.uid}/").content.decode()
    with pytest.raises(WrongState):
        draft(programme_uid=other.uid)
    assert fresh(case).outcome == Outcome.OWNER_APPROVED
    assert Referral.objects.count() == 1


def test_the_refusal_stays_to_be_told_and_shown_while_the_case_goes_on(
    cast, case, draft, answer, other, login
):
    answer(Answer.REFUSED)
    draft(programme_uid=other.uid)
    words = "Belum disampaikan kepada warga"
    assert words in login("front").get(f"/cases/{case.uid}/").content.decode()
    said = public.status_of(case.receipt_number, address="a").answers
    assert [str(row.text) for row in said] == ["Tidak disetujui pemilik program"]
    tell(cast, case)
    assert fresh(case).state == CaseState.AWAITING_APPROVAL
    assert words not in login("front").get(f"/cases/{case.uid}/").content.decode()


def test_a_promise_that_came_to_nothing_leaves_room_for_the_same_programme_again(
    cast, case, draft, answer
):
    first = answer(Answer.APPROVED)
    realise(cast, first, Realisation.NEVER)
    assert fresh(case).outcome == Outcome.NEVER
    draft()
    assert fresh(case).state == CaseState.AWAITING_APPROVAL
    assert Referral.objects.count() == 2


def test_a_live_request_leaves_no_room_for_a_second_of_the_same_programme(case, draft):
    draft()
    Complaint.objects.update(state=CaseState.IN_HANDLING)
    with pytest.raises(InvalidInput):
        draft()


# --- Withdrawn -----------------------------------------------------------------------------------


def withdraw(cast, case):
    return services.withdraw(actor=cast.actor("front"), uid=case.uid, reason="Tidak jadi")


def test_a_draft_of_a_withdrawn_case_is_nobodys_to_approve(cast, case, draft, login):
    referral = draft()
    approver = cast.actor("koordinator")
    assert [item.referral for item in waiting_for_approval(approver)] == [referral]
    withdraw(cast, case)
    assert waiting_for_approval(approver) == []
    with pytest.raises(WrongState):
        approval.approve(actor=approver, uid=referral.uid)
    assert fresh(referral).approval == Approval.RETURNED
    shown = login("koordinator").get(reverse("referrals:referral", args=[referral.uid]))
    assert reverse("referrals:approve", args=[referral.uid]) not in shown.content.decode()


def test_a_draft_put_aside_by_a_withdrawal_is_put_forward_again_after_reopening(cast, case, draft):
    referral = draft()
    mended = {"actor": cast.actor("back"), "uid": referral.uid, "need": "Berobat", "road": "paper"}
    with pytest.raises(WrongState):
        approval.resubmit(**mended)
    withdraw(cast, case)
    with pytest.raises(WrongState):
        approval.resubmit(**mended)
    services.reopen(actor=cast.actor("front"), uid=case.uid, reason="Masih perlu")
    assert waiting_for_approval(cast.actor("koordinator")) == []
    approval.resubmit(**mended)
    assert fresh(case).state == CaseState.AWAITING_APPROVAL
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert fresh(case).state == CaseState.REFERRED


def carry(cast, referral):
    delivery.hand_over(
        actor=cast.actor("front"), uid=referral.uid, receiver="Ani", handed_on=today()
    )


@pytest.mark.parametrize("value", [Answer.APPROVED, Answer.REFUSED, Answer.RETURNED])
def test_an_answer_to_a_withdrawn_case_is_kept_and_moves_nothing(cast, case, draft, answer, value):
    referral = draft()
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    carry(cast, referral)
    withdraw(cast, case)
    answer(value, fresh(referral))
    assert fresh(referral).answer == value
    moved = fresh(case)
    assert (moved.state, moved.outcome) == (CaseState.WITHDRAWN, "")
