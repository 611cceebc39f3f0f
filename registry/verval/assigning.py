"""Whose hands a row goes into: the kasun or fasilitator of its hamlet, never his own family."""

from functools import cached_property

from puskesmas.models import Assignment, Office, Role, User
from registry.models import Resident
from registry.selectors import family_of
from registry.verval.workflow import WALKERS


class Hands:
    """Who walks for an office today, by hamlet. Loaded once, then asked without a query.

    A post's ``dusun`` names the hamlet it looks after; in a kelurahan that is an RW ("RW 03").
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._families: dict[int, set[int]] = {}

    @cached_property
    def posts(self) -> list[Assignment]:
        """The running posts of those who walk, standing ones first (one query)."""
        today = self.office.today()
        found = (
            Assignment.objects.filter(
                office=self.office, role__in=WALKERS, since__lte=today, user__is_active=True
            )
            .select_related("user")
            .order_by("is_deputy", "role", "pk")
        )
        return [post for post in found if post.until is None or post.until >= today]

    @property
    def officers(self) -> list[User]:
        """Return everybody who walks today, each once."""
        return list({post.user_id: post.user for post in self.posts}.values())

    def walks(self, officer: User) -> bool:
        return any(post.user_id == officer.pk for post in self.posts)

    def for_place(self, dusun: str, rw: str, resident: Resident | None) -> User | None:
        """Return who looks after the place and is not family; the koordinator divides the rest."""
        names = _names(dusun, rw)
        for post in self.posts:
            if _name(post.dusun) in names and not self._is_family(post.user, resident):
                return post.user
        return None

    def covers(self, officer: User, dusun: str, rw: str) -> bool:
        """Return whether he may be sent there: fasilitator anywhere, a kasun in his hamlet only.

        Where nobody wrote down the hamlet, any kasun's may be it.
        """
        names = _names(dusun, rw)
        return any(
            post.user_id == officer.pk
            and (post.role == Role.FACILITATOR or not names or _name(post.dusun) in names)
            for post in self.posts
        )

    def _is_family(self, officer: User, resident: Resident | None) -> bool:
        if resident is None:
            return False
        if officer.pk not in self._families:
            self._families[officer.pk] = family_of(officer, self.office.pk)
        return resident.pk in self._families[officer.pk]


def _names(dusun: str, rw: str) -> set[str]:
    """Return what the post that looks after the place may call it."""
    return {_name(dusun), _name(f"rw{rw}")} - {"", "rw"}


def _name(hamlet: str) -> str:
    """Return a name for comparing: "RW 03" and "rw 3" are one, and so are "Dusun X" and "X"."""
    name = "".join(hamlet.casefold().removeprefix("dusun").split())
    number = name.removeprefix("rw")
    return f"rw{int(number)}" if name != number and number.isdigit() else name
