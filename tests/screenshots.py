"""``make screenshots``: the README's pictures, taken from a demo that really runs.

Two offices are started over fresh data in a temporary folder; the people of the demo open their
pages in a real browser. Letters are drawn from their PDF by ``pdftoppm`` (poppler-utils).
"""

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from puskesmas import demo_accounts
from tests.browser.offices import two_offices
from tests.chromium import new_context, open_browser

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PC, PHONE = 1280, 320
TALLEST = 1500


class Photographer:
    """Somebody who opens one office's pages and keeps pictures of them."""

    def __init__(self, browser: Browser, url: str, username: str = "", width: int = PC) -> None:
        self.url = url
        self.context = new_context(browser, url, width=width)
        self.page: Page = self.context.new_page()
        if username:
            self._log_in(username)

    def opens(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)
        self.page.wait_for_load_state("networkidle")

    def follows(self, selector: str) -> None:
        """Follow the first link that fits."""
        self.opens(str(self.page.locator(selector).first.get_attribute("href")))

    def keeps(self, name: str) -> None:
        """Save what the page shows, at most a page's height of it."""
        picture = Image.open(BytesIO(self.page.screenshot(full_page=True)))
        save(picture.crop((0, 0, picture.width, min(picture.height, TALLEST))), name)

    def keeps_letter(self, path: str, name: str) -> None:
        """Save the first sheet of a PDF the officer may open."""
        answer = self.context.request.get(path if path.startswith("http") else self.url + path)
        drawn = subprocess.run(
            ["pdftoppm", "-png", "-r", "70", "-singlefile", "-"],
            input=answer.body(),
            capture_output=True,
            check=True,
        )
        save(Image.open(BytesIO(drawn.stdout)), name)

    def _log_in(self, username: str) -> None:
        self.opens("/account/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", demo_accounts.PASSWORD)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "login" not in url)


def save(picture: Image.Image, name: str) -> None:
    """Write a small PNG: 128 colours are enough for a page of this house."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(128).save(IMAGES / f"{name}.png", optimize=True)


def front_office(browser: Browser, village: str) -> None:
    """Find somebody, look at him, begin a matter, print an SKTM."""
    fo = Photographer(browser, village, "fo")
    fo.opens("/")
    fo.keeps("desk")
    fo.opens("/people/")
    fo.page.fill("#id_q", "siti rahmawat")
    fo.page.wait_for_selector(".results a")
    fo.keeps("search")
    fo.follows(".results a")
    fo.keeps("person")
    person = fo.page.url
    fo.follows("a[href*='/cases/new/']")
    fo.keeps("intake")
    fo.opens(person)
    fo.follows("a[href$='/sktm/']")
    fo.page.fill("#id_purpose", "Keringanan biaya sekolah")
    fo.page.locator("form:has(#id_purpose) button[type=submit]").first.click()
    fo.page.wait_for_url("**/letters/*/")
    fo.keeps_letter(f"{fo.page.url}pdf/", "sktm")


def back_office(browser: Browser, village: str) -> str:
    """Open the queue and a case; return the case's receipt number."""
    bo = Photographer(browser, village, "bo")
    bo.opens("/cases/")
    bo.keeps("queue")
    number = bo.page.locator("table a").first.inner_text()
    bo.follows("table a")
    bo.keeps("case")
    bo.keeps_letter(f"{bo.page.url}receipt.pdf", "receipt")
    return "".join(number.split())


def approver(browser: Browser, village: str) -> None:
    """See what waits for approval, and what waits to be sent."""
    koordinator = Photographer(browser, village, "koordinator")
    koordinator.opens("/referrals/approvals/")
    koordinator.keeps("approvals")
    koordinator.opens("/referrals/deliveries/")
    koordinator.keeps("deliveries")


def resident(browser: Browser, village: str, number: str) -> None:
    """Follow the case on a borrowed phone."""
    somebody = Photographer(browser, village, width=PHONE)
    somebody.opens(f"/status/{number}/")
    somebody.keeps("status")


def district(browser: Browser, url: str) -> None:
    """Look into the district's inbox."""
    manajer = Photographer(browser, url, "manajer")
    manajer.opens("/referrals/inbox/")
    manajer.keeps("inbox")


def main() -> int:
    """Start the offices, take every picture, say which."""
    with tempfile.TemporaryDirectory() as home, two_offices(Path(home)) as running:
        urls = {office.name: office.url for office in running.offices}
        with open_browser() as browser:
            front_office(browser, urls["village"])
            number = back_office(browser, urls["village"])
            approver(browser, urls["village"])
            resident(browser, urls["village"], number)
            district(browser, urls["district"])
    for picture in sorted(IMAGES.glob("*.png")):
        print(f"{picture.name:<20} {picture.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
