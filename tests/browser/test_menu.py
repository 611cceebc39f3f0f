"""The main menu in a real browser: one row for everybody, groups opened by mouse or keyboard."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser

from tests.accessibility import overflow, problems
from tests.chromium import new_context, open_browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Login = Callable[[str], Client]
#: Those with the most entries.
BUSY = ("back", "koordinator", "admin", "manager", "district_admin")
GROUP = ".nav-wide .nav-group"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_menu_is_one_row_for_whoever_has_most(browser, live_server, login: Login, language):
    for who in BUSY:
        client = login(who)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        with new_context(browser, live_server.url, client=client) as context:
            page = context.new_page()
            page.goto(live_server.url)
            entries = page.locator(".nav-wide > ul > li")
            tops = {entry.bounding_box()["y"] for entry in entries.all()}
            assert len(tops) == 1, f"{who}, {language}: {entries.all_inner_texts()}"


def test_a_group_is_walked_by_keyboard(browser, live_server, login: Login):
    with new_context(browser, live_server.url, client=login("back")) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.locator(f"{GROUP} > summary").focus()
        page.keyboard.press("Enter")
        assert problems(page) == []
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/proposals/"
        page.keyboard.press("Escape")
        assert page.locator(GROUP).get_attribute("open") is None
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/proposals/")
        assert page.locator(GROUP).get_attribute("data-current") is not None


@pytest.mark.parametrize("width", [320, 1280])
def test_the_menu_needs_no_script(browser, live_server, login: Login, width):
    client = login("back")
    with new_context(
        browser, live_server.url, client=client, width=width, java_script_enabled=False
    ) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.locator(".nav-narrow > summary" if width == 320 else f"{GROUP} > summary").click()
        page.locator(".nav a[href='/proposals/']:visible").click()
        page.wait_for_url("**/proposals/")


def test_the_open_menu_fits_a_phone(browser, live_server, login: Login):
    with new_context(browser, live_server.url, client=login("back"), width=320) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.locator(".nav-narrow > summary").click()
        assert overflow(page) <= 0
        assert problems(page) == []
