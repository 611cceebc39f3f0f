"""Places and the line for them, kept at the district across villages."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puskesmas.crypto import blind_index
from puskesmas.errors import DomainError, InvalidInput, NotYourRole, WrongState
from puskesmas.models import OutboxMessage, Peer
from referrals.models import Place, Quota, ReceivedReferral, Referral
from referrals.quotas import services as quotas
from referrals.quotas.selectors import place_in_line, standings
from referrals.services import approval, inbox
from referrals.workflow import Inbox, Realisation
from tests.cast import make_cast
from tests.racing import together
from tests.referrals.conftest import today

REGIONAL, NATIONAL = "KIS-D", "PBI"


def _payload(name: str) -> dict[str, Any]:
    """Return as much of a submission as the pages read."""
    place = dict.fromkeys(("address", "dusun", "rt", "rw", "birth_place", "birth_date", "nik"), "")
    return {
        "person": {"name": name, **place},
        "household": {"kk": "", "size": 0, "members": []},
        "programme": {"owner": "Dinkes"},
        "office": {"name": "Desa", "kecamatan": "Uji"},
        "approved_by": {"name": "Koordinator"},
        "approved_on": "2026-11-22",
        "receipt_number": "",
        "need": "Berobat",
        "finding": None,
        "register_check": None,
        "programmes_held": [],
        "papers": [],
    }


class District:
    """The inbox of the district, filled by two villages, and its manager."""

    def __init__(self, cast: Any) -> None:
        self.cast, self.count = cast, 0
        self.villages = [
            Peer.objects.create(office=cast.district, direction="downstream", name=name)
            for name in ("Desa Satu", "Desa Dua")
        ]

    def file(
        self, code: str = REGIONAL, *, urgency: str = "normal", nik: str = "", village: int = 0
    ) -> ReceivedReferral:
        """Take in a file that has been recommended; each a minute after the one before."""
        self.count += 1
        now = timezone.now() - timedelta(days=1) + timedelta(minutes=self.count)
        return ReceivedReferral.objects.create(
            office=self.cast.district,
            peer=self.villages[village],
            referral_uid=uuid.uuid4(),
            number=f"2026/{self.count:05d}",
            year=2026,
            counter=self.count,
            village=self.villages[village].name,
            nik_index=blind_index(nik, purpose="nik") if nik else "",
            programme_code=code,
            programme_name={REGIONAL: "KIS Daerah", NATIONAL: "KIS Nasional"}[code],
            urgency=urgency,
            payload=_payload(f"Warga {self.count}"),
            payload_sha256="",
            received_at=now,
            state=Inbox.RECOMMENDED,
        )

    def approve(self, row: ReceivedReferral) -> ReceivedReferral:
        return self._act(row, "approve")

    def refuse(self, row: ReceivedReferral) -> ReceivedReferral:
        return self._act(row, "refuse", reason="Data tidak cocok")

    def _act(self, row: ReceivedReferral, action: str, **words: Any) -> ReceivedReferral:
        said = inbox.Said(said_on=today(), owner="Dinkes", **words)
        inbox.act(actor=self.cast.actor("manager"), uid=row.uid, action=action, said=said)
        row.refresh_from_db()
        return row

    def realise(self, row: ReceivedReferral, value: str, **words: Any) -> ReceivedReferral:
        said = inbox.Said(said_on=today(), **words)
        inbox.realise(actor=self.cast.actor("manager"), uid=row.uid, value=value, said=said)
        row.refresh_from_db()
        return row

    def quota(self, places: int, code: str = REGIONAL, **fields: Any) -> Quota:
        actor = self.cast.actor("district_admin")
        return quotas.set_quota(actor=actor, programme_code=code, places=places, **fields)

    def told(self, row: ReceivedReferral) -> list[str]:
        messages = OutboxMessage.objects.filter(subject_uid=row.uid, peer=row.peer).order_by("pk")
        return [message.body["value"] for message in messages]

    def waiting(self, quota: Quota) -> list[str]:
        return [row.number[-1] for row in quotas.line_of(quota)]


@pytest.fixture
def district(cast):
    return District(cast)


def test_what_is_approved_above_the_quota_waits_and_its_village_is_told_so(district):
    district.quota(1)
    first, second = (district.approve(district.file(village=place)) for place in (0, 1))
    assert (first.realisation, second.realisation) == (Realisation.NONE, Realisation.QUEUED)
    assert district.told(first) == ["approved"]
    assert district.told(second) == ["approved", "queued"]
    assert (place_in_line(first), place_in_line(second).position) == (None, 1)
    with pytest.raises(WrongState):
        district.realise(second, "ready", instructions="Loket 2")
    assert district.realise(first, "ready", instructions="Loket 2").realisation == "ready"


def test_without_a_quota_nobody_waits(district):
    district.quota(0, NATIONAL)
    assert district.approve(district.file()).realisation == Realisation.NONE


@pytest.mark.parametrize(("emergency_first", "order"), [(True, "423"), (False, "234")])
def test_the_line_goes_by_arrival_with_emergencies_first_where_the_office_says_so(
    district, emergency_first, order
):
    quota = district.quota(1, emergency_first=emergency_first)
    files = [district.file(urgency=urgency) for urgency in ("normal",) * 3 + ("emergency",)]
    for row in (files[0], *reversed(files[1:])):
        district.approve(row)
    assert "".join(district.waiting(quota)) == order


@pytest.mark.parametrize("freed_by", ["refuse", "never"])
def test_a_freed_place_passes_to_the_next_whose_village_is_told(district, freed_by):
    quota = district.quota(1)
    first, second, third = (district.approve(district.file(village=n % 2)) for n in range(3))
    if freed_by == "refuse":
        district.refuse(first)
    else:
        district.realise(first, "never", reason="Pindah ke kabupaten lain")
    second.refresh_from_db()
    assert second.realisation == Realisation.PROMISED
    assert district.told(second) == ["approved", "queued", "promised"]
    assert district.waiting(quota) == [third.number[-1]]
    held = [(row.slot, row.holder, row.until is None) for row in Place.objects.order_by("pk")]
    assert held == [(1, first, False), (1, second, True)]


def test_who_leaves_the_line_frees_no_place(district):
    quota = district.quota(1)
    _first, second, third = (district.approve(district.file()) for _n in range(3))
    district.realise(second, "never", reason="Menolak kartu")
    assert district.waiting(quota) == [third.number[-1]]
    assert quotas.held_of(quota).count() == 1


def test_more_places_move_the_line_up_and_fewer_take_nobodys(district):
    district.quota(1)
    rows = [district.approve(district.file()) for _n in range(3)]
    quota = district.quota(2)
    rows[1].refresh_from_db()
    assert rows[1].realisation == Realisation.PROMISED
    district.quota(1)
    assert quotas.held_of(quota).count() == 2
    district.realise(rows[0], "never", reason="Meninggal")
    assert district.waiting(quota) == ["3"]
    district.realise(rows[1], "never", reason="Meninggal")
    assert district.waiting(quota) == []


def test_what_was_approved_before_the_quota_keeps_its_place(district):
    for _n in range(2):
        district.approve(district.file())
    quota = district.quota(1)
    assert quotas.held_of(quota).count() == 2
    assert district.approve(district.file()).realisation == Realisation.QUEUED


@pytest.mark.parametrize("in_hand", [False, True])
def test_a_national_card_closes_the_regional_entry_and_its_place_passes_on(district, in_hand):
    nik = "3509994507800001"
    quota = district.quota(1, yields_to=NATIONAL)
    held = district.approve(district.file(nik=nik))
    other = district.approve(district.file(nik="3509994507800002", village=1))
    if in_hand:
        district.realise(held, "collected")
    district.approve(district.file(NATIONAL, nik=nik))
    held.refresh_from_db()
    other.refresh_from_db()
    assert held.realisation == (Realisation.ENDED if in_hand else Realisation.NEVER)
    last = OutboxMessage.objects.filter(subject_uid=held.uid).last()
    assert last.body["reason"] == "Sudah mendapat KIS Nasional."
    assert other.realisation == Realisation.PROMISED
    assert [place.holder for place in quotas.held_of(quota)] == [other]


def test_a_national_card_that_has_to_wait_closes_nothing_until_its_place_is_there(district):
    nik = "3509994507800001"
    district.quota(1, yields_to=NATIONAL)
    district.quota(0, NATIONAL)
    held = district.approve(district.file(nik=nik))
    district.approve(district.file(NATIONAL, nik=nik))
    held.refresh_from_db()
    assert held.realisation == Realisation.NONE
    district.quota(1, NATIONAL)
    held.refresh_from_db()
    assert held.realisation == Realisation.NEVER


def test_without_a_nik_the_two_tracks_of_one_case_are_one_person(district):
    district.quota(1, yields_to=NATIONAL)
    regional, national, stranger = district.file(), district.file(NATIONAL), district.file()
    for row in (regional, national):
        row.receipt_number = "123456789012"
        row.save()
    for row in (regional, stranger, national):
        district.approve(row)
    regional.refresh_from_db()
    stranger.refresh_from_db()
    assert (regional.realisation, stranger.realisation) == ("never", "promised")


def test_an_approval_that_comes_back_takes_no_place_of_anothers(district):
    district.quota(1)
    first, second = (district.approve(district.file()) for _n in range(2))
    district.realise(first, "promised")
    district.refuse(first)
    second.refresh_from_db()
    assert second.realisation == Realisation.PROMISED
    with pytest.raises(WrongState):
        district.approve(first)


def test_only_who_keeps_the_office_sets_a_quota_and_not_one_that_yields_to_itself(district):
    with pytest.raises(NotYourRole):
        quotas.set_quota(
            actor=district.cast.actor("district_back"), programme_code=REGIONAL, places=1
        )
    with pytest.raises(InvalidInput):
        district.quota(1, yields_to=REGIONAL)
    with pytest.raises(InvalidInput):
        district.quota(1, "")


def test_the_village_sees_what_it_is_told_and_nothing_of_the_line(cast, wire, draft):
    referral = draft(road=Referral.Road.DISTRICT)
    approval.approve(actor=cast.actor("koordinator"), uid=referral.uid)
    wire.push()
    wire.act("recommend")
    actor, code = cast.actor("manager"), wire.received().programme_code
    quotas.set_quota(actor=actor, programme_code=code, places=0)
    wire.act("approve")
    wire.fetch()
    referral.refresh_from_db()
    assert (referral.answer, referral.realisation) == ("approved", "queued")
    quotas.set_quota(actor=actor, programme_code=code, places=1)
    wire.fetch()
    referral.refresh_from_db()
    assert referral.realisation == "promised"
    assert list(referral.answers.values_list("applied", flat=True)) == [True] * 4


def test_the_pages_show_places_line_and_position_and_set_them(district, client):
    client.force_login(district.cast.manager)
    rows = [district.file() for _n in range(2)]
    data = {"programme_code": REGIONAL, "places": "1", "emergency_first": "on"}
    assert client.post(reverse("referrals:quota_set"), data).status_code == 302
    for row in rows:
        district.approve(row)
    quota = Quota.objects.get()
    assert "KIS Daerah" in client.get(reverse("referrals:quotas")).text
    line = client.get(reverse("referrals:quota", args=[quota.uid])).text
    assert ("Warga 2" in line, "Warga 1" in line) == (True, False)
    opened = client.get(reverse("referrals:received", args=[rows[1].uid])).text
    assert "Nomor 1 dari 1 di daftar tunggu." in opened
    change = f"{reverse('referrals:quota_set')}?programme={REGIONAL}"
    assert 'value="1"' in client.get(change).text
    stale = client.post(change, data | {"places": "2", "version": quota.version + 1})
    assert stale.status_code == 409
    client.force_login(district.cast.district_admin)
    assert "Warga" not in client.get(reverse("referrals:quotas")).text
    assert client.get(reverse("referrals:quota", args=[quota.uid])).status_code == 403


class WhateverHappens(TestCase):
    """Approvals, refusals, ends and other numbers of places, in any order."""

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["approve", "refuse", "never", "quota"]), st.integers(0, 4)),
            max_size=14,
        )
    )
    def test_places_are_never_short_while_somebody_waits_and_the_line_keeps_its_order(self, acts):
        district = District(make_cast())
        district.quota(2)
        rows = [district.file(NATIONAL if n == 4 else REGIONAL) for n in range(5)]
        for act, number in acts:
            try:
                if act == "quota":
                    district.quota(number)
                elif act == "never":
                    district.realise(rows[number], "never", reason="Uji")
                else:
                    getattr(district, act)(rows[number])
            except DomainError:
                continue
            [standing] = standings(district.cast.actor("manager"))
            assert not (standing.waiting and standing.held < standing.quota.places)
            holders = {place.holder_id for place in quotas.held_of(standing.quota)}
            line = set(quotas.line_of(standing.quota).values_list("pk", flat=True))
            approved = ReceivedReferral.objects.filter(
                state=Inbox.APPROVED, programme_code=REGIONAL
            ).exclude(realisation__in=["never", "ended"])
            assert holders.isdisjoint(line)
            assert holders | line == set(approved.values_list("pk", flat=True))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_quota_is_never_exceeded_by_approvals_and_ends_at_one_moment(district):
    quota = district.quota(2, yields_to=NATIONAL)
    nik = "3509994507800001"
    held = [district.approve(district.file(nik=nik)), district.approve(district.file())]
    waiting = [district.approve(district.file()) for _n in range(2)]
    fresh = [district.file(village=n % 2) for n in range(3)]
    national = district.file(NATIONAL, nik=nik)
    acts = [lambda row=row: district.approve(row) for row in (*fresh, national)]
    acts += [
        lambda: district.realise(held[1], "never", reason="Pindah"),
        lambda: district.realise(waiting[0], "never", reason="Menolak"),
    ]
    assert together(*acts) == []
    assert quotas.held_of(quota).count() == 2
    # Two places were freed; who waited longest has the first, of the others one the second.
    states = ReceivedReferral.objects.filter(programme_code=REGIONAL)
    assert states.filter(realisation="promised").count() <= 3
    assert quotas.line_of(quota).count() == 2
    assert Place.objects.filter(until__isnull=True).values("holder").distinct().count() == 2
