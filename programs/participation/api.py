"""REST for participation: of a person, of a programme, double cover and gaps."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.api import ProgrammeCode
from programs.models import Participation
from programs.participation import cover, selectors, services
from programs.participation.services import BY_HAND
from programs.participation.views import LISTERS
from programs.selectors import participations_of
from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_lists import Filters
from puskesmas.api_requests import IF_MATCH, Body, DayField, if_match, valid
from puskesmas.history import audit
from registry.models import Household, Resident
from registry.roles import READERS, WRITERS
from registry.selectors import person

_TAGS = ["participation"]
_SELF = Participation.Source.SELF


class HoldingOut(serializers.Serializer[Any]):
    """A programme somebody receives, says ``source``; ``since`` is null when nobody knows.

    ``reliable`` is false where only the person says so.
    """

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    code = serializers.CharField(source="programme.code")
    name = serializers.CharField(source="programme.name")
    source = serializers.ChoiceField(choices=Participation.Source.choices)  # type: ignore[assignment]
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    reliable = serializers.SerializerMethodField()

    def get_reliable(self, held: Participation) -> bool:
        return held.source != _SELF


class HoldingIn(Body):
    """What a person receives; ``evidence`` is who says so: "self" or the programme's "owner"."""

    programme = ProgrammeCode()
    evidence = serializers.ChoiceField(choices=[(one.value, one.label) for one in BY_HAND])
    since = DayField(required=False, allow_null=True)


class StopIn(Body):
    """The last day, and what says so."""

    until = DayField()
    reason = serializers.CharField(max_length=500)


class PersonProgrammes(APIView):
    """What a person receives today: to be looked at before a matter is registered."""

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else WRITERS

    @extend_schema(responses=HoldingOut(many=True), tags=["people"])
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        resident = person(uid, actor=actor)
        audit(actor=actor, action="open_person", subject=resident)
        return Response(HoldingOut(participations_of([resident])[resident.pk], many=True).data)

    @extend_schema(request=HoldingIn, responses={201: HoldingOut}, tags=["people"])
    def post(self, request: Request, uid: str) -> Response:
        """Write down that a person receives a programme; again changes nothing."""
        values = valid(HoldingIn, request)
        source = values.pop("evidence")
        held = services.note_participation(
            actor=api_actor(request), resident_uid=uid, source=source, **values
        )
        return with_version(HoldingOut(held).data, held.version, http_status=201)


class ParticipationStop(APIView):
    """Note that somebody receives a programme no more."""

    roles = WRITERS

    @extend_schema(request=StopIn, responses=HoldingOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        held = services.stop_participation(
            actor=api_actor(request), uid=uid, version=if_match(request), **valid(StopIn, request)
        )
        return with_version(HoldingOut(held).data, held.version, http_status=status.HTTP_200_OK)


class RecipientOut(serializers.Serializer[Any]):
    """Who receives a programme. ``dropped``: he died or moved, since ``dropped_on``."""

    person = serializers.UUIDField(source="person.uid")
    name = serializers.CharField(source="person.name")
    dusun = serializers.CharField(source="person.dusun")
    rt = serializers.CharField(source="person.rt")
    rw = serializers.CharField(source="person.rw")
    dropped = serializers.SerializerMethodField()
    dropped_on = serializers.DateField(source="person.life_since", allow_null=True)
    holdings = HoldingOut(source="rows", many=True)

    def get_dropped(self, line: selectors.Recipient) -> bool:
        return line.person.life != Resident.Life.ALIVE


class RecipientFilters(Filters):
    """A part of the village."""

    dusun = filters.CharFilter(lookup_expr="iexact")
    rt = filters.CharFilter(lookup_expr="iexact")
    rw = filters.CharFilter(lookup_expr="iexact")


class RecipientList(generics.ListAPIView[Any]):
    """The people who receive a programme, each once whatever the sources; then the dropped ones."""

    queryset = Resident.objects.none()
    serializer_class = RecipientOut
    filterset_class = RecipientFilters
    roles = LISTERS
    order = ("life", *selectors.ORDER)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        actor = api_actor(request)
        held = selectors.programme(self.kwargs["uid"], actor=actor)
        found = selectors.everybody_named(actor, held)
        page = self.paginate_queryset(self.filter_queryset(found))
        audit(actor=actor, action="participation.list", subject=held)
        lines = selectors.with_sources(held, page or [])
        return self.get_paginated_response(RecipientOut(lines, many=True).data)


class OverlapOut(serializers.Serializer[Any]):
    """Two programmes that should not come together, by their codes."""

    one = serializers.CharField(source="one.code")
    other = serializers.CharField(source="other.code")
    why = serializers.CharField()


class NamedOut(serializers.Serializer[Any]):
    """A person by uid and name."""

    uid = serializers.UUIDField()
    name = serializers.CharField()


class DoubleOut(serializers.Serializer[Any]):
    """Who has both; ``household`` is null for a person on no card."""

    overlap = OverlapOut()
    people = NamedOut(many=True)
    household = serializers.UUIDField(source="household.uid", default=None, allow_null=True)


class DoubleCover(APIView):
    """Who has two programmes that should not come together, as far as the office knows."""

    roles = LISTERS

    @extend_schema(responses=DoubleOut(many=True), tags=_TAGS)
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        audit(actor=actor, action="cover.double")
        return Response(DoubleOut(cover.double_cover(actor), many=True).data)


class GapOut(serializers.Serializer[Any]):
    """A family of whom nobody is known to receive anything; ``decile`` of the newest list."""

    uid = serializers.UUIDField()
    dusun = serializers.CharField()
    rt = serializers.CharField()
    rw = serializers.CharField()
    decile = serializers.IntegerField(allow_null=True)


class GapFilters(Filters):
    """A part of the village, and the highest decile."""

    dusun = filters.CharFilter(lookup_expr="iexact")
    rt = filters.CharFilter(lookup_expr="iexact")
    rw = filters.CharFilter(lookup_expr="iexact")
    max_decile = filters.NumberFilter(
        field_name="decile", lookup_expr="lte", min_value=1, max_value=10
    )


class GapList(generics.ListAPIView[Any]):
    """Families of whom nobody is known to receive anything."""

    queryset = Household.objects.none()
    serializer_class = GapOut
    filterset_class = GapFilters
    roles = LISTERS
    order = ("rw", "rt", "pk")

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        audit(actor=api_actor(request), action="cover.gaps")
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Household]:
        return cover.gaps(api_actor(self.request))
