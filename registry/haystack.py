"""Texts held in memory, and which of them somebody may mean who types with slips.

Words are few where texts are many: a million people use some twenty thousand words. So what was
typed is compared with the words, and only texts that hold a like word are looked at.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: How many like words and how many texts are weighed at most: what bounds the work of a search.
#: Words below this length must be right.
_SHORT = 3
LIKE_WORDS = 250
BEGUN_WORDS = 2_000
VARIANTS = 8
CUTS = 2
WEIGHED = 2_500
#: A typed word that is nowhere in the text counts as so many slips.
_MISSING = 3.0
#: A space too many or too few.
_SPACING = 1.0
#: A word that is not finished yet, with a slip: less likely than the same slip in a whole word.
_UNFINISHED = 0.3
#: Weights tried over names with two slips: words and letters not typed, words ten times as common.
_PER_WORD, _PER_LETTER, _PER_TENFOLD = 0.9, 0.03, 0.15
_LAST = "\x7f"


@dataclass(frozen=True, order=True)
class Likeness:
    """How far a text is from what was typed, nearest first.

    ``slips`` counts wrong, missing, doubled and swapped letters; 0: every typed word is there,
    whole or begun. ``distance`` also weighs what the text has more, and how common its words are.
    """

    distance: float
    text: str
    slips: float

    @property
    def whole(self) -> bool:
        return self.slips == 0


class Haystack:
    """Distinct texts by their words; texts are added, never taken away."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self._words: list[str] = []
        self._number: dict[str, int] = {}
        self._sorted: list[str] = []
        self._holders: list[array[int]] = []
        # Short texts first: where there are too many, the shortest are weighed.
        self._load(sorted(texts, key=len))

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """Add one text that is not there yet."""
        self._hold(text)
        for word in text.split():
            if len(self._sorted) < len(self._words) and self._number[word] >= len(self._sorted):
                insort(self._sorted, word)

    def _load(self, texts: Sequence[str]) -> None:
        for text in texts:
            self._hold(text)
        # Common words first: of equally like words the common one is the likelier.
        order = sorted(range(len(self._words)), key=lambda one: -len(self._holders[one]))
        self._words = [self._words[one] for one in order]
        self._holders = [self._holders[one] for one in order]
        self._number = {word: number for number, word in enumerate(self._words)}
        self._sorted = sorted(self._words)

    def _hold(self, text: str) -> None:
        place = len(self._texts)
        self._texts.append(text)
        for word in text.split():
            number = self._number.get(word)
            if number is None:
                number = self._number[word] = len(self._words)
                self._words.append(word)
                self._holders.append(array("I"))
            self._holders[number].append(place)

    def find(self, typed: str, *, limit: int) -> list[Likeness]:
        """Return the texts nearest to what was typed; those that hold it whole come first.

        Slips are only looked for when too few texts hold every typed word as it stands.
        """
        words = typed.split()
        if not words:
            return []
        begun = [self._begun(word) for word in words]
        found = self._weigh(typed, words, begun, limit) if all(begun) else []
        if len(found) < limit:
            like = [
                self._like(word, known, is_last=place == len(words) - 1)
                for place, (word, known) in enumerate(zip(words, begun, strict=True))
            ]
            found = _merged(found, self._weigh(typed, words, like, limit))
        if not found or found[0].slips > 2:
            for variant in islice(self._variants(words), VARIANTS):
                like = [self._like(word, self._begun(word), is_last=False) for word in variant]
                if all(like):
                    more = self._weigh(typed, variant, like, limit, already=_SPACING)
                    found = _merged(found, more)
        return found[:limit]

    def _begun(self, word: str) -> dict[str, float]:
        """Return the words that are the typed one or begin with it."""
        first = bisect_left(self._sorted, word)
        last = bisect_left(self._sorted, word + _LAST, lo=first)
        return dict.fromkeys(self._sorted[first : min(last, first + BEGUN_WORDS)], 0.0)

    def _like(self, word: str, begun: dict[str, float], *, is_last: bool) -> dict[str, float]:
        """Return the like words with their slips. The last word typed may be unfinished."""
        allowed = _allowed(word)
        if not allowed:
            return begun
        costs: dict[str, float] = {}
        if is_last and len(word) > 3:
            # Its first half is taken as right; a slip there shows when the word is whole.
            heads = [*self._begun(word[: len(word) // 2])]
            for _start, slips, place in _nearest(word, [one[: len(word)] for one in heads], 1):
                costs[heads[place]] = slips + _UNFINISHED
        for found, slips, _number in _nearest(word, self._words, allowed):
            costs[found] = min(slips, costs.get(found, slips))
        return costs | begun

    def _weigh(
        self,
        typed: str,
        words: Sequence[str],
        costs: Sequence[dict[str, float]],
        limit: int,
        already: float = 0.0,
    ) -> list[Likeness]:
        known = [cost for cost in costs if cost]
        if not known:
            return []
        unknown = already + _MISSING * (len(costs) - len(known))
        most = _most_slips(words)
        near = []
        for place in self._texts_with(known):
            slips, left = self._slips(place, known)
            if slips + unknown <= most:
                near.append((self._distance(place, typed, left) + slips, place, slips + unknown))
        return [
            Likeness(distance + unknown, self._texts[place], slips)
            for distance, place, slips in nsmallest(limit, near)
        ]

    def _texts_with(self, costs: Sequence[dict[str, float]]) -> Iterable[int]:
        """Return the texts that hold every typed word or one like it, within bounds."""
        held = [[self._holders[self._number[word]] for word in cost] for cost in costs]
        held.sort(key=lambda arrays: sum(map(len, arrays)))
        found = set[int]().union(*held[0])
        for arrays in held[1:]:
            if len(found) <= WEIGHED:
                break
            found.intersection_update(set[int]().union(*arrays))
        return found if len(found) <= WEIGHED else nsmallest(WEIGHED, found)

    def _slips(self, place: int, costs: Sequence[dict[str, float]]) -> tuple[float, int]:
        """Return the slips between typed words and a text, and how many of its words are left."""
        left = self._texts[place].split()
        slips = 0.0
        for cost in costs:
            known = [word for word in left if word in cost]
            if known:
                best = min(known, key=cost.__getitem__)
                slips += cost[best]
                left.remove(best)
            else:
                slips += _MISSING
        return slips, len(left)

    def _distance(self, place: int, typed: str, left: int) -> float:
        """Return what speaks against a text besides slips: what it has more, and rare words."""
        text = self._texts[place]
        rarest = min(self._count(word) for word in text.split())
        more = abs(len(text) - len(typed))
        return _PER_WORD * left + _PER_LETTER * more - _PER_TENFOLD * log10(rarest)

    def _variants(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Yield what was typed with its spaces elsewhere, likeliest first."""
        pairs = [words[place : place + 2] for place in range(len(words) - 1)]
        for place, pair in enumerate([*pairs, *([word] for word in words)]):
            start = place % len(pairs) if len(pair) > 1 else place - len(pairs)
            rest = [*words[:start], *words[start + len(pair) :]]
            joined = "".join(pair)
            if len(pair) > 1:
                yield [joined, *rest]
            for cut in self._cuts(joined)[:CUTS]:
                yield [joined[:cut], joined[cut:], *rest]

    def _cuts(self, word: str) -> list[int]:
        """Return where the word may be two: one half is known, the commonest such first."""
        cuts = range(2, len(word) - 1)
        known = {cut: max(self._count(word[:cut]), self._count(word[cut:])) for cut in cuts}
        return sorted((cut for cut in cuts if known[cut]), key=lambda cut: -known[cut])

    def _count(self, word: str) -> int:
        return len(self._holders[self._number[word]]) if word in self._number else 0


def _nearest(word: str, choices: Sequence[str], allowed: int) -> list[tuple[str, float, int]]:
    found: list[tuple[str, float, int]] = process.extract(  # type: ignore[call-overload]
        word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=LIKE_WORDS
    )
    return found


def _allowed(word: str) -> int:
    """Return how many slips a word may have; house numbers none."""
    return 0 if word[0].isdigit() or len(word) < _SHORT else 2


def _most_slips(words: Sequence[str]) -> float:
    """Return how many slips all words may have: a third of the letters, never more than 3.5."""
    return min(3.5, max(0.5, sum(map(len, words)) / 2 - 0.2))


def _merged(some: list[Likeness], more: list[Likeness]) -> list[Likeness]:
    best: dict[str, Likeness] = {}
    for one in sorted([*some, *more], key=lambda one: (one.slips, one.distance)):
        best.setdefault(one.text, one)
    return sorted(best.values(), key=lambda one: (not one.whole, one.distance))
