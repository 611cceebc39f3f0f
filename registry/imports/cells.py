"""Single cells as facts. Each reader returns (value, problem codes); it never guesses silently.

What spreadsheets do to values is undone where that is certain: leading zeros of RT and phone
numbers, Excel's day numbers, month-first dates. Lost digits of NIK and KK cannot be undone.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from registry import identity
from registry.imports.sheets import Cell
from registry.models import HouseholdMember, Resident

_NOTHING = {
    "",
    "-",
    "--",
    "0",
    "belum ada",
    "tidak ada",
    "nihil",
    "n/a",
    "#n/a",
    "null",
    "none",
    "?",
}
_SCIENTIFIC = re.compile(r"\d[.,]?\d*e\+?\d+", re.IGNORECASE)
# A double holds every integer up to here; a longer number in a cell is not the one typed.
_EXACT = 2**53
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_EXCEL_DAYS = range(1, 80_000)

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "januari jan",
            "februari feb pebruari",
            "maret mar",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "agustus agu agt ags",
            "september sep sept",
            "oktober okt",
            "november nov nopember nop",
            "desember des",
        ),
        start=1,
    )
    for word in words.split()
}
_DAY_FIRST = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,2})(?:[T\s]\S+)?")
_MONTH_NAMED = re.compile(r"(\d{1,2})[\s./-]+([a-z]+)[\s./-]+(\d{4}|\d{2})", re.IGNORECASE)

_NUMBER = r"(0*\d{1,3}|[ivxl]+)(?![a-z0-9])"
_ONE_NUMBER = re.compile(_NUMBER)
_TWO_NUMBERS = re.compile(rf"(?:(r[tw])\W*r[tw]\W*)?{_NUMBER}\W+{_NUMBER}")
_LABELLED = re.compile(rf"(?<![a-z])(r[tw])\W*{_NUMBER}")
_ROMAN = {
    tens + ones: 10 * ten + one
    for ten, tens in enumerate(("", "x", "xx", "xxx", "xl"))
    for one, ones in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
}

_NO_LETTER = re.compile(r"[^a-z0-9]")
_MALE = {"l", "lk", "laki", "lakilaki", "pria", "1", "m"}
_FEMALE = {"p", "pr", "perempuan", "wanita", "2", "f", "w"}
_UNTICKED = {"", "tidak", "t", "n", "false"}
_YES = {"ya", "y", "1", "v", "x", "ada", "true", "terima", "penerima", "aktif", "√", "✓"}

Relation = HouseholdMember.Relation
_RELATIONS: Mapping[str, str] = {
    "kepala keluarga": Relation.HEAD,
    "kepala": Relation.HEAD,
    "kk": Relation.HEAD,
    "kepala rumah tangga": Relation.HEAD,
    "krt": Relation.HEAD,
    "suami": Relation.HUSBAND,
    "istri": Relation.WIFE,
    "isteri": Relation.WIFE,
    **dict.fromkeys(
        ("anak", "anak kandung", "anak angkat", "anak tiri", "anak kandung/tiri/angkat"),
        Relation.CHILD,
    ),
    "menantu": Relation.SON_IN_LAW,
    "cucu": Relation.GRANDCHILD,
    "orang tua": Relation.PARENT,
    "orangtua": Relation.PARENT,
    "ibu": Relation.PARENT,
    "ayah": Relation.PARENT,
    "mertua": Relation.PARENT_IN_LAW,
    # Dukcapil has no word of their own for these; to be of the family is not to be "lainnya".
    **dict.fromkeys(
        (
            *("famili lain", "famili", "famili lainnya", "keponakan", "kemenakan", "saudara"),
            *("saudara kandung", "adik", "kakak", "adik kandung", "kakak kandung", "ipar"),
            *("adik ipar", "kakak ipar", "sepupu", "paman", "bibi", "kakek", "nenek", "cicit"),
        ),
        Relation.OTHER_FAMILY,
    ),
    **dict.fromkeys(
        ("pembantu", "pembantu rumah tangga", "pembantu ruta", "art", "sopir"), Relation.HELPER
    ),
    **dict.fromkeys(("lainnya", "lain-lain", "lain lain", "lain"), Relation.OTHER),
}
#: Django makes this list anew at every look.
_RELATION_CODES = frozenset(Relation.values)
#: The household lists have one word for both.
_SPOUSE = {"istri/suami", "suami/istri", "isteri/suami", "suami/isteri", "pasangan"}


def text_of(cell: Cell) -> str:
    """Return the cell as a person would read it: whole numbers without decimals, single spaces."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "YA" if cell else "TIDAK"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    return str(cell)


def value_of(cell: Cell) -> str:
    """Return the cell's text, with the ways of writing "nothing" as nothing."""
    if cell is None or cell == "":
        return ""
    text = text_of(cell)
    return "" if text.lower() in _NOTHING else text


def number_of(cell: Cell, *, kind: str) -> tuple[str, list[str]]:
    """Return the digits of a NIK or KK cell and its problems (``kind`` is "nik" or "kk").

    Excel keeps fifteen digits: a number cell of sixteen whose last is 0 has lost it, unless
    another program wrote it exactly; then the last digit says so nine times of ten.
    """
    if isinstance(cell, str) and len(cell) == 16 and cell.isascii() and cell.isdigit():
        # As nearly all are.
        return cell, []
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if not float(cell).is_integer() or cell >= _EXACT:
            return "", [f"{kind}_digits_lost"]
        digits = str(int(cell))
        lost = len(digits) == 16 and digits.endswith("0")
        return ("", [f"{kind}_digits_lost"]) if lost else (digits, [])
    text = value_of(cell)
    if _SCIENTIFIC.fullmatch(text):
        return "", [f"{kind}_digits_lost"]
    digits = identity.clean_number(text)
    tidied = kind == "nik" and digits != str(cell if cell is not None else "")
    return digits, ["nik_tidied"] if tidied and digits else []


def birth_date_of(
    cell: Cell, *, today: date, nik_date: date | None, month_first: Collection[str] = ()
) -> tuple[date | None, list[str]]:
    """Return the birth date and its problems; without a readable one, the NIK's.

    ``nik_date`` also decides between day-first and month-first where both are possible. Where it
    does not, a date written like those in ``month_first`` (see :func:`month_first_mark`) is told.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _not_future(cell, [], today=today, nik_date=nik_date)
    text = value_of(cell)
    if not text:
        return nik_date, []
    if text.isdigit() and int(text) in _EXCEL_DAYS:
        found = _EXCEL_DAY_ZERO + timedelta(days=int(text))
        return _not_future(found, ["birth_date_serial"], today=today, nik_date=nik_date)
    readings = _readings(text, today=today)
    if not readings:
        return nik_date, ["birth_date_unreadable"]
    reading = next((one for one in readings if one.day == nik_date), readings[0])
    notes = ["birth_date_month_first"] if reading.month_first else []
    if len({one.day for one in readings}) > 1 and reading.day != nik_date:
        notes += ["birth_date_order"] if _mark(text) in month_first else []
    return _not_future(reading.day, notes, today=today, nik_date=nik_date)


def month_first_mark(cell: Cell, *, today: date) -> str:
    """Return the mark ("/", "-", ".", " ") of a date that only a month-first reading explains."""
    text = value_of(cell) if isinstance(cell, str) else ""
    readings = _readings(text, today=today)
    return _mark(text) if readings and all(one.month_first for one in readings) else ""


def _mark(text: str) -> str:
    return text.strip("0123456789")[:1]


@dataclass(frozen=True)
class _Reading:
    day: date
    month_first: bool = False


# The people of a list share some tens of thousands of birthdays.
@lru_cache(maxsize=50_000)
def _readings(text: str, *, today: date) -> Sequence[_Reading]:
    """Return every calendar day the text may mean, the usual reading first."""
    candidates: list[tuple[int, int, int, bool]] = []
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        candidates = [(year, month, day, False)]
    elif match := _DAY_FIRST.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        year = _full_year(match[3], today=today)
        candidates = [(year, second, first, False), (year, first, second, first != second)]
    elif (match := _MONTH_NAMED.fullmatch(text)) and match[2].lower() in _MONTHS:
        year = _full_year(match[3], today=today)
        candidates = [(year, _MONTHS[match[2].lower()], int(match[1]), False)]
    readings = []
    for year, month, day, month_first in candidates:
        try:
            readings.append(_Reading(date(year, month, day), month_first))
        except ValueError:
            continue
    return readings


def _full_year(digits: str, *, today: date) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if 2000 + year <= today.year else 1900 + year


def _not_future(
    found: date, notes: list[str], *, today: date, nik_date: date | None
) -> tuple[date | None, list[str]]:
    return (found, notes) if found <= today else (nik_date, ["birth_date_future"])


def sex_of(cell: Cell, *, nik_sex: str) -> tuple[str, list[str]]:
    """Return L or P and its problems; without a readable one, what the NIK says."""
    word = _NO_LETTER.sub("", value_of(cell).lower())
    if word in _MALE:
        return Resident.Sex.MALE, []
    if word in _FEMALE:
        return Resident.Sex.FEMALE, []
    return nik_sex, ["sex_unreadable"] if word else []


def ticked_sex(male: Cell, female: Cell, *, nik_sex: str) -> tuple[str, list[str]]:
    """Return L or P from two columns to tick, and the problems; unticked, what the NIK says."""
    ticks = [value_of(cell).lower() not in _UNTICKED for cell in (male, female)]
    if ticks[0] != ticks[1]:
        return (Resident.Sex.MALE if ticks[0] else Resident.Sex.FEMALE), []
    return nik_sex, ["sex_unreadable"] if all(ticks) else []


def neighbourhood_of(cell: Cell) -> tuple[str, list[str]]:
    """Return an RT or RW number with three digits and its problems: "2", "RT 02", "VIII".

    Nothing for what is no number: a list also writes hamlets there.
    """
    text = value_of(cell).lower()
    labelled = _LABELLED.fullmatch(text)
    number = labelled or _ONE_NUMBER.fullmatch(text)
    if not text or number is None:
        return "", ["rt_unreadable"] if text else []
    digits, found = _three_digits(number[2 if labelled else 1])
    eaten = not isinstance(cell, str) and bool(digits)
    return digits, ["zeros_restored"] if eaten else found


def rt_and_rw_of(cell: Cell) -> tuple[str, str, list[str]]:
    """Return RT and RW of one cell and the problems: "002/003", "RT 02 RW 03", "RW 3 RT 2"."""
    text = value_of(cell).lower()
    if not text:
        return "", "", []
    if pair := _TWO_NUMBERS.fullmatch(text):
        told = {"rt": pair[2], "rw": pair[3]}
        if pair[1] == "rw":
            told = {"rt": pair[3], "rw": pair[2]}
    elif alone := _ONE_NUMBER.fullmatch(text.rstrip(" /.-")):
        told = {"rt": alone[1]}
    else:
        told = dict(reversed(_LABELLED.findall(text)))
    rt, rt_found = _three_digits(told.get("rt", ""))
    rw, rw_found = _three_digits(told.get("rw", ""))
    return rt, rw, ["rt_unreadable"] if not told or rt_found or rw_found else []


def _three_digits(number: str) -> tuple[str, list[str]]:
    """Return an Arabic or Roman number with three digits; zeros alone say nothing."""
    if number.isdigit():
        return number.lstrip("0") and number.lstrip("0").zfill(3), []
    value = _ROMAN.get(number, 0)
    return (f"{value:03}", []) if value else ("", ["rt_unreadable"] if number else [])


def title_of(text: str) -> str:
    """Return a place's name as people write it: shouted ones calmed down."""
    return text.title() if text.isupper() else text


def relation_of(cell: Cell, *, sex: str = "", household: bool = False) -> tuple[str, list[str]]:
    """Return the code of the relation to the head of the family, and the problems.

    Unknown words say nothing: a guess would take the place of what the office knows. In a
    ``household`` survey a bare number is not Dukcapil's, and stays unread.
    """
    word = value_of(cell).lower().replace(".", "").replace(" / ", "/")
    if not word or (word.isdigit() and household):
        return "", []
    code = word if word in _RELATION_CODES else _RELATIONS.get(word, "")
    if word in _SPOUSE and sex:
        code = Relation.WIFE if sex == Resident.Sex.FEMALE else Relation.HUSBAND
    return code, [] if code else ["relation_unreadable"]


def is_relation(text: str) -> bool:
    """Return whether the text is a relation to the head of the family, in known words."""
    return bool(relation_of(text)[0]) and not text.isdigit()


_LIFE = re.compile(
    r"\b(hidup|meninggal|wafat|alm|almarhum|almarhumah|mati|md|pindah|pdh|tetap|pendatang)\b", re.I
)


def is_remark_of_life(text: str) -> bool:
    """Return whether a remark says that somebody lives here, died or moved."""
    return bool(_LIFE.search(text))


def phone_of(cell: Cell) -> str:
    """Return the phone number in the form 08…: Excel eats the zero, people write +62."""
    digits = re.sub(r"\D", "", value_of(cell))
    if digits.startswith("62"):
        return f"0{digits[2:]}"
    return f"0{digits}" if digits.startswith("8") else digits


def decile_of(cell: Cell) -> tuple[int | None, list[str]]:
    """Return the decile 1–10, or None and why."""
    text = text_of(cell)
    if not text:
        return None, []
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 10:
        return int(text), []
    return None, ["decile_impossible"]


def is_yes(cell: Cell) -> bool:
    """Return whether a programme column says the person receives it."""
    return value_of(cell).lower() in _YES
