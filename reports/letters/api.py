"""REST for letters, and for anybody who wants to know whether a paper is true."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas import throttle
from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_answers import PDF, FileView, MoveOut, ServedOut, history_of, with_version
from puskesmas.api_requests import IF_MATCH, Body, NoBody, ReasonBody, if_match, valid
from puskesmas.errors import InvalidInput, NotFound, WrongState
from puskesmas.history import audit
from puskesmas.models import Assignment
from puskesmas.requests import client_address
from reports.letters import codes, public, selectors, services
from reports.letters.desk import READERS
from reports.letters.filters import LetterFilters
from reports.letters.models import Letter
from reports.letters.public_views import PER, TRIES
from reports.letters.views import pdf_response
from reports.letters.workflow import LETTER, LetterState

_TAGS = ["letters"]


class HandOverIn(Body):
    """Who took the letter."""

    receiver = serializers.CharField(max_length=120)


class LetterOut(serializers.Serializer[Any]):
    """A letter. ``subject`` is the uid of whom it is about, ``expired`` its validity today."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.CharField()
    dated = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=LetterState.choices)
    expired = serializers.SerializerMethodField()
    subject = serializers.UUIDField(source="subject_uid")
    about = serializers.SerializerMethodField()
    signer = serializers.CharField(source="signer.name", default="")
    signed_at = serializers.DateTimeField(allow_null=True)
    handed_over_at = serializers.DateTimeField(allow_null=True)
    handed_over_to = serializers.CharField()
    voided_at = serializers.DateTimeField(allow_null=True)
    replaces = serializers.UUIDField(source="replaces.uid", allow_null=True, default=None)
    replaced_by = serializers.UUIDField(source="replaced_by.uid", allow_null=True, default=None)

    def get_expired(self, letter: Letter) -> bool:
        return selectors.is_expired(letter)

    def get_about(self, letter: Letter) -> str:
        name: str = selectors.last_revision(letter).context["body"]["subject"]["name"]
        return name


class LetterDetailOut(LetterOut):
    """A letter with its history. ``actions`` are the acts open to the asker now."""

    revision = serializers.SerializerMethodField()
    verify_url = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_revision(self, letter: Letter) -> int:
        return selectors.last_revision(letter).number

    def get_verify_url(self, letter: Letter) -> str:
        url: str = selectors.last_revision(letter).context["verification"]["url"]
        return url

    @extend_schema_field(MoveOut(many=True))
    def get_history(self, letter: Letter) -> list[dict[str, Any]]:
        return history_of(letter)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, letter: Letter) -> list[str]:
        steps = LETTER.available(state=letter.state, actor=self.context["actor"])
        return [step.action for step in steps]


class SignerOut(serializers.Serializer[Any]):
    """Somebody who may sign today."""

    uid = serializers.UUIDField()
    name = serializers.CharField(source="user.name")
    role = serializers.CharField()
    is_deputy = serializers.BooleanField()


class VerificationOut(serializers.Serializer[Any]):
    """What anybody holding the paper may know."""

    status = serializers.ChoiceField(choices=["valid", "unsigned", "expired", "lapsed", "void"])
    kind = serializers.CharField()
    number = serializers.CharField()
    dated = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    office = serializers.CharField(source="office.full_name")
    initials = serializers.CharField()
    nik = serializers.CharField()
    replaced_by = serializers.CharField()
    served = ServedOut(allow_null=True)


def letter_answer(actor: Actor, uid: Any, *, http_status: int = 200) -> Response:
    """Answer a letter as it stands, with its version."""
    letter = selectors.letter(actor, uid)
    data = LetterDetailOut(letter, context={"actor": actor}).data
    return with_version(data, letter.version, http_status=http_status)


def chosen_signer(people: Sequence[Assignment], values: Mapping[str, Any]) -> Assignment | None:
    """Return who signs: the one whose uid is ``values["signer"]``, the first when it is left out.

    None leaves the name to be written by hand.

    Raises:
        ValidationError: nobody of that uid may sign.
    """
    if "signer" not in values:
        return people[0] if people else None
    if values["signer"] is None:
        return None
    for person in people:
        if person.uid == values["signer"]:
            return person
    raise exceptions.ValidationError({"signer": [_("Orang ini tidak bisa menandatangani.")]})


class LetterList(generics.ListAPIView[Letter]):
    """The letters he may read, the newest first; those about confidential cases are left out."""

    roles = READERS
    queryset = Letter.objects.none()
    serializer_class = LetterOut
    filterset_class = LetterFilters
    # A uid is as old as its letter (UUIDv7).
    order = ("-uid",)

    def get_queryset(self) -> Any:
        return selectors.letters(api_actor(self.request)).select_related("office")

    @extend_schema(tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LetterDetail(APIView):
    """One letter; the look is audited."""

    roles = READERS

    @extend_schema(responses=LetterDetailOut, tags=_TAGS)
    def get(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        answer = letter_answer(actor, uid)
        audit(actor=actor, action="letter.open", subject=selectors.letter(actor, uid))
        return answer


class LetterPdf(FileView):
    """The letter's file as it was frozen."""

    roles = READERS

    @extend_schema(responses=PDF, tags=_TAGS)
    def get(self, request: Request, uid: str) -> HttpResponse:
        actor = api_actor(request)
        letter = selectors.letter(actor, uid)
        revision = selectors.last_revision(letter)
        if services.waits_for_worker(revision) or not services.render_revision(revision):
            raise NotYetPrinted(
                _("Berkas surat ini belum selesai dibuat. Coba lagi sebentar lagi."),
                retry_after=60,
            )
        audit(actor=actor, action="letter.print", subject=letter)
        return pdf_response(services.read_pdf(revision), name=f"{slugify(letter.number)}.pdf")


class NotYetPrinted(WrongState):
    """The file is not rendered yet; ask again later."""

    status = 503
    code = "not_yet_printed"


class LetterAct(APIView):
    """Base of ``POST …/{uid}/{action}/``: one verb, then the letter as it stands."""

    serializer_class: type[Body] = NoBody
    verb: ClassVar[Callable[..., Any]]

    @extend_schema(responses=LetterDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(self.serializer_class, request)
        type(self).verb(actor=actor, uid=uid, version=if_match(request), **values)
        return letter_answer(actor, uid)


class Sign(LetterAct):
    """Record that the paper is signed: from now on the letter is issued and never changes."""

    roles, verb = LETTER.steps["sign"].roles, services.sign


class HandOver(LetterAct):
    """Record who took the signed letter."""

    serializer_class = HandOverIn
    roles, verb = LETTER.steps["hand_over"].roles, services.hand_over


class Void(LetterAct):
    """Make a letter void; its number stays taken and its public page says so."""

    serializer_class = ReasonBody
    roles, verb = LETTER.steps["void"].roles, services.void


class SignerList(APIView):
    """Who may sign today, in the order they are offered."""

    roles = READERS

    @extend_schema(responses=SignerOut(many=True), tags=_TAGS)
    def get(self, request: Request) -> Response:
        return Response(SignerOut(selectors.signers(api_actor(request).office), many=True).data)


class Verification(APIView):
    """Whether a paper is true, by the code under its QR. For anybody, without a token."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses=VerificationOut, tags=["public"], auth=[])
    def get(self, request: Request, code: str) -> Response:
        throttle.take("verify", client_address(request), capacity=TRIES, per=PER)
        typed = codes.normalise(code)
        if not codes.is_wellformed(typed):
            raise InvalidInput(
                _("Kode ini salah ketik: ada %(wanted)d huruf dan angka di bawah kode QR.")
                % {"wanted": codes.LENGTH},
                code="mistyped_code",
            )
        found = public.public_letter(typed)
        if found.status == "unknown":
            raise NotFound(_("Kode ini tidak dikenal."), code="unknown_code")
        if found.status == "disputed":
            raise WrongState(
                _("Lebih dari satu kantor menyatakan surat ini miliknya."), code="disputed_code"
            )
        return Response(VerificationOut(found).data, headers={"Cache-Control": "no-store"})
