"""What the receipt says, in Indonesian whatever the officer's screen speaks."""

import re
from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from complaints import selectors
from complaints.letters import receipt_context
from complaints.models import Complaint, ComplaintPaper
from puskesmas.models import Office
from puskesmas.public_pages import residents_base
from reports.letters import kinds


@pytest.fixture
def receipt(cast, case):
    """Return the receipt's content after setting fields of the case."""

    def receipt(**fields):
        Complaint.objects.filter(pk=case.pk).update(**fields)
        return receipt_context(selectors.case(case.uid, actor=cast.actor("front")))

    return receipt


def test_the_number_its_qr_and_its_address_agree(receipt, case, cast):
    cast.village.public_base_url = "https://puskesos.example/"
    cast.village.save()
    context = receipt()
    assert context["number"] == case.receipt_number
    assert context["status_url"] == f"https://puskesos.example/status/{case.receipt_number}/"
    assert context["status_page"] == "puskesos.example/status"


def test_without_an_address_of_its_own_the_office_uses_the_installations(cast, settings):
    assert residents_base(cast.village) == settings.BASE_URL


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (Office.Zone.WIB, "31 Desember 2026, 23.30 WIB"),
        (Office.Zone.WIT, "1 Januari 2027, 01.30 WIT"),
    ],
)
def test_the_hour_of_receipt_is_the_offices_own(cast, receipt, zone, said):
    cast.village.zone = zone
    cast.village.save()
    assert receipt(received_at=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))["received"] == said


def test_missing_papers_are_listed_with_what_serves_instead(receipt, case):
    rows = [
        {"code": "ktp", "name_id": "Fotokopi KTP", "substitutes": ["domicile"]},
        {"code": "birth", "name_id": "Akta", "mandatory": False},
        {"code": "kk", "name_id": "Fotokopi KK", "status": ComplaintPaper.Status.SEEN},
        {"code": "house_front", "name_id": "Foto rumah", "by_office": True},
    ]
    for row in rows:
        ComplaintPaper.objects.create(complaint=case, **row)
    assert receipt()["missing"] == [
        {"label": "Fotokopi KTP", "note": "atau Surat keterangan domisili"},
        {"label": "Akta", "note": "bila ada"},
    ]


def test_an_emergency_is_sent_to_the_hospital_first(receipt):
    context = receipt(urgency="emergency")
    assert context["emergency"]
    assert "IGD" in context["next_steps"][0]


def test_a_person_without_nik_is_told_how_to_get_one(receipt, case):
    case.subject.nik = ""
    case.subject.save()
    context = receipt()
    assert context["nik_masked"] == ""
    assert any("NIK" in step for step in context["next_steps"])


def test_the_reporter_is_named_with_his_relation_when_he_is_another(receipt):
    assert receipt()["reporter"] == ""
    other = receipt(reporter_relation="neighbour", reporter_name="Budi")
    assert other["reporter"] == "Budi (tetangga)"


def test_the_receipt_is_indonesian_on_an_english_screen(receipt):
    with override("en"):
        assert receipt()["channel"] == "Datang ke kantor"


def test_the_day_promised_is_the_day_the_clock_says_and_none_while_it_stands(receipt):
    due = datetime(2026, 12, 10, 16, 59, tzinfo=UTC)
    assert receipt(due_at=due)["promise"] == "Dijawab paling lambat 10 Desember 2026."
    assert receipt(due_at=None)["promise"] == ""


def test_nobody_is_sent_to_a_letter_that_this_office_does_not_make(receipt, case, login):
    case.subject.nik = ""
    case.subject.save()
    page = login("front").get(f"/cases/{case.uid}/registered/").text
    assert "Warga belum punya NIK" in page
    made = {str(kind.name).lower() for kind in kinds._kinds.values()}
    for said in (page, *receipt()["next_steps"]):
        named = re.findall(
            r"surat (?:rekomendasi|keterangan|pengantar|rujukan)\b[^.;]*", said.lower()
        )
        assert [name for name in named if not any(name.startswith(kind) for kind in made)] == []


def test_what_may_be_brought_instead_is_said_at_the_counter_too(login, case):
    ComplaintPaper.objects.create(
        complaint=case, code="ks_card", name_id="Kartu Sehat", substitutes=["sktm"]
    )
    page = login("front").get(f"/cases/{case.uid}/registered/").text
    assert "Kartu Sehat (atau SKTM)" in page


def test_no_full_nik_stands_on_the_receipt(receipt, case):
    assert case.subject.nik not in str(receipt())
