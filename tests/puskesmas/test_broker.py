"""The embedded broker: loses nothing among several writers and does not grow for ever."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from celery import Celery

from puskesmas import broker


@pytest.fixture
def url(tmp_path) -> str:
    return f"{broker.SCHEME}{tmp_path / 'broker.sqlite3'}"


@pytest.fixture
def app(url, monkeypatch) -> Celery:
    # Celery prefers this variable to what it is told.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    app = Celery("trial", broker=url, set_as_current=False)
    app.conf.broker_transport_options = broker.transport_options(url)
    return app


def take(app: Celery, most: int) -> list[str]:
    """Take up to ``most`` messages from the queue; return the task names."""
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        found = []
        for _ in range(min(most, queue.qsize())):
            message = queue.get(timeout=5)
            message.ack()
            found.append(message.headers["task"])
        return found


def rows(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix(broker.SCHEME))) as connection:
        return connection.execute("SELECT count(*) FROM kombu_message").fetchone()[0]


@pytest.mark.race
def test_several_writers_at_once_lose_no_message(app, url):
    with ThreadPoolExecutor(5) as writers:
        list(writers.map(lambda number: app.send_task(f"task-{number}"), range(100)))
    assert sorted(take(app, 200)) == sorted(f"task-{number}" for number in range(100))


def test_delivered_rows_are_deleted_and_waiting_ones_stay(app, url):
    for number in range(5):
        app.send_task(f"task-{number}")
    take(app, 3)
    assert rows(url) == 5
    assert broker.delete_delivered(url) == 3
    assert take(app, 5) == ["task-3", "task-4"]


def test_a_broker_not_yet_used_has_nothing_to_delete(url):
    assert broker.delete_delivered(url) == 0
    with closing(sqlite3.connect(url.removeprefix(broker.SCHEME))):
        pass
    assert broker.delete_delivered(url) == 0


def test_another_broker_is_left_alone():
    assert broker.delete_delivered("redis://127.0.0.1:1/0") == 0


def test_a_lost_redis_is_noticed_within_seconds():
    options = broker.transport_options("redis://127.0.0.1:1/0")
    assert options["socket_connect_timeout"] == broker.CONNECT_TIMEOUT_SECONDS
