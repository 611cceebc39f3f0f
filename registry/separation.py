"""Separation of duties: who prepared something, or is family of whom it is about, approves nothing.

Who approves is a setting of the office (the koordinator unless it says otherwise). A dated deputy
holds the approver's role for that time like anyone else. The penanggung jawab steps in when nobody
who holds the role today may act: he prepared it himself, is family, or is away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from puskesmas.actors import Actor
from puskesmas.models import Assignment, Office, Role, User
from registry.selectors import family_of


class Barrier(Enum):
    """Why somebody may not approve."""

    NO_PERSON = "no_person"
    OWN_WORK = "own_work"
    OWN_FAMILY = "own_family"
    NOT_APPROVER = "not_approver"


@dataclass(frozen=True)
class Matter:
    """What is to be approved: keys of the officers who prepared it, and of the people in it."""

    authors: Collection[int]
    people: Collection[int]


class Approvers:
    """Who may approve for an office today, or do what else belongs to ``role``.

    Loaded once (up to four queries for each officer asked about), then asked without a query.
    """

    def __init__(self, office: Office, role: str = "") -> None:
        self.office = office
        self._role = role or office.approver_role
        self._families: dict[int, set[int]] = {}

    def barrier(self, matter: Matter, actor: Actor) -> Barrier | None:
        """Return why this officer may not approve the matter, or None when he may."""
        if actor.user is None:
            return Barrier.NO_PERSON
        if actor.user.pk in matter.authors:
            return Barrier.OWN_WORK
        if self._is_family(actor.user, matter):
            return Barrier.OWN_FAMILY
        if actor.has(self._role):
            return None
        if actor.has(Role.HEAD) and not self.able(matter):
            return None
        return Barrier.NOT_APPROVER

    def is_own(self, matter: Matter, actor: Actor) -> bool:
        """Return whether the matter is the officer's own, or of somebody on his card."""
        return actor.user is not None and self._is_family(actor.user, matter)

    def able(self, matter: Matter) -> list[User]:
        """Return today's holders of the approver's role against whom nothing stands."""
        return [user for user in self._holders if not self._is_barred(user, matter)]

    def turn(self, matter: Matter) -> list[User]:
        """Return whose turn it is: the able approvers, else the penanggung jawab, if he may."""
        able = self.able(matter)
        return able or [user for user in self._heads if not self._is_barred(user, matter)]

    @cached_property
    def _holders(self) -> list[User]:
        return holders_of(self.office, self._role)

    @cached_property
    def _heads(self) -> list[User]:
        return holders_of(self.office, Role.HEAD)

    def _is_barred(self, user: User, matter: Matter) -> bool:
        return user.pk in matter.authors or self._is_family(user, matter)

    def _is_family(self, user: User, matter: Matter) -> bool:
        if user.pk not in self._families:
            self._families[user.pk] = family_of(user, self.office.pk)
        return not self._families[user.pk].isdisjoint(matter.people)


def holders_of(office: Office, role: str) -> list[User]:
    """Return who holds a role today, standing officers before deputies (one query)."""
    today = office.today()
    rows = (
        Assignment.objects.filter(office=office, role=role, since__lte=today, user__is_active=True)
        .select_related("user")
        .order_by("is_deputy", "pk")
    )
    return [row.user for row in rows if row.until is None or row.until >= today]
