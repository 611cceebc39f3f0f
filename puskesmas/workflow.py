"""One table of transitions per state field, and the questions asked of it.

Apps keep the tables (``complaints/workflow.py``, ``referrals/workflow.py``); the buttons of the
pages, the API's 409, the diagram in the docs and the tests all read them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.models import Role

SYSTEM = "system"


@dataclass(frozen=True)
class Step:
    """One allowed move: ``action`` leads from any of ``sources`` to ``target``.

    ``roles`` may do it; :data:`SYSTEM` stands for the program itself (an answer that arrives).
    ``needs_reason`` asks for words. ``clock``: "stop" while the resident or the upstream owes
    something, "run" when the office owes again, "" when it changes nothing.
    """

    action: str
    label: Any
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    needs_reason: bool = False
    clock: str = ""


def step(
    action: str,
    label: Any,
    sources: Iterable[str],
    target: str,
    roles: Iterable[str],
    *,
    needs_reason: bool = False,
    clock: str = "",
) -> Step:
    """Write a :class:`Step` with plain lists."""
    return Step(action, label, frozenset(sources), target, frozenset(roles), needs_reason, clock)


class Workflow:
    """The moves of one state field."""

    def __init__(self, field: str, states: type[TextChoices], steps: Iterable[Step]) -> None:
        self.field = field
        self.states = states
        self.steps = {item.action: item for item in steps}

    def check(self, action: str, *, state: str, actor: Actor, reason: str = "") -> Step:
        """Return the step, or say why not.

        Raises:
            NotYourRole: the actor holds none of the step's roles.
            WrongState: the step does not start at ``state``.
            InvalidInput: the step needs a reason and none was given.
        """
        item = self.steps[action]
        if not self.is_permitted(item, actor):
            raise NotYourRole(
                _("Tindakan “%(action)s” hanya untuk %(roles)s.")
                % {"action": item.label, "roles": role_names(item.roles)}
            )
        if state not in item.sources:
            raise WrongState(
                _("“%(action)s” tidak bisa dilakukan: sekarang statusnya “%(state)s”.")
                % {"action": item.label, "state": self.states(state).label},
                state=state,
            )
        if item.needs_reason and not reason.strip():
            raise InvalidInput(_("Tulis alasannya."), field="reason")
        return item

    def is_permitted(self, item: Step, actor: Actor) -> bool:
        """Return whether the actor's roles (or the program itself) may do the step at all."""
        if actor.is_system:
            return SYSTEM in item.roles
        return actor.has(*item.roles)

    def available(self, *, state: str, actor: Actor) -> list[Step]:
        """Return the steps the actor may take now, in the table's order."""
        return [
            item
            for item in self.steps.values()
            if state in item.sources and self.is_permitted(item, actor)
        ]


def role_names(roles: Iterable[str]) -> str:
    """Return the roles' names for a sentence, in the order of the house."""
    wanted = set(roles)
    return ", ".join(str(role.label) for role in Role if role.value in wanted)
