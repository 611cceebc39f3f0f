"""The case's table, walked state by state and role by role against a table written by hand.

What may lead from one state to another, and who may do it, is written here a second time, from the
description of the service and not from the code: a slip in either is seen.
"""

import pytest

from complaints.workflow import CASE, FINAL_STATES, OPEN_STATES, CaseState
from puskesmas.errors import InvalidInput
from puskesmas.models import Role
from tests.walking import EVERYBODY, ROLES, actor_in, coded, written

#: (from, to): the actions that lead there, and who may do each. SYS is the program itself.
EXPECTED = {
    # Checked and handled by the back office; papers are asked for by whoever meets the resident.
    ("registered", "in_verification"): {"examine": "BO HEAD"},
    ("registered", "waiting_resident"): {"ask_papers": "FO BO FAS"},
    ("in_verification", "waiting_resident"): {"ask_papers": "FO BO FAS"},
    ("in_handling", "waiting_resident"): {"ask_papers": "FO BO FAS"},
    ("waiting_resident", "in_verification"): {"papers_received": "FO BO FAS"},
    ("registered", "in_handling"): {"record_finding": "BO HEAD"},
    ("in_verification", "in_handling"): {"record_finding": "BO HEAD"},
    # Recorded without being passed on: only after somebody looked into it.
    ("in_verification", "recorded_only"): {"record_only": "BO"},
    ("in_handling", "recorded_only"): {"record_only": "BO"},
    # Answered in the Puskesos.
    ("registered", "answered"): {"answer_here": "BO"},
    ("in_verification", "answered"): {"answer_here": "BO", "owner_answered": "SYS FO BO"},
    # Referred: drafted by the back office, approved by an approver, answered by the owner.
    ("registered", "awaiting_approval"): {"submit_referral": "BO"},
    ("in_verification", "awaiting_approval"): {"submit_referral": "BO"},
    ("in_handling", "awaiting_approval"): {"submit_referral": "BO"},
    ("awaiting_approval", "referred"): {"approve_referral": "KOOR HEAD"},
    ("awaiting_approval", "in_handling"): {
        "return_referral": "KOOR HEAD",
        "refuse_referral": "KOOR HEAD",
    },
    ("referred", "in_handling"): {"returned_by_upstream": "SYS FO BO"},
    ("referred", "answered"): {"owner_answered": "SYS FO BO"},
    # A return noted by hand was a mistake: the owner answers all the same.
    ("in_handling", "answered"): {"answer_here": "BO", "owner_answered": "SYS FO BO"},
    ("awaiting_approval", "answered"): {"owner_answered": "SYS FO BO"},
    # A later answer of the owner corrects an earlier one, even after the case was closed.
    ("answered", "answered"): {"owner_corrected": "SYS FO BO"},
    ("awaiting_realisation", "answered"): {
        "owner_corrected": "SYS FO BO",
        "never_realised": "SYS FO BO",
    },
    ("closed", "answered"): {"owner_corrected": "SYS FO BO"},
    # Told, realised, closed.
    ("answered", "awaiting_realisation"): {"told_approved": "FO BO FAS"},
    ("answered", "closed"): {"told_and_closed": "FO BO FAS", "close_unreachable": "FO BO"},
    ("answered", "in_handling"): {"next_programme": "BO"},
    ("awaiting_realisation", "closed"): {
        "realised": "SYS FO BO FAS",
        "close_unreachable": "FO BO",
    },
    # Ended before its time.
    ("waiting_resident", "lapsed"): {"lapse": "BO"},
    ("waiting_resident", "closed"): {"close_unreachable": "FO BO"},
    ("registered", "withdrawn"): {"withdraw": "FO BO"},
    ("waiting_resident", "withdrawn"): {"withdraw": "FO BO"},
    ("in_verification", "withdrawn"): {"withdraw": "FO BO"},
    ("in_handling", "withdrawn"): {"withdraw": "FO BO"},
    ("awaiting_approval", "withdrawn"): {"withdraw": "FO BO"},
    ("referred", "withdrawn"): {"withdraw": "FO BO"},
    # Reopened: always back to verification.
    ("closed", "in_verification"): {"reopen": "FO BO"},
    ("recorded_only", "in_verification"): {"reopen": "FO BO"},
    ("lapsed", "in_verification"): {"reopen": "FO BO"},
    ("withdrawn", "in_verification"): {"reopen": "FO BO"},
}

#: Actions that ask for words, and what each does to the office's clock.
WITH_REASON = {
    "ask_papers",
    "record_finding",
    "record_only",
    "answer_here",
    "return_referral",
    "refuse_referral",
    "close_unreachable",
    "lapse",
    "withdraw",
    "reopen",
}
CLOCK = {
    "ask_papers": "stop",
    "record_only": "stop",
    "told_approved": "stop",
    "papers_received": "run",
    "returned_by_upstream": "run",
    "owner_answered": "run",
    "owner_corrected": "run",
    "never_realised": "run",
    "reopen": "run",
}


def test_every_role_of_the_house_is_walked():
    assert set(ROLES.values()) == set(Role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_state_to_every_state_by_every_role(role):
    assert coded(CASE, role) == written(EXPECTED, role)


def test_actions_that_need_words_refuse_silence_and_the_others_do_not():
    for action, step in CASE.steps.items():
        source = next(iter(step.sources))
        role = next(iter(step.roles))
        actor = (
            actor_in("SYS")
            if role == "system"
            else actor_in(next(name for name, value in ROLES.items() if value == role))
        )
        if action in WITH_REASON:
            with pytest.raises(InvalidInput):
                CASE.check(action, state=source, actor=actor)
        else:
            CASE.check(action, state=source, actor=actor)


def test_the_clock_stops_and_runs_as_written():
    assert {name: step.clock for name, step in CASE.steps.items() if step.clock} == CLOCK


def test_every_state_is_either_open_or_final_and_no_final_state_is_a_dead_end():
    assert set(OPEN_STATES) | set(FINAL_STATES) == set(CaseState)
    assert not set(OPEN_STATES) & set(FINAL_STATES)
    for state in CaseState:
        assert any(state in step.sources for step in CASE.steps.values())
