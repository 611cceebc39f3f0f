"""The whole small world moves: all that verbs ever wrote arrives, and works with other keys."""

import pytest
from django.db import connection

from moving import importing, manifest
from puskesmas import append_only, attachments, outbox, transports
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.models import Attachment, AuditEntry, Move, Office, OutboxMessage, Peer, User
from puskesmas.sealing import lost_history
from referrals.models import PartnerKey, ReceivedReferral, Referral
from referrals.partners import keys as partner_keys
from referrals.services import approval
from referrals.workflow import Answer
from registry.models import Resident
from reports.letters.models import LetterRevision
from reports.letters.services import read_pdf
from tests.moving.another import keys_of_its_own, packed, take_in, uproot
from tests.world import NIK

#: What linking with the office above changes once all is proved.
LINKED = {"puskesmas.Peer", "puskesmas.OutboxMessage", "puskesmas.AuditEntry"}


@pytest.fixture
def moved(world):
    """Return the manifest of the village, which has arrived elsewhere."""
    said, raw = packed(world.cast.village, world.cast.district)
    uproot(world.cast.village)
    with keys_of_its_own():
        arrival = take_in(raw)
        yield said, arrival


def test_what_arrived_is_told_the_same_again(world, moved):
    said, arrival = moved
    assert arrival.manifest == said
    assert arrival.proof == manifest.proof(said)
    here = Office.objects.get(uid=world.cast.village.uid)
    again, _raw = packed(here, world.cast.district)
    differ = {label for label in said["tables"] if said["tables"][label] != again["tables"][label]}
    assert differ <= LINKED
    assert (again["files"], again["missing"]) == (said["files"], said["missing"])
    assert again["history"]["transition"]["sha256"] == said["history"]["transition"]["sha256"]
    # The world fills every table a village has, or the proof would prove little.
    assert sum(told["rows"] > 0 for told in said["tables"].values()) > 50


def test_people_are_found_by_the_keys_of_here_and_files_open(world, moved):
    person = Resident.objects.get(nik_index=blind_index(NIK, purpose="nik"))
    assert (person.uid, person.nik) == (world.person.uid, NIK)
    for one in Attachment.objects.filter(office__uid=world.cast.village.uid):
        assert attachments.read(one)
    printed = LetterRevision.objects.filter(letter__uid=world.letter.uid)
    assert all(read_pdf(revision).startswith(b"%PDF") for revision in printed)
    assert partner_keys.found(world.partner_code) is not None


def test_the_office_above_is_a_neighbour_now_and_nothing_is_doubled(world, moved):
    _said, arrival = moved
    assert arrival.linked == world.cast.district.full_name
    rows = Peer.objects.exclude(direction=Peer.Direction.PARTNER)
    assert set(rows.values_list("transport", "base_url", "active")) == {("local", "", True)}
    # One was at the district before; another is approved only after the move.
    user = User.objects.get(uid=world.cast.users["koordinator"].uid)
    office = user.assignments.select_related("office").get().office
    approval.approve(actor=Actor.of(user, office), uid=world.referral.uid)
    outbox.send_due(transports.transport(), transports.after_ack)
    uids = ReceivedReferral.objects.values_list("referral_uid", flat=True)
    assert sorted(uids) == sorted([world.sent.uid, world.referral.uid])
    assert Referral.objects.get(uid=world.referral.uid).acknowledged_at is not None


def test_what_was_on_its_way_goes_on_and_comes_once(world):
    """The district has it, and the village PC died before it knew."""
    message = OutboxMessage.objects.get(subject_uid=world.sent.uid)
    OutboxMessage.objects.filter(pk=message.pk).update(acked_at=None)
    unknown = {"answer": Answer.NONE, "acknowledged_at": None, "upstream_number": ""}
    Referral.objects.filter(pk=world.sent.pk).update(**unknown)
    _said, raw = packed(world.cast.village, world.cast.district)
    uproot(world.cast.village)
    with keys_of_its_own():
        take_in(raw)
        outbox.send_due(transports.transport(), transports.after_ack)
        assert OutboxMessage.objects.get(uid=message.uid).acked_at is not None
    came = ReceivedReferral.objects.get(referral_uid=world.sent.uid)
    assert Referral.objects.get(uid=world.sent.uid).upstream_number == came.number


def test_history_that_came_stays_under_proof(world, moved):
    assert lost_history() == []
    move = Move.objects.get(direction=Move.Direction.IN)
    first = move.history["audit"][0]
    connection.check_constraints()
    append_only.remove(connection)
    AuditEntry._base_manager.filter(pk=first).update(action="nothing")
    connection.check_constraints()
    append_only.install(connection)
    assert lost_history() == [f"{world.cast.village.code} audit"]


def test_a_second_time_nothing_is_done(world):
    _said, raw = packed(world.cast.village, world.cast.district)
    uproot(world.cast.village)
    with keys_of_its_own():
        take_in(raw)
        before = [model.objects.count() for model in (Resident, AuditEntry, Move, PartnerKey)]
        again = take_in(raw)
        assert again.repeated
        assert before == [
            model.objects.count() for model in (Resident, AuditEntry, Move, PartnerKey)
        ]


def test_a_dry_run_proves_and_keeps_nothing(world):
    said, raw = packed(world.cast.village, world.cast.district)
    uproot(world.cast.village)
    uid = Attachment.objects.values_list("uid", flat=True)
    with keys_of_its_own():
        arrival = take_in(raw, dry_run=True)
    assert arrival.manifest == said
    assert not Office.objects.filter(uid=world.cast.village.uid).exists()
    assert not uid.filter(office__uid=world.cast.village.uid).exists()


def test_an_office_that_is_here_from_elsewhere_is_not_touched(world):
    _said, raw = packed(world.cast.village, world.cast.district)
    with pytest.raises(importing.CannotMove) as refused:
        take_in(raw)
    assert refused.value.code == "already_here"
