"""The administrator sets what the office counts time by; cases follow it; nobody else may."""

from datetime import date

import pytest
from django.urls import reverse

from complaints.deadlines import days_off
from puskesmas import office_calendar
from puskesmas.errors import NotYourRole
from puskesmas.models import AuditEntry, Holiday, TimeLimit
from puskesmas.office_calendar import limits_of
from puskesmas.officers import DEFAULT_LIMITS

PAGES = ("office:time_limits", "office:holidays")


def filled(**changes):
    """Return the limits' form as the page sends it, the defaults unless told otherwise."""
    form = {f"{code}_days": days for code, (days, _working) in DEFAULT_LIMITS.items()}
    form |= {
        f"{code}_working": "on" for code, (_days, working) in DEFAULT_LIMITS.items() if working
    }
    return form | changes


def test_the_administrator_changes_a_limit_and_cases_follow_it(cast, login):
    form = filled(sktm_days=2, papers_days=10, papers_working="on")
    answer = login("admin").post(reverse("office:time_limits"), form)
    assert answer.status_code == 302
    assert limits_of(cast.village)[TimeLimit.Code.SKTM] == (2, True)
    assert limits_of(cast.village)[TimeLimit.Code.PAPERS] == (10, True)
    assert limits_of(cast.other_village)[TimeLimit.Code.SKTM] == DEFAULT_LIMITS["sktm"]
    assert AuditEntry.objects.get(action="set_time_limits").fields == ["papers", "sktm"]


@pytest.mark.parametrize("days", ["", "0", "400", "dua"])
def test_an_impossible_limit_is_named_and_nothing_changes(cast, login, days):
    form = filled(sktm_days=days, papers_days=10)
    answer = login("admin").post(reverse("office:time_limits"), form)
    assert list(answer.context["form"].errors) == ["sktm_days"]
    assert limits_of(cast.village)[TimeLimit.Code.PAPERS] == DEFAULT_LIMITS["papers"]


def test_a_local_holiday_is_added_counted_and_taken_away(cast, login):
    admin, url = login("admin"), reverse("office:holidays")
    assert admin.post(url, {"day": "24-11-2026", "name": "Pilkades"}).status_code == 302
    holiday = Holiday.objects.get()
    assert (holiday.office, holiday.name) == (cast.village, "Pilkades")
    assert days_off(cast.village)(holiday.day)
    assert not days_off(cast.other_village)(holiday.day)
    assert "Pilkades" in admin.get(url).content.decode()
    assert admin.post(url, {"remove": "2026-11-24"}).status_code == 302
    assert not Holiday.objects.exists()
    actions = AuditEntry.objects.filter(action__endswith="_holiday").values_list(
        "action", flat=True
    )
    assert set(actions) == {"add_holiday", "remove_holiday"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"day": "24-11-2026", "name": ""}, "name"),
        ({"day": "31-02-2026", "name": "x"}, "day"),
        ({"day": "25-11-2026", "name": "Dua kali"}, "day"),
    ],
)
def test_a_wrong_holiday_is_named_and_what_was_typed_stays(cast, login, sent, field):
    Holiday.objects.create(office=cast.village, day="2026-11-25", name="Pilkades")
    answer = login("admin").post(reverse("office:holidays"), sent)
    assert list(answer.context["form"].errors) == [field]
    assert sent["day"] in answer.content.decode()
    assert Holiday.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-11-25", "besok"])
def test_another_offices_holiday_is_not_there_to_take_away(cast, login, day):
    Holiday.objects.create(office=cast.other_village, day="2026-11-25", name="Pilkades")
    assert login("admin").post(reverse("office:holidays"), {"remove": day}).status_code == 404
    assert Holiday.objects.count() == 1


@pytest.mark.parametrize("who", ["front", "back", "koordinator", "head"])
def test_nobody_else_sets_them(cast, login, who):
    browser = login(who)
    for page in PAGES:
        assert browser.get(reverse(page)).status_code == 403
    with pytest.raises(NotYourRole):
        office_calendar.set_limits(actor=cast.actor(who), limits={"sktm": (9, True)})


def test_the_offices_page_leads_to_both(login):
    text = login("admin").get(reverse("office:office")).content.decode()
    for page in PAGES:
        assert f'href="{reverse(page)}"' in text


def test_who_changes_the_calendar_counts_by_the_new_one_at_once(cast):
    admin, day = cast.actor("admin"), date(2026, 11, 24)
    assert not days_off(admin.office)(day)
    office_calendar.add_holiday(actor=admin, day=day, name="Pilkades")
    assert days_off(admin.office)(day)
    office_calendar.remove_holiday(actor=admin, day=day)
    assert not days_off(admin.office)(day)
    office_calendar.set_limits(actor=admin, limits={TimeLimit.Code.SKTM: (2, True)})
    assert limits_of(admin.office)[TimeLimit.Code.SKTM] == (2, True)


def test_an_act_reads_the_calendar_once(cast, django_assert_num_queries):
    office = cast.village
    with django_assert_num_queries(2):
        for _case in range(3):
            limits_of(office)
            days_off(office)
