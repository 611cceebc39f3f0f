"""REST for calls: what is asked, who is named and why, and each step up to the owner's choice."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.calls import selectors, services
from programs.calls.views import COUNTER, DECIDERS, NAMERS
from programs.calls.workflow import CALL, READERS
from programs.models import Call, CallState, Candidate, LegalBasis, Programme
from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    NoBody,
    ReasonBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.history import audit
from puskesmas.models import Role

_TAGS = ["calls"]


class CallOut(serializers.Serializer[Any]):
    """A call for candidates; ``named`` counts the names on its list."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    owner = serializers.CharField()
    programme = serializers.CharField(source="programme.code", default="")
    wanted = serializers.IntegerField()
    named = serializers.IntegerField()
    criteria = serializers.CharField()
    reference = serializers.CharField()
    received_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=CallState.choices)
    handed_to = serializers.CharField()
    handed_on = serializers.DateField(allow_null=True)
    legal_basis = serializers.CharField()


class CandidateOut(serializers.Serializer[Any]):
    """A name on the list. ``dropped``: he died or moved since. ``covered``: programme codes."""

    uid = serializers.UUIDField(source="candidate.uid")
    version = serializers.IntegerField(source="candidate.version")
    person = serializers.UUIDField(source="person.uid")
    name = serializers.CharField(source="person.name")
    age = serializers.IntegerField(allow_null=True)
    decile = serializers.IntegerField(allow_null=True)
    covered = serializers.SerializerMethodField()
    reason = serializers.CharField(source="candidate.reason")
    dropped = serializers.BooleanField()
    result = serializers.CharField(source="candidate.result")

    def get_covered(self, line: selectors.CandidateLine) -> list[str]:
        return [one.programme.code for one in line.covered]


class CallDetailOut(CallOut):
    """A call with its list. ``actions`` are the acts open to the asker's roles now."""

    candidates = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @extend_schema(responses=CandidateOut(many=True))
    def get_candidates(self, call: Call) -> list[dict[str, Any]]:
        lines = selectors.candidates_of(call, actor=self.context["actor"])
        return list(CandidateOut(lines, many=True).data)

    def get_actions(self, call: Call) -> list[str]:
        steps = CALL.available(state=call.state, actor=self.context["actor"])
        return [step.action for step in steps]


class CallIn(Body):
    """What an owner asks for; ``programme`` by its code, left out for another one."""

    owner = serializers.CharField(max_length=120)
    programme = serializers.CharField(max_length=30, required=False)
    wanted = serializers.IntegerField(min_value=1)
    criteria = serializers.CharField(max_length=500)
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    received_on = DayField()
    due_on = DayField(required=False, allow_null=True)


class NameIn(Body):
    """Whom to name, by uid, and why."""

    person = serializers.UUIDField()
    reason = serializers.CharField(max_length=500)


class CallBasisIn(Body):
    """Why the names may go to the owner."""

    legal_basis = serializers.ChoiceField(choices=LegalBasis.choices)


class CallHandOverIn(Body):
    """``legal_basis``: why the names may go to who is not of the government."""

    receiver = serializers.CharField(max_length=120)
    handed_on = DayField()
    legal_basis = serializers.ChoiceField(choices=LegalBasis.choices, required=False)


class ResultIn(Body):
    """What the owner chose; ``evidence`` says who or what tells so."""

    result = serializers.ChoiceField(choices=Candidate.Result.choices)
    told_on = DayField()
    evidence = serializers.CharField(max_length=120)


def _detail(request: Request, uid: Any, *, http_status: int = 200) -> Response:
    actor = api_actor(request)
    call = selectors.call(uid, actor=actor)
    data = CallDetailOut(call, context={"actor": actor}).data
    return with_version(data, call.version, http_status=http_status)


class CallList(generics.ListAPIView[Any]):
    """The office's calls for candidates."""

    queryset = Call.objects.none()
    serializer_class = CallOut
    order = ("-pk",)

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else COUNTER

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=CallIn, responses={201: CallDetailOut}, parameters=[IDEMPOTENCY_KEY], tags=_TAGS
    )
    def post(self, request: Request) -> Response:
        """Write down what an owner asks for."""
        actor = api_actor(request)
        values = valid(CallIn, request)
        if code := values.pop("programme", ""):
            values["programme"] = Programme.objects.visible_to(actor).filter(code=code).first()
            if values["programme"] is None:
                raise serializers.ValidationError({"programme": [_("Pilih programnya.")]})
        call = services.open_call(actor=actor, client_uid=idempotency_key(request), **values)
        return _detail(request, call.uid, http_status=status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        return selectors.calls_of(api_actor(self.request))


class CallDetail(APIView):
    """One call with its list."""

    roles = READERS

    @extend_schema(responses=CallDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show one call; the look is audited."""
        answer = _detail(request, uid)
        actor = api_actor(request)
        audit(actor=actor, action="call.open", subject=selectors.call(uid, actor=actor))
        return answer


class CallNames(APIView):
    """Put a resident on the list, with the reason."""

    roles = NAMERS

    @extend_schema(request=NameIn, responses={201: CallDetailOut}, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        values = valid(NameIn, request)
        services.name_candidate(
            actor=api_actor(request),
            uid=uid,
            resident_uid=values["person"],
            reason=values["reason"],
        )
        return _detail(request, uid, http_status=status.HTTP_201_CREATED)


class CandidateStrike(APIView):
    """Take a name off the list again."""

    roles = NAMERS

    @extend_schema(request=NoBody, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        call = services.strike_candidate(
            actor=api_actor(request), uid=uid, version=if_match(request)
        )
        return _detail(request, call.uid)


class CandidateResult(APIView):
    """Record what the owner chose of one person."""

    roles = COUNTER

    @extend_schema(request=ResultIn, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        values = valid(ResultIn, request)
        candidate = services.record_result(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            result=values["result"],
            told_on=values["told_on"],
            source=values["evidence"],
        )
        return _detail(request, candidate.call.uid)


class CallSubmit(APIView):
    """Put the list before the approver."""

    roles = (Role.BACK,)

    @extend_schema(request=NoBody, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        services.submit(actor=api_actor(request), uid=uid, version=if_match(request))
        return _detail(request, uid)


class CallApprove(APIView):
    """Approve the list: leave to hand it over."""

    roles = DECIDERS

    @extend_schema(request=NoBody, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        services.approve(actor=api_actor(request), uid=uid, version=if_match(request))
        return _detail(request, uid)


class CallReturn(APIView):
    """Give the list back to be mended."""

    roles = DECIDERS

    @extend_schema(request=ReasonBody, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        services.return_call(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(ReasonBody, request),
        )
        return _detail(request, uid)


class CallBasis(APIView):
    """Record why the names may go to the owner; before that nobody opens a partner's list."""

    roles = COUNTER

    @extend_schema(request=CallBasisIn, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        services.record_basis(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(CallBasisIn, request),
        )
        return _detail(request, uid)


class CallHandOver(APIView):
    """Record who took the list; it is frozen as it went."""

    roles = COUNTER

    @extend_schema(
        request=CallHandOverIn, responses=CallDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        services.hand_over(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(CallHandOverIn, request),
        )
        return _detail(request, uid)
