"""Merging while somebody else does something else with the same people."""

import uuid

import pytest

from complaints import services as complaints
from complaints.models import ComplaintKind
from complaints.selectors import live_cases
from puskesmas import furnishing
from puskesmas.errors import WrongState
from registry.merging import merge
from registry.models import Merge, Resident
from registry.services import create_resident
from tests.cast import make_cast
from tests.racing import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office():
    cast = make_cast()
    furnishing.furnish(cast.village)
    return cast


def people(cast, count):
    return [create_resident(actor=cast.actor("front"), name=f"Warga {n}") for n in range(count)]


def test_a_case_registered_while_merging_is_the_persons(office):
    kept, gone = people(office, 2)
    front, back = office.actor("front"), office.actor("back")
    kind = ComplaintKind.objects.get(office=office.village, code="question")

    def register():
        complaints.register_complaint(
            actor=front,
            client_uid=uuid.uuid4(),
            subject=Resident.objects.get(pk=gone.pk),
            kind=kind,
            story="Bantuan berhenti",
        )

    def join():
        merge(actor=back, duplicate=gone.uid, canonical=kept.uid)

    assert together(register, join, register) == []
    assert len(live_cases([kept], actor=back)[kept.pk]) == 2


def test_two_officers_merging_each_way_make_no_circle(office):
    one, other = people(office, 2)
    back, koordinator = office.actor("back"), office.actor("koordinator")
    errors = together(
        lambda: merge(actor=back, duplicate=one.uid, canonical=other.uid),
        lambda: merge(actor=koordinator, duplicate=other.uid, canonical=one.uid),
    )
    assert [type(error) for error in errors] == [WrongState]
    assert Merge.objects.count() == 1
    assert Resident.objects.filter(canonical__isnull=True).count() == 1


def test_a_chain_merged_at_once_ends_flat(office):
    first, second, third = people(office, 3)
    back = office.actor("back")
    together(
        lambda: merge(actor=back, duplicate=first.uid, canonical=second.uid),
        lambda: merge(actor=back, duplicate=second.uid, canonical=third.uid),
    )
    merged = Resident.objects.filter(canonical__isnull=False)
    assert all(one.canonical.canonical_id is None for one in merged)
