"""The kinds of letters: each app registers its own in ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping
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
    about a subject, by uid, where letters of the kind are made on request. ``sample`` is the body
    of a letter about invented people, shown to an office that adapts it: without it none can.

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
    sample: Mapping[str, Any] | None = None


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


def alike(kind: LetterKind, own: Mapping[str, str]) -> list[str]:
    """Return the codes of the kinds whose numbers start alike, the kind's own among them.

    ``own`` are the classifications an office gave kinds, by code.
    """

    def classification(one: LetterKind) -> str:
        return own.get(one.code) or one.classification

    wanted = classification(kind)
    return [*(one.code for one in _kinds.values() if classification(one) == wanted), kind.code]


def on_request() -> list[tuple[str, Any]]:
    """Return (code, name) of the kinds people come and ask for."""
    return [(kind.code, kind.name) for kind in _kinds.values() if kind.new_url]


def adaptable() -> list[LetterKind]:
    """Return the kinds whose form an office can adapt."""
    return [kind for kind in _kinds.values() if kind.sample is not None]


#: Somebody invented, for samples; his kecamatan is assigned to nobody.
SAMPLE_PERSON = {
    "name": "Siti Maimunah (contoh)",
    "nik": "3509990101700001",
    "kk": "3509990101100001",
    "birth": "Jember, 1 Januari 1970",
    "sex": "Perempuan",
    "religion": "Islam",
    "marital_status": "Kawin",
    "occupation": "Buruh tani",
    "address": "Jalan Melati 3, Dusun Krajan, RT 001 RW 002",
}


def choices() -> list[tuple[str, Any]]:
    """Return (code, name) of every kind, for filters."""
    return [(kind.code, kind.name) for kind in _kinds.values()]
