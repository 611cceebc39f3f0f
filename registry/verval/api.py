"""REST for verval lists: the lists, their rows, and what was found at each door."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_requests import IF_MATCH, Body, NoBody, if_match, valid
from puskesmas.history import audit
from registry.identity import mask_number
from registry.models import VervalList, VervalRow, VervalState
from registry.verval import selectors, services
from registry.verval.views import READERS
from registry.verval.workflow import KEEPERS

_TAGS = ["verval"]


class VervalListOut(serializers.Serializer[Any]):
    """A verval list; ``total`` and ``done`` count the rows the asker may see."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    sender = serializers.CharField()
    reference = serializers.CharField()
    received_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=VervalState.choices)
    sent_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()
    done = serializers.IntegerField()


class VervalRowOut(serializers.Serializer[Any]):
    """One person of a list, NIK masked, and what was found. ``position`` is in degrees."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    line = serializers.IntegerField()
    name = serializers.CharField()
    nik = serializers.SerializerMethodField()
    address = serializers.CharField()
    dusun = serializers.CharField()
    rt = serializers.CharField()
    rw = serializers.CharField()
    resident = serializers.UUIDField(source="resident.uid", allow_null=True, default=None)
    assigned_to = serializers.CharField(source="assigned_to.name", default="")
    outcome = serializers.CharField()
    finding = serializers.CharField()
    reason = serializers.CharField()
    position = serializers.JSONField(allow_null=True)
    photo = serializers.UUIDField(source="photo.uid", allow_null=True, default=None)
    note = serializers.CharField()
    recorded_at = serializers.DateTimeField(allow_null=True)

    def get_nik(self, row: VervalRow) -> str:
        return mask_number(row.nik) if row.nik else ""


class RecordIn(Body):
    """What was found. ``finding`` and ``reason`` belong to "found" only."""

    outcome = serializers.ChoiceField(choices=VervalRow.Outcome.choices)
    finding = serializers.ChoiceField(
        choices=VervalRow.Finding.choices, required=False, allow_blank=True
    )
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    latitude = serializers.FloatField(required=False, allow_null=True)
    longitude = serializers.FloatField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    photo = serializers.FileField(required=False)


class VervalLists(generics.ListAPIView[Any]):
    """The verval lists the officer may see, newest first."""

    roles = READERS
    queryset = VervalList.objects.none()
    serializer_class = VervalListOut
    order = ("-pk",)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.lists_of(api_actor(self.request))


class VervalListRows(generics.ListAPIView[Any]):
    """A list's rows in the order in which one walks."""

    roles = READERS
    queryset = VervalRow.objects.none()
    serializer_class = VervalRowOut
    order = ("walk", "line")

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        actor = api_actor(self.request)
        held = selectors.verval_list(self.kwargs["uid"], actor=actor)
        return selectors.rows_of(held, actor=actor)


class VervalSend(APIView):
    """Freeze the sheet as it goes back to its sender."""

    roles = KEEPERS

    @extend_schema(request=NoBody, responses=VervalListOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        valid(NoBody, request)
        services.send_back(actor=actor, uid=uid, version=if_match(request))
        held = selectors.verval_list(uid, actor=actor)
        return with_version(VervalListOut(held).data, held.version)


class VervalRowDetail(APIView):
    """One row."""

    roles = READERS

    @extend_schema(responses=VervalRowOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show one row; the look is audited."""
        actor = api_actor(request)
        row = selectors.row(uid, actor=actor)
        audit(actor=actor, action="verval.open_row", subject=row)
        return with_version(VervalRowOut(row).data, row.version)

    @extend_schema(request=RecordIn, responses=VervalRowOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        """Record what was found; a photo comes as multipart."""
        actor = api_actor(request)
        selectors.row(uid, actor=actor)
        services.record(actor=actor, uid=uid, version=if_match(request), **valid(RecordIn, request))
        row = selectors.row(uid, actor=actor)
        return with_version(VervalRowOut(row).data, row.version)
