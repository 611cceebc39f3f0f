"""Texts held in memory, and which of them somebody may mean who types with slips.

Words are few where texts are many: a million people use some twenty thousand words. So what was
typed is compared with the words, and only texts that hold a like word are looked at.
"""

from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from registry.naming import SPELLINGS

#: How many like words and how many texts are weighed at most: what bounds the work of a search.
LIKE_WORDS = 250
BEGUN_WORDS = 2_000
#: Texts with slips that are shown though many hold a short name whole.
RESERVED = 5
VARIANTS = 8
WEIGHED = 400
#: Slips in all words together that are looked for.
_TOTAL = 2
#: A typed word that is nowhere in the text counts as so many slips.
_MISSING = 3.0
_PER_LACKING = 0.6
#: A space too many or too few.
_SPACING = 1.0
#: A word that is not finished yet, with a slip: less likely than the same slip in a whole word.
_UNFINISHED = 0.3
#: Weights tried over names with two slips: words and letters not typed, bearers ten times as many.
_PER_WORD, _PER_LETTER, _PER_TENFOLD = 0.9, 0.03, 0.4
_LAST = "\x7f"


@dataclass(frozen=True, order=True)
class Likeness:
    """How far a text is from what was typed, nearest first.

    ``slips`` counts wrong, missing, doubled and swapped letters; 0: every typed word is there,
    whole or begun. ``distance`` also weighs how long the text is, and how many people bear it.
    """

    distance: float
    text: str
    slips: float

    @property
    def whole(self) -> bool:
        return self.slips == 0


class _Meant:
    """Words that a typed one may mean, by their slips, and the texts that hold them."""

    def __init__(self, costs: Mapping[str, float], haystack: "Haystack") -> None:
        self.costs = costs
        self._haystack = haystack
        self._at: dict[int, set[int]] = {}

    def at(self, slips: int) -> set[int]:
        """Return the texts that hold a word of so many slips."""
        if slips not in self._at:
            words = [word for word, cost in self.costs.items() if round(cost) == slips]
            self._at[slips] = set[int]().union(*map(self._haystack.holders, words))
        return self._at[slips]

    def likeliest(self, limit: int) -> set[int]:
        """Return, for each of the words, the likeliest texts that hold it."""
        held = (self._haystack.likeliest(word, limit) for word in self.costs)
        return set[int]().union(*held)


class Haystack:
    """Distinct texts by their words, with how many people bear each; texts are only added."""

    def __init__(self, bearers: Mapping[str, int] | Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self._burden = array("f")
        self._number: dict[str, int] = {}
        self._sorted: list[str] = []
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._holders: list[array[int]] = []
        counted = bearers if isinstance(bearers, Mapping) else dict.fromkeys(bearers, 1)
        # Likely texts first: where there are too many, the likeliest are weighed.
        for text in sorted(counted, key=lambda text: _unlikely(text, counted[text])):
            self._hold(text, counted[text])
        self._loaded = len(self._texts)
        self._sorted = sorted(self._number)
        for spelling, word in SPELLINGS.items():
            if word in self._number and spelling not in self._number:
                self._number[spelling] = self._number[word]
                self._by_length[len(spelling)].append(spelling)
        # Common words first: of equally like words the common one is the likelier.
        for words in self._by_length.values():
            words.sort(key=self._count, reverse=True)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """Add one text that is not there yet."""
        new = {word for word in text.split() if word not in self._number}
        self._hold(text, 1)
        for word in new:
            insort(self._sorted, word)

    def _hold(self, text: str, bearers: int) -> None:
        place = len(self._texts)
        self._texts.append(text)
        self._burden.append(_burden(text, bearers))
        for word in text.split():
            number = self._number.get(word)
            if number is None:
                number = self._number[word] = len(self._holders)
                self._by_length[len(word)].append(word)
                self._holders.append(array("I"))
            self._holders[number].append(place)

    def find(self, typed: str, *, limit: int) -> list[Likeness]:
        """Return the texts nearest to what was typed; those that hold it whole come first.

        Slips are only looked for when too few texts hold every typed word as it stands, or when one
        word was typed: a short name with a slip is soon the beginning of twenty others. Up to
        :data:`RESERVED` likelier texts with slips then come on top of ``limit``.
        """
        words = typed.split()
        if not words:
            return []
        begun = [_Meant(self._begun(word), self) for word in words]
        whole = self._weigh(words, begun, limit) if all(one.costs for one in begun) else []
        if len(whole) == limit and (len(words) > 1 or whole[0].text == typed):
            return whole
        like = [
            self._like(word, is_last=place == len(words) - 1) for place, word in enumerate(words)
        ]
        near = self._weigh(words, like, limit, may_lack=True)
        if not whole:
            near = _merged(near, self._with_other_spaces(words, like, limit))
        if len(whole) < limit:
            return _merged(whole, near)[:limit]
        likelier = [one for one in near if not one.whole and one.distance < whole[-1].distance]
        return whole + likelier[:RESERVED]

    def _with_other_spaces(
        self, words: Sequence[str], like: Sequence[_Meant], limit: int
    ) -> list[Likeness]:
        known = dict(zip(words, like, strict=True))
        found: list[Likeness] = []
        for _unknown, variant in nsmallest(VARIANTS, self._respaced(words)):
            for word in variant:
                if word not in known:
                    exact = word in self._number
                    known[word] = _Meant({word: 0.0}, self) if exact else self._like(word)
            meant = [known[word] for word in variant]
            if all(one.costs for one in meant):
                found = _merged(found, self._weigh(variant, meant, limit, already=_SPACING))
        return found

    def _begun(self, word: str) -> dict[str, float]:
        """Return the words that are the typed one or begin with it."""
        first = bisect_left(self._sorted, word)
        last = bisect_left(self._sorted, word + _LAST, lo=first)
        return dict.fromkeys(self._sorted[first : min(last, first + BEGUN_WORDS)], 0.0)

    def _like(self, word: str, *, is_last: bool = False) -> _Meant:
        """Return the like words with their slips. The last word typed may be unfinished."""
        begun = self._begun(word)
        allowed = _allowed(word)
        if not allowed:
            return _Meant(begun, self)
        costs: dict[str, float] = {}
        if is_last and len(word) > 3:
            # Its first half is taken as right; a slip there shows when the word is whole.
            heads = [*self._begun(word[: len(word) // 2])]
            for _start, slips, place in _nearest(word, [one[: len(word)] for one in heads], 1):
                costs[heads[place]] = slips + _UNFINISHED
        near = [
            (slips, -self._count(found), found)
            for length in range(len(word) - allowed, len(word) + allowed + 1)
            for found, slips, _number in _nearest(word, self._by_length.get(length, ()), allowed)
        ]
        for slips, _rare, found in nsmallest(LIKE_WORDS, near):
            meant = SPELLINGS.get(found, found)
            costs[meant] = min(slips, costs.get(meant, slips))
        return _Meant(costs | begun, self)

    def _weigh(
        self,
        words: Sequence[str],
        meant: Sequence[_Meant],
        limit: int,
        already: float = 0.0,
        may_lack: bool = False,
    ) -> list[Likeness]:
        """Return the likeliest texts of the words; ``already`` counts slips made before."""
        wanted = [
            (one, _lacking(word)) for word, one in zip(words, meant, strict=True) if one.costs
        ]
        if not wanted:
            return []
        unknown = [word for word, one in zip(words, meant, strict=True) if not one.costs]
        already += _MISSING * len(unknown)
        lacking = sum(_lacking(word) - _MISSING for word in unknown)
        most = _most_slips(words) - already
        near = []
        asked = [one for one, _lacking in wanted]
        for place in _texts_with(asked, limit, may_lack, self._loaded):
            slips, more = _slips(self._texts[place].split(), wanted)
            if slips <= most:
                near.append((slips + more + self._burden[place], place, slips))
        return [
            Likeness(distance + already + lacking, self._texts[place], slips + already)
            for distance, place, slips in nsmallest(limit, near)
        ]

    def _respaced(self, words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Yield what was typed with one space more, fewer or elsewhere; small numbers likelier.

        The number counts the letters of words that are in no text as they stand.
        """
        for start in range(len(words)):
            for size in (1, 2):
                joined = "".join(words[start : start + size])
                before, after = words[:start], words[start + size :]
                if size == 2 and start + size <= len(words):
                    yield self._unknown(joined), [*before, joined, *after]
                for cut in range(2, len(joined) - 1):
                    halves = [joined[:cut], joined[cut:]]
                    unknown = sum(map(self._unknown, halves))
                    if unknown < len(joined) and halves != words[start : start + size]:
                        yield unknown, [*before, *halves, *after]

    def _unknown(self, word: str) -> int:
        return 0 if word in self._number else len(word)

    def holders(self, word: str) -> Sequence[int]:
        """Return the places of the texts that hold the word."""
        return self._holders[self._number[word]] if word in self._number else ()

    def likeliest(self, word: str, limit: int) -> Sequence[int]:
        """Return the likeliest texts that hold the word, and all that were added since."""
        places = self.holders(word)
        return [*places[:limit], *places[max(limit, bisect_left(places, self._loaded)) :]]

    def _count(self, word: str) -> int:
        return len(self.holders(word))


def _burden(text: str, bearers: int) -> float:
    """Return what speaks against a text before anything is typed: long, and borne by few."""
    return _PER_LETTER * len(text) - _PER_TENFOLD * log10(bearers)


def _unlikely(text: str, bearers: int) -> float:
    return _burden(text, bearers) + _PER_WORD * text.count(" ")


def _lacking(word: str) -> float:
    """Return what speaks against a text that lacks a typed word: more for a long one."""
    return max(_MISSING, _PER_LACKING * len(word))


def _texts_with(words: Sequence[_Meant], limit: int, may_lack: bool, loaded: int) -> set[int]:
    """Return texts that hold every typed word or one like it: the likeliest of each distance.

    ``may_lack``: if they are few, also those that hold only the rarest of the words. Of the texts
    added since so many were ``loaded`` nobody knows how likely they are: all of them.
    """
    if len(words) == 1:
        return words[0].likeliest(limit)
    found = set[int]()
    for total in range(_TOTAL + 1):
        near = set[int]()
        for shares in _shares(total, len(words)):
            held = [word.at(slips) for word, slips in zip(words, shares, strict=True)]
            if all(held):
                held.sort(key=len)
                near |= held[0].intersection(*held[1:])
        found.update(_likeliest(near, loaded))
    if may_lack and len(found) < limit:
        rarest = min((word.at(0) | word.at(1) for word in words), key=len)
        found.update(_likeliest(rarest, loaded))
    return found


def _likeliest(places: set[int], loaded: int) -> Iterable[int]:
    if len(places) <= WEIGHED:
        return places
    return {*nsmallest(WEIGHED, places), *(place for place in places if place >= loaded)}


def _slips(left: list[str], wanted: Sequence[tuple[_Meant, float]]) -> tuple[float, float]:
    """Return the slips between typed words and those of a text, and what else speaks against it.

    The text's words are used up.
    """
    slips, against = 0.0, 0.0
    for meant, lacking in wanted:
        best, which = _MISSING, ""
        for word in left:
            one = meant.costs.get(word, _MISSING)
            if one < best:
                best, which = one, word
        slips += best
        if which:
            left.remove(which)
        else:
            against += lacking - _MISSING
    return slips, against + _PER_WORD * len(left)


@cache
def _shares(total: int, words: int) -> list[tuple[int, ...]]:
    """Return the ways to share slips among words."""
    if words == 1:
        return [(total,)]
    return [(own, *rest) for own in range(total + 1) for rest in _shares(total - own, words - 1)]


def _nearest(word: str, choices: Sequence[str], allowed: int) -> list[tuple[str, float, int]]:
    found: list[tuple[str, float, int]] = process.extract(  # type: ignore[call-overload]
        word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=LIKE_WORDS
    )
    return found


def _allowed(word: str) -> int:
    """Return how many slips a word may have; house numbers none."""
    return 0 if word[0].isdigit() else min(2, len(word) - 1)


def _most_slips(words: Sequence[str]) -> float:
    """Return how many slips all words may have: a third of the letters, never more than 3.5."""
    return min(3.5, sum(map(len, words)) - 1)


def _merged(some: list[Likeness], more: list[Likeness]) -> list[Likeness]:
    best: dict[str, Likeness] = {}
    for one in sorted([*some, *more], key=lambda one: (one.slips, one.distance)):
        best.setdefault(one.text, one)
    return sorted(best.values(), key=lambda one: (not one.whole, one.distance))
