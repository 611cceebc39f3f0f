"""Lists over REST: pages by position, filters that say what they do not know."""

from datetime import datetime, time
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from puskesmas import keyset
from puskesmas.api_requests import FIRST_DAY, LAST_DAY

POSITION, SIZE = "position", "page_size"
SMALLEST, USUAL, LARGEST = 1, 20, 100


class KeysetPagination(BasePagination):
    """Pages by position, not by number: equally fast at the first and the thousandth.

    The view's ``order`` names the columns, the last one unique (:func:`puskesmas.keyset.page`).
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return one page. Raises ValidationError when ``page_size`` is no sensible number."""
        self._address = request.build_absolute_uri()
        position = request.query_params.get(POSITION, "")
        self._page = keyset.page(queryset, order=view.order, position=position, size=_size(request))
        return list(self._page.rows)

    def get_paginated_response(self, data: Any) -> Response:
        """Answer the page with the addresses of its neighbours, null for none."""
        return Response(
            {
                "next": self._at(self._page.next),
                "previous": self._at(self._page.previous),
                "results": data,
            }
        )

    def _at(self, position: str) -> str | None:
        plain = remove_query_param(self._address, POSITION)
        return replace_query_param(plain, POSITION, position) if position else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the OpenAPI schema of a page."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the OpenAPI parameters of a list."""
        size = {"type": "integer", "minimum": SMALLEST, "maximum": LARGEST, "default": USUAL}
        return [
            _query(POSITION, {"type": "string"}, "Where the page begins; from `next`, `previous`."),
            _query(SIZE, size, "Rows a page."),
        ]


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _size(request: Request) -> int:
    text = request.query_params.get(SIZE, str(USUAL))
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not SMALLEST <= size <= LARGEST:
        raise exceptions.ValidationError(
            {SIZE: [_("Isi angka 1 sampai %(most)d.") % {"most": LARGEST}]}
        )
    return size


class Filters(filters.FilterSet):
    """Base of an app's filters. An unknown name is an error: it would silently filter nothing."""

    def is_valid(self) -> bool:
        """Return whether the values are right. Raises ValidationError for an unknown filter."""
        known = {*self.filters, POSITION, SIZE}
        unknown = {name[:60]: [_("Saringan ini tidak dikenal.")] for name in set(self.data) - known}
        if unknown:
            raise exceptions.ValidationError(unknown)
        return super().is_valid()


class DayFilter(filters.DateFilter):
    """Rows from a day of the office's calendar on; with ``until``, up to the end of that day."""

    def __init__(self, *args: Any, until: bool = False, **kwargs: Any) -> None:
        bounds = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(*args, input_formats=["%Y-%m-%d"], validators=bounds, **kwargs)
        self.until = until

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Return the rows on the wanted side of the day's edge."""
        if value is None:
            return qs
        tz = self.parent.request.actor.office.tz
        edge = datetime.combine(value, time.max if self.until else time.min, tzinfo=tz)
        return qs.filter(**{f"{self.field_name}__{'lte' if self.until else 'gte'}": edge})
