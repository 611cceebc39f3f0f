"""What is due after many rows were written at once."""

from django.db import connection, models


def refresh_statistics(*tables: type[models.Model]) -> None:
    """Let PostgreSQL count the tables again, inside the caller's transaction.

    Until its own daemon comes by, it plans as if the tables were as small as before, and a page
    that joins them can take minutes. SQLite plans by its indexes and needs no counting.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
