"""Distribution of aid: the list, the tickets, the table, and what becomes of who cannot come."""

import uuid
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs.distribution import handing, minutes, prints, selectors, services, views
from programs.distribution.errors import AlreadyTaken, NotHandedOver, NotOnTheCard
from programs.distribution.families import card_members
from programs.distribution.selectors import Why
from programs.distribution.tickets import shown, typed_code
from programs.distribution.workflow import DISTRIBUTION, NOT_YET, RECIPIENT
from programs.models import (
    AidRecipient,
    Distribution,
    DistributionState,
    Participation,
    Programme,
    RecipientState,
)
from programs.services import load_catalogue
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, WrongState
from puskesmas.models import AuditEntry, Reason, Transition
from registry.households.services import move_to_card
from registry.models import HouseholdMember, Resident
from registry.services import create_resident
from reports.letters import services as letters
from reports.letters.models import Letter
from tests.letters.test_issuing import pdf_text
from tests.racing import together

KK, OTHER_KK, THIRD_KK = "3509990101100001", "3509990101100002", "3509990101100003"
NIK = "3509994403500001"


@pytest.fixture
def back(cast):
    load_catalogue(cast.village)
    return cast.actor("back")


@pytest.fixture
def front(cast, back):
    return cast.actor("front")


def live(actor, name, kk=KK, **more):
    place = {"dusun": "Krajan", "rw": "01", "rt": "02"}
    return create_resident(actor=actor, name=name, kk=kk, **(place | more))


@pytest.fixture
def tukiyem(front):
    return live(front, "Tukiyem", nik=NIK, relation="1")


@pytest.fixture
def bagas(front):
    return live(front, "Bagas", relation="4")


@pytest.fixture
def paijo(front):
    return live(front, "Paijo", OTHER_KK, rw="02", relation="1")


def pkh(actor):
    return Programme.objects.get(office=actor.office, code="PKH")


def receive(actor, *people, code="PKH"):
    for one in people:
        Participation.objects.create(
            office=actor.office,
            resident=one,
            programme=Programme.objects.get(office=actor.office, code=code),
            source="register",
        )


RICE = {
    "name": "Beras November",
    "owner": "Dinas Sosial",
    "kind": "goods",
    "item": "beras 10 kg",
    "amount": 2,
    "unit": "karung",
}
CASH = {"name": "BLT", "owner": "Kepala Desa", "kind": "money", "item": "uang", "amount": 300_000}


def opened(back, given=None, **more):
    return services.open_distribution(actor=back, **((given or RICE) | more))


def add(back, held, *people):
    return [
        services.add_recipient(actor=back, uid=held.uid, resident_uid=one.uid) for one in people
    ]


def slot(back, held, **more):
    given = {"day": back.office.today(), "start": time(8), "place": "Balai desa"}
    return services.add_slot(actor=back, uid=held.uid, **(given | more))


def settled(back, *people, given=None, **more):
    """Return a locked distribution and its names."""
    held = opened(back, given, **more)
    add(back, held, *people)
    slot(back, held)
    services.settle(actor=back, uid=held.uid, version=None)
    return held, [row_of(held, one) for one in people]


def row_of(held, resident):
    return AidRecipient.objects.get(distribution=held, resident=resident)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def hand(actor, listed, **more):
    given = {"way": "identity"}
    return handing.hand_over(actor=actor, uid=listed.uid, **(given | more))


# --- Who may what, when ---------------------------------------------------------------------------

#: action -> (states it starts at, roles), written by hand.
OF_DISTRIBUTION = {
    "open": ({""}, {"back"}),
    "list": ({"draft"}, {"back"}),
    "schedule": ({"draft"}, {"back"}),
    "settle": ({"draft"}, {"back", "koordinator"}),
    "unlock": ({"settled"}, {"back", "koordinator"}),
    "hand_out": ({"settled"}, {"front", "back", "facilitator"}),
    "close": ({"settled"}, {"back", "koordinator"}),
}
OF_RECIPIENT = {
    "hand": ({"waiting", "pending"}, {"front", "back", "facilitator"}),
    "defer": ({"waiting"}, {"front", "back", "facilitator"}),
    "undo": ({"taken"}, {"front", "back", "facilitator"}),
    "papers": ({"taken"}, {"front", "back", "facilitator"}),
    "death": ({"waiting", "pending"}, {"front", "back", "facilitator"}),
    "strike": ({"waiting", "pending"}, {"back"}),
    "replace": ({"struck"}, {"back"}),
}
POSTS = ("front", "back", "facilitator", "koordinator", "head", "kasun", "admin")


@pytest.mark.parametrize("who", POSTS)
@pytest.mark.parametrize(
    ("flow", "table", "all_states"),
    [
        (DISTRIBUTION, OF_DISTRIBUTION, set(DistributionState) | {NOT_YET}),
        (RECIPIENT, OF_RECIPIENT, set(RecipientState)),
    ],
)
def test_the_tables(cast, flow, table, all_states, who):
    assert set(flow.steps) == set(table)
    for action, (states, roles) in table.items():
        for state in all_states - ({NOT_YET} if NOT_YET not in states else set()):
            check = {"action": action, "state": state, "actor": cast.actor(who), "reason": "x"}
            if who not in roles:
                with pytest.raises(NotYourRole):
                    flow.check(**check)
            elif state not in states:
                with pytest.raises(WrongState):
                    flow.check(**check)
            else:
                assert flow.check(**check).action == action


# --- What is given --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"owner": ""}, "owner"),
        ({"item": ""}, "item"),
        ({"kind": "emas"}, "kind"),
        ({"amount": 0}, "amount"),
        ({"amount": 1001}, "amount"),
        ({"may_replace": True}, "replacement_rule"),
        ({"may_replace": True, "kind": "money", "replacement_rule": "boleh"}, "may_replace"),
    ],
)
def test_an_impossible_distribution_is_refused(back, given, field):
    with pytest.raises(InvalidInput) as caught:
        opened(back, **given)
    assert caught.value.field == field


def test_a_double_click_opens_one(back):
    uid = uuid.uuid4()
    first, second = (opened(back, client_uid=uid) for _ in range(2))
    assert (first, second.is_repeat) == (second, True)


# --- The list -------------------------------------------------------------------------------------


def names(held):
    return sorted(held.recipients.values_list("resident__name", flat=True))


def build(back, held):
    return services.build_list(actor=back, uid=held.uid, version=None)


def test_the_list_takes_the_living_once_and_shows_the_others_apart(back, tukiyem, paijo):
    dead = live(back, "Almarhum", THIRD_KK)
    receive(back, tukiyem, paijo, dead, code="PIP")
    Participation.objects.create(
        office=back.office, resident=paijo, programme=_pip(back), source="self"
    )
    Resident.objects.filter(pk=dead.pk).update(life="deceased")
    held = opened(back, programme=_pip(back))
    build(back, held)
    assert names(held) == ["Paijo", "Tukiyem"]
    (out,) = selectors.left_out(held, actor=back)
    assert (out.person, out.why) == (dead, Why.GONE)
    with pytest.raises(InvalidInput):
        build(back, held)


def test_what_only_the_person_says_puts_nobody_on_the_list(login, back, tukiyem, paijo):
    receive(back, tukiyem, code="PIP")
    Participation.objects.create(
        office=back.office, resident=paijo, programme=_pip(back), source="self"
    )
    held = opened(back, programme=_pip(back))
    build(back, held)
    assert names(held) == ["Tukiyem"]
    (out,) = selectors.left_out(held, actor=back)
    assert (out.person, out.why) == (paijo, Why.ONLY_SELF)
    page = login("back").get(reverse("programs:distribution", args=[held.uid])).text
    assert "hanya kata orangnya" in page
    (asked_for,) = add(back, held, paijo)
    assert asked_for.resident == paijo


@pytest.mark.parametrize("source", ["register", "owner"])
def test_a_list_or_the_owners_word_puts_one_on_it(back, tukiyem, source):
    receive(back, tukiyem, code="PIP")
    Participation.objects.update(source=source)
    held = opened(back, programme=_pip(back))
    build(back, held)
    assert names(held) == ["Tukiyem"]


def test_nobody_puts_his_own_family_on_a_list(cast, back, tukiyem):
    held = opened(back)
    cast.back.kk = KK
    cast.back.save()
    with pytest.raises(OwnFamily):
        add(cast.actor("back"), held, tukiyem)
    assert names(held) == []


def _pip(actor):
    return Programme.objects.get(office=actor.office, code="PIP")


def test_of_a_household_programme_one_of_each_card_the_head_first(back, bagas, tukiyem, paijo):
    receive(back, bagas, tukiyem, paijo)
    held = opened(back, programme=pkh(back))
    build(back, held)
    assert names(held) == ["Paijo", "Tukiyem"]
    (out,) = selectors.left_out(held, actor=back)
    assert (out.person, out.why) == (bagas, Why.SAME_CARD)
    with pytest.raises(InvalidInput):
        add(back, held, bagas)


def test_a_list_without_a_programme_is_filled_by_hand(back, tukiyem, bagas):
    held = opened(back)
    with pytest.raises(InvalidInput):
        build(back, held)
    add(back, held, tukiyem, bagas)
    (again,) = add(back, held, tukiyem)
    assert again.is_repeat
    services.remove_recipient(actor=back, uid=again.uid)
    assert names(held) == ["Bagas"]


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_nobody_dead_or_moved_is_added(back, tukiyem, life):
    Resident.objects.filter(pk=tukiyem.pk).update(life=life)
    with pytest.raises(InvalidInput):
        add(back, opened(back), tukiyem)


def test_who_died_is_on_no_later_list(back, front, tukiyem):
    receive(back, tukiyem, code="PIP")
    _held, (listed,) = settled(back, tukiyem)
    handing.note_death(
        actor=front, uid=listed.uid, version=None, on=back.office.today(), source="Ketua RT"
    )
    with pytest.raises(InvalidInput):
        build(back, opened(back, programme=_pip(back)))


# --- Schedule and tickets -------------------------------------------------------------------------


def test_people_come_when_their_place_is_named_most_exactly(back, tukiyem, paijo):
    held = opened(back)
    add(back, held, tukiyem, paijo)
    all_day = slot(back, held)
    hamlet = slot(back, held, start=time(13), dusun="Krajan")
    rw = slot(back, held, start=time(15), dusun="Krajan", rw="1")
    slots = list(held.slots.all())
    assert selectors.slot_of(tukiyem, slots) == rw
    assert selectors.slot_of(paijo, slots) == hamlet
    elsewhere = live(back, "Sarmi", THIRD_KK, dusun="Sumber", rw="09")
    assert selectors.slot_of(elsewhere, slots) == all_day
    assert selectors.slot_of(elsewhere, [hamlet, rw]) is None


@pytest.mark.parametrize(("given", "field"), [({"place": " "}, "place"), ({"end": time(7)}, "end")])
def test_an_impossible_slot_is_refused(back, given, field):
    with pytest.raises(InvalidInput) as caught:
        slot(back, opened(back), **given)
    assert caught.value.field == field


def test_a_slot_said_twice_is_one_and_can_be_taken_off(back):
    held = opened(back)
    first, second = slot(back, held), slot(back, held)
    assert (first, second.is_repeat) == (second, True)
    services.remove_slot(actor=back, uid=first.uid)
    assert not held.slots.exists()


def test_a_list_is_locked_only_with_names_and_a_time_for_each(back, tukiyem):
    held = opened(back)
    for step in (lambda: None, lambda: slot(back, held, dusun="Sumber")):
        step()
        with pytest.raises(InvalidInput):
            services.settle(actor=back, uid=held.uid, version=None)
    add(back, held, tukiyem)
    with pytest.raises(InvalidInput):
        services.settle(actor=back, uid=held.uid, version=None)
    slot(back, held)
    services.settle(actor=back, uid=held.uid, version=None)
    with pytest.raises(WrongState):
        add(back, held, tukiyem)


def test_tickets_are_numbered_in_the_order_people_come(back, tukiyem, paijo):
    held = opened(back)
    add(back, held, tukiyem, paijo)
    slot(back, held, start=time(8), rw="02")
    slot(back, held, start=time(13))
    services.settle(actor=back, uid=held.uid, version=None)
    assert [row_of(held, one).number for one in (paijo, tukiyem)] == [1, 2]


def test_a_lock_is_opened_again_until_somebody_has_his_share(cast, back, front, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    koordinator = cast.actor("koordinator")
    with pytest.raises(InvalidInput):
        services.unlock(actor=koordinator, uid=held.uid, version=None, reason=" ")
    services.unlock(actor=koordinator, uid=held.uid, version=None, reason="Ada yang lupa")
    services.settle(actor=koordinator, uid=held.uid, version=None)
    hand(front, listed)
    with pytest.raises(WrongState):
        services.unlock(actor=koordinator, uid=held.uid, version=None, reason="Lagi")


def test_tickets_are_numbered_anew_when_a_name_came_between_two_locks(back, tukiyem, paijo):
    held = opened(back)
    add(back, held, tukiyem)
    slot(back, held, start=time(8), rw="02")
    slot(back, held, start=time(13))
    services.settle(actor=back, uid=held.uid, version=None)
    services.unlock(actor=back, uid=held.uid, version=None, reason="Ada yang lupa")
    assert row_of(held, tukiyem).number is None
    add(back, held, paijo)
    services.settle(actor=back, uid=held.uid, version=None)
    assert [row_of(held, one).number for one in (paijo, tukiyem)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345 67890", "1234567890"),
        ("1234567890", "1234567890"),
        ("123", ""),
        ("Tukiyem", ""),
        ("٣٣٣٣٣٣٣٣٣٣", ""),
    ],
)
def test_a_scanned_code_is_read(text, code):
    assert typed_code(text) == code


@pytest.mark.parametrize("by", ["code", "shown", "number", "nik", "name"])
def test_the_box_finds_by_ticket_number_nik_and_name(front, back, tukiyem, paijo, by):
    held, (listed, _other) = settled(back, tukiyem, paijo)
    text = {
        "code": listed.code,
        "shown": shown(listed.code),
        "number": str(listed.number),
        "nik": NIK,
        "name": "tukiy",
    }[by]
    assert selectors.search(held, text, actor=front) == [listed]


@pytest.mark.parametrize("text", ["x", "0000000000", "3509994403500009", "Bukan", "123456789"])
def test_who_is_not_on_the_list_is_not_found(front, back, tukiyem, text):
    held, _names = settled(back, tukiyem)
    assert selectors.search(held, text, actor=front) == []


def test_a_ticket_of_another_distribution_finds_nobody(front, back, tukiyem):
    held, _names = settled(back, tukiyem)
    _other, (listed,) = settled(back, tukiyem, name="Lain")
    assert selectors.search(held, listed.code, actor=front) == []


# --- Handing over ---------------------------------------------------------------------------------


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


# --- Who died, moved, is replaced -----------------------------------------------------------------


def die(actor, listed):
    return handing.note_death(
        actor=actor, uid=listed.uid, version=None, on=actor.office.today(), source="Ketua RT 02"
    )


def test_goods_of_the_dead_go_to_the_family_for_now(front, back, tukiyem, bagas):
    _held, (listed,) = settled(back, tukiyem)
    assert die(front, listed).state == "waiting"
    assert Resident.objects.get(pk=tukiyem.pk).life == "deceased"
    with pytest.raises(NotOnTheCard):
        hand(front, listed)
    assert hand(front, listed, receiver_uid=bagas.uid).state == "taken"


def move(actor, resident, *along, kk="", on=None):
    return move_to_card(
        actor=actor, uid=resident.uid, version=None, source="KK baru", kk=kk, on=on, along=along
    )


def since(days_ago, *people):
    HouseholdMember.objects.filter(resident__in=people).update(
        since=timezone.localdate() - timedelta(days=days_ago)
    )


def test_a_family_that_has_a_new_card_since_the_death_takes_the_goods(front, back, tukiyem, bagas):
    since(30, tukiyem, bagas)
    _held, (listed,) = settled(back, tukiyem)
    day = back.office.today() - timedelta(days=9)
    given = {"actor": front, "uid": listed.uid, "version": None, "source": "Ketua RT 02"}
    move(front, bagas, kk=THIRD_KK, on=day + timedelta(days=5))
    assert handing.note_death(on=day, **given).state == "waiting"
    assert card_members(fresh(tukiyem)) == [bagas]
    assert hand(front, listed, receiver_uid=bagas.uid).state == "taken"


def test_who_left_the_card_before_the_death_does_not(front, back, tukiyem, bagas):
    since(30, tukiyem, bagas)
    _held, (listed,) = settled(back, tukiyem)
    move(front, bagas, kk=THIRD_KK, on=back.office.today() - timedelta(days=9))
    assert (die(front, listed).state, fresh(listed).gone) == ("struck", "alone")


def test_who_is_on_the_card_of_a_death_before_the_records_began_takes_them(
    front, back, tukiyem, bagas, paijo
):
    _held, (listed,) = settled(back, tukiyem)
    day = back.office.today() - timedelta(days=60)
    handing.note_death(actor=front, uid=listed.uid, version=None, on=day, source="Ketua RT 02")
    move(front, bagas, kk=THIRD_KK)
    with pytest.raises(NotOnTheCard):
        hand(front, listed, receiver_uid=paijo.uid)
    assert hand(front, listed, receiver_uid=bagas.uid).state == "taken"


def test_an_officer_hands_nothing_to_his_family_for_a_dead_neighbour_of_their_old_card(
    cast, front, back, tukiyem, bagas
):
    _held, (listed,) = settled(back, tukiyem)
    die(front, listed)
    move(front, bagas, kk=THIRD_KK)
    cast.front.kk = THIRD_KK
    cast.front.save()
    with pytest.raises(OwnFamily):
        hand(cast.actor("front"), listed, receiver_uid=bagas.uid)
    assert hand(back, listed, receiver_uid=bagas.uid).state == "taken"


def test_money_of_the_dead_passes_to_nobody(front, back, tukiyem, bagas):
    _held, (listed,) = settled(back, tukiyem, given=CASH)
    Resident.objects.filter(pk=tukiyem.pk).update(life="deceased")
    with pytest.raises(NotHandedOver):
        hand(front, listed, receiver_uid=bagas.uid)
    assert (die(front, listed).state, fresh(listed).gone) == ("struck", "deceased")


def test_who_dies_alone_is_off_the_list_with_a_berita_acara(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    assert (die(front, listed).state, fresh(listed).gone) == ("struck", "alone")
    letter = minutes.issue(
        actor=back, kind=minutes.OF_RECIPIENT, subject=fresh(listed), signer=None
    )
    assert letter.subject_uid == listed.uid
    with pytest.raises(WrongState):
        minutes.issue(actor=back, kind=minutes.OF_RECIPIENT, subject=fresh(listed), signer=None)


def stated(back, subject, kind=minutes.OF_RECIPIENT, **more):
    return minutes.issue(actor=back, kind=kind, subject=subject, signer=None, **more)


def text_of(letter):
    revision = letter.revisions.get()
    letters.render_revision(revision)
    return " ".join(pdf_text(letters.read_pdf(revision)).split())


def void(back, letter):
    letters.void(actor=back, uid=letter.uid, version=None, reason="Salah tulis")


def offers_minutes(login, page, uid):
    where = reverse(f"programs:{page}", args=[uid])
    return "Buat berita acara" in login("back").get(where).text


def test_a_voided_berita_acara_is_made_again(login, front, back, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    die(front, listed)
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    for kind, page, subject in (
        (minutes.OF_RECIPIENT, "aid_recipient", fresh(listed)),
        (minutes.OF_DISTRIBUTION, "distribution", fresh(held)),
    ):
        assert offers_minutes(login, page, subject.uid)
        first = stated(back, subject, kind)
        assert not offers_minutes(login, page, subject.uid)
        void(back, first)
        assert offers_minutes(login, page, subject.uid)
        assert stated(back, subject, kind) != first
        with pytest.raises(WrongState):
            stated(back, subject, kind)


def test_a_replacement_named_later_has_its_own_berita_acara(login, front, back, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem, **RULE)
    die(front, listed)
    first = stated(back, fresh(listed))
    replaced(back, listed, paijo)
    assert offers_minutes(login, "aid_recipient", listed.uid)
    second = stated(back, fresh(listed))
    assert second != first
    assert "Paijo" in text_of(second)
    assert not offers_minutes(login, "aid_recipient", listed.uid)


def test_the_form_sent_twice_makes_one_berita_acara(login, front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    die(front, listed)
    browser, where = login("back"), reverse("programs:recipient_minutes", args=[listed.uid])
    form = browser.get(where).context["form"]
    given = {"client_uid": form["client_uid"].value(), "signer": "by_hand"}
    first, again = (browser.post(where, given) for _ in range(2))
    assert (first.status_code, again.url) == (302, first.url)
    other = browser.post(where, given | {"client_uid": uuid.uuid4()})
    assert other.status_code == 409
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("gone", "promised"), [("owner", False), ("declined", False), ("moved", True)]
)
def test_only_of_the_dead_and_moved_it_is_said_that_no_later_list_names_them(
    back, tukiyem, gone, promised
):
    _held, (listed,) = settled(back, tukiyem)
    if gone == "moved":
        Resident.objects.filter(pk=tukiyem.pk).update(life="moved")
    handing.strike(actor=back, uid=listed.uid, version=None, gone=gone, reason="surat 9")
    assert ("tidak dimasukkan lagi" in text_of(stated(back, fresh(listed)))) == promised


@pytest.mark.parametrize(("code", "whole"), [("PKH", True), ("BAZNAS", False), (None, False)])
def test_only_the_government_reads_whole_numbers_in_a_berita_acara(
    front, back, tukiyem, paijo, code, whole
):
    programme = Programme.objects.get(office=back.office, code=code) if code else None
    held, (listed, _second) = settled(back, tukiyem, paijo, programme=programme)
    die(front, listed)
    services.close(actor=back, uid=held.uid, version=None, left_over=4, left_note="kembali")
    for letter in (
        stated(back, fresh(listed)),
        stated(back, fresh(held), minutes.OF_DISTRIBUTION),
    ):
        text = text_of(letter)
        assert (NIK in text) == whole
        assert NIK[-4:] in text


def test_who_moved_gets_nothing_and_is_struck_only_when_recorded_so(front, back, tukiyem):
    _held, (listed,) = settled(back, tukiyem)
    given = {"actor": back, "uid": listed.uid, "version": None, "reason": "surat pindah"}
    with pytest.raises(InvalidInput):
        handing.strike(gone="moved", **given)
    Resident.objects.filter(pk=tukiyem.pk).update(life="moved")
    with pytest.raises(NotHandedOver):
        hand(front, listed)
    assert handing.strike(gone="moved", **given).gone_note == "surat pindah"


@pytest.mark.parametrize("gone", ["alone", "deceased", "", "bosan"])
def test_nobody_is_struck_for_another_reason(back, tukiyem, gone):
    _held, (listed,) = settled(back, tukiyem)
    with pytest.raises(InvalidInput):
        handing.strike(actor=back, uid=listed.uid, version=None, gone=gone, reason="x")


RULE = {"may_replace": True, "replacement_rule": "Satu dusun, ditunjuk dinas"}


def replaced(back, listed, resident, named_by="surat 460/12"):
    return handing.replace(
        actor=back,
        uid=listed.uid,
        version=None,
        resident_uid=resident.uid,
        named_by=named_by,
    )


def test_goods_pass_to_whom_the_owner_named(front, back, tukiyem, paijo):
    held, (listed,) = settled(back, tukiyem, **RULE)
    die(front, listed)
    with pytest.raises(InvalidInput) as caught:
        replaced(back, listed, paijo, named_by=" ")
    assert caught.value.field == "named_by"
    follower = replaced(back, listed, paijo)
    assert (follower.number, follower.replaces) == (2, listed)
    assert hand(front, follower).state == "taken"
    totals = selectors.totals_of(held)
    assert (totals.planned, totals.given, totals.left) == (2, 2, 0)
    with pytest.raises(WrongState):
        replaced(back, listed, live(back, "Sarmi", THIRD_KK))


def test_nobody_follows_where_the_owner_allows_none(front, back, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem)
    die(front, listed)
    with pytest.raises(WrongState):
        replaced(back, listed, paijo)


def test_nobody_follows_for_money(front, back, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem, given=CASH)
    die(front, listed)
    Distribution.objects.update(may_replace=True)
    with pytest.raises(WrongState):
        replaced(back, listed, paijo)


def test_nobody_follows_who_is_dead_listed_or_ones_own(cast, front, back, tukiyem, paijo, bagas):
    _held, (listed, _second) = settled(back, tukiyem, paijo, **RULE)
    handing.strike(actor=back, uid=listed.uid, version=None, gone="owner", reason="surat 9")
    with pytest.raises(InvalidInput):
        replaced(back, listed, paijo)
    dead = live(front, "Almarhum", THIRD_KK)
    Resident.objects.filter(pk=dead.pk).update(life="deceased")
    with pytest.raises(InvalidInput):
        replaced(back, listed, dead)
    cast.back.kk = KK
    cast.back.save()
    with pytest.raises(OwnFamily):
        replaced(cast.actor("back"), listed, bagas)


# --- The end --------------------------------------------------------------------------------------


def test_what_is_left_is_counted_and_explained(front, back, tukiyem, paijo):
    held, (listed, _other) = settled(back, tukiyem, paijo)
    hand(front, listed)
    totals = selectors.totals_of(held)
    assert (totals.planned, totals.given, totals.left) == (4, 2, 2)
    for left_over in (2, 0):
        with pytest.raises(InvalidInput) as caught:
            services.close(actor=back, uid=held.uid, version=None, left_over=left_over)
        assert caught.value.field == "left_note"
    closed = services.close(
        actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali ke dinas"
    )
    assert (closed.state, closed.left_over) == ("closed", 2)


def test_money_left_is_typed_as_people_write_it(login, back, tukiyem):
    held, _names = settled(back, tukiyem, given=CASH)
    page = reverse("programs:distribution_close", args=[held.uid])
    given = {"version": fresh(held).version, "left_over": "300.000", "left_note": "kembali"}
    assert login("back").post(page, given).status_code == 302
    assert fresh(held).left_over == 300_000


def test_nothing_left_needs_no_word(front, back, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    hand(front, listed)
    assert services.close(actor=back, uid=held.uid, version=None, left_over=0).state == "closed"


def test_the_result_stands_per_family(front, back, tukiyem, bagas, paijo):
    held, (listed, *_others) = settled(back, tukiyem, bagas, paijo)
    hand(front, listed)
    result = {
        family.household.kk: [(line.person.name, line.recipient.state) for line in family.lines]
        for family in selectors.by_household(held, actor=back).rows
    }
    assert result == {
        KK: [("Bagas", "waiting"), ("Tukiyem", "taken")],
        OTHER_KK: [("Paijo", "waiting")],
    }


def test_the_berita_acara_says_what_became_of_everybody(front, back, tukiyem, bagas, paijo):
    held, (listed, home, _third) = settled(back, tukiyem, paijo, live(back, "Sarmi", THIRD_KK))
    with pytest.raises(WrongState):
        minutes.issue(actor=back, kind=minutes.OF_DISTRIBUTION, subject=held, signer=None)
    hand(front, listed, receiver_uid=bagas.uid)
    hand(front, home, way="home", carrier="Pak RT")
    services.close(actor=back, uid=held.uid, version=None, left_over=2, left_note="kembali")
    body = minutes.distribution_body(fresh(held), actor=back)
    assert (body["given"], body["left"]) == ("4 karung beras 10 kg", "2 karung beras 10 kg")
    assert {row["result"] for row in body["rows"]} == {
        "Diterima, diwakili Bagas (satu KK)",
        "Diterima, diantar ke rumah oleh Pak RT",
        "Tidak diambil",
    }
    letter = minutes.issue(
        actor=back, kind=minutes.OF_DISTRIBUTION, subject=fresh(held), signer=None
    )
    assert letter.kind == "ba_penyaluran"


def test_money_is_said_in_rupiah(back):
    assert prints.share_of(opened(back, CASH)) == "Rp300.000"


# --- Prints ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", ["f4", "a4", "b5"])
def test_the_lists_are_printed_without_whole_numbers(back, tukiyem, paijo, paper):
    held, _names = settled(back, tukiyem, paijo)
    for draw in (prints.attendance_pdf, prints.tickets_pdf):
        text = pdf_text(draw(held, actor=back, paper=paper))
        assert {"Tukiyem", "Paijo"} <= set(text.split())
        assert f"•••• {NIK[-4:]}" in text
        assert NIK not in text


def test_who_is_off_the_list_is_on_no_print(front, back, tukiyem, paijo):
    held, (listed, _other) = settled(back, tukiyem, paijo)
    die(front, listed)
    assert [line.person for line in prints._standing(held, back)] == [paijo]


# --- Reads ----------------------------------------------------------------------------------------


def queries_of(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


@pytest.mark.parametrize("page", ["distribution", "table", "distribution_families"])
def test_pages_take_the_same_queries_however_long_the_list(login, front, back, page):
    held = opened(back)
    browser = login("back")
    url = reverse(f"programs:{page}", args=[held.uid])

    def grow(start, size):
        Distribution.objects.update(state="draft")
        people = [
            live(front, f"Warga {chr(65 + at)}", f"35099901011101{at:02}")
            for at in range(start, start + size)
        ]
        slot(back, held)
        add(back, held, *people)
        services.settle(actor=back, uid=held.uid, version=None)
        hand(front, row_of(held, people[0]))

    grow(0, 1)
    few = queries_of(lambda: browser.get(url))
    grow(1, 24)
    assert queries_of(lambda: browser.get(url)) == few


def test_families_come_page_by_page_each_whole(login, front, back):
    people = [live(front, "Aminah", "3509990101110100")]
    for at in range(20):
        people.append(live(front, f"Warga {chr(65 + at)}", f"35099901011101{at + 1:02}"))
    people += [
        live(front, "Zainab", "3509990101110100", relation="4"),
        create_resident(actor=front, name="Zulaikha", dusun="Krajan", rw="01", rt="02"),
    ]
    held = fresh(settled(back, *people)[0])
    first = selectors.by_household(held, actor=back)
    assert [line.person.name for line in first.rows[0].lines] == ["Aminah", "Zainab"]
    assert (len(first.rows), first.previous) == (20, "")
    second = selectors.by_household(held, actor=back, position=first.next)
    assert [[line.person.name for line in one.lines] for one in second.rows] == [
        ["Warga T"],
        ["Zulaikha"],
    ]
    assert (second.rows[1].household, second.next) == (None, "")
    back_again = selectors.by_household(held, actor=back, position=second.previous)
    assert [one.household for one in back_again.rows] == [one.household for one in first.rows]
    page = login("back").get(reverse("programs:distribution_families", args=[held.uid]))
    assert f"?from={first.next}" in page.text


def test_those_left_out_are_counted_beyond_what_a_page_names(
    login, back, tukiyem, paijo, monkeypatch
):
    receive(back, tukiyem, paijo, live(back, "Sarmi", THIRD_KK), code="PIP")
    Participation.objects.update(source="self")
    held = opened(back, programme=_pip(back))
    monkeypatch.setattr(views, "_LEFT_OUT_SHOWN", 1)
    page = login("back").get(reverse("programs:distribution", args=[held.uid])).text
    assert page.count("hanya kata orangnya") == 1
    assert "dan 2 orang lagi" in page


def test_another_office_has_no_such_distribution(cast, back, tukiyem):
    held, (listed,) = settled(back, tukiyem)
    stranger = cast.actor("stranger")
    for act in (
        lambda: selectors.distribution(held.uid, actor=stranger),
        lambda: selectors.recipient(listed.uid, actor=stranger),
        lambda: hand(stranger, listed),
        lambda: services.close(actor=stranger, uid=held.uid, version=None, left_over=0),
    ):
        with pytest.raises(NotFound):
            act()


# --- The pages ------------------------------------------------------------------------------------


def test_the_whole_way_on_the_pages(login, cast, back, tukiyem, paijo, bagas):
    office, front = login("back"), login("front")
    receive(back, tukiyem, paijo)
    made = office.post(
        reverse("programs:distribution_new"),
        {**RICE, "amount": "2", "programme": pkh(back).uid, "client_uid": uuid.uuid4()},
    )
    held = Distribution.objects.get()
    assert made.url == reverse("programs:distribution", args=[held.uid])

    def send(browser, page, data=None, uid=None, *more):
        return browser.post(reverse(f"programs:{page}", args=[uid or held.uid, *more]), data or {})

    assert send(office, "distribution_build").status_code == 302
    found = send(office, "distribution_add", {"q": "Bagas"})
    assert "Bagas" in found.text
    assert send(office, "distribution_add_person", {}, None, bagas.uid).status_code == 400
    today = f"{cast.village.today():%d-%m-%Y}"
    time_and_place = {"day": today, "start": "08.00", "end": "10.00", "place": "Balai"}
    assert send(office, "distribution_schedule", time_and_place).status_code == 302
    version = {"version": fresh(held).version}
    assert send(office, "distribution_settle", {"version": 99}).status_code == 409
    assert send(office, "distribution_settle", version).status_code == 302
    listed = row_of(held, tukiyem)
    hit = send(front, "table", {"q": listed.code})
    assert hit.url == reverse("programs:hand", args=[listed.uid]) + f"?code={listed.code}"
    page = front.get(hit.url).text
    assert "Bagas" in page
    assert NIK not in page
    given = {"client_uid": uuid.uuid4(), "way": "ticket", "code": listed.code}
    handed = front.post(hit.url, given | {"receiver": tukiyem.uid})
    assert handed.url == reverse("programs:table", args=[held.uid])
    table = front.get(handed.url).text
    assert "autofocus" in table
    assert "Diserahkan: Tukiyem" in table
    late = front.post(hit.url, given | {"receiver": tukiyem.uid, "client_uid": uuid.uuid4()})
    assert late.status_code == 409
    assert "Sudah diterima Tukiyem" in late.text
    assert "Tukiyem" in front.get(reverse("registry:household", args=[_card(tukiyem)])).text
    other = row_of(held, paijo)
    send(front, "hand_defer", {}, other.uid)
    stopped = {"version": fresh(held).version, "left_over": "2", "left_note": "kembali"}
    assert send(office, "distribution_close", stopped).status_code == 302
    draft = {"preview": "1", "signer": "by_hand", "client_uid": uuid.uuid4()}
    shown_draft = send(office, "distribution_minutes", draft)
    assert (shown_draft.status_code, shown_draft["Content-Type"]) == (200, "application/pdf")
    assert send(office, "distribution_minutes", {"preview": "1"}).status_code == 400
    assert "Tukiyem" in office.get(reverse("programs:distribution_families", args=[held.uid])).text


def _card(resident):
    return HouseholdMember.objects.get(resident=resident).household.uid


def test_the_owner_names_a_follower_on_the_page(login, back, front, tukiyem, paijo):
    _held, (listed,) = settled(back, tukiyem, **RULE)
    die(front, listed)
    office, where = login("back"), reverse("programs:hand_replace", args=[listed.uid])
    assert "Paijo" in office.post(where, {"q": "Paijo"}).text
    assert "Penggantinya" in office.post(where, {"resident_uid": paijo.uid}).text
    given = {"resident_uid": paijo.uid, "version": fresh(listed).version}
    assert office.post(where, given | {"named_by": ""}).status_code == 400
    assert office.post(where, given | {"named_by": "surat 1"}).status_code == 302
    assert "Paijo" in office.get(reverse("programs:aid_recipient", args=[listed.uid])).text
    assert office.post(where, {"resident_uid": "bukan"}).status_code == 400


# --- Two at one table -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_ticket_at_two_tables_is_served_once(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    held, (listed,) = settled(back, live(front, "Tukiyem"))

    def scan(actor):
        (found,) = selectors.search(held, shown(listed.code), actor=actor)
        hand(actor, found, way="ticket", code=listed.code, client_uid=uuid.uuid4())

    errors = together(lambda: scan(front), lambda: scan(back))
    assert [type(error) for error in errors] == [AlreadyTaken]
    assert Transition.objects.filter(subject_uid=listed.uid, action="hand").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_berita_acara_make_one(cast):
    load_catalogue(cast.village)
    back, koordinator = cast.actor("back"), cast.actor("koordinator")
    _held, (listed,) = settled(back, live(cast.actor("front"), "Tukiyem"))
    handing.strike(actor=back, uid=listed.uid, version=None, gone="owner", reason="surat 9")
    errors = together(
        lambda: stated(back, fresh(listed), client_uid=uuid.uuid4()),
        lambda: stated(koordinator, fresh(listed), client_uid=uuid.uuid4()),
    )
    assert [type(error) for error in errors] in ([], [WrongState])
    assert Letter.objects.filter(subject_uid=listed.uid).count() == 1


@pytest.mark.django_db(transaction=True)
def test_closing_and_handing_over_never_cross(cast):
    load_catalogue(cast.village)
    back, front = cast.actor("back"), cast.actor("front")
    held, (listed,) = settled(back, live(front, "Tukiyem"))

    def shut():
        services.close(actor=back, uid=held.uid, version=None, left_over=0, left_note="habis")

    errors = together(lambda: hand(front, listed), shut)
    assert [type(error) for error in errors] in ([], [WrongState])
    assert fresh(held).state == "closed"
    assert (fresh(listed).state == "taken") == (errors == [])
