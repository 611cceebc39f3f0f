"""How much a first visit costs on a slow line: every page of the walk, in bytes on the wire.

Counted are the page as it was sent and, once each, all it loads: style sheet, scripts, pictures.
"""

import pytest

from tests.browser.crawl import Visit

pytestmark = pytest.mark.browser

#: In bytes.
PUBLIC, OFFICERS = 60_000, 150_000


def test_public_pages_are_light(visits: list[Visit]):
    assert too_heavy([visit for visit in visits if not visit.who], PUBLIC) == {}


def test_officers_pages_are_light(visits: list[Visit]):
    assert too_heavy([visit for visit in visits if visit.who], OFFICERS) == {}


def too_heavy(visits: list[Visit], limit: int) -> dict[str, int]:
    pages = {visit.step.path: visit.weight for visit in visits if visit.texts}
    assert pages
    return {path: weight for path, weight in pages.items() if weight >= limit}
