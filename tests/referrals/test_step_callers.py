"""Every step of a case and of a letter has a verb that makes it: no move exists on paper only.

That each verb really makes its move is tested beside the verb; here a step without any is seen.
"""

import inspect

import pytest

from complaints import services
from complaints.workflow import CASE
from referrals.services import answers, approval
from reports.letters import services as letters
from reports.letters.workflow import LETTER

CASE_CALLERS = {
    "examine": services.examine,
    "ask_papers": services.ask_papers,
    "papers_received": services.papers_received,
    "record_finding": services.record_finding,
    "record_only": services.record_only,
    "answer_here": services.answer_here,
    "submit_referral": approval.draft_referral,
    "approve_referral": approval.approve,
    "return_referral": approval.return_draft,
    "refuse_referral": approval.refuse,
    "returned_by_upstream": answers._apply_answer,
    "owner_answered": answers._move_answered,
    "owner_corrected": answers._move_answered,
    "told_approved": services.tell_resident,
    "told_and_closed": services.tell_resident,
    "next_programme": services.next_programme,
    "realised": answers._follow_realisation,
    "never_realised": answers._follow_realisation,
    "close_unreachable": services.close_unreachable,
    "lapse": services.lapse,
    "withdraw": services.withdraw,
    "reopen": services.reopen,
}
LETTER_CALLERS = {
    "issue": letters._issue,
    "revise": letters.revise,
    "sign": letters.sign,
    "hand_over": letters.hand_over,
    "void": letters._void,
    "lapse": letters._lapse,
}


@pytest.mark.parametrize(("table", "callers"), [(CASE, CASE_CALLERS), (LETTER, LETTER_CALLERS)])
def test_every_step_of_the_table_has_a_verb_that_names_it(table, callers):
    assert set(callers) == set(table.steps)
    for step, verb in callers.items():
        assert f'"{step}"' in inspect.getsource(verb), step


def test_the_next_programme_is_reached_from_the_draft_of_a_referral():
    assert "next_programme(" in inspect.getsource(approval.draft_referral)
