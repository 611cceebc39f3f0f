"""REST for the answers that come back: hand in, say what the columns hold, look, record."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
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
from puskesmas.history import audit
from registry.models import AnswerFile
from registry.proposals import answer_sheet, answers
from registry.proposals.workflow import KEEPERS

_TAGS = ["proposals"]


class AnswersIn(Body):
    """The file that came back, and the day of the answer (today when left out)."""

    upload = serializers.FileField()
    answered_on = DayField(required=False)


class AnswerRowOut(serializers.Serializer[Any]):
    """What a row would do; the NIK masked, ``proposal`` null where none was found."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    nik = serializers.CharField(source="masked_nik")
    answer = serializers.CharField()
    note = serializers.CharField()
    outcome = serializers.ChoiceField(choices=list(answers.OUTCOMES))
    proposal = serializers.UUIDField(source="proposal.uid", default=None, allow_null=True)


class AnswerFileOut(serializers.Serializer[Any]):
    """An answer file and what each of its rows would do now.

    ``columns`` is ``{column index: field}``; no rows while those of NIK and result are not known.
    """

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    answered_on = serializers.DateField()
    columns = serializers.DictField(child=serializers.CharField())
    applied_at = serializers.DateTimeField(allow_null=True)
    changed = serializers.IntegerField()
    rows = serializers.SerializerMethodField()

    @extend_schema(responses=AnswerRowOut(many=True))
    def get_rows(self, item: AnswerFile) -> list[dict[str, Any]]:
        tried = answers.try_dry(item, actor=self.context["actor"])
        return list(AnswerRowOut(tried, many=True).data)


def _file(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    item = answers.answer_file(uid, actor=actor)
    data = AnswerFileOut(item, context={"actor": actor}).data
    return with_version(data, item.version, http_status=http_status)


class AnswerFiles(APIView):
    """Hand in an answer file (multipart); nothing is recorded yet."""

    roles = KEEPERS
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": AnswersIn},
        responses={201: AnswerFileOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        actor = api_actor(request)
        values = valid(AnswersIn, request)
        item = answers.hand_in(
            actor=actor,
            upload=values["upload"],
            answered_on=values.get("answered_on", actor.office.today()),
            client_uid=idempotency_key(request),
        )
        return _file(actor, item.uid, http_status=status.HTTP_201_CREATED)


class AnswerFileDetail(APIView):
    """One answer file: what each row would do, or did."""

    roles = KEEPERS

    @extend_schema(responses=AnswerFileOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        audit(actor=actor, action="open_answers", subject=answers.answer_file(uid, actor=actor))
        return _file(actor, uid)


class AnswerFileApply(APIView):
    """Record the answers of the file; a second time changes nothing."""

    roles = KEEPERS

    @extend_schema(request=NoBody, responses=AnswerFileOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        valid(NoBody, request)
        answers.apply(actor=actor, uid=uid, version=if_match(request))
        return _file(actor, uid)


class AnswerColumnIn(serializers.Serializer[Any]):
    column = serializers.IntegerField(min_value=0)
    field = serializers.ChoiceField(choices=list(answer_sheet.FIELDS))


class AnswerColumnsIn(Body):
    columns = AnswerColumnIn(many=True, allow_empty=False)


class AnswerColumnOut(serializers.Serializer[Any]):
    """A column: title, what it holds ("" for nothing), the first values (long numbers cut)."""

    column = serializers.IntegerField(source="index")
    title = serializers.CharField()
    field = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())


class AnswerColumnsOut(serializers.Serializer[Any]):
    columns = AnswerColumnOut(many=True)


class AnswerFileColumns(APIView):
    """What the columns of an answer file hold."""

    roles = KEEPERS

    @extend_schema(responses=AnswerColumnsOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show every column with examples, which name people: the look is audited."""
        actor = api_actor(request)
        item = answers.answer_file(uid, actor=actor)
        audit(actor=actor, action="open_answers", subject=item)
        found = AnswerColumnsOut({"columns": answers.columns_of(item)}).data
        return with_version(found, item.version)

    @extend_schema(
        request=AnswerColumnsIn, responses=AnswerFileOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def put(self, request: Request, uid: str) -> Response:
        """Say what the columns hold; the file is read anew, nothing is recorded."""
        actor = api_actor(request)
        answers.answer_file(uid, actor=actor)
        said = valid(AnswerColumnsIn, request)["columns"]
        columns = {str(one["column"]): one["field"] for one in said}
        answers.set_columns(actor=actor, uid=uid, version=if_match(request), columns=columns)
        return _file(actor, uid)
