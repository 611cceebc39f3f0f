"""Who died or moved, and who follows him by the word of the owner."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.distribution import handing, selectors
from programs.distribution.errors import NotHandedOver, NotOnTheCard
from programs.distribution.families import card_members
from programs.models import Distribution
from puskesmas.errors import InvalidInput, OwnFamily, WrongState
from registry.households.services import move_to_card
from registry.models import HouseholdMember, Resident
from reports.letters.models import Letter
from tests.programs.distribution.conftest import (
    CASH,
    KK,
    RULE,
    THIRD_KK,
    die,
    fresh,
    hand,
    live,
    replaced,
    settled,
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
