"""REST: the programmes somebody may ask for with the reason of every rule; stating a fact."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.eligibility import services
from programs.eligibility.confidence import withheld_from
from programs.eligibility.judging import Result
from programs.eligibility.options import options_for
from programs.eligibility.presenting import option_rows
from programs.models import Judgement, Programme
from programs.participation.views import LISTERS
from puskesmas.api import api_actor
from puskesmas.api_requests import Body, DayField, valid
from puskesmas.history import audit
from registry.models import Resident
from registry.roles import WRITERS
from registry.selectors import person

_TAGS = ["eligibility"]
_RESULTS = [result.value for result in Result]


class RuleFactOut(serializers.Serializer[Any]):
    """A fact a rule looked at; ``why`` says why nothing is known of it, or shown."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    evidence = serializers.CharField(source="source")
    detail = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    why = serializers.CharField()


class RuleAnswerOut(serializers.Serializer[Any]):
    """One rule: met, not met, unknown, or impossible to evaluate (``why`` says why)."""

    code = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.CharField()
    exclusion = serializers.BooleanField(source="is_exclusion")
    rule_result = serializers.ChoiceField(choices=_RESULTS, source="result")
    why = serializers.CharField()
    weight = serializers.CharField()
    change = serializers.CharField()
    basis = serializers.CharField(source="source")
    facts = RuleFactOut(many=True)


class RulePaperOut(serializers.Serializer[Any]):
    """A paper that is needed, or may be; ``missing_for`` names members of the family.

    ``unsure`` names those of whom nobody asked yet.
    """

    code = serializers.CharField()
    name = serializers.CharField()
    rule_result = serializers.ChoiceField(choices=_RESULTS, source="result")
    mandatory = serializers.BooleanField()
    missing_for = serializers.ListField(child=serializers.CharField())
    substitute = serializers.CharField()
    unsure = serializers.CharField()
    form = serializers.CharField()


class ServiceOut(serializers.Serializer[Any]):
    """What one service of a programme adds to what holds for all of them."""

    code = serializers.CharField()
    name = serializers.CharField()
    standing = serializers.ChoiceField(choices=Judgement.Standing.choices)
    answers = RuleAnswerOut(many=True)
    papers = RulePaperOut(many=True)


class OptionOut(serializers.Serializer[Any]):
    """A programme and what its rules say. ``may_be_asked`` grants nothing: the owner decides.

    ``standing`` is the best any service has. ``answers`` and ``papers`` are those of every service;
    ``services`` says what each adds, and is empty where there is only one. ``closed``: the
    agreements of the partner who gives it have ended.
    """

    programme = serializers.CharField(source="option.programme.code")
    name = serializers.CharField(source="option.programme.name")
    owner = serializers.CharField(source="option.programme.owner")
    tier = serializers.ChoiceField(choices=Programme.Tier.choices, source="option.programme.tier")
    effective_from = serializers.DateField(source="option.verdict.version.effective_from")
    poverty_test = serializers.BooleanField(source="option.verdict.has_poverty_test")
    may_be_asked = serializers.BooleanField(source="option.may_be_asked")
    held = serializers.BooleanField(source="option.is_held")
    closed = serializers.BooleanField(source="option.is_closed")
    standing = serializers.ChoiceField(choices=Judgement.Standing.choices)
    answers = RuleAnswerOut(many=True)
    papers = RulePaperOut(many=True)
    services = ServiceOut(many=True)
    way = serializers.ListField(child=serializers.CharField())
    path = serializers.ListField(child=serializers.CharField())


class PersonOptions(APIView):
    """Every programme of the catalogue for a person, what is offered first first.

    Health data goes only to who handles a case of his, or wrote it down.
    """

    roles = tuple(role.value for role in LISTERS)

    @extend_schema(responses=OptionOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Judge the whole catalogue; the look is audited."""
        actor = api_actor(request)
        resident = person(uid, actor=actor)
        audit(actor=actor, action="open_person", subject=resident)
        judged = options_for([resident], office=actor.office, day=actor.office.today())
        rows = option_rows(judged[resident.pk], withheld=withheld_from(actor, resident))
        return Response(OptionOut(rows, many=True).data)


class FactIn(Body):
    """A fact by its code: true or false, a number, a choice's code, or a day."""

    fact = serializers.CharField(max_length=60)
    value = serializers.JSONField()
    evidence = serializers.CharField(max_length=120)
    on = DayField(required=False)


class FactOut(serializers.Serializer[Any]):
    """A fact as it was written down; ``complaint`` is the case it was said for, if only that."""

    uid = serializers.UUIDField()
    fact = serializers.CharField(source="field")
    value = serializers.JSONField()
    evidence = serializers.CharField(source="source")
    on = serializers.DateField()
    complaint = serializers.UUIDField(source="matter_uid", allow_null=True)


class PersonFacts(APIView):
    """Write down what somebody said of a person; what one case is about is said at the case."""

    roles = tuple(role.value for role in WRITERS)

    @extend_schema(request=FactIn, responses={201: FactOut}, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        return write_fact(request, person(uid, actor=api_actor(request)))


def write_fact(request: Request, resident: Resident, matter_uid: Any = None) -> Response:
    """Write down the fact of the body, for one case or for good, and answer it."""
    actor = api_actor(request)
    values = valid(FactIn, request)
    said = {
        "field": values["fact"],
        "value": values["value"],
        "source": values["evidence"],
        "on": values.get("on", actor.office.today()),
        "matter_uid": None if services.is_of_the_person(values["fact"]) else matter_uid,
    }
    kept = services.state_fact(actor=actor, resident=resident, **said)
    return Response(FactOut({"uid": kept.uid, **said}).data, status=status.HTTP_201_CREATED)
