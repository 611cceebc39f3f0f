"""Reports: their numbers are the cases' numbers, frozen; a later issue says what changed."""

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from complaints import receipts
from complaints.kinds import load_kinds
from complaints.models import ClockPause, Complaint, ComplaintKind
from complaints.workflow import CaseState
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.models import Transition
from registry.models import Resident
from reports.figures.documents import content, differences, durations, presenting, services
from reports.figures.models import Report
from reports.figures.periods import Period

WIB = ZoneInfo("Asia/Jakarta")
MARCH = Period.named("2026-03")


@pytest.fixture
def kinds(cast):
    load_kinds(cast.village)
    return {kind.code: kind for kind in ComplaintKind.objects.filter(office=cast.village)}


@pytest.fixture
def make(cast, kinds):
    def build(kind="programme", *, on=3, **fields):
        person = Resident.objects.create(office=cast.village, name="Sulastri", rw="01")
        at = datetime(2026, 3, on, 9, tzinfo=WIB)
        return Complaint.objects.create(
            **{
                "office": cast.village,
                "subject": person,
                "kind": kinds[kind],
                "received_at": at,
                "clock_started_at": at,
                "receipt_number": receipts.new_number(),
                **fields,
            }
        )

    return build


def _section(report_content, code):
    return next(one for one in report_content["sections"] if one["code"] == code)


def _rows(section):
    return {row["key"]: row["values"] for row in section["rows"]}


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("koordinator", "monthly"),
        ("head", "evaluation"),
        ("back", "summary"),
        ("manager", "villages"),
    ],
)
def test_each_report_is_issued_printed_and_taken_along(cast, who, kind):
    actor = cast.actor(who)
    report = services.issue(actor=actor, kind=kind, period=MARCH)
    assert report.content["sections"]
    assert presenting.pdf(report, actor=actor).startswith(b"%PDF")
    book = load_workbook(io.BytesIO(presenting.workbook(report)))
    assert len(book.worksheets) == len(report.content["sections"])


@pytest.mark.parametrize(
    ("who", "kind"),
    [("koordinator", "villages"), ("manager", "monthly"), ("koordinator", "nonsense")],
)
def test_a_report_of_another_tier_is_refused(cast, who, kind):
    with pytest.raises(InvalidInput):
        services.issue(actor=cast.actor(who), kind=kind, period=MARCH)


@pytest.mark.parametrize("who", ["front", "facilitator", "kasun", "admin", "district_front"])
def test_who_may_not_read_every_matter_issues_no_report(cast, who):
    with pytest.raises(NotYourRole):
        services.issue(actor=cast.actor(who), kind="monthly", period=MARCH)


def test_a_period_that_has_not_begun_is_refused(cast):
    actor = cast.actor("koordinator")
    later = actor.office.today() + timedelta(days=40)
    with pytest.raises(InvalidInput) as refused:
        services.issue(actor=actor, kind="monthly", period=Period.of_month(later))
    assert refused.value.field == "period"


def test_a_later_issue_leaves_the_first_as_it_was_and_says_what_changed(cast, make, login):
    actor = cast.actor("koordinator")
    make()
    first = services.issue(actor=actor, kind="monthly", period=MARCH)
    before = Report.objects.get(pk=first.pk).content
    make(on=9)
    second = services.issue(actor=actor, kind="monthly", period=MARCH)

    assert (first.issue, second.issue) == (1, 2)
    assert Report.objects.get(pk=first.pk).content == before
    changed = {
        (one.row, one.before, one.now) for one in differences.between(before, second.content)
    }
    assert ("Kebutuhan program", 1, 2) in changed
    page = login("koordinator").get(reverse("figures:report", args=[second.uid]))
    assert "Kebutuhan program (Jumlah): 1 → 2" in page.content.decode()


def test_one_form_sent_twice_issues_one_report(cast):
    actor = cast.actor("koordinator")
    uid = "0192aaaa-0000-7000-8000-000000000001"
    made = [
        services.issue(actor=actor, kind="summary", period=MARCH, client_uid=uid) for _ in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert Report.objects.count() == 1


# --- Small numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(("secret", "other"), [(1, 0), (2, 1), (3, 1)])
def test_few_confidential_matters_are_not_told_apart_and_the_total_stays_whole(
    cast, make, secret, other
):
    for kind, count in (("protection", secret), ("other", other), ("question", 2)):
        for _time in range(count):
            make(kind)
    section = content.counted("cases-received", "kind")(cast.actor("koordinator"), MARCH)
    told = {key: values[0] for key, values in _rows(section).items()}
    shown = {"protection": secret} if secret >= content.FEW else {}
    hidden = 0 if shown else secret
    rest = {"other": other + hidden} if other + hidden else {}
    assert told == {"question": 2, **shown, **rest}
    assert section["total"][0] == secret + other + 2


# --- Days and limits -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], (0, None, None)),
        ([4], (1, 4, 4)),
        ([1, 2, 3, 4], (4, 2.5, 4)),
        (list(range(1, 11)), (10, 5.5, 9)),
        (list(range(1, 101)), (100, 50.5, 90)),
    ],
)
def test_median_and_ninetieth_percentile_by_nearest_rank(days, expected):
    assert durations.spread(days) == expected


def _answered(cast, case, at):
    Transition.objects.create(
        at=at,
        office=cast.village,
        subject="complaints.complaint",
        subject_uid=case.uid,
        field="state",
        action="answer_here",
        source="in_handling",
        target=CaseState.ANSWERED,
    )


@pytest.mark.parametrize(
    ("answered_after", "paused", "kept"),
    [(5, 0, 1), (60, 0, 0), (60, 55, 1), (60, 20, 0)],
)
def test_a_limit_is_kept_when_the_office_answered_in_its_own_time(
    cast, make, answered_after, paused, kept
):
    case = make(received_at=datetime(2026, 1, 20, 9, tzinfo=WIB))
    start = datetime(2026, 1, 20, 9, tzinfo=WIB)
    Complaint.objects.filter(pk=case.pk).update(clock_started_at=start)
    if paused:
        ClockPause.objects.create(
            complaint=case,
            owed_by="resident",
            since=start + timedelta(days=1),
            until=start + timedelta(days=1 + paused),
        )
    at = start + timedelta(days=answered_after)
    _answered(cast, case, at)
    found = durations.limits_kept(cast.actor("koordinator"), Period.of_month(at.date()))
    assert found == {"no_field_check": (1, kept)}


def test_a_case_answered_in_one_month_and_closed_in_the_next_is_counted_in_the_first(cast, make):
    case = make()
    answered, closed = (datetime(2026, month, 20, 9, tzinfo=WIB) for month in (3, 4))
    _answered(cast, case, answered)
    _answered(cast, case, closed)
    actor = cast.actor("koordinator")
    kept = [durations.limits_kept(actor, Period.named(code)) for code in ("2026-03", "2026-04")]
    assert kept == [{"no_field_check": (1, 1)}, {}]


# --- Evaluation ----------------------------------------------------------------------------------


def test_an_evaluation_keeps_what_is_to_be_done_until_it_is_done(cast, login):
    actor = cast.actor("koordinator")
    report = services.issue(actor=actor, kind="evaluation", period=Period.named("2025"))
    action = services.plan_action(
        actor=actor, report=report.uid, what="Latih RT", who="Bu Rini", due_on=date(2027, 1, 31)
    )
    today = actor.office.today()
    with pytest.raises(InvalidInput):
        services.finish_action(actor=actor, uid=action.uid, done_on=today + timedelta(days=1))
    services.finish_action(actor=actor, uid=action.uid, done_on=today)
    with pytest.raises(WrongState):
        services.finish_action(actor=actor, uid=action.uid, done_on=today)
    page = login("koordinator").get(reverse("figures:report", args=[report.uid])).content.decode()
    assert "Latih RT" in page
    assert "Catat selesai" not in page


def test_only_an_evaluation_plans_and_another_village_finds_none(cast):
    actor = cast.actor("koordinator")
    report = services.issue(actor=actor, kind="summary", period=MARCH)
    planned = {"what": "x", "who": "y", "due_on": date(2027, 1, 1)}
    with pytest.raises(WrongState):
        services.plan_action(actor=actor, report=report.uid, **planned)
    with pytest.raises(NotFound):
        services.plan_action(actor=cast.actor("stranger_koordinator"), report=report.uid, **planned)


def test_a_line_of_a_report_leads_to_as_many_as_it_says(cast, make, login):
    for on in (1, 2, 31):
        make(on=on)
    report = services.issue(actor=cast.actor("koordinator"), kind="monthly", period=MARCH)
    client = login("koordinator")
    page = client.get(reverse("figures:report", args=[report.uid]))
    section = next(one for one in page.context["sections"] if one["code"] == "cases-received/kind")
    (row,) = section["rows"]
    assert client.get(row["url"]).context["total"] == row["values"][0] == 3


def test_the_form_on_the_page_issues_what_was_chosen(cast, login):
    client = login("head")
    last_year = str(cast.village.today().year - 1)
    sent = {
        "kind": "evaluation",
        "period": last_year,
        "client_uid": "0192aaaa-0000-7000-8000-00000000000a",
    }
    answer = client.post(reverse("figures:report_new"), sent)
    report = Report.objects.get()
    assert answer.url == reverse("figures:report", args=[report.uid])
    assert report.period == Period.named(last_year)
