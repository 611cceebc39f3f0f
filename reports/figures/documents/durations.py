"""How long things took, and whether the office kept its own limits."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Min, Q, QuerySet

from complaints.deadlines import deadline
from complaints.models import ClockPause, Complaint
from complaints.selectors import cases
from complaints.workflow import CaseState
from puskesmas.actors import Actor
from puskesmas.clock import Pause
from puskesmas.models import TimeLimit, Transition
from referrals.models import Answering, Referral
from referrals.selectors import referrals_of
from referrals.workflow import Answer, Realisation
from reports.figures.periods import Period

#: States in which the office has said its word; what happens later is not on its clock.
_SAID = (CaseState.ANSWERED, CaseState.RECORDED_ONLY, CaseState.CLOSED)


def spread(days: Iterable[float]) -> tuple[int, float | None, float | None]:
    """Return how many, their median and their 90th percentile (nearest rank), in days."""
    ordered = sorted(days)
    if not ordered:
        return 0, None, None
    ninetieth = ordered[math.ceil(len(ordered) * 0.9) - 1]
    return len(ordered), round(median(ordered), 1), round(ninetieth, 1)


def days_of_cases(actor: Actor, period: Period) -> list[float]:
    """Return the days from receipt to the end of cases that ended in the period (one query)."""
    ended: Any = cases(actor).filter(period.holds_moment("closed_at", actor.office))
    return [_days(since, until) for since, until in ended.values_list("received_at", "closed_at")]


def days_to_delivery(actor: Actor, period: Period) -> list[float]:
    """Return the days from approval until its receiver has the file (one query)."""
    rows: Any = _approved(actor).filter(period.holds_moment("acknowledged_at", actor.office))
    said = rows.values_list("approved_at", "acknowledged_at")
    return [max(_days(since, until), 0.0) for since, until in said]


def days_to_answer(actor: Actor, period: Period) -> list[float]:
    """Return the days from approval to the owner's first yes or no in the period (one query)."""
    return _days_to(actor, period, about="answer", values=(Answer.APPROVED, Answer.REFUSED))


def days_to_collection(actor: Actor, period: Period) -> list[float]:
    """Return the days from approval until the resident had it (one query)."""
    return _days_to(actor, period, about="realisation", values=(Realisation.COLLECTED,))


def _days_to(actor: Actor, period: Period, *, about: str, values: tuple[str, ...]) -> list[float]:
    said = Answering.objects.filter(
        referral__in=_approved(actor), about=about, value__in=values, applied=True
    )
    first = said.order_by().values("referral", "referral__approved_at").annotate(on=Min("said_on"))
    in_time: Any = first.filter(on__gte=period.first, on__lte=period.last)
    zone = actor.office.tz
    return [
        max((on - approved.astimezone(zone).date()).days, 0)
        for approved, on in in_time.values_list("referral__approved_at", "on")
    ]


def _approved(actor: Actor) -> QuerySet[Referral]:
    return referrals_of(actor).filter(approved_at__isnull=False)


def _days(since: datetime, until: datetime) -> float:
    return (until - since) / timedelta(days=1)


def limits_kept(actor: Actor, period: Period) -> dict[str, tuple[int, int]]:
    """Return (cases answered in the period, of these in time) by the limit they ran on.

    A case is answered when the office has said its word; what a resident withdrew or let lapse is
    not among them. Four queries.
    """
    answered = _answered(actor, period)
    rows = cases(actor).filter(uid__in=list(answered)).select_related("kind")
    found = list(rows)
    pauses: dict[int, list[ClockPause]] = defaultdict(list)
    for pause in ClockPause.objects.filter(complaint__in=[row.pk for row in found]):
        pauses[pause.complaint_id].append(pause)
    kept: dict[str, list[bool]] = defaultdict(list)
    for case in found:
        case.office = actor.office
        code = TimeLimit.Code.EMERGENCY if case.is_emergency else case.kind.limit
        kept[code].append(_in_time(case, code, pauses[case.pk], answered[case.uid]))
    return {code: (len(said), sum(said)) for code, said in kept.items()}


def _answered(actor: Actor, period: Period) -> dict[Any, datetime]:
    """Return when each case got its word within the period: two queries.

    What follows on the word (told, collected, closed) is none, until the case is reopened.
    """
    moves = Transition.objects.filter(
        office=actor.office, subject=Complaint._meta.label_lower, field="state"
    )
    said = moves.filter(period.holds_moment("at", actor.office), target__in=_SAID)
    uids = set(said.values_list("subject_uid", flat=True))
    told = moves.filter(Q(target__in=_SAID) | Q(action="reopen"), subject_uid__in=uids)
    since, before = period.moments(actor.office)
    found: dict[Any, datetime] = {}
    has_word: set[Any] = set()
    for uid, action, at in told.order_by("at", "pk").values_list("subject_uid", "action", "at"):
        if action == "reopen":
            has_word.discard(uid)
        elif uid not in has_word:
            has_word.add(uid)
            if since <= at < before:
                found[uid] = at
    return found


def _in_time(case: Complaint, code: str, pauses: list[ClockPause], answered: datetime) -> bool:
    # A case reopened since runs on a new clock: the old one began with the receipt.
    start = case.clock_started_at if case.clock_started_at <= answered else case.received_at
    due = deadline(case.office, code, start=start, pauses=_until(pauses, start, answered))
    return due is None or answered <= due


def _until(pauses: list[ClockPause], start: datetime, answered: datetime) -> Iterator[Pause]:
    """Return the pauses between start and answer; one that still ran ends there."""
    for pause in pauses:
        if start <= pause.since < answered:
            until = min(pause.until, answered) if pause.until else answered
            yield Pause(pause.since, until)
