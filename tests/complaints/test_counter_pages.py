"""The counter's pages: find, register, print, log a question; nothing typed is lost."""

import re
import uuid

import pytest

from complaints import services
from complaints.models import Complaint, CounterQuestion
from programs.services import record_participation
from registry.models import Resident
from tests.complaints.conftest import KK, NIK, make_resident

STORY = "Kartu ditolak di rumah sakit"


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def new_url(resident):
    return f"/cases/new/?person={resident.uid}"


@pytest.fixture
def fill(kind):
    """Return what the form sends, with sensible values unless told otherwise."""

    def fill(**fields):
        values = {
            "client_uid": uuid.uuid4(),
            "kind": kind.uid,
            "story": STORY,
            "urgency": "normal",
            "channel": "walk_in",
            "reporter_relation": "self",
        }
        return values | fields

    return fill


def test_find_then_register_then_print(login, resident, fill, programmes):
    front = login("front")
    found = front.post("/cases/new/", {"q": "Sulastri"})
    assert new_url(resident) in found.content.decode()
    fields = fill(needed=[programmes["KIS-D"].uid], papers_seen=["ktp"])
    answer = front.post(new_url(resident), fields)
    case = Complaint.objects.get()
    assert answer["Location"] == f"/cases/{case.uid}/registered/"
    page = words_of(front.get(answer["Location"]))
    number = case.receipt_number
    assert f"{number[:4]} {number[4:8]} {number[8:]}" in page
    assert "Fotokopi KK" in page
    assert "bukan bukti penerimaan bantuan" in page
    receipt = front.get(f"/cases/{case.uid}/receipt.pdf")
    assert receipt["Content-Type"] == "application/pdf"
    assert receipt.content.startswith(b"%PDF")
    assert "no-store" in receipt["Cache-Control"]


def test_the_form_works_with_nothing_but_kind_and_story(login, resident, fill):
    login("front").post(new_url(resident), fill())
    case = Complaint.objects.get()
    assert (case.channel, case.urgency, case.reporter_relation) == ("walk_in", "normal", "self")


def test_an_emergency_is_promised_only_what_is_kept(login, resident):
    page = words_of(login("front").get(new_url(resident)))
    assert "berkas boleh menyusul. Rujukan tetap dikirim setelah disetujui." in page
    assert "persetujuan boleh menyusul" not in page


def test_a_double_click_and_the_back_button_make_no_second_case(login, resident, fill):
    front, fields = login("front"), fill()
    first = front.post(new_url(resident), fields)
    again = front.post(new_url(resident), fields)
    assert first["Location"] == again["Location"]
    assert Complaint.objects.count() == 1
    changed = front.post(new_url(resident), fields | {"story": "Diketik ulang"})
    assert "sudah tercatat sebelumnya" in words_of(front.get(changed["Location"]))
    assert Complaint.objects.get().story == STORY


def test_everything_typed_comes_back_with_the_errors(login, resident, fill, programmes):
    fields = fill(
        kind="",
        story="Cerita panjang yang sudah diketik",
        needed=[programmes["KIS-D"].uid, programmes["PKH"].uid],
        papers_seen=["ktp", "school"],
        urgency="emergency",
        reporter_relation="neighbour",
        reporter_phone="081299998888",
        received_at="kemarin",
        held=[programmes["BPNT"].uid],
    )
    answer = login("front").post(new_url(resident), fields)
    text = answer.content.decode()
    assert Complaint.objects.count() == 0
    for said in ("Pilih jenis perkara.", "contoh 22-11-2026 09.15"):
        assert said in words_of(answer)
    for kept in ("Cerita panjang yang sudah diketik", "081299998888", 'value="kemarin"'):
        assert kept in text
    for code in ("KIS-D", "PKH"):
        assert f'value="{programmes[code].uid}" selected' in text
    for box in ("paper-ktp", "paper-school"):
        assert re.search(f'id="{box}" checked', text)
    assert str(fields["client_uid"]) in text
    assert text.count('class="disclose" open') >= 4


def test_a_year_that_is_a_slip_of_the_pen_is_told_beside_its_field(login, resident, fill):
    answer = login("front").post(new_url(resident), fill(received_at="22-11-0206 09.15"))
    assert "Diterima pada: Tahun 0206 tidak mungkin" in words_of(answer)
    assert 'value="22-11-0206 09.15"' in answer.content.decode()
    assert Complaint.objects.count() == 0


def test_a_rule_of_the_office_is_told_beside_its_field(login, resident, fill):
    answer = login("front").post(new_url(resident), fill(urgency="emergency"))
    assert "Alasan darurat: Tulis apa yang membuatnya darurat" in words_of(answer)


def test_a_running_case_a_dead_person_and_ones_own_family_are_told_before_typing(
    cast, login, case, resident
):
    resident.life = Resident.Life.DECEASED
    resident.save()
    cast.front.kk = KK
    cast.front.save()
    said = words_of(login("front").get(new_url(resident)))
    for warning in (
        "Sudah ada perkara berjalan",
        "tercatat meninggal",
        "keluarga satu KK dengan Anda",
    ):
        assert warning in said


def test_none_of_the_warnings_shows_without_cause(login, resident):
    said = words_of(login("front").get(new_url(resident)))
    for warning in ("perkara berjalan", "tercatat meninggal", "satu KK dengan Anda"):
        assert warning not in said


def test_the_page_shows_what_is_known_with_numbers_masked(cast, login, resident, programmes):
    record_participation(
        actor=cast.actor("front"), resident=resident, programme=programmes["PKH"], source="self"
    )
    answer = login("front").get(new_url(resident))
    assert "Program Keluarga Harapan" in words_of(answer)
    assert NIK not in answer.content.decode()


def test_papers_follow_the_programmes_chosen_and_ticks_stay(login, programmes):
    query = f"needed={programmes['PBI-REAKTIVASI'].uid}&needed=&papers_seen=school"
    answer = login("front").get(f"/cases/new/papers/?{query}")
    text = answer.content.decode()
    assert "Diminta program yang dipilih" in text
    assert "Surat keterangan fasilitas kesehatan" in text
    assert re.search('id="paper-school" checked', text)
    assert "<html" not in text


@pytest.mark.parametrize("person", ["x", "0193a2b0-0000-4000-8000-000000000000"])
def test_an_unknown_person_is_not_found(login, person):
    assert login("front").get(f"/cases/new/?person={person}").status_code == 404


def test_a_person_of_another_village_is_not_found(cast, login):
    stranger = make_resident(cast.other_village)
    assert login("front").get(new_url(stranger)).status_code == 404


@pytest.mark.parametrize("who", ["koordinator", "head", "kasun", "admin"])
@pytest.mark.parametrize("address", ["/cases/new/", "/cases/questions/new/", "/cases/new/papers/"])
def test_roles_that_take_nothing_down_are_refused(login, who, address):
    assert login(who).get(address).status_code == 403


def test_a_programme_or_kind_of_another_office_is_no_choice(cast, login, resident, fill):
    from complaints.kinds import load_kinds
    from complaints.models import ComplaintKind

    load_kinds(cast.other_village)
    foreign = ComplaintKind.objects.filter(office=cast.other_village).first()
    login("front").post(new_url(resident), fill(kind=foreign.uid))
    assert Complaint.objects.count() == 0


def test_a_question_is_logged_in_one_step_and_again_by_a_double_click_only_once(login, kinds):
    front = login("front")
    fields = {
        "client_uid": uuid.uuid4(),
        "kind": kinds["question"].uid,
        "answer": "Bawa KTP dan KK",
        "channel": "walk_in",
    }
    assert front.post("/cases/questions/new/", fields)["Location"] == "/cases/questions/new/"
    again = front.post("/cases/questions/new/", fields)["Location"]
    assert again == f"/cases/questions/{CounterQuestion.objects.get().uid}/"


def test_a_question_with_receipt_leads_to_its_number_and_paper(login, kinds, resident):
    front = login("front")
    fields = {
        "client_uid": uuid.uuid4(),
        "kind": kinds["question"].uid,
        "answer": "Bawa KTP",
        "channel": "walk_in",
        "with_receipt": "on",
    }
    answer = front.post(f"/cases/questions/new/?person={resident.uid}", fields)
    question = CounterQuestion.objects.get()
    assert question.resident == resident
    assert answer["Location"] == f"/cases/questions/{question.uid}/"
    assert front.get(answer["Location"]).status_code == 200
    assert front.get(f"{answer['Location']}receipt.pdf").content.startswith(b"%PDF")
    assert login("stranger").get(answer["Location"]).status_code == 404


def test_a_question_of_a_confidential_kind_is_read_by_leave_and_by_who_answered_it(
    cast, login, kinds
):
    kind = kinds["question"]
    kind.sensitive = True
    kind.save()
    question = services.log_question(
        actor=cast.actor("front"),
        client_uid=uuid.uuid4(),
        kind=kind,
        answer="Ya",
        with_receipt=True,
    )
    page = f"/cases/questions/{question.uid}/"
    found = {"q": question.receipt_number}
    for who in ("front", "back", "koordinator", "head"):
        officer = login(who)
        assert officer.get(page).status_code == 200
        assert officer.get(f"{page}receipt.pdf").status_code == 200
        assert officer.post("/search/", found)["Location"] == page
    other = login("facilitator")
    assert other.get(page).status_code == 404
    assert other.get(f"{page}receipt.pdf").status_code == 404
    assert "Location" not in other.post("/search/", found)


def test_a_question_logged_without_receipt_has_no_paper(cast, login, kinds):
    question = services.log_question(
        actor=cast.actor("front"), client_uid=uuid.uuid4(), kind=kinds["question"], answer="Ya"
    )
    assert login("front").get(f"/cases/questions/{question.uid}/receipt.pdf").status_code == 404


def test_what_was_answered_stays_when_the_question_is_refused(login, kinds):
    fields = {"client_uid": uuid.uuid4(), "question": "Syarat SKTM?", "channel": "phone"}
    answer = login("front").post("/cases/questions/new/", fields)
    assert "Tulis jawaban yang diberikan." in words_of(answer)
    assert "Syarat SKTM?" in answer.content.decode()
