"""What axe finds on a page, and whether it is wider than its screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def problems(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, one line an element."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window; 0 is as it should be."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
