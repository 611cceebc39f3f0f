"""Writing rows by the thousand without making a model instance of each, and what is due after.

Django needs more time to build instances, and SQL out of them, than the database needs to write
the rows. Here rows are plain tuples; their columns come from the model, their values go through its
fields (``docs/adr/0018``).
"""

import io
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from puskesmas.fields import BlindIndexField, EncryptedField

Row = Sequence[Any]


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Row],
    keys: Sequence[int] | None = None,
) -> Sequence[int]:
    """Write rows that hold the named columns (``office_id``); return their keys, in order.

    ``keys`` are given where rows point at each other before they are written (:func:`new_keys`).

    Everything is stored as ``save()`` would, but for what a model's own ``save()`` adds: encrypted,
    with its blind indexes, columns not named at their defaults. The caller holds a transaction. On
    PostgreSQL this is COPY, on SQLite one prepared statement; two queries either way.

    Raises:
        TypeError: a name is no column, or a column that must be said is not named.
    """
    given = list(rows)
    _check_names(model, names)
    if not given:
        return []
    keys = new_keys(model, len(given)) if keys is None else keys
    values: dict[str, Row] = dict(zip(names, zip(*given, strict=True), strict=True))
    values[model._meta.pk.attname] = keys
    columns = [_column(field, values) for field in model._meta.concrete_fields]
    _write(model, list(zip(*columns, strict=False)))
    return keys


def refresh_statistics(*tables: type[models.Model]) -> None:
    """Let PostgreSQL count the tables again, inside the caller's transaction.

    Until its own daemon comes by, it plans as if the tables were as small as before, and a page
    that joins them can take minutes. SQLite plans by its indexes and needs no counting.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(_quoted(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _check_names(model: type[models.Model], names: Sequence[str]) -> None:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    if unknown := set(names) - {field.attname for field in fields}:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    # Django would fill a text nobody thought of with "".
    silent = [field for field in fields if not (field.has_default() or field.null or field.blank)]
    if missing := {field.attname for field in silent} - set(names):
        raise TypeError(f"{model.__name__} needs {', '.join(sorted(missing))}")


# --- Values --------------------------------------------------------------------------------------


def _column(field: Any, values: Mapping[str, Row]) -> Iterable[Any]:
    """Return the field's values of all rows, as they are written; its default without end."""
    as_written = _as_copied if connection.vendor == "postgresql" else _unchanged
    if isinstance(field, BlindIndexField):
        source = field.model._meta.get_field(field.source)
        return map(as_written, map(field.indexer(), _said(source, values)))
    if isinstance(field, EncryptedField):
        # Equal texts must not become equal ciphertexts.
        return map(as_written, map(field.sealer(), _said(field, values)))
    prepared = _Prepared(field, as_written)
    if field.attname not in values and _is_one_for_all(field):
        return repeat(prepared.of(field.get_default()))
    if isinstance(field, models.JSONField):
        # Lists and dicts cannot be looked up.
        return map(prepared.of, _said(field, values))
    return map(prepared.__getitem__, _said(field, values))


def _is_one_for_all(field: Any) -> bool:
    """Return whether rows written together have one default: rows of one moment also have that."""
    return not callable(field.default) or isinstance(field, models.DateTimeField)


def _said(field: Any, values: Mapping[str, Row]) -> Iterable[Any]:
    return values.get(field.attname) or (field.get_default() for _ in repeat(None))


class _Prepared(dict[Hashable, Any]):
    """A field's values as they are written; of equal ones only the first takes time."""

    def __init__(self, field: Any, as_written: Callable[[Any], Any]) -> None:
        super().__init__()
        self._field, self._as_written = field, as_written
        self._as_it_is = _as_it_is(field)
        # The connection itself: what stands for it looks for it at every touch.
        self._engine = connections[DEFAULT_DB_ALIAS]

    def __missing__(self, value: Hashable) -> Any:
        self[value] = written = self.of(value)
        return written

    def of(self, value: Any) -> Any:
        if type(value) is self._as_it_is:
            return self._as_written(value)
        return self._as_written(_unwrapped(self._field.get_db_prep_save(value, self._engine)))


def _as_it_is(field: Any) -> type | None:
    """Return the type whose values the field hands to the driver as they are, if there is one."""
    if isinstance(field, models.ForeignKey):
        return _as_it_is(field.target_field)
    if isinstance(field, models.IntegerField):
        return int
    return str if isinstance(field, models.CharField) else None


def _unchanged(value: Any) -> Any:
    return value


def _unwrapped(value: Any) -> Any:
    """Return the JSON text that psycopg2 wraps to quote it its own way."""
    adapted = getattr(value, "adapted", value)
    return value.dumps(adapted) if hasattr(value, "dumps") else adapted


# --- Writing -------------------------------------------------------------------------------------


def new_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Return rising keys nobody else will be given before this transaction ends."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [_quoted(table), key, count],
            )
            return [found for (found,) in cursor.fetchall()]
        # Nobody else writes until this transaction ends, and SQLite moves the number on itself.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone() or (0,)
        return range(last[0] + 1, last[0] + 1 + count)


def _write(model: type[models.Model], rows: list[Row]) -> None:
    fields = model._meta.concrete_fields
    table = _quoted(model._meta.db_table)
    names = ", ".join(_quoted(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO("".join("\t".join(row) + "\n" for row in rows))
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)
        else:
            marks = ", ".join("%s" for _ in fields)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _as_copied(value: Any) -> str:
    """Return a value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    text = value if isinstance(value, str) else str(value)
    return text.translate(_ESCAPED) if _NEEDS_ESCAPE.search(text) else text


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")


def _quoted(name: Any) -> str:
    return str(connection.ops.quote_name(name))
