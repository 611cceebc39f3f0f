"""NIK and KK numbers: every way they can be read, doubted and refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import identity
from registry.identity import FEMALE, MALE, IdentityError, Nik

TODAY = date(2026, 11, 22)

regions = st.builds(
    lambda province, regency, district: f"{province}{regency:02d}{district:02d}",
    st.sampled_from(sorted(identity.PROVINCES)),
    st.integers(1, 99),
    st.integers(1, 99),
)
serials = st.integers(1, 9999).map(lambda number: f"{number:04d}")
niks = st.builds(
    Nik,
    region=regions,
    # Within the last hundred years two digits name one day.
    birth_date=st.dates(TODAY - timedelta(days=36_500), TODAY),
    sex=st.sampled_from([MALE, FEMALE]),
    serial=serials,
)


@given(niks)
def test_a_nik_written_out_reads_back_as_the_same_nik(nik):
    assert identity.parse_nik(str(nik), today=TODAY) == nik
    assert len(str(nik)) == 16


@given(niks, st.sampled_from(["{}", " {} ", "'{}", "{}\u00a0"]))
def test_decoration_typed_around_or_inside_a_nik_changes_nothing(nik, frame):
    typed = frame.format(identity.format_number(str(nik)))
    assert identity.parse_nik(typed, today=TODAY) == nik


@given(niks)
def test_a_nik_that_agrees_with_the_stated_facts_raises_no_concern(nik):
    assert (
        identity.nik_concerns(
            nik,
            sex=nik.sex,
            birth_date=nik.birth_date,
            regions=[nik.region, nik.region[:4]],
        )
        == []
    )


@given(niks)
def test_a_mask_shows_the_last_four_digits_and_no_others(nik):
    assert identity.mask_number(str(nik)) == "•" * 12 + str(nik)[-4:]


@given(st.text(max_size=30))
def test_any_text_is_either_a_nik_or_an_explained_error(text):
    try:
        nik = identity.parse_nik(text, today=TODAY)
    except IdentityError as error:
        explained = bool(str(error) and error.code)
    else:
        explained = identity.clean_number(text) == str(nik)
    assert explained


@given(st.integers(0, 10**16 - 1))
def test_sixteen_digits_never_read_as_a_birth_date_in_the_future(number):
    try:
        nik = identity.parse_nik(f"{number:016d}", today=TODAY)
    except IdentityError:
        return
    assert nik.birth_date <= TODAY


@pytest.mark.parametrize("province", ["65", "91", "92", "93", "94", "95", "96"])
def test_the_young_provinces_are_known(province):
    assert identity.parse_nik(f"{province}01011205800001", today=TODAY).region == f"{province}0101"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_digits"),
        ("350999120580000", "length"),
        ("35099912058000011", "length"),
        ("3509991205800O01", "not_digits"),
        ("٣٥٠٩٩٩١٢٠٥٨٠٠٠٠١", "not_digits"),
        ("3.50999E+15", "not_digits"),
        ("9709991205800001", "province"),
        ("0009991205800001", "province"),
        ("3500991205800001", "region"),
        ("3509001205800001", "region"),
        ("3509993102800001", "date"),
        ("3509990013800001", "date"),
        ("3509997202800001", "date"),
        ("3509994002800001", "date"),
        ("3509992902010001", "date"),
        ("3509991205800000", "serial"),
    ],
)
def test_an_impossible_nik_is_refused_with_its_reason(typed, code):
    with pytest.raises(IdentityError) as refused:
        identity.parse_nik(typed, today=TODAY)
    assert refused.value.code == code


def test_a_woman_s_day_is_read_less_forty():
    nik = identity.parse_nik("3509995205800001", today=TODAY)
    assert (nik.sex, nik.birth_date) == (FEMALE, date(1980, 5, 12))


def test_the_century_is_the_latest_not_in_the_future():
    assert identity.parse_nik("3509992211260001", today=TODAY).birth_date == date(2026, 11, 22)
    assert identity.parse_nik("3509992311260001", today=TODAY).birth_date == date(1926, 11, 23)


def test_a_stated_birth_date_settles_the_century():
    nik = identity.parse_nik("3509991205240001", today=TODAY, stated_birth_date=date(1924, 5, 12))
    assert nik.birth_date == date(1924, 5, 12)
    wrong_day = identity.parse_nik(
        "3509991205240001", today=TODAY, stated_birth_date=date(1924, 5, 13)
    )
    assert wrong_day.birth_date == date(1924, 5, 12)


def test_the_leap_day_of_2000_is_a_day_and_that_of_1900_is_none():
    assert identity.parse_nik("3509992902000001", today=TODAY).birth_date == date(2000, 2, 29)


def test_facts_that_disagree_are_concerns_and_not_errors():
    nik = identity.parse_nik("3509995205800001", today=TODAY)
    concerns = identity.nik_concerns(
        nik, sex=MALE, birth_date=date(1980, 12, 5), regions=["3509", "327399"]
    )
    assert [concern.code for concern in concerns] == [
        "sex_differs",
        "birth_date_differs",
    ]
    elsewhere = identity.nik_concerns(nik, regions=["3273"])
    assert [concern.code for concern in elsewhere] == ["region_other"]


@given(regions, st.dates(date(1995, 1, 1), TODAY), serials)
def test_a_kk_number_reads_back_as_the_same_number(region, registered, serial):
    text = f"{region}{registered:%d%m%y}{serial}"
    kk = identity.parse_kk(text, today=TODAY)
    assert str(kk) == text
    assert kk.registered == registered
    assert identity.kk_concerns(kk) == []


def test_an_impossible_date_in_a_kk_number_is_only_a_concern():
    kk = identity.parse_kk("3509999913990001", today=TODAY)
    assert kk.registered is None
    assert [concern.code for concern in identity.kk_concerns(kk)] == ["date"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("35099912", "length"),
        ("97", "length"),
        ("9709991205100001", "province"),
        ("", "not_digits"),
    ],
)
def test_an_impossible_kk_number_is_refused_with_its_reason(typed, code):
    with pytest.raises(IdentityError) as refused:
        identity.parse_kk(typed, today=TODAY)
    assert refused.value.code == code


def test_the_first_four_digits_of_a_short_number_stay_hidden():
    assert identity.mask_number("1234") == "••••"
    assert identity.mask_number("12345") == "••••5"
    assert identity.mask_number("") == ""
