"""Migration 0010: stored keys and fingerprints follow the spellings of Muhammad added then."""

from importlib import import_module

import pytest
from django.apps import apps

from registry import search_terms
from registry.finding import find_people
from registry.imports.rows import Row
from registry.likeness import fingerprints
from registry.models import Likeness, Resident, SearchTerm
from registry.services import create_resident

migration = import_module("registry.migrations.0010_names_of_muhammad")


@pytest.fixture
def old(cast):
    """Return a person and a question about him with the keys of before."""
    holil = create_resident(actor=cast.actor("front"), name="Mokhamad Holil", rt="002", rw="001")
    other = create_resident(actor=cast.actor("front"), name="Siti Aminah")
    row = Row(line=1, cells=[], name="Mhd. Holil", rt="002", rw="001")
    row.seal()
    facts = fingerprints.facts_of(row)
    row.name_key = "mhd holil"
    Likeness.objects.create(
        office=cast.village,
        resident=holil,
        other=other,
        fingerprint=fingerprints.of_row(row),
        facts=facts,
        score=75,
        grounds=["name_spelling"],
    )
    Resident.objects.filter(pk=holil.pk).update(name_key="mokhamad holil")
    SearchTerm.objects.filter(text="muhammad holil").delete()
    search_terms.forget()
    return holil


def test_the_names_are_found_and_the_answers_met_again(cast, old):
    migration.bring_in_step(apps, None)
    old.refresh_from_db()
    assert old.name_key == "muhammad holil"
    assert Resident.objects.get(name="Siti Aminah").name_key == "siti aminah"
    (hit,) = find_people("muhammad holil", actor=cast.actor("front"))
    assert hit.resident == old
    again = Row(line=1, cells=[], name="Moch. Holil", rt="002", rw="001")
    again.seal()
    assert Likeness.objects.get().fingerprint == fingerprints.of_row(again)


def test_a_second_run_changes_nothing(cast, old):
    migration.bring_in_step(apps, None)
    before = [list(table.objects.order_by("pk").values()) for table in (Resident, Likeness)]
    migration.bring_in_step(apps, None)
    assert before == [list(t.objects.order_by("pk").values()) for t in (Resident, Likeness)]
