"""The pattern of an office's letter numbers: what the form accepts, letters can be numbered by.

A pattern is text with slots from a closed list; it is never given to a template or to
``str.format``, which would run what somebody typed into the settings.
"""

import re

from django.utils.translation import gettext as _

from puskesmas.errors import InvalidInput

#: What a pattern may name. ``{counter:04d}`` pads the counter to four digits.
SLOTS = ("classification", "counter", "village", "roman", "month", "year")
SLOT = re.compile(r"\{(\w*)(?::0(\d)d)?\}")
_FIELD = "letter_number_pattern"


def check_pattern(pattern: str, *, one_series: bool = True) -> None:
    """Refuse a pattern that would make wrong or repeated numbers.

    ``one_series`` says that all kinds of letters are counted together.

    Raises:
        InvalidInput: the pattern names an unknown slot, or has no ``{counter}`` or ``{year}``, or,
            where each kind is counted by itself, no ``{classification}``.
    """
    named = {slot.group(1) for slot in SLOT.finditer(pattern)}
    rest = SLOT.sub("", pattern)
    if not named.issubset(SLOTS) or "{" in rest or "}" in rest:
        raise InvalidInput(
            _("Pola nomor surat memuat isian yang tidak dikenal. Yang boleh: %(slots)s.")
            % {"slots": ", ".join(f"{{{slot}}}" for slot in SLOTS)},
            field=_FIELD,
        )
    if not {"counter", "year"} <= named:
        raise InvalidInput(
            _("Pola nomor surat harus memuat {counter} dan {year}, supaya nomor tidak berulang."),
            field=_FIELD,
        )
    if not one_series and "classification" not in named:
        raise InvalidInput(
            _(
                "Tiap jenis surat dinomori sendiri, jadi pola nomor surat harus memuat "
                "{classification}, supaya dua jenis surat tidak bernomor sama."
            ),
            field=_FIELD,
        )
