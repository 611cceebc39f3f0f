"""The list pages: from the file to the people, closed to strangers, nothing typed lost."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from puskesmas.models import AuditEntry
from registry.imports import pieces
from registry.models import Import, Resident

NIK, KK = "3509995205800001", "3509990101100001"
SHEET = f"""NIK;NO KK;NAMA;L/P;TGL LAHIR;ALAMAT;RT;RW
{NIK};{KK};SITI AMINAH;P;12-05-1980;DUSUN KRAJAN;001;002
;{KK};=BUDI();L;31-02-2010;DUSUN KRAJAN;001;002
{NIK};{KK};;L;;;;
"""


def page(name, batch=None):
    return reverse(f"registry:{name}", args=[batch.uid] if batch else [])


def values(**changes):
    return {
        "client_uid": str(uuid.uuid4()),
        "kind": "residents",
        "file": SimpleUploadedFile("warga.csv", SHEET.encode(), "text/csv"),
        "data_date": "30-06-2026",
        "coverage": "whole",
        "source": "Buku induk",
        **changes,
    }


@pytest.fixture
def browser(login):
    return login("back")


@pytest.fixture
def batch(browser):
    browser.post(page("import_new"), values())
    return Import.objects.get()


def columns(batch):
    return {f"column_{index}": field for index, field in batch.mapping.items()} | {
        "version": batch.version
    }


@pytest.fixture
def tried(browser, batch):
    browser.post(page("import_columns", batch), columns(batch))
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    return batch


def test_the_whole_way_in_a_browser(browser, batch):
    answer = browser.get(page("import_columns", batch)).content.decode()
    assert "SITI AMINAH" in answer
    assert NIK not in answer
    answer = browser.post(page("import_columns", batch), columns(batch), follow=True)
    assert "sedang dicoba" in answer.content.decode()
    pieces.carry_on(batch.pk)
    answer = browser.get(page("import", batch)).content.decode()
    assert "percobaan" in answer
    assert Resident.objects.count() == 0
    answer = browser.post(page("import_load", batch), follow=True)
    assert "sedang dimuat" in answer.content.decode()
    pieces.carry_on(batch.pk)
    answer = browser.get(page("import", batch)).content.decode()
    assert "Selesai" in answer
    assert set(Resident.objects.values_list("name", flat=True)) == {"SITI AMINAH", "=BUDI()"}


def test_the_trial_shows_each_doubtful_row_with_its_reasons(browser, tried):
    answer = browser.get(page("import", tried)).content.decode()
    assert "Tanggal lahir tidak terbaca" in answer
    assert "Nama kosong" in answer
    assert NIK not in answer
    assert KK not in answer


def test_the_doubtful_rows_come_back_as_a_sheet_and_the_look_is_audited(browser, tried):
    answer = browser.get(page("import_reasons", tried))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Baris", "Yang perlu diperiksa", "NIK", "NO KK"]
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    # A formula handed in stays text.
    assert rows[1][4] == "=BUDI()"
    assert answer["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.get(action="import.export").subject_uid == tried.uid


def test_what_no_sheet_can_hold_is_left_out_wherever_it_stands(browser, batch):
    ugly = SHEET.replace("=BUDI()", "BU\x1aDI").replace("DUSUN KRAJAN;001", "KRA\x0bJAN;001")
    # What is no text in its first 64 KB is refused as it is handed in.
    long_list = ugly + f";;WARGA;;;{'X' * 190};;\n" * 350 + ";;NUL\x00;;;;;\n"
    browser.post(
        page("import_new"),
        values(file=SimpleUploadedFile("b.csv", long_list.encode(), "text/csv")),
    )
    tried = Import.objects.exclude(pk=batch.pk).get()
    browser.post(page("import_columns", tried), columns(tried))
    pieces.carry_on(tried.pk)
    tried.refresh_from_db()
    assert tried.status == Import.Status.CHECKED
    answer = browser.get(page("import_reasons", tried))
    assert answer.status_code == 200
    lines = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    said = {cell for line in lines.to_python() for cell in line}
    assert {"BUDI", "KRAJAN", "NUL"} <= said


def test_the_columns_are_corrected_by_a_person(browser, batch):
    chosen = columns(batch) | {"column_5": ""}
    browser.post(page("import_columns", batch), chosen)
    batch.refresh_from_db()
    assert "address" not in batch.mapping.values()
    assert batch.status == Import.Status.CHECKING


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"column_2": ""}, "kolom yang berisi nama"), ({"column_0": "name"}, "lebih dari satu kolom")],
)
def test_an_impossible_choice_of_columns_is_explained_and_kept(browser, batch, changes, words):
    answer = browser.post(page("import_columns", batch), columns(batch) | changes)
    assert words in answer.content.decode()
    batch.refresh_from_db()
    assert batch.status == Import.Status.UPLOADED


def test_columns_chosen_on_a_page_another_officer_overtook_are_refused(browser, batch):
    old = columns(batch)
    browser.post(page("import_columns", batch), old)
    answer = browser.post(page("import_columns", batch), old)
    assert "petugas lain" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"file": SimpleUploadedFile("foto.csv", b"\0\1\2")}, "bukan lembar kerja"),
        ({"file": SimpleUploadedFile("kosong.csv", b"")}, "kosong"),
        ({"file": SimpleUploadedFile("a.csv", b"A;B\n1;2\n")}, "judul kolom"),
        ({"data_date": "31-12-2099"}, "masa depan"),
        ({"data_date": "2026/30/06"}, "hari-bulan-tahun"),
        ({"kind": "register"}, "Pilih daftarnya"),
    ],
)
def test_a_bad_upload_is_explained_and_what_was_typed_stays(browser, changes, words):
    answer = browser.post(page("import_new"), values(**changes)).content.decode()
    assert words in answer
    assert "Buku induk" in answer
    assert not Import.objects.exists()


def test_a_double_click_hands_in_one_list(browser):
    same = str(uuid.uuid4())
    for _click in range(2):
        browser.post(page("import_new"), values(client_uid=same))
    assert Import.objects.count() == 1


@pytest.mark.parametrize("name", ["import", "import_columns", "import_reasons"])
def test_another_village_finds_no_list(login, tried, name):
    assert login("stranger").get(page(name, tried)).status_code == 404


def start(browser, batch):
    batch.refresh_from_db()
    browser.post(page("import_load", batch), {"version": batch.version})
    batch.refresh_from_db()


def test_a_list_at_work_shows_its_progress_and_asks_again(browser, tried):
    start(browser, tried)
    Import.objects.update(done_lines=1, total_lines=4)
    answer = browser.get(page("import", tried)).content.decode()
    assert '<progress id="progress" class="progress" value="1" max="4">' in answer
    assert "Baris 1 dari 4" in answer
    live = browser.get(page("import", tried), headers={"HX-Request": "true"})
    assert "<html" not in live.content.decode()
    assert "HX-Refresh" not in live
    pieces.carry_on(tried.pk)
    assert (
        browser.get(page("import", tried), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    )


def test_a_list_at_work_is_stopped_by_a_button(browser, tried):
    start(browser, tried)
    assert "Hentikan" in browser.get(page("import", tried)).content.decode()
    browser.post(page("import_cancel", tried), {"version": tried.version})
    pieces.carry_on(tried.pk)
    answer = browser.get(page("import", tried)).content.decode()
    assert "Seluruh isinya sudah ditarik kembali." in answer
    assert Resident.objects.count() == 0


def test_undoing_is_asked_once_more_and_what_stays_is_shown(browser, tried):
    start(browser, tried)
    pieces.carry_on(tried.pk)
    Resident.objects.filter(name="SITI AMINAH").update(version=2)
    answer = browser.get(page("import_undo", tried)).content.decode()
    assert "2 warga baru dari daftar ini dihapus" in answer
    assert Resident.objects.count() == 2
    tried.refresh_from_db()
    browser.post(page("import_undo", tried), {"version": tried.version})
    pieces.carry_on(tried.pk)
    assert list(Resident.objects.values_list("name", flat=True)) == ["SITI AMINAH"]
    answer = browser.get(page("import", tried)).content.decode()
    assert "Sudah diubah lagi sesudah daftar dimuat" in answer
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(browser.get(page("import_reasons", tried)).content)
    )
    assert [row[4] for row in book.get_sheet_by_index(0).to_python()[1:]] == ["SITI AMINAH"]


def test_a_refused_undo_says_why(browser, tried):
    answer = browser.post(page("import_undo", tried), {"version": tried.version})
    assert answer.status_code == 409
    assert "Sudah dicoba" in answer.content.decode()


@pytest.mark.parametrize("name", ["import_cancel", "import_undo"])
def test_another_village_stops_no_list_of_ours(login, tried, name):
    assert login("stranger").post(page(name, tried)).status_code == 404


def test_another_village_loads_no_list_of_ours(login, tried):
    assert login("stranger").post(page("import_load", tried)).status_code == 404
    tried.refresh_from_db()
    assert tried.status == Import.Status.CHECKED


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "manager"])
def test_list_pages_not_allowed(login, who):
    browser = login(who)
    assert browser.get(page("imports")).status_code == 403
    assert browser.post(page("import_new"), values()).status_code == 403


@pytest.mark.parametrize("who", ["back", "koordinator", "admin"])
def test_list_pages_allowed(login, who):
    browser = login(who)
    assert browser.get(page("imports")).status_code == 200
    assert browser.post(page("import_new"), values()).status_code == 302


def test_the_file_is_served_to_those_who_load_lists_only(login, batch):
    address = reverse("attachment", args=[batch.file.uid])
    assert login("koordinator").get(address).status_code == 200
    assert login("front").get(address).status_code == 404
    assert login("stranger").get(address).status_code == 404


def test_loading_by_a_link_is_not_possible(browser, tried):
    assert browser.get(page("import_load", tried)).status_code == 405


def test_the_pages_take_a_fixed_number_of_queries(browser, tried, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        browser.get(page("imports"))
    with django_assert_max_num_queries(12):
        browser.get(page("import", tried))
