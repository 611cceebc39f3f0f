"""The pages: the whole way, queries, another office."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.distribution import selectors, services, views
from programs.models import Distribution, Participation
from puskesmas.errors import NotFound
from registry.models import HouseholdMember
from registry.services import create_resident
from tests.programs.distribution.conftest import (
    NIK,
    RICE,
    RULE,
    THIRD_KK,
    _pip,
    add,
    die,
    fresh,
    hand,
    live,
    opened,
    pkh,
    receive,
    row_of,
    settled,
    slot,
)


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
