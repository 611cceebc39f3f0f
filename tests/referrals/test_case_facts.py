"""What is said in a case stays in that case; what one admission is about is said nowhere else."""

import pytest
from django.urls import reverse

from programs.catalogue.exchange import load_catalogue
from programs.eligibility.gathering import facts_of
from programs.eligibility.services import state_fact
from programs.models import StatedFact
from puskesmas.errors import InvalidInput
from puskesmas.models import Office


@pytest.fixture
def of_bekasi(cast, resident):
    """The village, for this test one of Kota Bekasi: it has the programme that asks care.class."""
    Office.objects.filter(pk=cast.village.pk).update(code="32.75.99.1003", regency="Kota Bekasi")
    cast.village.refresh_from_db()
    load_catalogue(cast.village)


def fact_url(case, code="care.class"):
    return reverse("referrals:state_fact", args=[case.uid, code])


def answer(office, **more):
    today = office.today().strftime("%d-%m-%Y")
    return {"value": "II", "source": "Surat rawat inap", "on": today} | more


def known(case):
    people = [case.person]
    facts = facts_of(people, office=case.office, day=case.office.today(), matters=[case.uid])
    return facts[case.person.pk]


def test_the_case_page_asks_for_its_own_answer_and_returns_to_the_case(
    cast, of_bekasi, case, login
):
    front = login("front")
    options = reverse("referrals:options", args=[case.uid])
    assert fact_url(case) in front.get(options).content.decode()
    said = front.post(fact_url(case), answer(cast.village))
    assert (said.status_code, said.url) == (302, options)
    assert StatedFact.objects.get().matter_uid == case.uid
    assert "Surat rawat inap" in front.get(options).content.decode()


def test_the_case_page_says_of_each_paper_whether_it_is_at_hand(cast, of_bekasi, case, login):
    case.papers.create(code="kk", status="copied")
    page = login("front").get(reverse("referrals:options", args=[case.uid])).content.decode()
    card = page[page.index("Kartu Sehat Bekasi</strong>") :]
    papers = card[card.index("Berkas:") : card.index("</details>")]
    family_card = papers[papers.index("Fotokopi KK") :]
    assert "sudah ada" in family_card[: family_card.index("</li>")]
    own_card = papers[papers.index("Fotokopi KTP") :]
    assert "belum ada" in own_card[: own_card.index("</li>")]


def test_the_class_of_one_admission_does_not_colour_the_persons_next_case(
    cast, of_bekasi, make_case, resident, login
):
    first, second = make_case(), make_case(subject=resident)
    login("front").post(fact_url(first), answer(cast.village))
    assert known(first)["care.class"].value == "II"
    assert "care.class" not in known(second)


def test_the_persons_page_does_not_ask_for_what_holds_of_one_case_only(of_bekasi, resident, login):
    front = login("front")
    page = front.get(reverse("programs:options", args=[resident.uid])).content.decode()
    facts = f"/people/{resident.uid}/facts/"
    assert f"{facts}holds.PBI-JK/" in page
    assert f"{facts}care." not in page
    url = reverse("programs:state_fact", args=[resident.uid, "care.class"])
    assert front.get(url).status_code == 404


def test_who_receives_what_holds_in_whatever_case_it_was_said(
    cast, of_bekasi, make_case, resident, login
):
    first, second = make_case(), make_case(subject=resident)
    said = answer(cast.village, value="no", source="warga")
    assert login("front").post(fact_url(first, "holds.PBI-JK"), said).status_code == 302
    assert known(second)["holds.PBI-JK"].value is False


@pytest.mark.parametrize("code", ["care.class", "care.verdict", "care.under_treatment"])
def test_no_caller_writes_it_down_without_a_case(cast, resident, code):
    with pytest.raises(InvalidInput) as refused:
        state_fact(
            actor=cast.actor("front"),
            resident=resident,
            field=code,
            value="II",
            on=cast.village.today(),
        )
    assert refused.value.code == "needs_case"


def test_over_rest_the_cases_address_binds_it_to_the_case(cast, of_bekasi, case, login):
    front = login("front")
    body = {"fact": "care.class", "value": "II", "evidence": "Surat rawat inap"}
    url = f"/api/v1/complaints/{case.uid}/facts/"
    said = front.post(url, body, content_type="application/json")
    assert said.status_code == 201
    assert said.json()["complaint"] == str(case.uid)
    rows = front.get(f"/api/v1/complaints/{case.uid}/options/").json()
    card = next(row for row in rows if row["programme"] == "KS-BEKASI")
    inap = next(one for one in card["services"] if one["code"] == "inap")
    assert [fact["value"] for rule in inap["answers"] for fact in rule["facts"]] == ["II"]
    of_person = front.post(
        f"/api/v1/people/{case.subject.uid}/facts/", body, content_type="application/json"
    )
    assert of_person.status_code == 400
    assert of_person.json()["code"] == "needs_case"
