"""After everything people did here, nobody's NIK or KK is readable in what the two offices keep.

Runs after the other tests of this folder, over the same offices (see ``conftest``); what it needs
to mean something it also does itself. The search is proved on a copy into which numbers are put.
"""

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis
from django.core import signing

from puskesmas.launcher import DATABASE, Launcher, Office
from registry.demo.places import MEKARWANGI, TEGALSARI
from tests.browser.offices import places, wait_until
from tests.browser.people import Officer, Person
from tests.browser.residents import grown_ups, numbers_of
from tests.leaks import files_under, postgres_rows, readable, redis_values

pytestmark = pytest.mark.browser

# How files begin that anybody can open: PDF, ZIP (XLSX, ODS), PNG, JPEG.
OPEN = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff")
SUBJECT = next(grown_ups(TEGALSARI))


@pytest.fixture(scope="module")
def numbers() -> set[str]:
    """Every NIK and KK of the demo: of some 7,800 people and their families."""
    return numbers_of(TEGALSARI) | numbers_of(MEKARWANGI)


def everything(offices: Launcher) -> dict[str, bytes]:
    return dict(places(offices.home, offices))


# --- What is searched ----------------------------------------------------------------------------


def test_no_number_of_the_demo_is_readable_in_what_the_offices_keep(
    offices: Launcher, officer: Officer, numbers: set[str], tmp_path: Path
):
    finds_opens_and_reveals(officer("fo"))
    prints_an_sktm(officer("fo"))
    hands_a_list_in(officer("bo"), tmp_path / "daftar.csv")
    mistakes_the_address_bar_for_the_search(officer("fo"))

    kept = everything(offices)
    assert readable(kept.items(), numbers) == {}
    assert_it_was_all_there(offices, kept)


def finds_opens_and_reveals(fo: Person) -> None:
    fo.goes_to("/")
    fo.page.fill("#cari", SUBJECT.nik)
    fo.page.press("#cari", "Enter")
    fo.page.wait_for_url("**/people/*/")
    fo.page.get_by_text("Buka NIK, No. KK, dan telepon").click()
    fo.writes("Untuk apa nomor dibuka?", "memeriksa di SIKS-NG")
    fo.main.get_by_role("button", name="Buka", exact=True).click()
    fo.sees(SUBJECT.nik)


def prints_an_sktm(fo: Person) -> None:
    fo.follows("Buat SKTM")
    fo.writes("Keperluan", "keringanan biaya berobat")
    fo.presses("Terbitkan")
    fo.page.wait_for_url("**/letters/*/")
    answer = fo.context.request.get(f"{fo.page.url}pdf/")
    assert answer.body().startswith(b"%PDF")


def hands_a_list_in(bo: Person, sheet: Path) -> None:
    """Hand in a list, look at the trial, and let the worker load it."""
    sheet.write_text(f"NIK;NO KK;NAMA\n{SUBJECT.nik};{SUBJECT.kk};{SUBJECT.name}\n;;TANPA NIK\n")
    bo.goes_to("/people/imports/new/")
    bo.ticks("Data penduduk")
    bo.page.set_input_files("input[type=file]", sheet)
    bo.writes("Tanggal data", "30-06-2026")
    bo.ticks("Sebagian saja")
    bo.presses("Unggah dan lanjut")
    bo.presses("Coba baca daftar ini")
    bo.presses("Muat 1 orang")

    def loaded() -> bool:
        # Beside the page: it refreshes itself, and two loads at once break each other off.
        return "Selesai" in bo.context.request.get(bo.page.url).text()

    wait_until(loaded, what="the worker to load the list")


def mistakes_the_address_bar_for_the_search(fo: Person) -> None:
    for path in (f"/people/{SUBJECT.nik}/", f"/people/?q={SUBJECT.nik}"):
        fo.goes_to(path)


def assert_it_was_all_there(offices: Launcher, kept: dict[str, bytes]) -> None:
    """The search looked at people, queue, logs and letters, and the files are closed."""
    village = offices.village
    people = next(
        rows
        for place, rows in kept.items()
        if place.endswith("registry_resident") and place.startswith("village")
    )
    assert SUBJECT.name.encode() in people
    assert b"GET /people/" in kept["village/log/web.log"]
    if "CELERY_BROKER_URL" not in village.settings:
        assert b"puskesmas.tasks" in kept["village/broker.sqlite3"]
    for folder in ("attachments", "letters"):
        closed = [rows for place, rows in kept.items() if place.startswith(f"village/{folder}/")]
        assert closed
        assert not any(content.startswith(OPEN) for content in closed)


# --- Whether the search would find it ------------------------------------------------------------


def test_a_number_put_into_any_of_these_places_is_found(
    offices: Launcher, numbers: set[str], tmp_path: Path
):
    """Each place of a copy gets a number of its own, so that none is found for another."""
    village = offices.village
    copy = copy_of_what_runs(village.home, tmp_path / "village")
    planted = dict(zip(PLACES, (one.nik for one in grown_ups(TEGALSARI, poor=False)), strict=False))
    for plant, nik in planted.items():
        plant(copy, nik)
    found = set().union(*readable(files_under(copy), numbers).values())
    assert found == set(planted.values())
    assert_it_is_found_on_servers(village, SUBJECT.nik, numbers)


def copy_of_what_runs(folder: Path, copy: Path) -> Path:
    """Copy a running office's files; what its processes remove meanwhile is not in the copy."""

    def copy_unless_gone(source: str, target: str) -> str:
        try:
            return str(shutil.copy2(source, target))
        except FileNotFoundError:
            return target

    return Path(shutil.copytree(folder, copy, copy_function=copy_unless_gone))


def in_a_row(copy: Path, nik: str) -> None:
    with closing(sqlite3.connect(copy / DATABASE)) as database:
        database.execute("CREATE TABLE planted AS SELECT ? AS cell", [int(nik)])
        database.commit()


def in_a_session(copy: Path, nik: str) -> None:
    packed = signing.dumps({"draft": nik, "words": "a" * 99}, key="k", compress=True)
    with closing(sqlite3.connect(copy / "sessions.sqlite3")) as database:
        database.execute("CREATE TABLE planted AS SELECT ? AS cell", [packed])
        database.commit()


def in_a_message_to_the_worker(copy: Path, nik: str) -> None:
    with closing(sqlite3.connect(copy / "broker.sqlite3")) as database:
        database.execute("CREATE TABLE planted AS SELECT ? AS payload", [message_about(nik)])
        database.commit()


def in_a_log_line(copy: Path, nik: str) -> None:
    with (copy / "log" / "worker.log").open("a") as log:
        log.write(f"Traceback: {nik[:6]} {nik[6:12]} {nik[12:]} is nobody\n")


def in_an_uploaded_file(copy: Path, nik: str) -> None:
    path = next(path for path in (copy / "attachments").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes() + nik.encode("utf-16-le"))


def in_a_file_left_over(copy: Path, nik: str) -> None:
    (copy / "tmp1234.upload").write_text(f"NIK;NAMA\n{nik};SITI\n")


PLACES: tuple[Callable[[Path, str], None], ...] = (
    in_a_row,
    in_a_session,
    in_a_message_to_the_worker,
    in_a_log_line,
    in_an_uploaded_file,
    in_a_file_left_over,
)


def message_about(nik: str) -> str:
    """Return a message to the worker as Celery packs it."""
    return json.dumps({"body": base64.b64encode(f'[["{nik}"], {{}}]'.encode()).decode()})


def assert_it_is_found_on_servers(village: Office, nik: str, numbers: set[str]) -> None:
    """Where the office is hosted: put the number into its PostgreSQL and Redis, take it away."""
    if url := village.settings.get("DATABASE_URL"):
        # Nothing is committed: the table is gone with the connection.
        with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
            cursor.execute("CREATE TABLE planted AS SELECT %s AS cell", [nik])
            assert readable(postgres_rows(cursor), numbers) == {"public.planted": {nik}}
    if url := village.settings.get("CELERY_BROKER_URL"):
        with closing(redis.Redis.from_url(url)) as queue:
            queue.rpush("planted", message_about(nik))
            found = readable(redis_values(url), numbers)
            queue.delete("planted")
        assert list(found.values()) == [{nik}]
