"""The demo's sheets: the size promised, the same bytes every time, numbers that match nobody."""

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry import identity
from registry.demo import files
from registry.demo.people import build_population
from registry.demo.places import MEKARWANGI, TEGALSARI
from registry.models import Register, RegisterVersion

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module", params=[TEGALSARI, MEKARWANGI], ids=lambda place: place.slug)
def population(request):
    return build_population(request.param)


def test_a_place_has_exactly_the_promised_size(population):
    residents = list(population.residents())
    assert len(residents) == population.place.residents
    assert sum(bool(person.health_card) for _, person in residents) == population.place.kis_holders
    poor = [family for family in population.families if family.decile <= 4]
    assert len(poor) == population.place.poor_families


def test_the_desa_has_the_size_of_the_reference_village():
    assert (TEGALSARI.residents, TEGALSARI.poor_families, TEGALSARI.kis_holders) == (
        4085,
        515,
        2422,
    )
    assert {home.dusun for home in TEGALSARI.neighbourhoods} == {"Krajan", "Sumber Wadung"}


def test_the_kelurahan_has_six_rw_with_23_rt():
    assert MEKARWANGI.residents == 3692
    assert len({home.rw for home in MEKARWANGI.neighbourhoods}) == 6
    assert len(MEKARWANGI.neighbourhoods) == 23


def test_every_nik_is_unique_agrees_with_its_person_and_uses_no_assigned_kecamatan(population):
    people = [person for _, person in population.people()]
    assert len({person.nik for person in people}) == len(people)
    for person in people:
        nik = identity.parse_nik(person.nik, today=AS_OF, stated_birth_date=person.born)
        assert nik.region.endswith("99")
        assert identity.nik_concerns(nik, sex=person.sex, birth_date=person.born) == []


def test_the_last_four_digits_of_a_nik_or_kk_are_no_guess(population):
    numbers = [person.nik for _, person in population.people()]
    numbers += [family.kk for family in population.families]
    endings = Counter(number[-4:] for number in numbers)
    assert "0000" not in endings
    assert endings.most_common(1)[0][1] <= 10
    assert sum(ending < "0100" for ending in endings.elements()) < len(numbers) / 50


def test_every_family_has_its_own_kk_and_one_head(population):
    assert len({family.kk for family in population.families}) == len(population.families)
    for family in population.families:
        assert identity.parse_kk(family.kk, today=AS_OF).registered
        heads = [one for one in family.members if one.relation == "KEPALA KELUARGA"]
        assert len(heads) == 1


@pytest.mark.sweep
@pytest.mark.parametrize("write", [files.write_tegalsari, files.write_mekarwangi])
def test_the_same_day_gives_the_same_bytes(write, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, as_of=AS_OF)
    first = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert first == second


def demo_files(folder):
    """Return what the command writes and says: by the sheet's path the options for it."""
    out = io.StringIO()
    call_command("demo_files", str(folder), stdout=out)
    lines = [line.strip().partition("  ") for line in out.getvalue().splitlines()]
    return {Path(path): options.split() for path, _, options in lines if options}


@pytest.mark.sweep
def test_a_newcomer_gets_every_sheet_with_the_words_that_load_it(cast, tmp_path):
    folder = tmp_path / "new" / "lists"
    written = demo_files(folder)
    assert set(written) == set(folder.iterdir())
    assert [options[0] for options in written.values()].count("--residents") == 2
    assert [options[-1] for options in written.values()].count("--partial") == 1

    Register.objects.create(office=cast.village, code="DTKS", name_id="DTKS")
    path = folder / "dtks-tegalsari-makmur.xlsx"
    words = ["--office", cast.village.code, *written[path]]
    call_command("import_list", str(path), *words, stdout=io.StringIO())
    assert RegisterVersion.objects.get().row_count > 1000


def test_a_folder_nobody_can_make_is_told_in_words(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(CommandError, match="taken: "):
        demo_files(tmp_path / "taken")
