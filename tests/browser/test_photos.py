"""Photos taken with a phone reach the office smaller than the camera made them."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import expect

from registry.demo.places import TEGALSARI
from tests.browser.people import Officer, Person
from tests.browser.residents import Somebody, grown_ups
from tests.browser.test_main_path import register, somebody_new

pytestmark = pytest.mark.browser

#: What static/js/shrink.js aims at, and what it leaves alone.
LONGEST, SMALL = 1600, 400_000


@pytest.fixture(scope="module")
def residents() -> Iterator[Somebody]:
    return grown_ups(TEGALSARI, poor=False)


@pytest.fixture(scope="module")
def picture() -> dict[str, object]:
    """Return a photo far larger than the limit, with a camera's position."""
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (8.0, 7.0, 24.0), 3: "E", 4: (113.0, 42.0, 0.0)}
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 80).convert("RGB").save(out, "JPEG", quality=92, exif=exif)
    assert out.tell() > 2 * SMALL
    return {"name": "rumah.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def case(officer: Officer, residents: Iterator[Somebody]) -> str:
    """Return the address of a fresh case."""
    fo = officer("fo")
    somebody_new(fo, residents)
    register(fo, "Foto berkas dikirim dari HP.")
    return fo.page.url.removesuffix("registered/")


def longest_side(officer: Person, link: str) -> int:
    """Return the longer side of the stored picture behind the page's link, in pixels."""
    address = officer.main.get_by_role("link", name=link).first.get_attribute("href")
    answer = officer.context.request.get(officer.url + str(address))
    with Image.open(io.BytesIO(answer.body())) as stored:
        return max(stored.size)


def is_made_smaller(officer: Person, field: str) -> None:
    """Wait until the script has put the smaller picture into the field."""
    officer.page.wait_for_function(
        "([name, most]) => document.querySelector(`input[name=${name}]`).files[0].size < most",
        arg=[field, 1_500_000],
    )


def test_a_large_photo_of_a_paper_is_stored_smaller(
    officer: Officer, case: str, picture: dict[str, object]
):
    fo = officer("fo")
    fo.goes_to(case)
    fo.main.get_by_text("Simpan foto atau salinan").click()
    fo.chooses("Berkas", "Fotokopi KK")
    fo.field("Foto dengan kamera HP").set_input_files(picture)
    is_made_smaller(fo, "photo")
    fo.presses("Simpan salinan")
    fo.sees("Salinan disimpan.")
    assert longest_side(fo, "Lihat salinan") == LONGEST


def test_a_form_with_two_photos_sent_at_once_and_twice_arrives_once(
    officer: Officer, case: str, picture: dict[str, object]
):
    fo = officer("fo")
    fo.goes_to(case)
    fo.main.get_by_text("Simpan foto atau salinan").click()
    fo.chooses("Berkas", "Fotokopi KK")
    sent: list[str] = []
    fo.page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    fo.field("Foto dengan kamera HP").set_input_files(picture)
    fo.field("Atau pilih foto atau PDF").set_input_files(picture)
    fo.main.get_by_role("button", name="Simpan salinan").dblclick()
    fo.sees("Salinan disimpan.")
    assert longest_side(fo, "Lihat salinan") == LONGEST
    assert len(sent) == 1


def test_a_photo_of_a_house_arrives_small_with_the_place_where_it_was_taken(
    officer: Officer, case: str, picture: dict[str, object]
):
    bo = officer("bo")
    bo.goes_to(case)
    bo.follows("Rencanakan kunjungan rumah")
    bo.presses("Rencanakan")
    bo.sees("Kunjungan direncanakan.")
    bo.follows("Kunjungan rumah")
    bo.page.wait_for_url(re.compile(r"/verification/visits/[0-9a-f-]{36}/$"))
    visit = bo.page.url
    bo.goes_to(f"{visit}photos/")
    bo.page.locator("input[type=file]").first.set_input_files(picture)
    is_made_smaller(bo, "photo")
    bo.presses("Simpan foto")
    bo.sees("Foto disimpan.")
    assert longest_side(bo, "Lihat foto") == LONGEST
    bo.goes_to(f"{visit}position/")
    expect(bo.field("Lintang")).to_have_value("-8,123333")
