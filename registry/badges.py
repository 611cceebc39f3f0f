"""What other apps say of people in a search result: "a case is running", told while typing.

An app registers a loader that answers for many people at once, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from puskesmas.actors import Actor
from registry.models import Resident

Badge = dict[str, Any]
Loader = Callable[[Actor, list[Resident]], dict[int, list[Badge]]]
_loaders: list[Loader] = []


def register(loader: Loader) -> None:
    """Add an app's badges, {resident pk: [{"label", "tone"}]}; called from ``ready()``."""
    _loaders.append(loader)


def load(actor: Actor, residents: Iterable[Resident]) -> dict[int, list[Badge]]:
    """Return every app's badges of the people."""
    people = list(residents)
    badges: dict[int, list[Badge]] = defaultdict(list)
    for loader in _loaders:
        for pk, own in loader(actor, people).items():
            badges[pk].extend(own)
    return badges
