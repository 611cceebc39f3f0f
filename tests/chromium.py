"""The browser of the tests: the system's Chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM = os.environ.get("PUSKESOS_TEST_CHROMIUM", "/usr/bin/chromium")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a headless Chromium.

    Playwright's synchronous API keeps an event loop running in this thread, which Django's database
    layer would refuse; the tests stay synchronous, so it may be told that this is safe.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
            )
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def new_context(
    browser: Browser, url: str, *, client: Client | None = None, width: int = 1280, **kwargs: object
) -> BrowserContext:
    """Open a window ``width`` pixels wide, logged in as the test client is."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **kwargs)  # type: ignore[arg-type]
    if client is not None:
        take_seat(context, url, client)
    return context


def take_seat(context: BrowserContext, url: str, client: Client) -> None:
    """Let the window be logged in as the test client is."""
    held = client.cookies.items()
    context.add_cookies(
        [{"name": name, "value": morsel.value, "url": url} for name, morsel in held]
    )
