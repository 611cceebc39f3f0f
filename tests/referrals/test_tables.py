"""Approval, answer, realisation and inbox, walked state by state and role by role.

Written by hand from the description of the service, not from
the code: a slip in either is seen.
"""

import pytest

from puskesmas.errors import InvalidInput
from referrals.reconciliation.workflow import STANDING
from referrals.workflow import ANSWER, APPROVAL, INBOX, REALISATION
from tests.walking import EVERYBODY, ROLES, actor_in, coded, written

#: (from, to): the actions that lead there, and who may do each. SYS is the program itself.
APPROVAL_EXPECTED = {
    # The village's approver: the koordinator, or the head in his place. The owner may decide on
    # the earlier file while the mended one still waits here.
    ("awaiting", "approved"): {"approve": "KOOR HEAD", "overtaken": "SYS"},
    ("returned", "approved"): {"overtaken": "SYS"},
    ("awaiting", "returned"): {"return": "KOOR HEAD", "recalled": "SYS"},
    ("awaiting", "refused"): {"refuse": "KOOR HEAD"},
    # Mended by the back office, after its approver or the upstream returned it.
    ("returned", "awaiting"): {"resubmit": "BO"},
    ("approved", "awaiting"): {"resubmit": "BO"},
    # The resident withdrew the case before anybody decided, or while the file lay in the outbox.
    ("approved", "returned"): {"recalled": "SYS"},
}

ANSWER_EXPECTED = {
    ("none", "received"): {"received": "SYS FO BO"},
    ("returned", "received"): {"received": "SYS FO BO"},
    # Passed on by the kecamatan, or past a manager the chain has not: never noted by hand.
    ("none", "forwarded"): {"forwarded": "SYS"},
    ("received", "forwarded"): {"forwarded": "SYS"},
    ("returned", "forwarded"): {"forwarded": "SYS"},
    ("forwarded", "recommended"): {"recommended": "SYS FO BO"},
    ("forwarded", "studied"): {"studied": "SYS FO BO"},
    ("forwarded", "returned"): {"returned": "SYS FO BO"},
    ("forwarded", "approved"): {"approved": "SYS FO BO"},
    ("forwarded", "refused"): {"refused": "SYS FO BO"},
    # On its way through the upper tiers: forwards, and between study and recommendation.
    ("none", "recommended"): {"recommended": "SYS FO BO"},
    ("received", "recommended"): {"recommended": "SYS FO BO"},
    ("studied", "recommended"): {"recommended": "SYS FO BO"},
    ("none", "studied"): {"studied": "SYS FO BO"},
    ("received", "studied"): {"studied": "SYS FO BO"},
    ("recommended", "studied"): {"studied": "SYS FO BO"},
    # Returned for correction as long as the owner has not decided.
    ("none", "returned"): {"returned": "SYS FO BO"},
    ("received", "returned"): {"returned": "SYS FO BO"},
    ("recommended", "returned"): {"returned": "SYS FO BO"},
    ("studied", "returned"): {"returned": "SYS FO BO"},
    # Decided by the owner; a later official answer corrects an earlier one.
    ("none", "approved"): {"approved": "SYS FO BO"},
    ("received", "approved"): {"approved": "SYS FO BO"},
    ("recommended", "approved"): {"approved": "SYS FO BO"},
    ("studied", "approved"): {"approved": "SYS FO BO"},
    ("refused", "approved"): {"approved": "SYS FO BO"},
    ("none", "refused"): {"refused": "SYS FO BO"},
    ("received", "refused"): {"refused": "SYS FO BO"},
    ("recommended", "refused"): {"refused": "SYS FO BO"},
    ("studied", "refused"): {"refused": "SYS FO BO"},
    ("approved", "refused"): {"refused": "SYS FO BO"},
    # A return noted by hand, corrected by the official word on the same file.
    ("returned", "recommended"): {"recommended": "SYS FO BO"},
    ("returned", "studied"): {"studied": "SYS FO BO"},
    ("returned", "approved"): {"approved": "SYS FO BO"},
    ("returned", "refused"): {"refused": "SYS FO BO"},
    # The mended file goes out again with the approver's word: the answer is owed afresh.
    ("returned", "none"): {"resubmitted": "KOOR HEAD"},
}

_ANYBODY_WHO_HEARS = "SYS FO BO MAN DBO"
_ANYBODY_WHO_SEES = "SYS FO BO FAS MAN DBO"
REALISATION_EXPECTED = {
    # In the waiting line: at the district only the quota says so, in the village who heard it.
    ("none", "queued"): {"queued": "SYS FO BO"},
    ("queued", "promised"): {"promised": _ANYBODY_WHO_HEARS},
    ("queued", "ready"): {"ready": _ANYBODY_WHO_HEARS},
    ("queued", "temporary"): {"temporary": _ANYBODY_WHO_SEES},
    ("queued", "collected"): {"collected": _ANYBODY_WHO_SEES},
    ("queued", "never"): {"never": _ANYBODY_WHO_HEARS},
    # Another programme took its place.
    ("collected", "ended"): {"ended": "SYS"},
    ("none", "promised"): {"promised": _ANYBODY_WHO_HEARS},
    ("none", "ready"): {"ready": _ANYBODY_WHO_HEARS},
    ("promised", "ready"): {"ready": _ANYBODY_WHO_HEARS},
    ("none", "temporary"): {"temporary": _ANYBODY_WHO_SEES},
    ("promised", "temporary"): {"temporary": _ANYBODY_WHO_SEES},
    ("ready", "temporary"): {"temporary": _ANYBODY_WHO_SEES},
    ("none", "collected"): {"collected": _ANYBODY_WHO_SEES},
    ("promised", "collected"): {"collected": _ANYBODY_WHO_SEES},
    ("ready", "collected"): {"collected": _ANYBODY_WHO_SEES},
    ("temporary", "collected"): {"collected": _ANYBODY_WHO_SEES},
    ("none", "never"): {"never": _ANYBODY_WHO_HEARS},
    ("promised", "never"): {"never": _ANYBODY_WHO_HEARS},
    ("ready", "never"): {"never": _ANYBODY_WHO_HEARS},
    ("temporary", "never"): {"never": _ANYBODY_WHO_HEARS},
}

#: A difference between village and tier above. Only a comparison finds that it is gone.
STANDING_EXPECTED = {
    ("waiting", "mended"): {"mend": "KOOR ADMIN"},
    ("waiting", "explained"): {"explain": "KOOR ADMIN"},
    ("mended", "explained"): {"explain": "KOOR ADMIN"},
    ("mended", "waiting"): {"found_again": "SYS"},
    ("waiting", "gone"): {"vanish": "SYS"},
    ("mended", "gone"): {"vanish": "SYS"},
    ("explained", "gone"): {"vanish": "SYS"},
}

INBOX_EXPECTED = {
    # The kecamatan looks first where the chain says so; the manager may stand in.
    ("received", "review"): {"to_review": "SYS"},
    ("review", "received"): {"pass": "SUP MAN", "resubmitted": "SYS"},
    ("review", "returned"): {"send_back": "SUP MAN"},
    # Past the manager, where the chain has none; or no further than him, where it has no owner.
    ("received", "forwarded"): {"forward": "SYS"},
    ("forwarded", "returned"): {"return": "SYS MAN DBO"},
    ("forwarded", "studied"): {"study": "SYS MAN DBO"},
    ("forwarded", "approved"): {"approve": "SYS MAN DBO"},
    ("forwarded", "refused"): {"refuse": "SYS MAN DBO"},
    ("received", "approved"): {"approve": "SYS MAN DBO"},
    ("received", "refused"): {"refuse": "SYS MAN DBO"},
    # The manager alone recommends; both return, study and write down the owner's word. SYS: he
    # says it himself, on his page.
    ("received", "returned"): {"return": "SYS MAN DBO"},
    ("recommended", "returned"): {"return": "SYS MAN DBO"},
    ("studied", "returned"): {"return": "SYS MAN DBO"},
    ("returned", "received"): {"resubmitted": "SYS"},
    ("received", "received"): {"resubmitted": "SYS"},
    ("received", "recommended"): {"recommend": "MAN"},
    ("recommended", "studied"): {"study": "SYS MAN DBO"},
    ("recommended", "approved"): {"approve": "SYS MAN DBO"},
    ("studied", "approved"): {"approve": "SYS MAN DBO"},
    ("refused", "approved"): {"approve": "SYS MAN DBO"},
    ("recommended", "refused"): {"refuse": "SYS MAN DBO"},
    ("studied", "refused"): {"refuse": "SYS MAN DBO"},
    ("approved", "refused"): {"refuse": "SYS MAN DBO"},
}

TABLES = {
    "approval": (APPROVAL, APPROVAL_EXPECTED, {"return", "refuse"}),
    "answer": (ANSWER, ANSWER_EXPECTED, {"returned", "refused"}),
    "realisation": (REALISATION, REALISATION_EXPECTED, {"never", "ended"}),
    "standing": (STANDING, STANDING_EXPECTED, {"explain"}),
    "inbox": (INBOX, INBOX_EXPECTED, {"send_back", "return", "refuse"}),
}


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("name", TABLES)
def test_every_state_to_every_state_by_every_role(name, role):
    table, expected, _with_reason = TABLES[name]
    assert coded(table, role) == written(expected, role)


@pytest.mark.parametrize("name", TABLES)
def test_actions_that_need_words_refuse_silence_and_the_others_do_not(name):
    table, _expected, with_reason = TABLES[name]
    for action, step in table.steps.items():
        source, role = next(iter(step.sources)), next(iter(step.roles))
        by_value = {"system": "SYS"} | {value: short for short, value in ROLES.items()}
        actor = actor_in(by_value[role])
        if action in with_reason:
            with pytest.raises(InvalidInput):
                table.check(action, state=source, actor=actor)
        else:
            table.check(action, state=source, actor=actor)
