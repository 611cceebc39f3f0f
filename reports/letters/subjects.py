"""Whom a letter is about, where the app that owns the subjects knows one by several uids."""

import uuid
from collections.abc import Callable

from puskesmas.actors import Actor

Resolver = Callable[[Actor, uuid.UUID], set[uuid.UUID]]
_resolvers: list[Resolver] = []


def register(resolver: Resolver) -> None:
    """Add an app's answer to "which uids are this subject's?"; called from ``ready()``."""
    _resolvers.append(resolver)


def same_as(actor: Actor, uid: uuid.UUID) -> set[uuid.UUID]:
    """Return every uid of the subject, the given one among them."""
    return {uid}.union(*(resolver(actor, uid) for resolver in _resolvers))
