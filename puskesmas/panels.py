"""Pages that span apps: each app registers its panel, the page asks for all of them.

A panel's loader takes ``(actor, subject)`` and answers its template's context in a fixed number of
queries; None hides the panel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from puskesmas.actors import Actor

Loader = Callable[[Actor, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    page: str
    order: int
    template: str
    load: Loader


_panels: list[Panel] = []


def register(*, page: str, order: int, template: str, load: Loader) -> None:
    """Add a panel to a page ("person", "case", "home"); called from ``AppConfig.ready()``."""
    _panels.append(Panel(page, order, template, load))


def load(page: str, *, actor: Actor, subject: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of every panel of the page, in order."""
    ordered = sorted((item for item in _panels if item.page == page), key=lambda item: item.order)
    loaded = ((panel.template, panel.load(actor, subject)) for panel in ordered)
    return [(template, context) for template, context in loaded if context is not None]
