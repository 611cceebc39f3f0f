"""Reads of lists: what the mapping page shows, what went wrong, the sheet handed back."""

from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from registry.imports import sheets
from registry.imports.problems import PROBLEMS, Gravity, words
from registry.imports.services import after_header
from registry.models import Import, ImportRow


def imports_of(actor: Actor) -> QuerySet[Import]:
    """Return the office's lists, newest first (1 query)."""
    found: QuerySet[Import] = Import.objects.visible_to(actor)
    return found.select_related("register", "created_by").order_by("-pk")


def sample_of(batch: Import, *, lines: int = 3) -> tuple[sheets.Line, list[sheets.Line]]:
    """Return the titles and the first lines of data (reads the file)."""
    sheet = sheets.read(attachments.read(batch.file), sheet=batch.sheet)
    titles, following = after_header(sheet, batch.header_row)
    return titles, [line for _number, line in islice(following, lines)]


def rows_to_check(batch: Import) -> QuerySet[ImportRow]:
    """Return the rows a person should look at, in the order of the sheet."""
    return batch.rows.exclude(problems=[]).order_by("line")


def problem_counts(batch: Import) -> list[dict[str, Any]]:
    """Return the problems found as words with their counts, the gravest first (0 queries)."""
    order = list(Gravity)
    counts = batch.counts.get("problems", {}).items()
    found = [
        {"code": code, "words": PROBLEMS[code].words, "count": count, "gravity": gravity}
        for code, count in counts
        if (gravity := PROBLEMS[code].gravity)
    ]
    return sorted(found, key=lambda item: (order.index(item["gravity"]), -item["count"]))


def reasons_sheet(batch: Import) -> tuple[list[Any], list[list[Any]]]:
    """Return titles and rows of the sheet handed back: the doubtful rows, each with its reasons."""
    titles, _lines = sample_of(batch, lines=0)
    body = [
        [row.line, "; ".join(words(row.problems)), *row.raw]
        for row in rows_to_check(batch).iterator()
        if row.raw
    ]
    return [_("Baris"), _("Yang perlu diperiksa"), *titles], body
