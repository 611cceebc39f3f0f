"""Writing the questions a list raises, in bulk; each is asked once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from puskesmas.models import Office
from registry.likeness import fingerprints
from registry.likeness.people import facts
from registry.likeness.scoring import Score, score
from registry.models import Likeness, Resident

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
    """A row and whom it may be about.

    ``other`` and ``register_row`` are the keys of the resident it became, or the row it is.
    ``namesake`` is the key of whom an earlier row of that name in that house became; ``alike``
    how like that row is, when it is more than the name.
    """

    row: Any
    doubts: tuple[Doubt, ...]
    other: int | None = None
    register_row: int | None = None
    namesake: int | None = None
    alike: Score | None = None


def ask(office: Office, questions: Iterable[Question]) -> None:
    """Put the questions that are in doubt on the work list; no row is asked about twice. One query.

    The rows they name are in the database. The caller holds the transaction.
    """
    asked = [
        Likeness(
            office=office,
            resident_id=resident,
            other_id=question.other,
            register_row_id=question.register_row,
            fingerprint=fingerprints.of_row(question.row, nth=question.row.nth),
            facts=fingerprints.facts_of(question.row),
            score=score,
            grounds=list(grounds),
        )
        for question in questions
        for resident, score, grounds in _asked_about(question)
    ]
    if asked:
        Likeness.objects.bulk_create(asked, ignore_conflicts=True, batch_size=2_000)


def _asked_about(question: Question) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    doubts = question.doubts[:_MOST]
    if question.namesake and question.namesake not in {one.resident.pk for one in doubts}:
        alike = question.alike or _namesakes(question.row)
        yield question.namesake, alike.points, alike.grounds
    yield from ((one.resident.pk, one.score, one.grounds) for one in doubts)


def _namesakes(row: Any) -> Score:
    """Return how likely two rows of one name in one house or on one card are one person."""
    one, other = (
        facts(
            name_key=name_key,
            birth_date=None,
            sex="",
            address_key=row.address_key,
            rt=row.rt,
            rw=row.rw,
        )
        for name_key in (row.name_key, row.namesake_key)
    )
    return score(one, other, same_card=bool(row.kk_index)) or Score(0, ())
