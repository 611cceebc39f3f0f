"""Letter numbers: the office's pattern, and the counter that leaves no gap.

A pattern is text with slots from a closed list; it is never given to a template or to
``str.format``, which would run what somebody typed into the settings.
"""

import re
from datetime import date

from django.utils.translation import gettext as _

from puskesmas.errors import InvalidInput
from puskesmas.models import Office
from reports.letters.models import LetterSeries
from reports.letters.words import roman_month

#: What a pattern may name. ``{counter:04d}`` pads the counter to four digits.
SLOTS = ("classification", "counter", "village", "roman", "month", "year")
_SLOT = re.compile(r"\{(\w*)(?::0(\d)d)?\}")
_ONE_SERIES = "all"


def format_number(
    pattern: str, *, classification: str, counter: int | None, village: str, dated: date
) -> str:
    """Return the number: ``400.9.14.1/0128/35.09.99.2003/XI/2026``.

    A counter of None draws the place of a number still to come (drafts).

    Raises:
        InvalidInput: the pattern names an unknown slot, or has no ``{counter}`` or ``{year}``.
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

    return _SLOT.sub(fill, pattern)


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that would make wrong or repeated numbers.

    Raises:
        InvalidInput: see :func:`format_number`.
    """
    named = [slot.group(1) for slot in _SLOT.finditer(pattern)]
    unknown = sorted(set(named) - set(SLOTS))
    if unknown or "{" in _SLOT.sub("", pattern) or "}" in _SLOT.sub("", pattern):
        raise InvalidInput(
            _("Pola nomor surat memuat isian yang tidak dikenal. Yang boleh: %(slots)s.")
            % {"slots": ", ".join(f"{{{slot}}}" for slot in SLOTS)},
            field="letter_number_pattern",
        )
    if not {"counter", "year"} <= set(named):
        raise InvalidInput(
            _("Pola nomor surat harus memuat {counter} dan {year}, supaya nomor tidak berulang."),
            field="letter_number_pattern",
        )


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
