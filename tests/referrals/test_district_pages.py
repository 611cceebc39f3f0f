"""Many rows in one act, the inbox's filters, and the villages side by side."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from puskesmas.models import ApiToken, OutboxMessage
from referrals import selectors
from referrals.models import ReceivedReferral
from referrals.overview import side_by_side
from referrals.services.telling import Said
from referrals.services.together import act_on_each
from referrals.workflow import Inbox
from tests.referrals.conftest import today
from tests.referrals.test_quotas import District


@pytest.fixture
def district(cast):
    return District(cast)


@pytest.fixture
def fresh(district):
    """Three files nobody looked at yet, of two villages."""
    rows = [district.file(village=n % 2) for n in range(3)]
    ReceivedReferral.objects.update(state=Inbox.RECEIVED)
    return rows


def test_one_act_on_many_does_each_for_itself_and_says_what_became_of_it(district, cast, fresh):
    actor, said = cast.actor("manager"), Said(said_on=today())
    ReceivedReferral.objects.filter(pk=fresh[1].pk).update(version=7)
    ReceivedReferral.objects.filter(pk=fresh[2].pk).update(state=Inbox.APPROVED)
    picks = [(row.uid, row.version) for row in fresh]
    outcomes = act_on_each(actor=actor, picks=picks, action="recommend", said=said)
    assert [bool(outcome.problem) for outcome in outcomes] == [False, True, True]
    assert "baru saja diubah" in outcomes[1].problem
    states = list(ReceivedReferral.objects.order_by("pk").values_list("state", flat=True))
    assert states == [Inbox.RECOMMENDED, Inbox.RECEIVED, Inbox.APPROVED]
    assert OutboxMessage.objects.count() == 1


def test_nobody_reaches_rows_he_does_not_see_by_ticking_them(cast, fresh):
    picks = [(row.uid, row.version) for row in fresh]
    said = Said(said_on=today())
    for who in ("supervisor", "stranger"):
        assert act_on_each(actor=cast.actor(who), picks=picks, action="pass", said=said) == []


def test_the_manager_ticks_fills_in_once_and_reads_the_result(cast, district, fresh, client):
    client.force_login(cast.manager)
    listed = client.get(reverse("referrals:inbox")).text
    picks = [f"{row.uid}.{row.version}" for row in fresh]
    assert all(f'value="{pick}"' in listed for pick in picks)
    together = reverse("referrals:together")
    sent = {"action": "recommend", "pick": picks[:2]}
    asked = client.post(together, sent)
    assert ("Warga 1" in asked.text, "Warga 3" in asked.text) == (True, False)
    late = client.post(together, sent | {"said_on": "22-11-2199"})
    assert "2 tidak" in late.text
    done = client.post(together, sent | {"said_on": f"{today():%d-%m-%Y}"})
    assert "2 dicatat, 0 tidak." in done.text
    again = client.post(together, sent | {"said_on": f"{today():%d-%m-%Y}"})
    assert "0 dicatat, 2 tidak." in again.text
    assert ReceivedReferral.objects.filter(state=Inbox.RECOMMENDED).count() == 2
    assert client.post(together, {"action": "recommend"}).status_code == 302
    assert client.post(together, {"action": "to_review", "pick": picks}).status_code == 404
    missing = client.post(together, {"action": "return", "pick": picks[2:], "said_on": ""})
    assert missing.status_code == 400
    client.force_login(cast.district_front)
    assert 'name="pick"' not in client.get(reverse("referrals:inbox")).text


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [({}, "12"), ({"urgency": "emergency"}, "2"), ({"age": 7}, "1"), ({"age": 30}, "")],
)
def test_the_inbox_is_filtered_by_urgency_and_age(cast, district, chosen, kept):
    old, _urgent = district.file(), district.file(urgency="emergency")
    old.received_at = timezone.now() - timedelta(days=8)
    old.save()
    ReceivedReferral.objects.update(state=Inbox.RECEIVED)
    page = selectors.inbox_page(cast.actor("manager"), tab="new", position="", **chosen)
    assert "".join(sorted(row.number[-1] for row in page.rows)) == kept


def test_the_villages_stand_side_by_side(cast, district, client, django_assert_num_queries):
    now = timezone.now()
    for days in (2, 4, 9):
        row = district.approve(district.file())
        ReceivedReferral.objects.filter(pk=row.pk).update(
            received_at=now - timedelta(days=days), state_since=now
        )
    old = district.file()
    ReceivedReferral.objects.filter(pk=old.pk).update(received_at=now - timedelta(days=100))
    heard = ApiToken.objects.create(
        office=cast.district,
        peer=district.villages[1],
        name="x",
        token_hash="x",
        last_used_at=now - timedelta(days=2),
    )
    actor = cast.actor("manager")
    with django_assert_num_queries(2):
        two, one = side_by_side(actor, days=90, silent_after=3)
    assert (one.received, one.answered, round(one.days)) == (3, 3, 4)
    assert (one.open, (now - one.oldest).days, one.is_silent) == (1, 100, True)
    assert (two.received, two.days, two.oldest, two.is_silent) == (0, None, None, False)
    assert side_by_side(actor, days=90, silent_after=1)[0].is_silent
    assert side_by_side(actor, days=365, silent_after=3)[1].received == 4
    assert side_by_side(cast.actor("front"), days=90, silent_after=3) == []
    assert heard.peer.name == two.peer.name
    client.force_login(cast.district_admin)
    page = client.get(reverse("referrals:overview"), {"days": "30", "silent_after": "x"}).text
    assert "1 senyap" in page
    assert "Warga" not in page
