"""REST for the village's referrals: draft, decide, send or carry, note what was answered."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.api import SubjectOut
from complaints.models import Complaint
from complaints.selectors import case as find_case
from programs.api import ProgrammeCode
from programs.eligibility.api import RuleAnswerOut, RulePaperOut
from programs.models import Judgement
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
from puskesmas.days import FIRST_RECORD
from puskesmas.history import audit
from puskesmas.workflow import SYSTEM, Workflow
from referrals import letters, selectors
from referrals.deliveries import deliveries_of
from referrals.filters import ReferralFilters
from referrals.grounds import grounds_of
from referrals.models import Answering, Referral
from referrals.partners import services as partners
from referrals.services import answers, approval, care, delivery
from referrals.services.answers import RECORDABLE
from referrals.services.delivery import SEND_ROLES
from referrals.views import COUNTER, READERS
from referrals.weighing import papers_awaited
from referrals.workflow import ANSWER, APPROVAL, REALISATION, Answer, Approval, Realisation
from registry.roles import WRITERS
from reports.letters.api import LetterDetailOut, chosen_signer, letter_answer

_TAGS = ["referrals"]
#: Sources a person may name, with their words.
BY_HAND = [(one.value, one.label) for one in answers.BY_HAND]
#: How far aid can have come, by the table.
REALISED = [
    (name, step.label) for name, step in REALISATION.steps.items() if step.roles != {SYSTEM}
]


def roles_of(table: Workflow, *steps: str) -> tuple[str, ...]:
    """Return the roles of a table's steps (all of them when none is named), but the program's."""
    named = steps or tuple(table.steps)
    roles = {role for name in named for role in table.steps[name].roles}
    return tuple(sorted(roles - {SYSTEM}))


# --- What a program sends -----------------------------------------------------------------------


class TermsIn(Body):
    """What is asked for, of whom, how it travels. ``destination`` defaults to the owner.

    ``partner_uid`` names who gets it on the road "partner".
    """

    need = serializers.CharField(max_length=4000)
    road = serializers.ChoiceField(choices=Referral.Road.choices)
    destination = serializers.CharField(max_length=120, required=False, allow_blank=True)
    legal_basis = serializers.ChoiceField(choices=Referral.LegalBasis.choices, required=False)
    going_on_reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    partner_uid = serializers.UUIDField(required=False, allow_null=True)


class DraftIn(TermsIn):
    """A new referral of a case for one programme, by its code."""

    programme = ProgrammeCode()
    service = serializers.CharField(max_length=30, required=False, allow_blank=True)


class ApproveIn(Body):
    """``override_reason`` lets a file pass in spite of an exclusion of the programme."""

    override_reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class CarriedIn(Body):
    """The file was carried there: who took it, when, under which number of theirs.

    A file typed into their system (road ``retyped``) has the number, and no ``receiver``.
    """

    receiver = serializers.CharField(max_length=120, required=False, allow_blank=True)
    handed_on = DayField(first=FIRST_RECORD)
    upstream_number = serializers.CharField(max_length=60, required=False, allow_blank=True)


class SaidIn(Body):
    """What somebody said, with the source from which it is known and the day."""

    source = serializers.ChoiceField(choices=BY_HAND)  # type: ignore[assignment]
    said_on = DayField(first=FIRST_RECORD)
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)
    document_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class AnswerSaidIn(SaidIn):
    """An answer of the upstream or the owner, noted by hand."""

    value = serializers.ChoiceField(choices=[(value, value.label) for value in RECORDABLE])


class RealisationSaidIn(SaidIn):
    """How far the aid has come, noted by hand."""

    value = serializers.ChoiceField(choices=REALISED)
    instructions = serializers.CharField(max_length=4000, required=False, allow_blank=True)


# --- What it is answered ------------------------------------------------------------------------


class DeliveryOut(serializers.Serializer[Any]):
    """How the latest file travels. ``waits``: the receiver is not known to have it."""

    title = serializers.CharField()
    detail = serializers.CharField()
    waits = serializers.BooleanField()
    can_send = serializers.BooleanField()
    can_hand_over = serializers.BooleanField()


class ReferralOut(serializers.Serializer[Any]):
    """A referral in a list. Approval, the owner's answer and realisation are separate facts."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    complaint = serializers.UUIDField(source="complaint.uid")
    number = serializers.CharField(source="complaint.receipt_number")
    urgency = serializers.ChoiceField(source="complaint.urgency", choices=Complaint.Urgency.choices)
    subject = SubjectOut(source="complaint.person")
    programme = serializers.CharField(source="programme.code")
    destination = serializers.CharField()
    partner = serializers.UUIDField(source="partner.uid", default=None, allow_null=True)
    road = serializers.ChoiceField(choices=Referral.Road.choices)
    approval = serializers.ChoiceField(choices=Approval.choices)
    approval_since = serializers.DateTimeField()
    answer = serializers.ChoiceField(choices=Answer.choices)
    realisation = serializers.ChoiceField(choices=Realisation.choices)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    upstream_number = serializers.CharField()
    delivery = serializers.SerializerMethodField()

    @extend_schema_field(DeliveryOut(allow_null=True))
    def get_delivery(self, referral: Referral) -> dict[str, Any] | None:
        found = self.context["deliveries"].get(referral.pk)
        return dict(DeliveryOut(found).data) if found else None


class AnsweringOut(serializers.Serializer[Any]):
    """Something the upstream or the owner said. One that was not ``applied`` changed nothing."""

    about = serializers.ChoiceField(choices=Answering.About.choices)
    value = serializers.CharField()
    sequence = serializers.IntegerField()
    applied = serializers.BooleanField()
    owner = serializers.CharField()
    said_by = serializers.CharField()
    document_number = serializers.CharField()
    said_on = serializers.DateField()
    reason = serializers.CharField()
    instructions = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Answering.Source.choices
    )
    recorded_by = serializers.CharField(source="recorded_by.name", default="")
    recorded_at = serializers.DateTimeField()


class GroundOut(serializers.Serializer[Any]):
    """What the rules said at one moment, as it was kept: never judged again."""

    moment = serializers.CharField(source="judgement.moment")
    at = serializers.DateTimeField()
    day = serializers.DateField(source="judgement.day")
    judged_by = serializers.CharField(source="judgement.judged_by.name", default="")
    effective_from = serializers.DateField(source="verdict.version.effective_from")
    service = serializers.CharField(source="verdict.service")
    standing = serializers.ChoiceField(choices=Judgement.Standing.choices)
    reason = serializers.CharField()
    answers = RuleAnswerOut(many=True)
    papers = RulePaperOut(many=True)


class ReferralDetailOut(ReferralOut):
    """A referral with what was asked, by whom and why, and everything that was answered.

    ``follows`` is the referral a control visit continues; ``grounds`` the answers of the rules that
    were kept with it, the newest first; ``papers_awaited`` what the approval still waits for.
    """

    service = serializers.CharField()
    follows = serializers.UUIDField(source="follows.uid", default=None, allow_null=True)
    grounds = GroundOut(many=True)
    papers_awaited = serializers.ListField(child=serializers.CharField())
    need = serializers.CharField()
    legal_basis = serializers.ChoiceField(choices=Referral.LegalBasis.choices)
    drafted_by = serializers.CharField(source="drafted_by.name")
    submitted_by = serializers.CharField(source="submitted_by.name")
    approved_by = serializers.CharField(source="approved_by.name", default="")
    approved_at = serializers.DateTimeField(allow_null=True)
    answers = AnsweringOut(many=True)
    history = serializers.SerializerMethodField()

    @extend_schema_field(MoveOut(many=True))
    def get_history(self, referral: Referral) -> list[dict[str, Any]]:
        return history_of(referral)


def _detail(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    row: Any = selectors.referral(uid, actor=actor)
    row.grounds, row.papers_awaited = grounds_of(row, actor=actor), []
    if row.approval == Approval.AWAITING:
        case = find_case(row.complaint.uid, actor=actor)
        row.papers_awaited = papers_awaited(case, row.programme_version, row.service)
    data = ReferralDetailOut(row, context={"deliveries": deliveries_of([row])}).data
    return with_version(data, row.version, http_status=http_status)


# --- The endpoints ------------------------------------------------------------------------------


class ReferralList(generics.ListAPIView[Referral]):
    """The office's referrals, the newest first."""

    roles = READERS
    queryset = Referral.objects.none()
    serializer_class = ReferralOut
    filterset_class = ReferralFilters
    # A uid is as old as its referral (UUIDv7).
    order = ("-uid",)

    def get_queryset(self) -> Any:
        return selectors.referrals_of(api_actor(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return one page, and load how its files travel (two queries)."""
        rows = super().paginate_queryset(queryset)
        self.deliveries = deliveries_of(rows or [])
        return rows

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "deliveries": getattr(self, "deliveries", {})}

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Draft(APIView):
    """Draft a referral of a case and put it before the approver. ``If-Match`` is the case's."""

    roles = roles_of(APPROVAL, "resubmit")

    @extend_schema(
        request=DraftIn,
        responses={201: ReferralDetailOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        case = find_case(uid, actor=actor)
        values = valid(DraftIn, request)
        row = approval.draft_referral(
            actor=actor,
            case_uid=case.uid,
            programme_uid=values.pop("programme").uid,
            client_uid=idempotency_key(request),
            version=if_match(request),
            **values,
        )
        return _detail(actor, row.uid, http_status=status.HTTP_201_CREATED)


class ReferralDetail(APIView):
    """One referral; the look is audited."""

    roles = READERS

    @extend_schema(responses=ReferralDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        answer = _detail(actor, uid)
        audit(actor=actor, action="open_referral", subject=selectors.referral(uid, actor=actor))
        return answer


class ReferralAct(APIView):
    """Base of ``POST …/{uid}/{action}/``: one verb, then the referral as it stands."""

    serializer_class: type[Body] = NoBody
    verb: ClassVar[Callable[..., Any]]

    @extend_schema(responses=ReferralDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        return self.act(request, uid, version=if_match(request))

    def act(self, request: Request, uid: str, **more: Any) -> Response:
        """Call the verb on a referral the officer may read, and answer the referral."""
        actor = api_actor(request)
        row = selectors.referral(uid, actor=actor)
        values = valid(self.serializer_class, request)
        type(self).verb(actor=actor, uid=row.uid, **values, **more)
        return _detail(actor, uid)


class Approve(ReferralAct):
    """Approve a draft: its file is frozen and sent, or waits to be carried by hand."""

    serializer_class = ApproveIn
    roles, verb = roles_of(APPROVAL, "approve"), approval.approve


class Return(ReferralAct):
    """Give a draft back to the back office with what is to be mended."""

    serializer_class = ReasonBody
    roles, verb = roles_of(APPROVAL, "return"), approval.return_draft


class Refuse(ReferralAct):
    """Refuse to pass a draft on; the case goes back to handling."""

    serializer_class = ReasonBody
    roles, verb = roles_of(APPROVAL, "refuse"), approval.refuse


class Resubmit(ReferralAct):
    """Put a mended referral before the approver again."""

    serializer_class = TermsIn
    roles, verb = roles_of(APPROVAL, "resubmit"), approval.resubmit


class HandOver(ReferralAct):
    """Record that the file was carried there."""

    serializer_class = CarriedIn
    roles, verb = roles_of(ANSWER, "received"), delivery.hand_over


class RecordedAct(ReferralAct):
    """Base of what is noted by hand: a repeat with the same key changes nothing."""

    @extend_schema(responses=ReferralDetailOut, parameters=[IDEMPOTENCY_KEY, IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        key = idempotency_key(request)
        return self.act(request, uid, version=if_match(request), client_uid=key)


class RecordAnswer(RecordedAct):
    """Note what the upstream or the owner said; the owner decides, the village only keeps it."""

    serializer_class = AnswerSaidIn
    roles, verb = roles_of(ANSWER, *RECORDABLE), answers.record_answer


class RecordRealisation(RecordedAct):
    """Note how far the aid has come."""

    serializer_class = RealisationSaidIn
    roles = tuple(set(roles_of(REALISATION)) & set(READERS))
    verb = answers.record_realisation


class CareIn(Body):
    """What the hospital found, from whom or which paper, on which day."""

    value = serializers.ChoiceField(choices=["emergency", "not_emergency"])
    evidence = serializers.CharField(max_length=120)
    on = DayField(first=FIRST_RECORD)


class RecordCare(ReferralAct):
    """Note whether the hospital found an emergency; what follows is kept with the referral."""

    serializer_class = CareIn
    roles = tuple(role.value for role in WRITERS)

    @staticmethod
    def verb(*, evidence: str, **said: Any) -> Referral:
        return care.record_care_verdict(source=evidence, **said)

    @extend_schema(responses=ReferralDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        return self.act(request, uid, version=if_match(request))


class LetterIn(Body):
    """Who signs the surat rujukan.

    ``signer`` is the uid of one of ``letters/signers/``; left out, the koordinator signs, null
    leaves the name to be written by hand.
    """

    signer = serializers.UUIDField(required=False, allow_null=True)


class IssueLetter(APIView):
    """Number and freeze the surat rujukan; a letter there is already is answered instead."""

    roles = COUNTER

    @extend_schema(
        request=LetterIn,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(LetterIn, request)
        letter = letters.issue(
            actor=actor,
            uid=uid,
            signer=chosen_signer(letters.signers_of(actor), values),
            client_uid=idempotency_key(request),
        )
        return letter_answer(actor, letter.uid, http_status=status.HTTP_201_CREATED)


class TakeUp(ReferralAct):
    """Go on from the owner's decision in a case that was opened again."""

    roles, verb = roles_of(ANSWER, *RECORDABLE), answers.take_up


class SendLink(ReferralAct):
    """Send the partner a link to his page (again); 409 ``no_mail`` where none can be sent."""

    roles, verb = tuple(set(SEND_ROLES) & set(READERS)), partners.send_link


class RevokeLink(ReferralAct):
    """Let no link and no code of the referral open the partner's page any more."""

    roles, verb = tuple(set(SEND_ROLES) & set(READERS)), partners.revoke


class SendNow(ReferralAct):
    """Try a waiting delivery again at once."""

    roles, verb = tuple(set(SEND_ROLES) & set(READERS)), delivery.send_now

    @extend_schema(responses=ReferralDetailOut, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        return self.act(request, uid)
