"""What became known after a letter was made, told beside it by the app that knows.

A provider answers for many letters at once, in a fixed number of queries: uid of the letter → what
to say of it now. The letter itself never changes.
"""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from puskesmas.actors import Actor
from reports.letters.models import Letter

Provider = Callable[[Actor, list[Letter]], dict[uuid.UUID, Any]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider; called from ``AppConfig.ready()``."""
    _providers.append(provider)


def notes_of(actor: Actor, letters: Iterable[Letter]) -> dict[uuid.UUID, Any]:
    """Return what there is to say of these letters now (the providers' queries)."""
    rows = list(letters)
    found: dict[uuid.UUID, Any] = {}
    for provider in _providers if rows else ():
        found |= provider(actor, rows)
    return found
