"""Lists as they arrive: headings between rows, no NIK at all, columns that a source always has."""

from datetime import date

import pytest

from puskesmas.actors import Actor
from registry.imports import columns, sections, services
from registry.imports.services import _Upload
from registry.models import Resident

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        (["RT 02 RW 03"], {"rt": "02", "rw": "03"}),
        (["", "RT. 005 / RW. 001", ""], {"rt": "005", "rw": "001"}),
        (["RT/RW : 005/001"], {"rt": "005", "rw": "001"}),
        (["RT", 2.0, "RW", 3.0], {"rt": "2", "rw": "3"}),
        (["DUSUN KRAJAN"], {"dusun": "KRAJAN"}),
        (["Dusun Sumber Wadung RT 01"], {"dusun": "Sumber Wadung", "rt": "01"}),
        (["DATA WARGA RW 04"], {"rw": "04"}),
        (["SITI AMINAH"], {}),
        (["KEPALA DUSUN"], {}),
        (["RT 02 RW 03 SITI"], {}),
        (["", "02", "01"], {}),
        (["1", "SITI", "KRAJAN", "RT 02", "RW 03"], {}),
        ([], {}),
    ],
)
def test_headings(cells, place):
    assert sections.heading_of(cells) == place


RT_LIST = """DATA WARGA;;
NO;NAMA;ALAMAT
DUSUN KRAJAN;;
RT 01 RW 01;;
1;SITI AMINAH;JL. MELATI
2;AGUS SANTOSO;JL. MAWAR
RT 02;;
1;BUDI RAHAYU;JL. ANGGREK
DUSUN SUMBER;;
7;DEWI LESTARI;JL. KENANGA
JUMLAH;4;
"""


def load(cast, text, source="", **kwargs):
    return services.import_list(
        actor=Actor.system(cast.village),
        content=text.encode(),
        name="warga.csv",
        kind="residents",
        data_date=DAY,
        source=source,
    )


def test_a_list_without_numbers_gets_its_places_from_the_headings(cast):
    batch = load(cast, RT_LIST)
    places = Resident.objects.order_by("pk").values_list("name", "dusun", "rt", "rw")
    assert list(places) == [
        ("SITI AMINAH", "Krajan", "001", "001"),
        ("AGUS SANTOSO", "Krajan", "001", "001"),
        ("BUDI RAHAYU", "Krajan", "002", "001"),
        ("DEWI LESTARI", "Sumber", "", ""),
    ]
    assert batch.counts["by_rw"] == {"": 1, "001": 3}
    assert batch.counts["problems"]["section_heading"] == 4
    assert batch.counts["problems"]["place_from_heading"] == 4


def test_a_row_that_says_its_own_place_keeps_it(cast):
    load(cast, "NAMA;ALAMAT;RT;RW\nRT 01 RW 01;;;\nSITI AMINAH;KRAJAN;005;002\n")
    assert Resident.objects.values_list("rt", "rw").get() == ("005", "002")


def test_a_month_first_date_further_down_is_told_of_the_rows_above(cast):
    batch = load(cast, "NAMA;TGL LAHIR\nSITI AMINAH;05/12/1980\nAGUS SANTOSO;12/25/1990\n")
    assert batch.counts["problems"]["birth_date_order"] == 1


SHEET = b"NO KTP;NAMA WARGA;IDENTITAS;TGL\n3509995205800001;SITI AMINAH;KRAJAN;12-05-1980\n"


def hand_in(cast, source, who="back"):
    return services.hand_in(
        actor=cast.actor(who),
        upload=_Upload(SHEET, "warga.csv"),
        kind="residents",
        data_date=DAY,
        source=source,
    )


def test_what_a_person_said_of_the_columns_is_remembered_by_source(cast):
    first = hand_in(cast, "SIKS-NG")
    assert first.mapping == {"0": "nik", "1": "name"}
    services.map_columns(
        actor=cast.actor("back"),
        uid=first.uid,
        version=first.version,
        mapping={"1": "name", "2": "address", "3": "birth_date"},
    )
    again = hand_in(cast, " siks-ng ", who="koordinator")
    assert again.mapping == {"1": "name", "2": "address", "3": "birth_date"}
    assert hand_in(cast, "Dukcapil").mapping == first.mapping
    assert hand_in(cast, "SIKS-NG", who="stranger").mapping == first.mapping


def test_a_remembered_column_takes_its_field_from_a_guessed_one():
    assert columns.recall(["NIK", "KODE"], {"kode": "nik"}) == {"1": "nik"}
