"""Matching rows with people: never a wrong link, few questions, and none of them twice."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from registry.imports.matching import Matcher
from registry.imports.rows import Row
from registry.likeness.people import facts
from registry.likeness.scoring import is_certain, score
from registry.models import Household, HouseholdMember, Resident
from registry.naming import address_key, name_key
from registry.services import create_resident
from tests.registry import ugly

BORN = date(1980, 5, 4)


def told(name, address="", birth_date=None, rt="", rw="", sex=""):
    return facts(
        name_key=name_key(name),
        birth_date=birth_date,
        sex=sex,
        address_key=address_key(address),
        rt=rt,
        rw=rw,
    )


HOUSE = {"address": "Jl. Tamansari No. 12", "rt": "002", "rw": "003"}


@pytest.mark.parametrize(
    "written",
    [
        "SITI AMINAH",
        "Aminah Siti",
        "Hj. Siti Aminah, S.Pd.",
        "Siti Amina",
        "SitiAminah",
        "Siti  Aminnah",
    ],
)
@pytest.mark.parametrize(
    "street",
    [
        "Jl. Tamansari No. 12",
        "Jalan Taman Sari 12",
        "JL. TMAANSARI NO 12",
        "Tamansari 12 RT 2/RW 3",
    ],
)
def test_another_spelling_of_name_and_street_is_the_same_person(written, street):
    found = score(told("Siti Aminah", **HOUSE), told(written, street, rt="2", rw="3"))
    assert is_certain(found), found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Muhammad Sholihin", "M. Solihin"),
        ("Muhammad Sholihin", "Moch. Solihin"),
        ("Ahmad bin Sulaiman", "Ahmad Sulaiman"),
        ("Soekarno Djojo", "Sukarno Joyo"),
    ],
)
def test_names_are_known_in_each_of_their_spellings(one, other):
    found = score(told(one, **HOUSE, birth_date=BORN), told(other, **HOUSE, birth_date=BORN))
    assert is_certain(found), found


@pytest.mark.parametrize(
    "other",
    [
        told("Siti Aminah", **HOUSE, birth_date=date(1999, 1, 1)),
        told("Siti Aminah", "Jl. Tamansari No. 14", rt="002", rw="003"),
        told("Siti Aminah", "Jl. Tamansari No. 12", rt="005", rw="003"),
        told("Siti Aminah", **HOUSE, sex="L"),
        told("Siti", **HOUSE),
        told("S. Aminah", **HOUSE),
        told("Siti Aminih", **HOUSE),
        told("Siti Aminah", rt="002", rw="003"),
        told("Siti Aminah"),
    ],
)
def test_what_speaks_against_it_or_is_not_said_leaves_it_open(other):
    found = score(told("Siti Aminah", **HOUSE, birth_date=BORN, sex="P"), other)
    assert found is None or not is_certain(found), found


def test_different_names_are_not_compared():
    assert score(told("Siti Aminah", **HOUSE), told("Bambang Hartono", **HOUSE)) is None


@pytest.fixture
def front(cast):
    return cast.actor("front")


def row(name, **more):
    made = Row(line=1, cells=[], name=name, **more)
    made.seal()
    return made


def match(office, *rows):
    matcher = Matcher(office, rows, lock=False)
    return [matcher.match(one) for one in rows]


def test_the_only_one_of_that_name_at_that_address_is_matched(cast, front):
    siti = create_resident(actor=front, name="Siti Aminah", **HOUSE)
    (found,) = match(cast.village, row("SITI AMINA", address="Jl Taman Sari 12", rt="2", rw="3"))
    assert (found.resident, found.how) == (siti, "name_address")
    assert found.score >= 80
    assert "address_same" in found.grounds


def test_father_and_son_of_one_name_are_both_asked_about(cast, front):
    people = [create_resident(actor=front, name="Ahmad Fauzi", **HOUSE) for _ in range(2)]
    (found,) = match(cast.village, row("Ahmad Fauzi", **HOUSE))
    assert found.resident is None
    assert {doubt.resident for doubt in found.doubtful} == set(people)
    assert found.identical == tuple(people)


def test_two_rows_about_one_person_are_both_left_open(cast, front):
    create_resident(actor=front, name="Siti Aminah", **HOUSE)
    rows = [
        row("Siti Aminah", address="Tamansari 12", rt="2", rw="3"),
        row("Siti Amina", address="Jl. Taman Sari 12", rt="2", rw="3"),
    ]
    assert [found.resident for found in match(cast.village, *rows)] == [None, None]


def test_two_known_niks_are_two_people_whatever_else_agrees(cast, front):
    create_resident(actor=front, name="Siti Aminah", nik="3509994405800001", **HOUSE)
    (found,) = match(cast.village, row("Siti Aminah", nik="3509994405800002", **HOUSE))
    assert found.resident is None
    assert found.doubtful == ()


def test_a_merged_record_is_matched_as_its_person(cast, front):
    siti = create_resident(actor=front, name="Siti Aminah", nik="3509994405800001")
    double = create_resident(actor=front, name="Siti Kodijah", nik="3509994405800002", **HOUSE)
    Resident.objects.filter(pk=double.pk).update(canonical=siti)
    by_nik, by_place = match(
        cast.village, row("Siti K", nik="3509994405800002"), row("SITI KODIJAH", **HOUSE)
    )
    assert by_nik.resident == siti
    assert by_place.namesake == siti


@pytest.mark.parametrize("seed", range(6))
def test_no_ugly_row_is_linked_to_the_wrong_person(cast, seed):
    rng = Random(seed)
    people = ugly.village(cast.village, rng)
    rows = ugly.rows_about(people, rng)
    outcome = Counter()
    matcher = Matcher(cast.village, [one.row for one in rows], lock=False)
    for one in rows:
        found = matcher.match(one.row)
        asked = {doubt.resident.pk for doubt in found.doubtful}
        if found.resident is not None:
            assert found.resident.pk == one.truth, (one.row, found)
            outcome["linked"] += 1
        elif one.truth is not None:
            outcome["asked" if one.truth in asked else "missed"] += 1
    known = sum(one.truth is not None for one in rows)
    print(seed, dict(outcome), known)
    assert outcome["linked"] >= 0.5 * known
    assert outcome["missed"] <= 0.1 * known


def test_a_batch_takes_the_same_queries_whatever_its_size(
    cast, front, django_assert_max_num_queries
):
    rng = Random(5)
    people = ugly.village(cast.village, rng)
    rows = [one.row for one in ugly.rows_about(people, rng)]
    for some in (rows[:5], rows):
        with django_assert_max_num_queries(14):
            Matcher(cast.village, some, lock=False)


# --- By name and birth date ----------------------------------------------------------------------

SITI = {"name": "Siti Aminah", "birth_date": BORN}


@pytest.mark.parametrize(
    "said",
    [
        {},
        HOUSE,
        {"address": "Jalan Taman Sari 12"},
        {"rt": "2", "rw": "3"},
        {"sex": "P"},
    ],
)
def test_name_and_birth_date_are_enough_where_nothing_contradicts(cast, front, said):
    siti = create_resident(actor=front, **SITI, **HOUSE, sex="P")
    (found,) = match(cast.village, row(**SITI, **said))
    assert (found.resident, found.how) == (siti, "name_birth_date")


@pytest.mark.parametrize(
    "said",
    [
        {"address": "Jl. Cihampelas No. 40"},
        {"address": "Jl. Tamansari No. 14"},
        {"rt": "005", "rw": "003"},
        {**HOUSE, "rt": "005"},
        {"sex": "L"},
    ],
)
def test_another_place_or_sex_leaves_name_and_birth_date_in_doubt(cast, front, said):
    siti = create_resident(actor=front, **SITI, **HOUSE, sex="P")
    (found,) = match(cast.village, row(**SITI, **said))
    assert found.resident is None
    assert found.namesake == siti


@pytest.mark.parametrize(
    ("name", "born"), [("Slamet", BORN), ("Siti Aminah", date(1960, 7, 1))], ids=["word", "day"]
)
def test_one_word_or_a_usual_birthday_needs_the_place_as_well(cast, front, name, born):
    known = create_resident(actor=front, name=name, birth_date=born, **HOUSE)
    without, beside = (
        match(cast.village, row(name, birth_date=born, **place))[0] for place in ({}, HOUSE)
    )
    assert without.resident is None
    assert beside.resident == known


# --- By family card ------------------------------------------------------------------------------

CARD = "3509990101100001"


def on_card(actor, name, **facts):
    person = create_resident(actor=actor, name=name, **facts)
    household, _is_new = Household.objects.get_or_create(office=actor.office, kk=CARD)
    HouseholdMember.objects.create(household=household, resident=person)
    return person


@pytest.mark.parametrize(
    ("written", "is_linked"),
    [
        ("Muhammad Sholihin", True),
        ("Moch. Solihin", True),
        ("Solihin Muhammad, S.Pd.", True),
        ("M. Sholihim", False),
        ("Sholihin", False),
    ],
)
def test_a_slip_in_the_name_on_a_card_is_linked_or_asked_never_lost(
    cast, front, written, is_linked
):
    person = on_card(front, "Muhammad Sholihin")
    (found,) = match(cast.village, row(written, kk=CARD))
    assert (found.resident == person) == is_linked
    assert is_linked or found.namesake == person


def test_a_son_named_as_his_father_on_one_card_is_asked_about(cast, front):
    father = on_card(front, "Ahmad Fauzi", birth_date=date(1960, 5, 4))
    (son,) = match(cast.village, row("Ahmad Fauzi", kk=CARD, birth_date=date(1990, 5, 4)))
    assert son.resident is None
    assert son.namesake == father


def test_one_name_on_a_card_is_another_person_when_the_sex_differs(cast, front):
    dwi = on_card(front, "Dwi Lestari", sex="P", birth_date=BORN)
    for name in ("Dwi Lestari", "Dwi Lestary"):
        (found,) = match(cast.village, row(name, kk=CARD, sex="L", birth_date=BORN))
        assert found.resident is None
        assert found.namesake == dwi


@pytest.mark.parametrize("name", ["Dwi Lestari", "Dwi Lestary"])
def test_a_slip_on_a_card_with_the_birth_date_is_linked(cast, front, name):
    dwi = on_card(front, "Dwi Lestari", sex="P", birth_date=BORN)
    (found,) = match(cast.village, row(name, kk=CARD, sex="P", birth_date=BORN))
    assert (found.resident, found.how) == (dwi, "kk_name")


@pytest.mark.parametrize(
    "written",
    ["M.", "Moh.", "Mohd.", "Muh.", "Mhd.", "Moch.", "Mochamad", "Mokhamad", "Muchammad"],
)
def test_every_spelling_of_muhammad_is_one_key(written):
    assert name_key(f"{written} Solihin") == name_key("Muhammad Solihin")
