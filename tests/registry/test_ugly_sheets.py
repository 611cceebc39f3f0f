"""Strangers' sheets: whoever laid them out and however, the same people come out."""

from collections import Counter
from datetime import date
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.imports import columns, reader, rows, sheets
from tests.registry import ugly_sheets
from tests.registry.ugly_sheets import LAYOUTS

TODAY = date(2026, 11, 22)
NOTHING = {"decile": None, "programmes": [], "birth_date": None}
FACTS = (
    *("name", "nik", "kk", "birth_date", "sex", "rt", "rw", "address", "decile", "programmes"),
    *("birth_place", "religion", "marital_status", "education", "disability"),
    *("relation", "occupation", "dusun"),
)


def in_process(content):
    """Read what the child would read, without a child."""
    about, lines = reader.table(content, "")
    return sheets.Sheet(about["name"], about["names"], about["lines"], iter(list(lines)))


def parsed(open_sheet):
    """Return the rows; ``open_sheet`` opens the sheet anew each time it is called."""
    header_row, _titles = columns.find_header(islice(open_sheet().lines, columns.HEADER_WITHIN))
    titles, lines = columns.after_header(open_sheet(), header_row)
    mapping = columns.guess(titles)
    unsure = rows.month_first_marks(
        columns.after_header(open_sheet(), header_row)[1], mapping=mapping, today=TODAY
    )
    return list(rows.parse(lines, header=titles, mapping=mapping, today=TODAY, month_first=unsure))


def plain(value):
    return value.upper() if isinstance(value, str) else value


def facts_of(person, carried):
    """Return what a sheet that carries these facts says of the person."""
    facts = []
    for name in FACTS:
        said = getattr(person, name) if name in carried else NOTHING.get(name, "")
        facts.append(sorted(said) if name == "programmes" else plain(said))
    return facts


def assert_told(found, sheet, layout):
    persons = [row for row in found if row.is_person]
    assert len(persons) == len(sheet.people)
    for row, person in zip(persons, sheet.people, strict=True):
        assert facts_of(row, FACTS) == facts_of(person, layout.carries)
    assert Counter(code for row in found for code in row.problems) == sheet.told


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_strangers_sheet_tells_its_people_and_nothing_else(layout, data):
    rng = Random(data.draw(st.integers(0, 2**32)))
    kind = data.draw(st.sampled_from(layout.formats))
    everybody = ugly_sheets.people(rng, data.draw(st.integers(1, 20)))
    sheet = ugly_sheets.lay_out(layout, everybody, rng)
    content = ugly_sheets.written(sheet.lines, kind)
    assert_told(parsed(lambda: in_process(content)), sheet, layout)


@pytest.mark.parametrize(
    ("layout", "kind"),
    [(layout, kind) for layout in LAYOUTS for kind in layout.formats],
    ids=lambda part: getattr(part, "name", part),
)
def test_the_child_reads_the_same_from_every_kind_of_file(layout, kind):
    rng = Random(f"{layout.name} {kind}")
    sheet = ugly_sheets.lay_out(layout, ugly_sheets.people(rng, 20), rng)
    with sheets.opened(ugly_sheets.written(sheet.lines, kind)) as opened:
        lines = list(opened.lines)
    assert_told(parsed(lambda: sheets.Sheet("DATA", [], 0, iter(lines))), sheet, layout)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["K", "BK", "Kawin", "", "CH"], "marital_status"),
        (["Kepala Keluarga", "Istri", "Anak", "Anak"], "relation"),
        (["Hidup", "Hidup", "Meninggal 3-4-2026"], "remark"),
        (["PNS", "Honorer", "Tetap"], None),
        (["1", "2", "1"], None),
        (["", "", ""], None),
        ([], None),
    ],
)
def test_what_a_bare_status_means_is_told_by_its_values(values, field):
    sample = [[f"WARGA {at}", value] for at, value in enumerate(values)]
    mapping = columns.guess(["NAMA", "STATUS"], sample)
    assert mapping == {"0": "name"} | ({"1": field} if field else {})


@pytest.mark.parametrize(
    ("titles", "mapping"),
    [
        (["NAMA", "L", "P"], {"0": "name", "1": "sex:L", "2": "sex:P"}),
        (["NAMA", "LAKI-LAKI", "PEREMPUAN"], {"0": "name", "1": "sex:L", "2": "sex:P"}),
        (["NAMA", "P"], {"0": "name"}),
        (["NAMA", "L/P", "L", "P"], {"0": "name", "1": "sex"}),
    ],
)
def test_two_columns_to_tick_are_the_sex_one_alone_is_not(titles, mapping):
    assert columns.guess(titles) == mapping


def rows_of(*lines):
    return parsed(lambda: sheets.Sheet("DATA", [], 0, enumerate(lines, start=1)))


@pytest.mark.parametrize(
    ("upper", "lower", "mapping"),
    [
        (
            ["NO", "NAMA", "TEMPAT", "TANGGAL", "JENIS"],
            ["", "LENGKAP", "LAHIR", "LAHIR", "KELAMIN"],
            {"1": "name", "2": "birth_place", "3": "birth_date", "4": "sex"},
        ),
        (
            ["NAMA", "ALAMAT", "", "KET"],
            ["", "RT", "RW", ""],
            {"0": "name", "1": "rt", "2": "rw", "3": "remark"},
        ),
        (
            ["NO", "DATA WARGA", "", "TEMPAT TINGGAL", ""],
            ["", "NIK", "NAMA", "DUSUN", "RT"],
            {"1": "nik", "2": "name", "3": "dusun", "4": "rt"},
        ),
        (
            ["NAMA", "NOMOR", "", ""],
            ["", "KK", "NIK", "URUT"],
            {"0": "name", "1": "kk", "2": "nik"},
        ),
    ],
)
def test_titles_in_two_lines_are_one_header(upper, lower, mapping):
    found = columns.find_header([(1, ["DAFTAR WARGA"]), (2, upper), (3, lower)])
    assert found is not None
    number, titles = found
    assert (number, columns.guess(titles)) == (2, mapping)
    assert columns.Header(titles).is_again(upper)
    assert columns.Header(titles).is_again(lower)


@pytest.mark.parametrize(
    "first",
    [
        ["SITI AMINAH", "KRAJAN", "ISLAM"],
        ["SITI AMINAH", "", ""],
        ["IBU", "KRAJAN", "PKH"],
        ["1", "RT", "RW"],
    ],
)
def test_the_first_person_is_no_second_line_of_titles(first):
    found = rows_of(["NAMA", "DUSUN", "AGAMA"], first)
    assert [row.name for row in found] == [first[0]]


def test_a_place_in_the_title_above_holds_for_everybody_below():
    found = rows_of(["DAFTAR WARGA RT 02 RW 03"], ["NAMA", "ALAMAT"], ["SITI AMINAH", "KRAJAN"])
    assert [(row.name, row.rt, row.rw) for row in found if row.is_person] == [
        ("SITI AMINAH", "002", "003")
    ]


def test_a_person_whose_address_begins_with_a_hamlet_is_no_heading():
    found = rows_of(["ALAMAT", "NAMA"], ["DUSUN KRAJAN", "SITI AMINAH"])
    assert [row.name for row in found] == ["SITI AMINAH"]


HEADER = ["NIK", "NAMA", "TGL LAHIR"]
PROOF = ["", "AGUS SANTOSO", "12/25/1990"]


@pytest.mark.parametrize(
    ("nik", "written", "proof", "day", "problem"),
    [
        ("", "05/12/1980", PROOF, date(1980, 12, 5), "birth_date_order"),
        ("", "05/12/1980", ["", "AGUS", "25/12/1990"], date(1980, 12, 5), None),
        ("", "05-12-1980", PROOF, date(1980, 12, 5), None),
        ("", "05/05/1980", PROOF, date(1980, 5, 5), None),
        ("", "25/12/1980", PROOF, date(1980, 12, 25), None),
        ("", "05 Mei 1980", PROOF, date(1980, 5, 5), None),
        ("", "31/02/1990", PROOF, None, "birth_date_unreadable"),
        ("3509994512800001", "05/12/1980", PROOF, date(1980, 12, 5), None),
        ("3509995205800001", "05/12/1980", PROOF, date(1980, 5, 12), "birth_date_month_first"),
        ("3509994101800001", "05/12/1980", PROOF, date(1980, 12, 5), "birth_date_order"),
    ],
)
@pytest.mark.parametrize("proof_first", [True, False])
def test_one_month_first_date_makes_the_ambiguous_ones_doubtful(
    nik, written, proof, day, problem, proof_first
):
    lines = [[nik, "SITI AMINAH", written], proof]
    found = rows_of(HEADER, *(reversed(lines) if proof_first else lines))
    row = next(row for row in found if row.name == "SITI AMINAH")
    about_order = {"birth_date_order", "birth_date_month_first", "birth_date_unreadable"}
    assert row.birth_date == day
    assert about_order & set(row.problems) == ({problem} if problem else set())


@pytest.mark.parametrize(
    ("title", "written", "fact", "kept"),
    [
        ("AGAMA", "KATHOLIK", "religion", "Katolik"),
        ("AGAMA", "Sunda Wiwitan", "religion", "Sunda Wiwitan"),
        ("STATUS KAWIN", "BELUM MENIKAH", "marital_status", "Belum kawin"),
        ("STATUS KAWIN", "3", "marital_status", "Cerai hidup"),
        ("PENDIDIKAN", "SMA", "education", "SLTA/sederajat"),
        ("PENDIDIKAN", "Pondok", "education", "Pondok"),
        ("DISABILITAS", "Tuna Rungu", "disability", "Pendengaran (rungu)"),
        ("DISABILITAS", "Stroke", "disability", "Stroke"),
    ],
)
def test_the_code_lists_words_are_kept_and_the_unknown_as_typed(title, written, fact, kept):
    (row,) = rows_of(["NAMA", title], ["SITI AMINAH", written])
    assert getattr(row, fact) == kept


@pytest.mark.parametrize(
    ("male", "female", "sex", "problems"),
    [
        ("v", "", "L", []),
        ("", "x", "P", []),
        ("-", "1", "P", []),
        ("TIDAK", "YA", "P", []),
        ("", "", "", []),
        ("v", "v", "", ["sex_unreadable"]),
    ],
)
def test_a_tick_says_the_sex_and_two_say_nothing(male, female, sex, problems):
    (found,) = rows_of(["NAMA", "L", "P", "RT"], ["SITI", male, female, "1"])
    assert found.sex == sex
    assert [code for code in found.problems if code.startswith("sex")] == problems
