"""The office's clock on a case: which limit it runs on, when it stands, when it runs out.

The calendar arithmetic is :mod:`puskesmas.clock`; here are the rows it is fed with.
"""

from collections.abc import Iterable
from datetime import date, datetime

from complaints.models import ClockPause, Complaint
from complaints.workflow import FINAL_STATES, CaseState
from puskesmas.clock import IsOff, Pause, day_off, due_at, working_days_between
from puskesmas.models import Office, TimeLimit
from puskesmas.office_calendar import limits_of
from puskesmas.workflow import Step

Code = TimeLimit.Code


#: The move that stops the clock because the upstream owes; after others the resident does.
_UPSTREAM_OWES = "told_approved"


def days_off(office: Office) -> IsOff:
    """Return the office's test "is nobody at work"."""
    return day_off(office.own_days_off)


def deadline(
    office: Office, code: str, *, start: datetime, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """Return when the limit runs out, counted in the office's zone; None while the clock stands."""
    days, working_days = limits_of(office)[code]
    return due_at(
        start=start,
        days=days,
        is_off=days_off(office) if working_days else None,
        zone=office.tz,
        pauses=pauses,
    )


def case_due_at(case: Complaint) -> datetime | None:
    """Return the instant by which the office owes its answer on the case.

    Pauses from before a reopening do not count: the clock started again. An emergency before the
    approver is due when his word is: so many working days after it was put to him.
    """
    if case.state in FINAL_STATES:
        return None
    if case.is_emergency and case.state == CaseState.AWAITING_APPROVAL:
        return due_at(
            start=case.state_since,
            days=case.office.emergency_approval_days,
            is_off=days_off(case.office),
            zone=case.office.tz,
        )
    code = Code.EMERGENCY if case.is_emergency else case.kind.limit
    rows = case.pauses.filter(since__gte=case.clock_started_at).values_list("since", "until")
    pauses = [Pause(since, until) for since, until in rows]
    return deadline(case.office, code, start=case.clock_started_at, pauses=pauses)


def turn_clock(case: Complaint, step: Step, *, now: datetime) -> None:
    """Stop, restart or leave the case's clock as the step says, and work out ``due_at`` again.

    ``case`` is locked by the caller, who also saves it; its state is already the new one.
    """
    if step.clock == "run" or case.state in FINAL_STATES:
        case.pauses.filter(until__isnull=True).update(until=now)
    elif step.clock == "stop" and not case.pauses.filter(until__isnull=True).exists():
        owed_by = ClockPause.OwedBy
        case.pauses.create(
            owed_by=owed_by.UPSTREAM if step.action == _UPSTREAM_OWES else owed_by.RESIDENT,
            since=now,
        )
    if step.action == "reopen":
        case.clock_started_at = now
    case.due_at = case_due_at(case)


def stand_for_upstream(case: Complaint, *, since: datetime) -> None:
    """Let the clock stand because the upstream has the file; ``case`` is locked and saved outside.

    It stands already, where the clock was stopped before.
    """
    if not case.pauses.filter(until__isnull=True).exists():
        case.pauses.create(owed_by=ClockPause.OwedBy.UPSTREAM, since=since)
    case.due_at = case_due_at(case)


def working_days(office: Office, first: datetime, last: datetime, *, is_off: IsOff) -> int:
    """Return the working days from one moment to another in the office's zone; negative backwards.

    The same day is 0, whatever the hours.
    """
    return working_days_between(_day(office, first), _day(office, last), is_off=is_off)


def _day(office: Office, moment: datetime) -> date:
    return moment.astimezone(office.tz).date()
