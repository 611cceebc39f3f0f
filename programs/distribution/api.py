"""REST for distributions: what is given, the list, the schedule, the table, the end."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.api import ProgrammeCode
from programs.distribution import handing, selectors, services
from programs.distribution.tickets import LENGTH
from programs.distribution.workflow import HANDERS, KEEPERS, READERS
from programs.models import AidRecipient, Distribution, DistributionState, RecipientState
from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    MomentField,
    NoBody,
    ReasonBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.history import audit
from puskesmas.models import Role
from registry.models import Resident

_TAGS = ["distributions"]
Way, Gone = AidRecipient.Way, AidRecipient.Gone
#: Why a name may be struck by hand; a death has its own act.
STRUCK_BY_HAND = [(one.value, one.label) for one in (Gone.MOVED, Gone.OWNER, Gone.DECLINED)]


class DistributionOut(serializers.Serializer[Any]):
    """What an owner gives out. ``amount``: pieces of ``unit``, or whole rupiah, per recipient."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField()
    programme = serializers.CharField(source="programme.code", default="")
    kind = serializers.ChoiceField(choices=Distribution.Kind.choices)
    item = serializers.CharField()
    amount = serializers.IntegerField()
    unit = serializers.CharField()
    may_replace = serializers.BooleanField()
    replacement_rule = serializers.CharField()
    state = serializers.ChoiceField(choices=DistributionState.choices)
    named = serializers.IntegerField()
    taken = serializers.IntegerField()
    left_over = serializers.IntegerField(allow_null=True)
    left_note = serializers.CharField()


class SlotOut(serializers.Serializer[Any]):
    """When and where people of a place come; without one, everybody else."""

    uid = serializers.UUIDField()
    day = serializers.DateField()
    start = serializers.TimeField()
    end = serializers.TimeField(allow_null=True)
    place = serializers.CharField()
    dusun = serializers.CharField()
    rw = serializers.CharField()


class DistributionDetailOut(DistributionOut):
    """A distribution with its schedule."""

    slots = SlotOut(many=True, source="slots.all")


class AidRecipientOut(serializers.Serializer[Any]):
    """A name on the list. ``dropped``: he died or moved. ``owes``: papers are still awaited."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    distribution = serializers.UUIDField(source="distribution.uid")
    person = serializers.UUIDField(source="resident.person.uid")
    name = serializers.CharField(source="resident.person.name")
    number = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=RecipientState.choices)
    dropped = serializers.SerializerMethodField()
    way = serializers.CharField()
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_by = serializers.CharField(source="taken_by.name", default="")
    handed_by = serializers.CharField(source="handed_by.name", default="")
    owed = serializers.CharField()
    owes = serializers.SerializerMethodField()
    gone = serializers.CharField()
    replaces = serializers.UUIDField(source="replaces.uid", default=None, allow_null=True)

    def get_dropped(self, listed: AidRecipient) -> bool:
        return listed.resident.person.life != Resident.Life.ALIVE

    def get_owes(self, listed: AidRecipient) -> bool:
        return listed.owed_since is not None


class DistributionIn(Body):
    """What an owner gives out; ``programme`` by its code, left out for another one."""

    name = serializers.CharField(max_length=120)
    owner = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Distribution.Kind.choices)
    item = serializers.CharField(max_length=120)
    amount = serializers.IntegerField(min_value=1)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    programme = ProgrammeCode(required=False)
    may_replace = serializers.BooleanField(required=False)
    replacement_rule = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SlotIn(Body):
    day = DayField()
    start = serializers.TimeField()
    end = serializers.TimeField(required=False, allow_null=True)
    place = serializers.CharField(max_length=120)
    dusun = serializers.CharField(max_length=60, required=False, allow_blank=True)
    rw = serializers.CharField(max_length=3, required=False, allow_blank=True)


class AidPersonIn(Body):
    """Whom to put on the list, by uid."""

    person = serializers.UUIDField()


class FindIn(Body):
    """What was scanned or typed: a ticket's code or number, a whole NIK, or a name."""

    q = serializers.CharField(max_length=120)


class CloseIn(Body):
    """What was counted at the end, pieces or rupiah, and what becomes of it."""

    left_over = serializers.IntegerField(min_value=0, max_value=10**15)
    left_note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class HandIn(Body):
    """Who takes the share and what he shows. ``receiver``: somebody of his card, by uid."""

    way = serializers.ChoiceField(choices=Way.choices)
    code = serializers.CharField(max_length=LENGTH, required=False, allow_blank=True)
    receiver = serializers.UUIDField(required=False, allow_null=True)
    owed = serializers.CharField(max_length=200, required=False, allow_blank=True)
    carrier = serializers.CharField(max_length=120, required=False, allow_blank=True)
    at = MomentField(required=False, allow_null=True)


class DeathIn(Body):
    """When he died, and who says so."""

    on = DayField()
    evidence = serializers.CharField(max_length=120)


class StrikeIn(ReasonBody):
    gone = serializers.ChoiceField(choices=STRUCK_BY_HAND)
    reason = serializers.CharField(max_length=500)


class ReplaceIn(Body):
    """Whom the owner named, and the letter that does."""

    person = serializers.UUIDField()
    named_by = serializers.CharField(max_length=120)


def _detail(request: Request, uid: Any, *, http_status: int = 200) -> Response:
    held = selectors.distribution(uid, actor=api_actor(request))
    return with_version(DistributionDetailOut(held).data, held.version, http_status=http_status)


def _recipient(request: Request, uid: Any, *, http_status: int = 200) -> Response:
    listed = selectors.recipient(uid, actor=api_actor(request))
    return with_version(AidRecipientOut(listed).data, listed.version, http_status=http_status)


class DistributionList(generics.ListAPIView[Any]):
    """The office's distributions of aid, newest first."""

    queryset = Distribution.objects.none()
    serializer_class = DistributionOut
    order = ("-pk",)

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else (Role.BACK,)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=DistributionIn,
        responses={201: DistributionDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Write down what an owner gives out."""
        made = services.open_distribution(
            actor=api_actor(request),
            client_uid=idempotency_key(request),
            **valid(DistributionIn, request),
        )
        return _detail(request, made.uid, http_status=status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        return selectors.distributions_of(api_actor(self.request))


class DistributionDetail(APIView):
    """One distribution."""

    roles = READERS

    @extend_schema(responses=DistributionDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show one distribution; the look is audited."""
        answer = _detail(request, uid)
        actor = api_actor(request)
        audit(
            actor=actor,
            action="distribution.open",
            subject=selectors.distribution(uid, actor=actor),
        )
        return answer


class DistributionRecipients(generics.ListAPIView[Any]):
    """The names on a distribution's list."""

    queryset = AidRecipient.objects.none()
    serializer_class = AidRecipientOut
    order = ("pk",)

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else (Role.BACK,)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        actor = api_actor(request)
        held = selectors.distribution(self.kwargs["uid"], actor=actor)
        audit(actor=actor, action="distribution.list", subject=held)
        return super().get(request, *args, **kwargs)

    @extend_schema(request=AidPersonIn, responses={201: AidRecipientOut}, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        """Put somebody on a list still being made; again changes nothing."""
        made = services.add_recipient(
            actor=api_actor(request), uid=uid, resident_uid=valid(AidPersonIn, request)["person"]
        )
        return _recipient(request, made.uid, http_status=status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        actor = api_actor(self.request)
        held = selectors.distribution(self.kwargs["uid"], actor=actor)
        return selectors.recipients_of(actor).filter(distribution=held)


class DistributionFind(APIView):
    """Whom a ticket, a number, a NIK or a name means: one, or by name up to ten."""

    roles = HANDERS

    @extend_schema(request=FindIn, responses=AidRecipientOut(many=True), tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        """Find names on the list as the box of the table does; the search is audited."""
        actor = api_actor(request)
        held = selectors.distribution(uid, actor=actor)
        found = selectors.search(held, valid(FindIn, request)["q"], actor=actor)
        audit(actor=actor, action="distribution.find", subject=held)
        return Response(AidRecipientOut(found, many=True).data)


class DistributionBuild(APIView):
    """Take the names from the programme's list."""

    roles = (Role.BACK,)

    @extend_schema(
        request=NoBody, responses=DistributionDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        services.build_list(actor=api_actor(request), uid=uid, version=if_match(request))
        return _detail(request, uid)


class DistributionSlots(APIView):
    """Say when and where people come."""

    roles = (Role.BACK,)

    @extend_schema(request=SlotIn, responses={201: DistributionDetailOut}, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        services.add_slot(actor=api_actor(request), uid=uid, **valid(SlotIn, request))
        return _detail(request, uid, http_status=status.HTTP_201_CREATED)


class DistributionSettle(APIView):
    """Lock the list and number the tickets."""

    roles = KEEPERS

    @extend_schema(
        request=NoBody, responses=DistributionDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        services.settle(actor=api_actor(request), uid=uid, version=if_match(request))
        return _detail(request, uid)


class DistributionUnlock(APIView):
    """Open a locked list again, while nothing was handed out."""

    roles = KEEPERS

    @extend_schema(
        request=ReasonBody, responses=DistributionDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        services.unlock(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(ReasonBody, request),
        )
        return _detail(request, uid)


class DistributionClose(APIView):
    """Count what is left and close."""

    roles = KEEPERS

    @extend_schema(
        request=CloseIn, responses=DistributionDetailOut, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        services.close(
            actor=api_actor(request), uid=uid, version=if_match(request), **valid(CloseIn, request)
        )
        return _detail(request, uid)


class RecipientDetail(APIView):
    """One name on a list."""

    roles = READERS

    @extend_schema(responses=AidRecipientOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """Show one name; the look is audited."""
        actor = api_actor(request)
        listed = selectors.recipient(uid, actor=actor)
        audit(actor=actor, action="open_person", subject=listed.resident.person)
        return _recipient(request, uid)


class RecipientHand(APIView):
    """Hand a share over; a second table gets 409 with who took it and when."""

    roles = HANDERS

    @extend_schema(
        request=HandIn, responses=AidRecipientOut, parameters=[IDEMPOTENCY_KEY], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        values = valid(HandIn, request)
        values["receiver_uid"] = values.pop("receiver", None)
        handing.hand_over(
            actor=api_actor(request), uid=uid, client_uid=idempotency_key(request), **values
        )
        return _recipient(request, uid)


class RecipientDefer(APIView):
    """Let somebody without a ticket wait until he shows who he is."""

    roles = HANDERS

    @extend_schema(request=NoBody, responses=AidRecipientOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        handing.defer(actor=api_actor(request), uid=uid, version=if_match(request))
        return _recipient(request, uid)


class RecipientUndo(APIView):
    """Take a wrong hand-over back, with the reason."""

    roles = HANDERS

    @extend_schema(request=ReasonBody, responses=AidRecipientOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        handing.undo(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            **valid(ReasonBody, request),
        )
        return _recipient(request, uid)


class RecipientPapers(APIView):
    """Note that the forgotten papers were brought."""

    roles = HANDERS

    @extend_schema(request=NoBody, responses=AidRecipientOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        handing.complete_papers(actor=api_actor(request), uid=uid, version=if_match(request))
        return _recipient(request, uid)


class RecipientDeath(APIView):
    """Note that somebody on the list died; the registry knows it then, too."""

    roles = HANDERS

    @extend_schema(request=DeathIn, responses=AidRecipientOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        values = valid(DeathIn, request)
        handing.note_death(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            on=values["on"],
            source=values["evidence"],
        )
        return _recipient(request, uid)


class RecipientStrike(APIView):
    """Take somebody off a locked list: moved, declines, or the owner says so."""

    roles = (Role.BACK,)

    @extend_schema(request=StrikeIn, responses=AidRecipientOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        handing.strike(
            actor=api_actor(request), uid=uid, version=if_match(request), **valid(StrikeIn, request)
        )
        return _recipient(request, uid)


class RecipientReplace(APIView):
    """Put whom the owner named in the place of somebody who is off the list."""

    roles = (Role.BACK,)

    @extend_schema(
        request=ReplaceIn, responses={201: AidRecipientOut}, parameters=[IF_MATCH], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        values = valid(ReplaceIn, request)
        made = handing.replace(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            resident_uid=values["person"],
            named_by=values["named_by"],
        )
        return _recipient(request, made.uid, http_status=status.HTTP_201_CREATED)
