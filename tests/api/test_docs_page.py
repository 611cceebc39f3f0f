"""The OpenAPI document and its page: complete, from this machine alone, under the strict policy."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from tests.chromium import new_context, open_browser


def test_the_document_is_valid_and_nothing_in_it_is_guessed(tmp_path):
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yml")
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_works_under_the_content_policy_and_asks_nobody_outside(
    browser: Browser, live_server, login
):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + "/api/docs/")
    page.locator("#operations-tag-office").click()

    page.locator("#operations-office-me_retrieve .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table .response").first
    answer.wait_for()
    assert "front_office" in answer.inner_text()

    assert complaints == []
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    context.close()
