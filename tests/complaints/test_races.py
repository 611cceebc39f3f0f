"""Many officers at once: every case its own number, one press one case, one change at a time.

The numbers are drawn from a few hundred instead of ten thousand million, so that clashes happen
in every run and not once in a lifetime.
"""

import os
import secrets
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from complaints import receipts, services
from complaints.models import Complaint, ComplaintKind, ComplaintPaper, Telling
from programs.models import Programme
from programs.services import load_catalogue
from puskesmas.backdating import at
from puskesmas.errors import StaleVersion, WrongState
from puskesmas.models import Transition
from registry.models import Resident
from reports.letters import services as letters
from tests.complaints.conftest import make_resident
from tests.complaints.test_paper_review import sktm, wanting_sktm
from tests.racing import database_url, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
FEW = 400


def draw_from_few() -> None:
    """Make receipt numbers clash often, in this process."""
    receipts.new_number = _few_numbers


def _few_numbers() -> str:
    payload = f"{secrets.randbelow(FEW):010d}"
    return payload + receipts.check_digits(payload)


def register(actor, client_uid, **more):
    """Register a matter of the office's only resident."""
    return services.register_complaint(
        actor=actor,
        client_uid=client_uid,
        subject=Resident.objects.get(office=actor.office),
        kind=ComplaintKind.objects.get(office=actor.office, code="programme"),
        story="Minta KIS",
        **more,
    )


@pytest.fixture
def village(cast, kinds):
    make_resident(cast.village)
    return cast


@pytest.fixture
def few_numbers(monkeypatch):
    monkeypatch.setattr(receipts, "new_number", _few_numbers)


def assert_all_numbers_differ(count):
    numbers = list(Complaint.objects.values_list("receipt_number", flat=True))
    assert len(numbers) == count
    assert len(set(numbers)) == count
    assert all(map(receipts.is_wellformed, numbers))
    assert Transition.objects.filter(action="register").count() == count


def test_threads_draw_no_number_twice(village, few_numbers):
    actors = [village.actor(who) for who in ("front", "facilitator", "back")] * 2

    def officer(actor):
        return lambda: [register(actor, uuid.uuid4()) for _number in range(12)]

    assert together(*map(officer, actors)) == []
    assert_all_numbers_differ(72)


@pytest.mark.processes
def test_processes_draw_no_number_twice(village):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
    }
    start, each = time.time() + 6, 15
    children = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.complaints.race_child",
                str(village.village.pk),
                who,
                str(each),
                str(start),
            ],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("front", "facilitator", "back", "front")
    ]
    outputs = [child.communicate(timeout=300)[0] for child in children]
    assert [child.returncode for child in children] == [0] * 4
    assert sum(len(output.split()) for output in outputs) == 4 * each
    assert_all_numbers_differ(4 * each)


def test_one_form_sent_many_times_at_once_makes_one_case(village):
    actor, client_uid, made = village.actor("front"), uuid.uuid4(), []

    def press():
        made.append(register(actor, client_uid).pk)

    assert together(*[press] * 8) == []
    assert (len(made), len(set(made))) == (8, 1)
    assert_all_numbers_differ(1)


def test_of_many_officers_on_one_version_exactly_one_gets_through(village):
    case = register(village.actor("front"), uuid.uuid4())
    front, back = village.actor("front"), village.actor("back")
    verbs = [
        lambda: services.examine(actor=back, uid=case.uid, version=case.version),
        lambda: services.ask_papers(actor=front, uid=case.uid, reason="KK", version=case.version),
        lambda: services.withdraw(actor=front, uid=case.uid, reason="x", version=case.version),
        lambda: services.set_urgency(
            actor=front, uid=case.uid, urgency="emergency", reason="x", version=case.version
        ),
    ]
    errors = together(*verbs)
    assert [type(error) for error in errors] == [StaleVersion] * 3
    assert Complaint.objects.get().version == case.version + 1


def test_one_telling_sent_many_times_at_once_counts_once(village):
    case = register(village.actor("front"), uuid.uuid4())
    Complaint.objects.update(state="answered", outcome="handled")
    actor, client_uid = village.actor("front"), uuid.uuid4()

    def press():
        services.tell_resident(
            actor=actor,
            uid=case.uid,
            client_uid=client_uid,
            means=Telling.Means.PHONE,
            reached=True,
        )

    assert together(*[press] * 6) == []
    assert Telling.objects.count() == 1
    assert Complaint.objects.get().state == "closed"


def test_a_case_lapses_or_its_papers_came_and_never_both(village):
    front, back = village.actor("front"), village.actor("back")
    case = register(front, uuid.uuid4())
    with at(timezone.now() - timedelta(days=40)):
        services.ask_papers(actor=front, uid=case.uid, reason="KK")
    services.tell_resident(
        actor=front, uid=case.uid, client_uid=uuid.uuid4(), means="phone", reached=False
    )
    errors = together(
        lambda: services.lapse(actor=back, uid=case.uid, reason="Berkas tidak datang"),
        lambda: services.papers_received(actor=front, uid=case.uid, seen=["kk"]),
    )
    assert [type(error) for error in errors] == [WrongState]
    case = Complaint.objects.get()
    lapsed = case.state == "lapsed"
    assert case.state in {"lapsed", "in_verification"}
    assert ((case.due_at is None), (case.closed_at is not None)) == (lapsed, lapsed)
    ends = Transition.objects.filter(subject_uid=case.uid, action__in=("lapse", "papers_received"))
    assert [one.action for one in ends] == ["lapse" if lapsed else "papers_received"]


@pytest.mark.parametrize("seen", [[], ["sktm"]])
def test_an_sktm_signed_while_the_boxes_are_ticked_is_there_whoever_was_first(village, seen):
    front, back = village.actor("front"), village.actor("back")
    case = register(front, uuid.uuid4())
    paper = wanting_sktm(case)
    letter = sktm(village, Resident.objects.get(office=front.office), sign=False)
    errors = together(
        lambda: letters.sign(actor=front, uid=letter.uid, version=None),
        lambda: services.tick_papers(actor=back, uid=case.uid, seen=seen),
        lambda: services.tick_papers(actor=front, uid=case.uid, seen=seen),
    )
    assert errors == []
    paper.refresh_from_db()
    assert paper.status == "seen"
    if not seen:
        # An officer's empty box takes nothing away from a letter of the office.
        assert paper.letter_id == letter.pk
    assert paper.reference == (letter.number if paper.letter_id else "")


def test_an_sktm_voided_while_the_boxes_are_ticked_is_there_only_if_an_officer_saw_it(village):
    front, back = village.actor("front"), village.actor("back")
    case = register(front, uuid.uuid4())
    paper = wanting_sktm(case)
    letter = sktm(village, Resident.objects.get(office=front.office), sign=False)
    letters.sign(actor=front, uid=letter.uid, version=None)
    errors = together(
        lambda: letters.void(actor=back, uid=letter.uid, version=None, reason="Salah nama"),
        lambda: services.tick_papers(actor=front, uid=case.uid, seen=[]),
    )
    assert errors == []
    paper.refresh_from_db()
    assert (paper.status, paper.letter_id, paper.reference) == ("missing", None, "")


def test_an_sktm_signed_while_cases_are_registered_is_the_paper_of_each(village):
    load_catalogue(village.village)
    front, back = village.actor("front"), village.actor("back")
    wants = [Programme.objects.get(office=front.office, code="PBI-REAKTIVASI")]
    letter = sktm(village, Resident.objects.get(office=front.office), sign=False)
    errors = together(
        lambda: register(front, uuid.uuid4(), needed=wants),
        lambda: letters.sign(actor=back, uid=letter.uid, version=None),
        lambda: register(back, uuid.uuid4(), needed=wants),
    )
    assert errors == []
    papers = ComplaintPaper.objects.filter(code="sktm")
    assert [(one.status, one.letter_id) for one in papers] == [("seen", letter.pk)] * 2
