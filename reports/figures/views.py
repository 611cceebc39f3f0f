"""The figures pages: all at a glance, one by one dimension, and the list behind a number."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints.selectors import READERS as VILLAGE
from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import actor_of, officer_page
from reports.figures import catalogue, charts, counting, report_views
from reports.figures.catalogue.inbox import ROLES as ABOVE
from reports.figures.definitions import NONE, Figure
from reports.figures.forms import FigureForm, PeriodForm, chosen_parts
from reports.figures.periods import Period

ROLES = (*VILLAGE, *ABOVE)
_TEMPLATES = "figures"
_PAGE = 50


@require_GET
@officer_page(*ROLES)
def figures(request: HttpRequest) -> HttpResponse:
    """All figures of the tier for one period, each with the year before."""
    actor = actor_of(request)
    form = PeriodForm(request.GET, today=actor.office.today())
    period = form.chosen_period
    asked = urlencode(form.asked)
    groups: dict[Any, list[dict[str, Any]]] = {}
    for figure in catalogue.figures_for(actor):
        groups.setdefault(figure.group, []).append(_row(figure, actor, period, asked))
    context = {"form": form, "period": period, "groups": groups.items(), "active": len(form.errors)}
    context["may_read_reports"] = actor.has(*report_views.READERS)
    return render(request, f"{_TEMPLATES}/figures.html", context)


def _row(figure: Figure, actor: Actor, period: Period, asked: str) -> dict[str, Any]:
    now = counting.total(figure, figure.rows(actor, period))
    earlier = period.a_year_before()
    before = None if figure.is_now else counting.total(figure, figure.rows(actor, earlier))
    return {
        "figure": figure,
        "total": now,
        "before": before,
        "url": _address("figure", figure, "" if figure.is_now else asked),
    }


@require_GET
@officer_page(*ROLES)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure by one dimension: table and bars, each number a link to its list."""
    actor = actor_of(request)
    found = _figure(code, actor)
    period = PeriodForm(request.GET, today=actor.office.today()).chosen_period
    parts = {
        one.code: counting.parts(found, one, actor=actor, period=period) for one in found.dimensions
    }
    form = FigureForm(request.GET, figure=found, parts=parts, today=actor.office.today())
    chosen = chosen_parts(found, request.GET)
    table = counting.table(found, form.dimension, actor=actor, period=period, chosen=chosen)
    context = {
        "figure": found,
        "form": form,
        "active": form.active + len(form.errors),
        "clear_url": _address("figure", found, urlencode(form.asked)),
        "table": table,
        "chart": charts.bars(table),
        "period": period,
        "rows": [_linked(found, table, line, request) for line in table.lines],
        "total_url": _address("list", found, _query(request)),
    }
    return render(request, f"{_TEMPLATES}/figure.html", context)


def _linked(
    found: Figure, table: counting.Table, line: counting.Line, request: HttpRequest
) -> dict[str, Any]:
    part = {table.dimension.code: line.key}
    return {"line": line, "url": _address("list", found, _query(request, **part))}


@require_GET
@officer_page(*ROLES)
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a number. Audited."""
    actor = actor_of(request)
    found = _figure(code, actor)
    period = PeriodForm(request.GET, today=actor.office.today()).chosen_period
    chosen = chosen_parts(found, request.GET)
    rows = counting.chosen_rows(found, actor=actor, period=period, chosen=chosen)
    page = keyset.page(
        found.listed(rows),
        order=found.order,
        position=request.GET.get("from", ""),
        size=_PAGE,
    )
    audit(actor=actor, action="figures.list", fields=[found.code])
    context = {
        "figure": found,
        "period": period,
        "total": counting.total(found, rows),
        "parts": [(one.label, _said(one, actor, key)) for one, key in chosen.items()],
        "results": [found.show(row) for row in page.rows],
        "figure_url": _address("figure", found, _query(request)),
        **page.turns({name: value for name, value in request.GET.items() if name != "from"}),
    }
    return render(request, f"{_TEMPLATES}/list.html", context)


def _said(dimension: Any, actor: Actor, key: str) -> Any:
    if key == NONE:
        return _("(tidak tercatat)")
    return dimension.words(actor, [key]).get(key, key)


def _figure(code: str, actor: Actor) -> Figure:
    found = catalogue.figure(code)
    if found is None or not catalogue.may_see(found, actor):
        raise Http404
    return found


def _query(request: HttpRequest, **more: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name != "from" and value}
    return urlencode(kept | more)


def _address(name: str, figure: Figure, query: str) -> str:
    address = reverse(f"figures:{name}", args=[figure.code])
    return f"{address}?{query}" if query else address
