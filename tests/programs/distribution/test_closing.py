"""The end: what is left, counted and explained; the result per family."""

import pytest
from django.urls import reverse

from programs.distribution import prints, selectors, services
from puskesmas.errors import InvalidInput
from tests.programs.distribution.conftest import CASH, KK, OTHER_KK, fresh, hand, opened, settled


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


def test_money_is_said_in_rupiah(back):
    assert prints.share_of(opened(back, CASH)) == "Rp300.000"
