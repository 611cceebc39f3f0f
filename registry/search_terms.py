"""An office's distinct names, addresses and hamlets: kept in the database, searched in memory.

Every process keeps the terms of the offices it was asked about, and reads only what came since.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator
from threading import Lock
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from registry.haystack import Haystack
from registry.models import Resident, SearchTerm

#: Offices and texts held in memory by one process; those asked about longest ago make room. An
#: office of 2.6 million people has about a million texts, a village of 10,000 some eight thousand.
MOST_OFFICES = 256
MOST_TEXTS = 1_500_000
#: So many of the newest ids are looked at again: a transaction may commit after a later one.
OVERLAP = 10_000
_CHUNK = 1_000
Kind = SearchTerm.Kind


def remember(office_id: int, residents: Iterable[Any]) -> None:
    """Keep the terms of people just written, in the caller's transaction.

    A person may also be the list's row that made him, with the same keys and hamlet.

    Call it last: whoever writes the same new name waits until this transaction ends. At most two
    queries per thousand terms of a kind; one where all are known.
    """
    texts: dict[str, set[str]] = defaultdict(set)
    for resident in residents:
        texts[Kind.NAME].add(resident.name_key)
        texts[Kind.ADDRESS].add(resident.address_key)
        texts[Kind.DUSUN].add(resident.dusun)
    for kind in Kind.values:
        # In one order everywhere, so that two writers never wait for each other.
        ordered = sorted(texts[kind] - {""})
        for start in range(0, len(ordered), _CHUNK):
            _remember(office_id, kind, ordered[start : start + _CHUNK])


def _remember(office_id: int, kind: str, texts: Collection[str]) -> None:
    of_kind = SearchTerm.objects.filter(office_id=office_id, kind=kind)
    known = set(of_kind.filter(text__in=texts).values_list("text", flat=True))
    new = [text for text in texts if text not in known]
    SearchTerm.objects.bulk_create(
        [SearchTerm(office_id=office_id, kind=kind, text=text) for text in new],
        ignore_conflicts=True,
    )


class OfficeTerms:
    """One office's terms. ``dusun`` maps a hamlet as typed to how the lists spell it."""

    def __init__(self, office_id: int) -> None:
        self._office_id = office_id
        self.names = Haystack()
        self.addresses = Haystack()
        self.dusun: dict[str, set[str]] = defaultdict(set)
        self._stored: QuerySet[SearchTerm] = SearchTerm.objects.filter(
            office_id=office_id, kind__in=Kind.values
        )
        self._recent: set[int] = set()
        self._newest = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.names) + len(self.addresses)

    def refresh(self) -> None:
        """Take in what other processes wrote: one query, two when there is something new."""
        with self._lock:
            if not self._newest:
                self._load()
                return
            recent = self._stored.filter(pk__gt=self._newest - OVERLAP)
            there = recent.aggregate(count=Count("pk"), newest=Max("pk"))
            if there["count"] > len(self._recent) + OVERLAP:
                # A whole list came in: read anew, now also knowing how many bear each name.
                self._load()
            elif there != {"count": len(self._recent), "newest": self._newest}:
                self._add(recent)

    def _load(self) -> None:
        # The names first: one written meanwhile is then among the recent terms.
        names = dict(self._bearers())
        addresses: list[str] = []
        self._recent, self.dusun = set(), defaultdict(set)
        # Of a million ids only the newest are worth keeping.
        old = (self._stored.aggregate(newest=Max("pk"))["newest"] or 0) - OVERLAP
        terms = self._stored.filter(Q(pk__gt=old) | ~Q(kind=Kind.NAME)).order_by()
        for pk, kind, text in terms.values_list("pk", "kind", "text").iterator(chunk_size=10_000):
            if pk > old:
                self._recent.add(pk)
            if kind == Kind.NAME:
                names.setdefault(text, 1)
            elif kind == Kind.ADDRESS:
                addresses.append(text)
            else:
                self.dusun[_hamlet(text)].add(text)
        self._newest = max(self._recent, default=0)
        self._prune()
        self.names, self.addresses = Haystack(names), Haystack(addresses)

    def _bearers(self) -> Iterator[tuple[str, int]]:
        people = Resident.objects.filter(office=self._office_id).order_by()
        counted = people.values_list("name_key").annotate(Count("pk"))
        return counted.iterator(chunk_size=10_000)

    def _add(self, recent: QuerySet[SearchTerm]) -> None:
        for pk, kind, text in recent.order_by("pk").values_list("pk", "kind", "text"):
            if pk in self._recent:
                continue
            self._recent.add(pk)
            if kind == Kind.DUSUN:
                self.dusun[_hamlet(text)].add(text)
            else:
                (self.names if kind == Kind.NAME else self.addresses).add(text)
        self._newest = max(self._recent)
        self._prune()

    def _prune(self) -> None:
        self._recent = {pk for pk in self._recent if pk > self._newest - OVERLAP}


def _hamlet(dusun: str) -> str:
    words = dusun.casefold().split()
    return " ".join(word for word in words if word not in {"dusun", "dsn", "dsn."})


_offices: OrderedDict[int, OfficeTerms] = OrderedDict()
_offices_lock = Lock()


def terms_of(office_id: int) -> OfficeTerms:
    """Return an office's terms, up to date."""
    with _offices_lock:
        terms = _offices.setdefault(office_id, OfficeTerms(office_id))
        _offices.move_to_end(office_id)
    terms.refresh()
    with _offices_lock:
        _make_room()
    return terms


def _make_room() -> None:
    held = sum(map(len, _offices.values()))
    while len(_offices) > 1 and (held > MOST_TEXTS or len(_offices) > MOST_OFFICES):
        _office, oldest = _offices.popitem(last=False)
        held -= len(oldest)


def forget() -> None:
    """Drop what this process holds; for tests, which take their rows back."""
    with _offices_lock:
        _offices.clear()
