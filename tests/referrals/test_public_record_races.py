"""Verbs and rounds at one moment: no state is left untold, no second message is written."""

import pytest

from complaints import services
from complaints.models import Complaint
from complaints.workflow import CaseState
from puskesmas.crypto import token_hash
from puskesmas.models import Office, OutboxMessage, Peer
from referrals.exchange import PUBLISHED
from referrals.publishing import sending
from tests.racing import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def served(cast, wire):
    Peer.objects.filter(pk=wire.upstream.pk).update(public_base_url="https://slrt.example")
    Office.objects.filter(pk=cast.village.pk).update(public_pages=Office.PublicPages.UPSTREAM)
    cast.village.refresh_from_db()
    return wire


def open_messages():
    return OutboxMessage.objects.filter(kind=PUBLISHED, acked_at__isnull=True)


def test_a_case_that_moves_while_a_round_is_written_is_told_as_it_stands_then(
    cast, served, make_case
):
    for _try in range(8):
        case = make_case(state=CaseState.REGISTERED)
        errors = together(
            sending.publish_all,
            lambda uid=case.uid: services.examine(actor=cast.actor("back"), uid=uid),
        )
        assert errors == []
        while sending.publish_all() or open_messages():
            served.push()
        key = token_hash(case.receipt_number)
        told = [
            record["public"]["state"]
            for message in OutboxMessage.objects.filter(kind=PUBLISHED).order_by("pk")
            for record in message.body["records"]
            if record["key"] == key
        ]
        assert Complaint.objects.get(pk=case.pk).state == CaseState.IN_VERIFICATION
        assert told[-1] == CaseState.IN_VERIFICATION


def test_two_workers_write_one_message(served, make_case):
    make_case()
    office = Office.objects.get(pk=served.upstream.office_id)
    assert together(*[lambda: sending.publish(office)] * 4) == []
    assert open_messages().count() == 1
