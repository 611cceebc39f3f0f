"""A resident with a family card, a kind of matter, and a case of his."""

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.kinds import load_kinds
from complaints.models import Complaint, ComplaintKind
from complaints.receipts import new_number
from programs.models import Programme
from programs.services import load_catalogue
from puskesmas.models import Office
from registry import search_terms
from registry.models import Household, HouseholdMember, Resident

NIK = "3509994507800001"
KK = "3509990101150001"


def make_resident(office: Office, *, nik: str = NIK, kk: str = KK, name: str = "Sulastri"):
    """Return a resident of the office on a family card of her own."""
    resident = Resident.objects.create(
        office=office, nik=nik, name=name, name_key=name.lower(), rt="02", rw="01"
    )
    search_terms.remember(office.pk, [resident])
    if kk:
        household = Household.objects.create(office=office, kk=kk, rt="02", rw="01")
        HouseholdMember.objects.create(household=household, resident=resident)
    return resident


@pytest.fixture
def resident(cast):
    return make_resident(cast.village)


@pytest.fixture
def kinds(cast):
    """The office's kinds of matter by code."""
    load_kinds(cast.village)
    return {kind.code: kind for kind in ComplaintKind.objects.filter(office=cast.village)}


@pytest.fixture
def kind(kinds):
    return kinds["programme"]


@pytest.fixture
def programmes(cast):
    """The office's programmes by code."""
    load_catalogue(cast.village)
    return {row.code: row for row in Programme.objects.filter(office=cast.village)}


@pytest.fixture
def case(cast, resident, kind):
    """A registered case, received an hour ago."""
    received = timezone.now() - timedelta(hours=1)
    return Complaint.objects.create(
        office=cast.village,
        subject=resident,
        kind=kind,
        receipt_number=new_number(),
        received_at=received,
        clock_started_at=received,
    )
