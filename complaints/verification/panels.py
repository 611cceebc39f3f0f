"""What a verification shows on the case's page and on the desk."""

from typing import Any

from complaints.models import Complaint, VisitState
from complaints.selectors import may_register
from complaints.verification import minutes, selectors
from complaints.verification.workflow import PLANNERS
from complaints.workflow import OPEN_STATES
from puskesmas.actors import Actor
from puskesmas.models import Office
from registry.criteria.selectors import MET, NOT_MET, results_of
from registry.places import place_of
from registry.selectors import is_family

#: How many visits the desk names.
SHOWN = 8


def case_panel(actor: Actor, case: Complaint) -> dict[str, Any]:
    """Return visits, criteria of the newest survey and what the family earns (four queries)."""
    visits = selectors.visits_of(case, actor=actor)
    done = next((row for row in visits if row.state == VisitState.DONE), None)
    results = results_of(done.survey) if done and done.survey else []
    is_open = case.state in OPEN_STATES
    return {
        "case": case,
        "visits": visits,
        "criteria": {
            "set": done.criteria_set,
            "met": sum(1 for one in results if one.result == MET),
            "not_met": sum(1 for one in results if one.result == NOT_MET),
            "unknown": sum(1 for one in results if one.result not in (MET, NOT_MET)),
        }
        if done and results
        else None,
        "economies": list(selectors.economies_of(case)),
        "may_plan": is_open
        and actor.has(*PLANNERS)
        and not is_family(actor.user, case.person)
        and not any(row.state == VisitState.PLANNED for row in visits),
        "may_print": bool(case.finding)
        and actor.has(*minutes.ISSUERS)
        and minutes.issued_minutes(case) is None,
        "may_review": is_open and may_register(actor),
    }


def home_panel(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return the visits that wait for this officer; none, no panel (one query)."""
    if not (office.is_village and actor.has(*selectors.READERS)):
        return None
    found = list(selectors.open_visits(actor, mine=True)[:SHOWN])
    rows = [{"visit": row, "place": place_of(row.complaint.person)} for row in found]
    return {"rows": rows} if rows else None
