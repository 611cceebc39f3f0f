"""The person's page shows who on the card receives what, and from which source one knows."""

import pytest
from django.urls import reverse

from programs.models import Participation, Programme
from programs.panels import person_panel
from registry.services import create_resident

KK = "3509990101100001"


@pytest.fixture
def family(cast):
    front = cast.actor("front")
    return [
        create_resident(actor=front, name=name, kk=KK, relation=relation)
        for name, relation in (("Siti Khodijah", "1"), ("Bambang", "4"), ("Dewi", "4"))
    ]


@pytest.fixture
def kis(cast):
    return Programme.objects.create(
        office=cast.village, code="kis-uji", name_id="KIS uji", owner="BPJS", tier="national"
    )


def receive(office, resident, programme, **fields):
    return Participation.objects.create(
        office=office, resident=resident, programme=programme, source="register", **fields
    )


def test_coverage_is_per_person_and_ended_ones_are_left_out(cast, family, kis):
    mother, son, _daughter = family
    receive(cast.village, mother, kis)
    receive(cast.village, son, kis, until="2026-01-01")
    rows = person_panel(cast.actor("front"), mother)["rows"]
    assert [(person.name, len(received)) for person, received in rows] == [
        ("Siti Khodijah", 1),
        ("Bambang", 0),
        ("Dewi", 0),
    ]


def test_the_person_at_the_counter_comes_first(cast, family):
    rows = person_panel(cast.actor("front"), family[2])["rows"]
    assert rows[0][0] == family[2]


def test_the_panel_takes_four_queries(cast, family, django_assert_num_queries):
    actor = cast.actor("front")
    with django_assert_num_queries(4):
        person_panel(actor, family[0])


def test_the_page_names_the_programme_and_its_source(login, cast, family, kis):
    receive(cast.village, family[0], kis)
    page = login("front").get(reverse("registry:person", args=[family[0].uid])).content.decode()
    assert "KIS uji" in page
    assert "Daftar resmi" in page
