"""Two officers with the same form open: the second is told, sees both values, loses nothing.

One row a form that edits a record; each is opened, changed by somebody else, and then sent.
"""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from puskesmas.models import Office, TimeLimit
from puskesmas.office_calendar import limits_of, set_limits
from puskesmas.officers import change_office, change_officer
from registry.life import record_life_event
from registry.models import Resident
from registry.services import change_resident, create_resident


@pytest.fixture
def person(cast):
    return create_resident(actor=cast.actor("front"), name="Sartini", address="Jalan Lama 1")


def office(cast, person):
    def meanwhile():
        change_office(actor=cast.actor("admin"), version=1, phone="0331-2222", address="Balai Baru")

    return "admin", reverse("office:office"), meanwhile, {"phone": "0331-1111"}


def limits(cast, person):
    def meanwhile():
        set_limits(actor=cast.actor("admin"), version=1, limits={"sktm": (9, True)})

    return "admin", reverse("office:time_limits"), meanwhile, {"sktm_days": "4"}


def account(cast, person):
    def meanwhile():
        change_officer(
            actor=cast.actor("admin"), user_uid=cast.back.uid, version=1, name="Nama Baru"
        )

    url = reverse("office:officer_edit", args=[cast.back.uid])
    return "admin", url, meanwhile, {"name": "Nama Lain"}


def resident(cast, person):
    def meanwhile():
        change_resident(
            actor=cast.actor("back"),
            uid=person.uid,
            version=1,
            name="Sartini",
            address="Jalan Baru 2",
            birth_date=date(1980, 5, 17),
            sex=Resident.Sex.FEMALE,
        )

    url = reverse("registry:person_edit", args=[person.uid])
    return "front", url, meanwhile, {"address": "Jalan Lain 3"}


def life(cast, person):
    def meanwhile():
        record_life_event(
            actor=cast.actor("back"),
            uid=person.uid,
            version=1,
            kind="moved_away",
            on=date(2026, 1, 5),
            source="ketua RT",
        )

    url = reverse("registry:life", args=[person.uid])
    typed = {"kind": "deceased", "on": "07-01-2026", "source": "surat kematian 1/2026"}
    return "front", url, meanwhile, typed


FORMS = {
    office: ["0331-2222", "Balai Baru"],
    limits: ["9"],
    account: ["Nama Baru"],
    resident: ["Jalan Baru 2", "17 Mei 1980", "Perempuan"],
    life: ["Pindah keluar", "5 Januari 2026"],
}


def filled(page):
    """Return what a browser would send of the page's form."""
    sent = {}
    for box in page.select("main form [name]"):
        if box.name == "select":
            chosen = box.select_one("option[selected]")
            sent[box["name"]] = chosen["value"] if chosen else ""
        elif box.get("type") in {"checkbox", "radio"}:
            if box.has_attr("checked"):
                sent[box["name"]] = box.get("value", "on")
        elif box.name in {"input", "textarea"}:
            sent[box["name"]] = box.get("value", box.text)
    return sent


def read(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize(
    ("form", "recorded"), FORMS.items(), ids=lambda value: getattr(value, "__name__", "notes")
)
def test_the_second_is_told_and_sees_both_values(cast, person, login, form, recorded):
    who, url, meanwhile, typed = form(cast, person)
    browser = login(who)
    sent = filled(read(browser.get(url))) | typed
    meanwhile()
    answer = browser.post(url, sent)
    assert answer.status_code == 409
    page = read(answer)
    notes = " ".join(note.text for note in page.select(".recorded"))
    assert [words for words in recorded if words not in notes] == []
    again = filled(page)
    assert {name: again[name] for name in typed} == typed
    for note in page.select(".recorded"):
        assert page.select_one(f'[aria-describedby~="{note["id"]}"]'), "not read out with its box"


@pytest.mark.parametrize("form", FORMS, ids=lambda value: value.__name__)
def test_what_is_sent_after_seeing_both_is_kept(cast, person, login, form):
    who, url, meanwhile, typed = form(cast, person)
    browser = login(who)
    sent = filled(read(browser.get(url))) | typed
    meanwhile()
    again = filled(read(browser.post(url, sent)))
    assert browser.post(url, again).status_code == 302


@pytest.mark.parametrize("form", FORMS, ids=lambda value: value.__name__)
def test_one_editor_alone_is_told_nothing(cast, person, login, form):
    who, url, _meanwhile, typed = form(cast, person)
    browser = login(who)
    assert browser.post(url, filled(read(browser.get(url))) | typed).status_code == 302


def test_an_unchanged_office_keeps_its_version_and_writes_no_history(cast):
    village = cast.village
    assert change_office(actor=cast.actor("admin"), version=1, phone=village.phone)
    set_limits(actor=cast.actor("admin"), version=1, limits=limits_of(village))
    assert Office.objects.get(pk=village.pk).version == 1
    assert limits_of(village)[TimeLimit.Code.SKTM] == (1, True)
