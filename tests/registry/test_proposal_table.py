"""The proposal's table, walked state by state and role by role against a table written by hand.

Written from the description of the service, not from the code: a slip in either is seen.
"""

import pytest

from puskesmas.models import Role
from registry.proposals.workflow import FINAL_STATES, OPEN_STATES, PROPOSAL, ProposalState
from tests.walking import EVERYBODY, ROLES, coded, written

#: (from, to): the actions that lead there, and who may do each.
EXPECTED = {
    # Off the desk to the first step of the office's order, by whoever meets people.
    ("drafted", "awaiting_musdes"): {"to_musdes": "FO BO FAS"},
    ("drafted", "awaiting_verval"): {"to_verval": "FO BO FAS"},
    # What the meeting said, noted by the back office or the koordinator.
    ("awaiting_musdes", "awaiting_verval"): {"agree_to_verval": "BO KOOR"},
    ("awaiting_musdes", "ready"): {"agree_to_ready": "BO KOOR"},
    ("awaiting_musdes", "not_agreed"): {"disagree": "BO KOOR"},
    # The verval is the back office's; "does not meet" only asks to be weighed.
    ("awaiting_verval", "awaiting_musdes"): {"meets_to_musdes": "BO"},
    ("awaiting_verval", "ready"): {"meets_to_ready": "BO"},
    ("awaiting_verval", "doubted"): {"does_not_meet": "BO"},
    ("doubted", "awaiting_musdes"): {"forward_to_musdes": "BO"},
    ("doubted", "ready"): {"forward_to_ready": "BO"},
    ("doubted", "recorded_only"): {"record_only": "BO"},
    # Sent with the month's sheet, answered by the owner; a later answer corrects an earlier one.
    ("ready", "sent"): {"send": "BO KOOR"},
    ("sent", "accepted"): {"accept": "BO KOOR"},
    ("sent", "rejected"): {"reject": "BO KOOR"},
    ("sent", "returned"): {"send_back": "BO KOOR"},
    ("accepted", "accepted"): {"accept": "BO KOOR"},
    ("accepted", "rejected"): {"reject": "BO KOOR"},
    ("accepted", "returned"): {"send_back": "BO KOOR"},
    ("rejected", "accepted"): {"accept": "BO KOOR"},
    ("rejected", "rejected"): {"reject": "BO KOOR"},
    ("rejected", "returned"): {"send_back": "BO KOOR"},
    ("returned", "accepted"): {"accept": "BO KOOR"},
    ("returned", "rejected"): {"reject": "BO KOOR"},
    ("returned", "returned"): {"send_back": "BO KOOR"},
    ("returned", "ready"): {"resubmit": "BO"},
    # Withdrawn while it is still here.
    ("drafted", "withdrawn"): {"withdraw": "FO BO FAS"},
    ("awaiting_musdes", "withdrawn"): {"withdraw": "FO BO FAS"},
    ("awaiting_verval", "withdrawn"): {"withdraw": "FO BO FAS"},
    ("doubted", "withdrawn"): {"withdraw": "FO BO FAS"},
    ("ready", "withdrawn"): {"withdraw": "FO BO FAS"},
    ("returned", "withdrawn"): {"withdraw": "FO BO FAS"},
    # Opened again: always from the beginning. What was accepted is not.
    ("not_agreed", "drafted"): {"reopen": "FO BO FAS"},
    ("recorded_only", "drafted"): {"reopen": "FO BO FAS"},
    ("withdrawn", "drafted"): {"reopen": "FO BO FAS"},
    ("rejected", "drafted"): {"reopen": "FO BO FAS"},
}
WITH_REASON = {
    *("disagree", "meets_to_musdes", "meets_to_ready", "does_not_meet"),
    *("forward_to_musdes", "forward_to_ready", "record_only"),
    *("reject", "send_back", "resubmit", "withdraw", "reopen"),
}


def test_every_role_of_the_house_is_walked():
    assert set(ROLES.values()) == set(Role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_state_to_every_state_by_every_role(role):
    assert coded(PROPOSAL, role) == written(EXPECTED, role)


def test_exactly_these_moves_need_a_reason():
    assert {step.action for step in PROPOSAL.steps.values() if step.needs_reason} == WITH_REASON


def test_every_state_is_either_open_or_final():
    assert set(OPEN_STATES) | set(FINAL_STATES) == set(ProposalState)
    assert not set(OPEN_STATES) & set(FINAL_STATES)
