"""The people pages: found while typing, masked, nothing typed lost, closed to strangers."""

import uuid

import pytest
from django.urls import reverse

from puskesmas.models import AuditEntry
from registry.models import Register, RegisterCheck, Resident
from registry.services import create_resident

NIK, KK = "3509990101900001", "3509990101100001"
PERSON = {"name": "Siti Khodijah", "nik": NIK, "kk": KK, "relation": "1"}


@pytest.fixture
def siti(cast):
    return create_resident(actor=cast.actor("front"), phone="081200001111", **PERSON)


def page(name, resident=None):
    return reverse(f"registry:{name}", args=[resident.uid] if resident else [])


def test_a_name_is_found_and_the_number_stays_masked(login, siti):
    answer = login("front").post(page("search"), {"q": "sitti kodijah"}).content.decode()
    assert "Siti Khodijah" in answer
    assert NIK not in answer


def test_hits_come_while_typing_as_a_fragment(login, siti):
    answer = login("front").post(page("search"), {"q": "siti"}, headers={"HX-Request": "true"})
    assert "Siti Khodijah" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_search_box_opens_a_whole_nik_at_once(login, siti):
    answer = login("front").post(reverse("search"), {"q": NIK})
    assert answer.url == page("person", siti)
    assert AuditEntry.objects.get(action="lookup_number").fields == ["nik"]


def test_the_person_page_masks_numbers_and_is_audited(login, siti):
    answer = login("front").get(page("person", siti)).content.decode()
    assert "Siti Khodijah" in answer
    assert not any(number in answer for number in (NIK, KK, "081200001111"))
    assert AuditEntry.objects.filter(action="open_person", subject_uid=siti.uid).count() == 1


def test_numbers_are_revealed_for_a_reason_only(login, siti):
    browser = login("front")
    assert NIK not in browser.post(page("reveal", siti), {"reason": ""}).content.decode()
    answer = browser.post(page("reveal", siti), {"reason": "cek SIKS-NG"})
    for number in (NIK, KK, "081200001111"):
        assert number in answer.content.decode()
        assert number not in browser.get(page("person", siti)).content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_a_wrong_value_is_named_and_nothing_typed_is_lost(login, db):
    values = {"name": "Paijo Kromo", "nik": "12345", "client_uid": str(uuid.uuid4())}
    answer = login("front").post(page("person_new"), values)
    assert answer.context["form"].errors.keys() == {"nik"}
    assert "Paijo Kromo" in answer.content.decode()
    assert "12345" in answer.content.decode()


def test_a_double_click_adds_one_person(login, cast):
    values = {"name": "Paijo", "client_uid": str(uuid.uuid4())}
    browser = login("front")
    first, second = (browser.post(page("person_new"), values) for _ in range(2))
    assert first.url == second.url
    assert Resident.objects.count() == 1


def test_an_empty_nik_box_leaves_the_number(login, siti):
    values = {"name": "Siti Hodijah", "version": 1, "nik": "", "kk": ""}
    login("back").post(page("person_edit", siti), values)
    siti.refresh_from_db()
    assert (siti.name, siti.nik) == ("Siti Hodijah", NIK)


def test_a_stale_form_keeps_what_was_typed_and_says_why(login, siti):
    browser = login("front")
    Resident.objects.filter(pk=siti.pk).update(version=2)
    answer = browser.post(page("person_edit", siti), {"name": "Siti Baru", "version": 1})
    assert "petugas lain" in answer.content.decode()
    assert "Siti Baru" in answer.content.decode()
    siti.refresh_from_db()
    assert siti.name == "Siti Khodijah"


def test_a_check_by_hand_is_noted_with_its_picture(login, cast, siti, png):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    values = {
        "client_uid": str(uuid.uuid4()),
        "register_code": "DTSEN",
        "method": "siks_ng",
        "result": "listed",
        "decile": "2",
        "checked_at": "20-11-2026 09.15",
        "screenshot": png("layar.png"),
    }
    browser = login("front")
    answer = browser.post(page("register_check", siti), values)
    assert answer.status_code == 302
    check = RegisterCheck.objects.get()
    assert (check.decile, check.checked_by) == (2, cast.front)
    picture = reverse("attachment", args=[check.screenshot.uid])
    assert browser.get(picture)["Content-Type"] == "image/png"
    assert login("stranger_front").get(picture).status_code == 404
    shown = browser.get(page("person", siti)).content.decode()
    assert "Terdaftar" in shown
    assert "Desil 2" in shown


def test_a_screenshot_that_is_no_picture_is_refused_in_words(login, cast, siti, png):
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    values = {
        "client_uid": str(uuid.uuid4()),
        "register_code": "DTSEN",
        "method": "siks_ng",
        "result": "listed",
        "checked_at": "20-11-2026 09.15",
        "screenshot": png("layar.png", content=b"<script>alert(1)</script>"),
    }
    answer = login("front").post(page("register_check", siti), values)
    assert answer.context["form"].errors.keys() == {"screenshot"}
    assert not RegisterCheck.objects.exists()


def test_a_death_is_recorded_and_shown(login, siti):
    values = {
        "version": 1,
        "client_uid": str(uuid.uuid4()),
        "kind": "deceased",
        "on": "01-11-2026",
        "source": "surat 474/12",
    }
    browser = login("front")
    assert browser.post(page("life", siti), values).status_code == 302
    assert "tercatat meninggal" in browser.get(page("person", siti)).content.decode()


def test_the_person_page_takes_the_same_queries_for_a_large_family(
    login, cast, siti, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = login("front")
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(page("person", siti))
    for n in range(12):
        create_resident(actor=cast.actor("front"), name=f"Anak {n}", kk=KK, relation="4")
    with django_assert_num_queries(len(few)):
        browser.get(page("person", siti))


@pytest.mark.parametrize("name", ["person", "person_edit", "register_check", "life"])
def test_another_village_does_not_know_the_person(login, siti, name):
    assert login("stranger_front").get(page(name, siti)).status_code == 404


@pytest.mark.parametrize("address", ["registry:search", "complaints:new"])
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(("typed", "digits"), [(NIK[:-1], 15), (f"{NIK[:8]} {NIK[8:]}7", 17)])
def test_a_number_with_a_digit_too_few_or_too_many_is_told(
    login, siti, address, live, typed, digits
):
    headers = {"HX-Request": "true"} if live else {}
    answer = login("front").post(reverse(address), {"q": typed}, headers=headers).text
    assert answer.count(f"16 angka; yang diketik {digits}.") >= 1
    assert "warga baru" not in answer


def test_a_telephone_number_is_still_searched_for(login, siti):
    answer = login("front").post(page("search"), {"q": "0812-0000-1111"}).text
    assert "Siti Khodijah" in answer
