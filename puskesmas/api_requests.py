"""What a program sends and how it is read: bodies, fields, versions, keys; each slip is named."""

import io
import json
import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from puskesmas.api import api_actor
from puskesmas.days import FIRST_DAY, LAST_DAY
from puskesmas.errors import InvalidInput

#: A JSON body is a page of text at most; files come as multipart.
MAX_JSON_BYTES = 1024 * 1024
_LONGEST_NAME = 60

IF_MATCH = OpenApiParameter(
    "If-Match",
    type=str,
    location=OpenApiParameter.HEADER,
    required=True,
    description='The version you have seen, as the ETag gave it: `"3"`.',
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    type={"type": "string", "format": "uuid"},
    location=OpenApiParameter.HEADER,
    required=True,
    description="A UUID you choose; the same key again returns the first result.",
)


class Body(serializers.Serializer[Any]):
    """What a program sends. An unknown field is an error: its value would be lost unseen."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values; raise ValidationError for every wrong or unknown field."""
        unknown: dict[str, Any] = {}
        if isinstance(data, Mapping):
            unknown = {
                str(name)[:_LONGEST_NAME]: [_("Isian ini tidak dikenal.")]
                for name in data
                if name not in self.fields
            }
        try:
            values = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            detail: Any = error.detail
            raise exceptions.ValidationError({**unknown, **detail}) from None
        if unknown:
            raise exceptions.ValidationError(unknown)
        return values


class NoBody(Body):
    """An act without words: ``{}`` or nothing at all."""


class ReasonBody(Body):
    """An act with its reason."""

    reason = serializers.CharField(max_length=4000)


class DayField(serializers.DateField):
    """A day of somebody's life or work: ISO, from ``first`` to 2200."""

    default_error_messages = {"range": gettext_lazy("Tahunnya tidak mungkin.")}

    def __init__(self, *, first: date = FIRST_DAY, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = first

    def to_internal_value(self, value: Any) -> date:
        """Return the day. Raises ValidationError."""
        day: date = super().to_internal_value(value)
        if not self.first <= day <= LAST_DAY:
            self.fail("range")
        return day


class MomentField(serializers.DateTimeField):
    """A moment from ``first`` on: ISO 8601; without a zone it is the office's local time."""

    default_error_messages = {"range": gettext_lazy("Tahunnya tidak mungkin.")}

    def __init__(self, *, first: date = FIRST_DAY, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = first

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment, aware. Raises ValidationError."""
        moment: datetime = super().to_internal_value(value)
        if not self.first <= moment.date() <= LAST_DAY:
            self.fail("range")
        return moment


def valid(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body's checked values. Fields find the actor in their context.

    Raises:
        rest_framework.exceptions.ValidationError: a field is wrong; the answer names each.
    """
    parsed = body(data=request.data, context={"actor": api_actor(request)})
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def if_match(request: Request) -> int:
    """Return the version the program has seen, from ``If-Match: "3"``.

    Raises:
        InvalidInput: header missing (428 says it is required) or not a number.
    """
    value = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not value:
        error = InvalidInput(
            _("Sertakan versi yang Anda lihat di kepala If-Match."), code="if_match_required"
        )
        error.status = status.HTTP_428_PRECONDITION_REQUIRED
        raise error
    if not re.fullmatch("[0-9]{1,9}", value):
        raise InvalidInput(_("If-Match harus berisi angka versi."), code="if_match_invalid")
    return int(value)


def idempotency_key(request: Request) -> uuid.UUID:
    """Return the uid the program chose for what it creates, from ``Idempotency-Key``.

    Raises:
        InvalidInput: header missing or not a UUID.
    """
    value = request.headers.get("Idempotency-Key", "").strip().strip('"')
    try:
        return uuid.UUID(value)
    except ValueError:
        raise InvalidInput(
            _("Sertakan UUID di kepala Idempotency-Key supaya kiriman ulang tidak menggandakan."),
            code="idempotency_key_required",
        ) from None


class TooLarge(exceptions.APIException):
    """The body is longer than any honest one."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("Kiriman terlalu besar: paling besar 1 MB.")
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """JSON of at most :data:`MAX_JSON_BYTES`, however deep its brackets go."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the parsed body. Raises TooLarge, or ParseError for what is not JSON."""
        body = stream.read(MAX_JSON_BYTES + 1)
        if len(body) > MAX_JSON_BYTES:
            raise TooLarge
        try:
            parsed = super().parse(io.BytesIO(body), media_type, parser_context)
            # Half a character (a lone surrogate) passes JSON, and could not be said back.
            json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError:
            raise exceptions.ParseError(_("Kiriman JSON terlalu dalam.")) from None
        except UnicodeEncodeError:
            raise exceptions.ParseError(_("Kiriman memuat huruf yang rusak.")) from None
        return parsed
