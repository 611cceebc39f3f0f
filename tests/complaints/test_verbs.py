"""Verification, papers, answers, telling, ending: each verb allowed and refused."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from complaints import services
from complaints.deadlines import case_due_at
from complaints.models import Complaint, ComplaintPaper, Telling
from complaints.workflow import CASE
from puskesmas import attachments
from puskesmas.backdating import at
from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import Attachment, AuditEntry, Transition

Status = ComplaintPaper.Status
Outcome = Complaint.Outcome


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def back(cast):
    return cast.actor("back")


def fresh(case):
    return Complaint.objects.get(pk=case.pk)


def force(case, state, **fields):
    """Put the case where a test begins, without history."""
    Complaint.objects.filter(pk=case.pk).update(state=state, state_since=timezone.now(), **fields)
    return fresh(case)


def tell(actor, case, **fields):
    values = {"client_uid": uuid.uuid4(), "means": Telling.Means.PHONE, "reached": True}
    return services.tell_resident(actor=actor, uid=case.uid, **values | fields)


def wanted(case, *codes):
    for code in codes:
        ComplaintPaper.objects.create(
            complaint=case, code=code, name_id=code, substitutes=["domicile"] * (code == "ktp")
        )


# --- Verification -----------------------------------------------------------------------------


def test_a_finding_is_recorded_with_reason_officer_and_moment(back, case):
    services.examine(actor=back, uid=case.uid)
    found = services.record_finding(
        actor=back, uid=case.uid, finding="does_not_meet", reason="Rumah baik, gaji tetap"
    )
    assert (found.state, found.finding) == ("in_handling", "does_not_meet")
    assert (found.finding_by, found.finding_reason) == (back.user, "Rumah baik, gaji tetap")
    assert found.outcome == ""


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"finding": "", "reason": "x"}, "finding"), ({"finding": "meets", "reason": " "}, "reason")],
)
def test_a_finding_needs_its_value_and_its_reason(back, case, fields, field):
    with pytest.raises(InvalidInput) as caught:
        services.record_finding(actor=back, uid=case.uid, **fields)
    assert caught.value.field == field
    assert fresh(case).finding == ""


#: Moves made inside a referral's verb, which refuses the family itself (tests/referrals).
BY_REFERRAL = {"returned_by_upstream", "owner_answered", "owner_corrected"}
BY_REFERRAL |= {"realised", "never_realised"}


@pytest.mark.parametrize("action", sorted(CASE.steps.keys() - BY_REFERRAL))
def test_each_move_of_an_officers_family_is_somebody_elses(cast, case, action):
    step = CASE.steps[action]
    who = next(name for name in ("back", "koordinator") if cast.actor(name).has(*step.roles))
    force(case, next(iter(sorted(step.sources))))

    def move():
        with transaction.atomic():
            row = services.lock_case(case.uid, actor=cast.actor(who))
            services.move_case(actor=cast.actor(who), case=row, action=action, reason="x")
            transaction.set_rollback(True)

    move()
    officer = getattr(cast, who)
    officer.kk = case.subject.memberships.get().household.kk
    officer.save()
    with pytest.raises(OwnFamily):
        move()


def test_an_officer_does_nothing_to_his_familys_case_and_a_colleague_does(cast, back, front, case):
    cast.back.kk = case.subject.memberships.get().household.kk
    cast.back.save()
    back = cast.actor("back")
    with pytest.raises(OwnFamily):
        services.set_urgency(actor=back, uid=case.uid, urgency="emergency", reason="x")
    force(case, "answered", outcome=Outcome.HANDLED)
    for reached in (True, False):
        with pytest.raises(OwnFamily):
            tell(back, case, reached=reached)
    assert tell(front, case).reached


def test_recorded_only_is_an_end_of_its_own_and_can_be_reopened(back, case):
    force(case, "in_verification")
    kept = services.record_only(actor=back, uid=case.uid, reason="Sudah punya jaminan kantor")
    assert (kept.state, kept.outcome, kept.due_at) == ("recorded_only", "", None)
    again = services.reopen(actor=back, uid=case.uid, reason="Diberhentikan dari kantor")
    assert again.state == "in_verification"
    assert again.due_at is not None


def test_urgency_may_change_and_the_due_date_with_it(front, case):
    case = force(case, "registered", due_at=case_due_at(case))
    urgent = services.set_urgency(
        actor=front, uid=case.uid, urgency="emergency", reason="Masuk IGD"
    )
    assert urgent.due_at < case.due_at
    assert urgent.urgency_reason == "Masuk IGD"
    calm = services.set_urgency(actor=front, uid=case.uid, urgency="normal", reason="Sudah pulang")
    assert (calm.urgency, calm.urgency_reason) == ("normal", "")
    for fields in ({"urgency": "emergency", "reason": ""}, {"urgency": "high", "reason": "x"}):
        with pytest.raises(InvalidInput):
            services.set_urgency(actor=front, uid=case.uid, **fields)


def test_an_ended_case_changes_neither_urgency_nor_papers(front, case):
    force(case, "closed")
    with pytest.raises(WrongState):
        services.set_urgency(actor=front, uid=case.uid, urgency="emergency", reason="x")
    with pytest.raises(WrongState):
        services.tick_papers(actor=front, uid=case.uid, seen=[])


# --- Papers -----------------------------------------------------------------------------------


def test_papers_are_asked_for_received_and_ticked(front, case):
    wanted(case, "ktp", "kk")
    services.tick_papers(actor=front, uid=case.uid, seen=["ktp", "kk"])
    services.ask_papers(actor=front, uid=case.uid, reason="KK buram", wanted=["kk", "sktm"])
    papers = dict(case.papers.values_list("code", "status"))
    assert papers == {"ktp": Status.SEEN, "kk": Status.MISSING, "sktm": Status.MISSING}
    done = services.papers_received(actor=front, uid=case.uid, seen=["kk"])
    assert done.state == "in_verification"
    assert dict(case.papers.values_list("code", "status"))["ktp"] == Status.SEEN


def test_ticking_takes_a_tick_back_and_takes_a_substitute(front, case):
    wanted(case, "ktp", "kk")
    services.tick_papers(actor=front, uid=case.uid, seen=["domicile", "kk"])
    assert case.papers.get(code="ktp").given == "domicile"
    services.tick_papers(actor=front, uid=case.uid, seen=["kk"])
    assert case.papers.get(code="ktp").status == Status.MISSING
    assert AuditEntry.objects.filter(action="tick_papers").count() == 2


def test_a_kasun_ticks_no_papers(cast, case):
    with pytest.raises(NotYourRole):
        services.tick_papers(actor=cast.actor("kasun"), uid=case.uid, seen=[])


def picture():
    import io

    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "JPEG")
    return SimpleUploadedFile("ktp.jpg", out.getvalue(), "image/jpeg")


def test_a_copy_is_stored_and_seen_by_readers_of_the_case_only(cast, front, case, kinds):
    wanted(case, "ktp")
    paper = services.attach_paper(actor=front, uid=case.uid, code="ktp", upload=picture())
    assert paper.status == Status.COPIED
    assert attachments.may_see(front, paper.attachment)
    assert not attachments.may_see(cast.actor("stranger"), paper.attachment)
    services.tick_papers(actor=front, uid=case.uid, seen=[])
    assert case.papers.get(code="ktp").status == Status.COPIED
    Complaint.objects.update(kind=kinds["protection"], entered_by=cast.back)
    assert not attachments.may_see(front, paper.attachment)


def test_a_file_that_is_no_picture_or_pdf_is_refused_and_nothing_kept(front, case):
    bad = SimpleUploadedFile("ktp.jpg", b"<script>alert(1)</script>", "image/jpeg")
    with pytest.raises(InvalidInput) as caught:
        services.attach_paper(actor=front, uid=case.uid, code="ktp", upload=bad)
    assert caught.value.field == "upload"
    assert Attachment.objects.count() == 0
    with pytest.raises(InvalidInput):
        services.attach_paper(actor=front, uid=case.uid, code="passport", upload=picture())


# --- Answering and telling --------------------------------------------------------------------


def test_answered_here_then_told_then_closed(front, back, case):
    answered = services.answer_here(actor=back, uid=case.uid, answer="Kartu sudah aktif lagi")
    assert (answered.state, answered.outcome) == ("answered", Outcome.HANDLED)
    tell(front, case)
    assert fresh(case).state == "closed"
    assert fresh(case).closed_at is not None


def test_an_answer_needs_words(back, case):
    with pytest.raises(InvalidInput) as caught:
        services.answer_here(actor=back, uid=case.uid, answer="")
    assert caught.value.field == "answer"


def test_telling_of_an_approval_does_not_close_the_case(front, case):
    force(case, "answered", outcome=Outcome.OWNER_APPROVED)
    tell(front, case)
    assert fresh(case).state == "awaiting_realisation"
    assert fresh(case).pauses.get().owed_by == "upstream"


@pytest.mark.parametrize("outcome", [Outcome.OWNER_REFUSED, Outcome.HANDLED, Outcome.NEVER])
def test_telling_of_anything_else_closes_it(front, case, outcome):
    force(case, "answered", outcome=outcome)
    tell(front, case)
    assert (fresh(case).state, fresh(case).outcome) == ("closed", outcome)


def test_telling_twice_with_one_uid_counts_once(front, case):
    client_uid = uuid.uuid4()
    first = tell(front, case, client_uid=client_uid, reached=False)
    assert tell(front, case, client_uid=client_uid, reached=False) == first
    assert Telling.objects.count() == 1


def test_telling_needs_a_role_and_a_means(cast, front, case):
    with pytest.raises(NotYourRole):
        tell(cast.actor("koordinator"), case)
    with pytest.raises(InvalidInput):
        tell(front, case, means="pigeon")


def test_a_case_closes_as_unreachable_only_after_the_offices_number_of_tries(front, case):
    force(case, "answered", outcome=Outcome.HANDLED)
    for _try in range(2):
        tell(front, case, reached=False)
    assert fresh(case).state == "answered"
    with pytest.raises(WrongState) as caught:
        services.close_unreachable(actor=front, uid=case.uid, reason="Pindah")
    assert "2" in str(caught.value.message)
    tell(front, case, reached=False)
    closed = services.close_unreachable(actor=front, uid=case.uid, reason="Pindah")
    assert (closed.state, closed.outcome) == ("closed", Outcome.UNREACHABLE)


def test_tries_from_an_earlier_state_do_not_count(front, case):
    for _try in range(3):
        tell(front, case, reached=False)
    force(case, "answered", outcome=Outcome.HANDLED)
    with pytest.raises(WrongState):
        services.close_unreachable(actor=front, uid=case.uid, reason="Pindah")


# --- A wait in vain, lapsing, withdrawing ------------------------------------------------------


@pytest.fixture
def waiting(front, case):
    """A case that waits for papers since forty days."""
    with at(timezone.now() - timedelta(days=40)):
        services.ask_papers(actor=front, uid=case.uid, reason="KK")
    return fresh(case)


def test_a_case_lapses_after_its_time_and_after_notice(front, back, waiting):
    with pytest.raises(WrongState):
        services.lapse(actor=back, uid=waiting.uid, reason="Berkas tidak datang")
    tell(front, waiting, reached=False)
    lapsed = services.lapse(actor=back, uid=waiting.uid, reason="Berkas tidak datang")
    assert lapsed.state == "lapsed"


def test_a_case_does_not_lapse_before_its_time(front, back, case):
    services.ask_papers(actor=front, uid=case.uid, reason="KK")
    tell(front, case)
    with pytest.raises(WrongState):
        services.lapse(actor=back, uid=case.uid, reason="x")


def test_a_wait_that_may_not_lapse_ends_when_nobody_could_be_reached(front, waiting):
    Complaint.objects.update(urgency="emergency")
    with pytest.raises(WrongState):
        services.close_unreachable(actor=front, uid=waiting.uid, reason="Rumah kosong")
    for _try in range(3):
        tell(front, waiting, reached=False)
    closed = services.close_unreachable(actor=front, uid=waiting.uid, reason="Rumah kosong")
    assert (closed.state, closed.outcome) == ("closed", Outcome.UNREACHABLE)


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_a_wait_for_papers_of_who_died_or_moved_ends_without_tries(front, waiting, life):
    waiting.subject.life = life
    waiting.subject.save()
    closed = services.close_unreachable(actor=front, uid=waiting.uid, reason="Menurut RT")
    assert (closed.state, closed.outcome) == ("closed", Outcome.UNREACHABLE)


def test_an_answer_for_who_died_is_still_to_be_told_to_his_family(front, case):
    force(case, "answered", outcome=Outcome.HANDLED)
    case.subject.life = "deceased"
    case.subject.save()
    with pytest.raises(WrongState):
        services.close_unreachable(actor=front, uid=case.uid, reason="Menurut RT")


def test_an_emergency_never_lapses(front, back, waiting):
    tell(front, waiting)
    Complaint.objects.update(urgency="emergency")
    with pytest.raises(WrongState):
        services.lapse(actor=back, uid=waiting.uid, reason="x")


def test_a_person_without_nik_or_card_never_lapses(front, back, waiting):
    tell(front, waiting)
    resident = waiting.subject
    resident.nik = ""
    resident.save()
    with pytest.raises(WrongState):
        services.lapse(actor=back, uid=waiting.uid, reason="x")
    resident.nik = "3509994507800001"
    resident.save()
    resident.memberships.update(until=timezone.now().date())
    with pytest.raises(WrongState):
        services.lapse(actor=back, uid=waiting.uid, reason="x")


def test_the_front_officer_does_not_let_a_case_lapse(front, waiting):
    with pytest.raises(NotYourRole):
        services.lapse(actor=front, uid=waiting.uid, reason="x")


@pytest.mark.parametrize("state", ["registered", "awaiting_approval", "referred"])
def test_a_resident_may_take_his_case_back_until_it_is_answered(front, case, state):
    force(case, state)
    taken = services.withdraw(actor=front, uid=case.uid, reason="Sudah sembuh")
    assert (taken.state, taken.due_at) == ("withdrawn", None)
    force(case, "answered")
    with pytest.raises(WrongState):
        services.withdraw(actor=front, uid=case.uid, reason="x")


def test_reopening_forgets_the_outcome_and_keeps_the_history(front, back, case):
    services.answer_here(actor=back, uid=case.uid, answer="Sudah")
    tell(front, case)
    again = services.reopen(actor=front, uid=case.uid, reason="Kartu mati lagi")
    assert (again.state, again.outcome, again.closed_at) == ("in_verification", "", None)
    assert Transition.objects.filter(subject_uid=case.uid).count() == 3


# --- Two people at once, strangers ------------------------------------------------------------


def test_the_second_of_two_officers_is_told_and_overwrites_nothing(front, back, case):
    version = case.version
    services.examine(actor=back, uid=case.uid, version=version)
    with pytest.raises(StaleVersion) as caught:
        services.withdraw(actor=front, uid=case.uid, reason="x", version=version)
    assert caught.value.details == {"yours": 1, "current": 2}
    assert fresh(case).state == "in_verification"


def test_a_telling_without_a_move_still_changes_the_version(front, case):
    tell(front, case, reached=False, version=case.version)
    with pytest.raises(StaleVersion):
        tell(front, case, reached=False, version=case.version)


VERBS = [
    (services.examine, {}),
    (services.ask_papers, {"reason": "x"}),
    (services.papers_received, {}),
    (services.tick_papers, {"seen": []}),
    (services.record_finding, {"finding": "meets", "reason": "x"}),
    (services.set_urgency, {"urgency": "emergency", "reason": "x"}),
    (services.answer_here, {"answer": "x"}),
    (services.close_unreachable, {"reason": "x"}),
    (services.lapse, {"reason": "x"}),
    (services.record_only, {"reason": "x"}),
    (services.withdraw, {"reason": "x"}),
    (services.reopen, {"reason": "x"}),
    (
        services.tell_resident,
        {"client_uid": uuid.uuid4(), "means": "phone", "reached": True},
    ),
]


@pytest.mark.parametrize(
    ("verb", "fields"), VERBS, ids=lambda value: getattr(value, "__name__", "")
)
def test_another_village_finds_no_case_to_change(cast, case, verb, fields):
    actor = cast.actor("stranger")
    with pytest.raises(NotFound):
        verb(actor=actor, uid=case.uid, **fields)
    assert fresh(case).version == case.version


# --- The clock --------------------------------------------------------------------------------


def test_days_the_resident_owed_are_given_back(front, case):
    start = timezone.now().replace(hour=3, minute=0) - timedelta(days=20)
    Complaint.objects.update(received_at=start, clock_started_at=start)
    plain = case_due_at(fresh(case))
    with at(start + timedelta(days=1)):
        services.ask_papers(actor=front, uid=case.uid, reason="KK")
    with at(start + timedelta(days=8)):
        back_again = services.papers_received(actor=front, uid=case.uid)
    assert back_again.due_at - plain >= timedelta(days=7)
