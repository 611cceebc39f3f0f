"""REST for registers: which the office uses, their lists, what they said, the letter about it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
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
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.history import audit
from puskesmas.models import Role
from registry import selectors as people
from registry.imports.services import IMPORT_ROLES
from registry.letter_pages import ISSUERS
from registry.models import Register, RegisterCheck, RegisterVersion
from registry.register_answers import deciles_of, register_answers, rows_on
from registry.registers import letters, selectors, services
from registry.roles import READERS
from reports.letters import selectors as letter_selectors
from reports.letters.api import LetterDetailOut, chosen_signer, letter_answer

_TAGS = ["registers"]


class ListOut(serializers.Serializer[Any]):
    """One list of a register: its date, how many rows, whether it covers the whole village."""

    data_date = serializers.DateField()
    row_count = serializers.IntegerField()
    whole_village = serializers.BooleanField()


class RegisterOut(serializers.Serializer[Any]):
    """A register the office uses, and its newest list; null when none was loaded.

    ``programme`` is the code of the programme whose recipients it lists, else empty.
    """

    uid = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    in_force = serializers.BooleanField()
    programme = serializers.CharField()
    newest = ListOut(allow_null=True)


class VersionOut(ListOut):
    """A list; ``origin``: whence it came, ``linked``: rows of people the office knows."""

    part = serializers.CharField()
    origin = serializers.CharField(source="source")
    file_sha256 = serializers.CharField()
    published_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    linked = serializers.IntegerField()


class RegisterDetailOut(serializers.Serializer[Any]):
    """A register with all its lists, newest data first."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    code = serializers.CharField()
    name_id = serializers.CharField()
    name_en = serializers.CharField()
    in_force = serializers.BooleanField()
    programme = serializers.CharField()
    lists = serializers.SerializerMethodField()

    @extend_schema(responses=VersionOut(many=True))
    def get_lists(self, register: Register) -> list[dict[str, Any]]:
        rows = [_with_linked(line) for line in selectors.versions_of(register)]
        return list(VersionOut(rows, many=True).data)


def _with_linked(line: selectors.VersionLine) -> RegisterVersion:
    version: Any = line.version
    version.linked = line.linked
    return line.version


class RegisterChange(Body):
    """What may change of a register. ``programme``: whose recipients it lists, by code."""

    name_id = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    in_force = serializers.BooleanField(required=False)
    programme = serializers.CharField(max_length=30, required=False, allow_blank=True)


class RegisterIn(RegisterChange):
    """A register the office will use; the code is for good."""

    code = serializers.CharField(max_length=20)


def _detail(request: Request, uid: Any, *, http_status: int = 200) -> Response:
    register = selectors.register(uid, actor=api_actor(request))
    data = RegisterDetailOut(register).data
    return with_version(data, register.version, http_status=http_status)


class RegisterList(APIView):
    """The registers the office uses, and how fresh they are."""

    @property
    def roles(self) -> tuple[str, ...]:
        return () if self.request.method == "GET" else IMPORT_ROLES

    @extend_schema(responses=RegisterOut(many=True), tags=["catalogue"])
    def get(self, request: Request) -> Response:
        rows = []
        for register, newest in selectors.registers_of(api_actor(request)):
            told: Any = register
            told.newest = newest
            rows.append(told)
        return Response(RegisterOut(rows, many=True).data)

    @extend_schema(request=RegisterIn, responses={201: RegisterDetailOut}, tags=_TAGS)
    def post(self, request: Request) -> Response:
        """Add a register; the same once more returns the first."""
        made = services.add_register(actor=api_actor(request), **valid(RegisterIn, request))
        return _detail(request, made.uid, http_status=status.HTTP_201_CREATED)


class RegisterDetail(APIView):
    """One register with its lists."""

    roles = IMPORT_ROLES

    @extend_schema(responses=RegisterDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        return _detail(request, uid)

    @extend_schema(
        request=RegisterChange, responses=RegisterDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def put(self, request: Request, uid: str) -> Response:
        """Rename it, or say that another replaced it."""
        services.change_register(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(RegisterChange, request),
        )
        return _detail(request, uid)


class SaidOut(serializers.Serializer[Any]):
    """The person's row in the newest list of that day; ``line`` null: he has none there."""

    data_date = serializers.DateField(source="version.data_date")
    origin = serializers.CharField(source="version.source")
    line = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    decile = serializers.IntegerField(allow_null=True)


class RegisterOnDayOut(serializers.Serializer[Any]):
    """What one register said on the day: the answer, and the row behind it (null: no list)."""

    register = serializers.CharField(source="answer.register.code")
    result = serializers.ChoiceField(choices=RegisterCheck.Result.choices, source="answer.result")
    decile = serializers.IntegerField(allow_null=True, source="answer.decile")
    data_date = serializers.DateField(allow_null=True, source="answer.data_date")
    why = serializers.CharField(source="answer.why")
    row = SaidOut(allow_null=True)


class FamilyDecileOut(serializers.Serializer[Any]):
    register = serializers.CharField(source="version.register.code")
    data_date = serializers.DateField(source="version.data_date")
    origin = serializers.CharField(source="version.source")
    deciles = serializers.CharField()


class PersonRegistersOut(serializers.Serializer[Any]):
    """What the registers said of a person on a day; ``deciles`` are his family's over time."""

    on = serializers.DateField()
    registers = RegisterOnDayOut(many=True)
    deciles = FamilyDecileOut(many=True)


class PersonRegisters(APIView):
    """What the registers said of a person on a day (``?on=2026-11-22``, default today)."""

    roles = READERS

    @extend_schema(
        parameters=[OpenApiParameter("on", type=str, description="The day, ISO; default today.")],
        responses=PersonRegistersOut,
        tags=_TAGS,
    )
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        resident = people.person(uid, actor=actor)
        audit(actor=actor, action="open_person", subject=resident)
        day = _day(request, actor)
        said = {one.version.register_id: one for one in rows_on(resident, actor=actor, on=day)}
        members = [member.resident for member in people.household_of(resident)] or [resident]
        cards = [member.household.kk_index for member in people.household_of(resident)[:1]]
        answer = {
            "on": day,
            "registers": [
                {"answer": one, "row": said.get(one.register.pk)}
                for one in register_answers(resident, actor=actor, on=day)
            ],
            "deciles": deciles_of(members, kk_index="".join(cards)),
        }
        return Response(PersonRegistersOut(answer).data)


def _day(request: Request, actor: Actor) -> Any:
    text = request.query_params.get("on", "")
    if not text:
        return actor.office.today()
    try:
        return DayField().run_validation(text)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"on": error.detail}) from None


class ListingIn(Body):
    """What the letter states: a register's code, and what for.

    ``signer`` is the uid of one of ``letters/signers/``; left out, the first of them signs, null
    leaves the name to be written by hand.
    """

    register = serializers.CharField(max_length=20)
    purpose = serializers.CharField(max_length=240)
    signer = serializers.UUIDField(required=False, allow_null=True)


class ListingChange(ListingIn):
    """A correction or replacement, with its reason."""

    reason = serializers.CharField(max_length=500)


def _said(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    facts = letters.ListingFacts(register=values["register"], purpose=values["purpose"])
    return {"facts": facts, "signer": chosen_signer(letter_selectors.signers(actor.office), values)}


class ListingIssue(APIView):
    """Number and freeze a letter that states what a register says of a person."""

    roles = ISSUERS

    @extend_schema(
        request=ListingIn,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["letters"],
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        letter = letters.issue_listing(
            actor=actor,
            resident=people.person(uid, actor=actor),
            client_uid=idempotency_key(request),
            **_said(actor, valid(ListingIn, request)),
        )
        return letter_answer(actor, letter.uid, http_status=status.HTTP_201_CREATED)


class ListingRevise(APIView):
    """Correct a letter that is not signed yet: same number, the revision is kept."""

    roles = ISSUERS

    @extend_schema(
        request=ListingChange, responses=LetterDetailOut, parameters=[IF_MATCH], tags=["letters"]
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(ListingChange, request)
        letters.revise_listing(
            actor=actor,
            letter=letters.listing(uid, actor=actor),
            version=if_match(request),
            reason=values["reason"],
            **_said(actor, values),
        )
        return letter_answer(actor, uid)


class ListingReplace(APIView):
    """Void a letter and issue its successor, both or neither."""

    roles = (Role.BACK,)

    @extend_schema(
        request=ListingChange,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=["letters"],
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(ListingChange, request)
        successor = letters.replace_listing(
            actor=actor,
            letter=letters.listing(uid, actor=actor),
            version=if_match(request),
            reason=values["reason"],
            client_uid=idempotency_key(request),
            **_said(actor, values),
        )
        return letter_answer(actor, successor.uid, http_status=status.HTTP_201_CREATED)
