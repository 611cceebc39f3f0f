"""One search box for the whole office: each app registers how it finds its own things."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from puskesmas.actors import Actor


@dataclass(frozen=True)
class Hit:
    """One thing found. ``exact``: by a whole number, so it may open without asking."""

    url: str
    title: str
    detail: Any = ""
    kind: Any = ""
    exact: bool = False


Finder = Callable[[str, Actor], list[Hit]]
#: What is wrong with a text that found nothing, in words; "" when nothing is known to be.
Explainer = Callable[[str], str]
_finders: list[tuple[int, Finder]] = []
_explainers: list[Explainer] = []


def register(finder: Finder, *, order: int) -> None:
    """Add an app's finder; called from ``AppConfig.ready()``."""
    _finders.append((order, finder))


def explain_with(explainer: Explainer) -> None:
    """Add what an app can say of a text that found nothing; from ``AppConfig.ready()``."""
    _explainers.append(explainer)


def explanation(text: str) -> str:
    """Return the first app's word on a text that found nothing; "" when none has one."""
    return next(filter(None, (explain(text) for explain in _explainers)), "")


def find(text: str, *, actor: Actor) -> list[Hit]:
    """Return what every app finds for the text, in the apps' order; nothing for nothing."""
    if not text:
        return []
    ordered = sorted(_finders, key=lambda item: item[0])
    return [hit for _order, finder in ordered for hit in finder(text, actor)]
