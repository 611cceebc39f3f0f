"""The resident's pages: plain words, nothing personal, told what is wrong, slowed when guessing."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import public, receipts, services
from complaints.models import Complaint, ComplaintPaper
from complaints.workflow import CaseState
from tests.complaints.conftest import KK, NIK

UNKNOWN = "0000000000" + receipts.check_digits("0000000000")


@pytest.fixture
def visitor(db):
    return Client()


def page(visitor, number):
    return visitor.get(f"/status/{number}/")


def words_of(response):
    """Return the page's text without tags, as a person reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def force(case, state, **fields):
    Complaint.objects.filter(pk=case.pk).update(state=state, **fields)


# --- The number -------------------------------------------------------------------------------


def test_the_form_leads_to_the_numbers_own_address_however_it_was_typed(visitor, case):
    number = case.receipt_number
    typed = f" {number[:4]} {number[4:8]}-{number[8:]}"
    answer = visitor.post("/status/", {"number": typed})
    assert (answer.status_code, answer["Location"]) == (302, f"/status/{number}/")


def test_an_address_with_spaces_leads_to_the_plain_one(visitor, case):
    answer = page(visitor, receipts.shown(case.receipt_number))
    assert answer["Location"] == f"/status/{case.receipt_number}/"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Tulis nomor resi."),
        ("1234", "terdiri dari 12 angka; yang diketik 4"),
        ("nomor saya", "terdiri dari 12 angka; yang diketik 0"),
        ("123456789012", "Ada angka yang salah ketik"),
    ],
)
def test_a_mistyped_number_is_told_before_anything_is_looked_up(visitor, typed, said):
    answer = visitor.post("/status/", {"number": typed})
    assert answer.status_code == 400
    assert said in words_of(answer)
    assert typed in answer.content.decode()


def test_a_mistyped_number_in_the_address_says_the_same(visitor, case):
    wrong = case.receipt_number[:-1] + str((int(case.receipt_number[-1]) + 1) % 10)
    answer = page(visitor, wrong)
    assert answer.status_code == 400
    assert "salah ketik" in words_of(answer)


def test_a_wellformed_number_nobody_has_is_unknown_not_mistyped(visitor):
    answer = page(visitor, UNKNOWN)
    assert answer.status_code == 404
    assert "Belum ada kabar tentang nomor ini" in words_of(answer)
    assert "salah ketik" not in words_of(answer)


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", CaseState.values)
def test_every_state_has_plain_words_and_nothing_of_the_person(visitor, case, state):
    case.story, case.reporter_name = "Sakit gula menahun", "Budi Santoso"
    case.reporter_relation, case.finding_reason = "neighbour", "Gaji tetap"
    case.answer = "Kartu aktif"
    case.save()
    force(case, state)
    answer = page(visitor, case.receipt_number)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert str(public._WORDS[state].sentence) in words_of(answer)
    text = text.replace(receipts.shown(case.receipt_number), "").replace(case.receipt_number, "")
    person = ("Sulastri", "Budi Santoso", NIK, NIK[-4:], KK)
    for secret in (*person, "gula menahun", "Gaji tetap", "Kartu aktif"):
        assert secret not in text
    assert "ditolak" not in text.lower()
    assert "bukan bukti penerimaan bantuan" in text


def test_what_to_bring_is_listed_while_papers_are_missing(visitor, case):
    for code, name, fields in [
        ("kk", "Fotokopi KK", {}),
        ("house_front", "Foto rumah", {"by_office": True}),
        ("birth", "Akta", {"mandatory": False}),
        ("ktp", "Fotokopi KTP", {"status": ComplaintPaper.Status.SEEN}),
    ]:
        ComplaintPaper.objects.create(complaint=case, code=code, name_id=name, **fields)
    force(case, "waiting_resident")
    text = words_of(page(visitor, case.receipt_number))
    assert "Fotokopi KK" in text
    for absent in ("Foto rumah", "Akta", "Fotokopi KTP"):
        assert absent not in text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("registered", True),
        ("in_verification", True),
        ("in_handling", True),
        ("referred", False),
        ("answered", False),
        ("awaiting_realisation", False),
        ("closed", False),
    ],
)
def test_papers_and_due_day_are_not_asked_for_once_it_is_out_of_the_offices_hands(
    visitor, case, state, said
):
    ComplaintPaper.objects.create(complaint=case, code="kk", name_id="Fotokopi KK")
    force(case, state, due_at=timezone.now() + timedelta(days=3))
    text = words_of(page(visitor, case.receipt_number))
    assert ("Fotokopi KK" in text) is said
    assert ("Dijawab paling lambat" in text) is said


def test_the_steps_show_where_it_stands_and_when(cast, visitor, case):
    services.examine(actor=cast.actor("back"), uid=case.uid)
    status = public.status_of(case.receipt_number, address="a")
    assert [(str(step.label), step.state) for step in status.steps] == [
        ("Didaftarkan", "done"),
        ("Diperiksa", "current"),
        ("Ditangani", "next"),
        ("Dijawab", "next"),
        ("Selesai", "next"),
    ]
    assert all(step.at for step in status.steps[:2])


def test_a_case_that_ended_early_shows_no_steps_it_never_took(cast, case):
    services.withdraw(actor=cast.actor("front"), uid=case.uid, reason="x")
    status = public.status_of(case.receipt_number, address="a")
    assert [str(step.label) for step in status.steps] == ["Didaftarkan", "Dicabut"]


def test_the_owners_answer_is_shown_as_the_owners_and_its_reason_only_with_details(
    visitor, case, monkeypatch
):
    said = public.ReferralNews(
        text="Tidak disetujui pemilik program",
        said_by="Dinas Kesehatan",
        said_on=date(2026, 11, 2),
        document_number="440/12/2026",
        programme="KIS daerah",
        reason="Kuota tahun ini habis",
    )
    monkeypatch.setattr(public, "_providers", [lambda _case: [said]])
    force(case, "answered", outcome="owner_refused")
    text = words_of(page(visitor, case.receipt_number))
    for shown in ("Jawaban pemilik program", "Dinas Kesehatan", "2 November 2026", "440/12/2026"):
        assert shown in text
    assert "Kuota" not in text
    assert "KIS daerah" not in text
    opened = visitor.post(f"/status/{case.receipt_number}/details/", {"last4": NIK[-4:]})
    assert "Kuota tahun ini habis" in words_of(opened)


def test_a_question_answered_at_the_counter_has_a_page_too(cast, visitor, kinds):
    question = services.log_question(
        actor=cast.actor("front"),
        client_uid=uuid.uuid4(),
        kind=kinds["question"],
        answer="Bawa KTP",
        with_receipt=True,
    )
    text = words_of(page(visitor, question.receipt_number))
    assert "sudah dijawab di tempat" in text
    assert "Bawa KTP" not in text


def test_the_page_is_light_needs_no_script_and_is_not_kept(visitor, case):
    answer = page(visitor, case.receipt_number)
    assert len(answer.content) < 20_000
    assert answer["Cache-Control"] == "no-store"
    assert "htmx" not in answer.content.decode()


def test_the_page_takes_a_fixed_number_of_queries(visitor, case, django_assert_num_queries):
    for number in range(5):
        ComplaintPaper.objects.create(complaint=case, code=f"p{number}", name_id=f"P{number}")
    page(visitor, case.receipt_number)
    with django_assert_num_queries(15):
        page(visitor, case.receipt_number)


# --- Details ----------------------------------------------------------------------------------


def details(visitor, case, last4):
    return visitor.post(f"/status/{case.receipt_number}/details/", {"last4": last4})


def test_the_last_four_digits_of_nik_open_the_details(cast, visitor, case):
    services.ask_papers(actor=cast.actor("front"), uid=case.uid, reason="Bawa KK yang jelas")
    answer = details(visitor, case, NIK[-4:])
    text = words_of(answer)
    assert "Bawa KK yang jelas" in text
    assert NIK not in answer.content.decode()
    assert "Sulastri" not in text
    assert "Bawa KK yang jelas" not in words_of(page(visitor, case.receipt_number))


@pytest.mark.parametrize("whose", ["subject", "reporter"])
def test_the_last_four_digits_of_a_phone_open_them_too(visitor, case, whose):
    if whose == "subject":
        case.subject.phone = "081234565678"
        case.subject.save()
    else:
        case.reporter_phone = "081234565678"
        case.save()
    assert "Rincian" in words_of(details(visitor, case, "5678"))


def test_wrong_digits_are_refused_in_words_and_keep_what_was_typed(visitor, case):
    answer = details(visitor, case, "4321")
    assert answer.status_code == 400
    assert "tidak cocok" in words_of(answer)
    assert 'value="4321"' in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "12", "abcd", "12345"])
def test_anything_but_four_digits_is_refused_without_using_up_a_try(visitor, case, typed):
    for _try in range(7):
        assert details(visitor, case, typed).status_code == 400
    assert details(visitor, case, NIK[-4:]).status_code == 200


def test_a_person_without_nik_and_phone_is_not_opened_by_nothing(visitor, case):
    case.subject.nik = ""
    case.subject.save()
    assert details(visitor, case, "0000").status_code == 400


def test_five_wrong_tries_a_day_lock_the_number_even_for_the_right_digits(visitor, case):
    for number in range(5):
        assert details(visitor, case, f"999{number}").status_code == 400
    locked = details(visitor, case, NIK[-4:])
    assert locked.status_code == 429
    assert "Coba lagi besok" in words_of(locked)
    assert int(locked["Retry-After"]) > 0


def test_a_right_try_gives_the_tries_back(visitor, case):
    for _round in range(3):
        for number in range(4):
            details(visitor, case, f"999{number}")
        assert details(visitor, case, NIK[-4:]).status_code == 200


def test_a_confidential_matter_has_no_details(visitor, case, kinds):
    Complaint.objects.update(kind=kinds["protection"])
    assert "Rincian disampaikan langsung di kantor" in words_of(page(visitor, case.receipt_number))
    assert details(visitor, case, NIK[-4:]).status_code == 404


def test_looking_at_the_details_address_leads_to_the_status(visitor, case):
    answer = visitor.get(f"/status/{case.receipt_number}/details/")
    assert answer["Location"] == f"/status/{case.receipt_number}/"


# --- Guessing ---------------------------------------------------------------------------------


def test_one_address_asking_for_many_numbers_is_slowed_down(visitor, case):
    payloads = (f"{number:010d}" for number in range(1, 61))
    codes = {page(visitor, p + receipts.check_digits(p)).status_code for p in payloads}
    assert codes == {404}
    slowed = page(visitor, case.receipt_number)
    assert slowed.status_code == 429
    assert "Terlalu banyak percobaan" in words_of(slowed)
    other = visitor.get(f"/status/{case.receipt_number}/", REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 200


def test_one_address_guessing_at_the_details_of_many_numbers_is_slowed_down_too(visitor, case):
    """The last lookup allowed is a guess here as well: both ways in share one measure."""
    for number in range(1, 61):
        guess = f"{number:010d}"
        address = f"/status/{guess}{receipts.check_digits(guess)}/details/"
        assert visitor.post(address, {"last4": "0000"}).status_code == 404
    assert details(visitor, case, NIK[-4:]).status_code == 429
    assert page(visitor, case.receipt_number).status_code == 429


def test_one_number_asked_for_from_many_addresses_is_slowed_down(visitor, case):
    for number in range(30):
        visitor.get(f"/status/{case.receipt_number}/", REMOTE_ADDR=f"10.0.0.{number}")
    last = visitor.get(f"/status/{case.receipt_number}/", REMOTE_ADDR="10.0.1.1")
    assert last.status_code == 429


def test_an_invented_forwarding_header_does_not_pass_the_throttle(visitor):
    for number in range(60):
        visitor.get(f"/status/{UNKNOWN}/", headers={"x-forwarded-for": f"1.1.1.{number}"})
    answer = visitor.get(f"/status/{UNKNOWN}/", headers={"x-forwarded-for": "8.8.8.8"})
    assert answer.status_code == 429


def test_the_day_answered_by_is_told_while_the_office_owes(visitor, case):
    Complaint.objects.update(due_at=timezone.now() + timedelta(days=3))
    assert "Dijawab paling lambat" in words_of(page(visitor, case.receipt_number))
    Complaint.objects.update(due_at=None)
    assert "Dijawab paling lambat" not in words_of(page(visitor, case.receipt_number))


@pytest.mark.parametrize(
    ("zone", "said"), [("Asia/Jakarta", "31 Desember 2025"), ("Asia/Jayapura", "1 Januari 2026")]
)
def test_dates_are_those_of_the_office_that_wrote_them(cast, visitor, case, zone, said):
    # 16:00 UTC on the last day of the year is 23:00 in Jakarta and already next year in Jayapura.
    force(case, CaseState.IN_VERIFICATION, state_since="2025-12-31T16:00:00Z")
    cast.village.zone = zone
    cast.village.save()
    assert said in words_of(page(visitor, case.receipt_number))
