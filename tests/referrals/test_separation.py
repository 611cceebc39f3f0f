"""Whoever drafted a referral, or is family, does not approve it; then somebody else may."""

from datetime import timedelta

import pytest

from puskesmas.errors import NotYourRole, OwnDraft, OwnFamily
from puskesmas.models import Assignment, Role, Transition
from referrals.models import Referral
from referrals.services import approval
from referrals.workflow import Approval
from tests.referrals.conftest import KK, NIK, deputise, standing, today


def let(actor, referral):
    approval.approve(actor=actor, uid=referral.uid)
    assert Referral.objects.get(pk=referral.pk).approval == Approval.APPROVED


def refused(actor, referral, error):
    for verb, words in (
        (approval.approve, {}),
        (approval.return_draft, {"reason": "Foto kurang"}),
        (approval.refuse, {"reason": "Bukan program ini"}),
    ):
        with pytest.raises(error) as caught:
            verb(actor=actor, uid=referral.uid, **words)
        assert type(caught.value) is error
    assert Referral.objects.get(pk=referral.pk).approval == Approval.AWAITING


def family(user, **numbers):
    for name, value in numbers.items():
        setattr(user, name, value)
    user.save()


def test_the_koordinator_approves_what_another_drafted_allowed(cast, draft):
    let(cast.actor("koordinator"), draft())


def test_own_draft_not_allowed_even_for_who_holds_both_roles(cast, draft):
    referral = draft()
    deputise(cast, "back", until=today() + timedelta(days=7))
    refused(standing(cast, "back"), referral, OwnDraft)


def test_who_submitted_it_again_does_not_approve_it_either(cast, draft):
    referral = draft()
    approval.return_draft(actor=cast.actor("koordinator"), uid=referral.uid, reason="Foto")
    second = cast.users["facilitator"]
    Assignment.objects.create(
        user=second, office=cast.village, role=Role.BACK, since=today() - timedelta(days=1)
    )
    approval.resubmit(
        actor=standing(cast, "facilitator"), uid=referral.uid, need="Lengkap", road="paper"
    )
    deputise(cast, "facilitator", until=today() + timedelta(days=7))
    refused(standing(cast, "facilitator"), referral, OwnDraft)
    deputise(cast, "back", until=today() + timedelta(days=7))
    refused(standing(cast, "back"), referral, OwnDraft)


def test_nor_does_whoever_wrote_a_version_between_the_first_and_the_last(cast, draft):
    referral = draft()
    between, last = cast.users["facilitator"], cast.users["front"]
    for user in (between, last):
        Assignment.objects.create(
            user=user, office=cast.village, role=Role.BACK, since=today() - timedelta(days=1)
        )
    for who in ("facilitator", "front"):
        approval.return_draft(actor=cast.actor("koordinator"), uid=referral.uid, reason="Foto")
        approval.resubmit(actor=standing(cast, who), uid=referral.uid, need="Lain", road="paper")
    for who in ("back", "facilitator", "front"):
        deputise(cast, who, until=today() + timedelta(days=7))
        refused(standing(cast, who), referral, OwnDraft)
    let(cast.actor("koordinator"), referral)


@pytest.mark.parametrize("numbers", [{"nik": NIK}, {"kk": KK}])
def test_own_family_not_allowed(cast, draft, numbers):
    family(cast.koordinator, **numbers)
    refused(cast.actor("koordinator"), draft(), OwnFamily)


def test_family_known_only_by_the_officers_own_row_on_the_card_not_allowed(cast, draft):
    family(cast.koordinator, nik="3509990101100002")
    refused(cast.actor("koordinator"), draft(), OwnFamily)


def test_nobody_refers_his_own_family(cast, draft):
    family(cast.back, kk=KK)
    with pytest.raises(OwnFamily):
        draft()


def test_the_head_while_the_koordinator_is_able_not_allowed(cast, draft):
    refused(cast.actor("head"), draft(), NotYourRole)


@pytest.mark.parametrize("why", ["drafted", "family", "away", "account closed"])
def test_the_head_when_the_only_koordinator_cannot_allowed(cast, draft, why):
    if why == "drafted":
        Assignment.objects.create(
            user=cast.koordinator, office=cast.village, role=Role.BACK, since=today()
        )
        referral = draft(actor=standing(cast, "koordinator"))
    else:
        referral = draft()
    if why == "family":
        family(cast.koordinator, kk=KK)
    if why == "away":
        cast.koordinator.assignments.update(until=today() - timedelta(days=1))
    if why == "account closed":
        cast.koordinator.is_active = False
        cast.koordinator.save()
    let(cast.actor("head"), referral)


def test_the_head_while_a_deputy_is_able_not_allowed(cast, draft):
    cast.koordinator.assignments.update(until=today() - timedelta(days=1))
    deputise(cast, "facilitator", until=today())
    refused(cast.actor("head"), draft(), NotYourRole)


def test_the_head_for_his_own_family_not_allowed(cast, draft):
    cast.koordinator.assignments.update(until=today() - timedelta(days=1))
    family(cast.head, kk=KK)
    refused(cast.actor("head"), draft(), OwnFamily)


def test_a_deputy_until_today_allowed(cast, draft):
    deputise(cast, "facilitator", until=today())
    let(standing(cast, "facilitator"), draft())


def test_a_deputy_until_yesterday_not_allowed(cast, draft):
    deputise(cast, "facilitator", until=today() - timedelta(days=1))
    refused(standing(cast, "facilitator"), draft(), NotYourRole)


def test_the_act_is_recorded_under_the_deputys_assignment(cast, draft):
    deputise(cast, "facilitator", until=today())
    referral = draft()
    let(standing(cast, "facilitator"), referral)
    row = Transition.objects.get(subject_uid=referral.uid, action="approve")
    assert row.assignment.is_deputy


def test_an_office_may_let_its_head_approve_and_then_the_koordinator_does_not(cast, draft):
    cast.village.approver_role = Role.HEAD
    cast.village.save()
    referral = draft()
    refused(cast.actor("koordinator"), referral, NotYourRole)
    let(cast.actor("head"), referral)


@pytest.mark.parametrize("who", ["front", "back", "facilitator", "kasun", "admin"])
def test_any_other_role_not_allowed(cast, draft, who):
    refused(cast.actor(who), draft(), NotYourRole)
