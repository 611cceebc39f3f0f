"""A register's list (DTSEN, DTKS …) as one version: a full set of rows, linked to residents."""

from collections.abc import Iterable
from typing import Any

from registry.imports.matching import Matcher
from registry.imports.residents import (
    BATCH,
    Plan,
    Tally,
    in_batches,
    keep_rows,
    note_life,
    outcome_of_unfit,
)
from registry.imports.rows import Row
from registry.imports.sheets import Line
from registry.models import Import, ImportRow, RegisterRow, RegisterVersion

Outcome = ImportRow.Outcome


def load(
    rows: Iterable[Row],
    *,
    batch: Import,
    header: Line,
    version: RegisterVersion | None,
    repeated: bool = False,
) -> Tally:
    """Link every row to its resident and, given a ``version``, write the rows into it.

    Dead people on the list are said so; people the office does not know stay unlinked, to be
    linked when they are registered. ``repeated``: these very bytes are loaded already, so the rows
    count as unchanged. The caller holds the transaction.
    """
    tally = Tally()
    titles = [str(title or "") for title in header]
    for chunk in in_batches(rows):
        plans = _plan(chunk, batch, Outcome.SAME if repeated else Outcome.NEW)
        for plan in plans:
            tally.count(plan.row, plan.outcome)
            if not plan.row.stays_out:
                tally.matched[plan.matched_by] += 1
        if version is not None:
            RegisterRow.objects.bulk_create(
                [_register_row(plan, version, titles) for plan in plans if not plan.row.stays_out],
                batch_size=BATCH,
            )
        # The register's own rows are kept whole: only the doubtful ones are wanted here.
        keep_rows(plans, batch=batch, dry=True)
    return tally


def _plan(rows: list[Row], batch: Import, outcome: str) -> list[Plan]:
    matcher = Matcher(batch.office, [row for row in rows if not row.stays_out], lock=False)
    plans = []
    for row in rows:
        if row.stays_out:
            plans.append(Plan(row, outcome_of_unfit(row)))
            continue
        match = matcher.match(row)
        if match.resident is None:
            row.problems.append("not_in_population")
        else:
            note_life(row, match.resident)
        plans.append(Plan(row, outcome, match.resident, matched_by=match.how or "nobody"))
    return plans


def _register_row(plan: Plan, version: RegisterVersion, titles: list[str]) -> RegisterRow:
    row = plan.row
    raw: dict[str, Any] = {
        title: str(cell) for title, cell in zip(titles, row.cells, strict=False) if title
    }
    return RegisterRow(
        register_version=version,
        line=row.line,
        nik_index=row.nik_index,
        kk_index=row.kk_index,
        name=row.name,
        name_key=row.name_key,
        decile=row.decile,
        programmes=row.programmes,
        raw=raw,
        resident=plan.resident,
    )
