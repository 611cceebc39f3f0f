"""Pages of a list by position, not by number: the thousandth is as fast as the first.

A position is the ordering values of a row, so a list that grows meanwhile neither skips nor repeats
a row. Lists show no total: counting everything is what makes list pages slow.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

NEXT, PREVIOUS = "n", "p"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows. ``next`` and ``previous`` are positions for the address, "" for none."""

    rows: list[Row]
    next: str
    previous: str

    def turns(self, asked: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Return the addresses of the pages before and after, with what else was asked, for
        ``components/pager.html``.
        """
        more = f"&{urlencode(asked)}" if asked else ""
        return {
            "previous_url": f"?from={self.previous}{more}" if self.previous else "",
            "next_url": f"?from={self.next}{more}" if self.next else "",
        }


def page(
    queryset: QuerySet[Row], *, order: tuple[str, ...], position: str = "", size: int = 20
) -> Page[Row]:
    """Return one page of the queryset, in one query of ``size`` + 1 rows.

    ``order`` names columns of the row ("-" before one sorts it backwards), none of them null among
    the rows; the last is unique. A position nobody can read is the beginning.
    """
    way, values = _decode(queryset.model, order, position)
    backwards = way == PREVIOUS
    columns = tuple(_reversed(name) for name in order) if backwards else order
    rows = queryset.order_by(*columns)
    if values:
        rows = rows.filter(_after(columns, values))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ahead = bool(values) if backwards else more
    behind = more if backwards else bool(values)
    return Page(
        rows=found,
        next=_encode(NEXT, found[-1], order) if found and ahead else "",
        previous=_encode(PREVIOUS, found[0], order) if found and behind else "",
    )


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(columns: tuple[str, ...], values: list[Any]) -> Q:
    """Return the condition "comes later in this order", written out column by column."""
    condition = Q()
    same = Q()
    for name, value in zip(columns, values, strict=True):
        column = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        condition |= same & Q(**{f"{column}__{comparison}": value})
        same &= Q(**{column: value})
    return condition


def _encode(way: str, row: Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    # Dates and uids as text; their columns read it again.
    text = json.dumps([way, *values], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(model: type[Model], order: tuple[str, ...], position: str) -> tuple[str, list[Any]]:
    if not position:
        return NEXT, []
    try:
        padded = position + "=" * (-len(position) % 4)
        way, *texts = json.loads(base64.urlsafe_b64decode(padded))
        fields: list[Any] = [
            model._meta.pk if name == "pk" else model._meta.get_field(name)
            for name in (column.lstrip("-") for column in order)
        ]
        values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return NEXT, []
    if way not in {NEXT, PREVIOUS} or any(value is None for value in values):
        return NEXT, []
    return way, values
