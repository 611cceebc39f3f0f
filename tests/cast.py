"""The people of every test: two villages, a district, and an officer for each role.

Invented, with NIKs of an unassigned kecamatan (350999), so that they match nobody.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password

from puskesmas.actors import Actor
from puskesmas.models import Assignment, Office, Role, User

PASSWORD = "kata-sandi-uji-2026"
SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Two villages of one installation, a district, and their officers by role."""

    village: Office
    other_village: Office
    district: Office
    users: dict[str, User]

    def actor(self, who: str) -> Actor:
        """Return the officer's standing in his own office."""
        user = self.users[who]
        office = user.assignments.select_related("office").get().office
        return Actor.of(user, office)

    def __getattr__(self, who: str) -> User:
        try:
            return self.users[who]
        except KeyError:
            raise AttributeError(who) from None


#: Who works where: name in the cast -> (office, role). The names are what tests call them.
OFFICERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "front": ("village", Role.FRONT, {}),
    "back": ("village", Role.BACK, {}),
    "facilitator": ("village", Role.FACILITATOR, {}),
    "koordinator": ("village", Role.COORDINATOR, {}),
    "head": ("village", Role.HEAD, {}),
    "kasun": ("village", Role.KASUN, {"dusun": "Krajan"}),
    "admin": ("village", Role.ADMIN, {}),
    "stranger": ("other_village", Role.BACK, {}),
    "stranger_front": ("other_village", Role.FRONT, {}),
    "stranger_koordinator": ("other_village", Role.COORDINATOR, {}),
    "supervisor": ("district", Role.SUPERVISOR, {}),
    "manager": ("district", Role.MANAGER, {}),
    "district_back": ("district", Role.DISTRICT_BACK, {}),
    "district_front": ("district", Role.DISTRICT_FRONT, {}),
    "district_admin": ("district", Role.ADMIN, {}),
}


def make_offices() -> dict[str, Office]:
    """Create the two villages and the district."""
    common = {"regency": "Kabupaten Jember", "province": "Jawa Timur"}
    return {
        "village": Office.objects.create(
            code="35.09.99.2003",
            kind=Office.Kind.DESA,
            name="Tegalsari Makmur",
            kecamatan="Sukamaju Baru",
            address="Jl. Balai Desa No. 1",
            **common,
        ),
        "other_village": Office.objects.create(
            code="35.09.99.2004",
            kind=Office.Kind.DESA,
            name="Sumberwangi",
            kecamatan="Sukamaju Baru",
            **common,
        ),
        "district": Office.objects.create(
            code="35.09", kind=Office.Kind.DISTRICT, name="Kabupaten Jember", **common
        ),
    }


def make_cast() -> Cast:
    """Create offices, accounts (password :data:`PASSWORD`) and their assignments."""
    offices = make_offices()
    # In two statements: nearly every test makes them.
    password = make_password(PASSWORD)
    made = User.objects.bulk_create(
        User(username=who, name=f"Petugas {who.replace('_', ' ').title()}", password=password)
        for who in OFFICERS
    )
    users = {user.username: user for user in made}
    Assignment.objects.bulk_create(
        Assignment(user=users[who], office=offices[office], role=role, since=SINCE, **extra)
        for who, (office, role, extra) in OFFICERS.items()
    )
    return Cast(users=users, **offices)
