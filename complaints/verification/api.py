"""REST for verification: the same verbs and the same scoping as the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, generics, serializers, status
from rest_framework.fields import empty
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.api import CaseDetailOut, case_answer
from complaints.models import ComplaintPaper, HouseVisit, VisitPhoto, VisitState
from complaints.selectors import READERS as CASE_READERS
from complaints.selectors import case as find_case
from complaints.verification import minutes, papers, selectors, services, sheet
from complaints.verification.economy import record_economy
from complaints.verification.selectors import READERS
from complaints.verification.workflow import PLANNERS, TYPISTS, VISITORS
from complaints.workflow import REGISTRARS
from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import PDF, FileView, with_version
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
from puskesmas.errors import NotFound
from puskesmas.history import audit
from puskesmas.models import Role, User
from registry.criteria.selectors import set_by_code
from registry.criteria.services import ANSWERS
from reports.letters.api import LetterDetailOut, letter_answer
from reports.letters.views import pdf_response

_TAGS = ["verification"]


class ReviewIn(Body):
    """What the examination says of one paper; "replace" needs a fault, "other" a note."""

    code = serializers.CharField(max_length=30)
    review = serializers.ChoiceField(choices=ComplaintPaper.Review.choices)
    fault = serializers.ChoiceField(
        choices=ComplaintPaper.Fault.choices, required=False, allow_blank=True
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ReviewPaper(APIView):
    """Say of one paper that it is in order, or that it must be replaced and why."""

    roles = REGISTRARS

    @extend_schema(request=ReviewIn, responses=CaseDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(ReviewIn, request)
        papers.review_paper(actor=actor, uid=uid, version=if_match(request), **values)
        return case_answer(actor, uid)


# --- Visits --------------------------------------------------------------------------------------


class SetCode(serializers.CharField):
    """A criteria set by its code."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the set. Raises ValidationError when the office has none of that code."""
        code = super().run_validation(data)
        try:
            return set_by_code(code, actor=self.context["actor"])
        except NotFound as error:
            raise exceptions.ValidationError(str(error.message)) from None


class OfficerUid(serializers.UUIDField):
    """An officer of the office by uid."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the account. Raises ValidationError when nobody of that uid has a post here."""
        uid = super().run_validation(data)
        office = self.context["actor"].office
        found = User.objects.filter(uid=uid, assignments__office=office).first()
        if found is None:
            raise exceptions.ValidationError(_("Petugas ini tidak ada di kantor ini."))
        return found


class PlanIn(Body):
    """Which questions, and who goes; without an officer, who looks after the hamlet."""

    criteria_set = SetCode(max_length=20)
    officer = OfficerUid(required=False)


class VisitAssignIn(Body):
    """Who goes instead."""

    officer = OfficerUid()


class EconomyIn(Body):
    """Whole rupiah a month, and people; what nobody said is left out. ``source`` says who did."""

    income = serializers.IntegerField(min_value=0, required=False)
    spending = serializers.IntegerField(min_value=0, required=False)
    members = serializers.IntegerField(min_value=1, required=False)
    earners = serializers.IntegerField(min_value=0, required=False)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=160, required=False, allow_blank=True
    )


class EconomicReviewIn(EconomyIn):
    """The same at the counter, and of which day."""

    observed_on = DayField(required=False)


class VisitAnswersIn(Body):
    """Answers by criterion code, so far."""

    answers = serializers.DictField(child=serializers.ChoiceField(choices=ANSWERS))
    answered_by = serializers.CharField(max_length=120, required=False, allow_blank=True)


class PositionIn(Body):
    """Degrees; both null take the position away."""

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class PhotoIn(Body):
    """A picture of one side of the house; where it was taken is kept."""

    side = serializers.ChoiceField(choices=VisitPhoto.Side.choices)
    photo = serializers.FileField()


class FinishIn(Body):
    """Who surveyed, and when; the note says why a photo or the position is missing."""

    visited_on = DayField()
    surveyor_name = serializers.CharField(max_length=120)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class VisitSheetIn(EconomyIn):
    """A sheet that came back on paper; what it leaves out stays as it was saved from the phone."""

    visited_on = DayField()
    surveyor_name = serializers.CharField(max_length=120)
    answers = serializers.DictField(child=serializers.ChoiceField(choices=ANSWERS))
    answered_by = serializers.CharField(max_length=120, required=False, allow_blank=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    latitude = serializers.FloatField(required=False, allow_null=True)
    longitude = serializers.FloatField(required=False, allow_null=True)


class PhotoOut(serializers.Serializer[Any]):
    """A photo of the house. ``position`` is where the camera stood, in degrees."""

    side = serializers.ChoiceField(choices=VisitPhoto.Side.choices)
    attachment = serializers.UUIDField(source="attachment.uid")
    position = serializers.JSONField(source="attachment.position", allow_null=True)


class VisitOut(serializers.Serializer[Any]):
    """A visit. What the matter is about is not told: who walks need not know it."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=VisitState.choices)
    person = serializers.UUIDField(source="complaint.person.uid")
    name = serializers.CharField(source="complaint.person.name")
    dusun = serializers.CharField(source="complaint.person.dusun")
    criteria_set = serializers.CharField(source="criteria_set.code")
    assigned_to = serializers.CharField(source="assigned_to.name", default="")
    answers = serializers.DictField(child=serializers.ChoiceField(choices=ANSWERS))
    answered_by = serializers.CharField()
    economy = serializers.JSONField()
    position = serializers.JSONField(allow_null=True)
    photos = PhotoOut(many=True, source="photos.all")
    visited_on = serializers.DateField(allow_null=True)
    surveyor_name = serializers.CharField()
    from_paper = serializers.BooleanField()
    note = serializers.CharField()


class EconomicReviewOut(serializers.Serializer[Any]):
    """A kept review. ``income_per_head`` is computed, rounded down; there is no limit to it."""

    uid = serializers.UUIDField()
    observed_on = serializers.DateField()
    facts = serializers.JSONField()
    income_per_head = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    recorded_by = serializers.CharField(source="recorded_by.name", default="")


def visit_answer(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    """Answer a visit as it stands, with its version."""
    row = selectors.visit(uid, actor=actor)
    return with_version(VisitOut(row).data, row.version, http_status=http_status)


class CaseVisits(APIView):
    """The visits to the house of one case."""

    @property
    def roles(self) -> tuple[str, ...]:
        return PLANNERS if self.request.method == "POST" else CASE_READERS

    @extend_schema(responses=VisitOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """List them, newest first; the look is audited."""
        actor = api_actor(request)
        case = find_case(uid, actor=actor)
        audit(actor=actor, action="open_case", subject=case)
        return Response(VisitOut(selectors.visits_of(case, actor=actor), many=True).data)

    @extend_schema(
        request=PlanIn,
        responses={201: VisitOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        """Plan a visit."""
        actor = api_actor(request)
        row = services.plan_visit(
            actor=actor,
            uid=uid,
            client_uid=idempotency_key(request),
            version=if_match(request),
            **valid(PlanIn, request),
        )
        return visit_answer(actor, row.uid, http_status=status.HTTP_201_CREATED)


class CaseEconomy(APIView):
    """The economic reviews of one case."""

    @property
    def roles(self) -> tuple[str, ...]:
        return REGISTRARS if self.request.method == "POST" else CASE_READERS

    @extend_schema(responses=EconomicReviewOut(many=True), tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        """List them, newest first; the look is audited."""
        actor = api_actor(request)
        case = find_case(uid, actor=actor)
        audit(actor=actor, action="open_case", subject=case)
        return Response(EconomicReviewOut(selectors.economies_of(case), many=True).data)

    @extend_schema(
        request=EconomicReviewIn,
        responses={201: EconomicReviewOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        """Keep a review; a later one stands beside it."""
        actor = api_actor(request)
        values = valid(EconomicReviewIn, request)
        kept = record_economy(
            actor=actor,
            uid=uid,
            client_uid=idempotency_key(request),
            version=if_match(request),
            source=values.pop("source", ""),
            observed_on=values.pop("observed_on", actor.office.today()),
            **values,
        )
        return Response(EconomicReviewOut(kept).data, status=status.HTTP_201_CREATED)


class CaseMinutes(APIView):
    """The berita acara of the case's finding; the head's name is written by hand."""

    roles = minutes.ISSUERS

    @extend_schema(
        request=NoBody, responses={201: LetterDetailOut}, parameters=[IDEMPOTENCY_KEY], tags=_TAGS
    )
    def post(self, request: Request, uid: str) -> Response:
        """Number and freeze it."""
        actor = api_actor(request)
        valid(NoBody, request)
        letter = minutes.issue_minutes(
            actor=actor,
            case=find_case(uid, actor=actor),
            signer=None,
            client_uid=idempotency_key(request),
        )
        return letter_answer(actor, letter.uid, http_status=status.HTTP_201_CREATED)


class Visits(generics.ListAPIView[HouseVisit]):
    """The visits still to be made that the officer may see, the oldest first."""

    roles = READERS
    queryset = HouseVisit.objects.none()
    serializer_class = VisitOut
    order = ("pk",)

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them; each is told whole, so that each look is audited."""
        return super().get(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        for row in rows or ():
            audit(actor=api_actor(self.request), action="visit.open", subject=row)
        return rows

    def get_queryset(self) -> Any:
        return selectors.whole(selectors.open_visits(api_actor(self.request)))


class VisitDetail(APIView):
    """One visit; the look is audited."""

    roles = READERS

    @extend_schema(responses=VisitOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        answer = visit_answer(actor, uid)
        audit(actor=actor, action="visit.open", subject=selectors.visit(uid, actor=actor))
        return answer


class VisitAct(APIView):
    """Base of ``POST …/visits/{uid}/{act}/``: one verb, then the visit as it stands."""

    serializer_class: type[Body] = NoBody
    verb: ClassVar[Callable[..., Any]]

    @extend_schema(responses=VisitOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        selectors.visit(uid, actor=actor)  # another office's does not exist, whatever is sent
        values = valid(self.serializer_class, request)
        type(self).verb(actor=actor, uid=uid, version=if_match(request), **values)
        return visit_answer(actor, uid)


class SaveAnswers(VisitAct):
    """Keep the answers so far."""

    serializer_class, roles, verb = VisitAnswersIn, VISITORS, services.save_answers


class SavePosition(VisitAct):
    """Keep where the house stands."""

    serializer_class, roles, verb = PositionIn, VISITORS, services.save_position


class SaveEconomy(VisitAct):
    """Keep what the family earns and spends, so far."""

    serializer_class, roles, verb = EconomyIn, VISITORS, services.save_economy


class AddPhoto(VisitAct):
    """Keep a photo of one side of the house (multipart)."""

    parser_classes = (MultiPartParser,)
    serializer_class, roles, verb = PhotoIn, (*VISITORS, Role.FRONT), services.add_photo


class Finish(VisitAct):
    """Keep the visit as it is: its answers become a survey, its photos papers of the case."""

    serializer_class, roles, verb = FinishIn, VISITORS, services.finish_visit


class EnterSheet(VisitAct):
    """Type a sheet that came back on paper."""

    serializer_class, roles, verb = VisitSheetIn, TYPISTS, services.enter_sheet


class Assign(VisitAct):
    """Give the visit to another officer."""

    serializer_class, roles, verb = VisitAssignIn, PLANNERS, services.assign_visit


class Cancel(VisitAct):
    """Take the visit back."""

    serializer_class, roles, verb = ReasonBody, PLANNERS, services.cancel_visit


class Sheet(FileView):
    """The survey sheet for paper; printing it is audited."""

    roles = READERS

    @extend_schema(responses=PDF, tags=_TAGS)
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        row = selectors.visit(uid, actor=actor)
        audit(actor=actor, action="visit.print_sheet", subject=row)
        return pdf_response(sheet.render(row, paper="f4"), name=f"survei-{row.number}.pdf")


#: The acts of a visit by their addresses.
ACTS: dict[str, type[VisitAct]] = {
    "answers": SaveAnswers,
    "position": SavePosition,
    "economy": SaveEconomy,
    "photos": AddPhoto,
    "finish": Finish,
    "entry": EnterSheet,
    "assign": Assign,
    "cancel": Cancel,
}
