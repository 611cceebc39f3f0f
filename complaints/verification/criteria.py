"""What the criteria of a case's newest survey say, without counting them up."""

from complaints.models import Complaint, VisitState
from registry.criteria.selectors import MET, NOT_MET, results_of
from registry.models import Survey


def latest_survey(case: Complaint) -> Survey | None:
    """Return the survey of the case's newest finished visit (one query)."""
    done = case.visits.filter(state=VisitState.DONE, survey__isnull=False)
    found = done.select_related("survey__criteria_set").order_by("-recorded_at", "-pk").first()
    return found.survey if found else None


def voice_of(survey: Survey | None) -> str:
    """Return the finding all answered criteria speak for, or "" where they differ.

    No source gives a threshold, so nothing is counted: only where every known answer says the
    same does a finding go against the criteria.
    """
    said = {one.result for one in results_of(survey)} if survey else set[str]()
    said &= {MET, NOT_MET}
    if len(said) != 1:
        return ""
    return Complaint.Finding.MEETS if MET in said else Complaint.Finding.DOES_NOT_MEET
