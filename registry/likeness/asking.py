"""Writing the questions a list raises, in bulk; each is asked once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from puskesmas.models import Office
from registry.likeness import fingerprints
from registry.models import Likeness, RegisterRow, Resident

#: Of one row, only about the likeliest.
_MOST = 3


@dataclass(frozen=True)
class Doubt:
    """A person a row may be about: 0–100 and the codes of ``registry.likeness.scoring``."""

    resident: Resident
    score: int
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A row and whom it may be about; it became ``other``, or is ``register_row``."""

    row: Any
    doubts: tuple[Doubt, ...]
    other: Resident | None = None
    register_row: RegisterRow | None = None


def ask(office: Office, questions: Iterable[Question]) -> None:
    """Put the questions that are in doubt on the work list; no row is asked about twice. One query.

    The rows they name are in the database. The caller holds the transaction.
    """
    asked = [
        Likeness(
            office=office,
            resident=doubt.resident,
            other=question.other,
            register_row=question.register_row,
            fingerprint=fingerprints.of_row(question.row),
            facts=fingerprints.facts_of(question.row),
            score=doubt.score,
            grounds=list(doubt.grounds),
        )
        for question in questions
        for doubt in question.doubts[:_MOST]
    ]
    if asked:
        Likeness.objects.bulk_create(asked, ignore_conflicts=True, batch_size=2_000)
