"""At the table: ticket or identity, somebody of the card, forgotten papers, a slip undone."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from programs.distribution import handing, selectors, services
from programs.distribution.errors import AlreadyTaken, NotOnTheCard
from puskesmas.errors import InvalidInput, OwnFamily, WrongState
from puskesmas.models import AuditEntry, Reason, Transition
from registry.models import HouseholdMember, Resident
from tests.programs.distribution.conftest import KK, add, fresh, hand, opened, settled, slot


def test_the_ticket_or_identity_is_shown_and_the_hand_over_recorded(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    taken = hand(front, listed, way="ticket", code=listed.code)
    assert (taken.state, taken.taken_by, taken.handed_by) == ("taken", tukiyem, front.user)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"way": "senyum"}, "way"),
        ({"way": "ticket", "code": ""}, "way"),
        ({"way": "ticket", "code": "1234567890"}, "way"),
        ({"way": "home"}, "carrier"),
        ({"at": timezone.now() + timedelta(hours=2)}, "at"),
    ],
)
def test_what_shows_nothing_hands_over_nothing(front, back, tukiyem, given, field):
    _held, (listed,) = settled(back, tukiyem)
    with pytest.raises(InvalidInput) as caught:
        hand(front, listed, **given)
    assert caught.value.field == field
    assert fresh(listed).state == "waiting"


def test_somebody_of_the_same_card_takes_it(front, back, tukiyem, bagas):
    _held, (listed,) = settled(back, tukiyem)
    assert hand(front, listed, receiver_uid=bagas.uid).taken_by == bagas


def test_somebody_of_another_card_does_not(front, back, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem)
    with pytest.raises(NotOnTheCard):
        hand(front, listed, receiver_uid=paijo.uid)


def test_the_card_of_that_day_counts(front, back, tukiyem, bagas):
    _held, (listed,) = settled(back, tukiyem)
    HouseholdMember.objects.filter(resident=bagas).update(until=back.office.today())
    with pytest.raises(NotOnTheCard):
        hand(front, listed, receiver_uid=bagas.uid)


def test_a_dead_member_of_the_card_takes_nothing(front, back, tukiyem, bagas):
    _held, (listed,) = settled(back, tukiyem)
    Resident.objects.filter(pk=bagas.pk).update(life="deceased")
    with pytest.raises(NotOnTheCard):
        hand(front, listed, receiver_uid=bagas.uid)


def test_forgotten_papers_are_served_listed_and_brought_later(front, back, tukiyem, paijo):
    held, (listed, _other) = settled(back, tukiyem, paijo)
    hand(front, listed, owed="fotokopi KK")
    assert selectors.totals_of(held).owing == 1
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    handing.complete_papers(actor=front, uid=listed.uid)
    assert selectors.totals_of(held).owing == 0
    assert fresh(listed).owed == "fotokopi KK"
    with pytest.raises(WrongState):
        handing.complete_papers(actor=front, uid=listed.uid)


def test_without_a_ticket_one_waits_until_identity_is_shown(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    assert handing.defer(actor=front, uid=listed.uid, version=None).state == "pending"
    assert hand(front, listed).state == "taken"


def test_who_cannot_come_gets_it_at_home(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    at = timezone.now() - timedelta(hours=1)
    taken = hand(front, listed, way="home", carrier="Pak RT", at=at)
    assert (taken.way, taken.carrier, taken.taken_at) == ("home", "Pak RT", at)


def test_nobody_hands_to_his_own_family(cast, front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    cast.front.kk = KK
    cast.front.save()
    given = {"actor": cast.actor("front"), "uid": listed.uid, "version": None}
    for act in (
        lambda: hand(given["actor"], listed),
        lambda: handing.note_death(on=date(2026, 1, 1), source="x", **given),
        lambda: handing.defer(**given),
    ):
        with pytest.raises(OwnFamily):
            act()
    assert hand(cast.actor("facilitator"), listed, owed="KK").state == "taken"
    for act in (
        lambda: handing.complete_papers(**given),
        lambda: handing.undo(reason="x", **given),
    ):
        with pytest.raises(OwnFamily):
            act()
    assert fresh(listed).owed_since is not None


def test_nobody_strikes_his_own_family(cast, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    cast.back.kk = KK
    cast.back.save()
    strike = {"uid": listed.uid, "version": None, "gone": "owner", "reason": "surat 9"}
    with pytest.raises(OwnFamily):
        handing.strike(actor=cast.actor("back"), **strike)
    assert fresh(listed).state == "waiting"


def test_nothing_is_handed_over_before_the_lock_or_after_closing(front, back, tukiyem):
    held = opened(back)
    (listed,) = add(back, held, tukiyem)
    with pytest.raises(WrongState):
        hand(front, listed)
    slot(back, held)
    services.settle(actor=back, uid=held.uid, version=None)
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    with pytest.raises(WrongState):
        hand(front, listed)


def test_the_second_is_told_who_and_when_and_the_same_form_is_a_repeat(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    uid = uuid.uuid4()
    first = hand(front, listed, client_uid=uid)
    again = hand(front, listed, client_uid=uid)
    assert (again.is_repeat, again.taken_at) == (True, first.taken_at)
    with pytest.raises(AlreadyTaken) as caught:
        hand(back, listed, client_uid=uuid.uuid4())
    assert front.user.name in str(caught.value.message)
    assert caught.value.status == 409


def test_a_wrong_hand_over_is_undone_with_its_reason(front, back, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    taken = hand(front, listed, owed="KK")
    with pytest.raises(InvalidInput):
        handing.undo(actor=front, uid=listed.uid, version=None, reason=" ")
    handing.undo(actor=front, uid=listed.uid, version=None, reason="Salah orang")
    left = fresh(listed)
    assert (left.state, left.taken_by, left.owed, left.owed_since) == ("waiting", None, "", None)
    (kept,) = AuditEntry.objects.filter(action="recipient.undo", subject_uid=listed.uid)
    assert kept.reason.text == f"taken_by={tukiyem.uid} taken_at={taken.taken_at.isoformat()}"
    assert "Salah orang" in [one.text for one in Reason.objects.all()]
    actions = Transition.objects.filter(subject_uid=listed.uid).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["hand", "undo"]
    assert selectors.totals_of(held).taken == 0
