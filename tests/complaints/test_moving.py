"""A case moves along its table, and its clock with it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from complaints import services
from complaints.models import ClockPause
from complaints.services import lock_case, move_case
from complaints.workflow import CaseState
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily, WrongState
from puskesmas.models import Transition
from tests.complaints.conftest import KK, NIK


def move(case, actor, action, **kwargs):
    with transaction.atomic():
        locked = lock_case(case.uid, actor=actor)
        move_case(case=locked, actor=actor, action=action, **kwargs)
    return locked


def test_a_move_changes_state_writes_history_and_sets_the_due_date(cast, case):
    moved = move(case, cast.actor("back"), "examine")
    assert (moved.state, moved.version) == (CaseState.IN_VERIFICATION, 2)
    assert moved.due_at is not None
    row = Transition.objects.get(subject_uid=case.uid)
    assert (row.source, row.target, row.actor) == ("registered", "in_verification", cast.back)


def test_a_locked_case_comes_with_all_its_due_date_needs_of_it(
    cast, case, django_assert_num_queries
):
    actor = cast.actor("back")
    with transaction.atomic(), django_assert_num_queries(1):
        locked = lock_case(case.uid, actor=actor)
        assert (locked.office.name, locked.kind.code) == (cast.village.name, case.kind.code)


def test_the_clock_stands_while_the_resident_owes_and_runs_again_afterwards(cast, case):
    front = cast.actor("front")
    waiting = move(case, front, "ask_papers", reason="Bawa fotokopi KK")
    assert waiting.due_at is None
    assert waiting.pauses.get().owed_by == ClockPause.OwedBy.RESIDENT
    back_again = move(case, front, "papers_received")
    assert back_again.due_at is not None
    assert back_again.pauses.get().until is not None


def test_upstream_owes_once_the_file_of_a_referred_case_was_received(cast, case):
    move(case, cast.actor("back"), "submit_referral")
    referred = move(case, cast.actor("koordinator"), "approve_referral")
    assert referred.due_at is not None
    long_ago = timezone.now() - timedelta(days=9)
    services.file_received(case=referred, at=long_ago)
    assert referred.due_at is None
    pause = referred.pauses.get()
    assert (pause.owed_by, pause.since) == (ClockPause.OwedBy.UPSTREAM, referred.state_since)
    services.file_received(case=referred, at=timezone.now())
    assert referred.pauses.count() == 1


def test_a_file_received_after_the_case_went_another_way_stops_no_clock(cast, case):
    moved = move(case, cast.actor("back"), "examine")
    services.file_received(case=moved, at=timezone.now())
    assert moved.due_at is not None
    assert not moved.pauses.exists()


def test_a_final_state_ends_pause_and_clock_and_reopening_starts_them_afresh(cast, case):
    move(case, cast.actor("front"), "ask_papers", reason="KK")
    ended = move(case, cast.actor("front"), "withdraw", reason="Sudah tidak perlu")
    assert ended.due_at is None
    assert ended.closed_at is not None
    assert ended.pauses.filter(until=None).count() == 0
    reopened = move(case, cast.actor("back"), "reopen", reason="Datang lagi")
    assert reopened.closed_at is None
    assert reopened.clock_started_at == reopened.state_since
    assert reopened.due_at > reopened.clock_started_at


def test_a_move_that_needs_a_reason_is_refused_without_one(cast, case):
    with pytest.raises(InvalidInput) as caught:
        move(case, cast.actor("front"), "ask_papers")
    assert caught.value.field == "reason"


def test_another_role_and_another_state_are_refused(cast, case):
    with pytest.raises(NotYourRole):
        move(case, cast.actor("kasun"), "examine")
    with pytest.raises(WrongState):
        move(case, cast.actor("back"), "told_and_closed")


@pytest.mark.parametrize(("field", "value"), [("nik", NIK), ("kk", KK)])
def test_an_officer_may_not_examine_his_own_family_but_a_colleague_may(cast, case, field, value):
    setattr(cast.back, field, value)
    cast.back.save()
    with pytest.raises(OwnFamily):
        move(case, cast.actor("back"), "examine")
    setattr(cast.back, field, "")
    cast.back.save()
    assert move(case, cast.actor("back"), "examine").state == CaseState.IN_VERIFICATION
