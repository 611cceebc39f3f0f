"""Who is acting, for which office, in which roles: the first argument of every verb."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from puskesmas.models import Assignment, Office, Role, User


@dataclass(frozen=True)
class Actor:
    """An officer acting for one office today.

    ``assignments`` maps each role he holds today to the assignment that gives it. The program
    itself (answers that arrive, lapsing clocks) acts as :meth:`system`: no user, no role.
    """

    office: Office
    user: User | None = None
    assignments: dict[str, Assignment] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.assignments)

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def officer(self) -> User:
        """Return the person acting. Raises TypeError when it is the program itself."""
        if self.user is None:
            raise TypeError("this is an act of a person")
        return self.user

    def has(self, *roles: str) -> bool:
        """Return whether he holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def assignment_for(self, roles: Iterable[str]) -> Assignment | None:
        """Return the assignment under which an act of these roles is done."""
        return next((self.assignments[role] for role in roles if role in self.assignments), None)

    @classmethod
    def system(cls, office: Office) -> "Actor":
        return cls(office=office)

    @classmethod
    def of(cls, user: User, office: Office, roles: Iterable[str] | None = None) -> "Actor":
        """Return the user's standing in the office today (in the office's zone).

        ``roles`` narrows it further: a token may carry fewer roles than its owner.
        """
        held = current_assignments(user).filter(office=office)
        return cls._holding(user, office, held, roles)

    @classmethod
    def _holding(
        cls,
        user: User,
        office: Office,
        held: Iterable[Assignment],
        roles: Iterable[str] | None = None,
    ) -> "Actor":
        today = office.today()
        by_role: dict[str, Assignment] = {}
        for assignment in held:
            running = assignment.since <= today and (
                assignment.until is None or assignment.until >= today
            )
            if running and (roles is None or assignment.role in roles):
                by_role.setdefault(Role(assignment.role).value, assignment)
        return cls(office=office, user=user, assignments=by_role)


def current_assignments(user: User):  # type: ignore[no-untyped-def]
    """Return the user's assignments that may be running (zones differ by hours: a day's slack)."""
    from datetime import timedelta

    from django.utils import timezone

    now = timezone.now()
    return (
        Assignment.objects.filter(user=user, since__lte=(now + timedelta(days=1)).date())
        .filter(Q(until__isnull=True) | Q(until__gte=(now - timedelta(days=1)).date()))
        .select_related("office")
        .order_by("office_id", "is_deputy", "pk")
    )


def standing(user: User, chosen_office: int | None) -> tuple[Actor | None, list[Office]]:
    """Return the user as an actor, and every office he may choose from.

    He acts for the office he chose (its pk, from the session), else for the first in which a post
    of his is running; None when no post is. One query.
    """
    held: dict[int, list[Assignment]] = {}
    for item in current_assignments(user):
        held.setdefault(item.office_id, []).append(item)
    offices = {pk: items[0].office for pk, items in held.items()}
    in_order = sorted(offices.values(), key=lambda office: office.pk != chosen_office)
    actors = (Actor._holding(user, office, held[office.pk]) for office in in_order)
    return next((actor for actor in actors if actor.roles), None), list(offices.values())
