"""People on cards, a programme, and a distribution at each stage."""

from datetime import time

import pytest

from programs.distribution import handing, minutes, services
from programs.models import AidRecipient, Participation, Programme
from programs.services import load_catalogue
from registry.services import create_resident

KK, OTHER_KK, THIRD_KK = "3509990101100001", "3509990101100002", "3509990101100003"


NIK = "3509994403500001"


@pytest.fixture
def back(cast):
    load_catalogue(cast.village)
    return cast.actor("back")


@pytest.fixture
def front(cast, back):
    return cast.actor("front")


def live(actor, name, kk=KK, **more):
    place = {"dusun": "Krajan", "rw": "01", "rt": "02"}
    return create_resident(actor=actor, name=name, kk=kk, **(place | more))


@pytest.fixture
def tukiyem(front):
    return live(front, "Tukiyem", nik=NIK, relation="1")


@pytest.fixture
def bagas(front):
    return live(front, "Bagas", relation="4")


@pytest.fixture
def paijo(front):
    return live(front, "Paijo", OTHER_KK, rw="02", relation="1")


def pkh(actor):
    return Programme.objects.get(office=actor.office, code="PKH")


def receive(actor, *people, code="PKH"):
    for one in people:
        Participation.objects.create(
            office=actor.office,
            resident=one,
            programme=Programme.objects.get(office=actor.office, code=code),
            source="register",
        )


RICE = {
    "name": "Beras November",
    "owner": "Dinas Sosial",
    "kind": "goods",
    "item": "beras 10 kg",
    "amount": 2,
    "unit": "karung",
}


CASH = {"name": "BLT", "owner": "Kepala Desa", "kind": "money", "item": "uang", "amount": 300_000}


def opened(back, given=None, **more):
    return services.open_distribution(actor=back, **((given or RICE) | more))


def add(back, held, *people):
    return [
        services.add_recipient(actor=back, uid=held.uid, resident_uid=one.uid) for one in people
    ]


def slot(back, held, **more):
    given = {"day": back.office.today(), "start": time(8), "place": "Balai desa"}
    return services.add_slot(actor=back, uid=held.uid, **(given | more))


def settled(back, *people, given=None, **more):
    """Return a locked distribution and its names."""
    held = opened(back, given, **more)
    add(back, held, *people)
    slot(back, held)
    services.settle(actor=back, uid=held.uid, version=None)
    return held, [row_of(held, one) for one in people]


def row_of(held, resident):
    return AidRecipient.objects.get(distribution=held, resident=resident)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def hand(actor, listed, **more):
    given = {"way": "identity"}
    return handing.hand_over(actor=actor, uid=listed.uid, **(given | more))


def _pip(actor):
    return Programme.objects.get(office=actor.office, code="PIP")


def die(actor, listed):
    return handing.note_death(
        actor=actor, uid=listed.uid, version=None, on=actor.office.today(), source="Ketua RT 02"
    )


def stated(back, subject, kind=minutes.OF_RECIPIENT, **more):
    return minutes.issue(actor=back, kind=kind, subject=subject, signer=None, **more)


RULE = {"may_replace": True, "replacement_rule": "Satu dusun, ditunjuk dinas"}


def replaced(back, listed, resident, named_by="surat 460/12"):
    return handing.replace(
        actor=back,
        uid=listed.uid,
        version=None,
        resident_uid=resident.uid,
        named_by=named_by,
    )
