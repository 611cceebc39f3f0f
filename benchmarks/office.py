"""An office of a chosen size in an empty database, written straight to the tables."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection, models

from benchmarks import tables
from benchmarks.people import FAMILY, Citizen, citizens
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index, encrypt
from puskesmas.models import Assignment, Office, Role, User
from registry.models import Household, HouseholdMember, Resident, SearchTerm
from registry.naming import address_key, name_key


def make_office() -> Actor:
    """Migrate the database and return a front officer of the one office in it."""
    call_command("migrate", verbosity=0)
    office = Office.objects.create(
        code="35.09.99.2003",
        kind=Office.Kind.DESA,
        name="Ukuran",
        kecamatan="Ukur",
        regency="Kabupaten Jember",
        province="Jawa Timur",
    )
    user = User.objects.create(username="front", name="Petugas Depan")
    Assignment.objects.create(user=user, office=office, role=Role.FRONT, since=date(2020, 1, 1))
    return Actor.of(user, office)


def fill(office: Office, count: int) -> None:
    """Write residents, cards, memberships and search terms."""
    cards: list[Citizen] = []
    texts: set[tuple[str, str]] = set()
    tables.write(Resident, _residents(office, count, cards, texts))
    tables.write(Household, (list(_stored(_household(office, one))) for one in cards))
    members = ([n, (n - 1) // FAMILY + 1, n, "", None, None] for n in range(1, count + 1))
    tables.write(HouseholdMember, members)
    terms = enumerate(sorted(texts), start=1)
    tables.write(SearchTerm, ([n, office.pk, kind, text] for n, (kind, text) in terms))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _stored(instance: models.Model) -> Iterator[Any]:
    """Yield a row's values as the driver takes them, indexes and ciphertext made."""
    for field in instance._meta.concrete_fields:
        value = field.get_db_prep_save(field.pre_save(instance, add=True), connection)
        # psycopg2 wraps bytes for its own quoting; COPY wants them plain.
        yield getattr(value, "adapted", value)


def _residents(
    office: Office, count: int, cards: list[Citizen], texts: set[tuple[str, str]]
) -> Iterator[list[Any]]:
    """Yield the rows of everybody, noting the first of each card and the search terms."""
    names = tables.columns(Resident)
    # Django prepares one row; of the others only what differs is made.
    same = dict(zip(names, _stored(Resident(office=office, name="-")), strict=True))
    for number, one in enumerate(citizens(count), start=1):
        own = _own_values(number, one)
        if one.family == len(cards):
            cards.append(one)
        texts |= {
            ("name", own["name_key"]),
            ("address", own["address_key"]),
            ("dusun", one.dusun),
        }
        row = same | own
        yield [row[name] for name in names]


def _own_values(number: int, one: Citizen) -> dict[str, Any]:
    uid = UUID(int=number)
    return {
        "id": number,
        "uid": str(uid) if connection.features.has_native_uuid_field else uid.hex,
        "nik": encrypt(one.nik.encode(), purpose="registry.resident.nik"),
        "nik_index": blind_index(one.nik, purpose="nik"),
        "nik_last4_index": blind_index(one.nik[-4:], purpose="nik-last4"),
        "name": one.name,
        "name_key": name_key(one.name),
        "sex": one.sex,
        "birth_date": one.born.isoformat(),
        "address": one.address,
        "address_key": address_key(one.address),
        "dusun": one.dusun,
        "rt": one.rt,
        "rw": one.rw,
    }


def _household(office: Office, one: Citizen) -> Household:
    return Household(
        pk=one.family + 1, office=office, kk=one.kk, address=one.address, rt=one.rt, rw=one.rw
    )
