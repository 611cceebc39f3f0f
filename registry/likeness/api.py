"""REST for the work list: the same verbs and scoping as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import api_actor
from puskesmas.api_requests import Body, NoBody, valid
from registry import merging
from registry.likeness import deciding, selectors
from registry.models import Likeness

_TAGS = ["people"]


class LikenessOut(serializers.Serializer[Any]):
    """A question: may the list's row, or the resident ``other``, be this resident?

    ``score`` is 0–100, ``grounds`` are codes. ``verdict`` is empty while nobody has decided.
    """

    uid = serializers.UUIDField()
    resident = serializers.UUIDField(source="resident.person.uid")
    other = serializers.UUIDField(source="other.person.uid", allow_null=True, default=None)
    name = serializers.CharField(source="resident.person.name")
    other_name = serializers.SerializerMethodField()
    score = serializers.IntegerField()
    grounds = serializers.ListField(child=serializers.CharField())
    verdict = serializers.ChoiceField(choices=Likeness.Verdict.choices, allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_other_name(self, asked: Likeness) -> str:
        return asked.other.name if asked.other else str(asked.facts.get("name", ""))


class VerdictIn(Body):
    """``same`` or ``different``. Of two residents ``canonical`` stays."""

    verdict = serializers.ChoiceField(choices=["same", "different"])
    canonical = serializers.UUIDField(required=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class LikenessList(generics.ListAPIView[Likeness]):
    """The questions that wait for a decision, the likeliest first."""

    roles = merging.DECIDERS
    queryset = Likeness.objects.none()
    serializer_class = LikenessOut
    order = selectors.ORDER

    def get_queryset(self) -> Any:
        return selectors.open_questions(api_actor(self.request))

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LikenessDecide(APIView):
    """Decide a question; somebody else's earlier decision answers 409."""

    roles = merging.DECIDERS

    @extend_schema(request=VerdictIn, responses=LikenessOut, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        deciding.decide(actor=api_actor(request), uid=uid, **valid(VerdictIn, request))
        return _answer(request, uid)


class LikenessReopen(APIView):
    """Take a decision back."""

    roles = merging.DECIDERS

    @extend_schema(request=NoBody, responses=LikenessOut, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        deciding.reopen(actor=api_actor(request), uid=uid)
        return _answer(request, uid)


def _answer(request: Request, uid: str) -> Response:
    return Response(LikenessOut(selectors.question(uid, actor=api_actor(request))).data)
