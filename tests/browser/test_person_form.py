"""The form of a person in a real browser: doubts about his numbers, told while he is typed."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.accessibility import overflow, problems
from tests.chromium import new_context, open_browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A man of 1 January 1990, first registered in Bandung.
NIK = "3273990101900001"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


def test_a_doubt_is_told_when_a_box_is_left_and_nothing_typed_is_lost(
    browser: Browser, live_server, login: Callable[[str], Client]
):
    with new_context(browser, live_server.url, client=login("front"), width=320) as context:
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(live_server.url + reverse("registry:person_new"))
        name, nik = page.locator("#id_name"), page.locator("#id_nik")
        notes = page.locator("#id_nik_notes")
        name.fill("Paijo")
        nik.fill(NIK[:-1])
        nik.press("Tab")
        expect(notes).to_contain_text("harus 16 angka")
        nik.fill(NIK)
        page.locator("#id_birth_date").fill("02-01-1990")
        page.locator("#id_sex").get_by_label("Perempuan").check()
        for words in ("jenis kelaminnya lain", "Tanggal lahir menurut NIK", "daerah lain"):
            expect(notes).to_contain_text(words)
        expect(notes).not_to_contain_text("harus 16 angka")
        assert notes.get_attribute("aria-live") == "polite"
        assert "id_nik_notes" in str(nik.get_attribute("aria-describedby")).split()
        assert (name.input_value(), nik.input_value()) == ("Paijo", NIK)
        assert overflow(page) <= 0
        assert problems(page) == []
        assert not any(NIK[:-1] in url for url in asked)
