"""API clients of the cast, an invented family, and what an office is furnished with."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from complaints.kinds import load_kinds
from programs.services import load_catalogue
from puskesmas.officers import issue_token
from registry.models import Register
from registry.services import create_resident
from tests.cast import Cast

NIK, KK = "3509990101900001", "3509990101100001"


def client_of(cast: Cast, who: str) -> APIClient:
    """Return a program of one of the cast, by token; JSON unless told otherwise."""
    actor = cast.actor(who)
    _token, secret = issue_token(actor=actor, name="uji", roles=actor.roles)
    program = APIClient()
    program.default_format = "json"
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return program


@pytest.fixture
def api(cast) -> Callable[[str], APIClient]:
    return lambda who: client_of(cast, who)


@pytest.fixture
def siti(cast):
    return create_resident(
        actor=cast.actor("front"), name="Siti Khodijah", nik=NIK, kk=KK, relation="1", rt="02"
    )


@pytest.fixture
def furnished(cast):
    """The village with its kinds of matter, programmes and a register."""
    load_kinds(cast.village)
    load_catalogue(cast.village)
    Register.objects.create(office=cast.village, code="DTSEN", name_id="DTSEN")
    return cast.village


def key() -> dict[str, str]:
    """Return a fresh Idempotency-Key header."""
    return {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}


def seen(answer: Any) -> dict[str, str]:
    """Return the If-Match header for the record just answered."""
    return {"HTTP_IF_MATCH": answer["ETag"]}
