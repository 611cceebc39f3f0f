"""API endpoints that belong to no single app."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import api_actor
from puskesmas.api_answers import FileView
from puskesmas.models import Role
from puskesmas.views import attachment_for


class MeOut(serializers.Serializer[Any]):
    """Who the token or session acts for."""

    name = serializers.CharField()
    office = serializers.CharField()
    office_uid = serializers.UUIDField()
    zone = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class MeView(APIView):
    """Say who is asking, for which office, in which roles."""

    @extend_schema(responses=MeOut, tags=["office"])
    def get(self, request: Request) -> Response:
        actor = request.actor  # type: ignore[attr-defined]
        return Response(
            {
                "name": actor.user.name,
                "office": actor.office.full_name,
                "office_uid": actor.office.uid,
                "zone": actor.office.zone,
                "roles": sorted(actor.roles),
            }
        )


class AttachmentFile(FileView):
    """A file somebody handed in, for officers whom one of its owners lets see it."""

    @extend_schema(
        responses={(200, "*/*"): OpenApiResponse({"type": "string", "format": "binary"})},
        tags=["office"],
    )
    def get(self, request: Request, uid: str) -> HttpResponse:
        return attachment_for(api_actor(request), uid)
