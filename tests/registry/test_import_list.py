"""The demo's own sheets through the importer a user has: every fault found, nothing twice."""

import csv
import io
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, ManagementUtility, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from puskesmas import bulk
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, StaleVersion, WrongState
from registry.imports import pieces, plans, services
from registry.imports.problems import PROBLEMS, Gravity
from registry.imports.services import _Upload
from registry.likeness import deciding
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    ImportRow,
    Likeness,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
)
from registry.register_answers import register_answers

DAY = date(2026, 6, 30)
HEADER = ["NIK", "NO KK", "NAMA", "L/P", "TGL LAHIR", "HUBUNGAN", "ALAMAT", "RT", "RW", "KET"]
SITI = ["3509995205800001", "3509990101100001", "SITI AMINAH", "P", "12-05-1980", "ISTRI"]
AGUS = ["3509991203780001", "3509990101100001", "AGUS SANTOSO", "L", "12-03-1978"]
SITI += ["DUSUN KRAJAN", "001", "002", ""]
AGUS += ["KEPALA KELUARGA", "DUSUN KRAJAN", "001", "002", ""]


def sheet(*lines, header=HEADER):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([header, *lines])
    return out.getvalue().encode()


def changed(line, **cells):
    """Return the line with some cells replaced, named by their titles."""
    return [
        cells.get(title.replace(" ", "_"), cell) for title, cell in zip(HEADER, line, strict=True)
    ]


def load(office, content, *, kind="residents", register=None, **kwargs):
    return services.import_list(
        actor=Actor.system(office),
        content=content,
        name="daftar.csv",
        kind=kind,
        data_date=kwargs.pop("data_date", DAY),
        register=register,
        **kwargs,
    )


def load_file(office, listed, *, register=None):
    return services.import_list(
        actor=Actor.system(office),
        content=listed.path.read_bytes(),
        name=listed.path.name,
        kind=listed.kind,
        data_date=listed.data_date,
        register=register,
        whole_village=listed.whole_village,
        source=listed.source,
    )


def found_in(batch):
    # Who was born elsewhere is no fault of the sheet; the villages have many such people.
    problems = {**batch.counts["problems"], "region_other": 0}
    return Counter(problems) + Counter(rows=batch.counts["rows"])


# --- The demo villages ---------------------------------------------------------------------------


@pytest.mark.sweep
def test_the_population_sheet_of_the_desa_gives_exactly_its_faults(cast, tegalsari):
    batch = load_file(cast.village, tegalsari.population)
    assert found_in(batch) == +tegalsari.population.expected
    living = Resident.objects.filter(office=cast.village, life="alive")
    assert living.count() == 4085
    assert set(living.values_list("dusun", flat=True)) == {"Krajan", "Sumber Wadung"}
    assert sum(batch.counts["by_rw"].values()) == 4085 + 23 + 9


@pytest.mark.sweep
def test_the_population_sheet_of_the_kelurahan_gives_exactly_its_faults(cast, mekarwangi):
    batch = load_file(cast.other_village, mekarwangi.population)
    assert found_in(batch) == +mekarwangi.population.expected
    assert Resident.objects.filter(office=cast.other_village, life="alive").count() == 3692
    assert len(batch.counts["by_rw"]) == 6


@pytest.mark.sweep
def test_loading_the_same_sheets_again_changes_nothing(cast, tegalsari, dtsen):
    listed = tegalsari.registers[1]
    load_file(cast.village, tegalsari.population)
    load_file(cast.village, listed, register=dtsen)

    def everything():
        return [
            list(Resident.objects.order_by("pk").values_list("pk", "version", "name_key")),
            list(HouseholdMember.objects.order_by("pk").values_list("pk", "until", "relation")),
            Household.objects.count(),
            RegisterRow.objects.count(),
            RegisterVersion.objects.count(),
        ]

    before = everything()
    people = load_file(cast.village, tegalsari.population)
    register = load_file(cast.village, listed, register=dtsen)
    assert everything() == before
    assert set(people.counts["outcomes"]) == {"same", "skipped"}
    assert set(register.counts["outcomes"]) == {"same", "skipped"}
    assert register.counts["already_loaded"]


@pytest.mark.sweep
def test_the_register_sheet_gives_exactly_its_faults_and_links_its_people(cast, tegalsari, dtsen):
    load_file(cast.village, tegalsari.population)
    listed = tegalsari.registers[1]
    batch = load_file(cast.village, listed, register=dtsen)
    assert found_in(batch) == +listed.expected
    version = RegisterVersion.objects.get()
    assert version.row_count == version.rows.count() == listed.expected["rows"]
    assert version.rows.filter(resident=None).count() == listed.expected["not_in_population"]
    matched = batch.counts["matched"]
    assert matched["nobody"] == listed.expected["not_in_population"]
    assert matched["kk_name"] >= listed.expected["nik_missing"]


@pytest.mark.sweep
@pytest.mark.parametrize("which", ["tegalsari", "mekarwangi"])
def test_a_dry_run_finds_the_same_and_writes_no_resident(cast, request, which):
    listed = request.getfixturevalue(which).population
    actor = cast.actor("back")
    batch = services.hand_in(
        actor=actor,
        upload=_Upload(listed.path.read_bytes(), listed.path.name),
        kind="residents",
        data_date=listed.data_date,
    )
    batch = tried(actor, batch)
    assert found_in(batch) == +listed.expected
    assert Resident.objects.count() == Household.objects.count() == 0
    assert batch.status == Import.Status.CHECKED


# --- Row by row ----------------------------------------------------------------------------------


def test_a_household_gets_its_members_and_their_relations(cast):
    load(cast.village, sheet(AGUS, SITI))
    household = Household.objects.get()
    assert household.kk == AGUS[1]
    relations = household.members.order_by("relation").values_list("resident__name", "relation")
    assert list(relations) == [("AGUS SANTOSO", "1"), ("SITI AMINAH", "3")]


def test_a_changed_row_keeps_what_was_there_before(cast):
    load(cast.village, sheet(SITI))
    batch = load(cast.village, sheet(changed(SITI, ALAMAT="DUSUN SUMBER")))
    row = batch.rows.get()
    assert row.outcome == ImportRow.Outcome.CHANGED
    assert (row.before, row.after) == ({"address": "DUSUN KRAJAN"}, {"address": "DUSUN SUMBER"})
    assert row.resident.address == "DUSUN SUMBER"
    assert row.resident.version == 2


def test_an_empty_cell_erases_nothing(cast):
    load(cast.village, sheet(SITI))
    batch = load(cast.village, sheet(changed(SITI, ALAMAT="", NO_KK="", TGL_LAHIR="")))
    assert batch.counts["outcomes"] == {"same": 1}


def test_a_nik_found_later_goes_to_the_person_already_known(cast):
    load(cast.village, sheet(changed(SITI, NIK="")))
    load(cast.village, sheet(SITI))
    resident = Resident.objects.get()
    assert resident.nik == SITI[0]
    assert Resident.objects.filter(nik_index=resident.nik_index).count() == 1


def test_a_person_who_changes_cards_leaves_the_old_one_that_day(cast):
    load(cast.village, sheet(AGUS, SITI))
    load(cast.village, sheet(changed(SITI, NO_KK="3509990505200001")), data_date=date(2026, 9, 1))
    old, new = HouseholdMember.objects.filter(resident__name="SITI AMINAH").order_by("pk")
    assert (old.household.kk, old.until) == (AGUS[1], date(2026, 9, 1))
    assert (new.household.kk, new.until) == ("3509990505200001", None)


def test_a_list_that_changes_a_card_tells_whoever_has_it_open(cast):
    load(cast.village, sheet(SITI, AGUS))
    card = Household.objects.get()
    load(cast.village, sheet(SITI, AGUS))
    assert Household.objects.get().version == card.version
    batch = load(cast.village, sheet(SITI, changed(AGUS, HUBUNGAN="ANAK")))
    assert Household.objects.get().version == card.version + 1
    services.undo(actor=cast.actor("back"), uid=batch.uid)
    pieces.carry_on(batch.pk)
    assert Household.objects.get().version == card.version + 2


def test_a_death_on_the_list_is_taken_over_with_its_date(cast):
    load(cast.village, sheet(SITI))
    batch = load(cast.village, sheet(changed(SITI, KET="Meninggal 03-04-2026")), source="Dusun")
    resident = Resident.objects.get()
    assert (resident.life, resident.life_since) == ("deceased", date(2026, 4, 3))
    assert resident.life_source == "Dusun"
    assert batch.rows.get().before == {"life": "alive", "life_since": None, "life_source": ""}


def test_a_list_never_brings_the_dead_back_to_life(cast):
    load(cast.village, sheet(SITI))
    Resident.objects.update(life="deceased")
    batch = load(cast.village, sheet(SITI))
    assert Resident.objects.get().life == "deceased"
    assert batch.counts["problems"] == {"deceased_listed": 1}


def test_two_names_on_one_nik_both_go_in_the_second_without_it(cast):
    batch = load(cast.village, sheet(AGUS, changed(SITI, NIK=AGUS[0])))
    assert batch.counts["problems"] == {"nik_shared": 1}
    assert Resident.objects.get(name="SITI AMINAH").nik == ""


def test_a_list_without_a_place_tells_namesakes_of_one_usual_birthday_apart(cast):
    header = ["NAMA", "TGL LAHIR"]
    slamet = ["SLAMET", "01-01-1960"]
    batch = load(cast.village, sheet(slamet, slamet, header=header))
    assert Resident.objects.count() == 2
    assert batch.counts["problems"]["namesake_row"] == 1
    assert Likeness.objects.count() == 1


def test_what_only_the_dropped_nik_told_is_dropped_with_it(cast):
    copied = changed(SITI, NIK=AGUS[0], TGL_LAHIR="", **{"L/P": ""})
    load(cast.village, sheet(AGUS, copied))
    siti = Resident.objects.get(name="SITI AMINAH")
    assert (siti.nik, siti.birth_date, siti.sex) == ("", None, "")


def test_a_known_nik_under_quite_another_name_changes_nobody(cast):
    load(cast.village, sheet(SITI))
    before = Resident.objects.values().get()
    stranger = changed(SITI, NAMA="BAMBANG", TGL_LAHIR="04-03-1971", **{"L/P": "L"})
    batch = load(cast.village, sheet(stranger))
    assert Resident.objects.values().get(name="SITI AMINAH") == before
    new = Resident.objects.get(name="BAMBANG")
    assert (new.nik, new.birth_date, new.sex) == ("", date(1971, 3, 4), "L")
    assert batch.counts["problems"] == {"nik_shared": 1, "possible_double": 1}
    asked = Likeness.objects.get()
    assert (asked.resident.name, asked.other, asked.grounds) == ("SITI AMINAH", new, ["nik_same"])
    again = load(cast.village, sheet(stranger))
    assert again.counts["outcomes"] == {"same": 1}
    assert Likeness.objects.count() == 1


def test_a_sisters_name_with_a_birth_date_of_its_own_is_not_hers(cast):
    load(cast.village, sheet(SITI))
    load(cast.village, sheet(changed(SITI, NAMA="SITI KHODIJAH", TGL_LAHIR="04-03-1985")))
    assert Resident.objects.get(nik_index__gt="").name == "SITI AMINAH"


@pytest.mark.parametrize(
    ("verdict", "result"), [("", "uncertain"), ("same", "listed"), ("different", "not_listed")]
)
def test_a_register_with_her_nik_under_another_name_leaves_her_answer_open(
    cast, dtsen, verdict, result
):
    load(cast.village, sheet(SITI))
    day = cast.village.today()
    listed = sheet(changed(SITI, NAMA="BAMBANG"), AGUS)
    load(cast.village, listed, kind="register", register=dtsen, data_date=day)
    assert set(RegisterRow.objects.values_list("resident", flat=True)) == {None}
    if verdict:
        uid = Likeness.objects.get().uid
        deciding.decide(actor=cast.actor("back"), uid=uid, verdict=verdict)
    siti = Resident.objects.get()
    (answer,) = register_answers(siti, actor=cast.actor("front"))
    assert answer.result == result


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_what_the_officer_said_of_a_nik_under_two_names_holds(cast, verdict):
    load(cast.village, sheet(SITI))
    renamed = changed(SITI, NAMA="BAMBANG")
    load(cast.village, sheet(renamed))
    deciding.decide(actor=cast.actor("back"), uid=Likeness.objects.get().uid, verdict=verdict)
    load(cast.village, sheet(renamed))
    people = Resident.objects.filter(canonical=None).values_list("name", flat=True)
    assert sorted(people) == (["BAMBANG"] if verdict == "same" else ["BAMBANG", "SITI AMINAH"])


@pytest.mark.parametrize(
    "written",
    [
        *("Hj. SITI AMINAH, S.Pd", "SITI AMINNAH", "AMINAH", "S. AMINAH", "SITI", "Ny. AMINAH"),
        *("SITI SUPRIYADI", "AMINAH SITI", "SITIAMINAH"),
    ],
)
def test_a_known_nik_under_a_name_of_hers_is_hers(cast, written):
    load(cast.village, sheet(SITI))
    batch = load(cast.village, sheet(changed(SITI, NAMA=written)))
    assert batch.counts["problems"] == {}
    assert Resident.objects.get().name == written


def test_a_foreign_nik_costs_a_list_no_query_more(cast):
    load(cast.village, sheet(SITI, AGUS))
    rows = [changed(line, NAMA=name) for line, name in ((SITI, "BAMBANG"), (AGUS, "WATI"))]
    counts = []
    for lines in ((SITI, AGUS), [changed(SITI, NIK="", KET="x"), AGUS], rows):
        with CaptureQueriesContext(connection) as asked:
            batch = handed_in(cast, content=sheet(*lines))
            tried(cast.actor("back"), batch)
        counts.append(len(asked))
    # No more than for any row without a NIK.
    assert counts[0] < counts[2] <= counts[1] + 2


def test_a_relation_nobody_can_read_leaves_the_head_of_the_family(cast):
    load(cast.village, sheet(AGUS))
    batch = load(cast.village, sheet(changed(AGUS, HUBUNGAN="KRPALA")))
    assert HouseholdMember.objects.get().relation == "1"
    assert batch.counts["problems"] == {"relation_unreadable": 1}


@pytest.mark.parametrize(
    ("address", "kept"), [("JL. MELATI 3", "JL. MELATI 3"), ("", "Lingkungan Mawar")]
)
def test_a_kelurahan_has_no_hamlets(cast, address, kept):
    header = [*HEADER, "LINGKUNGAN"]
    line = [*changed(SITI, ALAMAT=address), "Lingkungan Mawar"]
    cast.village.kind = "kelurahan"
    cast.village.save()
    load(cast.village, sheet(line, header=header))
    siti = Resident.objects.get()
    assert (siti.dusun, siti.address) == ("", kept)


def test_a_number_of_elsewhere_is_counted_and_an_impossible_card_date_wants_a_look(cast):
    far = changed(SITI, NIK="3273995205800001", NO_KK="3509993902100001")
    batch = load(cast.village, sheet(AGUS, far))
    assert batch.counts["problems"] == {"region_other": 1, "kk_date": 1}
    assert batch.rows.get(resident__name="SITI AMINAH").problems == ["kk_date"]
    assert Household.objects.count() == 2


def test_a_hamlet_in_the_column_of_rt_and_rw_leaves_their_own_columns(cast):
    header = [*HEADER, "NAMA SLS"]
    batch = load(cast.village, sheet([*SITI, "KRAJAN"], header=header))
    assert (Resident.objects.get().rt, Resident.objects.get().rw) == ("001", "002")
    assert batch.counts["problems"] == {}


def test_one_person_twice_on_a_list_is_loaded_once(cast):
    batch = load(cast.village, sheet(SITI, changed(SITI, NAMA="SITI AMINNAH")))
    assert batch.counts["outcomes"] == {"new": 1, "skipped": 1}


def test_namesakes_of_one_birthday_are_shown_and_not_merged(cast):
    load(cast.village, sheet(changed(SITI, NIK="")))
    other = changed(SITI, NIK="", NO_KK="3509990707150001")
    batch = load(cast.village, sheet(other))
    assert Resident.objects.count() == 2
    assert batch.counts["problems"] == {"nik_missing": 1, "possible_double": 1}


def test_brothers_with_names_alike_stay_two(cast):
    one = changed(AGUS, NIK="", NAMA="AHMAD FAUZI", TGL_LAHIR="01-02-2010")
    two = changed(AGUS, NIK="", NAMA="AHMAD FAUZAN", TGL_LAHIR="05-06-2013")
    for content in (sheet(one), sheet(one, two), sheet(two, one)):
        load(cast.village, content)
    assert Resident.objects.count() == 2


def test_a_row_without_a_name_is_an_error_and_stays_out(cast):
    batch = load(cast.village, sheet(changed(SITI, NAMA=""), AGUS))
    assert batch.counts["outcomes"] == {"error": 1, "new": 1}
    assert batch.counts["rows"] == 2
    assert batch.rows.get(outcome="error").problems == ["no_name"]


def test_the_line_of_column_numbers_and_the_total_are_nobody(cast):
    numbers = [str(number) for number in range(1, len(HEADER) + 1)]
    batch = load(cast.village, sheet(numbers, SITI, ["", "", "JUMLAH", "999"]))
    assert batch.counts["outcomes"] == {"new": 1, "skipped": 2}


def test_the_same_nik_in_another_village_is_another_record(cast):
    load(cast.village, sheet(SITI))
    load(cast.other_village, sheet(SITI))
    assert Resident.objects.count() == 2


def test_no_table_shows_a_nik_or_kk_of_a_list(cast):
    load(cast.village, sheet(changed(SITI, HUBUNGAN="x", TGL_LAHIR="31-02-1980")))
    load(cast.village, sheet(changed(SITI, NO_KK="3509990505200001")))
    tables = ("registry_importrow", "registry_resident", "registry_household")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            stored = [value for row in cursor.fetchall() for value in row]
            text = b"".join(
                bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                for value in stored
            )
            assert stored
            assert SITI[0].encode() not in text
            assert SITI[1].encode() not in text


def test_every_problem_has_words_and_a_gravity():
    for problem in PROBLEMS.values():
        assert str(problem.words)
        assert isinstance(problem.gravity, Gravity)


# --- The steps and who may take them -------------------------------------------------------------


def tried(actor, batch):
    services.check(actor=actor, uid=batch.uid)
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    return batch


def handed_in(cast, who="back", content=None, **kwargs):
    return services.hand_in(
        actor=cast.actor(who),
        upload=_Upload(content or sheet(SITI, AGUS), "warga.csv"),
        kind=kwargs.pop("kind", "residents"),
        data_date=kwargs.pop("data_date", DAY),
        **kwargs,
    )


@pytest.mark.parametrize("who", ["back", "koordinator", "admin"])
def test_handing_in_a_list_allowed(cast, who):
    assert handed_in(cast, who).status == Import.Status.UPLOADED


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "manager"])
def test_handing_in_a_list_not_allowed(cast, who):
    with pytest.raises(NotYourRole):
        handed_in(cast, who)


def test_the_steps_in_their_order(cast, django_capture_on_commit_callbacks):
    actor = cast.actor("back")
    batch = handed_in(cast)
    with pytest.raises(WrongState):
        services.queue(actor=actor, uid=batch.uid)
    tried(actor, batch)
    services.queue(actor=actor, uid=batch.uid)
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Import.Status.DONE
    assert Resident.objects.count() == 2
    with pytest.raises(WrongState):
        tried(actor, batch)


def test_a_list_woken_twice_is_loaded_once(cast):
    actor = cast.actor("back")
    batch = handed_in(cast)
    tried(actor, batch)
    services.queue(actor=actor, uid=batch.uid)
    pieces.carry_on(batch.pk)
    finished = Import.objects.get(pk=batch.pk).finished_at
    pieces.carry_on(batch.pk)
    assert Import.objects.get(pk=batch.pk).finished_at == finished


def test_a_new_mapping_asks_for_a_new_trial(cast):
    actor = cast.actor("back")
    batch = handed_in(cast)
    batch = tried(actor, batch)
    mapping = {**batch.mapping, "9": ""}
    batch = services.map_columns(actor=actor, uid=batch.uid, version=batch.version, mapping=mapping)
    assert batch.status == Import.Status.UPLOADED
    assert "9" not in batch.mapping


def test_a_mapping_made_on_an_old_page_is_refused(cast):
    actor = cast.actor("back")
    batch = handed_in(cast)
    tried(actor, batch)
    with pytest.raises(StaleVersion):
        services.map_columns(actor=actor, uid=batch.uid, version=1, mapping=batch.mapping)


@pytest.mark.parametrize(
    "mapping", [{"0": "nik"}, {"0": "name", "1": "name"}, {"0": "name", "1": "salary"}]
)
def test_an_impossible_mapping_is_refused(cast, mapping):
    batch = handed_in(cast)
    with pytest.raises(InvalidInput):
        services.map_columns(
            actor=cast.actor("back"), uid=batch.uid, version=batch.version, mapping=mapping
        )


def test_a_double_click_hands_in_one_list(cast):
    client_uid = "0192f0c4-7a10-7000-8000-000000000001"
    first = handed_in(cast, client_uid=client_uid)
    assert handed_in(cast, client_uid=client_uid).pk == first.pk


def test_a_date_in_the_future_is_refused(cast):
    with pytest.raises(InvalidInput) as refused:
        handed_in(cast, data_date=date(2100, 1, 1))
    assert refused.value.field == "data_date"


def test_a_file_without_a_name_column_is_refused_and_not_kept(cast):
    with pytest.raises(InvalidInput, match="judul"):
        handed_in(cast, content=b"A;B;C\r\n1;2;3\r\n")
    assert Import.objects.count() == 0


def test_a_register_list_needs_its_register(cast):
    with pytest.raises(InvalidInput) as refused:
        handed_in(cast, kind="register")
    assert refused.value.field == "register"


def test_a_list_that_breaks_while_loading_changes_nothing_and_says_so(cast, monkeypatch):
    actor = cast.actor("back")
    batch = handed_in(cast)
    tried(actor, batch)
    services.queue(actor=actor, uid=batch.uid)

    insert = bulk.insert

    def full_disk(model, *rows):
        if model is HouseholdMember:
            raise OSError(28, "No space left on device")
        return insert(model, *rows)

    monkeypatch.setattr(bulk, "insert", full_disk)
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Import.Status.FAILED
    assert "tidak ada yang diubah" in batch.error
    assert Resident.objects.count() == Household.objects.count() == 0


# --- The command ---------------------------------------------------------------------------------


def test_the_command_loads_and_counts_rows_by_rw(cast, tmp_path):
    path = tmp_path / "warga.csv"
    path.write_bytes(sheet(SITI, AGUS))
    out = io.StringIO()
    office = ["--office", cast.village.code]
    date = ["--date", "30-06-2026"]
    call_command("import_list", str(path), "--residents", *office, *date, stdout=out)
    assert "RW 002: 2" in out.getvalue()


def test_the_command_tries_a_list_without_loading_it(cast, tmp_path):
    path = tmp_path / "warga.csv"
    path.write_bytes(sheet(SITI, AGUS))
    out = io.StringIO()
    words = ["--residents", "--office", cast.village.code, "--date", "30-06-2026", "--dry-run"]
    call_command("import_list", str(path), *words, stdout=out)
    assert "(new 2)" in out.getvalue()
    assert not Resident.objects.exists()


def test_the_command_takes_a_list_back_and_names_what_stays(cast):
    batch = load(cast.village, sheet(SITI, AGUS))
    Resident.objects.filter(name="SITI AMINAH").update(version=2)
    out = io.StringIO()
    call_command("undo_list", str(batch.uid), stdout=out)
    assert "row 2 stays" in out.getvalue()
    assert Resident.objects.get().name == "SITI AMINAH"
    with pytest.raises(CommandError):
        call_command("undo_list", str(batch.uid), stdout=out)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--office", "99.99", "--residents"], "No office"),
        (["--office", "35.09.99.2003", "--register", "XYZ"], "no register"),
    ],
)
def test_the_command_says_what_is_wrong(cast, tmp_path, args, words):
    path = tmp_path / "warga.csv"
    path.write_bytes(sheet(SITI))
    with pytest.raises(CommandError, match=words):
        call_command("import_list", str(path), *args, "--date", "30-06-2026")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("at", "told"), [(Terminal(), ["2 of 3", "3 of 3"]), (io.StringIO(), [])])
def test_on_a_terminal_the_command_says_how_far_it_is(cast, tmp_path, monkeypatch, at, told):
    monkeypatch.setattr(plans, "PIECE", 1)
    path = tmp_path / "warga.csv"
    path.write_bytes(sheet(SITI, AGUS))
    words = ["--residents", "--office", cast.village.code, "--date", "30-06-2026"]
    call_command("import_list", str(path), *words, stdout=io.StringIO(), stderr=at, no_color=True)
    lines = at.getvalue().replace("\r", "\n").splitlines()
    assert lines == [f"{line} lines" for line in told]


@pytest.mark.parametrize(("content", "code"), [(sheet(SITI), 0), (b"A;B\n1;2\n", 1)])
def test_the_command_ends_with_what_a_script_can_ask(cast, tmp_path, capsys, content, code):
    path = tmp_path / "warga.csv"
    path.write_bytes(content)
    words = ["--residents", "--office", cast.village.code, "--date", "30-06-2026"]
    ended = 0
    try:
        ManagementUtility(["manage.py", "import_list", str(path), *words]).execute()
    except SystemExit as end:
        ended = end.code
    assert ended == code
    told = capsys.readouterr()
    assert ("judul kolom" in told.err) == bool(code)
    assert ("To take it back" in told.out) != bool(code)


def test_a_register_of_the_same_code_belongs_to_one_office(cast, dtsen):
    Register.objects.create(office=cast.other_village, code="DTSEN", name_id="DTSEN")
    with pytest.raises(InvalidInput):
        load(cast.other_village, sheet(SITI), kind="register", register=dtsen)


def test_during_a_list_and_after_it_the_database_plans_with_its_size(cast):
    with CaptureQueriesContext(connection) as asked:
        load(cast.village, sheet(SITI, AGUS))
    counted = [query["sql"] for query in asked if query["sql"].startswith("ANALYZE")]
    # Its first piece, which doubles it, and its end.
    assert len(counted) == (2 if connection.vendor == "postgresql" else 0)
    assert all("registry_resident" in sql for sql in counted)
