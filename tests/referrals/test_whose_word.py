"""Nobody's word on a referral reads as the programme owner's but his own."""

import pytest

from referrals import cards, following, selectors
from referrals.models import Referral
from referrals.services import answers, approval, delivery
from tests.referrals.conftest import NIK, today

OWNER = "Dinas Kesehatan"


@pytest.fixture
def sent(cast, wire, draft):
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    return referral


@pytest.fixture
def carried(cast, draft):
    """A referral on paper, in the hands of the office it is addressed to."""

    def build(**kwargs):
        referral = draft(**kwargs)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        delivery.hand_over(
            actor=cast.actor("front"), uid=referral.uid, receiver="Ibu Endah", handed_on=today()
        )
        return referral

    return build


def note(cast, referral, value, **said):
    answers.record_answer(
        actor=cast.actor("front"),
        uid=referral.uid,
        value=value,
        source="letter",
        said_on=today(),
        **said,
    )


def page(client, referral):
    return client.get(f"/status/{referral.complaint.receipt_number}/").content.decode()


def told(cast, referral):
    """Return what the API's status says: (whose word, is it the owner's), newest first."""
    return [
        (row.said_by, row.by_owner) for row in following.answers_for_resident(referral.complaint)
    ]


@pytest.mark.parametrize("named", ["", OWNER])
def test_a_recommendation_is_the_news_of_the_linked_office_and_not_the_owners_word(
    cast, wire, sent, client, named
):
    wire.act("recommend", owner=named)
    wire.fetch()
    text = page(client, sent)
    assert "Jawaban pemilik program" not in text
    assert f"Kabar dari {cast.district.full_name}" in text
    assert OWNER not in text
    said = client.get(f"/api/v1/status/{sent.complaint.receipt_number}/").json()["answers"]
    assert [(row["said_by"], row["by_owner"]) for row in said] == [(cast.district.full_name, False)]


def test_the_owners_own_answer_keeps_his_name_and_title(cast, wire, sent, client):
    wire.act("recommend")
    wire.act("study", owner="")
    wire.act("approve")
    wire.realise("ready", instructions="Bawa KTP ke kantor BPJS")
    wire.fetch()
    district = cast.district.full_name
    assert told(cast, sent) == [(district, False), (OWNER, True), (OWNER, True), (district, False)]
    assert page(client, sent).count("Jawaban pemilik program") == 2


def test_the_four_digits_open_the_owners_reason_and_where_to_collect_over_rest(
    cast, wire, sent, client
):
    address = f"/api/v1/status/{sent.complaint.receipt_number}/details/"

    def opened():
        wire.fetch()
        answer = client.post(address, {"last4": NIK[-4:]}, content_type="application/json")
        return answer.json()["answers"][0]

    wire.act("recommend")
    wire.act("refuse", reason="Kuota tahun ini habis")
    refusal = opened()
    assert (refusal["said_by"], refusal["by_owner"]) == (OWNER, True)
    assert refusal["reason"] == "Kuota tahun ini habis"
    assert refusal["programme"] == "Program kis_daerah"
    wire.act("approve")
    wire.realise("ready", instructions="Bawa KTP ke kantor BPJS, Senin pukul 08.00")
    assert opened()["instructions"] == "Bawa KTP ke kantor BPJS, Senin pukul 08.00"


def test_a_confidential_matters_page_names_neither_owner_nor_document(cast, wire, sent, client):
    wire.act("recommend")
    wire.act("approve", document_number="463/77/UPTD-PPA/2026")
    wire.fetch()
    number = sent.complaint.receipt_number
    open_page = page(client, sent)
    assert OWNER in open_page
    assert "463/77" in open_page
    sent.complaint.kind.sensitive = True
    sent.complaint.kind.save()
    for text in (page(client, sent), client.get(f"/api/v1/status/{number}/").content.decode()):
        assert "pemilik program" in text
        for secret in (OWNER, "463/77", cast.district.full_name, "kis_daerah"):
            assert secret not in text


def test_on_paper_the_office_it_was_carried_to_is_named(cast, carried):
    referral = carried(destination="Dinas Sosial Kabupaten")
    note(cast, referral, "recommended")
    assert told(cast, referral) == [("Dinas Sosial Kabupaten", False)]


def test_the_one_an_officer_names_as_having_said_it_is_named(cast, carried):
    referral = carried(destination="Dinas Sosial Kabupaten")
    note(cast, referral, "recommended", owner="Bupati")
    assert told(cast, referral) == [("Bupati", False)]


def test_when_nobody_but_the_owner_is_known_the_news_names_nobody(cast, carried, client):
    referral = carried()
    note(cast, referral, "recommended")
    text = page(client, referral)
    assert "Kabar tentang rujukan" in text
    assert OWNER not in text


def test_the_case_page_and_time_line_do_not_put_the_recommendation_in_the_owners_mouth(
    cast, wire, sent, client
):
    wire.act("recommend", owner=OWNER)
    wire.fetch()
    back = cast.actor("back")
    events = [event.title for event in following.events_of(back, sent.complaint)]
    assert "Direkomendasikan ke pemilik program" in [str(title) for title in events]
    (card,) = cards.load(selectors.referrals_of_case(sent.complaint_id, actor=back), actor=back)
    assert [said.speaker for said in card.answers] == [""]
    client.force_login(cast.users["back"])
    shown = client.get(f"/referrals/{sent.uid}/").content.decode()
    assert f"Direkomendasikan ke pemilik program – {OWNER}" not in shown
