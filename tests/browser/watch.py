"""What no page may do, watched in every window of the tests."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

from puskesmas.launcher import HOST


class Watch:
    """Collects complaints of the browser, requests to others, and answers that failed."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def over(self, context: BrowserContext) -> BrowserContext:
        """Watch a window and everything opened in it; return the window."""
        context.on("console", self._said)
        context.on("weberror", self._threw)
        context.on("request", self._asked)
        context.on("response", self._answered)
        return context

    def take(self) -> list[str]:
        """Return what was found since the last time."""
        found, self.problems = self.problems, []
        return found

    def _said(self, message: ConsoleMessage) -> None:
        # A page that answers 400 or 404 in words is no fault; parts of a page that fail are told
        # by _answered.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load"):
            self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _threw(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _asked(self, request: Request) -> None:
        # The browser's own PDF viewer loads itself from chrome-extension: and chrome:.
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != HOST:
            self.problems.append(f"asked elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        is_part = not response.request.is_navigation_request()
        if response.status >= (400 if is_part else 500):
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")
