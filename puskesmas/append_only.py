"""Triggers that refuse UPDATE and DELETE on rows that are history, on SQLite and PostgreSQL."""

from collections.abc import Mapping
from typing import Any

#: Table -> which of its rows are frozen, in SQL over OLD; empty: all of them.
HISTORY = {"puskesmas_transition": "", "puskesmas_auditentry": "", "puskesmas_seal": ""}

#: Every frozen table; apps above add theirs (:func:`freeze`) and install it in a migration.
_tables: dict[str, str] = dict(HISTORY)

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION puskesos_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END;
$$ LANGUAGE plpgsql
"""


def freeze(table: str, *, when: str) -> None:
    """Add a table of an app above; ``when`` is SQL over OLD."""
    _tables[table] = when


def install(connection: Any, tables: Mapping[str, str] | None = None) -> None:
    """Create the triggers on the tables (all of them by default); safe to repeat.

    A migration that rebuilds a table on SQLite drops its triggers: it must install them again.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table, when in (_tables if tables is None else tables).items():
            for statement in _create(connection.vendor, table, when):
                cursor.execute(statement)


def remove(connection: Any, tables: Mapping[str, str] | None = None) -> None:
    """Drop the triggers (tests that empty whole tables, and migrations back)."""
    with connection.cursor() as cursor:
        for table in _tables if tables is None else tables:
            for event in ("update", "delete"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on}")


def _create(vendor: str, table: str, when: str) -> list[str]:
    condition = f"WHEN ({when}) " if when else ""
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {table}_no_{event} BEFORE {event} ON {table} "
            f"FOR EACH ROW {condition}EXECUTE FUNCTION puskesos_append_only()"
            for event in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event} BEFORE {event} ON {table} "
        f"{condition}BEGIN SELECT RAISE(ABORT, 'append-only table {table}'); END"
        for event in ("update", "delete")
    ]
