"""Working days and due times: pure functions of start, pauses, holidays, limit and now.

A limit of N days received on day D runs out at the end of the Nth day after D, in the office's zone
(counting working days or calendar days). Time the resident or the upstream owed is added back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

IsOff = Callable[[date], bool]


@dataclass(frozen=True)
class Pause:
    """The clock stood still from ``since`` until ``until`` (None: it still does)."""

    since: datetime
    until: datetime | None = None


@lru_cache(maxsize=8)
def _national(year: int) -> frozenset[date]:
    # "government" holds cuti bersama, the collective leave days of the civil service.
    days = holidays.country_holidays("ID", years=year, categories=("public", "government"))
    return frozenset(days)


def day_off(local: Iterable[date] = ()) -> IsOff:
    """Return the test "is nobody at work": weekends, national days, cuti bersama, local days."""
    own = frozenset(local)
    return lambda day: day.weekday() >= 5 or day in _national(day.year) or day in own


def add_days(start: date, days: int, *, is_off: IsOff | None) -> date:
    """Return the day ``days`` after ``start``; with ``is_off`` only working days count."""
    if is_off is None:
        return start + timedelta(days=days)
    day = start
    while days > 0:
        day += timedelta(days=1)
        if not is_off(day):
            days -= 1
    return day


def working_days_between(first: date, last: date, *, is_off: IsOff) -> int:
    """Return how many working days lie after ``first`` up to and with ``last``; may be negative."""
    if last < first:
        return -working_days_between(last, first, is_off=is_off)
    span = (last - first).days
    return sum(not is_off(first + timedelta(days=n)) for n in range(1, span + 1))


def due_at(
    *,
    start: datetime,
    days: int,
    is_off: IsOff | None,
    zone: ZoneInfo,
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """Return the instant the limit runs out, or None while the clock stands still.

    ``start`` is aware. Each finished pause moves the last day by the days it spanned (the same kind
    of days the limit counts), so a case answered on the last day before a pause is still in time
    after it.
    """
    last = add_days(start.astimezone(zone).date(), days, is_off=is_off)
    for pause in sorted(pauses, key=lambda item: item.since):
        if pause.until is None:
            return None
        first_day = pause.since.astimezone(zone).date()
        last_day = pause.until.astimezone(zone).date()
        if is_off is None:
            lost = (last_day - first_day).days
        else:
            lost = working_days_between(first_day, last_day, is_off=is_off)
        last = add_days(last, lost, is_off=is_off)
    return datetime.combine(last, time.max, tzinfo=zone)
