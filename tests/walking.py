"""Walking a table of moves: what the code allows, to be compared with what was written by hand."""

import itertools

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Assignment, Office, Role, User
from puskesmas.workflow import Workflow

ROLES = {
    "FO": Role.FRONT,
    "BO": Role.BACK,
    "FAS": Role.FACILITATOR,
    "KOOR": Role.COORDINATOR,
    "HEAD": Role.HEAD,
    "KASUN": Role.KASUN,
    "ADMIN": Role.ADMIN,
    "SUP": Role.SUPERVISOR,
    "MAN": Role.MANAGER,
    "DFO": Role.DISTRICT_FRONT,
    "DBO": Role.DISTRICT_BACK,
}
#: Everybody who may act; SYS is the program itself.
EVERYBODY = (*ROLES, "SYS")

#: (from, to) -> {action: roles in one string}
Expected = dict[tuple[str, str], dict[str, str]]


def actor_in(role: str) -> Actor:
    """Return somebody with just this role, nothing of him saved."""
    office = Office(kind=Office.Kind.DESA)
    if role == "SYS":
        return Actor.system(office)
    return Actor(office, User(), {ROLES[role].value: Assignment(role=ROLES[role])})


def coded(table: Workflow, role: str) -> set[tuple[str, str, str]]:
    """Return (from, action, to) of every move the table lets the role make."""
    moves = itertools.product(table.states.values, table.steps.values())
    return {
        (source, step.action, step.target)
        for source, step in moves
        if allowed(table, step.action, source, role)
    }


def written(expected: Expected, role: str) -> set[tuple[str, str, str]]:
    """Return the same from a hand-written table."""
    return {
        (source, action, target)
        for (source, target), actions in expected.items()
        for action, roles in actions.items()
        if role in roles.split()
    }


def allowed(table: Workflow, action: str, source: str, role: str) -> bool:
    """Return whether the table lets the role do the action from the state, with a reason given."""
    try:
        table.check(action, state=source, actor=actor_in(role), reason="Alasan")
    except DomainError:
        return False
    return True
