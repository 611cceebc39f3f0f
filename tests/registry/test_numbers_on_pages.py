"""What a NIK makes the pages say: doubts beside it, and its digits to whoever has just typed it."""

import json
import re
import uuid

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from puskesmas import typed_numbers
from puskesmas.models import AuditEntry
from registry.models import Resident
from registry.services import create_resident

#: A man of 1 January 1990, of the village's own regency.
NIK, KK = "3509990101900001", "3509990101100001"
ELSEWHERE = "3273990101900001"


@pytest.fixture
def siti(cast):
    return create_resident(actor=cast.actor("front"), name="Siti Khodijah", nik=NIK, kk=KK)


def person_page(resident):
    return reverse("registry:person", args=[resident.uid])


# --- Shown whole to whoever has just typed it ---


@pytest.mark.parametrize("address", ["search", "registry:search", "complaints:new"])
@pytest.mark.parametrize("typed", [NIK, "3509 9901 0190 0001"])
def test_a_nik_just_searched_for_is_shown_whole_to_him_alone(login, siti, address, typed):
    browser, colleague = login("front"), login("back")
    browser.post(reverse(address), {"q": typed})
    assert NIK in browser.get(person_page(siti)).text
    assert NIK in browser.get(f"{reverse('complaints:new')}?person={siti.uid}").text
    assert KK not in browser.get(person_page(siti)).text
    assert NIK not in colleague.get(person_page(siti)).text
    assert AuditEntry.objects.filter(action="lookup_number").exists()


def test_a_kk_just_searched_for_is_shown_whole_on_the_family_s_page(login, siti):
    household = siti.memberships.get().household
    browser = login("front")
    browser.post(reverse("registry:search"), {"q": KK})
    text = browser.get(reverse("registry:household", args=[household.uid])).text
    assert KK in text
    assert NIK not in text


def test_the_nik_of_a_new_person_is_shown_to_whoever_typed_it(login, db):
    values = {"name": "Paijo", "nik": NIK, "client_uid": str(uuid.uuid4())}
    browser = login("front")
    answer = browser.post(reverse("registry:person_new"), values, follow=True)
    assert NIK in answer.text
    assert NIK not in login("back").get(answer.redirect_chain[-1][0]).text


@pytest.mark.parametrize(("later", "shown"), [(-5, True), (5, False)])
def test_it_is_masked_again_after_the_visit(login, siti, monkeypatch, later, shown):
    browser = login("front")
    browser.post(reverse("search"), {"q": NIK})
    now = typed_numbers.time.time() + typed_numbers.VISIT + later
    monkeypatch.setattr(typed_numbers.time, "time", lambda: now)
    assert (NIK in browser.get(person_page(siti)).text) == shown


def test_it_is_masked_after_logging_out(login, client, cast, siti):
    client.force_login(cast.front)
    client.post(reverse("search"), {"q": NIK})
    client.logout()
    client.force_login(cast.front)
    assert NIK not in client.get(person_page(siti)).text


def test_the_session_keeps_no_number_and_only_the_latest(login, siti):
    browser = login("front")
    for serial in range(30):
        browser.post(reverse("registry:search"), {"q": f"350999010190{serial + 100:04d}"})
    kept = [row.get_decoded() for row in Session.objects.all()]
    assert "350999" not in json.dumps(kept)
    assert len(kept[0]["typed_numbers"]) == typed_numbers.MOST


def test_a_list_masks_what_was_typed_too(login, siti):
    results = login("front").post(reverse("registry:search"), {"q": NIK}).context["results"]
    page = login("front").post(reverse("registry:search"), {"q": "khodijah"}).text
    assert results
    assert NIK not in page


# --- Doubts ---

#: What is filled in beside the NIK, and what is said then.
DOUBTS = {
    "sex": ({"nik": NIK, "sex": "P"}, "Menurut NIK jenis kelaminnya lain"),
    "birth": ({"nik": NIK, "birth_date": "02-01-1990"}, "Tanggal lahir menurut NIK lain"),
    "region": ({"nik": ELSEWHERE}, "diterbitkan di daerah lain"),
    "card": ({"kk": "3509999901100001"}, "Tanggal di dalam nomor KK tidak mungkin"),
}


@pytest.mark.parametrize(("values", "words"), DOUBTS.values(), ids=DOUBTS)
def test_a_doubt_is_told_after_saving_and_hinders_nothing(login, db, values, words):
    sent = {"name": "Paijo", "client_uid": str(uuid.uuid4())} | values
    answer = login("front").post(reverse("registry:person_new"), sent, follow=True)
    assert words in answer.text
    assert Resident.objects.filter(name="Paijo").exists()


@pytest.mark.parametrize("doubt", ["sex", "birth", "card"])
def test_a_doubt_stays_on_the_person_s_page_and_form(login, db, doubt):
    values, words = DOUBTS[doubt]
    sent = {"name": "Paijo", "client_uid": str(uuid.uuid4())} | values
    browser = login("front")
    browser.post(reverse("registry:person_new"), sent, follow=True)
    resident = Resident.objects.get()
    assert words in browser.get(person_page(resident)).text
    assert words in browser.get(reverse("registry:person_edit", args=[resident.uid])).text


def test_a_nik_that_agrees_raises_no_doubt(login, db):
    sent = {"name": "Paijo", "nik": NIK, "sex": "L", "birth_date": "01-01-1990"}
    sent["client_uid"] = str(uuid.uuid4())
    answer = login("front").post(reverse("registry:person_new"), sent, follow=True)
    assert "Periksa lagi nomornya" not in answer.text
    assert [str(message) for message in answer.context["messages"]] == ["Warga ditambahkan."]


# --- Told while typing ---

#: What stands in the boxes, the box it is told beside, and whether saving would be refused.
NOTES = {
    **{
        what: (values, "kk" if what == "card" else "nik", False)
        for what, (values, _) in DOUBTS.items()
    },
    "too short": ({"nik": NIK[:-1]}, "nik", True),
    "no province": ({"kk": "99" + KK[2:]}, "kk", True),
    "far too long": ({"nik": "9" * 30}, "nik", True),
    "NUL": ({"nik": NIK + "\0"}, "nik", True),
    "no day": ({"birth_date": "31-02-1990"}, "birth_date", True),
    "no year": ({"birth_date": "01-01-0190"}, "birth_date", True),
}
BOXES = ("nik", "kk", "birth_date")


def notes_of(answer):
    """Return what is told beside each box, by the box's name."""
    assert answer.status_code == 200
    parts = re.findall(r'<div id="id_(\w+)_notes" hx-swap-oob="innerHTML">(.*?)</div>', answer.text)
    assert [name for name, _told in parts] == list(BOXES)
    return dict(parts)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("values", "box", "refused"), NOTES.values(), ids=NOTES)
def test_what_is_wrong_is_told_beside_its_box_and_nothing_kept(
    login, db, values, box, refused, language
):
    browser = login("front")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    notes = notes_of(browser.post(reverse("registry:number_notes"), values))
    assert [name for name in BOXES if notes[name]] == [box]
    prefix = {"id": ("Peringatan:", "Kesalahan:"), "en": ("Warning:", "Error:")}[language][refused]
    assert prefix in notes[box]
    assert not re.search(r"\d{6}", str(notes))
    assert not Resident.objects.exists()
    saved = browser.post(
        reverse("registry:person_new"),
        {"name": "Paijo", "client_uid": str(uuid.uuid4())} | values,
    )
    assert saved.status_code == (400 if refused else 302)


def test_nothing_is_told_of_numbers_that_agree_or_are_not_there_yet(login, db):
    browser, address = login("front"), reverse("registry:number_notes")
    agreeing = {"nik": NIK, "kk": KK, "sex": "L", "birth_date": "01-01-1990"}
    for values in ({}, agreeing, agreeing | {"nik": "", "kk": ""}, {"sex": "Q"}):
        assert notes_of(browser.post(address, values)) == dict.fromkeys(BOXES, "")


def test_an_empty_box_of_a_person_s_form_stands_for_the_nik_he_has(login, siti):
    address = reverse("registry:number_notes_of", args=[siti.uid])
    browser = login("front")
    assert (
        "jenis kelaminnya lain" in notes_of(browser.post(address, {"nik": "", "sex": "P"}))["nik"]
    )
    assert notes_of(browser.post(address, {"nik": "", "sex": "L"}))["nik"] == ""
    told = notes_of(browser.post(address, {"nik": "1" * 30, "sex": "P"}))["nik"]
    assert "jenis kelaminnya lain" not in told
    assert login("stranger_front").post(address, {"sex": "P"}).status_code == 404


# --- The further facts of the form ---


def test_the_form_takes_what_dukcapil_knows_of_a_person(login, db):
    values = {
        "name": "Sri",
        "client_uid": str(uuid.uuid4()),
        "mother_name": "Painem",
        "religion": "Islam",
        "marital_status": "Cerai mati",
        "education": "Tamat SD/sederajat",
        "occupation": "Penjual jamu",
        "disability": "Penglihatan (netra)",
        "has_ektp": "False",
    }
    browser = login("front")
    page = browser.post(reverse("registry:person_new"), values, follow=True).text
    sri = Resident.objects.get()
    wanted = {key: value for key, value in values.items() if key not in {"client_uid", "has_ektp"}}
    assert {key: getattr(sri, key) for key in wanted} == wanted
    assert sri.has_ektp is False
    assert "Penjual jamu" in page
    form = browser.get(reverse("registry:person_edit", args=[sri.uid])).context["form"]
    assert {name: form[name].value() for name in wanted} == wanted


def test_saving_again_keeps_a_spelling_no_list_knows(login, siti):
    Resident.objects.update(religion="Kejawen", education="SMEA", occupation="Dalang")
    browser = login("front")
    path = reverse("registry:person_edit", args=[siti.uid])
    form = browser.get(path).context["form"]
    sent = {field.name: field.value() or "" for field in form if field.name != "has_ektp"}
    assert browser.post(path, sent).status_code == 302
    siti.refresh_from_db()
    assert (siti.religion, siti.education, siti.occupation) == ("Kejawen", "SMEA", "Dalang")
    assert siti.has_ektp is None
