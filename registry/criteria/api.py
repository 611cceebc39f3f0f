"""REST for criteria and surveys."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import api_actor
from puskesmas.api_requests import IDEMPOTENCY_KEY, Body, DayField, idempotency_key, valid
from puskesmas.history import audit
from registry import selectors as people
from registry.criteria import selectors, services
from registry.models import CriteriaSet, Survey
from registry.roles import READERS, SURVEYORS

_TAGS = ["proposals"]


class CriterionOut(serializers.Serializer[Any]):
    """A question, and the answer that speaks for poverty."""

    code = serializers.CharField()
    question = serializers.SerializerMethodField()
    poor = serializers.ChoiceField(choices=["yes", "no"])

    def get_question(self, criterion: dict[str, Any]) -> str:
        return selectors.question_of(criterion)


class CriteriaSetOut(serializers.Serializer[Any]):
    """The criteria of one rule; there are no weights, for no source gives any."""

    code = serializers.CharField()
    name = serializers.CharField()
    legal_basis = serializers.CharField()
    criteria = CriterionOut(many=True)


class ResultOut(serializers.Serializer[Any]):
    """One criterion of a survey; ``evidence`` says whence an answer was known before."""

    code = serializers.CharField()
    question = serializers.CharField()
    answer = serializers.ChoiceField(choices=services.ANSWERS)
    result = serializers.ChoiceField(choices=list(selectors.RESULTS))
    evidence = serializers.CharField(source="source")
    on = serializers.DateField(allow_null=True)


class SurveyOut(serializers.Serializer[Any]):
    """A survey: each criterion met, not met or unknown."""

    uid = serializers.UUIDField()
    criteria_set = serializers.CharField(source="criteria_set.code")
    asked_on = serializers.DateField()
    asked_by = serializers.CharField(source="asked_by.name", default="")
    answered_by = serializers.CharField()
    results = serializers.SerializerMethodField()

    @extend_schema(responses=ResultOut(many=True))
    def get_results(self, survey: Survey) -> list[dict[str, Any]]:
        return list(ResultOut(selectors.results_of(survey), many=True).data)


class SurveyIn(Body):
    """Answers by criterion code; those left out are unknown."""

    criteria_set = serializers.CharField(max_length=20)
    asked_on = DayField(required=False)
    answered_by = serializers.CharField(max_length=120, required=False, allow_blank=True)
    answers = serializers.DictField(child=serializers.ChoiceField(choices=services.ANSWERS))
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class CriteriaSetList(APIView):
    """The criteria sets the office uses."""

    @extend_schema(responses=CriteriaSetOut(many=True), tags=["catalogue"])
    def get(self, request: Request) -> Response:
        sets: list[CriteriaSet] = list(selectors.sets_of(api_actor(request)))
        return Response(CriteriaSetOut(sets, many=True).data)


class PersonSurveys(APIView):
    """The surveys of a person and his family, newest first; a new one."""

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else SURVEYORS

    @extend_schema(responses=SurveyOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """List them; the look is audited."""
        actor = api_actor(request)
        resident = people.person(uid, actor=actor)
        audit(actor=actor, action="open_survey", subject=resident)
        return Response(SurveyOut(selectors.surveys_about(resident, actor=actor), many=True).data)

    @extend_schema(
        request=SurveyIn, responses={201: SurveyOut}, parameters=[IDEMPOTENCY_KEY], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        """Keep the answers of a survey."""
        actor = api_actor(request)
        values = valid(SurveyIn, request)
        survey = services.record_survey(
            actor=actor,
            resident=people.person(uid, actor=actor),
            criteria_set=selectors.set_by_code(values.pop("criteria_set"), actor=actor),
            client_uid=idempotency_key(request),
            asked_on=values.pop("asked_on", actor.office.today()),
            **values,
        )
        return Response(SurveyOut(survey).data, status=status.HTTP_201_CREATED)
