"""REST: what our list and the tier above's say differently, and what is done about it."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_lists import Filters
from puskesmas.api_requests import IF_MATCH, NoBody, ReasonBody, if_match, valid
from referrals.models import Difference
from referrals.reconciliation import selectors, services
from referrals.reconciliation.workflow import KEEPERS, Kind, Standing

_TAGS = ["reconciliation"]


class DifferenceOut(serializers.Serializer[Any]):
    """A difference. ``theirs`` is the entry of the other office's list, empty when it has none.

    ``number`` is the agenda number up there; ``mendable`` says whether ``mend/`` does something.
    """

    uid = serializers.UUIDField(source="row.uid")
    version = serializers.IntegerField(source="row.version")
    kind = serializers.ChoiceField(source="row.kind", choices=Kind.choices)
    standing = serializers.ChoiceField(source="row.standing", choices=Standing.choices)
    referral = serializers.UUIDField(source="row.referral_uid")
    number = serializers.CharField()
    words = serializers.CharField()
    theirs = serializers.DictField(source="row.theirs")
    mendable = serializers.SerializerMethodField()
    reason = serializers.CharField()
    found_at = serializers.DateTimeField(source="row.found_at")
    handled_at = serializers.DateTimeField(source="row.handled_at", allow_null=True)
    settled_at = serializers.DateTimeField(source="row.settled_at", allow_null=True)

    def get_mendable(self, one: selectors.Shown) -> bool:
        return bool(one.button)


class ComparisonOut(serializers.Serializer[Any]):
    """A comparison; unfinished, it goes on by itself. ``failure`` is why it stopped or waits."""

    uid = serializers.UUIDField()
    asked_at = serializers.DateTimeField()
    compared = serializers.IntegerField()
    waiting = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()


class DifferenceFilters(Filters):
    """``standing`` may be given several times."""

    kind = filters.MultipleChoiceFilter(choices=Kind.choices, distinct=False)
    standing = filters.MultipleChoiceFilter(choices=Standing.choices, distinct=False)


class DifferenceList(generics.ListAPIView[Difference]):
    """What the two lists say differently, the oldest first; what is gone too."""

    roles = KEEPERS
    queryset = Difference.objects.none()
    serializer_class = DifferenceOut
    filterset_class = DifferenceFilters
    order = ("found_at", "uid")

    def get_queryset(self) -> Any:
        return selectors.differences(api_actor(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return one page in words (three queries more)."""
        return selectors.shown(
            super().paginate_queryset(queryset) or [], actor=api_actor(self.request)
        )

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


def _detail(actor: Actor, uid: str) -> Response:
    found = selectors.difference(uid, actor=actor)
    return with_version(DifferenceOut(found).data, found.row.version)


class Mend(APIView):
    """Do what mends a difference; the next comparison says whether it helped."""

    roles = KEEPERS

    @extend_schema(request=NoBody, responses=DifferenceOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.difference(uid, actor=actor)
        valid(NoBody, request)
        services.mend(actor=actor, uid=uid, version=if_match(request))
        return _detail(actor, uid)


class Explain(APIView):
    """Keep a difference as looked into, with its reason."""

    roles = KEEPERS

    @extend_schema(request=ReasonBody, responses=DifferenceOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.difference(uid, actor=actor)
        values = valid(ReasonBody, request)
        services.explain(actor=actor, uid=uid, version=if_match(request), **values)
        return _detail(actor, uid)


class Compare(APIView):
    """Ask for a comparison; one under way is answered instead of a second."""

    roles = KEEPERS

    @extend_schema(request=NoBody, responses={202: ComparisonOut}, tags=_TAGS)
    def post(self, request: Request) -> Response:
        valid(NoBody, request)
        asked = services.ask(actor=api_actor(request))
        return Response(ComparisonOut(asked).data, status=status.HTTP_202_ACCEPTED)
