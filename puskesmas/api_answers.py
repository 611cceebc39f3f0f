"""What answers over REST share: versions, history, files."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.models import Transition

#: A PDF, for ``extend_schema``.
PDF: dict[Any, Any] = {
    (200, "application/pdf"): OpenApiResponse({"type": "string", "format": "binary"})
}


def with_version(data: Any, version: int, *, http_status: int = 200) -> Response:
    """Answer a record with its version as ETag, for the next ``If-Match``."""
    return Response(data, status=http_status, headers={"ETag": f'"{version}"'})


class MoveOut(serializers.Serializer[Any]):
    """One change of state. ``by`` is empty when the program itself made it."""

    at = serializers.DateTimeField()
    field = serializers.CharField()
    action = serializers.CharField()
    from_state = serializers.CharField(source="source")
    to_state = serializers.CharField(source="target")
    by = serializers.CharField(source="actor.name", default="")
    reason = serializers.CharField(source="reason.text", default="")


def history_of(row: Any) -> list[dict[str, Any]]:
    """Return every change of a row's state fields, the first one first (one query)."""
    moves = Transition.objects.filter(subject_uid=row.uid)
    return list(
        MoveOut(moves.select_related("actor", "reason").order_by("at", "pk"), many=True).data
    )


class _OneKind(BaseContentNegotiation):
    """A file is of the kind it is, whatever the program says it accepts; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class FileView(APIView):
    """Base of endpoints that answer with a file."""

    content_negotiation_class = _OneKind


class ServedOut(serializers.Serializer[Any]):
    """Another office's word that this installation shows for it: as of when it was true, and when
    that office last sent anything."""

    server = serializers.CharField()
    as_of = serializers.DateTimeField()
    heard_at = serializers.DateTimeField()
