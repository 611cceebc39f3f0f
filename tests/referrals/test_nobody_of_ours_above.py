"""Nothing of ours runs up there: the village keeps receipt, answer and realisation itself."""

import pytest

from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from referrals.deliveries import deliveries_of
from referrals.models import Answering, Referral
from referrals.services import answers, approval, delivery
from referrals.workflow import Answer, Realisation
from tests.referrals.conftest import today

Source = Answering.Source


@pytest.fixture
def carried(cast, draft):
    """Approve a referral of a road; the function returns it."""

    def build(road=Referral.Road.PAPER) -> Referral:
        row = draft(road=road)
        return approval.approve(actor=cast.actor("koordinator"), uid=row.uid)

    return build


@pytest.fixture
def hear(cast):
    """Note by hand what was heard."""

    def note(row, value, source=Source.PHONE, who="back", **said):
        verb = answers.record_answer if value in Answer.values else answers.record_realisation
        words = {"said_on": today(), "owner": "Dinas Kesehatan"} | said
        return verb(actor=cast.actor(who), uid=row.uid, value=value, source=source, **words)

    return note


def test_a_file_typed_into_their_system_has_their_number_and_no_receiver(cast, carried):
    row = carried(Referral.Road.RETYPED)
    given = {"actor": cast.actor("front"), "uid": row.uid, "handed_on": today()}
    with pytest.raises(InvalidInput) as caught:
        delivery.hand_over(**given, receiver="Bu Retno")
    assert caught.value.field == "upstream_number"
    row = delivery.hand_over(**given, upstream_number="SIKS-77")
    assert (row.answer, row.upstream_number) == (Answer.RECEIVED, "SIKS-77")
    assert "SIKS-77" in deliveries_of([row])[row.pk].detail


def test_a_file_on_paper_has_somebody_who_took_it(cast, carried):
    with pytest.raises(InvalidInput) as caught:
        delivery.hand_over(
            actor=cast.actor("front"), uid=carried().uid, handed_on=today(), upstream_number="7"
        )
    assert caught.value.field == "receiver"


def test_their_acknowledgement_is_kept_with_source_date_and_number_when_it_comes_later(
    carried, hear, cast
):
    row = carried()
    delivery.hand_over(actor=cast.actor("front"), uid=row.uid, receiver="Loket", handed_on=today())
    row = hear(row, Answer.RECEIVED, document_number="AG-12/2026")
    assert (row.answer, row.upstream_number) == (Answer.RECEIVED, "AG-12/2026")
    said = row.answers.get()
    assert (said.source, said.said_on, said.applied) == (Source.PHONE, today(), True)


def test_an_acknowledgement_heard_without_a_hand_over_counts_as_one(carried, hear):
    row = hear(carried(), Answer.RECEIVED, source=Source.LETTER, document_number="AG-1")
    assert (row.answer, row.acknowledged_at is None) == (Answer.RECEIVED, False)


def test_what_still_waits_to_be_sent_is_not_noted_as_received(wire, carried, hear):
    with pytest.raises(WrongState):
        hear(carried(Referral.Road.DISTRICT), Answer.RECEIVED)


def test_the_letter_confirms_what_the_telephone_said_and_moves_nothing(carried, hear):
    row = hear(carried(), Answer.APPROVED)
    state = row.complaint.state
    row = hear(row, Answer.APPROVED, source=Source.LETTER, document_number="441/8")
    assert (row.answer, row.complaint.state) == (Answer.APPROVED, state)
    assert list(row.answers.values_list("source", flat=True)) == [Source.PHONE, Source.LETTER]
    with pytest.raises(WrongState):
        hear(row, Answer.APPROVED, source=Source.LETTER, document_number="441/8")


def test_the_letter_corrects_what_the_telephone_said(carried, hear):
    row = hear(carried(), Answer.APPROVED)
    row = hear(row, Answer.REFUSED, source=Source.LETTER, reason="Kuota habis")
    assert row.answer == Answer.REFUSED


def test_a_realisation_is_confirmed_the_same_way(carried, hear):
    row = hear(carried(), Answer.APPROVED)
    row = hear(row, Realisation.READY, source=Source.RESIDENT, instructions="Di balai desa")
    row = hear(row, Realisation.READY, source=Source.LETTER, document_number="12")
    assert (row.realisation, row.answers.count()) == (Realisation.READY, 3)


def test_a_confirmation_needs_what_the_first_word_needed(carried, hear):
    row = hear(carried(), Answer.REFUSED, reason="Kuota habis")
    with pytest.raises(InvalidInput):
        hear(row, Answer.REFUSED, source=Source.LETTER)
    with pytest.raises(NotYourRole):
        hear(row, Answer.REFUSED, source=Source.LETTER, reason="Kuota habis", who="kasun")


def test_the_form_offers_a_confirmation_and_asks_a_retyped_file_for_its_number(
    cast, carried, hear, client
):
    client.force_login(cast.front)
    row = carried(Referral.Road.RETYPED)
    page = client.get(f"/referrals/{row.uid}/hand-over/").content.decode()
    assert "Nomor di sistem mereka" in page
    assert "Diterima oleh" not in page
    hear(row, Answer.APPROVED)
    assert "menguatkan" in client.get(f"/referrals/{row.uid}/answer/").content.decode()
