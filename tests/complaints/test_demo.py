"""The invented year: plausible, never in the future, made once."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from complaints import demo
from complaints.models import Complaint, CounterQuestion
from complaints.workflow import CaseState
from puskesmas.backdating import at
from puskesmas.models import Office, Transition
from registry.models import Resident
from tests.complaints.conftest import make_resident


@pytest.fixture
def year(cast, kinds, programmes, monkeypatch):
    """Invent a small year for a village of a hundred people."""
    monkeypatch.setitem(demo._SIZES, Office.Kind.DESA, (30, 20, 10))
    for number in range(100):
        make_resident(cast.village, nik=f"35099945078{number:05d}", kk=f"35099901011{number:05d}")
    demo.load(cast.village, Random(7))
    return cast.village


def test_every_case_tells_a_story_in_order_that_ends_before_now(year):
    cases = {case.uid: case for case in Complaint.objects.filter(office=year)}
    assert len(cases) == 50
    moves = defaultdict(list)
    for move in Transition.objects.order_by("pk"):
        moves[move.subject_uid].append(move)
    for uid, case in cases.items():
        times = [move.at for move in moves[uid]]
        assert times == sorted(times)
        assert case.received_at <= times[0]
        assert times[-1] <= timezone.now()
        assert moves[uid][-1].target == case.state
        targets = [move.target for move in moves[uid]]
        sources = [move.source for move in moves[uid]]
        assert sources == ["", *targets[:-1]]
    assert len({case.state for case in cases.values()}) >= 4
    assert CaseState.IN_HANDLING in {case.state for case in cases.values()}


def test_every_state_before_and_after_a_referral_is_there_to_see(year):
    referred = {"awaiting_approval", "referred", "awaiting_realisation"}
    shown = set(Complaint.objects.filter(office=year).values_list("state", flat=True))
    assert shown >= set(CaseState.values) - referred


@pytest.mark.parametrize("days", range(7))
def test_every_state_is_there_whatever_the_day_of_loading(
    cast, kinds, programmes, monkeypatch, days
):
    monkeypatch.setitem(demo._SIZES, Office.Kind.DESA, (0, 0, 0))
    for number in range(12):
        make_resident(cast.village, nik=f"35099945078{number:05d}", kk=f"35099901011{number:05d}")
    with at(timezone.now() - timedelta(days=days)):
        demo.load(cast.village, Random(7))
    assert Complaint.objects.count() == len(demo._STANDING)
    assert Complaint.objects.values("state").distinct().count() == len(demo._STANDING)


def test_loading_again_adds_nothing_and_another_seed_is_another_year(year):
    numbers = set(Complaint.objects.values_list("receipt_number", flat=True))
    demo.load(year, Random(8))
    assert set(Complaint.objects.values_list("receipt_number", flat=True)) == numbers
    assert CounterQuestion.objects.count() == 10


def test_no_story_is_about_an_officers_own_family(cast, kinds, programmes, monkeypatch):
    monkeypatch.setitem(demo._SIZES, Office.Kind.DESA, (5, 5, 0))
    for number in range(30):
        make_resident(cast.village, nik=f"35099945078{number:05d}", kk=f"35099901011{number:05d}")
    own = Resident.objects.order_by("pk").first()
    cast.back.kk = own.memberships.get().household.kk
    cast.back.save()
    demo.load(cast.village, Random(1))
    assert not Complaint.objects.filter(subject=own).exists()
