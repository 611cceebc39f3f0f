"""A report as a page, a PDF and a sheet show it: always from what was frozen."""

import io
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, override
from openpyxl import Workbook

from puskesmas.actors import Actor
from registry.imports.writing import as_text
from reports.figures import catalogue
from reports.figures.models import Report
from reports.letters.contexts import office_head
from reports.letters.render import render_pdf
from reports.letters.words import long_date

_NOTHING = "–"
#: A sheet's name in XLSX may have so many signs, and none of these.
_LONGEST_NAME = 31
_UNFIT = str.maketrans("", "", r"[]:*?/\'")


def sections(report: Report, *, actor: Actor) -> list[dict[str, Any]]:
    """Return the sections with their cells beside their columns, and links to today's lists."""
    return [_with_cells(section, report, actor) for section in report.content["sections"]]


def _with_cells(section: dict[str, Any], report: Report, actor: Actor) -> dict[str, Any]:
    columns = section["columns"]
    rows = [
        {
            **row,
            "cells": list(zip(columns, row["values"], strict=True)),
            "url": _list_behind(section["code"], row["key"], report, actor),
        }
        for row in section["rows"]
    ]
    total = section["total"] and list(zip(columns, section["total"], strict=True))
    return {**section, "rows": rows, "total_cells": total}


def _list_behind(code: str, key: str, report: Report, actor: Actor) -> str:
    """Return the address of the list a line counted; "" for lines that are no figure's."""
    figure_code, _slash, dimension = code.partition("/")
    figure = catalogue.figure(figure_code)
    if figure is None or not dimension or not catalogue.may_see(figure, actor):
        return ""
    asked = {dimension: key}
    if not figure.is_now:
        asked |= {"first": f"{report.first:%d-%m-%Y}", "last": f"{report.last:%d-%m-%Y}"}
    return f"{reverse('figures:list', args=[figure_code])}?{urlencode(asked)}"


def was_unfinished(report: Report) -> bool:
    """Return whether its days were not over when it was issued."""
    issued_on = timezone.localtime(report.issued_at, report.office.tz).date()
    return issued_on <= report.last


def pdf(report: Report, *, actor: Actor) -> bytes:
    """Return the report's PDF, in Indonesian as all papers are."""
    with override("id"):
        shown = [_in_words(section) for section in sections(report, actor=actor)]
        context = {
            "paper": "f4",
            "office": office_head(report.office, letterhead="puskesos"),
            "title": gettext(str(report.get_kind_display())),
            "period": report.period.words,
            "issue": report.issue,
            "unfinished": was_unfinished(report),
            "sections": shown,
            "actions": [
                {
                    "what": action.what,
                    "who": action.who,
                    "due_on": long_date(action.due_on),
                    "done_on": long_date(action.done_on) if action.done_on else "",
                }
                for action in report.actions.all()
            ],
            "place": report.office.name,
            "dated": long_date(timezone.localtime(report.issued_at, report.office.tz).date()),
            "issued_by": report.issued_by.name if report.issued_by else "",
        }
    return render_pdf("figures/report_pdf.html", context)


def _in_words(section: dict[str, Any]) -> dict[str, Any]:
    def said(cells: list[Any] | None) -> list[Any] | None:
        return cells and [(column, _number(value)) for column, value in cells]

    rows = [{**row, "cells": said(row["cells"])} for row in section["rows"]]
    return {**section, "rows": rows, "total_cells": said(section["total_cells"])}


def _number(value: float | None) -> str:
    return _NOTHING if value is None else str(number_format(value, force_grouping=True))


def workbook(report: Report) -> bytes:
    """Return the report as XLSX, a sheet for each section; no text is a formula."""
    book = Workbook(write_only=True)
    for place, section in enumerate(report.content["sections"], start=1):
        name = f"{place} {section['title'].translate(_UNFIT)}"[:_LONGEST_NAME]
        page = book.create_sheet(name)
        unit = section["unit"] or _NOTHING
        for line in (
            [section["title"], report.period.words],
            [section["meaning"]],
            [unit, *section["columns"]],
        ):
            page.append([as_text(page, cell) for cell in line])
        for row in section["rows"]:
            page.append([as_text(page, row["label"]), *row["values"]])
        if section["total"]:
            page.append([as_text(page, "Jumlah seluruhnya"), *section["total"]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
