"""Counting: a figure's lines by one dimension, with the year before beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from puskesmas.actors import Actor
from reports.figures.definitions import NONE, Dimension, Figure
from reports.figures.periods import Period


@dataclass(frozen=True)
class Line:
    """One line: ``before`` is the same a year ago, None where nobody can know."""

    key: str
    words: Any
    count: int
    before: int | None


@dataclass(frozen=True)
class Table:
    """A figure by one dimension. ``total`` counts each once, whatever the lines add up to."""

    figure: Figure
    dimension: Dimension
    period: Period
    lines: list[Line]
    total: int
    total_before: int | None

    @property
    def adds_up(self) -> bool:
        return sum(line.count for line in self.lines) == self.total


def chosen_rows(
    figure: Figure, *, actor: Actor, period: Period, chosen: Mapping[Dimension, str]
) -> QuerySet[Any]:
    """Return the rows behind a number: those of the period with the chosen values."""
    rows = figure.rows(actor, period)
    for dimension, key in chosen.items():
        wanted = {"value__isnull": True} if key == NONE else {"value": key}
        told = dimension.annotate(rows, actor.office).filter(**wanted)
        # Joined once more by its key, a row with several values stays one row.
        rows = rows.filter(pk__in=told.values("pk")) if dimension.is_many else told
    return rows


def total(figure: Figure, rows: QuerySet[Any]) -> int:
    """Return how many of the figure's unit the rows are (one query)."""
    return int(rows.aggregate(n=_count(figure, apart=False))["n"])


def table(
    figure: Figure,
    dimension: Dimension,
    *,
    actor: Actor,
    period: Period,
    chosen: Mapping[Dimension, str] | None = None,
) -> Table:
    """Return the figure's lines by the dimension: four queries, and those of its words.

    A figure of today has no year before: two queries.
    """
    rows = chosen_rows(figure, actor=actor, period=period, chosen=chosen or {})
    found = _by_key(figure, dimension, rows, actor)
    before: dict[str, int] = {}
    total_before = None
    if not figure.is_now:
        earlier = period.a_year_before()
        past = chosen_rows(figure, actor=actor, period=earlier, chosen=chosen or {})
        counted = _by_key(figure, dimension, past, actor)
        before = {dimension.a_year_on(key): count for key, count in counted.items()}
        total_before = total(figure, past)
    keys = _ordered(dimension, found, before)
    words = dimension.words(actor, [key for key in keys if key != NONE])
    return Table(
        figure=figure,
        dimension=dimension,
        period=period,
        lines=[
            Line(
                key=key,
                words=None if key == NONE else words.get(key, key),
                count=found.get(key, 0),
                before=None if figure.is_now else before.get(key, 0),
            )
            for key in keys
        ],
        total=total(figure, rows),
        total_before=total_before,
    )


def parts(
    figure: Figure, dimension: Dimension, *, actor: Actor, period: Period
) -> list[tuple[str, Any]]:
    """Return (key, words) of the values there are: one query, and those of the words."""
    found = _by_key(figure, dimension, figure.rows(actor, period), actor)
    keys = _ordered(dimension, found, {})
    words = dimension.words(actor, [key for key in keys if key != NONE])
    return [(key, None if key == NONE else words.get(key, key)) for key in keys]


def _by_key(
    figure: Figure, dimension: Dimension, rows: QuerySet[Any], actor: Actor
) -> dict[str, int]:
    told = dimension.annotate(rows, actor.office).order_by().values("value")
    counted = told.annotate(n=_count(figure, apart=dimension.is_many)).values_list("value", "n")
    return {NONE if value is None else str(value): count for value, count in counted}


def _count(figure: Figure, *, apart: bool) -> Count:
    """Return the count; joins that may repeat a row make each count once."""
    return Count(figure.counted, distinct=apart or figure.counted != "pk")


def _ordered(dimension: Dimension, found: dict[str, int], before: dict[str, int]) -> list[str]:
    keys = found.keys() | before.keys()
    if dimension.in_order:
        return sorted(keys, key=lambda key: (key == NONE, key))
    return sorted(keys, key=lambda key: (key == NONE, -found.get(key, 0), -before.get(key, 0), key))
