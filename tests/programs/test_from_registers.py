"""Participation follows the newest register list: opened, ended, never guessed."""

from datetime import date

import pytest

from programs.eligibility.gathering import facts_of
from programs.models import Participation
from programs.services import load_catalogue
from puskesmas.actors import Actor
from registry.imports import pieces, services
from registry.models import Register, Resident

HEADER = "NIK;NO KK;NAMA;DESIL;PKH;SEMBAKO"
SITI, AGUS = "3509995205800001;3509990101100001;SITI AMINAH", "3509991203780001;;AGUS SANTOSO"


@pytest.fixture
def village(cast):
    load_catalogue(cast.village)
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    load(cast.village, SITI, AGUS, header="NIK;NO KK;NAMA", kind="residents")
    return cast.village


def load(office, *lines, header=HEADER, day=date(2026, 9, 30), kind="register", whole=True):
    register = Register.objects.get(office=office, code="DTSEN") if kind == "register" else None
    return services.import_list(
        actor=Actor.system(office),
        content="\n".join((header, *lines)).encode(),
        name="daftar.csv",
        kind=kind,
        data_date=day,
        register=register,
        whole_village=whole,
    )


def held(name, **filters):
    rows = Participation.objects.filter(resident__name=name, until__isnull=True, **filters)
    return set(rows.values_list("programme__code", flat=True))


def test_a_list_opens_the_programmes_it_names(village):
    load(village, f"{SITI};2;YA;TIDAK", f"{AGUS};6;TIDAK;YA")
    assert held("SITI AMINAH", source="register") == {"PKH"}
    assert held("AGUS SANTOSO") == {"BPNT"}
    assert Participation.objects.filter(since=date(2026, 9, 30)).count() == 2


@pytest.mark.parametrize("life", ["deceased", "moved"])
def test_a_list_opens_nothing_for_whoever_died_or_moved_and_says_so(village, life):
    Resident.objects.filter(name="SITI AMINAH").update(life=life)
    batch = load(village, f"{SITI};2;YA;TIDAK", f"{AGUS};6;TIDAK;YA")
    assert held("SITI AMINAH") == set()
    assert held("AGUS SANTOSO") == {"BPNT"}
    assert batch.rows.get(resident__name="SITI AMINAH").problems[-1] == f"{life}_listed"


def test_a_newer_list_ends_what_it_no_longer_names(village):
    load(village, f"{SITI};2;YA;YA")
    load(village, f"{SITI};2;TIDAK;YA", day=date(2026, 10, 31))
    assert held("SITI AMINAH") == {"BPNT"}
    ended = Participation.objects.get(until__isnull=False)
    assert (ended.programme.code, ended.until) == ("PKH", date(2026, 10, 31))
    kept = Participation.objects.get(until__isnull=True)
    assert kept.since == date(2026, 9, 30)


def test_a_column_of_programme_names_opens_and_ends_what_it_names_anywhere(village):
    header = "NIK;NO KK;NAMA;DESIL;PROGRAM BANSOS"
    load(village, f"{SITI};2;PKH, BPNT", f"{AGUS};6;BPNT", header=header)
    assert held("SITI AMINAH", source="register") == {"PKH", "BPNT"}

    load(village, f"{SITI};2;BPNT", f"{AGUS};6;", header=header, day=date(2026, 10, 31))
    assert held("SITI AMINAH") == {"PKH", "BPNT"}, "nothing is said of PKH in that list"
    assert held("AGUS SANTOSO") == set()


def test_an_older_list_loaded_later_changes_nothing(village):
    load(village, f"{SITI};2;YA;TIDAK")
    load(village, f"{SITI};2;TIDAK;YA", day=date(2025, 9, 30))
    assert held("SITI AMINAH") == {"PKH"}


def test_a_partial_list_does_not_judge_whom_it_does_not_name(village):
    load(village, f"{SITI};2;YA;TIDAK", f"{AGUS};6;YA;TIDAK")
    load(village, f"{AGUS};6;TIDAK;TIDAK", day=date(2026, 10, 31), whole=False)
    assert held("SITI AMINAH") == {"PKH"}
    assert held("AGUS SANTOSO") == set()


def test_a_programme_without_a_column_is_not_judged(village):
    load(village, f"{SITI};2;YA;TIDAK")
    load(village, f"{SITI};3;YA", header="NIK;NO KK;NAMA;DESIL;SEMBAKO", day=date(2026, 10, 31))
    assert held("SITI AMINAH") == {"PKH", "BPNT"}


def test_what_a_person_said_himself_stays(village, cast):
    siti = Resident.objects.get(name="SITI AMINAH")
    load(village, f"{SITI};2;YA;TIDAK")
    programme = Participation.objects.get().programme
    Participation.objects.create(office=village, resident=siti, programme=programme, source="self")
    load(village, f"{SITI};2;TIDAK;TIDAK", day=date(2026, 10, 31))
    assert held("SITI AMINAH", source="self") == {"PKH"}
    assert held("SITI AMINAH", source="register") == set()


def recipients(village, *lines, day=date(2026, 9, 30), whole=True):
    register = Register.objects.get_or_create(
        office=village, code="PBI-JK", name_id="PBI", programme="PBI-JK"
    )[0]
    return services.import_list(
        actor=Actor.system(village),
        content="\n".join(("NIK;NO KK;NAMA", *lines)).encode(),
        name="pbi.csv",
        kind="register",
        data_date=day,
        register=register,
        whole_village=whole,
    )


def test_to_be_on_a_list_of_recipients_is_to_receive_it(village):
    recipients(village, SITI)
    assert held("SITI AMINAH", source="register") == {"PBI-JK"}
    assert held("AGUS SANTOSO") == set()


def test_who_is_no_longer_on_the_list_no_longer_receives(village):
    recipients(village, SITI, AGUS)
    recipients(village, AGUS, day=date(2026, 10, 31))
    assert held("SITI AMINAH") == set()
    assert held("AGUS SANTOSO") == {"PBI-JK"}


def test_a_newer_list_of_another_programme_judges_its_own_only(village):
    load(village, f"{SITI};2;YA;TIDAK", day=date(2026, 10, 31))
    recipients(village, SITI)
    assert held("SITI AMINAH") == {"PKH", "PBI-JK"}
    load(village, f"{SITI};2;TIDAK;TIDAK", day=date(2026, 11, 15))
    assert held("SITI AMINAH") == {"PBI-JK"}


def facts():
    rows = Participation.objects.order_by("resident__name", "programme__code", "since")
    return list(rows.values_list("resident__name", "programme__code", "since", "until"))


def undo(cast, batch):
    services.undo(actor=cast.actor("back"), uid=batch.uid)
    pieces.carry_on(batch.pk)


def test_a_withdrawn_list_leaves_no_participation(cast, village):
    batch = load(village, f"{SITI};2;YA;TIDAK", f"{AGUS};6;TIDAK;YA")
    undo(cast, batch)
    assert facts() == []


def test_after_a_withdrawal_the_version_before_holds_again(cast, village):
    load(village, f"{SITI};2;YA;TIDAK", f"{AGUS};6;TIDAK;YA")
    before = facts()
    batch = load(village, f"{AGUS};6;YA;TIDAK", day=date(2026, 10, 31))
    assert facts() != before
    undo(cast, batch)
    assert facts() == before


def test_withdrawing_an_older_list_leaves_what_the_newest_says(cast, village):
    older = load(village, f"{SITI};2;YA;TIDAK")
    load(village, f"{SITI};2;YA;YA", day=date(2026, 10, 31))
    undo(cast, older)
    assert held("SITI AMINAH") == {"PKH", "BPNT"}


NEW = "3509990101900009;;RATNA SARI"


@pytest.mark.parametrize("own", ["", "PKH"])
def test_a_list_that_names_somebody_registered_later_denies_her_nothing_it_names(village, own):
    load(village, f"{SITI};2;TIDAK;TIDAK", f"{NEW};2;YA;TIDAK")
    Register.objects.update(programme=own)
    ratna = Resident.objects.filter(name="RATNA SARI").first() or Resident.objects.create(
        office=village, name="Ratna Sari", nik="3509990101900009"
    )
    Participation.objects.all().delete()
    siti = Resident.objects.get(name="SITI AMINAH")
    facts = facts_of([ratna, siti], office=village, day=date(2026, 11, 22))
    assert "holds.PKH" not in facts[ratna.pk]
    assert facts[ratna.pk]["holds.BPNT"].value is False
    # BPNT too is given to families; nobody else is on her card.
    assert facts[siti.pk]["holds.BPNT"].value is False
    assert ("holds.PKH" in facts[siti.pk]) is not bool(own)
