"""A partner whose agreement has ended is offered nowhere, and the refusal says what to do."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from programs.models import Partner, PartnerAgreement, Programme
from puskesmas.errors import InvalidInput, WrongState
from referrals.models import Referral
from referrals.selectors import programmes_to_refer
from referrals.services.approval import approve
from tests.referrals.conftest import make_programme

CONSENT = Referral.LegalBasis.CONSENT


@pytest.fixture
def agreement(cast):
    """Return who records an agreement, by the days to its end from today."""

    def record(programme, days, *, kind=Partner.Kind.CHARITY, since=date(2020, 1, 1)):
        partner = Partner.objects.create(
            office=cast.village, code=f"mitra{days}", name_id="Rumah Amal Uji", kind=kind
        )
        return PartnerAgreement.objects.create(
            office=cast.village,
            partner=partner,
            programme=programme,
            since=since,
            until=cast.village.today() + timedelta(days=days),
        )

    return record


@pytest.fixture
def food(cast):
    return make_programme(cast, "pangan", Programme.Tier.PARTNER)


def offered(cast):
    groups = programmes_to_refer(cast.actor("back"))
    return [programme.code for _tier, rows in groups for programme in rows]


@pytest.mark.parametrize(("days", "there"), [(0, True), (-1, False)])
def test_the_draft_form_offers_a_partner_until_the_agreements_last_day(
    cast, case, food, agreement, login, days, there
):
    agreement(food, days)
    assert (food.code in offered(cast)) is there
    form = login("back").get(reverse("referrals:draft", args=[case.uid])).content.decode()
    assert (food.name_id in form) is there


def test_a_draft_for_an_ended_agreement_is_refused_and_says_which_when_and_what_to_do(
    draft, food, agreement
):
    agreement(food, -1, since=date(2020, 1, 1))
    with pytest.raises(InvalidInput) as refused:
        draft(programme_uid=food.uid, legal_basis=CONSENT)
    assert (refused.value.field, refused.value.code) == ("programme", "agreement_ended")
    words = str(refused.value.message)
    assert "Rumah Amal Uji sudah berakhir" in words
    assert "Pilih program lain" in words
    assert not Referral.objects.exists()


def test_over_rest_it_is_refused_too(cast, case, food, agreement, login):
    agreement(food, -1)
    answer = login("back").post(
        f"/api/v1/complaints/{case.uid}/referrals/",
        {"programme": "pangan", "road": "paper", "need": "Beras", "legal_basis": "consent"},
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4()), "If-Match": f'"{case.version}"'},
    )
    assert answer.status_code == 400
    assert "agreement_ended" in answer.content.decode()


def test_a_draft_passes_while_one_of_the_partners_agreements_runs(draft, food, agreement):
    agreement(food, -1)
    agreement(food, 30)
    referral = draft(programme_uid=food.uid, legal_basis=CONSENT)
    assert referral.approval == "awaiting"


def test_a_government_programme_does_not_end_with_its_hospitals_agreement(
    cast, draft, programme, agreement
):
    agreement(programme, -1, kind=Partner.Kind.HOSPITAL)
    assert programme.code in offered(cast)
    assert draft().approval == "awaiting"


def test_a_draft_whose_agreement_ended_while_it_waited_is_not_approved(
    cast, draft, food, agreement
):
    running = agreement(food, 0)
    referral = draft(programme_uid=food.uid, legal_basis=CONSENT)
    running.until = cast.village.today() - timedelta(days=1)
    running.save()

    with pytest.raises(WrongState, match="Kembalikan rujukannya") as refused:
        approve(actor=cast.actor("koordinator"), uid=referral.uid, version=referral.version)

    assert refused.value.code == "agreement_ended"
    referral.refresh_from_db()
    assert referral.approval == "awaiting"
