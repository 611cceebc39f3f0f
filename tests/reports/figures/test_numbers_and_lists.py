"""Every number agrees with the list behind it, in a world that has something of everything."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from puskesmas.models import AuditEntry
from reports.figures import catalogue, counting
from reports.figures.definitions import Figure
from reports.figures.periods import Period


def _of(figure: Figure) -> str:
    return "koordinator" if figure.village else "manager"


def _period(actor: Any) -> Period:
    today = actor.office.today()
    return Period(today - timedelta(days=400), today + timedelta(days=1))


@pytest.mark.parametrize("figure", catalogue.FIGURES, ids=lambda one: one.code)
def test_each_number_is_as_many_as_its_list_shows(world, figure):
    actor = world.cast.actor(_of(figure))
    period = _period(actor)
    everything = counting.total(figure, figure.rows(actor, period))
    for dimension in figure.dimensions:
        table = counting.table(figure, dimension, actor=actor, period=period)
        assert table.total == everything
        for line in table.lines:
            rows = counting.chosen_rows(
                figure, actor=actor, period=period, chosen={dimension: line.key}
            )
            listed = list(figure.listed(rows))
            assert len(listed) == len({row.pk for row in listed}) == line.count
            assert all(figure.show(row).title for row in listed)


def test_the_world_has_something_in_nearly_every_figure(world):
    empty = {
        figure.code
        for figure in catalogue.FIGURES
        if not figure.rows(world.cast.actor(_of(figure)), _period(world.cast.actor(_of(figure))))
    }
    rare = {"cases-ended", "referrals-unanswered", "life-events", "adults-ektp", "uncovered"}
    assert empty <= rare


@pytest.mark.parametrize("figure", catalogue.FIGURES, ids=lambda one: one.code)
def test_another_office_counts_nothing_of_it(world, figure):
    own = world.cast.actor(_of(figure))
    stranger = world.cast.actor("stranger_koordinator" if figure.village else "stranger_manager")
    period = _period(own)
    theirs = {row.pk for row in figure.rows(stranger, period)}
    assert not theirs & {row.pk for row in figure.rows(own, period)}


def test_a_number_leads_to_its_list_and_the_list_says_what_it_is_of(client, world):
    client.force_login(world.cast.users["koordinator"])
    page = client.get(reverse("figures:figure", args=["cases-received"]), {"by": "kind"})
    row = next(row for row in page.context["rows"] if row["line"].count)
    assert row["url"] in page.content.decode().replace("&amp;", "&")
    listed = client.get(row["url"])
    assert listed.context["total"] == row["line"].count
    assert len(listed.context["results"]) == min(row["line"].count, 50)
    assert str(row["line"].words) in listed.content.decode()
    assert AuditEntry.objects.filter(action="figures.list").exists()


@pytest.mark.parametrize("who", ["koordinator", "manager"])
def test_the_overview_asks_the_same_number_of_questions_however_many_cases(
    client, world, who, django_assert_max_num_queries
):
    client.force_login(world.cast.users[who])
    with django_assert_max_num_queries(45):
        assert client.get(reverse("figures:figures")).status_code == 200
