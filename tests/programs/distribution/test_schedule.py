"""When people come, the lock, and the numbers of the tickets."""

from datetime import time

import pytest

from programs.distribution import selectors, services
from programs.distribution.tickets import shown, typed_code
from puskesmas.errors import InvalidInput, WrongState
from tests.programs.distribution.conftest import (
    NIK,
    THIRD_KK,
    add,
    hand,
    live,
    opened,
    row_of,
    settled,
    slot,
)


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
