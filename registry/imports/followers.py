"""What other apps do when a register's version was loaded, or withdrawn: each adds its follower.

A follower runs in the transaction in which the version begins, or ceases, to speak.
"""

from collections.abc import Callable
from typing import Any

from puskesmas.actors import Actor
from registry.models import RegisterVersion

Follower = Callable[[RegisterVersion, Actor], Any]
_loaded: list[Follower] = []
_withdrawn: list[Follower] = []


def register(*, loaded: Follower, withdrawn: Follower) -> None:
    """Add an app's followers; called from ``AppConfig.ready()``."""
    _loaded.append(loaded)
    _withdrawn.append(withdrawn)


def follow(version: RegisterVersion, *, actor: Actor) -> None:
    """Tell every follower of a version just loaded."""
    for follower in _loaded:
        follower(version, actor)


def withdraw(version: RegisterVersion, *, actor: Actor) -> None:
    """Tell every follower of a version just withdrawn; its rows are still there."""
    for follower in _withdrawn:
        follower(version, actor)
