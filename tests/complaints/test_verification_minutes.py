"""The berita acara of a verification, and REST's refusal of one's own family."""

import uuid

import pytest
from django.test import Client

from complaints import services as cases
from complaints.selectors import case as find
from complaints.verification.economy import record_economy
from complaints.verification.minutes import issue_minutes, minutes_body
from complaints.verification.services import add_photo, plan_visit
from puskesmas.errors import NotYourRole, OwnFamily, WrongState
from puskesmas.models import AuditEntry
from puskesmas.officers import issue_token
from reports.letters import services as letters
from reports.letters.models import Letter
from reports.letters.selectors import last_revision
from reports.letters.selectors import letter as find_letter
from tests.complaints.test_paper_review import photo
from tests.complaints.test_visits import here, questions, visit, walk  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(cast, visit, here):  # noqa: F811
    """The case after its house was visited and the finding went against all criteria."""
    walk(cast, visit, answers={"floor": "no", "wall": "no"})
    cases.record_finding(
        actor=cast.actor("back"),
        uid=here.uid,
        finding="meets",
        reason="Buruh harian",
        override="Rumahnya milik saudara",
    )
    return find(here.uid, actor=cast.actor("back"))


def issue(cast, case, who="back", **more):
    return issue_minutes(actor=cast.actor(who), case=case, signer=None, **more)


def test_it_holds_finding_override_photos_surveyor_and_income_per_head(cast, found):
    letter = issue(cast, found)
    body = last_revision(find_letter(cast.actor("back"), letter.uid)).context["body"]
    assert (body["finding"], body["reason"]) == ("memenuhi kriteria", "Buruh harian")
    assert body["override"] == "Rumahnya milik saudara"
    assert body["photos"][0] == "Depan"
    assert body["position"] == "-8,123333; 113,7"
    assert len(body["photos"]) == 5
    assert (body["surveyor"], body["verifier"]) == ("Pak Kasun", cast.back.name)
    assert ["Penghasilan per orang", "Rp312.500"] in [list(pair) for pair in body["economy"]]
    assert {row["result"] for row in body["criteria"]} == {"tidak terpenuhi", "belum diketahui"}
    assert letter.matter_uid == found.uid


def test_nothing_is_printed_before_the_finding(cast, case):
    with pytest.raises(WrongState):
        issue(cast, find(case.uid, actor=cast.actor("back")))


def test_a_finding_has_one_until_it_is_void(cast, found):
    key = uuid.uuid4()
    letter = issue(cast, found, client_uid=key)
    assert issue(cast, found, client_uid=key) == letter
    with pytest.raises(WrongState):
        issue(cast, found, client_uid=uuid.uuid4())
    letters.void(actor=cast.actor("back"), uid=letter.uid, version=None, reason="Salah")
    assert issue(cast, found, client_uid=uuid.uuid4()) != letter


def test_of_two_officers_at_once_only_one_makes_it(cast, found, monkeypatch):
    trial = letters._trial

    def while_the_other_is_quicker(kind, frozen):
        monkeypatch.setattr(letters, "_trial", trial)
        issue(cast, found, who="koordinator", client_uid=uuid.uuid4())
        return trial(kind, frozen)

    monkeypatch.setattr(letters, "_trial", while_the_other_is_quicker)
    with pytest.raises(WrongState, match="sudah ada"):
        issue(cast, found, client_uid=uuid.uuid4())
    assert Letter.objects.filter(kind="ba_verifikasi").count() == 1


def test_what_was_seen_or_said_after_the_finding_is_not_in_it(cast, found):
    back = cast.actor("back")
    again = plan_visit(actor=back, uid=found.uid, criteria_set=found.visits.get().criteria_set)
    walk(cast, again, surveyor_name="Pak Lain")
    record_economy(
        actor=back,
        uid=found.uid,
        income=9_000_000,
        source="tetangga",
        observed_on=cast.village.today(),
    )
    add_photo(actor=back, uid=found.visits.earliest("pk").uid, side="back", photo=photo())
    body = minutes_body(back, find(found.uid, actor=back))
    assert body["surveyor"] == "Pak Kasun"
    assert ("Penghasilan sebulan", "Rp1.250.000") in body["economy"]
    assert "Belakang" not in body["photos"]


def test_it_is_made_by_who_may_and_never_by_the_family(cast, found, resident):
    with pytest.raises(NotYourRole):
        issue(cast, found, who="front")
    cast.back.nik = resident.nik
    cast.back.save()
    with pytest.raises(OwnFamily):
        issue(cast, found)
    assert issue(cast, found, who="head").pk


def test_without_a_visit_it_tells_of_papers_and_finding_alone(cast, case):
    back = cast.actor("back")
    cases.record_finding(actor=back, uid=case.uid, finding="does_not_meet", reason="Dua rumah")
    body = minutes_body(back, find(case.uid, actor=back))
    assert (body["visited"], body["criteria"], body["photos"]) == ("", [], [])
    assert body["finding"] == "tidak memenuhi kriteria"


def test_rest_refuses_a_survey_of_ones_own_family(cast, visit, resident):  # noqa: F811
    actor = cast.actor("kasun")
    token = issue_token(actor=actor, name="uji", roles=actor.roles)[1]

    def send():
        return Client().post(
            f"/api/v1/visits/{visit.uid}/answers/",
            {"answers": {"floor": "yes"}},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "If-Match": f'"{visit.version}"'},
        )

    cast.kasun.nik = resident.nik
    cast.kasun.save()
    assert send().status_code == 403
    cast.kasun.nik = ""
    cast.kasun.save()
    assert send().status_code == 200


def test_a_look_at_visits_over_rest_is_audited_visit_by_visit(cast, visit):  # noqa: F811
    actor = cast.actor("kasun")
    token = issue_token(actor=actor, name="uji", roles=actor.roles)[1]
    looks = AuditEntry.objects.filter(action="visit.open", subject_uid=visit.uid, actor=cast.kasun)
    for url in ("/api/v1/visits/", f"/api/v1/visits/{visit.uid}/"):
        before = looks.count()
        answer = Client().get(url, headers={"Authorization": f"Bearer {token}"})
        assert str(visit.uid) in answer.content.decode()
        assert looks.count() == before + 1
