"""Fixtures every test may use: the cast, clients logged in as one of them."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from PIL import Image
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from puskesmas import append_only
from registry import search_terms
from tests import migrated
from tests.cast import Cast, make_cast
from tests.world import World, build

_teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _teardown_with_history(self: TransactionTestCase) -> None:
    """Empty the tables between transactional tests: history's triggers step aside for it."""
    append_only.remove(connection)
    try:
        _teardown(self)
    finally:
        append_only.install(connection)


TransactionTestCase._fixture_teardown = _teardown_with_history  # type: ignore[attr-defined]


#: Where tests start offices, workers and browsers of their own.
WITH_PROCESSES = (
    "tests/browser/",
    "tests/contract/",
    "tests/crash/",
    "tests/moving/test_two_installations.py",
    "tests/puskesmas/test_launcher_processes.py",
)


class ByFile(LoadScopeScheduling):
    """Hand out whole files to xdist's workers, and all that start processes to one of them.

    A file's tests share what is made once (a world, a demo); browsers and offices share the
    machine.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(WITH_PROCESSES) else nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""

    def turn(item: pytest.Item) -> int:
        if item.nodeid.startswith(WITH_PROCESSES):
            return 0
        return 1 if item.get_closest_marker("sweep") else 2

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Tell pytest-django that the database is there already, where a kept one was laid out."""
    return migrated.lay_out()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        migrated.keep()


@pytest.fixture(autouse=True)
def _fresh_search_terms() -> None:
    """Forget the names held in memory: a test's rows are taken back, and their ids used again."""
    search_terms.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def login(client: Client, cast: Cast) -> Callable[[str], Client]:
    """Return a browser session of one of the cast: ``login("front").get("/")``."""

    def as_officer(who: str) -> Client:
        fresh = Client()
        fresh.force_login(cast.users[who])
        return fresh

    return as_officer


@pytest.fixture
def png() -> Callable[..., SimpleUploadedFile]:
    """Return an upload: a small real picture, or any bytes under a picture's name."""

    def upload(name: str = "foto.png", content: bytes | None = None) -> SimpleUploadedFile:
        if content is None:
            out = io.BytesIO()
            Image.new("RGB", (8, 8), "teal").save(out, "PNG")
            content = out.getvalue()
        return SimpleUploadedFile(name, content, content_type="image/png")

    return upload


@pytest.fixture(scope="module")
def world_of_the_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make the world once a module, for it takes seconds; tests without it belong elsewhere."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            made = build()
            # Its messages wake no worker: none runs.
            connection.run_on_commit.clear()
        yield made
        append_only.remove(connection)
        call_command("flush", verbosity=0, interactive=False)
        append_only.install(connection)


@pytest.fixture
def world(world_of_the_module: World, db: None) -> World:
    """Return the world; what the test changes in the database is undone after it."""
    return world_of_the_module
