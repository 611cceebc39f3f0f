"""The main job, from the counter to the district and back, as the people of the cast do it.

Two real offices, a real browser, the demo's log-ins. Each test stands alone; the first is the whole
path of one matter.
"""

import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from complaints import receipts
from registry.demo.places import MEKARWANGI, TEGALSARI
from tests.browser.keyboard import Keyboard
from tests.browser.offices import wait_until
from tests.browser.people import Officer, People, Person
from tests.browser.residents import Somebody, grown_ups

pytestmark = pytest.mark.browser

KIS = "KIS daerah (PBI APBD)"
ADMINDUK = "NIK, KK, dan akta kelahiran"
#: Presses of Tab, Enter and the like that registering a matter may take, the search included.
MOST_KEYS = 60


@pytest.fixture(scope="module")
def residents() -> Iterator[Somebody]:
    return grown_ups(TEGALSARI)


@pytest.fixture(scope="module")
def townspeople() -> Iterator[Somebody]:
    return grown_ups(MEKARWANGI)


# --- Small acts that several tests share --------------------------------------------------------


def open_person(officer: Person, nik: str) -> None:
    """Find a person by the whole NIK in the search box of any page; his page opens at once."""
    officer.goes_to("/")
    officer.page.fill("#cari", nik)
    officer.page.press("#cari", "Enter")
    officer.page.wait_for_url("**/people/*/")


def somebody_new(officer: Person, candidates: Iterator[Somebody]) -> Somebody:
    """Return the next candidate whom the demo's year gave no case, his page open."""
    for candidate in candidates:
        open_person(officer, candidate.nik)
        if "Belum ada perkara." in officer.text():
            return candidate
    raise AssertionError("everybody has a case already")


def register(officer: Person, story: str, *, programme: str = KIS) -> str:
    """Register a matter from the person's page with the mouse; return the receipt number."""
    officer.follows("Catat keluhan")
    officer.chooses("Jenis perkara", "Kebutuhan program")
    officer.writes("Apa yang terjadi", story)
    officer.chooses("Program yang dibutuhkan", programme)
    officer.presses("Daftarkan dan buat resi")
    return receipt_number(officer.page)


def receipt_number(page: Page) -> str:
    """Return the number on the page that follows registering, digits only."""
    page.wait_for_url("**/registered/")
    return re.sub(r"\D", "", page.locator(".receipt-number").inner_text())


def pdf_text(officer: Person, path: str) -> str:
    """Download a PDF as the officer and return what it says, white space evened out."""
    answer = officer.context.request.get(path if path.startswith("http") else officer.url + path)
    assert answer.headers["content-type"] == "application/pdf"
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.body(), capture_output=True, check=True
    )
    return " ".join(said.stdout.decode().split())


# --- Steps 1 to 6: one matter, from the counter to the district and back -------------------------


def test_a_matter_goes_from_the_counter_to_the_district_and_back(
    people: People, officer: Officer, residents: Iterator[Somebody]
):
    fo, bo, koordinator = officer("fo"), officer("bo"), officer("koordinator")
    manager, phone = officer("manajer"), people.resident()

    subject = somebody_new(fo, residents)
    number = registers_by_keyboard(fo, subject)
    the_counter_is_warned_while_typing(fo, subject)
    the_receipt_says_what_it_must(fo, number)
    the_phone_shows(phone, number, "Keluhan Anda sudah terdaftar dan menunggu diperiksa.")

    case = bo_examines_and_asks_for_a_paper(bo, number)
    the_phone_shows(phone, number, "Kami menunggu Anda melengkapi berkas.", "Fotokopi KK")
    fo_receives_the_paper(fo, case)
    bo_finds_and_drafts_a_referral(bo, case)

    koordinator_returns_the_draft(koordinator, subject, "Sebutkan rumah sakitnya.")
    bo_mends_the_referral(bo, case, "Berobat jantung rutin di RSUD; kartu belum punya.")
    koordinator_cannot_approve_yet(koordinator, subject, "SKTM")
    bo_has_seen_every_paper(bo, case)
    koordinator_approves(koordinator, subject)

    the_district_receives(manager, subject)
    manager_acts(manager, "Kembalikan untuk diperbaiki", Alasan="Lampirkan nomor rekam medis.")
    the_village_hears(bo, case, "Dikembalikan untuk diperbaiki", "Lampirkan nomor rekam medis.")
    bo_mends_the_referral(bo, case, "Berobat jantung di RSUD, rekam medis RM-118; belum punya.")
    koordinator_approves(koordinator, subject)

    the_district_receives(manager, subject)
    manager.sees("rekam medis RM-118")
    manager_acts(manager, "Rekomendasikan ke pemilik program")
    manager_acts(
        manager,
        "Catat: disetujui pemilik program",
        Yang_memutuskan="Dinas Kesehatan Kabupaten Jember",
        Nomor_surat="440/118/2026",
    )
    the_village_hears(fo, case, "Dinas Kesehatan Kabupaten Jember", "440/118/2026")
    the_phone_shows(
        phone,
        number,
        "Jawaban pemilik program",
        "Dinas Kesehatan Kabupaten Jember",
        "440/118/2026",
    )

    fo_tells_the_resident(fo, case)
    fo.sees("Menunggu realisasi")
    the_phone_shows(phone, number, "Pelaksanaannya belum selesai.")

    manager_acts(manager, "Siap diambil", Cara_mengambil="Ambil di BPJS Jember, bawa KTP.")
    the_village_hears(fo, case, "Siap diambil", "Ambil di BPJS Jember, bawa KTP.")
    fo_tells_the_resident(fo, case)
    fo.sees("Menunggu realisasi")
    manager_acts(manager, "Sudah diterima")
    the_village_hears(fo, case, "Sudah diterima")
    fo.sees("Selesai")

    the_details_open_to_the_last_four_digits_only(phone, number, subject)


def registers_by_keyboard(fo: Person, subject: Somebody) -> str:
    """Step 1 and 2: find by a misspelt name and register, without the mouse; the PDF opens."""
    page, hands = fo.page, Keyboard(fo.page)
    fo.goes_to("/")
    hands.shortcut("n")
    page.wait_for_url("**/cases/new/")
    hands.types(subject.misspelt)
    expect(page.locator("#hits").get_by_role("link", name=subject.name)).to_be_visible()
    hands.to(subject.name)
    hands.press("Enter")
    page.wait_for_url("**/cases/new/?person=*")
    hands.to("Jenis perkara")
    hands.types("Keb")
    hands.to("Apa yang terjadi")
    hands.types("Sakit jantung, harus kontrol tiap bulan, tidak punya kartu.")
    hands.to("Program yang dibutuhkan")
    hands.types("KIS d")
    expect(page.locator("#papers")).to_contain_text("SKTM")
    hands.to("Fotokopi KTP")
    hands.press("Space")
    hands.press("Control+Enter")
    number = receipt_number(page)
    expect(page.get_by_role("link", name="Cetak resi")).to_be_focused()
    with fo.context.expect_page() as printed:
        hands.press("Enter")
    assert printed.value.url.endswith("/receipt.pdf")
    printed.value.close()

    assert hands.pointed == 0
    assert hands.keys <= MOST_KEYS, f"{hands.keys} keys, {hands.letters} letters"
    return number


def the_counter_is_warned_while_typing(fo: Person, subject: Somebody) -> None:
    """Whoever types the same person's NIK hears of the running case before any form."""
    fo.goes_to("/cases/new/")
    fo.page.get_by_label("Nama, alamat, RT/RW, NIK, No. KK, atau telepon").press_sequentially(
        subject.nik
    )
    hit = fo.page.locator("#hits li", has_text=subject.name)
    expect(hit).to_contain_text("Ada perkara berjalan")
    hit.get_by_role("link").click()
    fo.sees("Sudah ada perkara berjalan")


def the_receipt_says_what_it_must(fo: Person, number: str) -> None:
    """Step 2: number, missing papers, next step, and that it promises nothing."""
    find(fo, number)
    path = fo.page.get_by_role("link", name="Cetak resi").get_attribute("href")
    said = pdf_text(fo, str(path))
    assert receipts.shown(number) in said
    assert "bukan bukti penerimaan bantuan" in said.casefold()
    for missing in ("Fotokopi KK", "SKTM"):
        assert missing in said
    missing, _, received = said.partition("kurang")[2].partition("diterima:")
    assert "Fotokopi KTP" not in missing
    assert "Fotokopi KTP" in received


def find(officer: Person, number: str) -> str:
    """Find a case by its number in the search box; return its page's address."""
    officer.goes_to("/")
    officer.page.fill("#cari", receipts.shown(number))
    officer.page.press("#cari", "Enter")
    officer.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    return officer.page.url


def the_phone_shows(phone: Person, number: str, *words: str) -> None:
    """Step 3: the resident's page by number, on a narrow phone without scripts."""
    phone.goes_to("/status/")
    phone.writes("Nomor resi", receipts.shown(number))
    phone.presses("Lihat")
    for word in words:
        phone.sees(word)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= phone.width


def bo_examines_and_asks_for_a_paper(bo: Person, number: str) -> str:
    """Step 4: the back office opens the case, begins, and asks for what is missing."""
    case = find(bo, number)
    bo.sees("DTSEN")
    bo.presses("Mulai verifikasi")
    bo.follows("Minta berkas kepada warga")
    bo.ticks("Fotokopi KK")
    bo.writes("Pesan untuk warga", "Fotokopi KK kabur, bawa yang jelas.")
    bo.presses("Minta berkas kepada warga")
    bo.sees("waktu penanganan berhenti sementara")
    bo.sees("Menunggu warga")
    return case


def fo_receives_the_paper(fo: Person, case: str) -> None:
    fo.goes_to(case)
    fo.follows("Berkas sudah diterima")
    fo.ticks("Fotokopi KK")
    fo.presses("Berkas sudah diterima")
    fo.sees("Sedang diverifikasi")


def bo_finds(bo: Person, case: str) -> None:
    """Step 4: the finding with its reason."""
    bo.goes_to(case)
    bo.follows("Catat hasil verifikasi")
    bo.ticks("Memenuhi kriteria")
    bo.writes("Alasan", "Buruh tani, dua tanggungan, rumah dinding papan.")
    bo.presses("Catat hasil verifikasi")
    bo.sees("Sedang ditangani")


def bo_finds_and_drafts_a_referral(bo: Person, case: str) -> None:
    """Step 4: what the office cannot do itself goes on."""
    bo_finds(bo, case)
    bo.follows("Ajukan rujukan")
    bo.writes("Apa yang dibutuhkan", "Berobat jantung rutin.")
    bo.presses("Ajukan untuk disetujui")
    bo.sees("Rujukan diajukan untuk disetujui.")


def waiting_referral(koordinator: Person, subject: Somebody) -> None:
    """Open what waits for the approver, from his list."""
    koordinator.goes_to("/referrals/approvals/")
    koordinator.follows(subject.name)


def koordinator_returns_the_draft(koordinator: Person, subject: Somebody, reason: str) -> None:
    """Step 5: returned with what is to be mended."""
    waiting_referral(koordinator, subject)
    koordinator.follows("Kembalikan untuk diperbaiki")
    koordinator.writes("Alasan", reason)
    koordinator.presses("Kembalikan")
    koordinator.sees("Rujukan dikembalikan ke back office.")


def koordinator_cannot_approve_yet(koordinator: Person, subject: Somebody, *papers: str) -> None:
    """Step 5: what the programme asks for must be there before anything is forwarded."""
    waiting_referral(koordinator, subject)
    koordinator.presses("Setujui rujukan")
    koordinator.sees("Berkas belum lengkap, jadi rujukan belum bisa diteruskan")
    for paper in papers:
        koordinator.sees(paper)


def bo_has_seen_every_paper(bo: Person, case: str) -> None:
    """Step 4: originals shown at the desk are ticked, one box each."""
    bo.goes_to(case)
    bo.main.get_by_text("Centang berkas yang sudah dilihat").click()
    seen = bo.main.locator("form", has=bo.page.get_by_role("button", name="Simpan centang"))
    for box in seen.get_by_role("checkbox").all():
        box.check()
    bo.presses("Simpan centang")
    bo.sees("Tersimpan.")


def koordinator_approves(koordinator: Person, subject: Somebody) -> None:
    waiting_referral(koordinator, subject)
    koordinator.presses("Setujui rujukan")
    koordinator.sees("Rujukan disetujui")


def bo_mends_the_referral(bo: Person, case: str, need: str) -> None:
    bo.goes_to(case)
    bo.follows("Perbaiki dan ajukan lagi")
    bo.writes("Apa yang dibutuhkan", need)
    bo.presses("Ajukan lagi")
    bo.sees("Rujukan diajukan lagi untuk disetujui.")


def the_district_receives(manager: Person, subject: Somebody) -> None:
    """Step 6: the worker pushed it; it lies among the new ones of the real district's inbox."""

    def arrived() -> bool:
        manager.goes_to("/referrals/inbox/")
        older = manager.main.get_by_role("link", name="Berikutnya")
        while subject.name not in manager.text() and older.count():
            older.click()
        return subject.name in manager.text()

    wait_until(arrived, what="the referral in the district's inbox")
    manager.follows(subject.name)


def manager_acts(manager: Person, name: str, **fields: str) -> None:
    """Record one act on the received referral whose page is open."""
    manager.follows(name)
    for label, words in fields.items():
        manager.writes(label.replace("_", " "), words)
    manager.presses("Simpan")
    manager.sees("Dicatat. Desa menerima kabarnya saat terhubung.")


def the_village_hears(officer: Person, case: str, *words: str) -> None:
    """Step 6: the village's worker fetched the answer; the case page shows it."""

    def heard() -> bool:
        officer.goes_to(case)
        text = officer.text()
        return all(word in text for word in words)

    wait_until(heard, what=f"{words} on the case's page")


def fo_tells_the_resident(fo: Person, case: str) -> None:
    fo.goes_to(case)
    fo.follows("Sampaikan kepada warga")
    fo.ticks("Ya, sudah diberi tahu")
    fo.presses("Catat")


def the_details_open_to_the_last_four_digits_only(
    phone: Person, number: str, subject: Somebody
) -> None:
    """Step 3: programme and instructions behind four digits; after five tries it asks no more."""
    wrong, secret = "9876", "Ambil di BPJS Jember, bawa KTP."
    assert wrong not in {subject.nik[-4:], subject.phone[-4:]}
    the_phone_shows(phone, number, "Lihat alasan dan rincian")
    phone.sees_not(secret)
    phone.sees_not(KIS)
    asks_for_details(phone, wrong)
    phone.sees_not(secret)
    asks_for_details(phone, subject.nik[-4:])
    phone.sees(secret)
    phone.sees(KIS)
    for private in (subject.name, subject.nik, subject.kk, subject.phone, "Sakit jantung"):
        phone.sees_not(private)
    for _guess in range(5):
        the_phone_shows(phone, number, "Perjalanan keluhan")
        asks_for_details(phone, wrong)
    the_phone_shows(phone, number, "Perjalanan keluhan")
    asks_for_details(phone, subject.nik[-4:])
    phone.sees("Percobaan untuk nomor ini sudah habis.")
    phone.sees_not(secret)


def asks_for_details(phone: Person, digits: str) -> None:
    disclosure = phone.page.locator("details", has_text="Lihat alasan dan rincian")
    if disclosure.get_attribute("open") is None:
        disclosure.locator("summary").click()
    phone.writes("Empat angka terakhir", digits)
    phone.presses("Buka rincian")


# --- Steps 1 to 3, the other ways in -------------------------------------------------------------


def test_a_person_without_nik_is_registered_and_waits_without_fear_of_lapsing(officer: Officer):
    fo, bo = officer("fo"), officer("bo")
    fo.goes_to("/cases/new/")
    fo.follows("Warga belum ada")
    fo.writes("Nama lengkap", "Mbah Suminten")
    fo.ticks("Perempuan")
    fo.presses("Simpan")
    fo.sees("Warga ditambahkan.")
    number = register(fo, "Tidak punya KTP maupun KK sejak pindah.", programme=ADMINDUK)
    fo.sees("Warga belum punya NIK")

    find(bo, number)
    bo.follows("Minta berkas kepada warga")
    bo.writes("Pesan untuk warga", "Urus NIK dulu dengan surat rekomendasi.")
    bo.presses("Minta berkas kepada warga")
    bo.sees("Menunggu warga melengkapi")


def test_a_look_into_siks_ng_counts_with_its_day_and_officer(
    officer: Officer, residents: Iterator[Somebody]
):
    fo = officer("fo")
    somebody_new(fo, residents)
    fo.follows("Catat pemeriksaan manual")
    fo.chooses("Daftar", "DTSEN")
    fo.ticks("SIKS-NG")
    fo.ticks("Terdaftar")
    fo.writes("Desil", "3")
    fo.presses("Catat")
    answer = fo.main.locator(".register-answer").first
    expect(answer).to_contain_text("Terdaftar")
    expect(answer).to_contain_text("Desil 3")
    expect(answer).to_contain_text("SIKS-NG")


def test_a_question_answered_at_once_is_one_form(officer: Officer):
    fo = officer("fo")
    fo.goes_to("/")
    fo.follows("Catat pertanyaan")
    fo.writes("Jawaban yang diberikan", "Terdaftar di DTSEN; kartunya diurus lewat BPJS.")
    fo.ticks("Warga minta resi")
    fo.presses("Catat")
    fo.sees("Pertanyaan dan jawabannya tercatat.")
    assert re.search(r"\d{4} \d{4} \d{4}", fo.text())


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(resident: Person):
    unknown = receipts.new_number()
    wrong = str((int(unknown[0]) + 1) % 10) + unknown[1:]
    the_phone_shows(resident, wrong, "Ada angka yang salah ketik.")
    the_phone_shows(resident, unknown, "Belum ada kabar tentang nomor ini.")
    the_phone_shows(resident, unknown[:-1], "Nomor resi terdiri dari 12 angka")


# --- Step 6, on paper ---------------------------------------------------------------------------


def test_the_same_path_on_paper_where_no_district_is_linked(
    people: People, officer: Officer, townspeople: Iterator[Somebody]
):
    fo, bo, koordinator = officer("fo2"), officer("bo2"), officer("koordinator2")
    subject = somebody_new(fo, townspeople)
    number = register(fo, "Butuh bantuan pangan sejak suami sakit.")
    case = find(bo, number)
    bo_finds(bo, case)
    bo.follows("Ajukan rujukan")
    bo.sees("Kantor ini belum terhubung dengan SLRT.")
    bo.sees_not("Dikirim ke SLRT")
    bo.writes("Apa yang dibutuhkan", "Kartu kesehatan untuk suami.")
    bo.presses("Ajukan untuk disetujui")
    bo_has_seen_every_paper(bo, case)
    koordinator_approves(koordinator, subject)

    fo.goes_to(case)
    fo.follows("Catat penyerahan berkas")
    fo.writes("Diterima oleh", "Bu Ratna, loket Dinas Sosial")
    fo.writes("Nomor di tempat tujuan", "AGD-77")
    fo.presses("Simpan")
    fo.sees("Penyerahan dicatat.")
    fo.sees("AGD-77")

    fo.goes_to(case)
    fo.follows("Catat jawaban")
    fo.ticks("Disetujui pemilik program")
    fo.writes("Yang menjawab atau memutuskan", "Dinas Kesehatan Kota")
    fo.ticks("Surat")
    fo.writes("Nomor surat", "440/9/2026")
    fo.presses("Simpan jawaban")
    fo.sees("Jawaban dicatat.")
    phone = people.resident()
    the_phone_shows(phone, number, "Jawaban pemilik program", "Dinas Kesehatan Kota", "440/9/2026")

    fo_tells_the_resident(fo, case)
    fo.sees("Menunggu realisasi")
    fo.follows("Catat realisasi")
    fo.ticks("Sudah diterima")
    fo.ticks("Warga")
    fo.presses("Simpan")
    fo.sees("Realisasi dicatat.")
    fo.goes_to(case)
    fo.sees("Selesai")


# --- Step 7: the SKTM ---------------------------------------------------------------------------


def test_an_sktm_in_three_clicks_and_what_its_qr_says_over_its_life(
    people: People, officer: Officer, residents: Iterator[Somebody]
):
    fo, bo, anybody = officer("fo"), officer("bo"), people.resident()
    subject = somebody_new(fo, residents)
    fo.follows("Buat SKTM")
    fo.writes("Keperluan", "keringanan biaya sekolah")
    fo.presses("Terbitkan")
    link = fo.page.get_by_role("link", name="Buka dan cetak")
    letter = fo.page.url
    said = pdf_text(fo, fo.url + str(link.get_attribute("href")))
    for words in (
        "SURAT KETERANGAN TIDAK MAMPU",
        "PEMERINTAH KABUPATEN JEMBER",
        subject.name,
        "keringanan biaya sekolah",
    ):
        assert words.casefold() in said.casefold()

    page = str(fo.main.get_by_role("link", name="lihat halamannya").get_attribute("href"))
    code = page.rstrip("/").rpartition("/")[2]
    assert code in said
    the_qr_says(anybody, page, "Surat ini belum ditandatangani", subject)
    fo.goes_to(letter)
    fo.follows("Catat sudah ditandatangani")
    fo.presses("Ya, sudah ditandatangani")
    the_qr_says(anybody, page, "Surat ini sah dan masih berlaku", subject)
    bo.goes_to(letter)
    bo.follows("Batalkan")
    bo.writes("Alasan", "Nama anak kedua salah.")
    bo.presses("Batalkan surat")
    the_qr_says(anybody, page, "Surat ini dibatalkan", subject)
    other = code[:-1] + ("2" if code[-1] != "2" else "3")
    the_qr_says(anybody, page.replace(code, other), "Kode ini tidak dikenal", subject)


def the_qr_says(anybody: Person, page: str, words: str, subject: Somebody) -> None:
    anybody.goes_to(page)
    anybody.sees(words)
    anybody.sees_not(subject.name)
    anybody.sees_not(subject.nik)


# --- Slips and two people at once ----------------------------------------------------------------


def test_a_double_click_and_the_back_button_make_one_case(
    officer: Officer, residents: Iterator[Somebody]
):
    fo = officer("fo")
    somebody_new(fo, residents)
    person = fo.page.url
    fo.follows("Catat keluhan")
    fo.chooses("Jenis perkara", "Kebutuhan program")
    fo.writes("Apa yang terjadi", "Kartu ditolak di loket.")
    fo.main.get_by_role("button", name="Daftarkan dan buat resi").dblclick()
    number = receipt_number(fo.page)

    fo.page.go_back()
    fo.presses("Daftarkan dan buat resi")
    assert receipt_number(fo.page) == number
    fo.goes_to(person)
    assert fo.text().count(receipts.shown(number)) == 1
    assert len(re.findall(r"\d{4} \d{4} \d{4}", fo.text())) == 1


def test_the_second_of_two_officers_is_told_and_keeps_his_words(
    people: People, officer: Officer, residents: Iterator[Somebody]
):
    fo, bo = officer("fo"), officer("bo")
    somebody_new(fo, residents)
    number = register(fo, "Kartu KIS mati sejak Maret.")
    case = find(fo, number)
    for one in (fo, bo):
        one.goes_to(case)
        one.follows("Minta berkas kepada warga")
    bo.writes("Pesan untuk warga", "Bawa kartu lama.")
    bo.presses("Minta berkas kepada warga")
    bo.sees("Menunggu warga")

    words = "Bawa surat dari puskesmas, kami simpan salinannya."
    fo.writes("Pesan untuk warga", words)
    fo.presses("Minta berkas kepada warga")
    fo.sees("Keadaan terbaru")
    expect(fo.field("Pesan untuk warga")).to_have_value(words)
    fo.goes_to(case)
    fo.sees_not(words)
