"""Finding people by what is typed into one box: a number, a name with slips, where they live."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.history import audit
from registry.haystack import RESERVED, Haystack, Likeness
from registry.identity import clean_number
from registry.models import Resident
from registry.naming import address_key, name_key
from registry.search_terms import OfficeTerms, terms_of

#: How many hits a page shows; a search that has more asks for more words.
SHOWN = 20
SHORTEST = 2
#: People of a neighbourhood are compared one by one up to this number.
NEIGHBOURS = 5_000
#: Texts that may be meant, nearest first; in a big hamlet most of them live elsewhere.
_TEXTS, _TEXTS_ELSEWHERE = 24, 96
#: A text's second person comes after so many further texts' first.
_PER_NAMESAKE = 3

_NUMBERS = frozenset({"nik", "kk", "phone"})
_RT_RW = re.compile(r"\brt\s*(?:/\s*rw)?[\s.:]*(\d{1,3})\s*/\s*(?:rw[\s.:]*)?(\d{1,3})\b")
_RT = re.compile(r"\brt(?:[\s./:]*(\d{1,3}))?\b")
_RW = re.compile(r"\brw(?:[\s./:]*(\d{1,3}))?\b")
_STREET = re.compile(r"\d|^(jl|jln|jalan|gg|gang|perum|perumahan|komplek|blok)\b")


@dataclass(frozen=True)
class FoundPerson:
    """A search hit. ``by`` is "nik", "kk", "phone", "name", "address" or "place".

    Of the resident only what a hit shows is loaded.
    """

    resident: Resident
    by: str

    @property
    def by_number(self) -> bool:
        return self.by in _NUMBERS


@dataclass(frozen=True)
class Place:
    """A part of the office's area as asked for; empty sets ask for nothing."""

    rt: frozenset[str] = frozenset()
    rw: frozenset[str] = frozenset()
    dusun: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.filters)

    @property
    def filters(self) -> dict[str, Any]:
        asked = {"rt__in": self.rt, "rw__in": self.rw, "dusun__in": self.dusun}
        return {lookup: sorted(values) for lookup, values in asked.items() if values}


@dataclass(frozen=True, order=True)
class _Candidate:
    """A person who may be meant, nearest first; ``pk`` is of the row that stands for him."""

    slips: bool
    not_the_very_name: bool
    order: float
    pk: int
    by: str


def find_people(text: str, *, actor: Actor, limit: int = SHOWN) -> list[FoundPerson]:
    """Return who the text may mean, nearest first.

    A whole NIK, KK or phone number; a name, whole, begun or with slips; an address; "RT 2 RW 1"
    or a hamlet, alone or beside a name. A row that was merged stands for its person. Three queries
    for a name, four with RT and RW, five with a hamlet, whatever the number of hits; one or two
    more when names were written since this process last looked.
    """
    number = clean_number(text)
    if number.isascii() and number.isdigit():
        return _by_number(number, actor)[:limit]
    terms = terms_of(actor.office.pk)
    candidates: list[_Candidate] = []
    for words, place in _readings(text, terms):
        candidates += _candidates(words, place, terms, actor, limit)
    return _people(candidates, actor, limit)


def find_for_page(text: str, *, actor: Actor) -> tuple[list[FoundPerson], bool]:
    """Return the first :data:`SHOWN` hits and whether there are more; numbers are audited."""
    found = find_people(text, actor=actor, limit=SHOWN + 1)
    numbers = sorted({hit.by for hit in found} & _NUMBERS)
    if numbers:
        audit(actor=actor, action="lookup_number", fields=numbers)
    return found[:SHOWN], len(found) > SHOWN


def _by_number(number: str, actor: Actor) -> list[FoundPerson]:
    if len(number) == 16:
        hits = _standing_for({"nik_index": blind_index(number, purpose="nik")}, "nik", actor)
        return hits or _standing_for(
            {
                "memberships__until__isnull": True,
                "memberships__household__kk_index": blind_index(number, purpose="kk"),
            },
            "kk",
            actor,
        )
    return _standing_for({"phone_index": blind_index(number, purpose="phone")}, "phone", actor)


def _standing_for(filters: dict[str, Any], by: str, actor: Actor) -> list[FoundPerson]:
    rows = Resident.objects.visible_to(actor).filter(**filters)
    pks = list(rows.values_list(Coalesce("canonical_id", "pk"), flat=True))
    people = _hits(actor).filter(pk__in=pks).order_by("pk") if pks else ()
    return [FoundPerson(one, by) for one in people]


def _readings(text: str, terms: OfficeTerms) -> Iterator[tuple[str, Place]]:
    """Yield the words and the place a text may ask for: with a hamlet's name as name, or as place.

    Nothing for a text too short to mean anybody.
    """
    words, place = _neighbourhood(text.casefold())
    if len(words) >= SHORTEST or (place and not words):
        yield words, place
    parts = [word for word in words.split() if word not in {"dusun", "dsn", "dsn."}]
    for size in range(min(len(parts), 4), 0, -1):
        for start in range(len(parts) - size + 1):
            named = terms.dusun.get(" ".join(parts[start : start + size]))
            if named:
                rest = " ".join([*parts[:start], *parts[start + size :]])
                yield rest, replace(place, dusun=frozenset(named))
                return


def _neighbourhood(text: str) -> tuple[str, Place]:
    """Return the text without RT and RW, and these. "rt 2/1" and "rt/rw 02/01" name both."""
    rt = rw = None
    if both := _RT_RW.search(text):
        rt, rw = both.groups()
        text = _RT_RW.sub(" ", text)
    for match in _RT.finditer(text):
        rt = match[1] or rt
    for match in _RW.finditer(text):
        rw = match[1] or rw
    rest = _RW.sub(" ", _RT.sub(" ", text))
    return " ".join(rest.split()), Place(rt=_printed(rt), rw=_printed(rw))


def _printed(digits: str | None) -> frozenset[str]:
    """Return the ways lists print a number: "2", "02", "002"."""
    if digits is None:
        return frozenset()
    plain = digits.lstrip("0") or "0"
    return frozenset({plain, plain.zfill(2), plain.zfill(3)})


def _candidates(
    words: str, place: Place, terms: OfficeTerms, actor: Actor, limit: int
) -> list[_Candidate]:
    if not words:
        return _everybody_in(place, actor, limit)
    names, addresses, texts = terms.names, terms.addresses, _TEXTS
    if place:
        near = list(_in(place, actor).values_list("name_key", "address_key")[: NEIGHBOURS + 1])
        if len(near) <= NEIGHBOURS:
            names = Haystack({name for name, _address in near})
            addresses = Haystack({address for _name, address in near})
        else:
            texts = _TEXTS_ELSEWHERE
    found: list[_Candidate] = []
    is_street = _STREET.search(words) is not None
    if not is_street:
        likely = names.find(name_key(words), limit=texts)
        found = _of_texts("name_key", name_key(words), likely, place, actor, limit)
    if is_street or sum(not one.slips for one in found) < limit:
        wanted = address_key(words)
        likely = addresses.find(wanted, limit=texts)
        found += _of_texts("address_key", wanted, likely, place, actor, limit)
    return found


def _in(place: Place, actor: Actor) -> Any:
    return Resident.objects.visible_to(actor).filter(**place.filters).order_by()


def _everybody_in(place: Place, actor: Actor, limit: int) -> list[_Candidate]:
    # Along the index of neighbourhoods, so that only the first few are read.
    people = _in(place, actor).filter(canonical=None).order_by("rw", "rt", "life", "name_key")
    pks = people.values_list("pk", flat=True)[:limit]
    return [_Candidate(False, True, order, pk, "place") for order, pk in enumerate(pks)]


def _of_texts(
    field: str,
    typed: str,
    likely: Sequence[Likeness],
    place: Place,
    actor: Actor,
    limit: int,
) -> list[_Candidate]:
    """Return people of the likely texts (one query): many namesakes leave room for other texts."""
    if not likely:
        return []
    place_of = {one.text: order for order, one in enumerate(likely)}
    namesakes: Counter[str] = Counter()
    found = []
    for pk, text in _first_of_each(field, place_of, place, actor, limit):
        order = place_of[text] + _PER_NAMESAKE * namesakes[text]
        namesakes[text] += 1
        whole = likely[place_of[text]].whole
        by = "name" if field == "name_key" else "address"
        found.append(_Candidate(not whole, text != typed, order, pk, by))
    return found


def _first_of_each(
    field: str, texts: Iterable[str], place: Place, actor: Actor, limit: int
) -> list[tuple[int, str]]:
    """Return up to ``limit`` people of each text, the living first: (pk, text).

    One select per text, each along an index and cut off: common names have thousands of people.
    The ORM cannot join such selects on SQLite.
    """
    stand_in = "\x01"
    one = (
        _in(place, actor)
        .filter(**{field: stand_in})
        .order_by("life")
        .annotate(person=Coalesce("canonical_id", "pk"), text=F(field))
        .values_list("person", "text")[:limit]
    )
    sql, params = one.query.sql_with_params()
    wanted = list(texts)
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT * FROM ({sql}) AS t{n}" for n in range(len(wanted))),  # noqa: S608
            [text if param == stand_in else param for text in wanted for param in params],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def _people(candidates: Iterable[_Candidate], actor: Actor, limit: int) -> list[FoundPerson]:
    first: dict[int, _Candidate] = {}
    for one in sorted(candidates):
        first.setdefault(one.pk, one)
    # More than are shown: some may be merged away or strangers' by now.
    wanted = [one.pk for one in _nearest(list(first.values()), limit)]
    if not wanted:
        return []
    people = _hits(actor).in_bulk(wanted)
    return [FoundPerson(people[pk], first[pk].by) for pk in wanted if pk in people]


def _hits(actor: Actor) -> QuerySet[Resident]:
    """Return the office's people with what a hit shows of them; the rest is read when asked for."""
    people: QuerySet[Resident] = Resident.objects.visible_to(actor).filter(canonical=None)
    return people.only("uid", "office_id", "name", "nik", "address", "dusun", "rt", "rw", "life")


def _nearest(ordered: Sequence[_Candidate], limit: int) -> list[_Candidate]:
    """Return the first of them; a few places are kept for those with slips.

    Not where somebody bears the very name that was typed.
    """
    whole = [one for one in ordered if not one.slips]
    near = [one for one in ordered if one.slips]
    if whole and whole[0].not_the_very_name:
        whole = whole[: limit - min(RESERVED, len(near))]
    return [*whole, *near][:limit]
