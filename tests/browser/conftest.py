"""One village and one district for all tests here, and the people who use them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from puskesmas.launcher import Launcher
from tests.browser import errands
from tests.browser.crawl import Visit, walk_offices
from tests.browser.offices import two_offices
from tests.browser.people import Officer, People, Person
from tests.browser.watch import Watch
from tests.chromium import open_browser

#: Looks at what all the others left behind.
LAST = "test_no_identity_leaks.py"

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what must come last at this folder's end, whatever was chosen to run."""
    here = [item for item in items if item.path.parent == FOLDER]
    elsewhere = [item for item in items if item.path.parent != FOLDER]
    here.sort(key=lambda item: item.path.name == LAST)
    items[:] = here + elsewhere


@pytest.fixture(scope="package")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """The demo of ``make run``: loaded, linked, answering."""
    with two_offices(tmp_path_factory.mktemp("offices")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="package")
def _watch() -> Watch:
    return Watch()


@pytest.fixture(scope="package")
def people(offices: Launcher, browser: Browser, _watch: Watch) -> Iterator[People]:
    urls = {office.name: office.url for office in offices.offices}
    crowd = People(browser, _watch, urls)
    yield crowd
    crowd.leave()


@pytest.fixture(scope="package")
def visits(offices: Launcher, people: People) -> list[Visit]:
    """Every page of both offices, as somebody of each role gets it, in each language."""
    return walk_offices(offices.offices, errands.run(people))


@pytest.fixture
def officer(people: People) -> Officer:
    """Return an officer by his log-in: ``officer("fo")``."""
    return people.officer


@pytest.fixture
def resident(people: People) -> Person:
    return people.resident()


@pytest.fixture(autouse=True)
def nothing_complains(_watch: Watch) -> Iterator[None]:
    """Fail a test in which the browser complained or anybody else was asked."""
    _watch.take()
    yield
    assert _watch.take() == []
