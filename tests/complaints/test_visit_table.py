"""The table of a visit, walked state by state and role by role against one written by hand."""

import pytest

from complaints.verification.workflow import NOT_YET, VISIT
from puskesmas.errors import DomainError, InvalidInput
from tests.walking import EVERYBODY, ROLES, actor_in, allowed, coded, written

#: (from, to): the actions that lead there, and who may do each.
EXPECTED = {
    # Said by who handles cases or approves them; walked by who knows the houses.
    ("planned", "planned"): {
        "assign": "BO KOOR",
        "fill": "BO FAS KASUN HEAD",
        "photo": "FO BO FAS KASUN HEAD",
    },
    # Finished where it was walked, typed where the paper came in.
    ("planned", "done"): {"finish": "BO FAS KASUN HEAD", "enter": "FO BO FAS"},
    ("done", "done"): {"late_photo": "FO BO FAS KASUN HEAD"},
    ("planned", "cancelled"): {"cancel": "BO KOOR"},
}


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_state_to_every_state_by_every_role(role):
    assert coded(VISIT, role) == written(EXPECTED, role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_visit_begins_by_a_plan_of_back_office_or_koordinator(role):
    assert [name for name, step in VISIT.steps.items() if NOT_YET in step.sources] == ["plan"]
    assert allowed(VISIT, "plan", NOT_YET, role) is (role in ("BO", "KOOR"))


def test_taking_a_visit_back_asks_for_words_and_nothing_else_does():
    for action, step in VISIT.steps.items():
        role = next(name for name, value in ROLES.items() if value in step.roles)
        given = {"state": next(iter(step.sources)), "actor": actor_in(role)}
        if action == "cancel":
            with pytest.raises(InvalidInput):
                VISIT.check(action, **given)
        else:
            VISIT.check(action, **given)


def test_nothing_leads_out_of_a_cancelled_visit():
    for action in VISIT.steps:
        with pytest.raises(DomainError):
            VISIT.check(action, state="cancelled", actor=actor_in("BO"), reason="Alasan")
