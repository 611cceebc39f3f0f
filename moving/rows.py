"""An office's rows as lines of text: what is carried, and what both installations hash.

A row is one JSON array, its columns in the model's order. Values are plain: whatever the keys of
an installation made is told by what it was made of. A row another row points at is told by its
place among the office's rows of its table, which are told in the order they were written; inner
keys never leave a database. So two installations hold the same when their lines are equal.
"""

import json
import uuid
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from moving import keyed, owners
from moving.errors import CannotMove
from puskesmas.models import Office, User

#: Rows told or written at a time.
PIECE = 2000


class Places:
    """Which row stands at which place: the keys of each table's rows, in order."""

    def __init__(self, keys: Mapping[type[models.Model], Sequence[int]]) -> None:
        self._keys = keys
        # Accounts that were here before need not stand in the order of their keys.
        self._accounts = {pk: place for place, pk in enumerate(keys[User])}

    @classmethod
    def read(cls, office: Office) -> "Places":
        """Return the places of an office's rows as they stand in the database."""
        accounts = owners.accounts_of(office)
        keys: dict[type[models.Model], Sequence[int]] = {}
        for model in owners.in_order():
            rows = owners.rows_of(model, office, accounts).values_list("pk", flat=True)
            keys[model] = array("q", rows.iterator(chunk_size=PIECE))
        return cls(keys)

    def keys_of(self, model: type[models.Model]) -> Sequence[int]:
        return self._keys[model]

    @property
    def accounts(self) -> list[int]:
        return list(self._accounts)

    def of(self, model: Any, pk: int) -> int | None:
        """Return the place of the row with that key; None when it is none of the office's."""
        if model is User:
            return self._accounts.get(pk)
        keys = self._keys[model]
        place = bisect_left(keys, pk)
        return place if place < len(keys) and keys[place] == pk else None


class Table:
    """One model's rows of one office."""

    def __init__(self, model: type[models.Model], office: Office) -> None:
        self.model, self.label = model, model._meta.label
        self.fields = owners.columns(model)
        self.names = [field.attname for field in self.fields]
        self._office = office
        self._keyed = keyed.columns_of(model, office)

    def lines(self, places: Places) -> Iterator[str]:
        """Yield the office's rows of this table, each as its line.

        Raises:
            CannotMove: a row points at a row of another office.
        """
        rows = owners.rows_of(self.model, self._office, places.accounts)
        found = rows.values_list(*self.names).iterator(chunk_size=PIECE)
        if self.model is User:
            by_pk = {pk: row for pk, *row in rows.values_list("pk", *self.names)}
            found = iter([by_pk[pk] for pk in places.accounts])
        tellers = [self._teller(field, places) for field in self.fields]
        for values in found:
            told = [tell(value) for tell, value in zip(tellers, values, strict=True)]
            if self._keyed:
                row = dict(zip(self.names, values, strict=True))
                for name, column in self._keyed.items():
                    told[self.names.index(name)] = column.plain(row[name], row)
            yield as_line(told)

    def values(self, line: str, keys: Mapping[type[models.Model], Sequence[int]]) -> list[Any]:
        """Return the values of a line as columns of this database.

        Raises:
            CannotMove: the line is not one of this table.
        """
        try:
            told = json.loads(line)
            row = [
                _read(field, value, keys) for field, value in zip(self.fields, told, strict=True)
            ]
        except (ValueError, TypeError, IndexError) as error:
            raise CannotMove(
                _("Baris %(table)s di berkas ini tidak terbaca. Minta dibuatkan berkas baru.")
                % {"table": self.label}
            ) from error
        for name, column in self._keyed.items():
            place = self.names.index(name)
            row[place] = column.keyed(told[place])
        return row

    def _teller(self, field: Any, places: Places) -> Callable[[Any], Any]:
        if isinstance(field, models.JSONField):
            return _in_order
        if not field.is_relation:
            return _plain

        def tell(pk: int | None) -> int | None:
            if pk is None:
                return None
            place = places.of(field.related_model, pk)
            if place is None:
                raise CannotMove(
                    _("Satu baris %(table)s menunjuk (%(column)s) ke data kantor lain.")
                    % {"table": self.label, "column": field.name}
                )
            return place

        return tell


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _in_order(value: Any) -> Any:
    """Return a JSON value with sorted keys: PostgreSQL keeps no order of them, SQLite does."""
    return json.loads(json.dumps(value, sort_keys=True))


def as_line(told: list[Any]) -> str:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


_READ: dict[str, Callable[[str], Any]] = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "UUIDField": uuid.UUID,
}


def _read(field: Any, value: Any, keys: Mapping[type[models.Model], Sequence[int]]) -> Any:
    if value is None:
        return None
    if field.is_relation:
        if value < 0:
            raise IndexError(value)
        return keys[field.related_model][value]
    read = _READ.get(field.get_internal_type())
    return read(value) if read else value
