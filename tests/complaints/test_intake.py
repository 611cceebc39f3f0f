"""Registering a matter, and logging a question answered at once."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from complaints import receipts, services
from complaints.models import Channel, Complaint, ComplaintPaper, CounterQuestion
from complaints.selectors import cases
from programs.models import Participation
from puskesmas.actors import Actor
from puskesmas.backdating import at
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily
from puskesmas.models import AuditEntry, Office, Transition
from registry.models import Register, RegisterCheck, RegisterRow, RegisterVersion
from tests.complaints.conftest import KK, make_resident

Seen = ComplaintPaper.Status


@pytest.fixture
def register(cast, resident, kind):
    """Register a matter as the front officer, with sensible values unless told otherwise."""

    def register(actor=None, **fields):
        values = {
            "client_uid": uuid.uuid4(),
            "subject": resident,
            "kind": kind,
            "story": "Kartu ditolak di rumah sakit",
        }
        return services.register_complaint(actor=actor or cast.actor("front"), **values | fields)

    return register


def test_a_matter_gets_a_receipt_number_a_due_date_and_a_first_line_of_history(cast, register):
    case = register()
    assert receipts.is_wellformed(case.receipt_number)
    assert case.state == "registered"
    assert case.due_at > timezone.now()
    first = Transition.objects.get(subject_uid=case.uid)
    assert (first.action, first.source, first.target) == ("register", "", "registered")
    assert AuditEntry.objects.filter(action="register_complaint", subject_uid=case.uid).exists()


def test_the_same_form_sent_twice_makes_one_case(register):
    client_uid = uuid.uuid4()
    first = register(client_uid=client_uid)
    assert register(client_uid=client_uid, story="Diketik lain") == first
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize("who", ["front", "facilitator", "back"])
def test_officers_who_meet_residents_may_register(cast, register, who):
    assert register(actor=cast.actor(who)).entered_by == cast.users[who]


@pytest.mark.parametrize("who", ["koordinator", "head", "kasun", "admin"])
def test_other_roles_may_not_register(cast, register, who):
    with pytest.raises(NotYourRole):
        register(actor=cast.actor(who))


def test_person_kind_or_programme_of_another_office_is_not_found(cast, register, programmes):
    with pytest.raises(NotFound):
        register(subject=make_resident(cast.other_village))
    with pytest.raises(NotFound):
        register(actor=cast.actor("stranger_front"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"story": "  "}, "story"),
        ({"urgency": "emergency"}, "urgency_reason"),
        ({"reporter_relation": "neighbour"}, "reporter_name"),
    ],
)
def test_what_is_missing_is_named(register, fields, field):
    with pytest.raises(InvalidInput) as caught:
        register(**fields)
    assert caught.value.field == field


def test_a_matter_cannot_be_received_in_the_future_but_may_be_typed_later(register):
    with pytest.raises(InvalidInput) as caught:
        register(received_at=timezone.now() + timedelta(minutes=1))
    assert caught.value.field == "received_at"
    last_week = timezone.now() - timedelta(days=7)
    case = register(received_at=last_week, channel=Channel.AFTER_HOURS)
    assert case.received_at == last_week
    assert case.clock_started_at == last_week


def test_an_officers_own_familys_emergency_is_taken_and_shown_until_a_colleague_confirms(
    cast, register, login
):
    urgent = {"urgency": "emergency", "urgency_reason": "Harus operasi"}
    assert register(**urgent).urgency_unconfirmed is False
    cast.front.kk = KK
    cast.front.save()
    case = register(actor=cast.actor("front"), **urgent)
    assert (case.is_emergency, case.urgency_unconfirmed) == (True, True)
    assert register(actor=cast.actor("front")).urgency_unconfirmed is False
    mark, address = "Belum dipastikan petugas lain", f"/cases/{case.uid}/"
    for page in (address, "/cases/?tab=emergency", "/"):
        assert login("back").get(page).content.decode().count(mark) == 1, page
    with pytest.raises(OwnFamily):
        services.set_urgency(
            actor=cast.actor("front"), uid=case.uid, urgency="emergency", reason="Benar"
        )
    services.set_urgency(
        actor=cast.actor("back"), uid=case.uid, urgency="emergency", reason="Benar"
    )
    assert mark not in login("back").get(address).content.decode()


def test_an_emergency_with_its_reason_is_due_the_next_working_day(register):
    ordinary = register()
    urgent = register(urgency="emergency", urgency_reason="Harus operasi hari ini")
    assert urgent.due_at < ordinary.due_at


def test_nothing_missing_refuses_a_registration_it_fills_the_list(register, programmes):
    case = register(needed=[programmes["KIS-D"]])
    missing = {paper.code for paper in case.papers.filter(status=Seen.MISSING, by_office=False)}
    assert missing == {"ktp", "kk", "birth", "sktm", "electricity"}


def test_a_substitute_counts_for_the_paper_it_stands_for(register, programmes):
    case = register(needed=[programmes["KIS-D"]], papers_seen=["domicile", "kk", "school"])
    papers = {paper.code: paper for paper in case.papers.all()}
    assert (papers["ktp"].status, papers["ktp"].given) == (Seen.SEEN, "domicile")
    assert (papers["kk"].status, papers["kk"].given) == (Seen.SEEN, "")
    assert papers["sktm"].status == Seen.MISSING
    assert (papers["school"].status, papers["school"].mandatory) == (Seen.SEEN, False)


def test_an_unknown_paper_is_refused(register):
    with pytest.raises(InvalidInput):
        register(papers_seen=["passport"])


def test_programmes_held_are_noted_as_the_persons_own_word(register, resident, programmes):
    register(held=[programmes["PKH"]], needed=[programmes["KIS-D"]])
    held = Participation.objects.get(resident=resident)
    assert (held.programme.code, held.source) == ("PKH", Participation.Source.SELF)


def test_a_case_keeps_the_programme_version_of_the_day_it_was_received(cast, register):
    from programs.models import Programme
    from programs.services import load_catalogue

    cast.village.regency = "Kota Bekasi"
    load_catalogue(cast.village)
    card = Programme.objects.get(office=cast.village, code="KS-BEKASI")
    # 18.00 in London on 26 August 2018 is already the 27th in Bekasi.
    for received, starts in [
        (datetime(2018, 8, 26, 16, 59, tzinfo=UTC), date(2017, 1, 1)),
        (datetime(2018, 8, 26, 17, 0, tzinfo=UTC), date(2018, 8, 27)),
    ]:
        case = register(received_at=received, needed=[card])
        assert case.programmes.get().programme_version.effective_from == starts


@pytest.mark.parametrize(
    ("zone", "starts"),
    [(Office.Zone.WIB, date(2017, 1, 1)), (Office.Zone.WIT, date(2018, 8, 27))],
)
def test_the_day_of_receipt_is_the_offices_own(cast, register, zone, starts):
    from programs.models import Programme
    from programs.services import load_catalogue

    cast.village.regency, cast.village.zone = "Kota Bekasi", zone
    cast.village.save()
    load_catalogue(cast.village)
    card = Programme.objects.get(office=cast.village, code="KS-BEKASI")
    # 23.00 in Jakarta, 01.00 of the next day in Jayapura.
    case = register(received_at=datetime(2018, 8, 26, 16, 0, tzinfo=UTC), needed=[card])
    assert case.programmes.get().programme_version.effective_from == starts


@pytest.mark.parametrize(
    ("zone", "day"), [(Office.Zone.WIB, date(2027, 1, 4)), (Office.Zone.WIT, date(2027, 1, 4))]
)
def test_the_clock_crosses_new_year_in_the_offices_zone(cast, register, zone, day):
    cast.village.zone = zone
    cast.village.save()
    # New Year's Eve, a Thursday: 23.30 in Jakarta, already 1 January 01.30 in Jayapura.
    eve = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    with at(eve + timedelta(hours=1)):
        case = register(received_at=eve, urgency="emergency", urgency_reason="Melahirkan")
    assert case.due_at.astimezone(cast.village.tz).date() == day


def test_what_the_register_said_that_day_stays_with_the_case(cast, register, resident):
    dtsen = Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    day = timezone.now().date() - timedelta(days=10)

    def version(data_date, decile):
        row = RegisterVersion.objects.create(
            office=cast.village,
            register=dtsen,
            data_date=data_date,
            file_sha256=str(data_date),
            published_at=timezone.now(),
        )
        RegisterRow.objects.create(
            register_version=row,
            line=1,
            name=resident.name,
            resident=resident,
            decile=decile,
            raw={},
        )

    version(day, 2)
    case = register()
    version(day + timedelta(days=5), 7)
    kept = Complaint.objects.get(pk=case.pk).register_check
    assert (kept.result, kept.decile) == (RegisterCheck.Result.LISTED, 2)


def test_without_any_register_the_case_is_still_registered(register):
    assert register().register_check is None


def test_a_confidential_matter_is_read_by_its_taker_and_the_back_office_only(cast, register, kinds):
    case = register(kind=kinds["protection"])
    for who, sees in [
        ("front", True),
        ("back", True),
        ("koordinator", True),
        ("facilitator", False),
        ("kasun", False),
        ("stranger", False),
    ]:
        assert cases(cast.actor(who)).filter(pk=case.pk).exists() is sees, who
    with pytest.raises(NotFound):
        services.ask_papers(actor=cast.actor("facilitator"), uid=case.uid, reason="KK")


def test_a_merged_person_registers_under_the_row_that_stayed(cast, register, resident):
    double = make_resident(cast.village, nik="3509994507800002", kk="")
    double.canonical = resident
    double.save()
    assert register(subject=double).subject == resident


def test_story_and_reporters_phone_are_not_readable_in_the_row(register):
    from django.db import connection

    register(reporter_relation="family", reporter_name="Budi", reporter_phone="081298765432")
    with connection.cursor() as cursor:
        cursor.execute("SELECT story, reporter_phone FROM complaints_complaint")
        story, phone = (bytes(value) for value in cursor.fetchone())
    assert b"ditolak" not in story
    assert b"081298765432" not in phone


def log(cast, kinds, **fields):
    values = {"client_uid": uuid.uuid4(), "kind": kinds["question"], "answer": "Bawa KTP dan KK"}
    return services.log_question(actor=cast.actor("front"), **values | fields)


def test_a_question_is_logged_in_one_step_without_a_person(cast, kinds):
    question = log(cast, kinds)
    assert (question.receipt_number, question.resident) == ("", None)
    assert question.answered_by == cast.front


def test_a_question_gets_a_receipt_on_request_and_only_once(cast, kinds, resident):
    client_uid = uuid.uuid4()
    question = log(cast, kinds, client_uid=client_uid, with_receipt=True, resident=resident)
    assert receipts.is_wellformed(question.receipt_number)
    assert log(cast, kinds, client_uid=client_uid, with_receipt=True) == question
    again = uuid.uuid4()
    assert log(cast, kinds, client_uid=again) == log(cast, kinds, client_uid=again)
    assert CounterQuestion.objects.count() == 2


def test_a_question_without_answer_or_by_another_role_is_refused(cast, kinds):
    with pytest.raises(InvalidInput) as caught:
        log(cast, kinds, answer=" ")
    assert caught.value.field == "answer"
    with pytest.raises(NotYourRole):
        services.log_question(
            actor=cast.actor("kasun"),
            client_uid=uuid.uuid4(),
            kind=kinds["question"],
            answer="Ya",
        )


def test_a_number_already_taken_is_drawn_again(register, monkeypatch):
    first = register()
    drawn = iter([first.receipt_number, first.receipt_number, "000000000197"])
    monkeypatch.setattr(receipts, "new_number", lambda: next(drawn))
    assert register().receipt_number == "000000000197"


def test_an_officer_narrowed_by_a_token_to_another_role_may_not_register(cast, register):
    with pytest.raises(NotYourRole):
        register(actor=Actor.of(cast.front, cast.village, ["kasun"]))
