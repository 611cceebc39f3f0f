"""Which papers a matter wants: of this person, of the office's own naming, in what form."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.forms import SeenForm, UploadForm
from complaints.letters import receipt_context
from complaints.models import ComplaintPaper
from complaints.selectors import case as find
from programs.models import Programme, ProgrammeVersion
from puskesmas.errors import InvalidInput
from puskesmas.officers import issue_token
from referrals.services import approval
from tests.complaints.test_paper_review import photo

pytestmark = pytest.mark.django_db

NEWBORN = [{"field": "person.age", "operator": "at_most", "value": 0}]
TERMS = {
    "requirements": [
        {"code": "ktp", "form": "original"},
        {"code": "kk", "form": "either"},
        {"code": "birth_note", "needed_when": NEWBORN},
        {"code": "kartu-tani", "own_name_id": "Kartu tani", "own_name_en": "Farmer's card"},
    ],
    "services": [
        {"code": "baru", "name_id": "Baru"},
        {"code": "lain", "name_id": "Lain", "requirements": [{"code": "land"}]},
    ],
    "poverty_test": False,
}


def published(office, code, terms):
    programme = Programme.objects.create(
        office=office, code=code, name_id="Bantuan tani", tier="village", owner="Desa"
    )
    ProgrammeVersion.objects.create(
        office=office,
        programme=programme,
        effective_from=date(2020, 1, 1),
        content=terms,
        published_at=timezone.now(),
    )
    return programme


@pytest.fixture
def farming(cast):
    """A programme of the village with a paper nobody else knows."""
    return published(cast.village, "TANI", TERMS)


def bring(cast, resident, kind, programme, **more):
    case = services.register_complaint(
        actor=cast.actor("front"),
        client_uid=uuid.uuid4(),
        subject=resident,
        kind=kind,
        story="Minta bantuan",
        needed=[programme],
        **more,
    )
    return find(case.uid, actor=cast.actor("back"))


def born(resident, *, days):
    resident.birth_date = timezone.now().date() - timedelta(days=days)
    resident.save()


def on_receipt(case):
    return {row["label"]: row["note"] for row in receipt_context(case)["missing"]}


def test_what_only_newborns_need_is_asked_of_a_newborn(cast, resident, kind, farming):
    born(resident, days=30)
    case = bring(cast, resident, kind, farming)
    assert case.papers.get(code="birth_note").mandatory
    assert "bila ada" not in on_receipt(case)["Surat keterangan lahir"]


def test_what_only_newborns_need_is_not_asked_of_a_grown_up(cast, resident, kind, farming):
    born(resident, days=46 * 365)
    case = bring(cast, resident, kind, farming)
    assert not case.papers.filter(code="birth_note").exists()


def test_what_may_be_needed_of_somebody_without_birth_date_is_asked_if_there_is_any(
    cast, resident, kind, farming
):
    resident.birth_date = None
    resident.nik = ""
    resident.save()
    case = bring(cast, resident, kind, farming)
    assert on_receipt(case)["Surat keterangan lahir"] == "bila ada"


def test_the_intake_page_asks_what_the_receipt_will_ask(cast, resident, kind, farming, login):
    born(resident, days=46 * 365)
    client, url = login("front"), "/cases/new/papers/"
    asked = client.get(url, {"needed": farming.uid, "person": resident.uid}).text
    first, _others = asked.split("Berkas lain")
    assert "Kartu tani" in first
    assert "Surat keterangan lahir" not in first
    born(resident, days=30)
    asked = client.get(url, {"needed": farming.uid, "person": resident.uid}).text
    assert "Surat keterangan lahir" in asked.split("Berkas lain")[0]


def test_the_facts_are_read_once_however_many_papers_depend_on_them(
    cast, resident, kind, farming, login, django_assert_num_queries
):
    more = [{"code": f"p{at}", "needed_when": NEWBORN} for at in range(5)]
    terms = TERMS | {"requirements": TERMS["requirements"] + more}
    wider = published(cast.village, "TANI-2", terms)
    client = login("front")
    for programme in (farming, wider):
        given = {"needed": programme.uid, "person": resident.uid}
        with django_assert_num_queries(QUERIES):
            client.get("/cases/new/papers/", given)


#: Session, officer, post, person, family …, the catalogue, and twelve of the facts.
QUERIES = 18


def test_how_a_paper_is_to_be_brought_stands_on_intake_receipt_and_case(
    cast, resident, kind, farming, login
):
    client = login("front")
    asked = client.get("/cases/new/papers/", {"needed": farming.uid}).text
    assert "Fotokopi KTP (bawa yang asli)" in asked
    assert "Fotokopi KK (asli atau fotokopi)" in asked
    case = bring(cast, resident, kind, farming)
    assert on_receipt(case)["Fotokopi KTP"].startswith("bawa yang asli")
    assert "(bawa yang asli)" in client.get(f"/cases/{case.uid}/").text


def test_a_paper_of_the_offices_own_naming_is_taken_at_the_counter_and_on_the_case(
    cast, resident, kind, farming, login
):
    page = {
        "client_uid": uuid.uuid4(),
        "kind": kind.uid,
        "story": "Minta bantuan",
        "needed": farming.uid,
        "papers_seen": ["ktp", "kartu-tani"],
        "urgency": "normal",
        "channel": "walk_in",
        "reporter_relation": "self",
    }
    answer = login("front").post(f"/cases/new/?person={resident.uid}", page)
    assert answer.status_code == 302
    seen = ComplaintPaper.objects.get(code="kartu-tani")
    assert (seen.status, seen.name_id) == ("seen", "Kartu tani")

    plain = bring(cast, resident, kind, farming)
    plain.papers.filter(code="kartu-tani").delete()
    front = cast.actor("front")
    kept = services.attach_paper(actor=front, uid=plain.uid, code="kartu-tani", upload=photo())
    assert kept.name_id == "Kartu tani"
    with pytest.raises(InvalidInput):
        services.attach_paper(actor=front, uid=plain.uid, code="kartu-ikan", upload=photo())


def test_rest_takes_a_paper_of_the_offices_own_naming_and_refuses_one_nobody_knows(
    cast, resident, kind, farming
):
    actor = cast.actor("front")
    token = issue_token(actor=actor, name="uji", roles=actor.roles)[1]

    def send(*seen):
        return Client().post(
            "/api/v1/complaints/",
            {
                "subject": str(resident.uid),
                "kind": kind.code,
                "story": "Minta bantuan",
                "needed": ["TANI"],
                "papers_seen": seen,
            },
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
        )

    assert send("kartu-tani").status_code == 201
    refused = send("kartu-ikan")
    assert refused.status_code == 400
    assert "kartu-ikan" in refused.content.decode()


def test_the_papers_of_another_service_stand_on_the_case_once_it_is_asked_for(
    cast, resident, kind, farming
):
    case = bring(cast, resident, kind, farming, papers_seen=["ktp", "kk", "kartu-tani"])
    case.papers.filter(code="kk").update(mandatory=False)
    back = cast.actor("back")
    services.record_finding(actor=back, uid=case.uid, finding="meets", reason="Sawah sewa")
    approval.draft_referral(
        actor=back,
        case_uid=case.uid,
        programme_uid=farming.uid,
        road="paper",
        need="Pupuk",
        service="lain",
    )
    case = find(case.uid, actor=back)
    assert case.papers.get(code="land").mandatory
    assert case.papers.get(code="kk").mandatory
    assert case.papers.get(code="kartu-tani").status == "seen"
    assert "land" in dict(SeenForm(case=case).fields["seen"].choices)
    assert "kartu-tani" in dict(UploadForm(case=case).fields["code"].choices)
