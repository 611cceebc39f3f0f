"""What each row of a list will do, the counts over all, and the rows kept to be looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from puskesmas import bulk
from registry.imports.problems import Gravity, counted, needs_a_look, worst
from registry.imports.rows import Row
from registry.likeness.asking import Doubt
from registry.models import HouseholdMember, Import, ImportRow, Resident

PIECE = 1_000
"""Lines that go through in one transaction: others wait for the database no longer than that."""
Outcome = ImportRow.Outcome


@dataclass
class Tally:
    """What became of the rows. ``by_rw`` counts persons loaded, never printed numbers."""

    outcomes: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    by_rw: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, counts: Mapping[str, Any]) -> "Tally":
        """Return the tally that :meth:`as_json` was made from."""
        names = ("outcomes", "problems", "by_rw", "matched")
        return cls(**{name: Counter(counts.get(name, {})) for name in names})

    def count(self, plan: "Plan") -> None:
        """Count what one row did."""
        self.outcomes[plan.outcome] += 1
        self.problems.update(plan.row.problems)
        if plan.outcome not in {Outcome.SKIPPED, Outcome.ERROR}:
            self.by_rw[plan.row.rw] += 1
            if plan.matched_by:
                self.matched[plan.matched_by] += 1

    def add(self, other: "Tally") -> None:
        """Add what became of more rows."""
        self.outcomes.update(other.outcomes)
        self.problems.update(other.problems)
        self.by_rw.update(other.by_rw)
        self.matched.update(other.matched)

    def as_json(self) -> dict[str, Any]:
        """Return plain dicts: outcomes, problems, by_rw, matched, and "rows" = persons."""
        skipped = self.outcomes[Outcome.SKIPPED]
        return {
            "rows": sum(self.outcomes.values()) - skipped,
            "outcomes": dict(self.outcomes),
            "problems": dict(sorted(self.problems.items())),
            "by_rw": dict(sorted(self.by_rw.items())),
            "matched": dict(self.matched),
        }


@dataclass
class Plan:
    """What one row will do. ``before`` and ``after`` hold changed facts only.

    ``resident`` is whom the office knows; ``person`` the key of who the row is about, known or,
    once written, made by it. ``left`` and ``opened`` are the keys of the memberships it ended and
    began, once written.
    """

    row: Row
    outcome: str
    resident: Resident | None = None
    person: int | None = field(init=False)
    membership: HouseholdMember | None = None
    matched_by: str = ""
    doubts: tuple[Doubt, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    left: int | None = None
    opened: int | None = None

    def __post_init__(self) -> None:
        self.person = self.resident.pk if self.resident else None

    def change(self, name: str, before: Any, after: Any) -> None:
        """Note one fact that becomes another."""
        self.before[name], self.after[name] = before, after


def in_pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of at most :data:`PIECE`."""
    source = iter(rows)
    while piece := list(islice(source, PIECE)):
        yield piece


def outcome_of_unfit(row: Row) -> str:
    """Return SKIPPED for nobody's rows, ERROR for wrong ones."""
    return Outcome.ERROR if worst(row.problems) is Gravity.ERROR else Outcome.SKIPPED


def keep_rows(plans: Iterable[Plan], *, batch: Import, dry: bool) -> None:
    """Write the import rows worth keeping; the raw cells only where a person must look.

    Notes and nobody's rows are in the counts; kept row by row they would bury the rest.
    """
    kept = []
    for plan in plans:
        doubts = [code for code in counted(plan.row.problems) if needs_a_look(code)]
        if doubts or (not dry and plan.outcome in {Outcome.NEW, Outcome.CHANGED}):
            kept.append(
                (
                    *(batch.pk, plan.row.line, plan.outcome, doubts),
                    [_plain(cell) for cell in plan.row.cells] if doubts else [],
                    *(plan.before or None, plan.after or None),
                    *(plan.person, plan.left, plan.opened),
                )
            )
    bulk.insert(ImportRow, _KEPT, kept)


_KEPT = (
    *("batch_id", "line", "outcome", "problems", "raw", "before", "after"),
    *("resident_id", "left_id", "opened_id"),
)


def _plain(cell: Any) -> Any:
    """Return the cell as JSON has it; numbers stay numbers, so that lost digits stay visible."""
    return cell if isinstance(cell, (str, int, float)) else str(cell or "")
