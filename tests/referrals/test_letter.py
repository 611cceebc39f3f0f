"""The surat rujukan: after approval only, once, and for a partner with what it asks only."""

import pytest
from django.urls import reverse

from programs.models import Programme
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.models import Assignment
from referrals import letters
from referrals.models import Referral
from referrals.services import approval
from reports.letters.models import Letter
from reports.letters.selectors import last_revision
from tests.referrals.conftest import KK, NIK, make_programme


@pytest.fixture
def approved(cast, draft):
    return approval.approve(actor=cast.actor("koordinator"), uid=draft().uid)


def signer(cast, who="koordinator"):
    return Assignment.objects.get(user=cast.users[who])


def printed(letter):
    return last_revision(Letter.objects.prefetch_related("revisions").get(pk=letter.pk)).context


def test_before_the_approval_there_is_no_letter(cast, draft):
    with pytest.raises(WrongState):
        letters.issue(actor=cast.actor("back"), uid=draft().uid, signer=signer(cast))


def test_the_letter_says_what_was_approved_and_who_signs(cast, approved):
    letter = letters.issue(actor=cast.actor("back"), uid=approved.uid, signer=signer(cast))
    context = printed(letter)
    assert context["body"]["needs"] == [approved.need]
    assert context["body"]["subject"]["nik"] == NIK
    assert context["body"]["finding"] == "memenuhi kriteria (Penghasilan tidak tetap)"
    assert context["signature"]["name"] == cast.koordinator.name
    assert context["acknowledged"]["name"] == cast.head.name


def test_a_partner_reads_name_address_phone_and_need(cast, draft):
    partner = make_programme(cast, "baznas", tier=Programme.Tier.PARTNER)
    referral = draft(programme_uid=partner.uid, legal_basis=Referral.LegalBasis.CONSENT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    body = letters.body(letters.selectors.referral(referral.uid, actor=cast.actor("back")))
    said = str(body)
    assert body["subject"]["name"] == "Sulastri"
    assert body["subject"]["phone"] == "081200000001"
    assert body["subject"]["nik_withheld"]
    assert NIK not in said
    assert KK not in said
    assert body["finding"] == ""


def test_a_signer_of_the_same_family_is_refused(cast, approved):
    cast.koordinator.kk = KK
    cast.koordinator.save()
    with pytest.raises(InvalidInput) as caught:
        letters.issue(actor=cast.actor("back"), uid=approved.uid, signer=signer(cast))
    assert caught.value.field == "signer"


def test_a_double_click_makes_one_letter_and_the_page_leads_to_it(cast, approved, login):
    client = login("back")
    url = reverse("referrals:letter", args=[approved.uid])
    form = client.get(url).context["form"]
    values = {
        "client_uid": form["client_uid"].value(),
        "signer": str(signer(cast).uid),
    }
    first, second = client.post(url, values), client.post(url, values)
    letter = Letter.objects.get()
    assert first.url == second.url == reverse("letters:letter", args=[letter.uid])
    assert client.get(url).url == first.url
