"""REST for family cards: the same verbs and the same scoping as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
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
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.history import audit
from registry import codes
from registry.api import PersonDetailOut, detail
from registry.households import selectors, services
from registry.households.selectors import Family
from registry.identity import mask_number
from registry.models import HouseholdMember, Resident
from registry.roles import READERS, SURVEYORS, WRITERS


class HouseholdMemberOut(serializers.Serializer[Any]):
    """Somebody on the card now. ``has_ektp`` null: nobody asked."""

    uid = serializers.UUIDField(source="resident.uid")
    name = serializers.CharField(source="resident.name")
    relation = serializers.CharField(source="row.relation")
    since = serializers.DateField(source="row.since", allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    life = serializers.ChoiceField(source="resident.life", choices=Resident.Life.choices)
    has_ektp = serializers.BooleanField(source="resident.has_ektp", allow_null=True)


class FormerMemberOut(serializers.Serializer[Any]):
    """Somebody who was on the card."""

    uid = serializers.UUIDField(source="resident.uid")
    name = serializers.CharField(source="resident.name")
    relation = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField()


class HousingOut(serializers.Serializer[Any]):
    """What the house was like on a day; codes, empty where nobody looked."""

    observed_on = serializers.DateField()
    evidence = serializers.CharField(source="source")
    tenure = serializers.CharField()
    floor = serializers.CharField()
    wall = serializers.CharField()
    roof = serializers.CharField()
    water = serializers.CharField()
    toilet = serializers.CharField()
    lighting = serializers.CharField()
    area_m2 = serializers.IntegerField(allow_null=True)
    power_va = serializers.IntegerField(allow_null=True)


class HouseholdOut(serializers.Serializer[Any]):
    """A family card, its number masked; housing newest first."""

    uid = serializers.UUIDField(source="household.uid")
    version = serializers.IntegerField(source="household.version")
    kk = serializers.SerializerMethodField()
    address = serializers.CharField(source="household.address")
    dusun = serializers.CharField(source="household.dusun")
    rt = serializers.CharField(source="household.rt")
    rw = serializers.CharField(source="household.rw")
    is_own_family = serializers.BooleanField(source="is_own")
    members = HouseholdMemberOut(many=True)
    former_members = FormerMemberOut(source="former", many=True)
    housing = HousingOut(many=True)

    def get_kk(self, family: Family) -> str:
        return mask_number(family.household.kk) if family.household.kk else ""


def _code(name: str) -> serializers.ChoiceField:
    choices = list(codes.HOUSING[name].words.items())
    return serializers.ChoiceField(choices=choices, required=False, allow_blank=True)


class HousingIn(Body):
    """What somebody saw of a house, by the codes of the register's housing questions."""

    observed_on = DayField()
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=120)
    tenure = _code("tenure")
    floor = _code("floor")
    wall = _code("wall")
    roof = _code("roof")
    water = _code("water")
    toilet = _code("toilet")
    lighting = _code("lighting")
    area_m2 = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=9_999
    )
    power_va = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=200_000
    )


class HeadIn(Body):
    """Who heads the family, from when (today)."""

    resident = serializers.UUIDField()
    on = DayField(required=False)


class CardIn(Body):
    """The card a person moves to; without a number, or with a new one, a card is split off.

    ``along`` are people of his card who move with him.
    """

    kk = serializers.CharField(required=False, allow_blank=True, max_length=24)
    relation = serializers.ChoiceField(
        choices=HouseholdMember.Relation.choices, required=False, allow_blank=True
    )
    on = DayField(required=False)
    evidence = serializers.CharField(max_length=120)
    along = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)


def _answer(request: Request, uid: str) -> Response:
    return _shown(selectors.family(uid, actor=api_actor(request)))


def _shown(family: Family) -> Response:
    return with_version(HouseholdOut(family).data, family.household.version)


class HouseholdDetail(APIView):
    """One family card."""

    roles = READERS

    @extend_schema(responses=HouseholdOut, tags=["people"])
    def get(self, request: Request, uid: str) -> Response:
        """Show a family; the look is audited."""
        actor = api_actor(request)
        family = selectors.family(uid, actor=actor)
        audit(actor=actor, action="open_household", subject=family.household)
        return _shown(family)


class HouseholdHead(APIView):
    """Make a living member the head of the family."""

    roles = WRITERS

    @extend_schema(request=HeadIn, responses=HouseholdOut, parameters=[IF_MATCH], tags=["people"])
    def post(self, request: Request, uid: str) -> Response:
        services.make_head(
            actor=api_actor(request), uid=uid, version=if_match(request), **valid(HeadIn, request)
        )
        return _answer(request, uid)


class Housing(APIView):
    """Keep what a family's house was like on a day."""

    roles = SURVEYORS

    @extend_schema(
        request=HousingIn,
        responses={201: HousingOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["people"],
    )
    def post(self, request: Request, uid: str) -> Response:
        values = valid(HousingIn, request)
        row = services.record_housing(
            actor=api_actor(request),
            uid=uid,
            client_uid=idempotency_key(request),
            source=values.pop("evidence", ""),
            **values,
        )
        return Response(HousingOut(row).data, status=status.HTTP_201_CREATED)


class PersonCard(APIView):
    """Move a person to another family card, alone or with members of his family."""

    roles = WRITERS

    @extend_schema(
        request=CardIn, responses=PersonDetailOut, parameters=[IF_MATCH], tags=["people"]
    )
    def post(self, request: Request, uid: str) -> Response:
        values = valid(CardIn, request)
        services.move_to_card(
            actor=api_actor(request),
            uid=uid,
            version=if_match(request),
            source=values.pop("evidence"),
            **values,
        )
        return detail(request, uid)
