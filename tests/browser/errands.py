"""What people do before a walk, so that every page of the two offices has something to show.

The demo's year leaves no letters, no list half handed in, and no referral to be mended.
"""

import re

from tests.browser.crawl import Step
from tests.browser.people import People, Person

LIST = b"NIK;No KK;Nama Lengkap;Alamat\n3509992007800001;3509992007800009;Warga Uji;Jalan Uji\n"


def run(people: People) -> dict[str, list[Step]]:
    """Do them all; return what there is to open, by who walks there ("" is a visitor)."""
    fo, bo = people.officer("fo"), people.officer("bo")
    case, number = a_case(fo)
    numbered, shown = an_sktm(fo)
    signed, _shown = an_sktm(fo)
    signs(fo, signed)
    mended = a_returned_referral(people.officer("koordinator"))
    return {
        "": [Step(f"/status/{number}/"), Step(shown)],
        "fo": [Step(f"{case}registered/"), Step(a_question(fo)), Step(numbered)],
        "bo": [
            Step(a_half_read_list(bo)),
            Step(numbered),
            Step(signed, tab="signed"),
            Step(f"{mended}resubmit/"),
        ],
    }


def here(officer: Person) -> str:
    """Return the path of the page that is open."""
    return officer.page.url.removeprefix(officer.url)


def a_case(fo: Person) -> tuple[str, str]:
    """Open somebody's case; return its path and its receipt number."""
    fo.goes_to("/cases/?tab=all")
    link = fo.main.locator("table a").first
    number = re.sub(r"\D", "", link.inner_text())
    link.click()
    fo.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    return here(fo), number


def an_sktm(fo: Person) -> tuple[str, str]:
    """Number a letter for whose case it is; return its path and that of its public page."""
    a_case(fo)
    fo.main.locator('a[href^="/people/"]').first.click()
    fo.follows("Buat SKTM")
    fo.writes("Keperluan", "keringanan biaya sekolah")
    fo.presses("Terbitkan")
    public = fo.main.get_by_role("link", name="lihat halamannya").get_attribute("href")
    return here(fo), str(public).removeprefix(fo.url)


def signs(fo: Person, letter: str) -> None:
    fo.goes_to(letter)
    fo.follows("Catat sudah ditandatangani")
    fo.presses("Ya, sudah ditandatangani")
    fo.sees("Surat tercatat sudah ditandatangani.")


def a_question(fo: Person) -> str:
    fo.goes_to("/cases/questions/new/")
    fo.writes("Jawaban yang diberikan", "Kartunya diurus lewat BPJS.")
    fo.ticks("Warga minta resi")
    fo.presses("Catat")
    fo.sees("Pertanyaan dan jawabannya tercatat.")
    return here(fo)


def a_half_read_list(bo: Person) -> str:
    """Hand in a list and leave it where its columns are asked for."""
    bo.goes_to("/people/imports/new/")
    bo.ticks("Data penduduk")
    bo.field("Berkas").set_input_files(
        {"name": "warga.csv", "mimeType": "text/csv", "buffer": LIST}
    )
    bo.writes("Tanggal data", "31-10-2025")
    bo.presses("Unggah dan lanjut")
    bo.page.wait_for_url("**/columns/")
    return here(bo)


def a_returned_referral(koordinator: Person) -> str:
    koordinator.goes_to("/referrals/approvals/")
    koordinator.main.locator("table a").first.click()
    koordinator.page.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}/$"))
    referral = here(koordinator)
    koordinator.follows("Kembalikan untuk diperbaiki")
    koordinator.writes("Alasan", "Sebutkan rumah sakitnya.")
    koordinator.presses("Kembalikan")
    koordinator.sees("Rujukan dikembalikan ke back office.")
    return referral
