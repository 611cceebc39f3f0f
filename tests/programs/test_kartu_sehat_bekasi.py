"""Kartu Sehat Bekasi in four versions: every case comes out as said."""

from datetime import date

import pytest

from programs.catalogue import services
from programs.eligibility.judging import Result, Standing
from programs.eligibility.options import options_for, path_of
from programs.models import Programme
from registry.models import Household, HouseholdMember, Resident
from tests.programs.conftest import DAY

KS = "KS-BEKASI"
IN_2016, IN_2017, IN_2018 = date(2016, 5, 1), date(2017, 5, 1), date(2018, 9, 1)
FULL = ("ktp", "kk", "ks_card")


def codes(answers):
    return [one.rule.code for one in answers]


def missing(verdict):
    return [paper.requirement.code for paper in verdict.missing_papers]


def test_two_adults_one_without_e_ktp_is_incomplete_and_names_that_member(of_bekasi):
    of_bekasi.member("Joko", born=date(1978, 1, 1), ektp=False)
    of_bekasi.member("Bagas", born=date(2015, 1, 1), ektp=False)
    verdict = of_bekasi.judged(KS, on=IN_2018, papers=(*FULL, "primary_letter"))
    assert not verdict.is_complete
    assert [paper.missing_for for paper in verdict.missing_papers] == [("Joko",)]


def test_a_full_kk_is_complete_and_both_documents_count(of_bekasi):
    of_bekasi.member("Joko", born=date(1978, 1, 1))
    verdict = of_bekasi.judged(KS, on=IN_2018, papers=(*FULL, "primary_letter"))
    assert verdict.is_complete
    given = {paper.given for paper in verdict.papers if paper.result == Result.MET}
    assert {"ktp", "kk"} <= given


def test_a_pbi_member_is_blocked_until_the_koordinator_overrides(of_bekasi):
    of_bekasi.holds("PBI-JK")
    verdict = of_bekasi.judged(KS, on=IN_2018)
    assert codes(verdict.exclusions) == ["pbi"]
    assert verdict.exclusions[0].rule.override == "koordinator"


@pytest.mark.parametrize("code", ["KIS-D", "KIS-MANDIRI"])
def test_a_kis_holder_who_is_not_pbi_gets_a_warning_only(of_bekasi, code):
    of_bekasi.holds(code)
    of_bekasi.holds_none_of("PBI-JK")
    verdict = of_bekasi.judged(KS, on=IN_2018)
    assert not verdict.exclusions
    assert len(verdict.warnings) == 1


NONE_OF = ("PBI-JK", "KIS-D", "KIS-MANDIRI", "JAMKESDA", "PKH")


def test_2016_neither_criterion_does_not_meet(of_bekasi):
    of_bekasi.says("person.laid_off", False)
    of_bekasi.says("person.single_mother", False)
    of_bekasi.holds_none_of(*NONE_OF)
    verdict = of_bekasi.judged(KS, on=IN_2016)
    assert verdict.standing == Standing.DOES_NOT_MEET
    assert codes(verdict.obstacles) == ["keadaan"]


def test_2016_laid_off_and_in_pkh_does_not_meet(of_bekasi):
    of_bekasi.says("person.laid_off", True)
    of_bekasi.holds("PKH")
    of_bekasi.holds_none_of("PBI-JK", "KIS-D", "KIS-MANDIRI", "JAMKESDA")
    verdict = of_bekasi.judged(KS, on=IN_2016)
    assert verdict.standing == Standing.DOES_NOT_MEET
    assert codes(verdict.exclusions) == ["pkh"]


@pytest.mark.parametrize("state", ["person.laid_off", "person.single_mother"])
def test_2016_laid_off_or_a_mother_alone_and_in_none_meets(of_bekasi, state):
    of_bekasi.says(state, True)
    of_bekasi.holds_none_of(*NONE_OF)
    assert of_bekasi.judged(KS, on=IN_2016).standing == Standing.MEETS


def test_the_same_person_under_2017_meets(of_bekasi):
    of_bekasi.says("person.laid_off", True)
    of_bekasi.says("care.class", "III")
    of_bekasi.holds_none_of(*NONE_OF)
    assert of_bekasi.judged(KS, on=IN_2017).standing == Standing.MEETS


@pytest.mark.parametrize("service", ["inap", "jalan", "melahirkan"])
def test_the_hospital_without_the_health_centres_letter_2018_no_2017_yes(of_bekasi, service):
    at_2018 = of_bekasi.judged(KS, on=IN_2018, service=service, papers=FULL)
    assert missing(at_2018) == ["primary_letter"]
    assert of_bekasi.judged(KS, on=IN_2017, service=service, papers=FULL).is_complete


@pytest.mark.parametrize("service", ["inap", "darurat"])
def test_an_emergency_needs_no_letter_and_skips_the_health_centre(of_bekasi, service):
    verdict = of_bekasi.judged(KS, on=IN_2018, service=service, papers=FULL, case_emergency=True)
    assert verdict.is_complete
    kinds = [station.kind for station in path_of(verdict.version.terms, verdict.facts)]
    assert kinds == ["village", "hospital"]


def test_when_the_hospital_finds_no_emergency_general_cost_is_recorded(of_bekasi):
    of_bekasi.says("care.verdict", "not_emergency")
    verdict = of_bekasi.judged(KS, on=IN_2018, service="darurat", case_emergency=True)
    assert "biaya umum" in verdict.warnings[0].rule.message
    of_bekasi.says("care.verdict", "emergency")
    assert not of_bekasi.judged(KS, on=IN_2018, service="darurat", case_emergency=True).warnings


@pytest.mark.parametrize(
    ("chosen", "standing"),
    [("III", Standing.MEETS), ("II", Standing.DOES_NOT_MEET), ("VIP", Standing.DOES_NOT_MEET)],
)
def test_above_class_iii_is_not_covered(of_bekasi, chosen, standing):
    of_bekasi.holds_none_of("PBI-JK")
    of_bekasi.says("care.class", chosen)
    assert of_bekasi.judged(KS, on=IN_2018, service="inap").standing == standing


def test_no_card_an_sktm_replaces_it_the_way_leads_to_dinkes_and_kk_and_ktp_stay(of_bekasi):
    verdict = of_bekasi.judged(KS, on=IN_2018, papers=("sktm", "primary_letter"))
    assert missing(verdict) == ["ktp", "kk"]
    card = next(one for one in verdict.papers if one.requirement.code == "ks_card")
    assert card.given == "sktm"
    assert path_of(verdict.version.terms, verdict.facts)[-1].name == "Dinas Kesehatan Kota Bekasi"
    with_card = of_bekasi.judged(KS, on=IN_2018, papers=FULL)
    assert path_of(with_card.version.terms, with_card.facts)[-1].kind == "hospital"


def test_a_newborn_needs_two_birth_letters(of_bekasi):
    of_bekasi.resident.birth_date = date(2026, 11, 1)
    of_bekasi.resident.save()
    verdict = of_bekasi.judged(KS, on=IN_2018, papers=(*FULL, "primary_letter"))
    assert missing(verdict) == ["birth_note", "birth_village"]


def test_a_control_visit_continues_the_first_referral(of_bekasi):
    verdict = of_bekasi.judged(KS, on=IN_2018, service="kontrol", papers=FULL)
    assert verdict.version.terms.service("kontrol").follows == "inap"
    assert missing(verdict) == ["control_letter"]


def test_a_kk_elsewhere_in_the_city_meets(of_bekasi):
    card = of_bekasi.resident.memberships.get().household
    card.kk = "3275110101150001"
    card.save()
    assert _nik_rule(of_bekasi.judged(KS, on=IN_2018)) == Result.MET


def test_a_nik_outside_the_city_does_not_meet(of_bekasi):
    outsider = Resident.objects.create(
        office=of_bekasi.office, name="Warsito", nik="3509994507800077", has_ektp=True
    )
    of_bekasi.resident = outsider
    assert _nik_rule(of_bekasi.judged(KS, on=IN_2018)) == Result.NOT_MET
    card = Household.objects.create(office=of_bekasi.office, kk="3509990101150077")
    HouseholdMember.objects.create(household=card, resident=outsider, relation="1")
    assert _nik_rule(of_bekasi.judged(KS, on=IN_2018)) == Result.NOT_MET


def test_a_nik_of_the_city_on_a_kk_of_elsewhere_does_not_meet(of_bekasi):
    card = of_bekasi.resident.memberships.get().household
    card.kk = "3509990101150077"
    card.save()
    assert of_bekasi.resident.nik.startswith("3275")
    assert _nik_rule(of_bekasi.judged(KS, on=IN_2018)) == Result.NOT_MET


def test_without_a_numbered_card_the_nik_decides(of_bekasi):
    card = of_bekasi.resident.memberships.get().household
    card.kk = ""
    card.save()
    assert _nik_rule(of_bekasi.judged(KS, on=IN_2018)) == Result.MET


def _nik_rule(verdict):
    return next(one.result for one in verdict.answers if one.rule.code == "nik")


def agreed(of_bekasi, code, *, until, kind="hospital"):
    admin = of_bekasi.cast.actor("admin")
    partner = services.save_partner(actor=admin, code="mitra", name_id="Mitra Uji Sehat", kind=kind)
    services.record_agreement(
        actor=admin,
        partner_uid=partner.uid,
        programme_uid=Programme.objects.get(office=of_bekasi.office, code=code).uid,
        since=date(2020, 1, 1),
        until=until,
    )
    options = options_for([of_bekasi.resident], office=of_bekasi.office, day=DAY)
    return next(one for one in options[of_bekasi.resident.pk] if one.programme.code == code)


ENDS = pytest.mark.parametrize(
    ("until", "offered"), [(None, True), (date(2026, 12, 31), True), (date(2026, 11, 21), False)]
)


@ENDS
def test_a_partner_whose_agreement_ended_is_not_offered(of_bekasi, until, offered):
    option = agreed(of_bekasi, "PANGAN", until=until, kind="charity")
    assert [partner.code for partner in option.partners] == (["mitra"] if offered else [])
    assert option.is_closed is not offered
    assert option.may_be_asked is offered


@ENDS
def test_a_government_programme_goes_on_without_the_hospital_whose_agreement_ended(
    of_bekasi, until, offered
):
    option = agreed(of_bekasi, KS, until=until)
    assert [partner.code for partner in option.partners] == (["mitra"] if offered else [])
    assert option.may_be_asked
    verdict = option.verdict
    path = path_of(verdict.version.terms, verdict.facts, option.agreements, DAY)
    assert ("hospital" in [station.kind for station in path]) is offered


def test_a_step_nobody_knows_yet_to_be_taken_stays_in_the_path_and_says_when(of_bekasi, login):
    page = login("front").get(f"/programmes/people/{of_bekasi.resident.uid}/options/")
    shown = page.content.decode()
    assert "Rumah sakit mitra (bila " in shown
    assert "Dinas Kesehatan Kota Bekasi (bila " in shown


def test_every_service_is_explained_and_one_that_may_be_asked_is_enough(of_bekasi):
    of_bekasi.holds_none_of("PBI-JK")
    of_bekasi.says("care.class", "I")
    option = next(
        one
        for one in options_for(
            [of_bekasi.resident], office=of_bekasi.office, day=DAY, matters=[of_bekasi.matter]
        )[of_bekasi.resident.pk]
        if one.programme.code == KS
    )
    said = {one.service: one.standing for one in option.verdicts}
    assert list(said) == ["inap", "jalan", "darurat", "melahirkan", "kontrol"]
    assert said["inap"] == Standing.DOES_NOT_MEET
    assert said["jalan"] == Standing.MEETS
    assert option.may_be_asked
