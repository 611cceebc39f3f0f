"""An emergency before the approver: his word is due some working days after it was put to him."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from complaints.models import Complaint
from puskesmas.backdating import at
from puskesmas.models import Holiday, Office
from referrals.services import approval

WIB = ZoneInfo("Asia/Jakarta")
#: A Friday; the Monday after is a working day.
FRIDAY = datetime(2026, 11, 6, 14, tzinfo=WIB)


@pytest.fixture
def emergency(make_case):
    return make_case(urgency="emergency", received_at=FRIDAY, clock_started_at=FRIDAY)


def due(case):
    found = Complaint.objects.get(pk=case.pk).due_at
    return found.astimezone(WIB).date().isoformat()


@pytest.mark.parametrize(("days", "day"), [(0, "2026-11-06"), (1, "2026-11-09"), (3, "2026-11-11")])
def test_the_office_sets_how_long_the_approval_of_an_emergency_may_take(
    draft, emergency, cast, days, day
):
    Office.objects.filter(pk=cast.village.pk).update(emergency_approval_days=days)
    with at(FRIDAY):
        draft(case_uid=emergency.uid)
    assert due(emergency) == day


def test_a_local_holiday_is_no_day_of_it(draft, emergency, cast):
    Holiday.objects.create(office=cast.village, day="2026-11-09", name="Pilkades")
    with at(FRIDAY):
        draft(case_uid=emergency.uid)
    assert due(emergency) == "2026-11-10"


def test_an_emergency_overdue_stands_first_and_is_marked_on_every_list(
    cast, draft, emergency, make_case, login
):
    with at(FRIDAY):
        draft(case_uid=make_case().uid)
        referral = draft(case_uid=emergency.uid)
    approver = login("koordinator")
    shown = approver.get(reverse("referrals:approvals")).content.decode()
    assert shown.index(str(referral.uid)) < shown.index("</tr>", shown.index("<tbody>"))
    for page in (
        reverse("referrals:approvals"),
        reverse("home"),
        reverse("complaints:case", args=[emergency.uid]),
        f"{reverse('complaints:queue')}?tab=approval",
    ):
        assert "due-late" in approver.get(page).content.decode(), page


def test_the_approver_sees_that_only_a_relative_called_it_an_emergency(
    cast, draft, emergency, login
):
    referral = draft(case_uid=emergency.uid)
    approver = login("koordinator")
    pages = [
        reverse("referrals:approvals"),
        reverse("referrals:referral", args=[referral.uid]),
        reverse("home"),
    ]

    def marked():
        return ["Belum dipastikan" in approver.get(page).content.decode() for page in pages]

    assert marked() == [False, False, False]
    Complaint.objects.filter(pk=emergency.pk).update(urgency_unconfirmed=True)
    assert marked() == [True, True, True]


def test_a_draft_sent_back_runs_on_the_emergencys_own_clock_again(cast, draft, emergency):
    Office.objects.filter(pk=cast.village.pk).update(emergency_approval_days=5)
    with at(FRIDAY):
        referral = draft(case_uid=emergency.uid)
        assert due(emergency) == "2026-11-13"
        approval.return_draft(
            actor=cast.actor("koordinator"), uid=referral.uid, reason="Kurang foto"
        )
    assert due(emergency) == "2026-11-09"
