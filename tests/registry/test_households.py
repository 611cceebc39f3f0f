"""Family cards: the household page, its head, moving between cards, and the house."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from puskesmas.errors import InvalidInput, NotFound, NotYourRole, OwnFamily, StaleVersion
from puskesmas.models import AuditEntry
from registry.households import selectors, services
from registry.life import record_life_event
from registry.models import Household, HouseholdMember, HousingFacts
from registry.services import create_resident

KK, OTHER_KK = "3509990101100001", "3509990101100002"
NIK = "3509990101900001"


@pytest.fixture
def front(cast):
    return cast.actor("front")


@pytest.fixture
def mother(front):
    return create_resident(
        actor=front,
        name="Siti Khodijah",
        nik=NIK,
        kk=KK,
        relation="1",
        birth_date=date(1990, 1, 1),
        dusun="Krajan",
        rt="002",
        rw="01",
    )


@pytest.fixture
def child(front, mother):
    return create_resident(
        actor=front, name="Bagas", kk=KK, relation="4", birth_date=date(2004, 5, 5), has_ektp=False
    )


@pytest.fixture
def household(mother, child):
    return Household.objects.get()


def change_head(actor, household, resident, **more):
    values = {"version": household.version} | more
    return services.make_head(actor=actor, uid=household.uid, resident=resident.uid, **values)


def move(actor, resident, **more):
    resident.refresh_from_db()
    values = {"version": resident.version, "source": "KK baru"} | more
    return services.move_to_card(actor=actor, uid=resident.uid, **values)


def relations(household):
    rows = household.members.filter(until__isnull=True).select_related("resident")
    return {row.resident.name: row.relation for row in rows}


# --- The head ---


def test_a_member_becomes_the_head_and_what_was_stays_readable(front, household, child):
    change_head(front, household, child)
    assert relations(household) == {"Siti Khodijah": "", "Bagas": "1"}
    ended = household.members.filter(until=front.office.today())
    assert {row.resident.name: row.relation for row in ended} == {
        "Siti Khodijah": "1",
        "Bagas": "4",
    }
    assert AuditEntry.objects.filter(action="make_head", subject_uid=household.uid).exists()


def test_the_head_is_changed_only_to_a_living_member_who_is_not_it(front, household, mother, child):
    stranger = create_resident(actor=front, name="Orang Lain")
    record_life_event(
        actor=front, uid=child.uid, version=1, kind="deceased", on=date(2026, 1, 1), source="x"
    )
    for nobody in (stranger, child, mother):
        with pytest.raises(InvalidInput) as caught:
            change_head(front, household, nobody)
        assert caught.value.field == "resident"


def test_of_two_officers_who_change_the_head_the_second_is_told(front, household, mother, child):
    change_head(front, household, child)
    with pytest.raises(StaleVersion):
        change_head(front, household, mother)


def test_the_second_officers_page_shows_the_family_as_it_is_now(login, household, child):
    path = reverse("registry:household_head", args=[household.uid])
    sent = {"version": household.version, "resident": str(child.uid)}
    first, second = (login(who).post(path, sent) for who in ("front", "back"))
    assert (first.status_code, second.status_code) == (302, 409)
    assert "petugas lain" in second.text


# --- Cards ---


def test_moving_to_a_known_card_ends_one_membership_and_begins_another(front, household, child):
    other = create_resident(actor=front, name="Bibi", kk=OTHER_KK, relation="1")
    target = other.memberships.get().household
    assert move(front, child, kk=OTHER_KK, relation="9") == target
    assert relations(target) == {"Bibi": "1", "Bagas": "9"}
    assert relations(household) == {"Siti Khodijah": "1"}
    old = household.members.get(resident=child)
    assert old.until == front.office.today()
    assert AuditEntry.objects.filter(action="move_to_card", subject_uid=child.uid).exists()


@pytest.mark.parametrize("kk", ["", OTHER_KK])
def test_splitting_a_card_off_takes_the_others_along(front, household, mother, child, kk):
    baby = create_resident(actor=front, name="Bayi", kk=KK, relation="6")
    new = move(front, child, kk=kk, along=[baby.uid])
    assert new.kk == kk
    assert relations(new) == {"Bagas": "1", "Bayi": ""}
    assert relations(household) == {"Siti Khodijah": "1"}


def test_a_person_without_a_card_gets_one(front):
    paijo = create_resident(actor=front, name="Paijo", rt="03")
    new = move(front, paijo, kk=KK)
    assert (relations(new), new.rt) == ({"Paijo": "1"}, "03")


def test_a_move_that_cannot_be_is_refused_by_its_field(front, household, child):
    stranger = create_resident(actor=front, name="Orang Lain")
    today = front.office.today()
    for values, field in (
        ({"kk": KK}, "kk"),
        ({"kk": "12"}, "kk"),
        ({"on": today + timedelta(days=1)}, "on"),
        ({"on": today - timedelta(days=1)}, "on"),
        ({"source": " "}, "source"),
        ({"along": [stranger.uid]}, "along"),
    ):
        with pytest.raises(InvalidInput) as caught:
            move(front, child, **values)
        assert caught.value.field == field
    assert Household.objects.count() == 1
    assert relations(household) == {"Siti Khodijah": "1", "Bagas": "4"}


@pytest.mark.parametrize(
    ("who", "error"), [("koordinator", NotYourRole), ("kasun", NotYourRole), ("stranger", NotFound)]
)
def test_others_change_no_card(cast, household, child, who, error):
    for verb in (move, lambda actor, one: change_head(actor, household, one)):
        with pytest.raises(error):
            verb(cast.actor(who), child)
    assert HouseholdMember.objects.filter(until__isnull=False).count() == 0


# --- The house ---


def look(actor, household, **facts):
    values = {"observed_on": date(2026, 1, 5)} | facts
    return services.record_housing(actor=actor, uid=household.uid, **values)


@pytest.mark.parametrize("who", ["front", "back", "facilitator", "kasun"])
def test_a_house_is_looked_at_again_and_earlier_looks_stay(cast, household, who):
    look(cast.actor(who), household, floor="9", power_va=450)
    look(cast.actor(who), household, observed_on=date(2026, 3, 1), floor="2")
    seen = selectors.family(household.uid, actor=cast.actor("front")).housing
    assert [(row.floor, row.power_va) for row in seen] == [("2", None), ("9", 450)]


def test_a_look_that_says_nothing_or_nonsense_is_refused(front, household):
    tomorrow = front.office.today() + timedelta(days=1)
    for facts, field in (
        ({}, "floor"),
        ({"wall": "99"}, "wall"),
        ({"floor": "9", "observed_on": tomorrow}, "observed_on"),
    ):
        with pytest.raises(InvalidInput) as caught:
            look(front, household, **facts)
        assert caught.value.field == field
    assert not HousingFacts.objects.exists()


def test_nobody_looks_at_his_own_house(cast, household):
    cast.front.nik = NIK
    cast.front.save()
    with pytest.raises(OwnFamily):
        look(cast.actor("front"), household, floor="9")
    look(cast.actor("back"), household, floor="9")


@pytest.mark.parametrize(("who", "error"), [("koordinator", NotYourRole), ("stranger", NotFound)])
def test_others_record_no_house(cast, household, who, error):
    with pytest.raises(error):
        look(cast.actor(who), household, floor="9")


# --- The page ---


def page(household):
    return reverse("registry:household", args=[household.uid])


def test_the_page_shows_the_family_and_masks_its_number(login, front, household):
    look(front, household, floor="9")
    text = login("front").get(page(household)).text
    wanted = ("Keluarga Siti Khodijah", "Dusun Krajan RT 002 RW 01", "Bagas", "Tanah")
    assert [words for words in wanted if words not in text] == []
    assert KK not in text
    assert NIK not in text
    assert AuditEntry.objects.filter(action="open_household", subject_uid=household.uid).exists()


def test_adults_without_ektp_are_named_and_children_are_not(front, household, mother, child):
    create_resident(
        actor=front, name="Bayi", kk=KK, relation="4", birth_date=date(2024, 1, 1), has_ektp=False
    )
    family = selectors.family(household.uid, actor=front)
    assert [one.resident.name for one in family.without_ektp] == ["Siti Khodijah", "Bagas"]
    mother.has_ektp = True
    mother.save()
    family = selectors.family(household.uid, actor=front)
    assert [one.resident.name for one in family.without_ektp] == ["Bagas"]


@pytest.mark.parametrize(
    ("born", "age"), [("2009-11-22", 17), ("2009-11-23", 16), ("2008-02-29", 18)]
)
def test_an_age_is_in_whole_years(front, mother, born, age):
    mother.birth_date = date.fromisoformat(born)
    assert selectors.age_on(date(2026, 11, 22), mother) == age


def test_who_was_on_the_card_is_shown_with_dates(login, front, household, child):
    move(front, child)
    text = login("front").get(page(household)).text
    assert "Pernah dalam KK ini" in text
    assert "Bagas" in text


def test_his_own_family_is_marked_for_an_officer(login, cast, household):
    marked = "Ini keluarga Anda sendiri."
    assert marked not in login("front").get(page(household)).text
    cast.front.nik = NIK
    cast.front.save()
    text = login("front").get(page(household)).text
    assert marked in text
    assert "Catat keadaan rumah" not in text


def test_the_page_takes_the_same_queries_for_a_large_family(
    login, front, household, world_of_cases, django_assert_num_queries
):
    browser = login("back")
    world_of_cases(0)
    browser.get(page(household))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(household))
    world_of_cases(6)
    with django_assert_num_queries(len(few)):
        text = browser.get(page(household)).text
    assert "Anak 5" in text


@pytest.fixture
def world_of_cases(cast, household):
    """Make a member of the family with a case, a letter and aid; and the house seen once more."""
    from complaints.models import ComplaintKind
    from complaints.services import register_complaint
    from programs.models import Participation, Programme
    from puskesmas.furnishing import furnish
    from registry.letters import SktmFacts, issue_sktm
    from reports.letters.selectors import signers

    furnish(cast.village)
    front = cast.actor("front")

    def add(count):
        for n in range(count + 1):
            one = create_resident(
                actor=front,
                name=f"Anak {n}",
                nik=f"350999010110{count}{n}01",
                kk=KK,
                relation="4",
            )
            register_complaint(
                actor=front,
                client_uid=uuid.uuid4(),
                subject=one,
                kind=ComplaintKind.objects.get(office=cast.village, code="programme"),
                story="Perlu kartu",
            )
            facts = SktmFacts(purpose="KIS", valid_months=3)
            issue_sktm(actor=front, resident=one, facts=facts, signer=signers(cast.village)[0])
            programme = Programme.objects.filter(office=cast.village).first()
            Participation.objects.create(
                office=cast.village, resident=one, programme=programme, source="register"
            )
            look(front, household, observed_on=date(2026, 1, 1 + n), floor="9")

    return add
