"""REST for cases: the same verbs and the same scoping as the pages."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, generics, serializers, status
from rest_framework.fields import empty
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from complaints import letters, public, receipts, selectors, services
from complaints.filters import CaseFilters
from complaints.impartiality import VERIFYING, may_verify
from complaints.models import (
    Channel,
    Complaint,
    ComplaintPaper,
    ComplaintProgramme,
    Telling,
)
from complaints.selectors import READERS
from complaints.workflow import CASE, REGISTRARS, CaseState
from programs.api import PaperCodes, ProgrammeCodes
from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import PDF, FileView, MoveOut, ServedOut, history_of, with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    MomentField,
    NoBody,
    ReasonBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.days import FIRST_RECORD
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit
from puskesmas.requests import client_address
from puskesmas.workflow import SYSTEM
from registry import selectors as people
from registry.models import RegisterCheck
from reports.letters.render import render_receipt
from reports.letters.views import pdf_response

_TAGS = ["complaints"]


def roles_of(*steps: str) -> tuple[str, ...]:
    """Return the roles of the case table's steps, without the program itself."""
    roles: set[str] = set()
    return tuple(sorted(roles.union(*(CASE.steps[name].roles for name in steps)) - {SYSTEM}))


# --- What a program sends -----------------------------------------------------------------------


class KindCode(serializers.CharField):
    """A kind of matter by its code."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the kind. Raises ValidationError when the office has none of that code."""
        code = super().run_validation(data)
        kind = selectors.kinds_of(self.context["actor"]).filter(code=code).first()
        if kind is None:
            raise exceptions.ValidationError(_("Jenis perkara tidak dikenal."))
        return kind


class PersonUid(serializers.UUIDField):
    """A person of the office by uid."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the person. Raises ValidationError when the office knows none of that uid."""
        uid = super().run_validation(data)
        try:
            return people.person(uid, actor=self.context["actor"])
        except NotFound as error:
            raise exceptions.ValidationError(str(error.message)) from None


def _words(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=4000, **more)


def _optional(length: int) -> serializers.CharField:
    return serializers.CharField(max_length=length, required=False, allow_blank=True)


class CaseIn(Body):
    """A matter as it was brought. Kind, programmes and papers by their codes."""

    subject = PersonUid()
    kind = KindCode(max_length=30)
    story = _words()
    received_at = MomentField(first=FIRST_RECORD, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    received_place = _optional(120)
    reporter_relation = serializers.ChoiceField(choices=Complaint.Relation.choices, required=False)
    reporter_name = _optional(120)
    reporter_phone = _optional(20)
    reporter_authority = _optional(160)
    urgency = serializers.ChoiceField(choices=Complaint.Urgency.choices, required=False)
    urgency_reason = _optional(300)
    held = ProgrammeCodes(required=False)
    needed = ProgrammeCodes(required=False)
    papers_seen = PaperCodes(required=False)


class AskPapersIn(Body):
    """``reason`` is what the resident reads; ``wanted`` are paper codes."""

    reason = _words()
    wanted = PaperCodes(required=False)


class SeenIn(Body):
    """Codes of the papers seen, the paper itself or what serves instead."""

    seen = PaperCodes()


class UploadIn(Body):
    """A copy of one paper: photo or PDF, checked by its content."""

    code = serializers.CharField(max_length=30)
    upload = serializers.FileField()


class FindingIn(Body):
    """What the verification found; it decides nothing about aid.

    ``override`` says why it goes against what all answered criteria say.
    """

    finding = serializers.ChoiceField(choices=Complaint.Finding.choices)
    reason = _words()
    override = _optional(2000)


class AnswerIn(Body):
    """The answer the resident is told."""

    answer = _words()


class UrgencyIn(Body):
    """An emergency, or an ordinary case again."""

    urgency = serializers.ChoiceField(choices=Complaint.Urgency.choices)
    reason = _words()


class TellingIn(Body):
    """A try to tell the resident where the case stands."""

    means = serializers.ChoiceField(choices=Telling.Means.choices)
    reached = serializers.BooleanField()
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class PhonesIn(Body):
    """What the phones are opened for."""

    reason = serializers.CharField(max_length=200)


class QuestionIn(Body):
    """A question answered at once."""

    kind = KindCode(max_length=30)
    answer = _words()
    question = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    resident = PersonUid(required=False)
    with_receipt = serializers.BooleanField(required=False)


# --- What it is answered ------------------------------------------------------------------------


class SubjectOut(serializers.Serializer[Any]):
    """Whose matter it is."""

    uid = serializers.UUIDField()
    name = serializers.CharField()
    dusun = serializers.CharField()
    rt = serializers.CharField()
    rw = serializers.CharField()


class CaseOut(serializers.Serializer[Any]):
    """A case in a list. ``due_at`` is null while the office's clock stands.

    ``urgency_unconfirmed``: an officer called his own family's matter an emergency, nobody else.
    """

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.CharField(source="receipt_number")
    state = serializers.ChoiceField(choices=CaseState.choices)
    state_since = serializers.DateTimeField()
    urgency = serializers.ChoiceField(choices=Complaint.Urgency.choices)
    urgency_unconfirmed = serializers.BooleanField()
    kind = serializers.CharField(source="kind.code")
    channel = serializers.ChoiceField(choices=Channel.choices)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Complaint.Outcome.choices, allow_blank=True)
    subject = SubjectOut(source="person")
    needed = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_needed(self, case: Complaint) -> list[str]:
        return _codes(case, ComplaintProgramme.Relation.NEEDED)


def _codes(case: Complaint, relation: str) -> list[str]:
    # A list loads the needed ones only (selectors.with_needed), a single case all of them.
    rows: Iterable[ComplaintProgramme] = (
        case.needed if hasattr(case, "needed") else case.programmes.all()
    )
    return [row.programme.code for row in rows if row.relation == relation]


class PaperOut(serializers.Serializer[Any]):
    """A paper of the case. ``given`` is the code of what served instead.

    ``review`` speaks of the paper, never of the person; with "replace" it counts as missing.
    ``reference`` and ``valid_until`` are of the office's own letter.
    """

    code = serializers.CharField()
    name = serializers.CharField()
    form = serializers.CharField()
    status = serializers.ChoiceField(choices=ComplaintPaper.Status.choices)
    mandatory = serializers.BooleanField()
    by_office = serializers.BooleanField()
    substitutes = serializers.ListField(child=serializers.CharField())
    given = serializers.CharField()
    attachment = serializers.UUIDField(source="attachment.uid", allow_null=True, default=None)
    review = serializers.ChoiceField(choices=ComplaintPaper.Review.choices, allow_blank=True)
    fault = serializers.ChoiceField(choices=ComplaintPaper.Fault.choices, allow_blank=True)
    review_note = serializers.CharField()
    reference = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)


class KeptAnswerOut(serializers.Serializer[Any]):
    """What the register said on the day the matter was brought."""

    register = serializers.CharField(source="register.code", allow_null=True, default=None)
    result = serializers.ChoiceField(choices=RegisterCheck.Result.choices)
    method = serializers.ChoiceField(choices=RegisterCheck.Method.choices)
    decile = serializers.IntegerField(allow_null=True)
    data_date = serializers.DateField(allow_null=True)


class CaseDetailOut(CaseOut):
    """A case with its story, papers and history. ``actions`` are the acts open to the asker now."""

    story = serializers.CharField()
    urgency_reason = serializers.CharField()
    received_place = serializers.CharField()
    reporter_relation = serializers.ChoiceField(choices=Complaint.Relation.choices)
    reporter_name = serializers.CharField()
    reporter_authority = serializers.CharField()
    held = serializers.SerializerMethodField()
    register_check = KeptAnswerOut(allow_null=True)
    finding = serializers.ChoiceField(choices=Complaint.Finding.choices, allow_blank=True)
    finding_reason = serializers.CharField()
    finding_override = serializers.CharField()
    answer = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    papers = PaperOut(many=True)
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_held(self, case: Complaint) -> list[str]:
        return _codes(case, ComplaintProgramme.Relation.HELD)

    @extend_schema_field(MoveOut(many=True))
    def get_history(self, case: Complaint) -> list[dict[str, Any]]:
        return history_of(case)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, case: Complaint) -> list[str]:
        actor = self.context["actor"]
        if people.is_family(actor.user, case.person):
            return []
        steps = CASE.available(state=case.state, actor=actor)
        shown = [step.action for step in steps if step.action in ACTS]
        if not VERIFYING.isdisjoint(shown) and not may_verify(actor, case.person):
            shown = [action for action in shown if action not in VERIFYING]
        return shown


class TellingOut(serializers.Serializer[Any]):
    """A try to tell the resident."""

    uid = serializers.UUIDField()
    at = serializers.DateTimeField()
    means = serializers.ChoiceField(choices=Telling.Means.choices)
    reached = serializers.BooleanField()
    about = serializers.CharField()


class PhonesOut(serializers.Serializer[Any]):
    """Whom to call; empty when no number is known."""

    subject = serializers.CharField()
    reporter = serializers.CharField()


class QuestionOut(serializers.Serializer[Any]):
    """A question as it was logged. ``number`` is empty without a receipt."""

    uid = serializers.UUIDField()
    number = serializers.CharField(source="receipt_number")
    kind = serializers.CharField(source="kind.code")
    asked_at = serializers.DateTimeField()


class StepOut(serializers.Serializer[Any]):
    """One step of the line a case goes along: done, current or next; ``at`` when entered."""

    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["done", "current", "next"])
    at = serializers.DateTimeField(allow_null=True)


class ReferralNewsOut(serializers.Serializer[Any]):
    """What was said of a referral; the programme owner's own word only when ``by_owner``."""

    text = serializers.CharField()
    said_by = serializers.CharField()
    by_owner = serializers.BooleanField()
    said_on = serializers.DateField()
    document_number = serializers.CharField()


class ReferralWordsOut(ReferralNewsOut):
    """The same with what is personal: for which programme, why, where and when to collect it."""

    programme = serializers.CharField()
    reason = serializers.CharField()
    instructions = serializers.CharField()


class StatusOut(serializers.Serializer[Any]):
    """Where a case stands, in plain words, and nothing personal.

    ``next`` says what happens now, ``who`` whose turn it is, ``bring`` which papers are missing.
    ``served``: another office lets this installation show it, without steps and answers.
    """

    number = serializers.CharField()
    office = serializers.CharField(source="office.full_name")
    received_at = serializers.DateTimeField()
    since = serializers.DateTimeField()
    sentence = serializers.CharField()
    next = serializers.CharField()
    who = serializers.CharField()
    due = serializers.DateTimeField(allow_null=True)
    bring = serializers.ListField(child=serializers.CharField())
    steps = StepOut(many=True)
    answers = ReferralNewsOut(many=True)
    served = ServedOut(allow_null=True)


class Last4In(Body):
    """The resident proves that the number is his."""

    last4 = serializers.RegexField(r"^[0-9]{4}$")


class WordsOut(serializers.Serializer[Any]):
    """Something that was said, and of what."""

    about = serializers.CharField()
    text = serializers.CharField()


class StatusDetailsOut(serializers.Serializer[Any]):
    """What the right four digits open. Still no NIK, no name."""

    kind = serializers.CharField()
    programmes = serializers.ListField(child=serializers.CharField())
    words = WordsOut(many=True)
    answers = ReferralWordsOut(many=True)


class KindOut(serializers.Serializer[Any]):
    """A kind of matter. ``sensitive`` ones are read by few."""

    code = serializers.CharField()
    name = serializers.CharField()
    sensitive = serializers.BooleanField()


# --- The endpoints ------------------------------------------------------------------------------


def case_answer(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    """Answer a case as it stands, with its version."""
    case = selectors.case(uid, actor=actor)
    data = CaseDetailOut(case, context={"actor": actor}).data
    return with_version(data, case.version, http_status=http_status)


class KindList(APIView):
    """The office's kinds of matter."""

    @extend_schema(responses=KindOut(many=True), tags=["catalogue"])
    def get(self, request: Request) -> Response:
        return Response(KindOut(selectors.kinds_of(api_actor(request)), many=True).data)


class CaseList(generics.ListAPIView[Complaint]):
    """The office's cases."""

    queryset = Complaint.objects.none()
    serializer_class: type[BaseSerializer[Complaint]] = CaseOut
    filterset_class = CaseFilters
    order = ("-received_at", "-uid")

    @property
    def roles(self) -> tuple[str, ...]:
        return REGISTRARS if self.request.method == "POST" else READERS

    def get_queryset(self) -> Any:
        return selectors.with_needed(selectors.cases(api_actor(self.request)))

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the office's cases, the newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=CaseIn,
        responses={201: CaseDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        filters=False,
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Register a matter and give it a receipt number."""
        actor = api_actor(request)
        key = idempotency_key(request)
        case = services.register_complaint(actor=actor, client_uid=key, **valid(CaseIn, request))
        return case_answer(actor, case.uid, http_status=status.HTTP_201_CREATED)


class CaseDetail(APIView):
    """One case; the look is audited."""

    roles = READERS

    @extend_schema(responses=CaseDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        answer = case_answer(actor, uid)
        audit(actor=actor, action="open_case", subject=selectors.case(uid, actor=actor))
        return answer


class CaseAct(APIView):
    """Base of ``POST …/{uid}/{action}/``: one verb, then the case as it stands."""

    serializer_class: type[Body] = NoBody
    verb: ClassVar[Callable[..., Any]]

    @extend_schema(responses=CaseDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(self.serializer_class, request)
        type(self).verb(actor=actor, uid=uid, version=if_match(request), **values)
        return case_answer(actor, uid)


class Examine(CaseAct):
    """Take a registered case into verification."""

    roles, verb = roles_of("examine"), services.examine


class AskPapers(CaseAct):
    """Ask the resident for papers: the office's clock stands until they come."""

    serializer_class = AskPapersIn
    roles, verb = roles_of("ask_papers"), services.ask_papers


class PapersReceived(CaseAct):
    """The resident brought papers: tick those seen; the clock runs again."""

    serializer_class = SeenIn
    roles, verb = roles_of("papers_received"), services.papers_received


class RecordFinding(CaseAct):
    """Record what the verification found, with its reason."""

    serializer_class = FindingIn
    roles, verb = roles_of("record_finding"), services.record_finding


class RecordOnly(CaseAct):
    """Keep the matter on record without passing it on ("ditampung"); no refusal."""

    serializer_class = ReasonBody
    roles, verb = roles_of("record_only"), services.record_only


class AnswerHere(CaseAct):
    """Settle the case in the Puskesos with an answer; the resident is told next."""

    serializer_class = AnswerIn
    roles, verb = roles_of("answer_here"), services.answer_here


class CloseUnreachable(CaseAct):
    """Close a case whose resident could not be told after the office's number of tries.

    While it waits for papers of a person recorded as dead or moved away: without any.
    """

    serializer_class = ReasonBody
    roles, verb = roles_of("close_unreachable"), services.close_unreachable


class Lapse(CaseAct):
    """Let a case lapse whose papers never came, after notice."""

    serializer_class = ReasonBody
    roles, verb = roles_of("lapse"), services.lapse


class Withdraw(CaseAct):
    """Take the case back at the resident's wish."""

    serializer_class = ReasonBody
    roles, verb = roles_of("withdraw"), services.withdraw


class Reopen(CaseAct):
    """Open an ended case again."""

    serializer_class = ReasonBody
    roles, verb = roles_of("reopen"), services.reopen


class SetUrgency(CaseAct):
    """Make a case an emergency, or an ordinary one again."""

    serializer_class = UrgencyIn
    roles, verb = REGISTRARS, services.set_urgency


class TickPapers(CaseAct):
    """Set which papers were seen, without moving the case."""

    serializer_class = SeenIn
    roles, verb = REGISTRARS, services.tick_papers


class AttachPaper(CaseAct):
    """Store a copy of a paper with the case (multipart)."""

    parser_classes = (MultiPartParser,)
    serializer_class = UploadIn
    roles, verb = REGISTRARS, services.attach_paper


class Tellings(APIView):
    """Record a try to tell the resident; an answer that reached him moves the case on."""

    roles = REGISTRARS

    @extend_schema(
        request=TellingIn,
        responses={201: TellingOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        telling = services.tell_resident(
            actor=api_actor(request),
            uid=uid,
            client_uid=idempotency_key(request),
            version=if_match(request),
            **valid(TellingIn, request),
        )
        return Response(TellingOut(telling).data, status=status.HTTP_201_CREATED)


class CasePhones(APIView):
    """Reveal whom to call, for a written reason; audited, hence a POST."""

    roles = REGISTRARS

    @extend_schema(request=PhonesIn, responses=PhonesOut, tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        phones = services.reveal_phones(
            actor=api_actor(request), uid=uid, **valid(PhonesIn, request)
        )
        return Response(phones, headers={"Cache-Control": "no-store"})


class QuestionLog(APIView):
    """Log a question answered at once, in one step."""

    roles = REGISTRARS

    @extend_schema(
        request=QuestionIn,
        responses={201: QuestionOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        question = services.log_question(
            actor=api_actor(request),
            client_uid=idempotency_key(request),
            **valid(QuestionIn, request),
        )
        return Response(QuestionOut(question).data, status=status.HTTP_201_CREATED)


class Receipt(FileView):
    """The receipt of a case, for paper; printing it is audited."""

    roles = READERS

    @extend_schema(responses=PDF, tags=_TAGS)
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        case = selectors.case(uid, actor=actor)
        audit(actor=actor, action="print_receipt", subject=case)
        pdf = render_receipt(letters.receipt_context(case))
        return pdf_response(pdf, name=f"resi-{case.receipt_number}.pdf")


class QuestionReceipt(FileView):
    """The receipt of a question, for paper; printing it is audited."""

    roles = READERS

    @extend_schema(responses=PDF, tags=["questions"])
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        question = selectors.question(uid, actor=actor)
        pdf = render_receipt(letters.question_receipt_context(question))
        audit(actor=actor, action="print_receipt", subject=question)
        return pdf_response(pdf, name=f"resi-{question.receipt_number}.pdf")


class Status(APIView):
    """Where a case stands, by receipt number. For anybody, without a token."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses=StatusOut, tags=["public"], auth=[])
    def get(self, request: Request, number: str) -> Response:
        found = public.status_of(_wellformed(number), address=client_address(request))
        return Response(StatusOut(found).data, headers={"Cache-Control": "no-store"})


class StatusDetails(APIView):
    """The reasons and answers behind the last four digits; five tries a day. For anybody."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=Last4In, responses=StatusDetailsOut, tags=["public"], auth=[])
    def post(self, request: Request, number: str) -> Response:
        typed = _wellformed(number)
        last4 = valid(Last4In, request)["last4"]
        found = public.details_of(typed, last4=last4, address=client_address(request))
        shown = {
            "kind": found.kind,
            "programmes": found.programmes,
            "words": [{"about": about, "text": text} for about, text in found.words],
            "answers": found.answers,
        }
        return Response(StatusDetailsOut(shown).data, headers={"Cache-Control": "no-store"})


def _wellformed(number: str) -> str:
    """Return the receipt number without its spaces. Raises InvalidInput when it is mistyped."""
    typed = receipts.normalise(number)
    if not receipts.is_wellformed(typed):
        raise InvalidInput(
            _("Nomor ini salah ketik. Cocokkan lagi dengan resi: dua belas angka."),
            code="mistyped_number",
        )
    return typed


#: The case table's acts that belong to no other app, by their names in the table; the others are
#: tellings, and the referral's own acts (docs/api.md).
ACTS: dict[str, type[CaseAct]] = {
    "examine": Examine,
    "ask_papers": AskPapers,
    "papers_received": PapersReceived,
    "record_finding": RecordFinding,
    "record_only": RecordOnly,
    "answer_here": AnswerHere,
    "close_unreachable": CloseUnreachable,
    "lapse": Lapse,
    "withdraw": Withdraw,
    "reopen": Reopen,
}
