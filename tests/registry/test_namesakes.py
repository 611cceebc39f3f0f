"""Two of one name in one house without birth dates: both are loaded, and an officer is asked."""

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from puskesmas.actors import Actor
from registry.imports import plans, services
from registry.likeness import deciding
from registry.models import Import, ImportRow, Likeness, RegisterRow, Resident
from registry.services import create_resident

DAY = date(2026, 6, 30)
HEADER = ["NAMA", "TGL LAHIR", "PEKERJAAN", "ALAMAT", "RT", "RW"]
FATHER = ["AHMAD FAUZI", "", "PETANI", "JL. MELATI 3", "001", "002"]
SON = ["AHMAD FAUZI", "", "BURUH", "JL. MELATI 3", "001", "002"]


def load(office, *lines, **kwargs):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([kwargs.pop("header", HEADER), *lines])
    return services.import_list(
        actor=Actor.system(office),
        content=out.getvalue().encode(),
        name="warga.csv",
        kind=kwargs.pop("kind", "residents"),
        data_date=kwargs.pop("day", DAY),
        **kwargs,
    )


def people():
    return list(Resident.objects.order_by("pk").values_list("name", "occupation", "version"))


@pytest.fixture(params=[1, 1_000], ids=["a piece each", "one piece"])
def piece(request, monkeypatch):
    monkeypatch.setattr(plans, "PIECE", request.param)


@pytest.mark.usefixtures("piece")
def test_father_and_son_are_both_loaded_and_asked_about(cast):
    batch = load(cast.village, FATHER, SON)
    assert [job for _name, job, _version in people()] == ["PETANI", "BURUH"]
    assert batch.counts["problems"]["namesake_row"] == 1
    asked = Likeness.objects.get()
    assert [asked.resident.occupation, asked.other.occupation] == ["PETANI", "BURUH"]
    assert {"name_same", "address_same"} <= set(asked.grounds)
    # Whoever makes its fingerprint anew has to know which of them it was.
    assert asked.facts["nth"] == 1


def test_a_birth_date_that_both_state_says_one_person_or_two(cast):
    born = [*FATHER[:1], "04-05-1960", *FATHER[2:]]
    later = [*SON[:1], "04-05-1990", *SON[2:]]
    batch = load(cast.village, born, later, born)
    assert Resident.objects.count() == 2
    assert batch.counts["problems"] == {"nik_missing": 3, "kk_missing": 3, "double_row": 1}
    assert not Likeness.objects.exists()


@pytest.mark.usefixtures("piece")
def test_the_next_version_of_the_list_tells_them_apart_again(cast):
    load(cast.village, FATHER, SON)
    retired = [*FATHER[:2], "PENSIUNAN", *FATHER[3:]]
    for lines in ((FATHER, SON), (retired, SON), (retired, SON)):
        load(cast.village, *lines)
    assert [job for _name, job, _version in people()] == ["PENSIUNAN", "BURUH"]
    assert Likeness.objects.count() == 1


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("AHMAD FAUZI", "JALAN MELATI NO. 3"),
        ("AHMAD FAUZIE", "JL. MELATI 3"),
        ("H. AHMAD FAUZI", "JL MELATI 3"),
        ("FAUZI AHMAD", "JL. MELATTI 3"),
    ],
)
def test_one_person_in_two_spellings_is_loaded_twice_and_asked_about_once(cast, name, address):
    other = [name, *FATHER[1:3], address, *FATHER[4:]]
    for _ in range(2):
        load(cast.village, FATHER, other)
        assert Resident.objects.count() == 2
        asked = Likeness.objects.get()
        assert (asked.resident.name, asked.other.name) == (FATHER[0], name)


@pytest.mark.usefixtures("piece")
def test_a_slip_beside_the_same_birth_date_is_asked_about(cast):
    born = [*FATHER[:1], "04-05-1960", *FATHER[2:]]
    load(cast.village, born, ["AHMAD FAUZII", *born[1:]], ["AHMAD FAUZAN", *born[1:]])
    asked = Likeness.objects.get()
    assert (asked.resident.name, asked.other.name) == ("AHMAD FAUZI", "AHMAD FAUZII")


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("numbers", "is_asked"),
    [
        (("3509990405600001", ""), True),
        (("", "3509990405600001"), True),
        (("3509990405600001", "3509990405600002"), False),
    ],
)
def test_a_slip_is_asked_about_unless_both_rows_have_a_nik(cast, numbers, is_asked):
    one = ["AHMAD FAUZI", "04-05-1960", *FATHER[2:]]
    slip = ["AHMAD FAUZII", *one[1:]]
    lines = [[*line, nik] for line, nik in zip((one, slip), numbers, strict=True)]
    batch = load(cast.village, *lines, header=[*HEADER, "NIK"])
    assert Resident.objects.count() == 2
    assert batch.counts["problems"].get("namesake_row", 0) == is_asked
    assert Likeness.objects.count() == is_asked


@pytest.mark.usefixtures("piece")
def test_a_second_row_about_a_known_person_is_asked_about(cast):
    load(cast.village, FATHER)
    slip = ["AHMAD FAUZI", *FATHER[1:3], "JL. MELATTI 3", *FATHER[4:]]
    load(cast.village, FATHER, slip)
    assert Resident.objects.count() == 2
    asked = Likeness.objects.get()
    assert {asked.resident.address, asked.other.address} == {FATHER[3], slip[3]}


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("verdict", ["same", "different"])
def test_the_officers_word_holds_for_the_next_version(cast, verdict):
    load(cast.village, FATHER, FATHER)
    deciding.decide(actor=cast.actor("back"), uid=Likeness.objects.get().uid, verdict=verdict)
    before = people()
    batch = load(cast.village, FATHER, FATHER)
    assert people() == before
    assert Likeness.objects.get().verdict == verdict
    assert batch.counts["rows"] == (1 if verdict == "same" else 2)


def test_a_register_keeps_both_rows(cast, dtsen):
    create_resident(
        actor=cast.actor("front"), name="Ahmad Fauzi", address="Jl. Melati 3", rt="001", rw="002"
    )
    load(cast.village, FATHER, SON, kind="register", register=dtsen)
    assert RegisterRow.objects.filter(resident=None).count() == 2
    assert Likeness.objects.filter(other=None).count() == 2


listed = st.lists(
    st.tuples(
        st.sampled_from(["AHMAD FAUZI", "AHMAD FAUZI", "AHMAT FAUZI", "MOCH. SOLIHIN", "SITI"]),
        st.sampled_from(["", "", "04-05-1960", "04-05-1990"]),
        st.sampled_from(["", "PETANI", "BURUH"]),
        st.sampled_from(["JL. MELATI 3", "JALAN MELATI NO 3", "JL. MAWAR 1"]),
        st.just("001"),
        st.just("002"),
    ),
    max_size=7,
)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(lines=listed)
def test_import_twice_is_import_once_without_any_number(cast, lines):
    for table in (Likeness, ImportRow, Resident, Import):
        table.objects.all().delete()
    load(cast.village, *lines)
    once = people()
    load(cast.village, *lines)
    assert people() == once
