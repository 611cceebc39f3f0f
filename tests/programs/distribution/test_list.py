"""Who may do what; what is given; whom a list takes and whom it shows apart."""

import uuid

import pytest
from django.urls import reverse

from programs.distribution import handing, selectors, services
from programs.distribution.selectors import Why
from programs.distribution.workflow import DISTRIBUTION, NOT_YET, RECIPIENT
from programs.models import DistributionState, Participation, RecipientState
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily, WrongState
from registry.models import Resident
from tests.programs.distribution.conftest import (
    KK,
    THIRD_KK,
    _pip,
    add,
    live,
    opened,
    pkh,
    receive,
    settled,
)

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
