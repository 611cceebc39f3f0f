"""A whole regency in one installation: 280 villages ask the database no more often than three."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs import tasks as programmes
from puskesmas import tasks
from puskesmas.models import Assignment, Office, OfficeKeys, Peer, Role, User
from referrals import tasks as referrals
from referrals.models import ReceivedReferral
from registry import tasks as registry
from reports.letters import tasks as letters
from tests.cast import PASSWORD, SINCE
from tests.referrals.test_quotas import _payload

FEW, MANY = 3, 280


def add_villages(cast, first, last):
    """Let villages ``first`` to ``last`` be there: officers, links, a referral each above."""
    offices = Office.objects.bulk_create(
        Office(
            code=f"35.09.99.{5000 + number}",
            kind="desa",
            name=f"Desa {number:03d}",
            regency="Kabupaten Jember",
        )
        for number in range(first, last)
    )
    officers = User.objects.bulk_create(
        User(username=f"desa{office.code}", name=office.name) for office in offices
    )
    Assignment.objects.bulk_create(
        Assignment(user=user, office=office, role=Role.FRONT, since=SINCE)
        for user, office in zip(officers, offices, strict=True)
    )
    OfficeKeys.objects.bulk_create(OfficeKeys(office=office) for office in offices)
    below = Peer.objects.bulk_create(
        Peer(
            office=cast.district,
            direction=Peer.Direction.DOWNSTREAM,
            peer_uid=office.uid,
            name=office.full_name,
            transport=Peer.Transport.LOCAL,
        )
        for office in offices
    )
    Peer.objects.bulk_create(
        Peer(
            office=office,
            direction=Peer.Direction.UPSTREAM,
            peer_uid=cast.district.uid,
            name=cast.district.full_name,
            transport=Peer.Transport.LOCAL,
        )
        for office in offices
    )
    came = timezone.now() - timedelta(days=3)
    ReceivedReferral.objects.bulk_create(
        ReceivedReferral(
            office=cast.district,
            peer=peer,
            referral_uid=peer.uid,
            number=f"2026/{first + place:05d}",
            year=2026,
            counter=first + place,
            village=peer.name,
            programme_code="KIS-D",
            programme_name="KIS Daerah",
            urgency="normal",
            payload=_payload(f"Warga {first + place}"),
            payload_sha256="",
            received_at=came,
        )
        for place, peer in enumerate(below, start=1)
    )


def count(act):
    """Return how many queries it took; what is read once and kept was read before."""
    act()
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def page(client, name):
    def ask():
        assert client.get(reverse(name)).status_code == 200

    return ask


def log_in(client):
    def ask():
        client.logout()
        sent = {"login": "front", "password": PASSWORD}
        assert client.post(reverse("account_login"), sent).status_code == 302

    return ask


DISTRICT = ["home", "referrals:inbox", "referrals:overview", "referrals:quotas"]
SETTING_UP = ["referrals:villages", "referrals:chain"]
BEAT = [
    *(tasks.heartbeat, tasks.send_due_messages, tasks.seal_history),
    *(referrals.fetch_answers, referrals.exchange_cards, referrals.send_files),
    *(referrals.tidy_files, letters.render_waiting_letters),
    *(programmes.draw_waiting_prints, registry.run_waiting_imports),
]


@pytest.fixture
def acts(cast, login, client):
    manager, front = login("manager"), login("front")
    found = {f"district {name}": page(manager, name) for name in DISTRICT + SETTING_UP}
    found |= {"village home": page(front, "home"), "log in": log_in(client)}
    found |= {"queue": page(front, "complaints:queue"), "linking": page(login("admin"), LINKS)}
    return found | {task.name: task for task in BEAT}


LINKS = "referrals:links"


def test_no_page_and_no_task_asks_more_often_in_a_regency_of_280_villages(cast, acts):
    add_villages(cast, 0, FEW)
    few = {name: count(act) for name, act in acts.items()}
    add_villages(cast, FEW, MANY)
    many = {name: count(act) for name, act in acts.items()}
    assert Office.objects.count() > MANY
    more = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert more == {}
