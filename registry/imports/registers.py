"""A register's list (DTSEN, DTKS …) as one version: a full set of rows, linked to residents."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.utils import timezone

from puskesmas import bulk
from puskesmas.actors import Actor
from registry.imports import followers
from registry.imports.matching import Matcher
from registry.imports.plans import Outcome, Plan, Tally, keep_rows, outcome_of_unfit
from registry.imports.residents import note_life
from registry.imports.rows import Row
from registry.imports.sheets import Line
from registry.likeness.asking import Question, ask
from registry.likeness.fingerprints import of_row
from registry.likeness.people import People
from registry.models import Import, RegisterRow, RegisterVersion


class Loader:
    """Links a list, piece after piece, to the residents and, unless ``dry``, writes a version.

    Dead people on the list are said so; people the office does not know stay unlinked, to be
    linked when they are registered. Bytes that are loaded already are not loaded again: then the
    rows count as unchanged.
    """

    def __init__(self, batch: Import, header: Line, *, dry: bool) -> None:
        self._batch = batch
        self._people = People(batch.office)
        self._titles = [str(title or "") for title in header]
        versions = RegisterVersion.objects.filter(
            register=batch.register, file_sha256=batch.file.sha256, withdrawn_at__isnull=True
        )
        self.is_repeat = versions.in_use().exclude(batch=batch).exists()
        self.version = None if dry or self.is_repeat else self._version(versions)

    def _version(self, versions: Any) -> RegisterVersion:
        """Return the version an earlier worker began, or a new one; it says nothing yet."""
        batch = self._batch
        version, _is_new = versions.get_or_create(
            batch=batch,
            defaults={
                "office": batch.office,
                "register": batch.register,
                "data_date": batch.data_date,
                "whole_village": batch.whole_village,
                "part": batch.part,
                "source": batch.source,
                "file_sha256": batch.file.sha256,
            },
        )
        begun: RegisterVersion = version
        return begun

    def load(self, piece: Sequence[Row]) -> Tally:
        """Take a piece in; the caller holds the transaction."""
        plans = self._plans(piece)
        tally = Tally()
        for plan in plans:
            tally.count(plan)
        if self.version is not None:
            fit = [plan for plan in plans if not plan.row.stays_out]
            rows = (_register_row(plan, self.version.pk, self._titles) for plan in fit)
            keys = bulk.insert(RegisterRow, _STATED, rows)
            questions = [
                Question(plan.row, plan.doubts, register_row=key)
                for plan, key in zip(fit, keys, strict=True)
            ]
            ask(self._batch.office, questions)
        # The register's own rows are kept whole: only the doubtful ones are wanted here.
        keep_rows(plans, batch=self._batch, dry=True)
        return tally

    def pass_by(self, piece: Sequence[Row]) -> None:
        """Remember whom a piece speaks of that an earlier worker has taken in."""
        self._matcher(piece)

    def publish(self, batch: Import, *, actor: Actor) -> None:
        """Let the version speak: all of it is in. What follows from it follows now."""
        batch.counts["already_loaded"] = self.is_repeat
        if self.version is None:
            return
        self.version.row_count = self.version.rows.count()
        self.version.published_at = timezone.now()
        self.version.save()
        bulk.refresh_statistics(RegisterRow)
        followers.follow(self.version, actor=actor)

    def _plans(self, piece: Sequence[Row]) -> list[Plan]:
        outcome = Outcome.SAME if self.is_repeat else Outcome.NEW
        matcher = self._matcher(piece)
        plans = []
        for row in piece:
            if row.stays_out:
                plans.append(Plan(row, outcome_of_unfit(row)))
                continue
            match = matcher.match(row)
            if match.resident is None:
                row.problems.append("not_in_population")
            else:
                note_life(row, match.resident)
            how = match.how or "nobody"
            plans.append(Plan(row, outcome, match.resident, matched_by=how, doubts=match.doubtful))
        return plans

    def _matcher(self, piece: Sequence[Row]) -> Matcher:
        fit = [row for row in piece if not row.stays_out]
        return Matcher(self._batch.office, fit, lock=False, people=self._people, whole=False)


_SAID = ("line", "nik_index", "kk_index", "name", "name_key", "decile", "programmes")
_STATED = ("register_version_id", *_SAID, "raw", "resident_id", "fingerprint")
_said = attrgetter(*_SAID)


def _register_row(plan: Plan, version: int, titles: list[str]) -> tuple[Any, ...]:
    row = plan.row
    raw = {title: str(cell) for title, cell in zip(titles, row.cells, strict=False) if title}
    # So that a decision finds every row that says the same, now and when it is taken back.
    fingerprint = of_row(row, nth=row.nth) if plan.doubts or plan.matched_by == "decided" else ""
    return (version, *_said(row), raw, plan.person, fingerprint)
