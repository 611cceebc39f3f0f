"""The letter's table, walked state by state and role by role against a table written by hand.

Written from the description of the service, not from the code: a slip in either is seen.
"""

import pytest

from puskesmas.errors import InvalidInput
from puskesmas.models import Role
from reports.letters.workflow import LETTER, NOT_YET, LetterState
from tests.walking import EVERYBODY, ROLES, actor_in, allowed, coded, written

#: (from, to): the actions that lead there, and who may do each. SYS is the program itself.
EXPECTED = {
    # Between number and signature it may be corrected, by those who write it.
    ("numbered", "numbered"): {"revise": "FO BO"},
    # Anyone of the office who has the signed paper in hand may say so.
    ("numbered", "signed"): {"sign": "FO BO KOOR HEAD"},
    ("signed", "handed"): {"hand_over": "FO BO"},
    # Nobody signed it while it held.
    ("numbered", "lapsed"): {"lapse": "SYS"},
    # A mistake is voided, at any time; the counter alone does not void.
    ("numbered", "void"): {"void": "BO KOOR HEAD"},
    ("signed", "void"): {"void": "BO KOOR HEAD"},
    ("handed", "void"): {"void": "BO KOOR HEAD"},
}
WITH_REASON = {"revise", "void"}


def test_every_role_of_the_house_is_walked():
    assert set(ROLES.values()) == set(Role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_state_to_every_state_by_every_role(role):
    assert coded(LETTER, role) == written(EXPECTED, role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_letter_begins_by_the_roles_of_the_house(role):
    # A kind narrows this further: SKTM only at the counter, referrals also by who approves them.
    assert allowed(LETTER, "issue", NOT_YET, role) == (role in {"FO", "BO", "KOOR", "HEAD"})
    assert not any(allowed(LETTER, "issue", state, role) for state in LetterState.values)


def test_exactly_these_moves_need_a_reason():
    assert {step.action for step in LETTER.steps.values() if step.needs_reason} == WITH_REASON
    with pytest.raises(InvalidInput) as caught:
        LETTER.check("void", state="signed", actor=actor_in("BO"), reason="  ")
    assert caught.value.field == "reason"


@pytest.mark.parametrize("state", [LetterState.VOID, LetterState.LAPSED])
def test_nothing_leads_out_of_an_ended_letter(state):
    assert not [step for step in LETTER.steps.values() if state in step.sources]
