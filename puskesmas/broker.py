"""The embedded Celery broker: a queue in an SQLite file of its own.

Measured with five writers it loses nothing while it runs, but three things need care: it polls,
it waits only five seconds for a lock unless told otherwise, and it never deletes a delivered row.
Messages carry task names and primary keys only, never a person's data. What must not be lost is in
the outbox table, on every broker.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

SCHEME = "sqla+sqlite:///"
LOCK_TIMEOUT_SECONDS = 20
POLL_SECONDS = 0.1
# A request that finds Redis gone must not wait long: the outbox is resent by beat anyway.
CONNECT_TIMEOUT_SECONDS = 2


def is_embedded(url: str) -> bool:
    """Return whether the broker is our SQLite file."""
    return url.startswith(SCHEME)


def transport_options(url: str) -> dict[str, Any]:
    """Return Celery's ``broker_transport_options`` for a broker URL, the embedded one made ready.

    SQLAlchemy is imported for the embedded broker only: a hosted web process saves its memory.
    """
    if not is_embedded(url):
        return {"socket_connect_timeout": CONNECT_TIMEOUT_SECONDS, "socket_timeout": 10}
    _prepare_embedded()
    return {"connect_args": {"timeout": LOCK_TIMEOUT_SECONDS}}


def _prepare_embedded() -> None:
    from kombu.transport.sqlalchemy import Transport
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    # As a transport option it would be handed on to SQLAlchemy, which refuses it.
    Transport.polling_interval = POLL_SECONDS
    if not event.contains(Engine, "connect", _set_pragmas):
        event.listen(Engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, record: Any) -> None:
    """With the rollback journal every poll would lock the file against the writers."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")


def delete_delivered(url: str) -> int:
    """Delete the rows the broker has handed out; return how many (0 on any other broker).

    Kombu only hides them, and the file would grow for ever. A worker returns a message it did not
    finish by writing a new row, so a hidden row is never needed again.
    """
    path = Path(url.removeprefix(SCHEME))
    if not is_embedded(url) or not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)) as connection, connection:
        known = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kombu_message'"
        ).fetchone()
        if not known:
            return 0
        return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
