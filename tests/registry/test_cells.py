"""Single cells: what spreadsheets did to them is undone where that is certain."""

from datetime import date, datetime

import pytest

from registry.imports import cells, hamlets

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cell", "digits", "problems"),
    [
        ("3509991205800001", "3509991205800001", []),
        ("'3509991205800001", "3509991205800001", ["nik_tidied"]),
        ("350999 120580 0001", "3509991205800001", ["nik_tidied"]),
        (3509991205800003.0, "3509991205800003", []),
        (3509991205800000.0, "", ["nik_digits_lost"]),
        (9609991205800003.0, "", ["nik_digits_lost"]),
        ("3,50999E+15", "", ["nik_digits_lost"]),
        ("3.50999E+15", "", ["nik_digits_lost"]),
        ("-", "", []),
        ("BELUM ADA", "", []),
        (None, "", []),
        (0.0, "", []),
    ],
)
def test_nik_cells(cell, digits, problems):
    found = cells.number_of(cell, kind="nik")
    assert (found[0].lstrip("0"), found[1]) == (digits, problems)


@pytest.mark.parametrize(
    ("cell", "expected", "problems"),
    [
        ("12-05-1980", date(1980, 5, 12), []),
        ("12/05/1980", date(1980, 5, 12), []),
        ("12 Mei 1980", date(1980, 5, 12), []),
        ("12 Nopember 80", date(1980, 11, 12), []),
        ("1980-05-12", date(1980, 5, 12), []),
        ("1980-05-12 00:00:00", date(1980, 5, 12), []),
        (date(1980, 5, 12), date(1980, 5, 12), []),
        (datetime(1980, 5, 12), date(1980, 5, 12), []),  # noqa: DTZ001
        (29353.0, date(1980, 5, 12), ["birth_date_serial"]),
        ("05/13/1980", date(1980, 5, 13), ["birth_date_month_first"]),
        ("31-02-1980", None, ["birth_date_unreadable"]),
        ("kira-kira 1950", None, ["birth_date_unreadable"]),
        ("12-05-2062", None, ["birth_date_future"]),
        ("", None, []),
    ],
)
def test_birth_date_cells(cell, expected, problems):
    assert cells.birth_date_of(cell, today=TODAY, nik_date=None) == (expected, problems)


def test_the_nik_decides_between_day_first_and_month_first():
    found = cells.birth_date_of("05/12/1980", today=TODAY, nik_date=date(1980, 5, 12))
    assert found == (date(1980, 5, 12), ["birth_date_month_first"])


def test_without_a_nik_the_day_comes_first():
    assert cells.birth_date_of("05/12/1980", today=TODAY, nik_date=None)[0] == date(1980, 12, 5)


@pytest.mark.parametrize("cell", ["31-02-1980", "12-05-2062", ""])
def test_an_unusable_birth_date_gives_way_to_the_nik(cell):
    nik_date = date(1980, 5, 12)
    assert cells.birth_date_of(cell, today=TODAY, nik_date=nik_date)[0] == nik_date


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("L", "L"), ("Laki-laki", "L"), ("LK", "L"), (1.0, "L"), ("PR", "P"), ("Perempuan", "P")],
)
def test_sex_cells(cell, expected):
    assert cells.sex_of(cell, nik_sex="") == (expected, [])


def test_an_unreadable_sex_gives_way_to_the_nik_and_is_told():
    assert cells.sex_of("X", nik_sex="P") == ("P", ["sex_unreadable"])


UNREADABLE = ["rt_unreadable"]


@pytest.mark.parametrize(
    ("cell", "digits", "problems"),
    [
        ("002", "002", []),
        ("2", "002", []),
        (2.0, "002", ["zeros_restored"]),
        ("RT 02", "002", []),
        ("RT.02", "002", []),
        ("rt02", "002", []),
        ("0012", "012", []),
        ("VIII", "008", []),
        ("RW IV", "004", []),
        ("000", "", []),
        ("-", "", []),
        ("", "", []),
        ("1234", "", UNREADABLE),
        ("KRAJAN", "", UNREADABLE),
        ("KRAJAN II", "", UNREADABLE),
        ("IIX", "", UNREADABLE),
        ("02A", "", UNREADABLE),
    ],
)
def test_rt_and_rw_have_three_digits_or_say_nothing(cell, digits, problems):
    assert cells.neighbourhood_of(cell) == (digits, problems)


@pytest.mark.parametrize(
    ("cell", "rt", "rw"),
    [
        ("002/003", "002", "003"),
        ("2 / 3", "002", "003"),
        ("0002-0003", "002", "003"),
        ("RT 02 RW 03", "002", "003"),
        ("RT.02/RW.03", "002", "003"),
        ("RW 3 RT 2", "002", "003"),
        ("RT/RW 002/003", "002", "003"),
        ("RW/RT 003/002", "002", "003"),
        ("RT II RW III", "002", "003"),
        ("DUSUN KRAJAN II RT 02 RW 03", "002", "003"),
        ("RT 02 RW 03 NO 12", "002", "003"),
        ("RW 03", "", "003"),
        ("02/-", "002", ""),
        ("2", "002", ""),
        ("", "", ""),
    ],
)
def test_rt_and_rw_of_one_cell(cell, rt, rw):
    assert cells.rt_and_rw_of(cell) == (rt, rw, [])


@pytest.mark.parametrize("cell", ["KRAJAN", "KRAJAN II", "DUSUN KRAJAN 2", "1/2/3", "2001/3"])
def test_a_hamlet_is_no_rt_and_what_cannot_be_read_is_told(cell):
    assert cells.rt_and_rw_of(cell) == ("", "", UNREADABLE)


@pytest.mark.parametrize(
    "cell", ["0810 1234 5678", "+62 810-1234-5678", 81012345678.0, "081012345678"]
)
def test_phone_numbers_get_their_zero_back(cell):
    assert cells.phone_of(cell) == "081012345678"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(3.0, (3, [])), ("10", (10, [])), ("", (None, [])), (0.0, (None, ["decile_impossible"]))],
)
def test_decile_cells(cell, expected):
    assert cells.decile_of(cell) == expected


# Dukcapil's list has "famili lain" for whoever is of the family and has no word there: a nephew
# is no stranger, and "lainnya" is for strangers.
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("KEPALA KELUARGA", "1"),
        ("Kepala Rumah Tangga", "1"),
        ("Isteri", "3"),
        ("4", "4"),
        ("Anak angkat", "4"),
        ("Keponakan", "9"),
        ("Adik Ipar", "9"),
        ("Pembantu Rumah Tangga", "10"),
        ("Lain-lain", "11"),
        ("", ""),
    ],
)
def test_relations(written, code):
    assert cells.relation_of(written) == (code, [])


@pytest.mark.parametrize(("sex", "code"), [("P", "3"), ("L", "2")])
def test_the_household_lists_one_word_for_both_is_told_by_the_sex(sex, code):
    assert cells.relation_of("Istri / Suami", sex=sex) == (code, [])


@pytest.mark.parametrize("written", ["Istri/Suami", "Orang tua/mertua", "x", "12", "TETANGGA"])
def test_a_relation_nobody_can_read_says_nothing_and_is_told(written):
    assert cells.relation_of(written) == ("", ["relation_unreadable"])


def test_a_household_surveys_number_is_not_dukcapils():
    assert cells.relation_of("6", household=True) == ("", [])
    assert cells.relation_of("Cucu", household=True) == ("6", [])


HAMLETS = {"Krajan", "Krajan Lor", "Sumber Wadung", "Sukorejo", "Sukarejo", "Blok A", "Krajan II"}


@pytest.mark.parametrize(
    ("written", "meant", "problems"),
    [
        ("Krajan", "Krajan", []),
        ("Dusun Krajan", "Krajan", []),
        ("KRAJAN", "Krajan", []),
        ("Krajn", "Krajan", ["dusun_corrected"]),
        ("Sumbre Wadunk", "Sumber Wadung", ["dusun_corrected"]),
        ("Sukerejo", "Sukerejo", ["dusun_doubtful"]),
        ("Blok B", "Blok B", []),
        ("Krajan III", "Krajan III", []),
        ("Krajan Kor", "Krajan Kor", []),
        ("Tegalrejo", "Tegalrejo", []),
        ("", "", []),
    ],
)
def test_a_slip_in_a_hamlets_name_is_put_right_where_one_is_meant(written, meant, problems):
    assert hamlets.meant_by(written, HAMLETS) == (meant, problems)


def test_without_known_hamlets_every_name_stands():
    assert hamlets.meant_by("Krajn", ()) == ("Krajn", [])
