"""An office's distinct names, addresses and hamlets: kept in the database, searched in memory.

Every process keeps the terms of the offices it was asked about, and reads only what came since: a
few within the request that asks; after a whole list a thread reads all anew, while searches go on
with what is there.
"""

import json
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator
from threading import Lock, Thread
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, Max, Q, QuerySet

from registry.haystack import Haystack
from registry.models import Resident, SearchTerm

#: Offices and texts held in memory by one process; those asked about longest ago make room. An
#: office of 2.6 million people has about a million texts, a village of 10,000 some eight thousand.
MOST_OFFICES = 256
MOST_TEXTS = 1_500_000
#: So many of the newest ids are looked at again: a transaction may commit after a later one.
OVERLAP = 10_000
#: New terms that one request takes in itself: some 20 ms. Of more it takes the newest.
AT_ONCE = 2_000
#: Of terms taken in one by one nobody counted the bearers: after so many all are read anew.
MOST_ADDED = 10_000
Kind = SearchTerm.Kind
_THERE = (
    f"SELECT COUNT(id), MAX(id) FROM {SearchTerm._meta.db_table} "  # noqa: S608
    f"WHERE office_id = %s AND kind IN ({', '.join(['%s'] * len(Kind))}) AND id > %s"
)
log = logging.getLogger("puskesmas.search")


def remember(office_id: int, residents: Iterable[Any]) -> None:
    """Keep the terms of people just written, in the caller's transaction.

    A person may also be the list's row that made him, with the same keys and hamlet.

    Call it last: whoever writes the same new name waits until this transaction ends. One
    query for each kind.
    """
    texts: dict[str, set[str]] = defaultdict(set)
    for resident in residents:
        texts[Kind.NAME].add(resident.name_key)
        texts[Kind.ADDRESS].add(resident.address_key)
        texts[Kind.DUSUN].add(resident.dusun)
    for kind in Kind.values:
        if said := texts[kind] - {""}:
            _remember(office_id, kind, said)


def _remember(office_id: int, kind: str, texts: Collection[str]) -> None:
    # In one order everywhere, so that two writers never wait for each other.
    listed = {"postgresql": "json_array_elements_text", "sqlite": "json_each"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO registry_searchterm (office_id, kind, text)
            SELECT %s, %s, said.value FROM {listed}(%s) AS said
            WHERE NOT EXISTS (
                SELECT 1 FROM registry_searchterm AS known
                WHERE known.office_id = %s AND known.kind = %s AND known.text = said.value
            )
            ORDER BY said.value
            ON CONFLICT DO NOTHING
            """,  # noqa: S608
            [office_id, kind, json.dumps(list(texts)), office_id, kind],
        )


class OfficeTerms:
    """One office's terms. ``dusun`` maps a hamlet as typed to how the lists spell it.

    ``is_behind``: so much came since they were read that all should be read anew.
    """

    def __init__(self, office_id: int) -> None:
        self.office_id = office_id
        self.names = Haystack()
        self.addresses = Haystack()
        self.dusun: dict[str, set[str]] = defaultdict(set)
        self.is_behind = False
        self._stored: QuerySet[SearchTerm] = SearchTerm.objects.filter(
            office_id=office_id, kind__in=Kind.values
        )
        self._is_loaded = False
        self._recent: set[int] = set()
        self._newest = 0
        self._added = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.names) + len(self.addresses)

    def refresh(self) -> None:
        """Take in what other processes wrote: one query, two when there is something new."""
        with self._lock:
            if not self._is_loaded:
                self._load()
                return
            count, newest = self._there()
            new = count - len(self._recent)
            if new or newest != self._newest:
                recent = self._stored.filter(pk__gt=self._newest - OVERLAP)
                self._add(recent.order_by("-pk")[:AT_ONCE] if new > AT_ONCE else recent)
                self.is_behind |= new > AT_ONCE or self._added > MOST_ADDED

    def _there(self) -> tuple[int, int]:
        """Return how many recent terms are stored, and the newest one's id; 0 where there is none.

        Every search asks this: the ORM takes longer to write the query than the database to answer.
        """
        with connection.cursor() as cursor:
            cursor.execute(_THERE, [self.office_id, *Kind.values, self._newest - OVERLAP])
            count, newest = cursor.fetchone()
        return count, newest or 0

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
        self._is_loaded = True

    def _bearers(self) -> Iterator[tuple[str, int]]:
        people = Resident.objects.filter(office=self.office_id).order_by()
        counted = people.values_list("name_key").annotate(Count("pk"))
        return counted.iterator(chunk_size=10_000)

    def _add(self, recent: QuerySet[SearchTerm]) -> None:
        for pk, kind, text in recent.values_list("pk", "kind", "text"):
            if pk in self._recent:
                continue
            self._recent.add(pk)
            self._added += 1
            if kind == Kind.DUSUN:
                self.dusun[_hamlet(text)].add(text)
            else:
                (self.names if kind == Kind.NAME else self.addresses).add(text)
        self._newest = max(self._recent, default=0)
        self._prune()

    def _prune(self) -> None:
        self._recent = {pk for pk in self._recent if pk > self._newest - OVERLAP}


def _hamlet(dusun: str) -> str:
    words = dusun.casefold().split()
    return " ".join(word for word in words if word not in {"dusun", "dsn", "dsn."})


_offices: OrderedDict[int, OfficeTerms] = OrderedDict()
_readers: dict[int, Thread] = {}
_lock = Lock()


def terms_of(office_id: int) -> OfficeTerms:
    """Return an office's terms, up to date – or what is known while :func:`is_reading`."""
    with _lock:
        if office_id not in _offices:
            _offices[office_id] = OfficeTerms(office_id)
        terms = _offices[office_id]
        _offices.move_to_end(office_id)
    terms.refresh()
    with _lock:
        if terms.is_behind and office_id not in _readers:
            reader = Thread(target=_read_anew, args=(terms,), daemon=True)
            reader.start()
            _readers[office_id] = reader
        _make_room()
    return terms


def is_reading(office_id: int) -> bool:
    """Return whether a whole list came in and is being read: not all of it is found yet."""
    return office_id in _readers


def _read_anew(behind: OfficeTerms) -> None:
    """Put freshly read terms in the place of old ones; if that fails, the next search tries."""
    fresh = OfficeTerms(behind.office_id)
    try:
        fresh.refresh()
        with _lock:
            if _offices.get(behind.office_id) is behind:
                _offices[behind.office_id] = fresh
    except DatabaseError:
        log.exception("terms of office %d not read", behind.office_id)
    finally:
        connection.close()
        with _lock:
            del _readers[behind.office_id]


def _make_room() -> None:
    held = sum(map(len, _offices.values()))
    while len(_offices) > 1 and (held > MOST_TEXTS or len(_offices) > MOST_OFFICES):
        _office, oldest = _offices.popitem(last=False)
        held -= len(oldest)


def finish_reading() -> None:
    """Wait until nothing is being read any more; for tests."""
    for reader in list(_readers.values()):
        reader.join()


def forget() -> None:
    """Drop what this process holds; for tests, which take their rows back."""
    finish_reading()
    with _lock:
        _offices.clear()
