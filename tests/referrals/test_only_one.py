"""One live referral per person and programme, whichever of his cases it runs in."""

import pytest

from complaints.services import withdraw
from puskesmas.errors import InvalidInput
from referrals.models import Referral
from referrals.services import approval
from registry.models import Resident
from tests.referrals.conftest import make_programme


@pytest.fixture
def other(make_case, resident, case):
    """Another case of the same person."""
    return make_case(subject=resident)


def refused(draft, **fields):
    with pytest.raises(InvalidInput) as caught:
        draft(**fields)
    assert caught.value.code == "live_referral"
    return str(caught.value.message)


def test_a_second_case_cannot_ask_for_what_the_first_still_asks_for(draft, case, other):
    draft()
    assert case.receipt_number[:4] in refused(draft, case_uid=other.uid)


def test_the_regional_and_the_national_card_are_two_programmes(cast, draft, other):
    draft()
    national = make_programme(cast, "kis_nasional", tier="national")
    assert draft(case_uid=other.uid, programme_uid=national.uid).programme == national


def test_a_neighbour_asks_for_himself(draft, make_case, case):
    draft()
    assert draft(case_uid=make_case().uid).pk


def test_an_emergency_waits_for_nothing(draft, make_case, resident, case):
    draft()
    assert draft(case_uid=make_case(subject=resident, urgency="emergency").uid).pk


def test_two_records_of_one_person_are_one_person(cast, draft, make_case, resident):
    twin = Resident.objects.create(
        office=cast.village, name="Sulastri", name_key="sulastri", canonical=resident
    )
    draft()
    refused(draft, case_uid=make_case(subject=twin).uid)


@pytest.mark.parametrize(
    "ended",
    [
        {"approval": "refused"},
        {"approval": "approved", "answer": "refused"},
        {"approval": "approved", "answer": "approved", "realisation": "collected"},
        {"approval": "approved", "answer": "approved", "realisation": "never"},
        {"approval": "approved", "answer": "approved", "realisation": "ended"},
    ],
)
def test_what_is_finished_may_be_asked_for_again_or_renewed(draft, other, ended):
    Referral.objects.filter(pk=draft().pk).update(**ended)
    assert draft(case_uid=other.uid).pk


@pytest.mark.parametrize(
    "standing",
    [
        {"approval": "returned"},
        {"approval": "approved", "answer": "returned"},
        {"approval": "approved", "answer": "approved", "realisation": "temporary"},
    ],
)
def test_what_still_runs_may_not(draft, other, standing):
    Referral.objects.filter(pk=draft().pk).update(**standing)
    refused(draft, case_uid=other.uid)


def test_a_draft_that_fell_with_its_case_stands_in_nobodys_way_but_comes_back_only_alone(
    cast, draft, case, other
):
    referral = draft()
    case.refresh_from_db()
    withdraw(actor=cast.actor("back"), uid=case.uid, reason="Warga berubah pikiran")
    draft(case_uid=other.uid)
    case.refresh_from_db()
    case.state = "in_handling"
    case.save()
    with pytest.raises(InvalidInput) as caught:
        approval.resubmit(
            actor=cast.actor("back"), uid=referral.uid, need="Lagi", road=Referral.Road.PAPER
        )
    assert caught.value.code == "live_referral"
