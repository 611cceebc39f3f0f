"""Why a referral was put forward: for the approver on its page now, for anybody later."""

from datetime import timedelta

import pytest
from django.urls import reverse

from complaints.models import Complaint
from programs.eligibility.services import state_fact
from programs.models import Judgement, StatedFact
from puskesmas.errors import InvalidInput, NotYourRole, StaleVersion, WrongState
from puskesmas.models import AuditEntry
from referrals.models import Referral
from referrals.services import care
from tests.referrals.test_gate import FULL, IN_2017, IN_2018, KS, PBI, REASON, Counter

CARD = (*FULL, "primary_letter")


@pytest.fixture
def counter(cast):
    return Counter(cast)


def shown(client, referral):
    answer = client.get(reverse("referrals:referral", args=[referral.uid]))
    assert answer.status_code == 200
    return answer.content.decode()


def says(counter, case, field, value):
    state_fact(
        actor=counter.cast.actor("front"),
        resident=counter.person,
        field=field,
        value=value,
        on=counter.cast.village.today(),
        source="Surat rawat inap",
        matter_uid=case.uid,
    )


def test_the_approver_sees_above_his_button_what_is_met_what_not_and_what_nobody_knows(
    counter, login
):
    case = counter.case(KS, IN_2017)
    says(counter, case, "care.class", "I")
    referral = counter.draft(case, KS, service="inap", going_on_reason="Kelas III penuh")
    page = shown(login("koordinator"), referral)
    grounds = page[page.index("Menurut aturan program") : page.index("Setujui rujukan")]
    assert "Tidak memenuhi kriteria" in grounds
    assert "Rawat inap" in grounds
    assert "Kelas III penuh" in grounds
    assert "Petugas Back" in grounds
    assert "Di atas kelas III tidak ditanggung" in grounds
    assert "Surat rawat inap" in grounds
    # Whether he is in PBI-JK nobody knows: an exclusion that is not known must be seen as such.
    pbi = grounds[grounds.index("Peserta PBI-JK tidak boleh memakai kartu daerah") :]
    assert "Belum diketahui" in pbi[: pbi.index("</li>")]
    assert "koordinator" in pbi[: pbi.index("</li>")]
    # What is met is there too, folded.
    assert grounds.index("NIK-nya tercatat") > grounds.index("aturan terpenuhi")


def test_reading_it_is_audited(counter, login):
    referral = counter.draft(counter.case(KS, IN_2017), KS, service="inap")
    shown(login("koordinator"), referral)
    assert AuditEntry.objects.filter(action="open_referral", subject_uid=referral.uid).exists()


def test_what_was_known_then_is_shown_later_whatever_is_known_since(counter, login):
    case = counter.case(KS, IN_2017)
    says(counter, case, "care.class", "I")
    referral = counter.draft(case, KS, service="inap", going_on_reason="Kelas III penuh")
    counter.approve(referral)
    StatedFact.objects.all().delete()
    says(counter, case, "care.class", "III")
    page = shown(login("head"), referral)
    assert "Saat disetujui" in page
    assert "Berubah bila Kelas perawatan: III." in page


def test_both_reasons_stay_readable_the_drafters_and_the_approvers(counter, login):
    counter.holds("PBI-JK")
    case = counter.case(KS, IN_2017)
    says(counter, case, "care.class", "I")
    referral = counter.draft(case, KS, service="inap", going_on_reason="Kelas III penuh")
    counter.approve(referral, override_reason=REASON)
    page = shown(login("back"), referral)
    assert "Alasan tetap mengajukan" in page
    assert "Kelas III penuh" in page
    assert "Alasan mengesampingkan" in page
    assert REASON in page


def test_a_programme_without_criteria_says_so_and_not_that_they_are_met(draft, login):
    page = shown(login("koordinator"), draft())
    grounds = page[page.index("Menurut aturan program") : page.index("Setujui rujukan")]
    assert "Katalog tidak memuat kriteria" in grounds
    assert "Memenuhi kriteria" not in grounds


def test_every_kept_answer_can_be_read_the_newest_first(counter, login):
    case = counter.case(KS, IN_2017)
    referral = counter.draft(case, KS, service="inap")
    counter.approve(referral)
    page = shown(login("back"), referral)
    assert page.index("Saat disetujui") < page.index("Saat diajukan")


def test_a_control_visit_names_the_referral_it_continues(counter, login):
    papers = (*CARD, "control_letter")
    first = counter.draft(counter.case(KS, IN_2018, papers), KS, service="inap")
    counter.approve(first)
    control = counter.draft(counter.case(KS, IN_2018, papers), KS, service="kontrol")
    assert reverse("referrals:referral", args=[first.uid]) in shown(login("back"), control)


def test_over_rest_the_grounds_come_with_the_referral(counter, login):
    case = counter.case(KS, IN_2017)
    says(counter, case, "care.class", "I")
    referral = counter.draft(case, KS, service="inap", going_on_reason="Kelas III penuh")
    row = login("koordinator").get(f"/api/v1/referrals/{referral.uid}/").json()
    assert (row["service"], row["follows"], row["papers_awaited"]) == ("inap", None, [])
    (ground,) = row["grounds"]
    assert (ground["moment"], ground["reason"]) == ("draft", "Kelas III penuh")
    assert (ground["standing"], ground["effective_from"]) == ("does_not_meet", "2017-01-01")
    said = {one["code"]: one["rule_result"] for one in ground["answers"]}
    assert (said["kelas"], said["pbi"], said["nik"]) == ("not_met", "unknown", "met")


def test_the_drafter_is_told_on_form_and_page_which_papers_the_approval_waits_for(counter, login):
    case = counter.case(KS, IN_2018, papers=("ktp", "kk"))
    back = login("back")
    url = reverse("referrals:draft", args=[case.uid])
    form = back.get(url)
    assert "Belum bisa disetujui sebelum ada" in form.content.decode()
    done = back.post(
        url,
        {
            "client_uid": form.context["form"]["client_uid"].value(),
            "version": case.version,
            "programme": counter.programme(KS).uid,
            "service": "inap",
            "need": "Rawat inap",
            "road": "paper",
            "legal_basis": "public_duty",
        },
        follow=True,
    ).content.decode()
    waits = done[done.index("Belum bisa disetujui sebelum ada") :]
    assert "Kartu Sehat" in waits[: waits.index("</ul>")]
    referral = Referral.objects.get()
    over_rest = back.get(f"/api/v1/referrals/{referral.uid}/").json()
    assert len(over_rest["papers_awaited"]) == 2


def test_nothing_is_awaited_when_the_papers_are_there_or_in_an_emergency(counter, login):
    back = login("back")
    complete = counter.draft(counter.case(KS, IN_2018, CARD), KS, service="inap")
    assert "Belum bisa disetujui" not in shown(back, complete)
    emergency = counter.case(KS, IN_2018, papers=(), urgency="emergency", urgency_reason="Sesak")
    assert "Belum bisa disetujui" not in shown(back, counter.draft(emergency, KS))


# --- What the hospital found ---------------------------------------------------------------------


@pytest.fixture
def emergency(counter):
    """An emergency referred and approved; the hospital has not spoken yet."""
    case = counter.case(KS, IN_2018, papers=(), urgency="emergency", urgency_reason="Sesak napas")
    referral = counter.draft(case, KS, service="darurat")
    counter.approve(referral)
    return Referral.objects.get(pk=referral.pk)


def record(counter, referral, value="not_emergency", who="front", **more):
    said = {"value": value, "source": "IGD RSUD", "on": counter.cast.village.today()}
    return care.record_care_verdict(actor=counter.cast.actor(who), uid=referral.uid, **said | more)


def test_approved_first_found_no_emergency_afterwards_general_cost_is_recorded_and_shown(
    counter, emergency, login
):
    front = login("front")
    url = reverse("referrals:care", args=[emergency.uid])
    case_url = reverse("complaints:case", args=[emergency.complaint.uid])
    assert url in shown(front, emergency)
    assert "biaya umum" not in front.get(case_url).content.decode()
    today = counter.cast.village.today().strftime("%d-%m-%Y")
    said = {"value": "not_emergency", "source": "IGD RSUD", "on": today}
    answer = front.post(url, said | {"version": emergency.version})
    assert answer.status_code == 302
    fact = StatedFact.objects.get(field="care.verdict")
    assert (fact.value, fact.matter_uid) == ("not_emergency", emergency.complaint.uid)
    kept = Judgement.objects.get(matter_uid=emergency.uid, moment="hospital")
    assert kept.judged_by == counter.cast.users["front"]
    for page in (shown(front, emergency), front.get(case_url).content.decode()):
        found = page[page.rindex("Penilaian rumah sakit:") :]
        assert "Bukan gawat darurat" in found
        assert "biaya umum" in found
        assert "IGD RSUD" in found
    case = Complaint.objects.get(pk=emergency.complaint_id)
    emergency.refresh_from_db()
    assert (case.state, emergency.approval) == (emergency.complaint.state, "approved")


def test_an_emergency_confirmed_costs_nothing_more(counter, emergency, login):
    record(counter, emergency, "emergency")
    page = shown(login("front"), emergency)
    found = page[page.rindex("Penilaian rumah sakit:") :]
    assert "Gawat darurat" in found
    assert "biaya umum" not in found


def test_the_newest_word_of_the_hospital_counts(counter, emergency, login):
    record(counter, emergency, "not_emergency")
    record(counter, emergency, "emergency", source="Direktur RSUD")
    page = shown(login("front"), emergency)
    found = page[page.rindex("Penilaian rumah sakit:") :]
    assert "Direktur RSUD" in found[:300]


def test_an_emergency_referred_as_in_patient_care_is_asked_about_too(counter):
    case = counter.case(KS, IN_2018, papers=(), urgency="emergency", urgency_reason="Sesak napas")
    referral = counter.draft(case, KS, service="inap")
    counter.approve(referral)
    record(counter, referral)
    assert Judgement.objects.get(moment="hospital").service == "darurat"


def test_it_is_not_recorded_before_the_approval_nor_where_no_rule_asks(counter, login):
    case = counter.case(KS, IN_2018, CARD)
    waiting = counter.draft(case, KS, service="inap")
    with pytest.raises(WrongState, match="setelah rujukannya disetujui"):
        record(counter, waiting)
    other = counter.draft(counter.case(PBI, papers=("ktp", "kk", "facility_letter")), PBI)
    counter.approve(other)
    with pytest.raises(WrongState, match="tidak menanyakan"):
        record(counter, other)
    assert reverse("referrals:care", args=[other.uid]) not in shown(login("front"), other)
    assert not StatedFact.objects.exists()


def test_who_does_not_write_does_not_record_it(counter, emergency, login):
    with pytest.raises(NotYourRole):
        record(counter, emergency, who="koordinator")
    assert reverse("referrals:care", args=[emergency.uid]) not in shown(
        login("koordinator"), emergency
    )


@pytest.mark.parametrize("wrong", [{"value": "mungkin"}, {"on": timedelta(days=1)}])
def test_a_mistake_keeps_nothing(counter, emergency, wrong):
    if "on" in wrong:
        wrong = {"on": counter.cast.village.today() + wrong["on"]}
    with pytest.raises(InvalidInput):
        record(counter, emergency, **wrong)
    assert not Judgement.objects.filter(moment="hospital").exists()


def test_of_two_presses_one_is_kept(counter, emergency):
    record(counter, emergency, version=emergency.version)
    with pytest.raises(StaleVersion):
        record(counter, emergency, version=emergency.version)
    assert StatedFact.objects.count() == 1


def test_over_rest_the_hospitals_finding_is_recorded_with_what_follows(counter, emergency, login):
    front = login("front")
    url = f"/api/v1/referrals/{emergency.uid}/"
    answer = front.post(
        f"{url}care/",
        {"value": "not_emergency", "evidence": "IGD RSUD"}
        | {"on": counter.cast.village.today().isoformat()},
        content_type="application/json",
        headers={"If-Match": front.get(url)["ETag"]},
    )
    assert answer.status_code == 200
    newest = answer.json()["grounds"][0]
    assert newest["moment"] == "hospital"
    assert "darurat" in [
        one["code"] for one in newest["answers"] if one["rule_result"] == "not_met"
    ]


def test_the_page_tells_what_will_be_handed_out_and_who_may_collect_it(counter, login):
    referral = counter.draft(
        counter.case("KIS-D"), "KIS-D", going_on_reason="Anaknya sakit, tidak bisa menunggu"
    )
    page = shown(login("front"), referral)
    told = page[page.index("Hasil dan pengambilannya") :]
    assert "Kartu KIS" in told
    assert "orangnya sendiri, orangnya, didampingi petugas" in told
