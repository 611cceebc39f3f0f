"""Figures agree with an independent count, whatever happened; their pages say what is wrong."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import receipts
from complaints.kinds import load_kinds
from complaints.models import Complaint, ComplaintKind, ComplaintProgramme
from complaints.workflow import FINAL_STATES, CaseState
from programs.models import Programme
from puskesmas.models import Office
from registry.models import LifeEvent, Register, RegisterRow, RegisterVersion, Resident
from reports.figures import catalogue, counting
from reports.figures.definitions import NONE
from reports.figures.periods import Period

YEAR = Period.named("2026")


# --- An independent count over random histories --------------------------------------------------

_ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_MOMENTS = st.datetimes(
    min_value=datetime(2025, 11, 1),  # noqa: DTZ001 (hypothesis wants them so)
    max_value=datetime(2027, 2, 1),  # noqa: DTZ001
    timezones=st.just(ZoneInfo("UTC")),
)
_CASES = st.lists(
    st.fixed_dictionaries(
        {
            "received_at": _MOMENTS,
            "state": st.sampled_from(list(CaseState)),
            "kind": st.integers(0, 3),
            "needs": st.sets(st.integers(0, 2)),
            "rw": st.sampled_from(["", "01", "02"]),
        }
    ),
    max_size=12,
)


@pytest.fixture
def told_apart(cast):
    load_kinds(cast.village)
    programmes = [
        Programme.objects.create(
            office=cast.village,
            code=f"p{n}",
            name_id=f"Program {n}",
            owner="Dinsos",
            tier="regency",
        )
        for n in range(3)
    ]
    return list(ComplaintKind.objects.filter(sensitive=False)), programmes


@pytest.mark.parametrize("zone", _ZONES.values())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=_CASES)
def test_cases_are_counted_once_in_the_offices_zone(cast, told_apart, zone, history):
    Office.objects.filter(pk=cast.village.pk).update(zone=zone)
    Complaint.objects.all().delete()
    actor = cast.actor("koordinator")
    kinds, programmes = told_apart
    _write(cast.village, history, kinds, programmes)

    received = catalogue.figure("cases-received")
    expected = [
        one for one in history if one["received_at"].astimezone(ZoneInfo(zone)).year == 2026
    ]
    before = [one for one in history if one["received_at"].astimezone(ZoneInfo(zone)).year == 2025]
    recounts = {
        "kind": lambda one: [kinds[one["kind"]].code],
        "programme": lambda one: [f"p{n}" for n in one["needs"]] or [NONE],
        "state": lambda one: [one["state"].value],
        "rw": lambda one: [one["rw"] or NONE],
        "month": lambda one: [f"{one['received_at'].astimezone(ZoneInfo(zone)):%Y-%m}"],
    }
    for code, keys in recounts.items():
        table = counting.table(received, received.dimension(code), actor=actor, period=YEAR)
        assert (table.total, table.total_before) == (len(expected), len(before))
        counted = {line.key: line.count for line in table.lines if line.count}
        assert counted == Counter(key for one in expected for key in keys(one))

    ended = counting.total(
        catalogue.figure("cases-ended"), catalogue.figure("cases-ended").rows(actor, YEAR)
    )
    assert ended == sum(one["state"] in FINAL_STATES for one in expected)


def _write(office, history, kinds, programmes):
    for place, one in enumerate(history):
        person = Resident.objects.create(office=office, name=f"Warga {place}", rw=one["rw"])
        case = Complaint.objects.create(
            office=office,
            subject=person,
            kind=kinds[one["kind"]],
            received_at=one["received_at"],
            receipt_number=receipts.new_number(),
            state=one["state"],
            closed_at=one["received_at"] if one["state"] in FINAL_STATES else None,
        )
        for needed in one["needs"]:
            ComplaintProgramme.objects.create(
                complaint=case, programme=programmes[needed], relation="needed"
            )


def test_a_death_noted_on_both_records_of_one_person_is_one_death(cast):
    kept = Resident.objects.create(office=cast.village, name="Sutrisno")
    merged = Resident.objects.create(office=cast.village, name="Sutrisno", canonical=kept)
    for record in (kept, merged):
        LifeEvent.objects.create(
            office=cast.village, resident=record, kind="deceased", on=date(2026, 3, 1)
        )
    figure, actor = catalogue.figure("life-events"), cast.actor("koordinator")
    table = counting.table(figure, figure.dimension("kind"), actor=actor, period=YEAR)
    assert [(line.key, line.count) for line in table.lines] == [("deceased", 1)]


def test_a_death_that_was_none_is_not_counted(cast):
    person = Resident.objects.create(office=cast.village, name="Sutrisno")
    for kind in ("deceased", "still_here"):
        LifeEvent.objects.create(
            office=cast.village, resident=person, kind=kind, on=date(2026, 3, 1)
        )
    figure = catalogue.figure("life-events")
    assert not figure.rows(cast.actor("koordinator"), YEAR).exists()


@pytest.mark.parametrize(
    ("today", "born", "counted"),
    [
        (date(2026, 11, 30), date(2009, 11, 30), 1),
        (date(2026, 11, 30), date(2009, 12, 1), 0),
        (date(2028, 2, 29), date(2011, 2, 28), 1),
        (date(2028, 2, 29), date(2011, 3, 1), 0),
    ],
)
def test_an_adult_is_17_on_the_very_day(cast, monkeypatch, today, born, counted):
    monkeypatch.setattr(Office, "today", lambda office: today)
    Resident.objects.create(office=cast.village, name="Sutrisno", birth_date=born)
    figure = catalogue.figure("adults-ektp")
    assert figure.rows(cast.actor("koordinator"), YEAR).count() == counted


def test_who_is_no_longer_on_the_newest_list_is_counted_as_not_on_it(cast):
    actor = cast.actor("koordinator")
    register = Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    people = [Resident.objects.create(office=cast.village, name=f"Warga {n}") for n in range(3)]
    for day, whole, listed in (
        (date(2025, 1, 1), True, people),
        (date(2026, 1, 1), True, people[:1]),
        (date(2026, 6, 1), False, people[1:2]),
    ):
        version = RegisterVersion.objects.create(
            office=cast.village,
            register=register,
            data_date=day,
            whole_village=whole,
            file_sha256=str(day),
            published_at=datetime(2026, 7, 1, tzinfo=ZoneInfo("UTC")),
        )
        for line, person in enumerate(listed, start=1):
            RegisterRow.objects.create(
                register_version=version, line=line, name=person.name, resident=person
            )
    figure = catalogue.figure("residents")
    table = counting.table(figure, figure.dimension("register"), actor=actor, period=YEAR)
    assert {line.key: line.count for line in table.lines} == {"in": 2, "out": 1}


# --- Pages ---------------------------------------------------------------------------------------


def test_a_confidential_matter_is_counted_for_those_only_who_may_read_it(login, cast, told_apart):
    secret = ComplaintKind.objects.get(sensitive=True)
    person = Resident.objects.create(office=cast.village, name="Wagini")
    Complaint.objects.create(
        office=cast.village,
        subject=person,
        kind=secret,
        received_at=datetime(2026, 5, 5, tzinfo=ZoneInfo("UTC")),
        receipt_number=receipts.new_number(),
    )
    figure = catalogue.figure("cases-received")
    counts = {
        who: counting.total(figure, figure.rows(cast.actor(who), YEAR))
        for who in ("front", "facilitator", "back", "koordinator")
    }
    assert counts == {"front": 0, "facilitator": 0, "back": 1, "koordinator": 1}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": "01-03-2026"}, "Isi kedua tanggalnya"),
        ({"first": "01-03-2026", "last": "01-02-2026"}, "sebelum tanggal awal"),
        ({"first": "31-02-2026", "last": "01-03-2026"}, 'class="error"'),
        ({"period": "kemarin"}, "Masa"),
        ({"by": "nobody", "kind": "x" * 500, "from": "zzz"}, "Perkara diterima"),
    ],
)
def test_what_cannot_be_read_in_the_address_is_said_and_breaks_nothing(login, cast, asked, words):
    for page in ("figure", "list"):
        answer = login("koordinator").get(
            reverse(f"figures:{page}", args=["cases-received"]), asked
        )
        assert answer.status_code == 200
    answer = login("koordinator").get(reverse("figures:figure", args=["cases-received"]), asked)
    assert words in answer.content.decode()


@pytest.mark.parametrize("page", ["figure", "list"])
def test_a_death_of_long_before_the_first_records_is_counted_too(login, cast, page):
    person = Resident.objects.create(office=cast.village, name="Sutrisno")
    LifeEvent.objects.create(
        office=cast.village, resident=person, kind="deceased", on=date(1971, 5, 2)
    )
    asked = {"first": "01-01-1971", "last": "31-12-1971", "by": "month"}
    answer = login("koordinator").get(reverse(f"figures:{page}", args=["life-events"]), asked)
    assert answer.status_code == 200
    assert "1971" in answer.content.decode()


# --- Periods -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "first", "last", "before"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2025-02"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2023-02"),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), "2024-02"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2025-Q4"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
    ],
)
def test_a_period_by_name_knows_its_days_and_the_year_before(code, first, last, before):
    period = Period.named(code)
    assert (period.first, period.last, period.code) == (first, last, code)
    assert period.a_year_before().code == before


@given(first=st.dates(date(2001, 1, 1), date(2100, 1, 1)), days=st.integers(0, 800))
def test_months_of_a_period_join_without_gap_and_cover_it(first, days):
    period = Period(first, first + timedelta(days=days))
    months = period.months()
    assert months[0].first <= period.first
    assert months[-1].last >= period.last
    gaps = {(b.first - a.last).days for a, b in pairwise(months)}
    assert gaps <= {1}
