"""An approval sends nothing: until the file was received where it goes, it is the office's turn."""

import re

import pytest
from django.urls import reverse

from complaints.models import Complaint
from puskesmas.models import OutboxMessage
from referrals.models import Answering, Referral
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer
from tests.referrals.conftest import today

OURS, OWNERS = "Petugas Puskesos", "Pemilik program"


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def approved(cast, wire, draft):
    """Return an approved referral on the road asked for; nothing of it has left."""

    def build(road):
        referral = draft(road=road)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        return referral

    return build


def carry(cast, wire, referral):
    delivery.hand_over(
        actor=cast.actor("front"),
        uid=referral.uid,
        receiver="Loket",
        handed_on=today(),
        upstream_number="SIKS-12",
    )


def push(cast, wire, referral):
    assert wire.push() == 1


def hear_of_it(cast, wire, referral):
    """The owner studies a file nobody noted as handed over."""
    answers.record_answer(
        actor=cast.actor("front"),
        uid=referral.uid,
        value=Answer.STUDIED,
        source=Answering.Source.PHONE,
        said_on=today(),
    )


ROADS = [
    (Referral.Road.PAPER, carry),
    (Referral.Road.RETYPED, carry),
    (Referral.Road.DISTRICT, push),
    (Referral.Road.PAPER, hear_of_it),
]


@pytest.mark.parametrize(("road", "receive"), ROADS)
def test_the_resident_is_told_forwarded_only_when_it_was_received(
    cast, wire, approved, client, road, receive
):
    referral = approved(road)
    number = referral.complaint.receipt_number

    def told():
        said = client.get(f"/api/v1/status/{number}/").json()
        page = words_of(client.get(f"/status/{number}/"))
        assert said["sentence"] in page
        assert f"Giliran {said['who']}" in page
        return said["sentence"], said["who"]

    sentence, who = told()
    assert "sedang dikirim atau diantar" in sentence
    assert who == OURS
    receive(cast, wire, referral)
    sentence, who = told()
    assert "sudah diteruskan" in sentence
    assert who == OWNERS


@pytest.mark.parametrize(("road", "receive"), ROADS)
def test_the_offices_clock_runs_and_its_officers_are_named_until_then(
    cast, wire, approved, login, road, receive
):
    referral = approved(road)
    case = Complaint.objects.filter(pk=referral.complaint_id)
    address = reverse("complaints:case", args=[referral.complaint.uid])
    assert case.get().due_at is not None
    assert "Menunggu petugas yang mengirim" in words_of(login("front").get(address))
    receive(cast, wire, referral)
    assert case.get().due_at is None
    assert "Menunggu pemilik program" in words_of(login("front").get(address))


def test_the_desk_names_what_lies_here_and_since_when(cast, approved, login):
    referral = approved(Referral.Road.PAPER)
    Referral.objects.filter(pk=referral.pk).update(approved_at="2026-11-03T02:00Z")
    shown = words_of(login("front").get("/"))
    assert "Belum sampai di tujuan paling lama sejak 3 November 2026" in shown
    carry(cast, None, referral)
    assert "Belum sampai di tujuan" not in words_of(login("front").get("/"))


def test_a_mended_file_is_the_offices_turn_again(cast, wire, approved, client):
    referral = approved(Referral.Road.DISTRICT)
    push(cast, wire, referral)
    wire.act("return", reason="KK tidak terbaca")
    wire.fetch()
    approval.resubmit(
        actor=cast.actor("back"), uid=referral.uid, need="KK difoto ulang", road="paper"
    )
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert not OutboxMessage.objects.filter(peer=wire.upstream, acked_at=None).exists()
    number = referral.complaint.receipt_number
    assert client.get(f"/api/v1/status/{number}/").json()["who"] == OURS
    assert Complaint.objects.get(pk=referral.complaint_id).due_at is not None
