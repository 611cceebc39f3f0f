"""REST for the tier above: what the villages sent, and what is said of it."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.models import Complaint
from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import FileView, MoveOut, history_of, with_version
from puskesmas.api_requests import IF_MATCH, Body, DayField, if_match, valid
from puskesmas.days import FIRST_RECORD
from puskesmas.history import audit
from referrals import selectors
from referrals.api import roles_of
from referrals.files.views import file_for
from referrals.filters import InboxFilters
from referrals.models import ReceivedReferral
from referrals.services import inbox
from referrals.views_inbox import READERS, WRITERS
from referrals.workflow import DISTRICT, INBOX, REALISATION, Inbox, Realisation
from registry.api import NumbersOut, ReasonIn
from registry.identity import mask_number

_TAGS = ["inbox"]
_NUMBERS = frozenset({"nik", "kk"})
#: What the district may say of the aid; the quota says the rest.
_REALISED = [
    (name, step.label)
    for name, step in REALISATION.steps.items()
    if not step.roles.isdisjoint(DISTRICT)
]


class InboxSaidIn(Body):
    """What goes with a word to the village: the day, who said it, number, reason."""

    said_on = DayField(first=FIRST_RECORD)
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)
    document_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class InboxRealisationIn(InboxSaidIn):
    """How far the aid has come; ``instructions`` say where and how to collect."""

    value = serializers.ChoiceField(choices=_REALISED)
    instructions = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class ReceivedOut(serializers.Serializer[Any]):
    """A received referral in a list."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.CharField()
    referral = serializers.UUIDField(source="referral_uid")
    village = serializers.CharField()
    programme = serializers.CharField(source="programme_code")
    programme_name = serializers.CharField()
    urgency = serializers.ChoiceField(choices=Complaint.Urgency.choices)
    submission = serializers.IntegerField(source="submission_number")
    received_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Inbox.choices)
    state_since = serializers.DateTimeField()
    realisation = serializers.ChoiceField(choices=Realisation.choices)


class ReceivedFileOut(serializers.Serializer[Any]):
    """A file the referral lists. ``offset`` bytes are here; ``refusal`` says why it never comes."""

    sha256 = serializers.CharField()
    paper = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    offset = serializers.IntegerField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    refusal = serializers.CharField(allow_blank=True)


class ReceivedDetailOut(ReceivedOut):
    """A received referral with what was sent, NIK and KK masked. ``actions`` are open now."""

    sent = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_sent(self, row: ReceivedReferral) -> Any:
        return _masked(row.payload)

    @extend_schema_field(ReceivedFileOut(many=True))
    def get_files(self, row: ReceivedReferral) -> Any:
        return ReceivedFileOut(row.files.order_by("pk"), many=True).data

    @extend_schema_field(MoveOut(many=True))
    def get_history(self, row: ReceivedReferral) -> list[dict[str, Any]]:
        return history_of(row)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, row: ReceivedReferral) -> list[str]:
        actor: Actor = self.context["actor"]
        hops = inbox.hops_of_row(row)
        actions = [
            step.action
            for step in INBOX.available(state=row.state, actor=actor)
            if inbox.is_on_its_way(step.action, state=row.state, hops=hops)
        ]
        realising = REALISATION.available(state=row.realisation, actor=actor)
        if row.state == Inbox.APPROVED and realising:
            actions.append("realisation")
        return actions


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, name) for item in value]
    return mask_number(value) if name in _NUMBERS and value else value


def _detail(actor: Actor, uid: Any) -> Response:
    row = selectors.received(uid, actor=actor)
    return with_version(ReceivedDetailOut(row, context={"actor": actor}).data, row.version)


class InboxList(generics.ListAPIView[ReceivedReferral]):
    """What the villages sent: emergencies first, then the oldest."""

    roles = READERS
    queryset = ReceivedReferral.objects.none()
    serializer_class = ReceivedOut
    filterset_class = InboxFilters
    order = selectors.INBOX_ORDER

    def get_queryset(self) -> Any:
        return selectors.received_by(api_actor(self.request))

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class InboxDetail(APIView):
    """One received referral; the look is audited."""

    roles = READERS

    @extend_schema(responses=ReceivedDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        answer = _detail(actor, uid)
        row = selectors.received(uid, actor=actor)
        audit(actor=actor, action="open_received_referral", subject=row)
        return answer


class InboxFile(FileView):
    """A file that came with a received referral, by the SHA-256 it is listed under; audited."""

    roles = READERS

    @extend_schema(
        responses={(200, "*/*"): OpenApiResponse({"type": "string", "format": "binary"})},
        tags=_TAGS,
    )
    def get(self, request: Request, uid: str, sha256: str) -> HttpResponse:
        return file_for(api_actor(request), uid, sha256)


class InboxNumbers(APIView):
    """Reveal the person's NIK and KK for a written reason; audited, hence a POST."""

    roles = READERS

    @extend_schema(request=ReasonIn, responses=NumbersOut, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        row = selectors.received(uid, actor=actor)
        reason = valid(ReasonIn, request)["reason"]
        audit(actor=actor, action="reveal", subject=row, fields=["nik", "kk"], reason=reason)
        numbers = {
            "nik": row.payload.get("person", {}).get("nik", ""),
            "kk": row.payload.get("household", {}).get("kk", ""),
        }
        return Response(numbers, headers={"Cache-Control": "no-store"})


class InboxAct(APIView):
    """Base of ``POST inbox/{uid}/{action}/``: an action of the inbox's table."""

    serializer_class: type[Body] = InboxSaidIn
    action: ClassVar[str]

    @extend_schema(responses=ReceivedDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(self.serializer_class, request)
        self.act(actor=actor, uid=uid, version=if_match(request), **values)
        return _detail(actor, uid)

    def act(self, *, actor: Actor, uid: Any, version: int, **words: Any) -> None:
        """Do the table's action, and tell the village."""
        said = inbox.Said(**words)
        inbox.act(actor=actor, uid=uid, action=self.action, said=said, version=version)


class InboxPass(InboxAct):
    """Reviewed for the kecamatan: pass it on to the next hop of its chain."""

    action, roles = "pass", roles_of(INBOX, "pass")


class InboxSendBack(InboxAct):
    """Reviewed for the kecamatan: send it back to the village for correction."""

    action, roles = "send_back", roles_of(INBOX, "send_back")


class InboxReturn(InboxAct):
    """Return the file to the village for correction."""

    action, roles = "return", roles_of(INBOX, "return")


class InboxRecommend(InboxAct):
    """Recommend it to the programme's owner."""

    action, roles = "recommend", roles_of(INBOX, "recommend")


class InboxStudy(InboxAct):
    """Record that the owner studies it further."""

    action, roles = "study", roles_of(INBOX, "study")


class InboxApprove(InboxAct):
    """Record that the owner approved."""

    action, roles = "approve", roles_of(INBOX, "approve")


class InboxRefuse(InboxAct):
    """Record that the owner refused, with the reason the resident reads."""

    action, roles = "refuse", roles_of(INBOX, "refuse")


class InboxRealise(InboxAct):
    """Record how far the aid has come."""

    serializer_class = InboxRealisationIn
    action, roles = "realisation", WRITERS

    def act(self, *, actor: Actor, uid: Any, version: int, **words: Any) -> None:
        """Record the realisation, and tell the village."""
        value = words.pop("value")
        said = inbox.Said(**words)
        inbox.realise(actor=actor, uid=uid, value=value, said=said, version=version)
