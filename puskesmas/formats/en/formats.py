"""English words, but dates are typed and read day first, as on every Indonesian paper."""

from puskesmas.formats.id.formats import (  # noqa: F401 - the same input on both languages
    DATE_FORMAT,
    DATE_INPUT_FORMATS,
    DATETIME_INPUT_FORMATS,
    FIRST_DAY_OF_WEEK,
    MONTH_DAY_FORMAT,
    NUMBER_GROUPING,
    SHORT_DATE_FORMAT,
    TIME_INPUT_FORMATS,
    YEAR_MONTH_FORMAT,
)

DATETIME_FORMAT = "j F Y, H:i"
TIME_FORMAT = "H:i"
SHORT_DATETIME_FORMAT = "d-m-Y H:i"

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
