"""What other apps do when a register's version was loaded: each adds its follower.

A follower runs inside the load's transaction: a list is in whole, with what follows from it, or
not at all.
"""

from collections.abc import Callable
from typing import Any

from puskesmas.actors import Actor
from registry.models import RegisterVersion

Follower = Callable[[RegisterVersion, Actor], Any]
_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Add an app's follower; called from ``AppConfig.ready()``."""
    _followers.append(follower)


def follow(version: RegisterVersion, *, actor: Actor) -> None:
    """Tell every follower of a version just loaded."""
    for follower in _followers:
        follower(version, actor)
