"""A list goes in piece by piece: stopped, killed or taken back, it leaves nothing half done."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from puskesmas import bulk
from puskesmas.actors import Actor
from puskesmas.errors import NotYourRole, StaleVersion, WrongState
from registry import tasks
from registry.imports import pieces, plans, residents, services
from registry.imports.services import _Upload
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    ImportRow,
    LifeEvent,
    Likeness,
    RegisterCheck,
    RegisterRow,
    RegisterVersion,
    Resident,
)

DAY = date(2026, 6, 30)
HEADER = ["NIK", "NO KK", "NAMA", "TGL LAHIR", "HUBUNGAN", "ALAMAT", "RT", "RW", "KET", "DESIL"]
Status = Import.Status


def person(number, *, kk=None, name=None, address="KRAJAN", remark="", relation="ANAK"):
    nik = f"350999{1 + number % 28:02}0180{number:04}"
    card = f"350999010110{kk if kk is not None else number // 3 + 1:04}"
    born = f"{1 + number % 28:02}-01-1980"
    called = name or f"WARGA {chr(65 + number)}"
    return [nik, card, called, born, relation, address, "001", "002", remark, "3"]


PEOPLE = [person(number) for number in range(1, 8)]


def sheet(*lines):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADER, *lines])
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(plans, "PIECE", 2)


def load(office, *lines, kind="residents", register=None, day=DAY):
    return services.import_list(
        actor=Actor.system(office),
        content=sheet(*lines),
        name="daftar.csv",
        kind=kind,
        register=register,
        data_date=day,
    )


@pytest.fixture
def actor(cast):
    return cast.actor("back")


@pytest.fixture
def queued(actor):
    return queue(actor, PEOPLE)


def queue(actor, lines, **kwargs):
    batch = services.hand_in(
        actor=actor,
        upload=_Upload(sheet(*lines), "warga.csv"),
        kind=kwargs.pop("kind", "residents"),
        data_date=DAY,
        **kwargs,
    )
    services.check(actor=actor, uid=batch.uid)
    pieces.carry_on(batch.pk)
    services.queue(actor=actor, uid=batch.uid)
    batch.refresh_from_db()
    return batch


def carry_on(batch):
    pieces.carry_on(batch.pk)
    batch.refresh_from_db()
    return batch


def undo(actor, batch):
    services.undo(actor=actor, uid=batch.uid)
    return carry_on(batch)


def after_piece(monkeypatch, number, act):
    """Let ``act`` happen when so many pieces are in."""
    in_pieces = plans.in_pieces

    def watched(rows):
        for at, piece in enumerate(in_pieces(rows)):
            if at == number:
                act()
            yield piece

    monkeypatch.setattr(pieces, "in_pieces", watched)


class Killed(BaseException):
    """What a worker gets when the power goes."""


def kill():
    raise Killed


# --- Progress, killing, resuming -----------------------------------------------------------------


def test_the_import_says_how_far_it_is(queued, monkeypatch):
    seen = []
    told = Import.objects.values_list("done_lines", "total_lines")
    after_piece(monkeypatch, 2, lambda: seen.append(told.get(pk=queued.pk)))
    carry_on(queued)
    assert seen == [(5, 8)]
    assert queued.done_lines == 8


@pytest.mark.parametrize("pieces_done", [0, 1, 3])
def test_a_killed_worker_leaves_whole_pieces_and_the_next_goes_on(queued, monkeypatch, pieces_done):
    with monkeypatch.context() as patched:
        after_piece(patched, pieces_done, kill)
        with pytest.raises(Killed):
            pieces.carry_on(queued.pk)
    assert Resident.objects.count() == 2 * pieces_done
    Import.objects.update(worked_at=timezone.now() - timedelta(minutes=10))
    assert tasks.run_waiting_imports() == 1
    queued.refresh_from_db()
    assert queued.status == Status.DONE
    assert queued.counts["outcomes"] == {"new": 7}
    assert Resident.objects.count() == 7
    assert Household.objects.count() == 3
    assert queued.rows.count() == 7


def test_a_worker_that_still_lives_is_left_alone(queued):
    assert tasks.run_waiting_imports() == 0


def test_a_busy_database_stops_nothing_for_good(queued, monkeypatch):
    def busy():
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        after_piece(patched, 1, busy)
        with pytest.raises(OperationalError):
            pieces.carry_on(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.done_lines) == (Status.RUNNING, 3)
    assert carry_on(queued).status == Status.DONE


def test_after_a_kill_persons_named_twice_are_still_one(cast, actor, monkeypatch):
    load(cast.village, person(1))
    batch = queue(actor, [person(1), person(2), person(1, name="WARGA BB"), person(3)])
    with monkeypatch.context() as patched:
        after_piece(patched, 1, kill)
        with pytest.raises(Killed):
            pieces.carry_on(batch.pk)
    assert carry_on(batch).counts["outcomes"] == {"same": 1, "new": 2, "skipped": 1}
    assert Resident.objects.count() == 3


@pytest.mark.parametrize("killed", [False, True])
def test_a_register_asks_about_whoever_an_earlier_piece_spoke_of(
    cast, actor, dtsen, monkeypatch, killed
):
    siti = person(1, name="SITI AMINAH", address="JL. MELATI 3")
    load(cast.village, siti)
    without = ["", "", "SITI AMINAH", "", "", *siti[5:]]
    batch = queue(actor, [siti, person(2), person(3), without], kind="register", register=dtsen)
    if killed:
        with monkeypatch.context() as patched:
            after_piece(patched, 1, kill)
            with pytest.raises(Killed):
                pieces.carry_on(batch.pk)
        assert RegisterRow.objects.count() == 2
    carry_on(batch)
    assert list(RegisterRow.objects.exclude(resident=None).values_list("line", flat=True)) == [2]
    assert Likeness.objects.get().resident.name == "SITI AMINAH"


def test_of_two_workers_on_one_list_the_slower_walks_away(queued, monkeypatch):
    with monkeypatch.context() as patched:
        after_piece(patched, 1, lambda: Import.objects.update(done_lines=5))
        pieces.carry_on(queued.pk)
    queued.refresh_from_db()
    assert queued.status == Status.RUNNING
    assert Resident.objects.count() == 2


def test_a_trial_that_was_stopped_can_be_started_anew(actor):
    batch = services.hand_in(
        actor=actor, upload=_Upload(sheet(*PEOPLE), "a.csv"), kind="residents", data_date=DAY
    )
    services.check(actor=actor, uid=batch.uid)
    services.cancel(actor=actor, uid=batch.uid)
    assert carry_on(batch).status == Status.UPLOADED
    services.check(actor=actor, uid=batch.uid)
    assert carry_on(batch).status == Status.CHECKED
    assert Resident.objects.count() == 0


# --- Cancelling ----------------------------------------------------------------------------------


def test_cancelling_takes_back_what_is_in(queued, actor, monkeypatch):
    before = everything()
    after_piece(
        monkeypatch, 2, lambda: services.cancel(actor=actor, uid=queued.uid, version=queued.version)
    )
    pieces.carry_on(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, Resident.objects.count()) == (Status.UNDOING, 4)
    carry_on(queued)
    assert (queued.status, queued.stopped_by) == (Status.CANCELLED, actor.user)
    assert everything() == before


def test_cancelling_before_the_first_piece_ends_it(queued, actor):
    services.cancel(actor=actor, uid=queued.uid)
    assert carry_on(queued).status == Status.CANCELLED
    assert Resident.objects.count() == 0


def test_a_cancelled_register_list_leaves_no_version(actor, cast, dtsen, monkeypatch):
    batch = queue(actor, PEOPLE, kind="register", register=dtsen)
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "insert", lambda *rows: kill())
        with pytest.raises(Killed):
            pieces.carry_on(batch.pk)
    services.cancel(actor=actor, uid=batch.uid)
    assert carry_on(batch).status == Status.CANCELLED
    assert not RegisterVersion.objects.exists()


def test_a_version_half_loaded_says_nothing(actor, dtsen, monkeypatch):
    batch = queue(actor, PEOPLE, kind="register", register=dtsen)
    loaded = []
    insert = bulk.insert

    def second_time(model, *rows):
        if model is RegisterRow and loaded:
            raise Killed
        loaded.append(model)
        return insert(model, *rows)

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "insert", second_time)
        with pytest.raises(Killed):
            pieces.carry_on(batch.pk)
    assert RegisterRow.objects.count() == 2
    assert not RegisterVersion.objects.in_use().exists()
    carry_on(batch)
    assert RegisterVersion.objects.in_use().get().row_count == 7


@pytest.mark.parametrize("status", ["uploaded", "checked", "done", "undone"])
def test_what_is_not_at_work_is_not_cancelled(queued, actor, status):
    Import.objects.update(status=status)
    with pytest.raises(WrongState):
        services.cancel(actor=actor, uid=queued.uid)


# --- One list at a time --------------------------------------------------------------------------


def test_a_second_list_is_refused_while_one_is_at_work(queued, actor, cast):
    other = services.hand_in(
        actor=actor,
        upload=_Upload(sheet(person(9)), "b.csv"),
        kind="residents",
        data_date=DAY,
        source="Dinas",
    )
    services.check(actor=actor, uid=other.uid)
    pieces.carry_on(other.pk)
    with pytest.raises(WrongState, match="Data penduduk, 30 Juni 2026"):
        services.queue(actor=actor, uid=other.uid)
    load(cast.other_village, person(9))
    carry_on(queued)
    services.queue(actor=actor, uid=other.uid)
    assert carry_on(other).status == Status.DONE


# --- Undoing -------------------------------------------------------------------------------------


def everything():
    """Return all facts of the village; keys, versions and what history keeps are not facts."""
    people = Resident.objects.order_by("name", "nik_index")
    members = HouseholdMember.objects.order_by("resident__name", "household__kk_index", "since")
    facts = [*residents.FACTS, "nik_index", "name_key", "address_key", "phone_index"]
    facts += ["nik_last4_index", "life", "life_since", "life_source"]
    return {
        "people": [[getattr(one, name) for name in facts] for one in people],
        "members": list(
            members.values_list(
                "resident__nik_index", "household__kk_index", "relation", "since", "until"
            )
        ),
        "cards": sorted(Household.objects.values_list("kk_index", "address", "rt", "rw")),
        "events": sorted(LifeEvent.objects.values_list("resident__name", "kind", "on")),
    }


def test_undoing_a_first_list_leaves_an_empty_village(cast, actor):
    batch = load(cast.village, *PEOPLE)
    assert undo(actor, batch).status == Status.UNDONE
    assert everything() == {"people": [], "members": [], "cards": [], "events": []}
    assert set(batch.rows.values_list("undone", "resident")) == {(True, None)}


def test_undoing_puts_back_what_was_changed(cast, actor):
    load(cast.village, *PEOPLE)
    before = everything()
    batch = load(
        cast.village,
        person(1, address="JL. MELATI", kk=90, relation="ISTRI"),
        person(2, remark="Meninggal 03-04-2026", relation="FAMILI LAIN"),
        person(9, remark="pindah"),
        day=date(2026, 9, 1),
    )
    assert everything() != before
    undo(actor, batch)
    assert everything() == before


village = st.lists(
    st.builds(
        person,
        st.integers(1, 8),
        kk=st.integers(1, 3),
        address=st.sampled_from(["KRAJAN", "JL. MELATI", ""]),
        remark=st.sampled_from(["", "", "Meninggal 03-04-2026", "pindah"]),
        relation=st.sampled_from(["", "ANAK", "ISTRI"]),
    ),
    max_size=8,
    unique_by=lambda line: line[0],
)
of_the_database = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)


def forget_all():
    ImportRow.objects.all().delete()
    LifeEvent.objects.all().delete()
    HouseholdMember.objects.all().delete()
    Household.objects.all().delete()
    Resident.objects.all().delete()
    Import.objects.all().delete()


@of_the_database
@given(known=village, listed=village)
def test_import_then_undo_is_as_if_nothing_had_happened(cast, actor, known, listed):
    forget_all()
    load(cast.village, *known)
    before = everything()
    batch = load(cast.village, *listed, day=date(2026, 9, 1))
    undo(actor, batch)
    assert everything() == before


@of_the_database
@given(listed=village)
def test_import_twice_is_import_once(cast, listed):
    forget_all()
    load(cast.village, *listed)
    once = everything()
    again = load(cast.village, *listed)
    assert everything() == once
    assert again.counts["outcomes"].keys() <= {"same", "skipped"}


def test_who_was_changed_since_stays_and_is_listed(cast, actor):
    batch = load(cast.village, *PEOPLE)
    changed = Resident.objects.get(name="WARGA C")
    changed.address, changed.version = "BARU", 2
    changed.save()
    used = Resident.objects.get(name="WARGA D")
    RegisterCheck.objects.create(
        office=cast.village, resident=used, method="siks_ng", result="listed"
    )
    undo(actor, batch)
    assert set(Resident.objects.values_list("name", flat=True)) == {"WARGA C", "WARGA D"}
    kept = batch.rows.exclude(kept_because="").order_by("line")
    assert list(kept.values_list("resident__name", "kept_because")) == [
        ("WARGA C", "changed_since"),
        ("WARGA D", "referred_to"),
    ]
    assert Household.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (person(1, address="JL. MELATI"), {"address": "JL. MAWAR"}),
        (person(1, remark="Meninggal 03-04-2026"), {"life_since": date(2026, 4, 4)}),
    ],
)
def test_a_change_that_was_changed_again_stays_and_is_listed(cast, actor, line, change):
    load(cast.village, person(1))
    batch = load(cast.village, line)
    Resident.objects.update(**change)
    before = everything()
    undo(actor, batch)
    assert everything() == before
    assert batch.rows.get().kept_because == "changed_since"


def test_a_card_changed_again_stays(cast, actor):
    load(cast.village, person(1))
    batch = load(cast.village, person(1, kk=90), day=date(2026, 9, 1))
    HouseholdMember.objects.filter(until=None).update(until=date(2026, 10, 1))
    before = everything()
    undo(actor, batch)
    assert everything() == before


def test_a_killed_undo_goes_on_where_it_stopped(cast, actor, monkeypatch):
    batch = load(cast.village, *PEOPLE)
    services.undo(actor=actor, uid=batch.uid)
    delete = pieces.undoing.take_back_piece
    calls = []

    def second_time(*args, **kwargs):
        if calls:
            raise Killed
        calls.append(args)
        return delete(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(pieces.undoing, "take_back_piece", second_time)
        with pytest.raises(Killed):
            pieces.carry_on(batch.pk)
    assert 0 < Resident.objects.count() < 7
    assert carry_on(batch).status == Status.UNDONE
    assert Resident.objects.count() == 0


def test_population_lists_go_back_newest_first(cast, actor):
    first = load(cast.village, *PEOPLE)
    second = load(cast.village, *PEOPLE)
    with pytest.raises(WrongState, match="Tarik kembali dulu"):
        services.undo(actor=actor, uid=first.uid)
    undo(actor, second)
    assert undo(actor, first).status == Status.UNDONE
    assert Resident.objects.count() == 0


def test_an_undone_register_version_says_nothing_and_its_rows_are_gone(cast, actor, dtsen):
    batch = load(cast.village, *PEOPLE, kind="register", register=dtsen)
    undo(actor, batch)
    version = RegisterVersion.objects.get()
    assert version.withdrawn_at is not None
    assert not RegisterVersion.objects.in_use().exists()
    assert RegisterRow.objects.count() == 0
    again = load(cast.village, *PEOPLE, kind="register", register=dtsen)
    assert again.counts["outcomes"] == {"new": 7}


def test_an_undo_from_an_old_page_is_refused(cast, actor):
    batch = load(cast.village, *PEOPLE)
    with pytest.raises(StaleVersion):
        services.undo(actor=actor, uid=batch.uid, version=1)


@pytest.mark.parametrize("who", ["front", "facilitator", "head", "kasun", "manager"])
@pytest.mark.parametrize("verb", [services.check, services.cancel, services.undo])
def test_stopping_and_undoing_not_allowed(cast, who, verb):
    batch = load(cast.village, *PEOPLE)
    with pytest.raises(NotYourRole):
        verb(actor=cast.actor(who), uid=batch.uid)
