"""Letter numbers: the office's pattern filled in, and the counter that leaves no gap."""

import re
from datetime import date

from puskesmas.models import Office
from puskesmas.number_patterns import SLOT, check_pattern
from reports.letters.models import LetterSeries
from reports.letters.words import roman_month

_ONE_SERIES = "all"


def format_number(
    pattern: str, *, classification: str, counter: int | None, village: str, dated: date
) -> str:
    """Return the number: ``400.9.14.1/0128/35.09.99.2003/XI/2026``.

    A counter of None draws the place of a number still to come (drafts).

    Raises:
        InvalidInput: see :func:`puskesmas.number_patterns.check_pattern`.
    """
    check_pattern(pattern)
    values = {
        "classification": classification,
        "village": village,
        "roman": roman_month(dated),
        "month": f"{dated.month:02d}",
        "year": str(dated.year),
    }

    def fill(slot: re.Match[str]) -> str:
        name, width = slot.groups()
        if name != "counter":
            return values[name]
        return "…" if counter is None else f"{counter:0{width or 1}d}"

    return SLOT.sub(fill, pattern)


def take_number(*, office: Office, kind: str, year: int) -> tuple[LetterSeries, int]:
    """Return the series and its next counter. Only inside the transaction that uses it.

    The series' row stays locked until that transaction ends (on SQLite the whole database is), and
    a rollback gives the number back: no gap, no double.
    """
    code = _ONE_SERIES if office.one_letter_series else kind
    key = {"office": office, "code": code, "year": year}
    LetterSeries.objects.bulk_create([LetterSeries(**key)], ignore_conflicts=True)
    series = LetterSeries.objects.select_for_update().get(**key)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series, series.last_number
