"""The referral's verbs at their edges: terms, repeats, other offices, dates, corrections."""

import importlib
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from complaints.models import Complaint
from complaints.workflow import CaseState
from programs.models import Programme
from puskesmas.errors import (
    InvalidInput,
    NotFound,
    NotYourRole,
    OwnFamily,
    StaleVersion,
    WrongState,
)
from puskesmas.models import OutboxMessage, Transition
from referrals import cards, selectors
from referrals.models import Answering, Referral
from referrals.services import answers, approval, delivery, inbox
from referrals.workflow import Answer, Realisation
from tests.referrals.conftest import KK, make_programme, today


@pytest.fixture
def approved(cast, draft):
    return approval.approve(actor=cast.actor("koordinator"), uid=draft().uid)


def note(cast, referral, value, who="back", **kwargs):
    values = {
        "source": Answering.Source.LETTER,
        "said_on": today(),
        "owner": "Dinas Kesehatan",
        "reason": "Kuota habis" if value in {"refused", "returned"} else "",
    }
    return answers.record_answer(
        actor=cast.actor(who), uid=referral.uid, value=value, **values | kwargs
    )


def realise(cast, referral, value, who="back", **kwargs):
    values = {"source": Answering.Source.RESIDENT, "said_on": today()}
    return answers.record_realisation(
        actor=cast.actor(who), uid=referral.uid, value=value, **values | kwargs
    )


# --- Drafting ------------------------------------------------------------------------------------


def test_a_repeated_draft_returns_the_first_referral(draft, case):
    chosen = uuid.uuid4()
    first, second = draft(client_uid=chosen), draft(client_uid=chosen, version=1)
    assert first == second
    assert Complaint.objects.get(pk=case.pk).state == CaseState.AWAITING_APPROVAL


def test_a_draft_on_a_case_somebody_changed_meanwhile_is_refused(draft, case):
    with pytest.raises(StaleVersion):
        draft(version=case.version - 1)


def test_the_destination_defaults_to_the_owner(draft):
    assert draft().destination == "Dinas Kesehatan"


def test_another_villages_case_is_not_there(cast, draft):
    with pytest.raises(NotFound):
        draft(actor=cast.actor("stranger"))


@pytest.mark.parametrize("who", ["front", "facilitator", "koordinator", "head", "kasun", "admin"])
def test_only_the_back_office_drafts(cast, draft, who):
    with pytest.raises(NotYourRole):
        draft(actor=cast.actor(who))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("need", {"need": "  "}),
        ("road", {"road": "pigeon"}),
        ("legal_basis", {"legal_basis": "because"}),
        ("programme", {"programme_uid": uuid.uuid4()}),
    ],
)
def test_a_draft_names_the_field_that_is_wrong(draft, field, values):
    with pytest.raises(InvalidInput) as caught:
        draft(**values)
    assert caught.value.field == field
    assert Referral.objects.count() == 0


def test_one_programme_has_one_live_referral_in_a_case(cast, draft, approved):
    note(cast, approved, Answer.RETURNED)
    with pytest.raises(InvalidInput) as caught:
        draft()
    assert caught.value.code == "live_referral"


def test_after_a_refusal_the_next_programme_is_offered_in_the_same_case(cast, draft, approved):
    note(cast, approved, Answer.REFUSED)
    second = draft(programme_uid=make_programme(cast, "jampersal").uid)
    case = Complaint.objects.get(pk=approved.complaint_id)
    assert (case.state, case.outcome) == (CaseState.AWAITING_APPROVAL, "")
    assert second.complaint_id == approved.complaint_id


def test_after_an_approval_no_further_programme_is_drafted(cast, draft, approved):
    note(cast, approved, Answer.APPROVED)
    with pytest.raises(WrongState):
        draft(programme_uid=make_programme(cast, "jampersal").uid)


def test_a_partner_needs_consent_and_gets_only_what_it_asks(cast, draft):
    partner = make_programme(cast, "baznas", tier=Programme.Tier.PARTNER)
    with pytest.raises(InvalidInput) as caught:
        draft(programme_uid=partner.uid)
    assert caught.value.field == "legal_basis"
    referral = draft(programme_uid=partner.uid, legal_basis=Referral.LegalBasis.CONSENT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    payload = referral.submissions.get().payload
    assert payload["person"].keys() == {"name", "address", "phone"}
    assert not {"household", "register_check", "finding", "papers"} & payload.keys()


def test_a_partners_file_does_not_go_to_the_district(cast, draft, wire):
    partner = make_programme(cast, "baznas", tier=Programme.Tier.PARTNER)
    with pytest.raises(InvalidInput) as caught:
        draft(
            programme_uid=partner.uid,
            road=Referral.Road.DISTRICT,
            legal_basis=Referral.LegalBasis.CONSENT,
        )
    assert caught.value.field == "road"


def test_a_household_programme_names_the_household(cast, draft):
    unit = make_programme(cast, "pkh", unit=Programme.Unit.HOUSEHOLD)
    referral = draft(programme_uid=unit.uid)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    household = referral.submissions.get().payload["household"]
    assert household["kk"] == KK
    assert [member["name"] for member in household["members"]] == ["Sulastri", "Bagas"]


# --- Returning and submitting again --------------------------------------------------------------


def test_returned_by_the_approver_it_is_mended_and_approved(cast, draft):
    referral = draft()
    approval.return_draft(actor=cast.actor("koordinator"), uid=referral.uid, reason="Foto kurang")
    assert Complaint.objects.get(pk=referral.complaint_id).state == CaseState.IN_HANDLING
    approval.resubmit(actor=cast.actor("back"), uid=referral.uid, need="Lengkap", road="paper")
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    assert referral.submissions.get().payload["need"] == "Lengkap"
    reasons = Transition.objects.filter(subject_uid=referral.uid, reason__isnull=False)
    assert [row.reason.text for row in reasons] == ["Foto kurang"]


def test_what_nobody_returned_is_not_submitted_again(cast, approved):
    with pytest.raises(WrongState):
        approval.resubmit(actor=cast.actor("back"), uid=approved.uid, need="Lagi", road="paper")


def test_a_refused_draft_leaves_the_case_in_handling_and_lets_another_be_drafted(cast, draft):
    referral = draft()
    approval.refuse(actor=cast.actor("koordinator"), uid=referral.uid, reason="Bukan program ini")
    assert Complaint.objects.get(pk=referral.complaint_id).state == CaseState.IN_HANDLING
    assert draft().pk != referral.pk


def test_a_mended_file_closes_the_message_that_still_waited(cast, draft, wire):
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    note(cast, referral, Answer.RETURNED, source=Answering.Source.PHONE)
    approval.resubmit(actor=cast.actor("back"), uid=referral.uid, need="Lengkap", road="district")
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    first, second = OutboxMessage.objects.filter(subject_uid=referral.uid).order_by("pk")
    assert first.superseded_at is not None
    assert second.superseded_at is None
    wire.push()
    assert wire.received().submission_number == 2


# --- By hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-1, 1])
def test_a_hand_over_before_the_approval_or_after_today_is_refused(cast, approved, days):
    with pytest.raises(InvalidInput) as caught:
        delivery.hand_over(
            actor=cast.actor("back"),
            uid=approved.uid,
            receiver="Bu Retno",
            handed_on=today() + timedelta(days=days),
        )
    assert caught.value.field == "handed_on"


def test_a_hand_over_is_recorded_once(cast, approved):
    hand = {"actor": cast.actor("front"), "uid": approved.uid, "handed_on": today()}
    delivery.hand_over(**hand, receiver="Bu Retno")
    with pytest.raises(WrongState):
        delivery.hand_over(**hand, receiver="Bu Retno")


@pytest.mark.parametrize("who", ["facilitator", "koordinator", "head", "kasun", "admin"])
def test_only_front_and_back_office_note_a_hand_over(cast, approved, who):
    with pytest.raises(NotYourRole):
        delivery.hand_over(
            actor=cast.actor(who), uid=approved.uid, receiver="Bu Retno", handed_on=today()
        )


def test_a_repeated_answer_is_recorded_once(cast, approved):
    chosen = uuid.uuid4()
    note(cast, approved, Answer.APPROVED, client_uid=chosen)
    note(cast, approved, Answer.APPROVED, client_uid=chosen, version=1)
    assert approved.answers.count() == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("owner", {"owner": " "}),
        ("source", {"source": "system"}),
        ("source", {"source": "bird"}),
        ("said_on", {"said_on": today() + timedelta(days=1)}),
        ("value", {"value": "none"}),
    ],
)
def test_an_answer_names_the_field_that_is_wrong(cast, approved, field, values):
    with pytest.raises(InvalidInput) as caught:
        note(cast, approved, **{"value": Answer.APPROVED} | values)
    assert caught.value.field == field


def test_a_refusal_needs_words_the_resident_can_read(cast, approved):
    with pytest.raises(InvalidInput) as caught:
        note(cast, approved, Answer.REFUSED, reason="")
    assert caught.value.field == "reason"


def test_a_colleague_notes_what_was_said_and_given_to_an_officers_own_family(cast, approved):
    def cards_acts(who):
        actor = cast.actor(who)
        (card,) = cards.load([selectors.referral(approved.uid, actor=actor)], actor=actor)
        return {act.url.rstrip("/").rsplit("/", 1)[-1] for act in card.acts}

    cast.back.kk = KK
    cast.back.save()
    for act in (note, realise):
        with pytest.raises(OwnFamily):
            act(cast, approved, "approved" if act is note else "ready")
    assert "answer" not in cards_acts("back")
    assert "answer" in cards_acts("front")
    assert note(cast, approved, "approved", who="front").answer == "approved"
    with pytest.raises(OwnFamily):
        answers.take_up(actor=cast.actor("back"), uid=approved.uid)
    assert realise(cast, approved, "ready", who="front").realisation == "ready"


def test_before_the_village_approved_it_nobody_answers(cast, draft):
    with pytest.raises(WrongState):
        note(cast, draft(), Answer.APPROVED)


def test_realisation_waits_for_the_owners_approval(cast, approved):
    with pytest.raises(WrongState):
        realise(cast, approved, Realisation.COLLECTED)
    note(cast, approved, Answer.APPROVED)
    realise(cast, approved, Realisation.COLLECTED)


def test_collected_before_anybody_told_is_the_end_that_is_told(cast, approved):
    note(cast, approved, Answer.APPROVED)
    realise(cast, approved, Realisation.COLLECTED)
    case = Complaint.objects.get(pk=approved.complaint_id)
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.COLLECTED)


def test_the_owner_says_never_and_the_resident_is_told_again(cast, approved):
    note(cast, approved, Answer.APPROVED)
    Complaint.objects.filter(pk=approved.complaint_id).update(
        state=CaseState.AWAITING_REALISATION, state_since=timezone.now()
    )
    realise(cast, approved, Realisation.NEVER, reason="Anggaran ditarik")
    case = Complaint.objects.get(pk=approved.complaint_id)
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.NEVER)


def test_a_correction_reopens_a_closed_case_to_be_told(cast, approved):
    note(cast, approved, Answer.REFUSED)
    Complaint.objects.filter(pk=approved.complaint_id).update(state=CaseState.CLOSED)
    note(cast, approved, Answer.APPROVED)
    case = Complaint.objects.get(pk=approved.complaint_id)
    assert (case.state, case.outcome) == (CaseState.ANSWERED, Complaint.Outcome.OWNER_APPROVED)


def test_an_answer_to_an_earlier_referral_leaves_a_case_that_went_on_alone(cast, draft, approved):
    note(cast, approved, Answer.REFUSED)
    draft(programme_uid=make_programme(cast, "jampersal").uid)
    note(cast, approved, Answer.APPROVED)
    case = Complaint.objects.get(pk=approved.complaint_id)
    assert case.state == CaseState.AWAITING_APPROVAL
    assert Referral.objects.get(pk=approved.pk).answer == Answer.APPROVED


# --- The district --------------------------------------------------------------------------------


@pytest.fixture
def received(cast, wire, draft):
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    return wire.received()


def test_agenda_numbers_follow_each_other(cast, wire, draft, make_case, received):
    referral = draft(case_uid=make_case().uid, road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    year = cast.district.today().year
    numbers = [row.number for row in type(received).objects.order_by("pk")]
    assert numbers == [f"{year}/00001", f"{year}/00002"]


def test_the_hundred_thousandth_referral_of_a_year_is_followed_by_more(
    cast, wire, draft, make_case, received
):
    year = cast.district.today().year
    type(received).objects.update(number=f"{year}/99999", counter=99999)
    for _n in range(3):
        referral = draft(case_uid=make_case().uid, road=Referral.Road.DISTRICT)
        approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
        wire.push()
    numbers = list(type(received).objects.order_by("pk").values_list("number", flat=True))
    assert numbers == [f"{year}/{counter}" for counter in (99999, 100000, 100001, 100002)]


def test_numbers_of_before_are_counted_on(received):
    rows = type(received).objects
    rows.update(number="2026/00042", year=0, counter=0)
    importlib.import_module("referrals.migrations.0005_agenda_counter").fill(apps, None)
    assert rows.values_list("year", "counter").get() == (2026, 42)


def test_an_owner_is_named_with_his_decision(wire, received):
    wire.act("recommend")
    with pytest.raises(InvalidInput) as caught:
        wire.act("approve", owner=" ")
    assert caught.value.field == "owner"


def test_ready_says_how_to_collect(wire, received):
    wire.act("recommend")
    wire.act("approve")
    with pytest.raises(InvalidInput) as caught:
        wire.realise("ready")
    assert caught.value.field == "instructions"


def test_the_district_realises_only_what_the_owner_approved(wire, received):
    with pytest.raises(WrongState):
        wire.realise("collected")


def test_aid_in_hand_is_not_refused_afterwards(wire, received):
    wire.act("recommend")
    wire.act("approve")
    wire.realise("collected")
    with pytest.raises(WrongState):
        wire.act("refuse", reason="Salah orang")


def test_another_office_does_not_find_it_in_its_inbox(cast, received):
    stranger = cast.actor("stranger")
    with pytest.raises(NotFound):
        inbox.act(
            actor=stranger, uid=received.uid, action="return", said=inbox.Said(said_on=today())
        )


def test_each_word_to_the_village_has_the_next_sequence(wire, received):
    wire.act("recommend")
    wire.act("approve")
    wire.realise("promised")
    bodies = [row.body for row in OutboxMessage.objects.filter(peer=wire.downstream).order_by("pk")]
    assert [(body["about"], body["sequence"]) for body in bodies] == [
        ("answer", 1),
        ("answer", 2),
        ("realisation", 3),
    ]
