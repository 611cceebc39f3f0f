"""How likely two records are one person: 0–100, with the grounds as codes.

A name alone says little: one name stands in three houses. So the score weighs the name with where
and when; and however high it is, a match counts as certain only on the grounds listed in
:func:`is_certain`, because fathers and sons share a name and a house, and twins a day.
"""

from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from registry.likeness.spelling import Name, Street

#: From here on a match may be certain, and from here on it is worth asking about (0–100).
CERTAIN, DOUBTFUL = 80, 70
#: Names less alike than this are not compared further.
NAME_AT_LEAST = 75
#: From here on the difference is taken for a slip of the finger: "Rina" and "Rini" are sisters.
_SLIP = 88
_STREET_CLOSE = 84

_NAME, _PLACE, _BIRTH = 0.55, 0.25, 0.20
#: What an unknown place or day counts: less than half, so that silence never decides.
_UNKNOWN = 30

_PLACE_POINTS = {
    "kk_same": 100,
    "address_same": 100,
    "address_close": 90,
    "rt_rw_same": 70,
    "rt_rw_differs": 40,
    "address_differs": 10,
    "place_differs": 0,
}
#: The place as stated speaks against it.
ELSEWHERE = frozenset({"address_differs", "place_differs", "rt_rw_differs"})
PLACES = frozenset(_PLACE_POINTS)
_BIRTH_POINTS = {
    "birth_date_same": 100,
    "birth_date_swapped": 85,
    "birth_year_same": 50,
    "birth_date_differs": 0,
}
#: Either of these makes it two people until an officer says otherwise.
_AGAINST = ELSEWHERE | {"birth_date_differs", "birth_year_same", "sex_differs", "kk_differs"}
_WHOLE_NAME = {"name_same", "name_spelling"}
_SAME_HOUSE = {"address_same", "address_close", "kk_same"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of a record. Empty text and None mean that it does not say."""

    name: Name
    birth_date: date | None = None
    sex: str = ""
    street: Street = field(default_factory=lambda: Street("", ()))
    rt: str = ""
    rw: str = ""


@dataclass(frozen=True)
class Score:
    """The points and the codes they stand on, the name's first."""

    points: int
    grounds: tuple[str, ...]


def score(one: Facts, other: Facts, *, same_card: bool = False) -> Score | None:
    """Return how likely the two are one person; None when the names are too different.

    Two on one family card live together, whatever their addresses say.
    """
    name, name_points = compare_names(one.name, other.name)
    if not name:
        return None
    place = "kk_same" if same_card else _compare_places(one, other)
    birth = _compare_birth(one.birth_date, other.birth_date)
    points = (
        _NAME * name_points
        + _PLACE * _PLACE_POINTS.get(place, _UNKNOWN)
        + _BIRTH * _BIRTH_POINTS.get(birth, _UNKNOWN)
    )
    grounds = [name, place, birth]
    if not (one.name.is_long or other.name.is_long):
        grounds.append("one_word")
    if one.sex and other.sex and one.sex != other.sex:
        grounds.append("sex_differs")
        points *= 0.8
    return Score(round(points), tuple(code for code in grounds if code))


def is_certain(found: Score) -> bool:
    """Return whether the grounds alone decide, provided nobody else may be meant.

    The whole name at the same address, if it has two words; or the whole name, or one with a slip
    in it, with the same birth date in the same neighbourhood or house. Nothing may speak against
    it.
    """
    grounds = set(found.grounds)
    if found.points < CERTAIN or grounds & _AGAINST or not grounds & {*_WHOLE_NAME, "name_slip"}:
        return False
    if "birth_date_same" in grounds:
        return bool(grounds & (_SAME_HOUSE | {"rt_rw_same"}))
    return bool(grounds & _WHOLE_NAME and grounds & _SAME_HOUSE and "one_word" not in grounds)


def compare_names(one: Name, other: Name) -> tuple[str, float]:
    """Return in what way two names are alike and how much (0–100); "" when they are not."""
    if one.key == other.key:
        return "name_same", 100
    if one.bag == other.bag or one.joined == other.joined:
        return "name_spelling", 95
    alike = max(
        fuzz.ratio(one.spelled, other.spelled),
        fuzz.ratio(one.bag, other.bag),
        fuzz.ratio(one.joined, other.joined),
    )
    if _is_part(one.words, other.words) or _is_part(other.words, one.words):
        return "name_part", max(80, min(alike, 90))
    if alike < NAME_AT_LEAST:
        return "", 0
    return "name_slip" if alike >= _SLIP else "name_close", min(alike, 94.0)


def _is_part(few: list[str], many: list[str]) -> bool:
    """Return whether each word of ``few`` is one of ``many``, or its initial, in this order."""
    rest = iter(many)
    return len(few) < len(many) + 1 and all(
        any(word == whole or (len(word) == 1 and whole.startswith(word)) for whole in rest)
        for word in few
    )


def _compare_places(one: Facts, other: Facts) -> str:
    near = _compare_neighbourhoods(one, other)
    if one.street.letters and other.street.letters:
        street = _compare_streets(one.street, other.street)
        return "rt_rw_differs" if street in _SAME_HOUSE and near is False else street
    if near is None:
        return ""
    return "rt_rw_same" if near else "place_differs"


def _compare_neighbourhoods(one: Facts, other: Facts) -> bool | None:
    """Return whether RT and RW agree; None when it cannot be said."""
    if (one.rw and other.rw and one.rw != other.rw) or (one.rt and other.rt and one.rt != other.rt):
        return False
    return True if one.rt and other.rt and one.rw and other.rw else None


def _compare_streets(one: Street, other: Street) -> str:
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return "address_differs"
    if one.letters == other.letters:
        return "address_same" if one.numbers == other.numbers else "address_close"
    like = fuzz.ratio(one.letters, other.letters) >= _STREET_CLOSE
    return "address_close" if like else "address_differs"


def _compare_birth(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return ""
    if one == other:
        return "birth_date_same"
    if (one.year, one.day, one.month) == (other.year, other.month, other.day):
        return "birth_date_swapped"
    return "birth_year_same" if one.year == other.year else "birth_date_differs"
