"""The kinds of letters: each app registers its own in ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from puskesmas.models import Role

if TYPE_CHECKING:
    from reports.letters.models import Letter

AddressOf = Callable[["Letter"], str]


@dataclass(frozen=True, kw_only=True)
class LetterKind:
    """What the engine must know of a kind.

    ``title`` is printed (letters are Indonesian), ``name`` is shown on screens. ``classification``
    is the code of Permendagri 83/2022. ``letterhead`` is "village" or "puskesos". ``roles`` may
    issue it. The addresses, where given, lead to the subject's page and
    to the owner's forms that correct or replace a letter; ``new_url`` to the form that makes one
    about a subject, by uid, where letters of the kind are made on request.

    ``excerpt``, for kinds that may list hundreds of names, cuts such a body short and returns a
    short one as it is. Drafts and trials are drawn of the excerpt; a letter that is longer is
    drawn by the worker.
    """

    code: str
    name: Any
    title: str
    template: str
    classification: str
    letterhead: str = "village"
    roles: frozenset[str] = frozenset({Role.FRONT.value, Role.BACK.value})
    subject_url: AddressOf | None = None
    revise_url: AddressOf | None = None
    replace_url: AddressOf | None = None
    excerpt: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    new_url: Callable[[UUID], str] | None = None


_kinds: dict[str, LetterKind] = {}


def register(kind: LetterKind) -> None:
    """Add a kind; a second one with the same code replaces the first."""
    _kinds[kind.code] = kind


def get(code: str) -> LetterKind:
    """Return the kind.

    Raises:
        KeyError: no app registered it.
    """
    return _kinds[code]


def alike(kind: LetterKind) -> list[str]:
    """Return the codes of the kinds whose numbers start alike, the kind's own among them."""
    same = [one.code for one in _kinds.values() if one.classification == kind.classification]
    return [*same, kind.code]


def on_request() -> list[tuple[str, Any]]:
    """Return (code, name) of the kinds people come and ask for."""
    return [(kind.code, kind.name) for kind in _kinds.values() if kind.new_url]


def choices() -> list[tuple[str, Any]]:
    """Return (code, name) of every kind, for filters."""
    return [(kind.code, kind.name) for kind in _kinds.values()]
