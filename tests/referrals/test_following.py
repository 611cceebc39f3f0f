"""Two clocks: what did not arrive, and what arrived and is not answered; each with what to do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from programs.models import Programme
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.models import Assignment, Attachment, OutboxMessage
from referrals import following, letters, reminders, selectors
from referrals.files.models import SentFile
from referrals.models import Referral
from referrals.services import approval
from reports.letters.models import Letter


@pytest.fixture
def approved(cast, wire, draft):
    referral = draft(road=Referral.Road.DISTRICT)
    return approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)


@pytest.fixture
def silent(cast, wire, approved):
    """The district has had it for 31 days and says nothing."""
    wire.push()
    Referral.objects.update(acknowledged_at=timezone.now() - timedelta(days=31))
    approved.refresh_from_db()
    return approved


def signer(cast):
    return Assignment.objects.get(user=cast.koordinator)


def tiles(login, who):
    return " ".join(login(who).get(reverse("home")).content.decode().split())


# --- It does not arrive --------------------------------------------------------------------------


def test_what_waits_longer_than_the_office_allows_is_stuck(cast, approved, login):
    actor = cast.actor("front")
    assert not selectors.stuck(actor).exists()
    Referral.objects.update(approved_at=timezone.now() - timedelta(hours=25))
    assert selectors.stuck(actor).get() == approved
    cast.village.undelivered_hours = 48
    cast.village.save()
    assert not selectors.stuck(cast.actor("front")).exists()


@pytest.mark.parametrize("who", ["front", "back", "koordinator", "head"])
def test_what_the_receiver_refused_is_stuck_at_once_and_on_the_desk(approved, login, who):
    assert "Macet di jalan" not in tiles(login, who)
    OutboxMessage.objects.update(failed_at=timezone.now())
    assert "Macet di jalan" in tiles(login, who)
    shown = login(who).get(reverse("referrals:deliveries"), {"tab": "stuck"}).content.decode()
    assert "Ditolak sistem penerima" in shown


@pytest.mark.parametrize("trouble", ["refused", "late"])
def test_a_file_that_does_not_follow_its_referral_is_stuck(cast, silent, trouble):
    silent.acknowledged_at = timezone.now()
    kept = Attachment.objects.create(
        office=cast.village, sha256="0" * 64, size=9, media_type="image/png"
    )
    SentFile.objects.create(
        referral=silent,
        submission=silent.submissions.get(),
        attachment=kept,
        sha256=kept.sha256,
        size=9,
        refusal="Terlalu besar" if trouble == "refused" else "",
    )
    if trouble == "late":
        assert not selectors.stuck(cast.actor("front")).exists()
        OutboxMessage.objects.update(acked_at=timezone.now() - timedelta(hours=25))
    assert selectors.stuck(cast.actor("front")).get() == silent


# --- It is not answered --------------------------------------------------------------------------


def test_a_reminder_is_a_letter_with_a_number_and_starts_the_clock_again(cast, silent, login):
    assert "perlu ditanyakan lagi" in tiles(login, "front")
    client = login("front")
    page = client.get(reverse("referrals:deliveries"), {"tab": "unanswered"}).content.decode()
    address = reverse("referrals:remind", args=[silent.uid])
    assert address in page
    form = client.get(address).context["form"]
    values = {"client_uid": form["client_uid"].value(), "signer": str(signer(cast).uid)}
    for _time in range(2):  # a double click makes one
        assert client.post(address, values).status_code == 302
    made = Letter.objects.get(kind=reminders.KIND)
    assert silent.reminders.get().letter == made
    assert "perlu ditanyakan lagi" not in tiles(login, "front")
    page = client.get(reverse("referrals:deliveries"), {"tab": "unanswered"}).content.decode()
    assert "diingatkan" in page

    silent.reminders.update(written_at=timezone.now() - timedelta(days=31))
    assert selectors.unreminded(cast.actor("front")).get() == silent
    assert reminders.body(silent)["earlier"] == [made.number]


def test_the_time_line_and_the_resident_learn_of_the_reminder(cast, silent):
    reminders.remind(actor=cast.actor("back"), uid=silent.uid, signer=signer(cast))
    case = Complaint.objects.get()
    titles = [event.title for event in following.events_of(cast.actor("front"), case)]
    assert any(title.startswith("Surat pengingat nomor") for title in titles)
    news = following.answers_for_resident(case)[0]
    assert news.text == "Puskesos menanyakan lagi rujukan yang belum dijawab"
    assert (news.by_owner, news.said_by) == (False, cast.village.full_name)


def test_the_letter_says_since_when_and_under_which_number_and_promises_nothing(cast, silent):
    said = reminders.body(silent)
    assert said["their_number"] == silent.upstream_number != ""
    assert said["received_on"]
    assert "Tindak lanjut" in said["about"]


@pytest.mark.parametrize("state", ["not received", "answered"])
def test_nobody_is_reminded_of_what_he_does_not_have_or_has_answered(cast, approved, wire, state):
    if state == "answered":
        wire.push()
        Referral.objects.update(answer="approved")
    with pytest.raises(WrongState):
        reminders.remind(actor=cast.actor("back"), uid=approved.uid, signer=None)
    assert not Letter.objects.exists()


# --- By what right it leaves ---------------------------------------------------------------------


def test_a_programme_that_became_a_partners_leaves_on_no_public_duty(cast, draft):
    referral = draft()
    Programme.objects.update(tier=Programme.Tier.PARTNER)
    with pytest.raises(InvalidInput) as caught:
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert caught.value.field == "legal_basis"


def test_nor_is_its_letter_printed(cast, draft):
    referral = approval.approve(actor=cast.actor("koordinator"), uid=draft().uid)
    Programme.objects.update(tier=Programme.Tier.PARTNER)
    with pytest.raises(InvalidInput) as caught:
        letters.issue(actor=cast.actor("front"), uid=referral.uid, signer=signer(cast))
    assert caught.value.field == "legal_basis"
    Referral.objects.update(legal_basis=Referral.LegalBasis.CONSENT)
    assert letters.issue(actor=cast.actor("front"), uid=referral.uid, signer=signer(cast)).number
