"""The style guide in a real browser: accessible at every width, and the small scripts at work."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser

from tests.accessibility import overflow, problems
from tests.chromium import new_context, open_browser, take_seat

WIDTHS = (320, 768, 1280)
PAGES = (
    "/styleguide/",
    "/styleguide/public/",
    "/styleguide/confirm/",
    "/styleguide/404/",
    "/account/password/change/",
    "/account/2fa/",
)
Login = Callable[[str], Client]


def test_only_officers_see_the_style_guide(client, login):
    assert client.get("/styleguide/").status_code == 302
    assert login("front").get("/styleguide/").status_code == 200


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "429", "500", "503"])
def test_every_error_page_can_be_looked_at(login, name):
    assert login("front").get(f"/styleguide/{name}/").status_code == 200


def test_an_unknown_sample_is_not_found(login):
    assert login("front").get("/styleguide/nothing/").status_code == 404


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible_and_never_wider_than_the_screen(
    browser: Browser, live_server, login: Login, width: int
):
    context = new_context(browser, live_server.url, client=login("front"), width=width)
    page = context.new_page()
    for path in PAGES:
        page.goto(live_server.url + path)
        assert problems(page) == [], path
        assert overflow(page) <= 0, path
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_menus_and_dialog_are_accessible_when_open(browser: Browser, live_server, login: Login):
    context = new_context(browser, live_server.url, client=login("front"), width=320)
    page = context.new_page()
    page.goto(live_server.url + "/styleguide/404/")
    page.click("details.menu > summary")
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    assert problems(page) == []
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_nothing_is_refused_by_the_content_policy_and_nothing_comes_from_outside(
    browser: Browser, live_server, login: Login
):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + "/styleguide/")
    page.locator("#live-name").press_sequentially("Wart")
    page.wait_for_selector("#live-answer .results")

    assert complaints == []
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_slash_goes_to_the_search_box_unless_one_is_typing_or_has_switched_it_off(
    browser: Browser, live_server, login: Login
):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    page.goto(live_server.url + "/styleguide/404/")
    focused = "document.activeElement.id"

    page.keyboard.press("/")
    assert page.evaluate(focused) == "cari"
    page.keyboard.type("a/b")
    assert page.input_value("#cari") == "a/b"

    page.locator("h1").click()
    page.keyboard.press("?")
    page.uncheck("#pintasan")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate(focused) != "cari"
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_a_form_once(browser: Browser, live_server, login: Login):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    sent: list[str] = []
    page.goto(live_server.url + "/styleguide/confirm/")
    # An answer that leaves the page where it is, as a download does.
    page.route("**/*", lambda route: (sent.append(route.request.method), route.fulfill(status=204)))
    button = page.locator("main form button")
    for _press in range(2):
        button.evaluate("button => button.form.requestSubmit()")
        page.wait_for_timeout(300)

    assert sent.count("POST") == 1
    assert button.is_disabled()
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_draft_comes_back_without_the_private_numbers_and_goes_with_the_log_out(
    browser: Browser, live_server, login: Login, cast
):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    form = "form[data-autosave]"
    page.goto(live_server.url + "/styleguide/")
    page.fill("#id_empty-name", "Wartini")
    page.fill("#id_empty-nik", "3509994107880003")
    page.fill("#id_empty-phone", "081234567890")
    page.fill("#id_empty-story", "Kartu ditolak")
    page.check("#id_empty-urgency_1")
    page.wait_for_timeout(800)  # the draft is written when the typing pauses
    key = f"draft:{cast.front.uid}:styleguide"
    kept = page.evaluate("key => sessionStorage.getItem(key)", key)
    assert "3509994107880003" not in kept
    assert "081234567890" not in kept

    page.goto(live_server.url + "/styleguide/")
    page.click(f"{form} [data-draft-restore]")
    assert page.input_value("#id_empty-name") == "Wartini"
    assert page.input_value("#id_empty-story") == "Kartu ditolak"
    assert page.is_checked("#id_empty-urgency_1")
    assert page.input_value("#id_empty-nik") == ""

    page.click("details.menu > summary")
    page.click("form[data-forget-drafts] button")
    page.wait_for_url("**/account/login/**")
    assert page.evaluate("key => sessionStorage.getItem(key)", key) is None
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_draft_outlives_the_session_for_its_officer_and_nobody_else(
    browser: Browser, live_server, login: Login
):
    context = new_context(browser, live_server.url, client=login("front"))
    page = context.new_page()
    drafts = "Object.keys(sessionStorage).filter(key => key.startsWith('draft:'))"
    page.goto(live_server.url + "/styleguide/")
    page.fill("#id_empty-name", "Wartini")
    page.wait_for_timeout(800)

    context.clear_cookies()  # the session ran out
    page.goto(live_server.url + "/account/login/")
    take_seat(context, live_server.url, login("front"))
    page.goto(live_server.url + "/styleguide/")
    page.click("form[data-autosave] [data-draft-restore]")
    assert page.input_value("#id_empty-name") == "Wartini"

    context.clear_cookies()
    take_seat(context, live_server.url, login("back"))
    page.goto(live_server.url + "/styleguide/")
    assert page.is_hidden("[data-draft-notice]")
    assert page.evaluate(drafts) == []
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_essentials_work_without_javascript(browser: Browser, live_server, login: Login):
    context = new_context(
        browser, live_server.url, client=login("front"), width=320, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(live_server.url + "/styleguide/404/")
    page.click("details.menu > summary")
    assert page.locator("details.menu button", has_text="Keluar").is_visible()
    assert page.locator("form.search button").is_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_first_loads_stay_light(browser: Browser, live_server, login: Login):
    """Uncompressed: public under 60 kB, officers' (the longest page, with htmx) under 150 kB."""
    for path, limit in (("/styleguide/public/", 60_000), ("/styleguide/", 150_000)):
        context = new_context(browser, live_server.url, client=login("front"))
        page = context.new_page()
        sizes: list[int] = []
        page.on("response", lambda response: sizes.append(len(response.body())))  # noqa: B023
        page.goto(live_server.url + path, wait_until="networkidle")
        assert sum(sizes) < limit, (path, sum(sizes))
        context.close()
