"""Letter numbers: the office's pattern filled in, and the counter that leaves no gap."""

import re
from datetime import date

from puskesmas.models import Office
from puskesmas.number_patterns import SLOT, check_pattern
from reports.letters import kinds
from reports.letters.kinds import LetterKind
from reports.letters.models import LetterSeries
from reports.letters.words import roman_month

_ONE_SERIES = "all"


def format_number(
    pattern: str,
    *,
    classification: str,
    counter: int | None,
    village: str,
    dated: date,
    one_series: bool = True,
) -> str:
    """Return the number: ``400.9.14.1/0128/35.09.99.2003/XI/2026``.

    A counter of None draws the place of a number still to come (drafts).

    Raises:
        InvalidInput: see :func:`puskesmas.number_patterns.check_pattern`.
    """
    check_pattern(pattern, one_series=one_series)
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


def take_number(*, office: Office, kind: LetterKind, year: int) -> tuple[LetterSeries, int]:
    """Return the series and its next counter. Only inside the transaction that uses it.

    An office that changes in mid-year between one buku agenda and one series per kind goes on after
    the highest counter that could make the same number: of the whole office for the one agenda, of
    the agenda and the kinds of the same classification for a kind.

    The agenda's row is every series' gate: it stays locked until that transaction ends (on SQLite
    the whole database is), and a rollback gives the number back: no gap, no double.
    """
    code = _ONE_SERIES if office.one_letter_series else kind.code
    key = {"office": office, "year": year}
    LetterSeries.objects.bulk_create(
        [LetterSeries(code=one, **key) for one in dict.fromkeys((_ONE_SERIES, code))],
        ignore_conflicts=True,
    )
    LetterSeries.objects.select_for_update().get(code=_ONE_SERIES, **key)
    rivals = LetterSeries.objects.filter(**key)
    if not office.one_letter_series:
        rivals = rivals.filter(code__in=[_ONE_SERIES, *kinds.alike(kind)])
    found = {row.code: row for row in rivals}
    series = found[code]
    series.last_number = 1 + max(row.last_number for row in found.values())
    series.save(update_fields=["last_number"])
    return series, series.last_number
