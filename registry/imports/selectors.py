"""Reads of lists: what the mapping page shows, what went wrong, the sheet handed back."""

from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.templatetags.puskesos import angka
from registry.imports import columns, sheets
from registry.imports.problems import KEPT, PROBLEMS, Gravity, words
from registry.models import Import, ImportRow


def imports_of(actor: Actor) -> QuerySet[Import]:
    """Return the office's lists, newest first (1 query)."""
    found: QuerySet[Import] = Import.objects.visible_to(actor)
    return found.select_related("register", "created_by").order_by("-pk")


def import_of(uid: UUID | str, *, actor: Actor) -> Import:
    """Return one list of the office (1 query).

    Raises:
        NotFound: no such list in the actor's office.
    """
    batch = imports_of(actor).filter(uid=uid).first()
    if batch is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return batch


def was_tried(batch: Import) -> bool:
    """Return whether counts and rows are of the columns as they stand now."""
    return batch.status not in {Import.Status.UPLOADED, Import.Status.CHECKING}


def column_of(batch: Import, field: str) -> int | None:
    """Return the place of the column that holds the field, None when none does."""
    return next((int(at) for at, named in batch.mapping.items() if named == field), None)


def sample_of(batch: Import, *, lines: int = 3) -> tuple[sheets.Line, list[sheets.Line]]:
    """Return the titles and the first lines of data (reads the file)."""
    with sheets.opened(attachments.read(batch.file), sheet=batch.sheet) as sheet:
        titles, following = columns.after_header(sheet, batch.header_row)
        below = (line for number, line in following if number > batch.header_row)
        return titles, list(islice(below, lines))


def rows_to_check(batch: Import) -> QuerySet[ImportRow]:
    """Return the rows a person should look at, in the order of the sheet.

    Once the list was taken back these are the rows whose change is still there.
    """
    rows: QuerySet[ImportRow] = batch.rows.select_related("resident").order_by("line")
    if not was_tried(batch):
        return rows.none()
    if batch.ends_as and batch.status == batch.ends_as:
        return rows.exclude(kept_because="")
    return rows.exclude(problems=[])


def kept_count(batch: Import) -> int:
    """Return how many rows' changes taking the list back left in place (1 query)."""
    return batch.rows.exclude(kept_because="").count()


def words_about(row: ImportRow) -> list[str]:
    """Return what there is to say about a row, as sentences."""
    kept = [str(KEPT[row.kept_because])] if row.kept_because else []
    return [*kept, *words(row.problems)]


def consequences_of_undoing(batch: Import) -> list[str]:
    """Return what taking the list back will do, as sentences for who is about to."""
    counts = batch.counts.get("outcomes", {})
    if batch.kind == Import.Kind.REGISTER:
        return [
            _("%(n)s baris daftar ini dihapus dan tidak dipakai lagi untuk menjawab.")
            % {"n": angka(counts.get("new", 0))},
            _("Bantuan yang tercatat dari daftar ini ikut ditarik; versi sebelumnya berlaku lagi."),
            _("Pemeriksaan dan surat yang sudah dibuat tetap seperti saat dibuat."),
        ]
    return [
        _("%(n)s warga baru dari daftar ini dihapus, kecuali yang sudah diubah atau dipakai.")
        % {"n": angka(counts.get("new", 0))},
        _("%(n)s warga yang diubah kembali seperti semula, kecuali yang sudah diubah lagi.")
        % {"n": angka(counts.get("changed", 0))},
        _("Yang dikecualikan ditampilkan baris demi baris sesudahnya."),
    ]


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
    name_at = column_of(batch, "name") or 0
    body = [
        [row.line, "; ".join(words_about(row)), *(row.raw or _only_name(row, name_at))]
        for row in rows_to_check(batch).iterator(chunk_size=1000)
    ]
    return [_("Baris"), _("Yang perlu diperiksa"), *titles], body


def _only_name(row: ImportRow, name_at: int) -> list[str]:
    """Return cells for a row whose own were not kept, for nothing was wrong with it."""
    return [*[""] * name_at, row.resident.name if row.resident else ""]
