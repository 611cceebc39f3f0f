"""Triggers that refuse UPDATE and DELETE on history tables, on SQLite and PostgreSQL."""

from typing import Any

TABLES = ("puskesmas_transition", "puskesmas_auditentry", "puskesmas_seal")

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION puskesos_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END;
$$ LANGUAGE plpgsql
"""


def install(connection: Any) -> None:
    """Create the triggers on every history table; safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in TABLES:
            for statement in _create(connection.vendor, table):
                cursor.execute(statement)


def remove(connection: Any) -> None:
    """Drop the triggers (tests that empty whole tables, and migrations back)."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for event in ("update", "delete"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on}")


def _create(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {table}_no_{event} BEFORE {event} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION puskesos_append_only()"
            for event in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only table {table}'); END"
        for event in ("update", "delete")
    ]
