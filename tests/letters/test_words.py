"""Indonesian words on paper."""

from datetime import date

import pytest

from puskesmas.errors import InvalidInput
from puskesmas.models import Office
from puskesmas.number_patterns import check_pattern
from reports.letters import contexts, words
from reports.letters.numbering import format_number


def test_dates_are_long_and_indonesian():
    assert words.long_date(date(2026, 11, 2)) == "2 November 2026"
    assert words.long_date(None) == ""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (11_000, "sebelas ribu"),
        (1_001_000, "satu juta seribu"),
        (2_001_000_000, "dua miliar satu juta"),
    ],
)
def test_numbers_are_said(number, said):
    assert words.terbilang(number) == said


def test_counts_and_money_as_letters_write_them():
    assert words.counted(12, "orang") == "12 (dua belas) orang"
    assert words.rupiah(1250000) == "Rp1.250.000"
    assert words.terbilang(1250000) == "satu juta dua ratus lima puluh ribu"


def test_initials_and_masks_give_nothing_away():
    assert words.initials("Siti Nur Aini") == "S. N. A."
    assert words.initials("") == ""
    assert words.initials("<b>") == ""
    assert words.masked("3509990101700001").endswith(" 0001")
    assert words.masked("") == ""


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        (
            "{classification}/{counter:04d}/{village}/{roman}/{year}",
            "400.9.14.1/0128/35.09.99.2003/XI/2026",
        ),
        ("{counter}/SKTM/{month}/{year}", "128/SKTM/11/2026"),
        ("{counter:06d}-{year}", "000128-2026"),
    ],
)
def test_numbers_follow_the_offices_pattern(pattern, shown):
    number = format_number(
        pattern,
        classification="400.9.14.1",
        counter=128,
        village="35.09.99.2003",
        dated=date(2026, 11, 22),
    )
    assert number == shown


@pytest.mark.parametrize("pattern", ["", "{counter}", "{year}", "{x}/{counter}/{year}", "{}{year}"])
def test_patterns_that_would_repeat_a_number_are_refused(pattern):
    with pytest.raises(InvalidInput):
        check_pattern(pattern)


def test_every_office_starts_with_a_good_pattern():
    check_pattern(Office._meta.get_field("letter_number_pattern").default)


def office(kind, **more):
    names = {"name": "Mekarwangi", "kecamatan": "Cibeureum Baru", "regency": "Kota Bandung"}
    return Office(kind=kind, code="32.73.99.1004", **(names | more))


def test_the_letterhead_of_a_ward_and_of_a_village():
    ward = contexts.office_head(office("kelurahan"), letterhead="village")
    assert ward["lines"] == [
        "PEMERINTAH KOTA BANDUNG",
        "KECAMATAN CIBEUREUM BARU",
        "KELURAHAN MEKARWANGI",
    ]
    assert ward["head_title"] == "Lurah"
    village = contexts.office_head(office("desa"), letterhead="village")
    assert village["lines"][-1] == "DESA MEKARWANGI"
    assert village["head_title"] == "Kepala Desa"


def test_the_letterhead_of_the_puskesos_says_puskesos():
    head = contexts.office_head(office("desa"), letterhead="puskesos")
    assert "PUSAT KESEJAHTERAAN SOSIAL (PUSKESOS)" in head["lines"]


@pytest.mark.parametrize(
    ("role", "deputy", "letterhead", "heading"),
    [
        ("penanggung_jawab", False, "village", ["LURAH MEKARWANGI"]),
        ("penanggung_jawab", True, "village", ["Plh. LURAH MEKARWANGI"]),
        ("koordinator", False, "village", ["a.n. LURAH MEKARWANGI", "Koordinator Puskesos"]),
        ("koordinator", False, "puskesos", ["KOORDINATOR PUSKESOS"]),
    ],
)
def test_who_signs_and_in_whose_name(role, deputy, letterhead, heading):
    from puskesmas.models import Assignment, User

    user = User(name="Asep Surya", rank="Penata (III/c)", nip="19700101 199503 1 001")
    assignment = Assignment(user=user, role=role, is_deputy=deputy)
    block = contexts.signature(office("kelurahan"), assignment, letterhead=letterhead)
    assert block["heading"] == heading
    assert (block["name"], block["number"]) == ("Asep Surya", "NIP 19700101 199503 1 001")


def test_a_village_head_has_no_nip():
    from puskesmas.models import Assignment, User

    head = Assignment(user=User(name="Sugeng", nip="12/NIAP"), role="penanggung_jawab")
    block = contexts.signature(office("desa"), head, letterhead="village")
    assert block["number"] == "NIAP 12/NIAP"
    assert contexts.signature(office("desa"), None, letterhead="village")["number"] == ""


def test_control_and_direction_characters_do_not_reach_the_paper():
    dirty = {"name": "Bu\u202edi\x00", "rows": ("a\u200bb", 3), "text": "x\ny"}
    assert contexts.clean(dirty) == {"name": "Budi", "rows": ["ab", 3], "text": "x\ny"}
