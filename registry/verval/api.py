"""REST for verval lists: the lists, their rows, and what was found at each door."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    NoBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from registry.identity import mask_number
from registry.models import VervalList, VervalRow, VervalState
from registry.verval import answers, selectors, services
from registry.verval.assigning import Hands
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


class TakeInIn(Body):
    """A sheet from above: who sent it, when it came, when it is due."""

    upload = serializers.FileField()
    name = serializers.CharField(max_length=120)
    sender = serializers.CharField(max_length=120)
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    received_on = DayField()
    due_on = DayField(required=False)


class AssignIn(Body):
    """A hamlet as its rows have it, and the user name of whoever is to walk it."""

    officer = serializers.CharField(max_length=150)
    dusun = serializers.CharField(required=False, allow_blank=True, max_length=60)
    rw = serializers.CharField(required=False, allow_blank=True, max_length=10)


class AnswerPlaceIn(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(choices=list(answers.ANSWERS))
    column = serializers.IntegerField(min_value=0)


class AnswerPlacesIn(Body):
    """Which column takes which answer; for those left out columns are added at the right."""

    columns = AnswerPlaceIn(many=True)


class SheetTitlesOut(serializers.Serializer[Any]):
    """The sender's titles in their order, and which of them (from 0) takes which answer."""

    titles = serializers.ListField(child=serializers.CharField(allow_blank=True))
    columns = AnswerPlaceIn(many=True)


def _list(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    held = selectors.verval_list(uid, actor=actor)
    return with_version(VervalListOut(held).data, held.version, http_status=http_status)


class VervalLists(generics.ListAPIView[Any]):
    """The verval lists the officer may see, newest first; a new one."""

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else KEEPERS

    queryset = VervalList.objects.none()
    serializer_class = VervalListOut
    order = ("-pk",)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": TakeInIn},
        responses={201: VervalListOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Take in a list (multipart): find its people, divide it among those who walk."""
        actor = api_actor(request)
        made = services.take_in(
            actor=actor, client_uid=idempotency_key(request), **valid(TakeInIn, request)
        )
        return _list(actor, made.uid, http_status=status.HTTP_201_CREATED)

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


class VervalAssign(APIView):
    """Give the rows of a hamlet that nobody has visited yet to somebody who walks."""

    roles = KEEPERS

    @extend_schema(request=AssignIn, responses=VervalListOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.verval_list(uid, actor=actor)
        values = valid(AssignIn, request)
        named = {one.username: one for one in Hands(actor.office).officers}
        officer = named.get(values.pop("officer"))
        if officer is None:
            raise InvalidInput(
                _("Orang ini tidak sedang bertugas sebagai kepala dusun atau fasilitator."),
                field="officer",
            )
        services.assign(actor=actor, uid=uid, version=if_match(request), officer=officer, **values)
        return _list(actor, uid)


class VervalColumns(APIView):
    """Which of the sender's columns take which answer."""

    roles = KEEPERS

    @extend_schema(responses=SheetTitlesOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show the sender's titles; this opens the file, so do not poll here."""
        held = selectors.verval_list(uid, actor=api_actor(request))
        columns = [{"answer": name, "column": at} for name, at in held.answers.items()]
        found = SheetTitlesOut({"titles": services.titles_of(held), "columns": columns}).data
        return with_version(found, held.version)

    @extend_schema(
        request=AnswerPlacesIn, responses=VervalListOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def put(self, request: Request, uid: str) -> Response:
        """Say which columns take the answers."""
        actor = api_actor(request)
        selectors.verval_list(uid, actor=actor)
        said = valid(AnswerPlacesIn, request)["columns"]
        columns = {one["answer"]: one["column"] for one in said}
        services.set_columns(actor=actor, uid=uid, version=if_match(request), columns=columns)
        return _list(actor, uid)


class VervalSend(APIView):
    """Freeze the sheet as it goes back to its sender."""

    roles = KEEPERS

    @extend_schema(request=NoBody, responses=VervalListOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        valid(NoBody, request)
        services.send_back(actor=actor, uid=uid, version=if_match(request))
        return _list(actor, uid)


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
