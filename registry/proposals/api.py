"""REST for proposals: the same verbs and the same scoping as the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import MoveOut, history_of, with_version
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
from registry import selectors as people
from registry.criteria.selectors import survey as find_survey
from registry.models import Proposal
from registry.proposals import selectors, services
from registry.proposals.acts import ACTS
from registry.proposals.filters import ProposalFilters
from registry.proposals.workflow import PROPOSERS, READERS, ProposalState

_TAGS = ["proposals"]
#: What a verval may find.
FINDINGS = Proposal.Finding.choices[1:]


class ExtraIn(Body):
    """What only the monthly sheet asks for; null where nobody asked."""

    pregnant = serializers.BooleanField(required=False, allow_null=True)
    pregnant_since = DayField(required=False, allow_null=True)
    disabled = serializers.BooleanField(required=False, allow_null=True)
    disability_code = serializers.CharField(required=False, allow_blank=True, max_length=2)


class ProposalChange(Body):
    """A correction. ``survey`` is the uid of a survey of the office."""

    programme = serializers.ChoiceField(choices=Proposal.Programme.choices, required=False)
    reason = serializers.CharField(max_length=2000)
    survey = serializers.UUIDField(required=False, allow_null=True)
    extra = ExtraIn(required=False)


class ProposalIn(ProposalChange):
    """A new proposal. ``in_place_of`` is the uid of whom the person follows."""

    subject = serializers.UUIDField()
    register = serializers.CharField(max_length=20)
    kind = serializers.ChoiceField(choices=Proposal.Kind.choices)
    origin = serializers.ChoiceField(choices=Proposal.Origin.choices)
    origin_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    in_place_of = serializers.UUIDField(required=False, allow_null=True)
    proposed_on = DayField(required=False)


class ProposalOut(serializers.Serializer[Any]):
    """A proposal in a list; ``age_days`` since it was proposed."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    subject = serializers.UUIDField(source="resident.uid")
    name = serializers.CharField(source="resident.name")
    register = serializers.CharField(source="register.code")
    kind = serializers.ChoiceField(choices=Proposal.Kind.choices)
    programme = serializers.ChoiceField(choices=Proposal.Programme.choices)
    state = serializers.ChoiceField(choices=ProposalState.choices)
    proposed_on = serializers.DateField()
    age_days = serializers.SerializerMethodField()

    def get_age_days(self, proposal: Proposal) -> int:
        return selectors.age_in_days(proposal, self.context["actor"].office)


class ProposalDetailOut(ProposalOut):
    """A proposal with its history. ``actions`` are the acts open to the asker now."""

    origin = serializers.ChoiceField(choices=Proposal.Origin.choices)
    origin_name = serializers.CharField()
    reason = serializers.CharField()
    in_place_of = serializers.UUIDField(source="in_place_of.uid", default=None, allow_null=True)
    survey = serializers.UUIDField(source="survey.uid", default=None, allow_null=True)
    finding = serializers.CharField()
    finding_reason = serializers.CharField()
    answered_on = serializers.DateField(allow_null=True)
    answer_note = serializers.CharField()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @extend_schema_field(MoveOut(many=True))
    def get_history(self, proposal: Proposal) -> list[dict[str, Any]]:
        return history_of(proposal)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, proposal: Proposal) -> list[str]:
        actor = self.context["actor"]
        family = people.is_family(actor.user, proposal.resident)
        return [act.code for act in ACTS.values() if act.is_open(actor, proposal, is_family=family)]


def _answer(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    proposal = selectors.proposal(uid, actor=actor)
    data = ProposalDetailOut(proposal, context={"actor": actor}).data
    return with_version(data, proposal.version, http_status=http_status)


def _said(values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Return programme, reason, survey and extra facts as the verbs take them."""
    survey = values.pop("survey", None)
    return {
        "programme": values.pop("programme", Proposal.Programme.NONE),
        "reason": values.pop("reason"),
        "survey": find_survey(survey, actor=actor) if survey else None,
        "extra": services.Extra(**values.pop("extra", {})),
    }


class ProposalList(generics.ListAPIView[Proposal]):
    """The office's proposals, the oldest first; a new one."""

    serializer_class = ProposalOut
    filterset_class = ProposalFilters
    order = selectors.ORDER

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else PROPOSERS

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Proposal.objects.none()
        return selectors.proposals(api_actor(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "actor": getattr(self.request, "actor", None)}

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, in pages by position."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=ProposalIn,
        responses={201: ProposalDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Propose a person; the same one open already answers 409 with ``existing``."""
        actor = api_actor(request)
        values = valid(ProposalIn, request)
        before = values.pop("in_place_of", None)
        proposal = services.propose(
            actor=actor,
            client_uid=idempotency_key(request),
            resident=people.person(values.pop("subject"), actor=actor),
            register_code=values.pop("register"),
            in_place_of=people.person(before, actor=actor) if before else None,
            **_said(values, actor),
            **values,
        )
        return _answer(actor, proposal.uid, http_status=status.HTTP_201_CREATED)


class ProposalDetail(APIView):
    """One proposal."""

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else PROPOSERS

    @extend_schema(responses=ProposalDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show one; the look is audited."""
        actor = api_actor(request)
        answer = _answer(actor, uid)
        audit(actor=actor, action="open_proposal", subject=selectors.proposal(uid, actor=actor))
        return answer

    @extend_schema(
        request=ProposalChange, responses=ProposalDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def put(self, request: Request, uid: str) -> Response:
        """Correct one that is still in the village, whole."""
        actor = api_actor(request)
        said = _said(valid(ProposalChange, request), actor)
        services.change_proposal(actor=actor, uid=uid, version=if_match(request), **said)
        return _answer(actor, uid)


class FindingBody(ReasonBody):
    """The verval's finding."""

    finding = serializers.ChoiceField(choices=FINDINGS)


class WeighBody(ReasonBody):
    """Pass it on all the same, or keep it here."""

    forward = serializers.BooleanField()


class ProposalAnswerBody(Body):
    """The owner's answer, noted by hand; a reason where it was rejected or sent back."""

    answer = serializers.ChoiceField(choices=services.ANSWERS)
    answered_on = DayField()
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class _ActView(APIView):
    """Base of the acts: body, verb, the proposal as it stands afterwards."""

    code: ClassVar[str]
    body: ClassVar[type[Body]] = NoBody

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(ACTS[self.code].roles)

    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.proposal(uid, actor=actor)
        values = valid(self.body, request)
        ACTS[self.code].verb(actor=actor, uid=uid, version=if_match(request), **values)
        return _answer(actor, uid)


def _act(code: str, body: type[Body], says: str) -> type[APIView]:
    """Return the view of one act of the proposal's page."""
    schema: Callable[[Any], Any] = extend_schema(
        request=body, responses=ProposalDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    name = f"Proposal{code.title()}"
    given = {"code": code, "body": body, "__doc__": says, "__module__": __name__}
    view: type[APIView] = schema(type(name, (_ActView,), given))
    return view


ACT_VIEWS = {
    "submit": _act("submit", NoBody, "Hand it to the first step of the office's order."),
    "finding": _act("finding", FindingBody, "Record what the verval found."),
    "weigh": _act("weigh", WeighBody, "Weigh a doubted proposal."),
    "answer": _act("answer", ProposalAnswerBody, "Record the owner's answer."),
    "resubmit": _act("resubmit", ReasonBody, "Make a returned one ready again."),
    "reopen": _act("reopen", ReasonBody, "Open an ended one again."),
    "withdraw": _act("withdraw", ReasonBody, "Withdraw it."),
}
