"""The page *Program yang bisa diminta*: every rule with its fact, and what nobody knows yet."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from programs.models import (
    Partner,
    PartnerAgreement,
    Programme,
    ProgrammeVersion,
    StatedFact,
)
from puskesmas.officers import issue_token
from tests.programs.conftest import DAY


@pytest.fixture
def api(cast):
    """Return a program's client with an officer's token."""

    def client(who):
        actor = cast.actor(who)
        token = issue_token(actor=actor, name="uji", roles=actor.roles)[1]
        return Client(headers={"Authorization": f"Bearer {token}"})

    return client


def path(somebody, rest="options/"):
    return f"/programmes/people/{somebody.resident.uid}/{rest}"


def test_the_page_shows_each_rule_with_fact_source_and_what_would_change(somebody, login):
    somebody.holds("PBI-JK")
    page = login("front").get(path(somebody)).content.decode()
    assert "Terkena pengecualian" in page
    assert "Berubah bila Menerima KIS nasional (PBI-JK): tidak." in page
    assert "jawaban pemilik program" in page
    assert "layak" not in page.lower()


def test_a_programme_without_criteria_says_so_and_not_that_they_are_met(somebody, login):
    page = login("front").get(path(somebody)).content.decode()
    civil = page[page.index("NIK, KK, dan akta kelahiran") :]
    civil = civil[: civil.index("</details>")]
    assert "Katalog tidak memuat kriteria" in civil
    assert "Memenuhi kriteria" not in civil


def test_an_answer_written_down_counts_at_once(somebody, login):
    front = login("front")
    today = somebody.office.today()
    answer = front.post(
        path(somebody, "facts/person.pregnant/"),
        {"value": "yes", "source": "Buku KIA", "on": today.strftime("%d-%m-%Y")},
    )
    assert answer.status_code == 302
    fact = StatedFact.objects.get()
    assert (fact.value, fact.source, fact.on) == (True, "Buku KIA", today)
    assert "Buku KIA" in front.get(path(somebody)).content.decode()


@pytest.mark.parametrize("code", ["person.age", "register.decile", "person.shoe_size"])
def test_what_a_register_answers_is_not_written_down_here(somebody, login, code):
    assert login("front").get(path(somebody, f"facts/{code}/")).status_code == 404


def test_over_rest_each_rule_carries_its_codes(somebody, api):
    rows = api("front").get(f"/api/v1/people/{somebody.resident.uid}/options/").json()
    kis = next(row for row in rows if row["programme"] == "KIS-D")
    assert [one["code"] for one in kis["answers"]] == ["max_decile", "pbi", "mandiri"]
    assert {one["rule_result"] for one in kis["answers"]} == {"unknown"}
    said = api("front").post(
        f"/api/v1/people/{somebody.resident.uid}/facts/",
        {"fact": "holds.PBI-JK", "value": False, "evidence": "warga", "on": DAY.isoformat()},
        content_type="application/json",
    )
    assert said.status_code == 201
    rows = api("front").get(f"/api/v1/people/{somebody.resident.uid}/options/").json()
    kis = next(row for row in rows if row["programme"] == "KIS-D")
    assert kis["answers"][1]["rule_result"] == "met"


def section(page, start, end="</details>"):
    part = page[page.index(start) :]
    return part[: part.index(end)]


def test_a_warning_does_not_look_like_what_stands_in_the_way(of_bekasi, login):
    of_bekasi.holds("PBI-JK")
    of_bekasi.holds("KIS-MANDIRI")
    page = login("front").get(path(of_bekasi)).content.decode()
    card = section(page, "Kartu Sehat Bekasi</strong>")
    block = section(card, "Peserta PBI-JK tidak boleh memakai kartu daerah", "</li>")
    assert "badge-danger" in block
    assert "Yang boleh mengesampingkannya, dengan alasan: koordinator." in block
    warning = card[card.rindex("Punya KIS bukan PBI") :]
    assert "badge-warning" in warning[: warning.index("</p>")]
    assert "tidak menahan rujukan" in warning


def test_the_page_explains_every_service_of_a_programme(of_bekasi, login):
    page = login("front").get(path(of_bekasi)).content.decode()
    card = section(page, "Kartu Sehat Bekasi</strong>")
    for service in ("Rawat inap", "Rawat jalan", "Gawat darurat", "Melahirkan", "Kontrol"):
        assert service in card
    # Said once for all of them, and of each only what is its own.
    assert card.count("NIK-nya tercatat sebagai penduduk kota") == 1
    assert card.count("Di atas kelas III tidak ditanggung") == 1


def test_a_programme_nobody_gives_any_more_stands_apart_from_rules_that_are_not_met(
    somebody, login
):
    partner = Partner.objects.create(office=somebody.office, code="amal", name_id="Rumah Amal Uji")
    PartnerAgreement.objects.create(
        office=somebody.office,
        partner=partner,
        programme=Programme.objects.get(office=somebody.office, code="PANGAN"),
        since=date(2020, 1, 1),
        until=date(2021, 1, 1),
    )
    page = login("front").get(path(somebody)).content.decode()
    closed = page[page.index("Perjanjian mitra sudah berakhir") :]
    name = Programme.objects.get(office=somebody.office, code="PANGAN").name_id
    assert name in closed
    assert name not in page[: page.index("Perjanjian mitra sudah berakhir")]


def test_a_rule_that_cannot_be_evaluated_says_so_on_the_page(somebody, login):
    rule = {"code": "sepatu", "field": "person.shoe_size", "operator": "is", "value": 42}
    ProgrammeVersion.objects.create(
        office=somebody.office,
        programme=Programme.objects.get(office=somebody.office, code="PKH"),
        effective_from=date(2020, 1, 1),
        content={"rules": [rule | {"message_id": "Nomor sepatu 42"}]},
        published_at=timezone.now(),
    )
    page = login("front").get(path(somebody))
    assert page.status_code == 200
    said = section(page.content.decode(), "Nomor sepatu 42", "</li>")
    assert "Tidak bisa dinilai" in said
