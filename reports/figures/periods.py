"""Which days a figure is about, in the office's own calendar."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puskesmas.days import FIRST_RECORD, LAST_DAY
from puskesmas.models import Office

_CODE = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])))?", re.ASCII)
_QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    @classmethod
    def of_month(cls, day: date) -> "Period":
        """Return the calendar month the day lies in."""
        return _months(day.year, day.month, 1)

    @classmethod
    def named(cls, code: str) -> "Period":
        """Return a month ("2026-11"), a quarter ("2026-Q4") or a year ("2026").

        Raises:
            ValidationError: no such period, or one no office has records of.
        """
        found = _CODE.fullmatch(code)
        year = int(found["year"]) if found else 0
        month = int(found["month"] or 1) if found else 0
        if not found or not 1 <= month <= 12 or not FIRST_RECORD.year <= year < LAST_DAY.year:
            raise ValidationError(_("Masa itu tidak dikenal. Contoh: 2026-11, 2026-Q4, 2026."))
        if quarter := found["quarter"]:
            return _months(year, int(quarter) * 3 - 2, 3)
        return _months(year, month, 1 if found["month"] else 12)

    @property
    def code(self) -> str:
        """Return how an address names it; days apart where it is no month, quarter or year."""
        year, month = self.first.year, self.first.month
        quarter = (month + 2) // 3
        if self == _months(year, month, 1):
            return f"{year:04d}-{month:02d}"
        if self == _months(year, quarter * 3 - 2, 3):
            return f"{year:04d}-Q{quarter}"
        if self == _months(year, 1, 12):
            return f"{year:04d}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def words(self) -> str:
        """Return it as people say it: "November 2026", "Triwulan IV 2026", "2026"."""
        code = self.code
        if ".." in code:
            return _("%(first)s sampai %(last)s") % {
                "first": date_format(self.first),
                "last": date_format(self.last),
            }
        if "Q" in code:
            return _("Triwulan %(quarter)s %(year)s") % {
                "quarter": _QUARTERS[int(code[-1]) - 1],
                "year": self.first.year,
            }
        if "-" in code:
            return date_format(self.first, "F Y")
        return _("Tahun %(year)s") % {"year": code}

    def a_year_before(self) -> "Period":
        """Return the same days of the year before; 29 February becomes the 28th."""
        if self.last == _end_of_month(self.last.year, self.last.month):
            last = _end_of_month(self.last.year - 1, self.last.month)
        else:
            last = same_day(self.last, self.last.year - 1)
        return Period(same_day(self.first, self.first.year - 1), last)

    def months(self) -> list["Period"]:
        """Return the calendar months it touches, whole."""
        found = [Period.of_month(self.first)]
        while found[-1].last < self.last:
            found.append(Period.of_month(found[-1].last + timedelta(days=1)))
        return found

    def moments(self, office: Office) -> tuple[datetime, datetime]:
        """Return its first moment and the first one after it, in the office's zone."""
        after = self.last + timedelta(days=1)
        return (
            datetime.combine(self.first, time.min, tzinfo=office.tz),
            datetime.combine(after, time.min, tzinfo=office.tz),
        )

    def holds_moment(self, field: str, office: Office) -> Q:
        """Return the condition "this moment lies in it"."""
        since, before = self.moments(office)
        return Q(**{f"{field}__gte": since, f"{field}__lt": before})

    def holds_day(self, field: str) -> Q:
        """Return the condition "this day lies in it"."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})


def _months(year: int, month: int, count: int) -> Period:
    return Period(date(year, month, 1), _end_of_month(year, month + count - 1))


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def same_day(day: date, year: int) -> date:
    """Return the day in another year; of 29 February the last there is."""
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
