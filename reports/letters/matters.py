"""Matters a letter may speak of: confidential ones make their letters confidential too.

The engine knows of a matter (a case) only its uid. Whoever keeps matters says here, once, which of
them somebody may read; a letter about any other is not there for him.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from puskesmas.actors import Actor

#: The uids of what the officer may read; for None, of what nobody keeps confidential.
Readable = Callable[[Actor | None], QuerySet[Any, Any]]

_rules: list[Readable] = []


def register(rule: Readable) -> None:
    """Say which matters may be read; called from ``AppConfig.ready()``."""
    _rules.append(rule)


def open_to(actor: Actor | None, *, prefix: str = "") -> Q:
    """Return the condition on letters: about no matter, or about one that may be read.

    ``prefix`` leads from the queried rows to the letter. Without a rule every matter stays shut.
    """
    allowed = Q((f"{prefix}matter_uid__isnull", True))
    for rule in _rules:
        allowed |= Q((f"{prefix}matter_uid__in", rule(actor)))
    return allowed
