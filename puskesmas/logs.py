"""Log lines without anybody's numbers: NIK, KK and phone sequences are blanked in every handler."""

import json
import logging
import re
from datetime import UTC, datetime

# 16 digits (NIK, KK), also with spaces, dots or dashes between, and with a few too many or too few:
# what was mistyped is still somebody's. A row's uid may look like it, and is nobody's number.
_UID = r"(?P<uid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
_SIXTEEN = re.compile(rf"{_UID}|(?<!\d)\d(?:[ .-]?\d){{13,}}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?62|0)[ .-]?8(?:[ .-]?\d){7,11}(?!\d)")

# Five times five letters and digits: it opens a letter's or a partner's page.
_CODE = re.compile(r"(?<![\w-])(?:[0-9A-Za-z]{5}-){4}[0-9A-Za-z]{5}(?![\w-])")


def redact(text: str) -> str:
    """Return the text with personal numbers and page codes replaced by what they were."""
    blanked = _SIXTEEN.sub(lambda found: found["uid"] or "[NIK/KK]", text)
    return _PHONE.sub("[telepon]", _CODE.sub("[kode]", blanked))


class RedactFilter(logging.Filter):
    """Blank personal numbers in the message, its arguments and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
            record.exc_info = None
        return True


class LineFormatter(logging.Formatter):
    """One JSON object a line, so that no message can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["error"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
