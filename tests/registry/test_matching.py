"""Matching rows with people: never a wrong link, few questions, and none of them twice."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from registry.imports.matching import Matcher
from registry.imports.rows import Row
from registry.likeness.people import facts
from registry.likeness.scoring import is_certain, score
from registry.models import Resident
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
    assert found.identical is None


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
