"""Verval lists: taken in, divided by hamlet, walked, and returned in the sender's own layout."""

import io
import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import ExifTags, Image

from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import Assignment, AuditEntry, Role
from registry.imports.writing import workbook
from registry.models import Resident, VervalList, VervalRow, VervalState
from registry.services import create_resident
from registry.verval import answers, selectors, services
from registry.verval.workflow import VERVAL
from tests.cast import SINCE

SITI_NIK, KK = "3509994403700001", "3509990101100001"
TITLES = ["NO", "NIK", "NAMA", "ALAMAT", "DUSUN", "RT", "RW", "HASIL VERVAL", "LAT", "LONG", "KET"]
PEOPLE = [
    ["1", SITI_NIK, "SITI MAIMUNAH", "JL MAWAR 2", "KRAJAN", "02", "01", "", "", "", "mohon cek"],
    ["2", "", "BUDI SANTOSO", "JL MAWAR 1", "KRAJAN", "02", "01", "", "", "", ""],
    ["3", "", "TUKIYEM", "JL MELATI", "SUMBER WADUNG", "01", "02", "", "", "", ""],
]


@pytest.fixture
def back(cast):
    return cast.actor("back")


@pytest.fixture
def siti(cast):
    return create_resident(
        actor=cast.actor("front"), name="Siti Maimunah", nik=SITI_NIK, kk=KK, dusun="Krajan"
    )


def upload(*people, titles=TITLES, above=("DINAS SOSIAL",)):
    content = workbook(above, [titles, *(people or PEOPLE)])
    return SimpleUploadedFile("verval.xlsx", content)


@pytest.fixture
def take_in(back, siti):
    def taken(**more):
        given = {
            "actor": back,
            "upload": upload(),
            "name": "Verval November",
            "sender": "Dinas Sosial",
            "received_on": back.office.today(),
        }
        return services.take_in(**(given | more))

    return taken


@pytest.fixture
def held(take_in):
    return take_in()


def of(held, name):
    return held.rows.get(name__istartswith=name)


def found(actor, row, **more):
    given = {"outcome": "found", "finding": "meets", "reason": "Lantai tanah"}
    return services.record(actor=actor, uid=row.uid, version=row.version, **(given | more))


def test_rows_are_matched_and_go_to_whom_the_hamlet_belongs(cast, held, siti):
    assert of(held, "siti").resident == siti
    assert of(held, "siti").assigned_to == cast.kasun
    assert of(held, "budi").assigned_to == cast.kasun
    assert of(held, "tukiyem").assigned_to is None
    assert of(held, "tukiyem").resident is None


def test_an_rw_is_somebodys_in_a_kelurahan(cast, take_in):
    Assignment.objects.filter(user=cast.facilitator).update(dusun="rw 2")
    assert of(take_in(), "tukiyem").assigned_to == cast.facilitator


def test_nobody_is_given_his_own_family(cast, take_in):
    cast.kasun.kk = KK
    cast.kasun.save()
    held = take_in()
    assert of(held, "siti").assigned_to is None
    assert of(held, "budi").assigned_to == cast.kasun


def test_rows_come_in_the_order_in_which_one_walks(cast, held):
    names = [row.name for row in selectors.rows_of(held, actor=cast.actor("kasun"))]
    assert [name.split()[0].upper() for name in names] == ["BUDI", "SITI"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"upload": SimpleUploadedFile("a.csv", b"A;B\n1;2\n")}, "upload"),
        ({"upload": SimpleUploadedFile("a.csv", b"NAMA;RT\n")}, "upload"),
        ({"received_on": date(2099, 1, 1)}, "received_on"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_a_list_that_cannot_be_is_refused(take_in, given, field):
    with pytest.raises(InvalidInput) as caught:
        take_in(**given)
    assert caught.value.field == field
    assert not VervalList.objects.exists()


def test_a_double_click_takes_one_list_in(take_in):
    uid = uuid.uuid4()
    assert take_in(client_uid=uid) == take_in(client_uid=uid)
    assert VervalList.objects.count() == 1


# --- Who may what -------------------------------------------------------------------------------

#: action -> roles; every action starts at "open" only.
ALLOWED = {
    "columns": {"back", "koordinator"},
    "assign": {"back", "koordinator"},
    "record": {"back", "facilitator", "kasun"},
    "send_back": {"back", "koordinator"},
}
POSTS = ("front", "back", "facilitator", "koordinator", "head", "kasun", "admin")


@pytest.mark.parametrize("state", VervalState)
@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("who", POSTS)
def test_the_table_of_a_verval_list(cast, state, action, who):
    assert set(VERVAL.steps) == set(ALLOWED)
    check = {"action": action, "state": state, "actor": cast.actor(who)}
    if who not in ALLOWED[action]:
        with pytest.raises(NotYourRole):
            VERVAL.check(**check)
    elif state == VervalState.SENT:
        with pytest.raises(WrongState):
            VERVAL.check(**check)
    else:
        assert VERVAL.check(**check).sources == {VervalState.OPEN}


def test_who_walks_sees_his_rows_only(cast, held):
    kasun, facilitator = cast.actor("kasun"), cast.actor("facilitator")
    (mine,) = selectors.lists_of(kasun)
    assert (mine.total, mine.done) == (2, 0)
    assert selectors.lists_of(cast.actor("back")).get().total == 3
    assert not selectors.lists_of(facilitator).exists()
    with pytest.raises(NotFound):
        selectors.verval_list(held.uid, actor=facilitator)
    with pytest.raises(NotFound):
        selectors.row(of(held, "tukiyem").uid, actor=kasun)
    with pytest.raises(NotYourRole):
        found(facilitator, of(held, "budi"))


def test_another_office_has_no_such_list(cast, held):
    with pytest.raises(NotFound):
        selectors.verval_list(held.uid, actor=cast.actor("stranger"))
    with pytest.raises(NotFound):
        found(cast.actor("stranger"), of(held, "budi"))


def test_the_koordinator_gives_a_hamlet_to_another(cast, held):
    koordinator = cast.actor("koordinator")
    found(cast.actor("kasun"), of(held, "budi"))
    place = {"dusun": "Krajan", "rw": of(held, "siti").rw}
    given = {"actor": koordinator, "uid": held.uid, "officer": cast.facilitator} | place
    assert services.assign(version=held.version, **given) == 1
    assert of(held, "siti").assigned_to == cast.facilitator
    assert of(held, "budi").assigned_to == cast.kasun
    with pytest.raises(StaleVersion):
        services.assign(version=held.version, **given)


def test_rows_are_given_only_to_who_walks_and_never_his_family(cast, held, siti):
    given = {
        "actor": cast.actor("koordinator"),
        "uid": held.uid,
        "version": None,
        "dusun": "Krajan",
        "rw": of(held, "siti").rw,
    }
    with pytest.raises(InvalidInput) as caught:
        services.assign(officer=cast.front, **given)
    assert caught.value.field == "officer"
    cast.facilitator.nik = SITI_NIK
    cast.facilitator.save()
    assert services.assign(officer=cast.facilitator, **given) == 1
    assert of(held, "siti").assigned_to == cast.kasun


# --- At the door ----------------------------------------------------------------------------------


def test_what_was_found_is_recorded_and_can_be_corrected(cast, held):
    kasun = cast.actor("kasun")
    row = found(kasun, of(held, "siti"), latitude=-8.1234567, longitude=113.7)
    assert row.position == {"latitude": -8.123457, "longitude": 113.7}
    assert (row.recorded_by, row.finding) == (cast.kasun, "meets")
    services.record(
        actor=kasun, uid=row.uid, version=row.version, outcome="deceased", note="kata RT"
    )
    row.refresh_from_db()
    assert (row.outcome, row.finding, row.reason, row.position) == ("deceased", "", "", None)
    with pytest.raises(StaleVersion):
        services.record(actor=kasun, uid=row.uid, version=1, outcome="moved")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"finding": ""}, "finding"),
        ({"reason": " "}, "reason"),
        ({"outcome": "moved"}, "finding"),
        ({"latitude": -8.1}, "longitude"),
        ({"latitude": 113.7, "longitude": -8.1}, "latitude"),
        ({"latitude": -8.1, "longitude": float("nan")}, "longitude"),
    ],
)
def test_what_cannot_be_is_refused(cast, held, given, field):
    with pytest.raises(InvalidInput) as caught:
        found(cast.actor("kasun"), of(held, "siti"), **given)
    assert caught.value.field == field
    assert of(held, "siti").outcome == ""


@pytest.mark.parametrize("who", ["back", "kasun"])
def test_nobody_verifies_his_own_family(cast, held, who):
    officer = cast.users[who]
    officer.kk = KK
    officer.save()
    with pytest.raises(OwnFamily):
        found(cast.actor(who), of(held, "siti"))
    found(cast.actor(who), of(held, "budi"))


def house(degrees=((8.0, 6.0, 36.0), (113.0, 42.0, 0.0)), south="S"):
    image, exif = Image.new("RGB", (8, 8), "teal"), Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: south,
            ExifTags.GPS.GPSLatitude: degrees[0],
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: degrees[1],
        }
    )
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("rumah.jpg", out.getvalue(), content_type="image/jpeg")


def test_the_photo_tells_where_the_house_is_when_nobody_typed_it(cast, held):
    kasun = cast.actor("kasun")
    row = found(kasun, of(held, "siti"), photo=house())
    assert row.position == {"latitude": -8.11, "longitude": 113.7}
    typed = found(kasun, of(held, "budi"), photo=house(), latitude=-8.2, longitude=113.8)
    assert typed.position == {"latitude": -8.2, "longitude": 113.8}


@pytest.mark.parametrize("degrees", [((8.0,), (113.0,)), ((999.0, 0.0, 0.0), (1.0, 1.0, 1.0))])
def test_a_photo_that_tells_nonsense_of_its_place_is_taken_without(cast, held, degrees):
    row = found(cast.actor("kasun"), of(held, "siti"), photo=house(degrees))
    assert row.photo is not None
    assert row.position is None


def test_a_photo_is_seen_by_who_walks_there_and_who_keeps_the_list(login, cast, held):
    row = found(cast.actor("kasun"), of(held, "siti"), photo=house())
    page = reverse("attachment", args=[row.photo.uid])
    allowed = {who for who in POSTS if login(who).get(page).status_code == 200}
    assert allowed == {"kasun", "back", "koordinator"}


# --- Back to the sender ---------------------------------------------------------------------------


def cells(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value or "" for cell in line] for line in sheet.iter_rows()]


def test_the_sheet_goes_back_in_the_senders_layout(cast, held, back):
    kasun = cast.actor("kasun")
    found(kasun, of(held, "siti"), latitude=-8.1, longitude=113.7, note="rumah di belakang")
    services.record(actor=kasun, uid=of(held, "budi").uid, version=1, outcome="moved")
    above, titles, siti, budi, tukiyem = cells(services.sheet_of(held))
    assert above[0] == "DINAS SOSIAL"
    added = ["KEADAAN", "ALASAN", "FOTO RUMAH", "CATATAN VERVAL"]
    assert titles == [*TITLES, *added]
    assert siti[:7] == PEOPLE[0][:7]
    assert siti[7:] == [
        *("MEMENUHI", "-8.1", "113.7", "mohon cek"),
        *("DITEMUKAN", "Lantai tanah", "", "rumah di belakang"),
    ]
    assert budi[7:] == ["", "", "", "", "PINDAH", "", "", ""]
    assert tukiyem == [*PEOPLE[2], "", "", "", ""]


def test_the_senders_columns_can_be_said_by_hand(cast, held, back):
    columns = {**answers.guess(TITLES), "note": TITLES.index("KET")}
    services.set_columns(actor=back, uid=held.uid, version=held.version, columns=columns)
    held.refresh_from_db()
    found(cast.actor("kasun"), of(held, "siti"), note="sudah dicek")
    lines = cells(services.sheet_of(held))
    assert lines[1] == [*TITLES, "KEADAAN", "ALASAN", "FOTO RUMAH"]
    assert lines[2][TITLES.index("KET")] == "sudah dicek"


@pytest.mark.parametrize(
    "columns", [{"note": 3, "reason": 3}, {"lain": 1}, {"note": len(TITLES)}, {"note": -1}]
)
def test_impossible_columns_are_refused(held, back, columns):
    before = held.answers
    with pytest.raises(InvalidInput):
        services.set_columns(actor=back, uid=held.uid, version=held.version, columns=columns)
    held.refresh_from_db()
    assert held.answers == before


def test_what_was_sent_back_is_frozen(login, cast, held, back):
    found(cast.actor("kasun"), of(held, "siti"))
    sent = services.send_back(actor=back, uid=held.uid, version=None)
    assert (sent.state, sent.sent_by) == ("sent", cast.back)
    with pytest.raises(WrongState):
        found(cast.actor("kasun"), of(held, "budi"))
    with pytest.raises(WrongState):
        services.send_back(actor=back, uid=held.uid, version=None)
    VervalRow.objects.update(finding="does_not_meet")
    answer = login("back").get(reverse("registry:verval_sheet", args=[held.uid]))
    assert cells(answer.content)[2][7] == "MEMENUHI"
    assert AuditEntry.objects.filter(action="verval.export").count() == 1


def test_every_answer_has_a_title_and_words():
    assert answers.TITLES.keys() == answers.ANSWERS.keys()
    row = VervalRow(line=1, outcome="found", finding="meets", reason="x", note="y")
    assert answers.told(row).keys() == answers.ANSWERS.keys()


# --- The pages ------------------------------------------------------------------------------------


def test_a_list_is_taken_in_and_walked_on_its_pages(login, cast, siti):
    values = {
        "client_uid": str(uuid.uuid4()),
        "name": "Verval",
        "sender": "Dinsos",
        "received_on": f"{cast.village.today():%d-%m-%Y}",
        "upload": upload(),
    }
    answer = login("back").post(reverse("registry:verval_new"), values)
    held = VervalList.objects.get()
    assert answer.url == reverse("registry:verval_list", args=[held.uid])
    kasun = login("kasun")
    text = kasun.get(answer.url).text
    assert "Tukiyem" not in text
    row = of(held, "siti")
    page = reverse("registry:verval_row", args=[row.uid])
    assert SITI_NIK not in kasun.get(page).text
    wrong = kasun.post(page, {"version": 1, "outcome": "found", "finding": "meets", "note": "ada"})
    assert wrong.status_code == 400
    assert "ada" in wrong.text
    right = {"outcome": "found", "finding": "meets", "reason": "Lantai tanah"}
    assert kasun.post(page, right | {"version": 1, "latitude": "-8,1", "longitude": "113,7"}).url
    assert of(held, "siti").position == {"latitude": -8.1, "longitude": 113.7}
    assert kasun.post(page, right | {"version": 1}).status_code == 409


def test_a_death_found_is_offered_to_be_recorded(login, cast, held, siti):
    page = reverse("registry:verval_row", args=[of(held, "siti").uid])
    kasun = login("kasun")
    answer = kasun.post(page, {"version": 1, "outcome": "deceased"})
    assert answer.url == page
    assert "front office" in kasun.get(page).text
    assert "Catat juga di data warga" in kasun.get(page).text
    Resident.objects.update(life="deceased")
    assert "Catat juga di data warga" not in kasun.get(page).text


def test_the_home_page_tells_who_walks_what_is_left(login, cast, held):
    held.due_on = cast.village.today() + timedelta(days=3)
    held.save()
    assert "Verval November" in login("kasun").get("/").text
    assert "Verval November" not in login("facilitator").get("/").text
    for name in ("siti", "budi"):
        found(cast.actor("kasun"), of(held, name))
    assert "Verval November" not in login("kasun").get("/").text


def test_the_list_page_takes_the_same_queries_however_long_it_is(
    login, take_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    many = [[str(n), "", f"WARGA {chr(65 + n)}", "", "KRAJAN", "01", "01"] for n in range(20)]
    short, long = take_in(), take_in(upload=upload(*many))
    browser = login("back")
    with CaptureQueriesContext(connection) as few:
        browser.get(reverse("registry:verval_list", args=[short.uid]))
    with django_assert_num_queries(len(few)):
        browser.get(reverse("registry:verval_list", args=[long.uid]))


def test_a_deputy_whose_time_is_over_walks_no_more(cast, take_in):
    today = cast.village.today()
    Assignment.objects.filter(user=cast.kasun).update(until=today - timedelta(days=1))
    Assignment.objects.create(
        user=cast.facilitator, office=cast.village, role=Role.KASUN, dusun="krajan", since=SINCE
    )
    assert of(take_in(), "siti").assigned_to == cast.facilitator
