"""REST for the SKTM: issue, correct before the signature, void and replace."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.actors import Actor
from puskesmas.api import api_actor
from puskesmas.api_requests import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Body,
    DayField,
    idempotency_key,
    if_match,
    valid,
)
from puskesmas.days import FIRST_RECORD
from puskesmas.models import Role
from registry import letters, selectors
from registry.letter_pages import ISSUERS
from reports.letters import selectors as letter_selectors
from reports.letters.api import LetterDetailOut, chosen_signer, letter_answer
from reports.letters.models import Letter

_TAGS = ["letters"]
_MOST_PEOPLE = 40


class SktmIn(Body):
    """What the officer says of an SKTM.

    ``signer`` is the uid of one of ``letters/signers/``; left out, the first of them signs, null
    leaves the name to be written by hand. ``dependants`` are uids of people on the same card.
    """

    purpose = serializers.CharField(max_length=240)
    valid_months = serializers.IntegerField(
        min_value=1, max_value=letters.LONGEST_VALIDITY, required=False
    )
    for_family = serializers.BooleanField(required=False)
    dependants = serializers.ListField(
        child=serializers.UUIDField(), max_length=_MOST_PEOPLE, required=False
    )
    introduced_by = serializers.CharField(max_length=80, required=False, allow_blank=True)
    introduction_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    introduction_date = DayField(first=FIRST_RECORD, required=False, allow_null=True)
    papers = serializers.ListField(
        child=serializers.ChoiceField(choices=list(letters.PAPERS.items())),
        max_length=len(letters.PAPERS),
        required=False,
    )
    signer = serializers.UUIDField(required=False, allow_null=True)


class SktmChange(SktmIn):
    """A correction or replacement, with its reason."""

    reason = serializers.CharField(max_length=500)


def _said(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verbs' ``facts`` and ``signer`` from a checked body."""
    facts = letters.SktmFacts(
        purpose=values["purpose"],
        valid_months=values.get("valid_months", actor.office.sktm_valid_months),
        for_family=values.get("for_family", False),
        dependants=tuple(str(uid) for uid in values.get("dependants", ())),
        introduced_by=values.get("introduced_by", ""),
        introduction_number=values.get("introduction_number", ""),
        introduction_date=values.get("introduction_date"),
        papers=tuple(values.get("papers", ())),
    )
    return {"facts": facts, "signer": chosen_signer(letter_selectors.signers(actor.office), values)}


class SktmIssue(APIView):
    """Number and freeze an SKTM for a person or his family."""

    roles = ISSUERS

    @extend_schema(
        request=SktmIn,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        letter = letters.issue_sktm(
            actor=actor,
            resident=selectors.person(uid, actor=actor),
            client_uid=idempotency_key(request),
            **_said(actor, valid(SktmIn, request)),
        )
        return letter_answer(actor, letter.uid, http_status=status.HTTP_201_CREATED)


def _sktm(actor: Actor, uid: Any) -> Letter:
    letter = letter_selectors.letter(actor, uid)
    if letter.kind != letters.SKTM:
        raise exceptions.NotFound
    return letter


class SktmRevise(APIView):
    """Correct an SKTM that is not signed yet: same number, the revision is kept."""

    roles = ISSUERS

    @extend_schema(request=SktmChange, responses=LetterDetailOut, parameters=[IF_MATCH], tags=_TAGS)
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(SktmChange, request)
        letters.revise_sktm(
            actor=actor,
            letter=_sktm(actor, uid),
            version=if_match(request),
            reason=values["reason"],
            **_said(actor, values),
        )
        return letter_answer(actor, uid)


class SktmReplace(APIView):
    """Void an SKTM and issue its successor, both or neither."""

    roles = (Role.BACK,)

    @extend_schema(
        request=SktmChange,
        responses={201: LetterDetailOut},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        tags=_TAGS,
    )
    def post(self, request: Request, uid: str) -> Response:
        actor = api_actor(request)
        values = valid(SktmChange, request)
        successor = letters.replace_sktm(
            actor=actor,
            letter=_sktm(actor, uid),
            version=if_match(request),
            reason=values["reason"],
            client_uid=idempotency_key(request),
            **_said(actor, values),
        )
        return letter_answer(actor, successor.uid, http_status=status.HTTP_201_CREATED)
