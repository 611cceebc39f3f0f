"""Writing rows as fast as the engine takes them: COPY on PostgreSQL, executemany on SQLite."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

Row = Sequence[Any]
_BATCH = 10_000


def columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def read(model: type[models.Model]) -> list[Row]:
    """Return every row of a table as the driver gives it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_names(model)} FROM {_table(model)}")  # noqa: S608
        return cursor.fetchall()


def write(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Write rows in one transaction, all columns in the model's order."""
    source = iter(rows)
    with transaction.atomic(), connection.cursor() as cursor:
        while chunk := list(islice(source, _BATCH)):
            if connection.vendor == "postgresql":
                text = io.StringIO("".join(_lines(chunk)))
                cursor.copy_expert(f"COPY {_table(model)} ({_names(model)}) FROM STDIN", text)
            else:
                marks = ", ".join("?" for _ in columns(model))
                # Django's own cursor would rewrite the statement for every row.
                sql = f"INSERT INTO {_table(model)} ({_names(model)}) VALUES ({marks})"  # noqa: S608
                cursor.cursor.connection.executemany(sql, chunk)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def empty(tables: Iterable[type[models.Model]]) -> None:
    """Leave the tables as if just made."""
    names = [_table(model) for model in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for name in names:
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608
            cursor.execute("VACUUM")


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    return ("\t".join(map(_copied, row)) + "\n" for row in rows)


def _copied(value: Any) -> str:
    """Return a value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, (list, dict)):
        raise TypeError("JSON columns are read as text")
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(model: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in columns(model))
