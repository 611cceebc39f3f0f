"""REST for musdes/muskel, the monthly sheets and how they look."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import FileView, with_version
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
from registry.models import Meeting, MeetingItem, Proposal, Sheet, SheetProfile
from registry.proposals import meetings, minutes, selectors, sheets
from registry.proposals.columns import FORMATS, SOURCES
from registry.proposals.sheet_views import file_response
from registry.proposals.workflow import KEEPERS, PROFILE_KEEPERS, READERS
from reports.letters.api import LetterDetailOut, chosen_signer, letter_answer
from reports.letters.selectors import signers

_TAGS = ["proposals"]


class MeetingIn(Body):
    """A meeting that was held."""

    held_on = DayField()
    place = serializers.CharField(max_length=120)
    chair = serializers.CharField(max_length=120)
    present = serializers.IntegerField(min_value=1, max_value=100_000)


class OutcomeIn(Body):
    """What the meeting said of one proposal; a reason where it was not agreed."""

    proposal = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=MeetingItem.Outcome.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class OutcomesIn(Body):
    outcomes = OutcomeIn(many=True, allow_empty=False)


class OutcomeOut(serializers.Serializer[Any]):
    proposal = serializers.UUIDField(source="proposal.uid")
    outcome = serializers.ChoiceField(choices=MeetingItem.Outcome.choices)
    reason = serializers.CharField()


class MeetingOut(serializers.Serializer[Any]):
    """A meeting and how many proposals it heard."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    held_on = serializers.DateField()
    place = serializers.CharField()
    chair = serializers.CharField()
    present = serializers.IntegerField()
    heard = serializers.IntegerField()


class MeetingDetailOut(MeetingOut):
    """A meeting with what it said."""

    outcomes = serializers.SerializerMethodField()

    @extend_schema(responses=OutcomeOut(many=True))
    def get_outcomes(self, meeting: Meeting) -> list[dict[str, Any]]:
        return list(OutcomeOut(selectors.items_of(meeting), many=True).data)


class MinutesIn(Body):
    """Who signs: the uid of one of ``letters/signers/``; left out, the first; null by hand."""

    signer = serializers.UUIDField(required=False, allow_null=True)


class MinutesRevisionIn(MinutesIn):
    """The meeting's facts as they should read, and why."""

    place = serializers.CharField(max_length=120)
    chair = serializers.CharField(max_length=120)
    present = serializers.IntegerField(min_value=1, max_value=100_000)
    reason = serializers.CharField(max_length=500)


def _meeting(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    meeting = selectors.meeting(uid, actor=actor)
    return with_version(MeetingDetailOut(meeting).data, meeting.version, http_status=http_status)


class MeetingList(generics.ListAPIView[Meeting]):
    """Musdes and muskel, the newest first; a new one."""

    serializer_class = MeetingOut
    order = ("-held_on", "-pk")

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else KEEPERS

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Meeting.objects.none()
        return selectors.meetings(api_actor(self.request))

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, in pages by position."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=MeetingIn,
        responses={201: MeetingDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Note a meeting that was held."""
        actor = api_actor(request)
        meeting = meetings.record_meeting(
            actor=actor, client_uid=idempotency_key(request), **valid(MeetingIn, request)
        )
        return _meeting(actor, meeting.uid, http_status=status.HTTP_201_CREATED)


class MeetingDetail(APIView):
    """One meeting."""

    roles = READERS

    @extend_schema(responses=MeetingDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        audit(actor=actor, action="open_meeting", subject=selectors.meeting(uid, actor=actor))
        return _meeting(actor, uid)


class MeetingOutcomes(APIView):
    """Say what the meeting decided on waiting proposals: all of them, or none."""

    roles = KEEPERS

    @extend_schema(
        request=OutcomesIn, responses=MeetingDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.meeting(uid, actor=actor)
        said = valid(OutcomesIn, request)["outcomes"]
        meetings.record_outcomes(
            actor=actor,
            uid=uid,
            version=if_match(request),
            outcomes={
                str(one["proposal"]): (one["outcome"], one.get("reason", "")) for one in said
            },
        )
        return _meeting(actor, uid)


class MeetingMinutes(APIView):
    """Number and freeze the berita acara."""

    roles = KEEPERS

    @extend_schema(
        request=MinutesIn,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        letter = minutes.issue_minutes(
            actor=actor,
            meeting=selectors.meeting(uid, actor=actor),
            signer=chosen_signer(signers(actor.office), valid(MinutesIn, request)),
            client_uid=idempotency_key(request),
        )
        return letter_answer(actor, letter.uid, http_status=status.HTTP_201_CREATED)


class MinutesRevise(APIView):
    """Correct a berita acara before its signature: same number, the meeting with it."""

    roles = (Role.BACK,)

    @extend_schema(
        request=MinutesRevisionIn, responses=LetterDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        letter = minutes.minutes_letter(uid, actor=actor)
        values = valid(MinutesRevisionIn, request)
        minutes.revise_minutes(
            actor=actor,
            letter=letter,
            version=if_match(request),
            signer=chosen_signer(signers(actor.office), values),
            **{name: values[name] for name in ("place", "chair", "present", "reason")},
        )
        return letter_answer(actor, uid)


class SheetIn(Body):
    """Any day of the month wanted; incomplete rows stay behind unless they are wanted too."""

    month = DayField()
    register = serializers.CharField(max_length=20)
    kind = serializers.ChoiceField(choices=Proposal.Kind.choices)
    with_incomplete = serializers.BooleanField(required=False)


class SheetOut(serializers.Serializer[Any]):
    """A frozen sheet; ``profile`` is the version of its layout."""

    uid = serializers.UUIDField()
    month = serializers.DateField()
    register = serializers.CharField(source="register.code")
    kind = serializers.ChoiceField(choices=Proposal.Kind.choices)
    profile = serializers.IntegerField(source="profile.number")
    people = serializers.IntegerField()
    sha256 = serializers.CharField(source="file.sha256")
    made_at = serializers.DateTimeField(source="created_at")


class SheetList(generics.ListAPIView[Sheet]):
    """The monthly sheets, the newest first; a new one."""

    roles = KEEPERS
    serializer_class = SheetOut
    order = ("-month", "-pk")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Sheet.objects.none()
        return sheets.sheets_of(api_actor(self.request))

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, in pages by position."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=SheetIn, responses={201: SheetOut}, parameters=[IDEMPOTENCY_KEY], tags=_TAGS
    )
    def post(self, request: Request) -> Response:
        """Freeze the month's sheet and mark its proposals sent."""
        actor = api_actor(request)
        values = valid(SheetIn, request)
        sheet = sheets.make_sheet(
            actor=actor,
            client_uid=idempotency_key(request),
            register_code=values.pop("register"),
            **values,
        )
        data = SheetOut(sheets.sheet(sheet.uid, actor=actor)).data
        return Response(data, status=status.HTTP_201_CREATED)


class SheetFile(FileView):
    """The frozen workbook with whole numbers; every download is audited."""

    roles = KEEPERS

    @extend_schema(
        responses={
            (200, sheets.XLSX): OpenApiResponse({"type": "string", "format": "binary"}),
        },
        tags=_TAGS,
    )
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        sheet = sheets.sheet(uid, actor=actor)
        return file_response(sheets.file_of(sheet, actor=actor), name=sheet.file.name)


class ProfileColumnIn(serializers.Serializer[Any]):
    """A column of the sheet: its title, what it holds, how it is written."""

    title = serializers.CharField(max_length=60)
    source = serializers.ChoiceField(choices=list(SOURCES))  # type: ignore[assignment]
    format = serializers.ChoiceField(choices=list(FORMATS), default="plain")
    required = serializers.BooleanField(default=False)  # type: ignore[assignment]


class ProfileIn(Body):
    """The whole profile; ``number`` is the version it follows."""

    number = serializers.IntegerField(min_value=1)
    name = serializers.CharField(max_length=80)
    sheet_name = serializers.CharField(max_length=31)
    columns = ProfileColumnIn(many=True, allow_empty=False)


class ProfileOut(serializers.Serializer[Any]):
    """How the monthly sheet looks; ``number`` counts its versions."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    sheet_name = serializers.CharField()
    columns = ProfileColumnIn(many=True)
    made_at = serializers.DateTimeField(source="created_at")


class Profile(APIView):
    """How the monthly sheet looks: the newest version."""

    @property
    def roles(self) -> tuple[str, ...]:
        return (*KEEPERS, Role.ADMIN) if self.request.method == "GET" else PROFILE_KEEPERS

    @extend_schema(responses=ProfileOut, tags=_TAGS)
    def get(self, request: Request) -> Response:
        return _profile(sheets.current_profile(api_actor(request)))

    @extend_schema(request=ProfileIn, responses=ProfileOut, tags=_TAGS)
    def put(self, request: Request) -> Response:
        """Make the next version; sheets already made keep theirs."""
        values = valid(ProfileIn, request)
        columns = [dict(one) for one in values.pop("columns")]
        changed = sheets.change_profile(actor=api_actor(request), columns_=columns, **values)
        return _profile(changed)


def _profile(profile: SheetProfile) -> Response:
    return Response(ProfileOut(profile).data)
