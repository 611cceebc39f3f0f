"""From the village's draft to the owner's answer and the card in hand, and the same on paper."""

from datetime import timedelta

import httpx
import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from complaints import services
from complaints.models import Complaint
from complaints.services import move_case
from complaints.workflow import CaseState
from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.locking import lock
from puskesmas.models import DeliveryAttempt, OutboxMessage, Peer, ReceivedMessage
from referrals import exchange
from referrals.deliveries import deliveries_of
from referrals.models import Answering, ReceivedReferral, Referral
from referrals.services import answers, approval, delivery, linking
from referrals.workflow import Answer, Approval, Inbox, Realisation
from tests.referrals.conftest import NIK, serve, today, use_transport


@pytest.fixture
def sent(cast, wire, draft) -> Referral:
    """A referral approved for the district, still in the village's outbox."""
    referral = draft(road=Referral.Road.DISTRICT)
    return approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_approval_writes_payload_and_message_and_the_case_waits_for_the_upstream(sent):
    submission = sent.submissions.get()
    message = submission.message
    assert message.body == submission.payload
    assert message.body_sha256 == submission.payload_sha256
    assert message.acked_at is None
    assert submission.payload["person"]["nik"] == NIK
    assert submission.payload["register_check"]["decile"] == 2
    assert submission.payload["household"] == {
        "kk": submission.payload["household"]["kk"],
        "size": 2,
        "members": [],
    }
    assert "phone" not in submission.payload["person"]
    assert sent.complaint.state == CaseState.AWAITING_APPROVAL
    assert fresh(sent.complaint).state == CaseState.REFERRED


def test_the_district_receives_it_once_and_the_village_knows_under_which_number(sent, wire):
    assert wire.push() == 1
    row = wire.received()
    referral = fresh(sent)
    assert (row.state, row.referral_uid) == (Inbox.RECEIVED, sent.uid)
    assert row.payload_sha256 == referral.submissions.get().payload_sha256
    assert (referral.answer, referral.upstream_number) == (Answer.RECEIVED, row.number)
    assert referral.acknowledged_at is not None
    assert wire.push() == 0


def test_a_lost_answer_makes_the_sender_repeat_and_nothing_is_doubled(sent, wire, monkeypatch):
    def deaf(request: httpx.Request) -> httpx.Response:
        serve(request)
        raise httpx.ReadTimeout("the answer was lost", request=request)

    use_transport(monkeypatch, httpx.MockTransport(deaf))
    assert wire.push() == 0
    assert ReceivedReferral.objects.count() == 1
    assert fresh(sent).answer == Answer.NONE
    use_transport(monkeypatch, httpx.MockTransport(serve))
    assert wire.push() == 1
    assert ReceivedReferral.objects.count() == 1
    assert ReceivedMessage.objects.count() == 1
    outcomes = list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["timeout", "acknowledged"]


def test_the_owners_answer_and_the_realisation_come_back(cast, sent, wire):
    wire.push()
    wire.act("recommend")
    wire.act("study", who="district_back")
    wire.act("approve", who="district_back", document_number="440/12/2026")
    assert wire.fetch() == 3
    referral, case = fresh(sent), fresh(sent.complaint)
    assert referral.answer == Answer.APPROVED
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.OWNER_APPROVED)
    answering = referral.answers.get(value="approved")
    assert (answering.owner, answering.document_number) == ("Dinas Kesehatan", "440/12/2026")
    assert answering.source == Answering.Source.SYSTEM

    wire.realise("ready", instructions="Kantor BPJS, bawa KTP, tidak boleh diwakilkan")
    wire.realise("collected")
    assert wire.fetch() == 2
    referral = fresh(sent)
    assert referral.realisation == Realisation.COLLECTED
    # Nobody has told the resident yet: the case waits for that and is not closed.
    assert fresh(sent.complaint).state == CaseState.ANSWERED


def test_told_of_an_approval_does_not_close_and_collecting_does(cast, sent, wire):
    wire.push()
    wire.act("recommend")
    wire.act("approve")
    wire.fetch()
    with transaction.atomic():
        front = cast.actor("front")
        case = lock(Complaint, sent.complaint.uid, actor=front)
        move_case(actor=front, case=case, action="told_approved")
    assert fresh(sent.complaint).state == CaseState.AWAITING_REALISATION
    wire.realise("collected")
    wire.fetch()
    case = fresh(sent.complaint)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Complaint.Outcome.COLLECTED)


def test_a_returned_file_comes_back_mended_with_its_history(cast, sent, wire):
    wire.push()
    wire.act("return", reason="Fotokopi KK tidak terbaca")
    wire.fetch()
    referral = fresh(sent)
    assert (referral.answer, referral.approval) == (Answer.RETURNED, Approval.APPROVED)
    assert fresh(sent.complaint).state == CaseState.IN_HANDLING

    approval.resubmit(
        actor=cast.actor("back"),
        uid=sent.uid,
        need="Kartu; KK sudah difoto ulang",
        road=Referral.Road.DISTRICT,
    )
    approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
    assert wire.push() == 1
    row = wire.received()
    assert (row.state, row.submission_number) == (Inbox.RECEIVED, 2)
    assert row.payload["need"] == "Kartu; KK sudah difoto ulang"
    kept = {item.number: item.payload["need"] for item in row.submissions.all()}
    assert kept == {1: "Kartu untuk berobat rutin", 2: "Kartu; KK sudah difoto ulang"}
    referral = fresh(sent)
    assert referral.answer == Answer.RECEIVED
    assert [item.number for item in referral.submissions.order_by("number")] == [1, 2]


def test_a_fetch_that_dies_before_its_acknowledgement_is_repeated_without_effect(
    sent, wire, monkeypatch
):
    wire.push()
    wire.act("recommend")

    def no_ack(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/ack/"):
            raise httpx.ConnectError("gone", request=request)
        return serve(request)

    use_transport(monkeypatch, httpx.MockTransport(no_ack))
    wire.fetch()
    assert fresh(sent).answer == Answer.RECOMMENDED
    assert OutboxMessage.objects.get(peer=wire.downstream).acked_at is None
    use_transport(monkeypatch, httpx.MockTransport(serve))
    assert wire.fetch() == 1
    assert OutboxMessage.objects.get(peer=wire.downstream).acked_at is not None
    assert fresh(sent).answers.count() == 1


def test_an_older_answer_that_comes_late_is_recorded_and_changes_nothing(sent, wire):
    wire.push()
    wire.act("recommend")
    wire.act("approve")
    first, _second = OutboxMessage.objects.filter(peer=wire.downstream).order_by("pk")
    OutboxMessage.objects.filter(pk=first.pk).update(superseded_at=timezone.now())
    wire.fetch()
    OutboxMessage.objects.filter(pk=first.pk).update(superseded_at=None)
    wire.fetch()
    referral = fresh(sent)
    assert (referral.answer, referral.answer_sequence) == (Answer.APPROVED, 2)
    assert list(referral.answers.order_by("pk").values_list("value", "applied")) == [
        ("approved", True),
        ("recommended", False),
    ]


def test_a_later_official_answer_corrects_what_the_village_noted_itself(cast, sent, wire):
    wire.push()
    answers.record_answer(
        actor=cast.actor("front"),
        uid=sent.uid,
        value=Answer.APPROVED,
        source=Answering.Source.RESIDENT,
        said_on=today(),
        owner="Dinas Kesehatan",
    )
    assert fresh(sent.complaint).state == CaseState.ANSWERED
    wire.act("recommend")
    wire.act("refuse", reason="Kuota tahun ini habis")
    wire.fetch()
    referral, case = fresh(sent), fresh(sent.complaint)
    assert referral.answer == Answer.REFUSED
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.OWNER_REFUSED)


def test_an_official_answer_confirms_what_the_village_noted_itself(cast, sent, wire):
    wire.push()
    answers.record_answer(
        actor=cast.actor("front"),
        uid=sent.uid,
        value=Answer.APPROVED,
        source=Answering.Source.PHONE,
        said_on=today(),
        owner="Dinas Kesehatan",
    )
    wire.act("recommend")
    wire.act("approve")
    wire.fetch()
    referral = fresh(sent)
    assert (referral.answer, referral.answer_sequence) == (Answer.APPROVED, 2)
    assert referral.answers.filter(value="approved", applied=True).count() == 2
    assert referral.answers.get(value="recommended").applied is False


def test_the_same_path_on_paper(cast, draft):
    referral = draft()
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert OutboxMessage.objects.count() == 0
    delivery.hand_over(
        actor=cast.actor("back"),
        uid=referral.uid,
        receiver="Bu Retno, loket SLRT",
        handed_on=today(),
        upstream_number="SLRT/77",
    )
    referral = fresh(referral)
    assert (referral.answer, referral.upstream_number) == (Answer.RECEIVED, "SLRT/77")
    answers.record_answer(
        actor=cast.actor("back"),
        uid=referral.uid,
        value=Answer.APPROVED,
        source=Answering.Source.LETTER,
        said_on=today(),
        owner="Dinas Kesehatan",
        document_number="440/9",
    )
    answers.record_realisation(
        actor=cast.actor("facilitator"),
        uid=referral.uid,
        value=Realisation.COLLECTED,
        source=Answering.Source.RESIDENT,
        said_on=today(),
    )
    assert fresh(referral).realisation == Realisation.COLLECTED


def test_what_waits_is_carried_by_hand_and_not_sent_a_second_time(cast, sent, wire):
    delivery.hand_over(
        actor=cast.actor("back"), uid=sent.uid, receiver="Loket SLRT", handed_on=today()
    )
    assert wire.push() == 0
    assert ReceivedReferral.objects.count() == 0


def test_what_is_being_sent_this_moment_is_not_handed_over(cast, sent, wire):
    OutboxMessage.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(WrongState):
        delivery.hand_over(
            actor=cast.actor("back"), uid=sent.uid, receiver="Loket SLRT", handed_on=today()
        )


def test_a_receipt_of_the_earlier_sending_does_not_mark_the_mended_paper_as_received(
    cast, sent, wire
):
    message = outbox.claim_next()  # the sender holds the first sending
    answers.record_answer(
        actor=cast.actor("front"),
        uid=sent.uid,
        value=Answer.RETURNED,
        source=Answering.Source.PHONE,
        said_on=today(),
        reason="KK tidak terbaca",
    )
    approval.resubmit(
        actor=cast.actor("back"), uid=sent.uid, need="KK difoto ulang", road=Referral.Road.PAPER
    )
    approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
    receipt = {"received_at": timezone.now().isoformat(), "reference": "2026/00001"}
    delivery.after_submission_acked(message, receipt)
    referral = fresh(sent)
    assert (referral.answer, referral.acknowledged_at) == (Answer.NONE, None)
    assert deliveries_of([referral])[referral.pk].can_hand_over
    delivery.hand_over(
        actor=cast.actor("back"), uid=sent.uid, receiver="Loket SLRT", handed_on=today()
    )
    assert fresh(sent).answer == Answer.RECEIVED


def test_without_a_district_its_road_is_refused_in_words(draft):
    with pytest.raises(InvalidInput) as caught:
        draft(road=Referral.Road.DISTRICT)
    assert caught.value.field == "road"


def test_an_approval_whose_district_was_unlinked_meanwhile_waits_and_goes_after_linking(
    cast, wire, draft
):
    referral = draft(road=Referral.Road.DISTRICT)
    Peer.objects.filter(pk=wire.upstream.pk).update(active=False)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert referral.submissions.get().message is None
    linking.link_upstream(
        actor=Actor.system(cast.village),
        base_url=wire.upstream.base_url,
        token=wire.upstream.token,
        peer_uid=wire.upstream.peer_uid,
        name="SLRT",
    )
    assert wire.push() == 1
    assert wire.received().referral_uid == referral.uid


def test_a_realisation_that_overtook_its_approval_is_applied_with_it(sent, wire, monkeypatch):
    wire.push()
    wire.act("recommend")
    wire.fetch()
    wire.act("approve")
    wire.realise("collected")
    real, stumbled = exchange.receive, []

    def stumbling(*, peer, parcel):
        if parcel["body"]["value"] == "approved" and not stumbled:
            stumbled.append(parcel["uid"])
            raise OperationalError("database is locked")
        return real(peer=peer, parcel=parcel)

    monkeypatch.setattr(exchange, "receive", stumbling)
    wire.fetch()
    assert fresh(sent).realisation == Realisation.NONE
    wire.fetch()
    referral = fresh(sent)
    assert stumbled
    assert (referral.answer, referral.realisation) == (Answer.APPROVED, Realisation.COLLECTED)


def test_the_owners_answer_corrects_a_return_noted_by_hand(cast, sent, wire):
    wire.push()
    answers.record_answer(
        actor=cast.actor("front"),
        uid=sent.uid,
        value=Answer.RETURNED,
        source=Answering.Source.PHONE,
        said_on=today(),
        reason="Katanya kurang surat",
    )
    assert fresh(sent.complaint).state == CaseState.IN_HANDLING
    wire.act("recommend")
    wire.act("approve")
    wire.fetch()
    assert fresh(sent).answer == Answer.APPROVED
    assert fresh(sent.complaint).state == CaseState.ANSWERED


@pytest.mark.parametrize("turned_back", [False, True])
def test_the_owners_word_overtakes_a_mended_file_that_still_waits_here(
    cast, sent, wire, turned_back
):
    wire.push()
    answers.record_answer(
        actor=cast.actor("front"),
        uid=sent.uid,
        value=Answer.RETURNED,
        source=Answering.Source.PHONE,
        said_on=today(),
        reason="Fotokopi KK tidak terbaca",
    )
    approval.resubmit(actor=cast.actor("back"), uid=sent.uid, need="Lengkap", road="district")
    if turned_back:
        approval.return_draft(actor=cast.actor("koordinator"), uid=sent.uid, reason="Foto")
    wire.act("recommend")
    wire.act("approve")
    wire.fetch()
    referral, case = fresh(sent), fresh(sent.complaint)
    assert (referral.approval, referral.answer) == (Approval.APPROVED, Answer.APPROVED)
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.OWNER_APPROVED)
    assert referral.submissions.count() == 1


def withdraw(cast, referral):
    return services.withdraw(
        actor=cast.actor("front"), uid=referral.complaint.uid, reason="Sudah dibantu anaknya"
    )


def test_withdrawn_before_it_left_it_is_not_sent_and_can_be_put_forward_again(cast, sent, wire):
    case = withdraw(cast, sent)
    assert wire.push() == 0
    assert not ReceivedReferral.objects.exists()
    referral = fresh(sent)
    assert (referral.approval, referral.answer) == (Approval.RETURNED, Answer.NONE)
    services.reopen(actor=cast.actor("back"), uid=case.uid, reason="Ternyata masih perlu")
    approval.resubmit(actor=cast.actor("back"), uid=sent.uid, need="Kartu", road="district")
    approval.approve(actor=cast.actor("koordinator"), uid=sent.uid)
    assert wire.push() == 1
    assert wire.received().payload["submission"] == 2


def test_withdrawn_after_it_left_the_file_stays_and_its_answer_is_kept(cast, sent, wire):
    wire.push()
    withdraw(cast, sent)
    assert fresh(sent).approval == Approval.APPROVED
    wire.act("recommend")
    wire.act("approve", document_number="440/12")
    wire.fetch()
    assert fresh(sent).answer == Answer.APPROVED
    assert fresh(sent.complaint).state == CaseState.WITHDRAWN


def test_withdrawn_while_it_is_being_sent_the_file_stays(cast, sent):
    message = sent.submissions.get().message
    soon = timezone.now() + timedelta(minutes=1)
    OutboxMessage.objects.filter(pk=message.pk).update(claimed_until=soon)
    withdraw(cast, sent)
    assert fresh(sent).approval == Approval.APPROVED
    assert fresh(message).superseded_at is None


def test_withdrawn_after_it_was_carried_there_the_file_stays(cast, sent):
    delivery.hand_over(actor=cast.actor("front"), uid=sent.uid, receiver="Ani", handed_on=today())
    withdraw(cast, sent)
    assert fresh(sent).approval == Approval.APPROVED
