"""People at their screens: an officer at his PC, a resident with a borrowed phone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from puskesmas import demo_accounts
from tests.browser.watch import Watch

#: How wide a window is, in CSS pixels.
PC, PHONE = 1280, 320


class Person:
    """Somebody with a page of one office open. Labels and buttons are named as he reads them."""

    def __init__(self, context: BrowserContext, url: str, width: int) -> None:
        self.context, self.url, self.width = context, url, width
        self.page: Page = context.new_page()

    def goes_to(self, path: str) -> None:
        """Open an address of the office, or a whole one."""
        self.page.goto(path if path.startswith("http") else self.url + path)

    @property
    def main(self) -> Locator:
        """The page without its frame: the search box on top has labels of its own."""
        return self.page.locator("main")

    def field(self, label: str) -> Locator:
        return self.main.get_by_label(label).first

    def writes(self, label: str, words: str) -> None:
        self.field(label).fill(words)

    def ticks(self, label: str) -> None:
        """Tick a box or choose a dot by its words."""
        self.field(label).check()

    def chooses(self, label: str, option: str) -> None:
        """Choose in a list by the words that are shown."""
        self.field(label).select_option(label=option)

    def presses(self, name: str) -> None:
        """Press a button by its words; the page that follows is waited for."""
        self.main.get_by_role("button", name=name).first.click()

    def follows(self, name: str) -> None:
        """Follow a link by its words."""
        self.main.get_by_role("link", name=name).first.click()

    def sees(self, words: str) -> None:
        """Assert that the page says so."""
        expect(self.page.locator("body")).to_contain_text(words, timeout=10_000)

    def sees_not(self, words: str) -> None:
        """Assert that the page does not say so."""
        expect(self.page.locator("body")).not_to_contain_text(words)

    def text(self) -> str:
        """Return what the main part of the page says."""
        return self.main.inner_text()


class People:
    """Opens windows for people, each logged in once and kept; all are watched."""

    def __init__(self, browser: Browser, watch: Watch, urls: dict[str, str]) -> None:
        self._browser, self._watch, self._urls = browser, watch, urls
        self._seated: dict[str, Person] = {}

    def officer(self, username: str) -> Person:
        """Return the officer of the cast with this log-in, at his own PC."""
        if username not in self._seated:
            self._seated[username] = self.another(username)
        return self._seated[username]

    def another(self, username: str, **window: Any) -> Person:
        """Log the officer in once more, in a window of its own."""
        person = self._window(self._url_of(username), **window)
        person.goes_to("/account/login/")
        person.writes("Nama pengguna", username)
        person.writes("Kata sandi", demo_accounts.PASSWORD)
        person.presses("Masuk")
        expect(person.page.get_by_text("Akun").first).to_be_visible()
        return person

    def resident(self) -> Person:
        """Return somebody with a narrow phone whose browser runs no scripts."""
        return self._window(self._urls["village"], width=PHONE, java_script_enabled=False)

    def visitor(self, *, width: int = PC) -> Person:
        """Return somebody not logged in, at any screen."""
        return self._window(self._urls["village"], width=width)

    def leave(self) -> None:
        """Close every window."""
        for context in self._browser.contexts:
            context.close()

    def _window(self, url: str, *, width: int = PC, **settings: Any) -> Person:
        context = self._browser.new_context(
            viewport={"width": width, "height": 800}, locale="id-ID", **settings
        )
        context.set_default_timeout(15_000)
        return Person(self._watch.over(context), url, width)

    def _url_of(self, username: str) -> str:
        at_district = {account.username for account in demo_accounts.DISTRICT}
        return self._urls["district" if username in at_district else "village"]


Officer = Callable[[str], Person]
