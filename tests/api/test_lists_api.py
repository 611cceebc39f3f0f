"""Lists over REST: from the file to the people and back, by the verbs the pages use."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from puskesmas.models import AuditEntry
from registry.imports import pieces
from registry.models import Import, Register, Resident
from tests.api.conftest import key, seen

URL = "/api/v1/lists/"
NIK, KK = "3509995205800001", "3509990101100001"
SHEET = f"""NIK;NO KK;NAMA;L/P;TGL LAHIR;ALAMAT;RT;RW
{NIK};{KK};SITI AMINAH;P;12-05-1980;DUSUN KRAJAN;001;002
;{KK};BUDI;L;31-02-2010;DUSUN KRAJAN;001;002
{NIK};{KK};;L;;;;
"""


def hand_in(program, *, sheet=SHEET, headers=None, **changes):
    values = {"kind": "residents", "data_date": "2026-06-30", "origin": "Buku induk", **changes}
    upload = SimpleUploadedFile("warga.csv", sheet.encode(), "text/csv")
    sent = {"upload": upload, **values}
    return program.post(URL, sent, format="multipart", **(headers or key()))


def work(answer):
    """Do the worker's part; return the list's address."""
    pieces.carry_on(Import.objects.get(uid=answer.json()["uid"]).pk)
    return f"{URL}{answer.json()['uid']}/"


def step(program, here, act):
    """Do an act as one who has just looked, and the worker's part; return the list then."""
    answer = program.post(f"{here}{act}/", {}, **seen(program.get(here)))
    assert answer.status_code == 202, answer.content
    work(answer)
    return program.get(here)


@pytest.fixture
def back(api):
    return api("back")


@pytest.fixture
def here(back):
    return f"{URL}{hand_in(back).json()['uid']}/"


@pytest.fixture
def loaded(back, here):
    step(back, here, "check")
    step(back, here, "load")
    return here


def test_the_whole_way_over_rest(back):
    made = hand_in(back)
    assert (made.status_code, made.json()["status"]) == (201, "uploaded")
    here = work(made)
    assert (made.json()["origin"], made.json()["counts"]) == ("Buku induk", None)

    tried = step(back, here, "check").json()
    assert (tried["status"], tried["done_lines"]) == ("checked", 4)
    assert tried["total_lines"] >= 4
    assert tried["counts"]["persons"] == 3
    assert tried["counts"]["outcomes"] == {"new": 2, "error": 1}
    assert tried["counts"]["by_rw"] == {"002": 2}
    gravest = tried["problems"][0]
    assert (gravest["code"], gravest["gravity"], gravest["count"]) == ("no_name", "error", 1)
    assert "Nama kosong" in gravest["words"]
    assert not Resident.objects.exists()

    assert step(back, here, "load").json()["status"] == "done"
    assert set(Resident.objects.values_list("name", flat=True)) == {"SITI AMINAH", "BUDI"}
    assert [one["status"] for one in back.get(URL).json()["results"]] == ["done"]


def test_a_list_taken_back_names_the_rows_that_stay(back, loaded):
    Resident.objects.filter(name="SITI AMINAH").update(version=2)
    undone = step(back, loaded, "undo").json()
    assert (undone["status"], undone["kept"]) == ("undone", 1)
    (row,) = back.get(f"{loaded}rows/").json()["results"]
    assert (row["line"], row["kept_because"], row["name"]) == (2, "changed_since", "SITI AMINAH")
    assert row["nik"] == "•" * 12 + NIK[-4:]
    assert Resident.objects.get().name == "SITI AMINAH"


def test_a_trial_can_be_stopped(back, here):
    asked = back.post(f"{here}check/", {}, **seen(back.get(here)))
    stopped = back.post(f"{here}cancel/", {}, **seen(asked))
    assert (stopped.status_code, stopped.json()["status"]) == (202, "uploaded")
    assert back.get(f"{here}rows/").json()["results"] == []


def test_what_is_in_of_a_stopped_loading_is_taken_back(back, here):
    step(back, here, "check")
    asked = back.post(f"{here}load/", {}, **seen(back.get(here)))
    stopped = back.post(f"{here}cancel/", {}, **seen(asked))
    assert stopped.json()["status"] == "undoing"
    work(stopped)
    assert back.get(here).json()["status"] == "cancelled"


def test_rows_to_check_are_paged_and_show_no_whole_number(back, here):
    step(back, here, "check")
    first = back.get(f"{here}rows/?page_size=1")
    second = back.get(first.json()["next"])
    (budi,), (nobody,) = first.json()["results"], second.json()["results"]
    assert (budi["line"], budi["name"], nobody["line"], nobody["name"]) == (3, "BUDI", 4, "")
    assert "birth_date_unreadable" in [one["code"] for one in budi["problems"]]
    assert nobody["nik"] == "•" * 12 + NIK[-4:]
    text = (first.content + second.content).decode()
    assert NIK not in text
    assert KK not in text
    assert AuditEntry.objects.filter(action="import.open_rows").count() == 2


def test_the_reasons_come_as_a_sheet_and_the_look_is_audited(back, here):
    step(back, here, "check")
    answer = back.get(f"{here}reasons/")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()] == ["Baris", "3", "4"]
    assert answer["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.filter(action="import.export").count() == 1


# --- Columns -------------------------------------------------------------------------------------


def test_the_columns_are_shown_with_titles_and_cut_numbers_and_are_corrected(back, here):
    shown = back.get(f"{here}columns/")
    first, *_others = columns = shown.json()["columns"]
    assert (first["column"], first["title"], first["field"]) == (0, "NIK", "nik")
    assert NIK not in shown.content.decode()
    chosen = [
        {"column": one["column"], "field": one["field"]}
        for one in columns
        if one["field"] not in {"", "address"}
    ]
    answer = back.put(f"{here}columns/", {"columns": chosen}, **seen(shown))
    assert answer.status_code == 200
    assert "address" not in answer.json()["mapping"].values()


@pytest.mark.parametrize(
    "chosen",
    [
        [{"column": 0, "field": "nik"}],
        [{"column": 2, "field": "name"}, {"column": 3, "field": "name"}],
        [{"column": 2, "field": "name"}, {"column": 2, "field": "nik"}],
        [{"column": 2, "field": "name"}, {"column": 8, "field": "rw"}],
        [{"column": 2, "field": "nama"}],
        [],
    ],
    ids=["no name", "a field twice", "a column twice", "no such column", "no field", "nothing"],
)
def test_an_impossible_choice_of_columns_is_refused(back, here, chosen):
    before = back.get(here).json()["mapping"]
    answer = back.put(f"{here}columns/", {"columns": chosen}, **seen(back.get(here)))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert back.get(here).json()["mapping"] == before


def test_other_columns_end_the_trial_and_what_it_found(back, here):
    step(back, here, "check")
    body = {"columns": [{"column": 2, "field": "name"}]}
    answer = back.put(f"{here}columns/", body, **seen(back.get(here)))
    assert (answer.json()["status"], answer.json()["counts"]) == ("uploaded", None)
    # The rows were read with the old columns: under the new ones a NIK could pass for a name.
    assert back.get(f"{here}rows/").json()["results"] == []


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sheet": ""}, "upload"),
        ({"sheet": "A;B\n1;2\n"}, "file"),
        ({"data_date": "2099-12-31"}, "data_date"),
        ({"data_date": "30-06-2026"}, "data_date"),
        ({"kind": "register"}, "register"),
        ({"kind": "register", "register": "XYZ"}, "register"),
        ({"kind": "lain"}, "kind"),
        ({"tidak_ada": "1"}, "tidak_ada"),
    ],
)
def test_a_wrong_file_or_field_is_named_and_nothing_kept(back, changes, field):
    answer = hand_in(back, **changes)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not Import.objects.exists()


def test_a_registers_list_goes_by_its_code(back, cast):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    sent = {"kind": "register", "register": "DTSEN", "whole_village": "false", "part": "RW 01"}
    made = hand_in(back, **sent).json()
    assert (made["register"], made["whole_village"], made["part"]) == ("DTSEN", False, "RW 01")


def test_a_register_of_another_village_is_unknown(back, cast):
    Register.objects.create(office=cast.other_village, code="DTSEN", name_id="DTSEN")
    assert hand_in(back, kind="register", register="DTSEN").status_code == 400


def test_the_same_key_hands_in_one_list(back):
    same = {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    first, again = hand_in(back, headers=same), hand_in(back, headers=same, origin="Lain")
    assert first.json()["uid"] == again.json()["uid"]
    assert Import.objects.count() == 1


@pytest.mark.parametrize("act", ["check", "load", "cancel", "undo", "columns"])
def test_an_act_on_an_old_version_is_refused(back, here, act):
    old = seen(back.get(here))
    step(back, here, "check")
    send = back.put if act == "columns" else back.post
    body = {"columns": [{"column": 2, "field": "name"}]} if act == "columns" else {}
    answer = send(f"{here}{act}/", body, **old)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert send(f"{here}{act}/", body).status_code == 428


@pytest.mark.parametrize("act", ["load", "cancel", "undo"])
def test_an_act_out_of_its_order_says_the_state(back, here, act):
    answer = back.post(f"{here}{act}/", {}, **seen(back.get(here)))
    assert (answer.status_code, answer.json()["state"]) == (409, "uploaded")


def test_loading_asked_for_twice_is_loaded_once(back, here):
    step(back, here, "check")
    old = seen(back.get(here))
    for _time in range(2):
        assert back.post(f"{here}load/", {}, **old).status_code == 202


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "manager"])
def test_other_posts_are_refused(api, here, who):
    program = api(who)
    for answer in (hand_in(program), program.get(URL), program.get(here)):
        assert answer.status_code == 403


@pytest.mark.parametrize("part", ["", "columns/", "rows/", "reasons/"])
def test_another_village_finds_no_list(api, here, part):
    assert api("stranger").get(f"{here}{part}").status_code == 404
    assert api("stranger").get(URL).json()["results"] == []


def test_a_page_of_lists_takes_the_same_queries_whatever_its_length(
    back, here, django_assert_max_num_queries
):
    for _list in range(4):
        hand_in(back)
    with django_assert_max_num_queries(6):
        assert len(back.get(URL).json()["results"]) == 5
