"""Code lists and regions: what people write finds its code, what nobody knows stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import codes, regions
from registry.models import HousingFacts, Resident

LISTS = {**codes.PERSONAL, **codes.HOUSING}


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("religion", "ISLAM", "1"),
        ("religion", "Katholik", "3"),
        ("religion", "Kong Hu Cu", "6"),
        ("marital_status", "BELUM KAWIN", "1"),
        ("marital_status", "menikah", "2"),
        ("marital_status", "CERAI MATI", "4"),
        ("education", "TAMAT SD / SEDERAJAT", "3"),
        ("education", "SLTA/Sederajat", "5"),
        ("education", "DIPLOMA IV/ STRATA I", "8"),
        ("education", "S-1", "8"),
        ("occupation", "PETANI/PEKEBUN", "9"),
        ("occupation", "IRT", "2"),
        ("occupation", "88", "88"),
        ("disability", "Tuna Netra", "02"),
        ("disability", "2", "02"),
        ("disability", "tidak", "00"),
        ("floor", "tanah", "9"),
    ],
)
def test_a_spelling_finds_its_code(field, typed, code):
    assert LISTS[field].code_of(typed) == code


@pytest.mark.parametrize("typed", ["", " ", "?", "Penari ular", "99", "x0"])
@pytest.mark.parametrize("field", LISTS)
def test_what_no_list_knows_has_no_code_and_stays_as_typed(field, typed):
    assert LISTS[field].code_of(typed) == ""
    assert LISTS[field].words_of(typed) == typed.strip()


@pytest.mark.parametrize("field", LISTS)
def test_every_code_and_its_words_lead_back_to_the_code(field):
    known = LISTS[field]
    for code, words in known.words.items():
        assert known.code_of(code) == known.code_of(words) == known.code_of(words.upper()) == code


@given(st.sampled_from(sorted(LISTS)), st.text(max_size=40))
def test_normalising_twice_is_normalising_once(field, typed):
    once = LISTS[field].words_of(typed)
    assert LISTS[field].words_of(once) == once


@pytest.mark.parametrize(("model", "lists"), [(Resident, codes.PERSONAL)])
def test_the_words_fit_their_columns(model, lists):
    for field, known in lists.items():
        longest = model._meta.get_field(field).max_length
        assert longest is None or max(map(len, known.words.values())) <= longest


def test_every_housing_fact_kept_as_a_code_is_a_column():
    assert all(HousingFacts._meta.get_field(field) for field in codes.HOUSING)


def test_a_spelling_the_list_does_not_know_can_stay_chosen():
    assert ("Kejawen", "Kejawen") in codes.RELIGIONS.by_words("Kejawen")
    assert len(codes.RELIGIONS.by_words("ISLAM")) == len(codes.RELIGIONS.words)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", ""), ("tidak ada", ""), ("Tuna rungu", "3"), ("gangguan jiwa", "4"), ("albino", "6")],
)
def test_a_disability_has_the_population_forms_code_too(typed, code):
    assert codes.dukcapil_disability(typed) == code


@pytest.fixture
def names_read_anew():
    regions._names.cache_clear()
    yield
    regions._names.cache_clear()


def test_without_the_package_provinces_and_the_young_regencies_have_names(
    monkeypatch, names_read_anew
):
    monkeypatch.setattr(regions, "find_spec", lambda name: None)
    assert regions.region_words("350999") == "Jawa Timur"
    assert regions.region_words("960101") == "Kabupaten Sorong"
    assert regions.region_words("990101") == ""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("350929", "Kecamatan Sukowono, Kabupaten Jember"),
        ("350999", "Kabupaten Jember"),
        ("327399", "Kota Bandung"),
        ("910101", "Kecamatan Merauke, Kabupaten Merauke"),
        ("947101", "Papua Tengah"),
        ("967101", "Kota Sorong"),
    ],
)
def test_a_region_is_said_in_words(code, words, names_read_anew):
    assert regions.region_words(code) == words
