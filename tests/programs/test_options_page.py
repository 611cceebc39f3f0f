"""The page *Program yang bisa diminta*: every rule with its fact, and what nobody knows yet."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Complaint, ComplaintKind
from complaints.services import register_complaint
from programs.eligibility.services import state_fact
from programs.models import (
    Partner,
    PartnerAgreement,
    Programme,
    ProgrammeVersion,
    StatedFact,
)
from puskesmas.officers import issue_token
from registry.models import Resident
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
        {"value": "yes", "source": "Buku KIA no. 7", "on": today.strftime("%d-%m-%Y")},
    )
    assert answer.status_code == 302
    fact = StatedFact.objects.get()
    assert (fact.value, fact.source, fact.on) == (True, "Buku KIA no. 7", today)
    assert "Buku KIA no. 7" in front.get(path(somebody)).content.decode()


@pytest.fixture
def pregnant(somebody):
    """Written down by the facilitator."""
    state_fact(
        actor=somebody.cast.actor("facilitator"),
        resident=somebody.resident,
        field="person.pregnant",
        value=True,
        source="Bidan Sumi",
        on=DAY,
    )
    return somebody


def opened_case(somebody, **kind):
    """Open a case of hers, taken in by the back office."""
    return register_complaint(
        actor=somebody.cast.actor("back"),
        client_uid=uuid.uuid4(),
        subject=somebody.resident,
        kind=ComplaintKind.objects.create(
            office=somebody.office, code="uji", name_id="Uji", **kind
        ),
        story="Minta PKH",
    )


def told_of_pregnancy(api, who, somebody):
    """Return what this officer reads of it over REST."""
    rows = api(who).get(f"/api/v1/people/{somebody.resident.uid}/options/").json()
    pkh = next(row for row in rows if row["programme"] == "PKH")
    facts = [fact for one in pkh["answers"] for fact in one["facts"]]
    fact = next(fact for fact in facts if fact["code"] == "person.pregnant")
    return fact["value"], fact["evidence"], fact["detail"], fact["on"]


SHOWN = ("ya", "keterangan yang dicatat petugas", "Bidan Sumi", DAY.isoformat())
WITHHELD = ("", "", "", None)


def test_health_data_is_withheld_from_who_handles_no_case_of_hers(pregnant, login, api):
    page = login("front").get(path(pregnant)).content.decode()
    assert "Bidan Sumi" not in page
    assert "hanya dilihat petugas yang menangani perkaranya" in page
    assert told_of_pregnancy(api, "front", pregnant) == WITHHELD
    # Who wrote it down sees it again.
    assert told_of_pregnancy(api, "facilitator", pregnant) == SHOWN


def test_who_handles_a_case_of_hers_sees_health_data_until_it_ends(pregnant, login, api):
    case = opened_case(pregnant)
    assert told_of_pregnancy(api, "front", pregnant) == SHOWN
    assert "Bidan Sumi" in login("front").get(path(pregnant)).content.decode()
    Complaint.objects.filter(pk=case.pk).update(state="closed")
    assert told_of_pregnancy(api, "front", pregnant) == WITHHELD


def test_a_confidential_case_opens_health_data_to_its_confidants_only(pregnant, api):
    opened_case(pregnant, sensitive=True)
    assert told_of_pregnancy(api, "front", pregnant) == WITHHELD
    assert told_of_pregnancy(api, "koordinator", pregnant) == SHOWN


def test_what_nobody_knows_yet_is_asked_and_not_called_withheld(somebody, login):
    page = login("front").get(path(somebody)).content.decode()
    assert "facts/person.pregnant/" in page
    assert "hanya dilihat petugas" not in page


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_to_who_died_or_moved_nothing_is_offered_and_it_is_said(somebody, login, api, life):
    somebody.holds("PBI-JK")
    Resident.objects.filter(pk=somebody.resident.pk).update(life=life)
    answer = login("front").get(path(somebody))
    page = answer.content.decode()
    assert not answer.context["offered"]
    assert "Bisa diminta" not in page
    assert "jadi tidak ada program yang ditawarkan untuknya" in page
    assert "Sudah diterima" in page
    rows = api("front").get(f"/api/v1/people/{somebody.resident.uid}/options/").json()
    assert not any(row["may_be_asked"] for row in rows)


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


def test_a_paper_wanted_in_the_original_says_so_on_page_and_over_rest(somebody, login, api):
    ProgrammeVersion.objects.create(
        office=somebody.office,
        programme=Programme.objects.get(office=somebody.office, code="PKH"),
        effective_from=date(2020, 1, 1),
        content={"requirements": [{"code": "ktp", "form": "original"}]},
        published_at=timezone.now(),
    )
    page = login("front").get(path(somebody)).content.decode()
    assert "bawa yang asli" in section(page, "Program Keluarga Harapan (PKH)</strong>")
    rows = api("front").get(f"/api/v1/people/{somebody.resident.uid}/options/").json()
    (paper,) = next(row for row in rows if row["programme"] == "PKH")["papers"]
    assert (paper["code"], paper["form"]) == ("ktp", "bawa yang asli")


def test_what_is_handed_out_is_told_with_who_may_collect_it_and_how_many(somebody, login):
    ProgrammeVersion.objects.create(
        office=somebody.office,
        programme=Programme.objects.get(office=somebody.office, code="PKH"),
        effective_from=date(2020, 1, 1),
        content={
            "outputs": [{"name_id": "Kartu Uji", "collectors": ["self", "same_kk"]}],
            "quota": {"number": 24, "period": "year"},
        },
        published_at=timezone.now(),
    )
    page = login("front").get(path(somebody)).content.decode()
    told = section(page, "Program Keluarga Harapan (PKH)</strong>")
    assert "Kartu Uji" in told
    assert "orangnya sendiri, anggota KK yang sama" in told
    assert "24 setahun" in told
