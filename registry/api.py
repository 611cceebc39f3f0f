"""REST for people: the same verbs and the same scoping as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import api_actor
from puskesmas.api_answers import with_version
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    MomentField,
    NoBody,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.days import FIRST_RECORD
from puskesmas.history import audit
from registry import merging, selectors, services
from registry.concerns import concerns_of, first_registered
from registry.finding import find_for_page
from registry.identities import card_of
from registry.identity import IdentityError, check_typed_number, mask_number
from registry.life import events_of, record_life_event
from registry.models import HouseholdMember, LifeEvent, RegisterCheck, Resident
from registry.roles import READERS, WRITERS


class PersonIn(Body):
    """A person's data as written. Numbers are text; only the name is required.

    Religion, marital status, education and disability take the code, the words or a common
    spelling of the official lists, and answer its words; anything else stays as sent.
    """

    name = serializers.CharField(max_length=120)
    nik = serializers.CharField(required=False, allow_blank=True, max_length=24)
    kk = serializers.CharField(required=False, allow_blank=True, max_length=24)
    relation = serializers.ChoiceField(
        choices=HouseholdMember.Relation.choices, required=False, allow_blank=True
    )
    sex = serializers.ChoiceField(choices=Resident.Sex.choices, required=False, allow_blank=True)
    birth_place = serializers.CharField(required=False, allow_blank=True, max_length=80)
    birth_date = DayField(required=False, allow_null=True)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=20)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    dusun = serializers.CharField(required=False, allow_blank=True, max_length=60)
    rt = serializers.RegexField(r"^\d{1,3}$", required=False, allow_blank=True)
    rw = serializers.RegexField(r"^\d{1,3}$", required=False, allow_blank=True)
    mother_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    religion = serializers.CharField(required=False, allow_blank=True, max_length=20)
    marital_status = serializers.CharField(required=False, allow_blank=True, max_length=20)
    education = serializers.CharField(required=False, allow_blank=True, max_length=40)
    occupation = serializers.CharField(required=False, allow_blank=True, max_length=80)
    disability = serializers.CharField(required=False, allow_blank=True, max_length=120)
    has_ektp = serializers.BooleanField(required=False, allow_null=True)


class PersonChange(PersonIn):
    """A correction: what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)


class RegisterAnswerOut(serializers.Serializer[Any]):
    """What one register says today. ``why`` explains an uncertain answer."""

    register = serializers.CharField(source="register.code")
    result = serializers.ChoiceField(choices=RegisterCheck.Result.choices)
    method = serializers.ChoiceField(choices=RegisterCheck.Method.choices)
    decile = serializers.IntegerField(allow_null=True)
    data_date = serializers.DateField(allow_null=True)
    why = serializers.CharField()


class PersonOut(serializers.Serializer[Any]):
    """A person, numbers masked to their last four digits."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    nik = serializers.SerializerMethodField()
    kk = serializers.SerializerMethodField()
    sex = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    address = serializers.CharField()
    dusun = serializers.CharField()
    rt = serializers.CharField()
    rw = serializers.CharField()
    life = serializers.ChoiceField(choices=Resident.Life.choices)

    def get_nik(self, resident: Resident) -> str:
        return mask_number(resident.nik) if resident.nik else ""

    def get_kk(self, resident: Resident) -> str:
        card = card_of(resident)
        number = card.household.kk if card else ""
        return mask_number(number) if number else ""


class MemberOut(serializers.Serializer[Any]):
    """Somebody on the same family card."""

    uid = serializers.UUIDField(source="resident.uid")
    name = serializers.CharField(source="resident.name")
    relation = serializers.CharField()


class LifeEventOut(serializers.Serializer[Any]):
    """Something that happened to the person. ``on`` may be unknown."""

    kind = serializers.ChoiceField(choices=LifeEvent.Kind.choices)
    on = serializers.DateField(allow_null=True)
    place = serializers.CharField()
    evidence = serializers.CharField(source="source")
    record_number = serializers.CharField()


class WarningOut(serializers.Serializer[Any]):
    """Something unlikely about a number; the record stands all the same."""

    code = serializers.CharField()
    message = serializers.CharField()


class PersonDetailOut(PersonOut):
    """A person with family card, registers, what happened to him, and what is unlikely.

    ``merged_into`` is set when the uid asked for is of a record merged into this person.
    """

    merged_into = serializers.SerializerMethodField()
    birth_place = serializers.CharField()
    has_ektp = serializers.BooleanField(allow_null=True)
    mother_name = serializers.CharField()
    religion = serializers.CharField()
    marital_status = serializers.CharField()
    education = serializers.CharField()
    occupation = serializers.CharField()
    disability = serializers.CharField()
    first_registered = serializers.SerializerMethodField()
    household_uid = serializers.SerializerMethodField()
    household = serializers.SerializerMethodField()
    registers = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    def get_first_registered(self, resident: Resident) -> str:
        return first_registered(resident)

    @extend_schema(responses={"type": "string", "format": "uuid", "nullable": True})
    def get_household_uid(self, resident: Resident) -> str | None:
        card = card_of(resident)
        return str(card.household.uid) if card else None

    @extend_schema(responses=LifeEventOut(many=True))
    def get_events(self, resident: Resident) -> list[dict[str, Any]]:
        return list(LifeEventOut(events_of(resident), many=True).data)

    @extend_schema(responses=WarningOut(many=True))
    def get_warnings(self, resident: Resident) -> list[dict[str, Any]]:
        return list(WarningOut(concerns_of(resident), many=True).data)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_merged_into(self, resident: Resident) -> str | None:
        asked = str(self.context.get("asked", resident.uid))
        return None if asked == str(resident.uid) else str(resident.uid)

    @extend_schema(responses=MemberOut(many=True))
    def get_household(self, resident: Resident) -> list[dict[str, Any]]:
        return list(MemberOut(selectors.household_of(resident), many=True).data)

    @extend_schema(responses=RegisterAnswerOut(many=True))
    def get_registers(self, resident: Resident) -> list[dict[str, Any]]:
        answers = selectors.register_answers(resident, actor=self.context["actor"])
        return list(RegisterAnswerOut(answers, many=True).data)


class SearchIn(Body):
    """A whole NIK, KK or phone number; or a name, address, hamlet, RT/RW, alone or together."""

    q = serializers.CharField(max_length=120)

    def validate_q(self, text: str) -> str:
        try:
            check_typed_number(text)
        except IdentityError as error:
            raise serializers.ValidationError(str(error), code=error.code) from None
        return text


class CheckIn(Body):
    """A look into SIKS-NG or Cek Bansos."""

    register_code = serializers.CharField(max_length=20)
    method = serializers.ChoiceField(choices=[("siks_ng", "SIKS-NG"), ("cek_bansos", "Cek Bansos")])
    result = serializers.ChoiceField(choices=RegisterCheck.Result.choices)
    decile = serializers.IntegerField(required=False, allow_null=True)
    checked_at = MomentField(first=FIRST_RECORD, required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class CheckOut(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    result = serializers.CharField()
    decile = serializers.IntegerField(allow_null=True)
    data_date = serializers.DateField()


class LifeIn(Body):
    """What happened to a person. ``evidence`` says who or what tells so.

    ``place`` is where he came from or went to; ``record_number`` names the berita acara or deed.
    """

    kind = serializers.ChoiceField(choices=LifeEvent.Kind.choices)
    on = DayField()
    evidence = serializers.CharField(max_length=120)
    place = serializers.CharField(required=False, allow_blank=True, max_length=120)
    record_number = serializers.CharField(required=False, allow_blank=True, max_length=60)


class ReasonIn(Body):
    reason = serializers.CharField(max_length=200)


class NumbersOut(serializers.Serializer[Any]):
    nik = serializers.CharField()
    kk = serializers.CharField()
    phone = serializers.CharField()


def detail(request: Request, uid: Any, *, http_status: int = 200) -> Response:
    actor = api_actor(request)
    resident = selectors.person(uid, actor=actor)
    data = PersonDetailOut(resident, context={"actor": actor, "asked": uid}).data
    return with_version(data, resident.version, http_status=http_status)


class PersonSearch(APIView):
    """Find people, at most 20. The text is in the body, never in the address."""

    roles = READERS

    @extend_schema(request=SearchIn, responses=PersonOut(many=True), tags=["people"])
    def post(self, request: Request) -> Response:
        text = valid(SearchIn, request)["q"]
        actor = api_actor(request)
        found, _more = find_for_page(text, actor=actor)
        people = selectors.people_of(actor).in_bulk([hit.resident.pk for hit in found])
        shown = [people[hit.resident.pk] for hit in found if hit.resident.pk in people]
        return Response(PersonOut(shown, many=True).data)


class PersonList(APIView):
    """Add a person the office did not know."""

    roles = WRITERS

    @extend_schema(
        request=PersonIn,
        responses={201: PersonDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["people"],
    )
    def post(self, request: Request) -> Response:
        resident = services.create_resident(
            actor=api_actor(request),
            client_uid=idempotency_key(request),
            **valid(PersonIn, request),
        )
        return detail(request, resident.uid, http_status=status.HTTP_201_CREATED)


class PersonDetail(APIView):
    """One person."""

    @property
    def roles(self) -> tuple[str, ...]:
        return READERS if self.request.method == "GET" else WRITERS

    @extend_schema(responses=PersonDetailOut, tags=["people"])
    def get(self, request: Request, uid: str) -> Response:
        """Show one person; the look is audited."""
        answer = detail(request, uid)
        audit(
            actor=api_actor(request),
            action="open_person",
            subject=selectors.person(uid, actor=api_actor(request)),
        )
        return answer

    @extend_schema(
        request=PersonChange, responses=PersonDetailOut, parameters=[IF_MATCH], tags=["people"]
    )
    def patch(self, request: Request, uid: str) -> Response:
        """Correct a person's data; what is left out stays."""
        values = valid(PersonChange, request)
        values.setdefault("name", selectors.person(uid, actor=api_actor(request)).name)
        services.change_resident(
            actor=api_actor(request), uid=uid, version=if_match(request), **values
        )
        return detail(request, uid)


class PersonChecks(APIView):
    """Note a look into SIKS-NG or Cek Bansos."""

    roles = WRITERS

    @extend_schema(
        request=CheckIn,
        responses={201: CheckOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["people"],
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        check = services.record_register_check(
            actor=actor,
            resident=selectors.person(uid, actor=actor),
            client_uid=idempotency_key(request),
            **valid(CheckIn, request),
        )
        return Response(CheckOut(check).data, status=status.HTTP_201_CREATED)


class PersonLife(APIView):
    """Record that a person moved in or away, died, or is still here after all."""

    roles = WRITERS

    @extend_schema(
        request=LifeIn,
        responses=PersonDetailOut,
        parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        tags=["people"],
    )
    def post(self, request: Request, uid: str) -> Response:
        values = valid(LifeIn, request)
        record_life_event(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            client_uid=idempotency_key(request),
            source=values.pop("evidence"),
            **values,
        )
        return detail(request, uid)


class PersonNumbers(APIView):
    """Reveal NIK, KK and phone for a written reason; audited, hence a POST."""

    roles = READERS

    @extend_schema(request=ReasonIn, responses=NumbersOut, tags=["people"])
    def post(self, request: Request, uid: str) -> Response:
        numbers = services.reveal_numbers(
            actor=api_actor(request), uid=uid, **valid(ReasonIn, request)
        )
        return Response(numbers, headers={"Cache-Control": "no-store"})


class MergeIn(Body):
    """Into which record this one goes, and why they are one person."""

    into = serializers.UUIDField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PersonMerge(APIView):
    """Say that this record is of the same person as another; a repeat changes nothing."""

    roles = merging.DECIDERS

    @extend_schema(request=MergeIn, responses=PersonDetailOut, tags=["people"])
    def post(self, request: Request, uid: str) -> Response:
        values = valid(MergeIn, request)
        merging.merge(
            actor=api_actor(request),
            duplicate=uid,
            canonical=values["into"],
            reason=values.get("reason", ""),
        )
        return detail(request, uid)


class PersonUnmerge(APIView):
    """Take this record out of the person it was merged into; a repeat changes nothing."""

    roles = merging.DECIDERS

    @extend_schema(request=NoBody, responses=PersonDetailOut, tags=["people"])
    def post(self, request: Request, uid: str) -> Response:
        valid(NoBody, request)
        merging.unmerge(actor=api_actor(request), uid=uid)
        return detail(request, uid)
