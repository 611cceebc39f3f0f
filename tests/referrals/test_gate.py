"""The gate *may be forwarded*: rules want reasons, exclusions an override, papers are a must."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints import services as complaints
from complaints.letters import receipt_context
from complaints.models import Complaint, ComplaintKind
from complaints.selectors import case as find_case
from programs.catalogue.exchange import load_catalogue
from programs.eligibility.judging import Standing
from programs.eligibility.services import kept_verdict, state_fact
from programs.models import Judgement, Participation, Programme, ProgrammeVersion
from programs.services import record_participation
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import Office
from referrals.models import Referral
from referrals.services import approval
from referrals.weighing import facts_of_case, kept_version
from registry.models import Household, HouseholdMember, RegisterCheck, Resident

KS, PBI = "KS-BEKASI", "PBI-REAKTIVASI"
FULL = ("ktp", "kk", "ks_card")
IN_2017, IN_2018 = datetime(2018, 1, 5, 3, tzinfo=UTC), datetime(2018, 9, 5, 3, tzinfo=UTC)
REASON = "Kartu PBI-nya mati dan tidak bisa dipakai"


class Counter:
    """The village at work on one person's case of a programme."""

    def __init__(self, cast):
        Office.objects.filter(pk=cast.village.pk).update(
            code="32.75.99.1003", regency="Kota Bekasi"
        )
        cast.village.refresh_from_db()
        self.cast = cast
        load_catalogue(cast.village)
        self.kind = ComplaintKind.objects.create(
            office=cast.village, code="programme", name_id="Kebutuhan program"
        )
        self.person = Resident.objects.create(
            office=cast.village,
            nik="3275994507800001",
            name="Sulastri",
            birth_date=date(1980, 7, 5),
            has_ektp=True,
        )
        card = Household.objects.create(office=cast.village, kk="3275990101150001")
        HouseholdMember.objects.create(household=card, resident=self.person, relation="1")

    def programme(self, code):
        return Programme.objects.get(office=self.cast.village, code=code)

    def case(self, code, received=None, papers=FULL, finding="meets", **fields):
        """Register a case and take it into verification with these papers in hand."""
        case = complaints.register_complaint(
            actor=self.cast.actor("front"),
            client_uid=uuid.uuid4(),
            subject=self.person,
            kind=self.kind,
            story="Harus berobat",
            received_at=received or timezone.now() - timedelta(hours=2),
            needed=[self.programme(code)],
            papers_seen=list(papers),
            **fields,
        )
        complaints.examine(actor=self.cast.actor("back"), uid=case.uid)
        complaints.record_finding(
            actor=self.cast.actor("back"), uid=case.uid, finding=finding, reason="Buruh harian"
        )
        return Complaint.objects.get(pk=case.pk)

    def holds(self, code):
        record_participation(
            actor=self.cast.actor("front"),
            resident=self.person,
            programme=self.programme(code),
            source=Participation.Source.OWNER,
        )

    def draft(self, case, code, **more):
        return approval.draft_referral(
            actor=self.cast.actor("back"),
            case_uid=case.uid,
            programme_uid=self.programme(code).uid,
            road=Referral.Road.PAPER,
            need="Rawat inap",
            **more,
        )

    def approve(self, referral, who="koordinator", **more):
        return approval.approve(actor=self.cast.actor(who), uid=referral.uid, **more)


@pytest.fixture
def counter(cast):
    return Counter(cast)


def test_a_pbi_member_is_blocked_and_the_koordinator_overrides_with_a_reason(counter):
    counter.holds("PBI-JK")
    referral = counter.draft(counter.case(KS, IN_2017), KS, service="inap")
    with pytest.raises(InvalidInput) as blocked:
        counter.approve(referral)
    assert blocked.value.code == "override_needed"
    approved = counter.approve(referral, override_reason=REASON)
    assert approved.approval == "approved"
    kept = Judgement.objects.get(matter_uid=referral.uid, moment="approve")
    assert (kept.reason, kept.judged_by) == (REASON, counter.cast.users["koordinator"])
    assert [one.rule.code for one in kept_verdict(kept).exclusions] == ["pbi"]


def test_what_only_the_head_may_set_aside_the_koordinator_may_not(counter):
    counter.holds("PBI-JK")
    programme = counter.programme(KS)
    of_2017 = programme.versions.get(effective_from=date(2017, 1, 1))
    exclusions = [one | {"override": "penanggung_jawab"} for one in of_2017.content["exclusions"]]
    ProgrammeVersion.objects.create(
        office=counter.cast.village,
        programme=programme,
        effective_from=of_2017.effective_from,
        content=of_2017.content | {"exclusions": exclusions},
        published_at=timezone.now(),
    )
    referral = counter.draft(counter.case(KS, IN_2017), KS, service="inap")
    with pytest.raises(NotYourRole, match="dikesampingkan"):
        counter.approve(referral, override_reason=REASON)


def test_an_approver_with_papers_missing_is_back_on_the_page_and_told_which(counter, login):
    referral = counter.draft(counter.case(KS, IN_2018), KS, service="inap")
    answer = login("koordinator").post(
        reverse("referrals:approve", args=[referral.uid]),
        {"version": referral.version},
        follow=True,
    )
    assert answer.redirect_chain == [(reverse("referrals:referral", args=[referral.uid]), 302)]
    assert "Berkas belum lengkap" in answer.content.decode()
    referral.refresh_from_db()
    assert referral.approval == "awaiting"


def test_the_hospital_without_the_health_centres_letter_2018_not_approvable_2017_approvable(
    counter,
):
    at_2018 = counter.draft(counter.case(KS, IN_2018), KS, service="inap")
    with pytest.raises(WrongState, match="rujukan puskesmas") as held:
        counter.approve(at_2018)
    assert held.value.code == "papers_missing"
    Referral.objects.update(approval="refused")
    at_2017 = counter.draft(counter.case(KS, IN_2017), KS, service="inap")
    assert counter.approve(at_2017).approval == "approved"


def test_an_e_ktp_nobody_asked_for_is_named_and_not_the_copy_that_is_on_file(counter):
    joko = Resident.objects.create(
        office=counter.cast.village, name="Joko", birth_date=date(1978, 1, 1)
    )
    card = counter.person.memberships.get().household
    HouseholdMember.objects.create(household=card, resident=joko, relation="4")
    referral = counter.draft(counter.case(KS, IN_2017), KS, service="inap")
    with pytest.raises(WrongState, match="e-KTP belum ditanyakan: Joko") as held:
        counter.approve(referral)
    assert "Fotokopi KTP" not in str(held.value.message)
    Resident.objects.filter(pk=joko.pk).update(has_ektp=True)
    assert counter.approve(referral).approval == "approved"


def test_a_decile_missing_in_the_cases_own_check_says_whether_he_is_listed(counter):
    terms = counter.programme(KS).versions.get(effective_from=date(2017, 1, 1)).terms
    case = counter.case(KS, IN_2017)
    for result, why in (("listed", "no_decile"), ("not_listed", "not_listed")):
        case.register_check = RegisterCheck(result=result, data_date=date(2026, 11, 1))
        assert facts_of_case(case, {}, terms, "inap")["register.decile"].why == why


def test_in_an_emergency_no_letter_is_needed_and_the_papers_may_follow(counter):
    case = counter.case(
        KS, IN_2018, papers=(), urgency="emergency", urgency_reason="Sesak napas berat"
    )
    referral = counter.draft(case, KS, service="darurat")
    assert counter.approve(referral).approval == "approved"


def test_the_hospital_finds_no_emergency_and_general_cost_stands_in_the_kept_answer(counter):
    case = counter.case(KS, IN_2018, papers=(), urgency="emergency", urgency_reason="Sesak napas")
    state_fact(
        actor=counter.cast.actor("front"),
        resident=counter.person,
        field="care.verdict",
        value="not_emergency",
        on=counter.cast.village.today(),
        source="IGD RSUD",
        matter_uid=case.uid,
    )
    referral = counter.draft(case, KS, service="darurat")
    kept = kept_verdict(Judgement.objects.get(matter_uid=referral.uid))
    assert "biaya umum" in kept.warnings[0].rule.message
    assert kept.facts["care.verdict"].detail == "IGD RSUD"


def test_above_class_iii_wants_the_drafters_reason_and_rejects_nobody(counter):
    case = counter.case(KS, IN_2017)
    state_fact(
        actor=counter.cast.actor("front"),
        resident=counter.person,
        field="care.class",
        value="I",
        on=counter.cast.village.today(),
        matter_uid=case.uid,
    )
    with pytest.raises(InvalidInput, match="kelas III") as refused:
        counter.draft(case, KS, service="inap")
    assert refused.value.field == "going_on_reason"
    referral = counter.draft(case, KS, service="inap", going_on_reason="Kelas III penuh")
    kept = Judgement.objects.get(matter_uid=referral.uid)
    assert (kept.standing, kept.reason) == (Standing.DOES_NOT_MEET, "Kelas III penuh")


CONTROL = (*FULL, "control_letter", "primary_letter")
ELSEWHERE = "Dirawat pertama kali lewat kantor desa lain"


def test_a_control_visit_needs_a_new_referral_linked_to_the_first(counter):
    first = counter.draft(counter.case(KS, IN_2018, CONTROL), KS, service="inap")
    counter.approve(first)
    control = counter.draft(counter.case(KS, IN_2018, CONTROL), KS, service="kontrol")
    assert control.follows == first


def test_a_control_visit_without_a_first_referral_wants_a_reason_and_rejects_nobody(counter):
    case = counter.case(KS, IN_2018, CONTROL)
    with pytest.raises(InvalidInput, match="Kontrol melanjutkan rujukan Rawat inap") as refused:
        counter.draft(case, KS, service="kontrol")
    assert (refused.value.field, refused.value.code) == ("going_on_reason", "reason_needed")
    control = counter.draft(case, KS, service="kontrol", going_on_reason=ELSEWHERE)
    assert control.follows is None


@pytest.mark.parametrize("service", ["jalan", ""])
def test_a_control_visit_after_another_service_continues_it_with_a_reason(counter, service):
    first = counter.draft(counter.case(KS, IN_2018, CONTROL), KS, service="jalan")
    # A referral of before services had names carries none.
    Referral.objects.filter(pk=first.pk).update(service=service)
    counter.approve(first)
    case = counter.case(KS, IN_2018, CONTROL)
    with pytest.raises(InvalidInput) as refused:
        counter.draft(case, KS, service="kontrol")
    assert refused.value.code == "reason_needed"
    control = counter.draft(case, KS, service="kontrol", going_on_reason="Kontrol rawat jalan")
    assert control.follows == first


@pytest.mark.parametrize(
    "undone",
    [
        {"approval": "returned"},
        {"approval": "awaiting"},
        {"approval": "refused"},
        {"answer": "refused"},
    ],
    ids=str,
)
def test_a_control_visit_continues_no_referral_that_was_taken_back_or_refused(counter, undone):
    first = counter.draft(counter.case(KS, IN_2018, CONTROL), KS, service="inap")
    counter.approve(first)
    Referral.objects.filter(pk=first.pk).update(**undone)
    case = counter.case(KS, IN_2018, CONTROL)
    with pytest.raises(InvalidInput) as refused:
        counter.draft(case, KS, service="kontrol")
    assert refused.value.code == "reason_needed"


def test_a_paper_that_ran_out_does_not_pass_the_gate(counter):
    case = counter.case(KS, IN_2017)
    referral = counter.draft(case, KS, service="inap")
    paper = case.papers.get(code="kk")
    today = counter.cast.village.today()
    paper.valid_until = today - timedelta(days=1)
    paper.save()
    with pytest.raises(WrongState, match="Fotokopi KK") as held:
        counter.approve(referral)
    assert held.value.code == "papers_missing"
    paper.valid_until = today
    paper.save()
    assert counter.approve(referral).approval == "approved"


def test_no_card_an_sktm_replaces_it_and_the_destination_is_dinkes(counter):
    papers = ("ktp", "kk", "sktm", "primary_letter")
    referral = counter.draft(counter.case(KS, IN_2018, papers), KS, service="inap")
    assert referral.destination == "Dinas Kesehatan Kota Bekasi"
    assert counter.approve(referral).approval == "approved"
    Referral.objects.update(answer="refused")
    with_card = counter.draft(counter.case(KS, IN_2018, CONTROL), KS, service="inap")
    assert with_card.destination == "Rumah sakit mitra"


def test_the_pages_and_the_gate_judge_by_the_version_the_case_kept(counter, login):
    case = counter.case(KS, IN_2018)
    kept = case.programmes.get().programme_version
    # A correction of that very day, published later: it is not what the case was told.
    ProgrammeVersion.objects.create(
        office=counter.cast.village,
        programme=counter.programme(KS),
        effective_from=kept.effective_from,
        content={
            "services": [
                {"code": "baru", "name_id": "Layanan baru"},
                {"code": "lain", "name_id": "Lain"},
            ]
        },
        published_at=timezone.now(),
    )
    back = login("back")
    shown = back.get(reverse("referrals:options", args=[case.uid])).content.decode()
    form = back.get(reverse("referrals:draft", args=[case.uid])).content.decode()
    for page in (shown, form):
        assert "Rawat inap" in page
        assert "Layanan baru" not in page
    assert counter.draft(case, KS, service="inap").programme_version == kept


@pytest.mark.parametrize(
    ("papers", "missing"),
    [(("ktp", "kk", "sktm"), True), (("ktp", "kk", "facility_letter"), False)],
)
def test_pbi_reactivation_wants_the_facilitys_letter_and_no_sktm(counter, papers, missing):
    referral = counter.draft(counter.case(PBI, papers=papers), PBI)
    if missing:
        with pytest.raises(WrongState):
            counter.approve(referral)
    else:
        assert counter.approve(referral).approval == "approved"


def test_a_full_kk_is_complete_and_the_receipt_lists_both_documents(counter):
    case = counter.case(KS, IN_2017)
    said = receipt_context(find_case(case.uid, actor=counter.cast.actor("front")))
    assert {"Fotokopi KTP", "Fotokopi KK"} <= set(said["received_papers"])
    assert not [paper for paper in said["missing"] if not paper["note"]]


@pytest.mark.parametrize(
    ("zone", "received", "starts"),
    [
        ("Asia/Jakarta", "2018-08-26T23:59+07:00", date(2017, 1, 1)),
        ("Asia/Jakarta", "2018-08-27T00:00+07:00", date(2018, 8, 27)),
        ("Asia/Jayapura", "2018-08-26T23:59+09:00", date(2017, 1, 1)),
        ("Asia/Jayapura", "2018-08-27T00:00+09:00", date(2018, 8, 27)),
    ],
)
def test_a_case_keeps_the_version_of_its_day_in_the_offices_zone(counter, zone, received, starts):
    Office.objects.filter(pk=counter.cast.village.pk).update(zone=zone)
    case = counter.case(KS, datetime.fromisoformat(received))
    referral = counter.draft(case, KS, service="jalan")
    assert referral.programme_version.effective_from == starts
    # What is published afterwards, for a day before it, changes nothing for this case.
    ProgrammeVersion.objects.create(
        office=counter.cast.village,
        programme=counter.programme(KS),
        effective_from=starts,
        published_at=timezone.now(),
    )
    assert kept_version(case, counter.programme(KS)) == referral.programme_version


def test_a_finding_that_does_not_meet_is_another_way_and_wants_a_reason(counter):
    case = counter.case("PKH", papers=("ktp", "kk"), finding="does_not_meet")
    with pytest.raises(InvalidInput, match="Ditampung"):
        counter.draft(case, "PKH")
    assert counter.draft(case, "PKH", going_on_reason="Anaknya tiga").approval == "awaiting"
