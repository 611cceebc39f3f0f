"""The office's hamlets, and the one a list means when it slips on the name."""

from collections.abc import Collection

from django.db.models import Count
from rapidfuzz.distance import OSA

from puskesmas.models import Office
from registry.models import Resident

#: So many people must live there: one slip of an earlier list makes no hamlet.
AT_LEAST = 5
#: A word shorter than this may not differ: "Lor" and "Kor", "A" and "B", "I" and "II" are places.
_LONG = 4
_GENERAL = {"dusun", "dsn", "dukuh", "lingkungan", "kampung"}


def known_to(office: Office) -> set[str]:
    """Return the hamlets' names as the office's people have them (one query)."""
    people = Resident.objects.filter(office=office).exclude(dusun="").values("dusun")
    counted = people.annotate(count=Count("pk")).filter(count__gte=AT_LEAST).order_by()
    return set(counted.values_list("dusun", flat=True))


def meant_by(dusun: str, known: Collection[str]) -> tuple[str, list[str]]:
    """Return the hamlet a name stands for and its problems.

    A slip of one letter a word is put right where one hamlet is like it, and told; where several
    are, the name stays and wants a look. A name like none may be a new hamlet's.
    """
    if not dusun or not known or dusun in known:
        return dusun, []
    words = _words(dusun)
    same = [name for name in known if _words(name) == words]
    alike = same or [name for name in known if _is_slip(words, _words(name))]
    if len(alike) == 1:
        return alike[0], [] if same else ["dusun_corrected"]
    return dusun, ["dusun_doubtful"] if alike else []


def _words(dusun: str) -> list[str]:
    words = dusun.casefold().replace(".", " ").split()
    return [word for word in words if word not in _GENERAL] or words


def _is_slip(words: list[str], others: list[str]) -> bool:
    return len(words) == len(others) and all(
        word == other
        or (min(len(word), len(other)) >= _LONG and OSA.distance(word, other, score_cutoff=1) <= 1)
        for word, other in zip(words, others, strict=True)
    )
