"""Columns that hold a keyed hash without a field beside them that says of what.

Another installation has another key, so the hash is told by what it was made of, found again in
the row; there it is made anew. A hash whose origin cannot be found again is carried as it is
(:data:`AS_IT_IS`): nothing is found by it any more, and it stays as different as it was.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import models

from puskesmas import crypto
from puskesmas.models import Office
from registry.imports.cells import number_of
from registry.models import Likeness
from registry.naming import address_key, name_key

#: How a hash is told that could not be traced: ``{AS_IT_IS: hash}``.
AS_IT_IS = "as_it_is"


class Number:
    """The index of a NIK or KK that stands, as somebody typed it, in the row's ``raw`` cells."""

    def __init__(self, purpose: str) -> None:
        self._index = crypto.indexer(purpose)

    def plain(self, stored: str, row: dict[str, Any]) -> Any:
        if not stored:
            return ""
        cells = (row["raw"] or {}).values()
        typed = (number_of(str(cell).removesuffix(".0"), kind="nik")[0] for cell in cells)
        same = (one for one in typed if self._index(one) == stored)
        return next(same, {AS_IT_IS: stored})

    def keyed(self, plain: Any) -> str:
        return str(plain[AS_IT_IS]) if isinstance(plain, dict) else self._index(plain)


class Fingerprint:
    """Who a list's row is about (:mod:`registry.likeness.fingerprints`), by a question's facts."""

    def __init__(self, office: Office) -> None:
        self._nik, self._kk = crypto.indexer("nik"), crypto.indexer("kk")
        self._print = crypto.indexer("likeness")
        self._office = office

    @cached_property
    def _said(self) -> dict[str, str]:
        """What the office was ever asked about, by fingerprint."""
        asked = Likeness.objects.filter(office__uid=self._office.uid)
        facts = asked.values_list("fingerprint", "facts").iterator(chunk_size=2000)
        plain = ((fingerprint, _identity(told or {})) for fingerprint, told in facts)
        return {stored: told for stored, told in plain if self.keyed(told) == stored}

    def plain(self, stored: str, row: dict[str, Any]) -> Any:
        return self._said.get(stored, {AS_IT_IS: stored}) if stored else ""

    def keyed(self, plain: Any) -> str:
        if isinstance(plain, dict):
            return str(plain[AS_IT_IS])
        if not plain:
            return ""
        facts = plain.split("\0")
        facts[2], facts[3] = self._nik(facts[2]), self._kk(facts[3])
        return self._print("\0".join(facts))


def _identity(told: dict[str, Any]) -> str:
    """Return the facts in the order of the fingerprint, numbers in clear."""
    facts = [
        name_key(told.get("name", "")),
        told.get("birth_date", ""),
        told.get("nik", ""),
        told.get("kk", ""),
        address_key(told.get("address", "")),
        told.get("rt", ""),
        told.get("rw", ""),
    ]
    return "\0".join([*facts, str(told["nth"])] if told.get("nth") else facts)


_COLUMNS: dict[str, dict[str, Callable[[Office], Any]]] = {
    "registry.RegisterRow": {
        "nik_index": lambda office: Number("nik"),
        "kk_index": lambda office: Number("kk"),
        "fingerprint": Fingerprint,
    },
    "registry.Likeness": {"fingerprint": Fingerprint},
}


def columns_of(model: type[models.Model], office: Office) -> dict[str, Any]:
    """Return the model's columns of this kind, each with ``plain()`` and ``keyed()``."""
    made = _COLUMNS.get(model._meta.label, {})
    return {name: make(office) for name, make in made.items()}
