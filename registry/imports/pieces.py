"""The worker's part of a list: trying it, loading it, taking it back, a piece at a time.

Every piece is one short transaction that locks the import and looks whether it still stands where
this worker left it. If not, somebody stopped the list, or another worker took it over: then this
one walks away. A worker that dies therefore leaves whole pieces, and the next one goes on there.
"""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.bulk import refresh_statistics
from puskesmas.errors import InvalidInput
from puskesmas.models import Office
from registry.concerns import region_of
from registry.imports import columns, hamlets, registers, residents, rows, sheets, undoing
from registry.imports.plans import Tally, in_pieces
from registry.models import Household, HouseholdMember, Import, Resident

log = logging.getLogger("registry.imports")

Status = Import.Status
Loader = residents.Loader | registers.Loader
Watcher = Callable[[Import], object]


#: Objects made and still there; Python's own 700 suits programs that make few.
_SWEPT_AFTER = 20_000


class _TakenOver(Exception):
    """The import no longer stands where this worker left it."""


def carry_on(batch_pk: int, *, watch: Watcher | None = None) -> None:
    """Do what the list waits for, up to its end. A list that waits for nothing is left alone.

    ``watch`` is told the list after each piece read.

    What is wrong with the file ends as "gagal", in words, and whatever was in is taken back. When
    the database is busy or gone the list stays as it is, and the next worker goes on.

    Raises:
        OperationalError: the database is busy or gone.
    """
    with suppress(_TakenOver), _seldom_swept():
        batch = _find(batch_pk)
        try:
            _read(batch, watch or _nobody)
        except InvalidInput as error:
            batch = _give_up(batch, str(error.message))
        except (OperationalError, _TakenOver):
            raise
        except Exception:
            # Whatever it was, the officer must not wait for ever; the log has the trace.
            log.exception("import %s failed", batch_pk)
            batch = _give_up(
                batch, _("Pemuatan gagal dan tidak ada yang diubah. Hubungi pengelola aplikasi.")
            )
        if batch.status == Status.UNDOING:
            _take_back(batch)


@contextmanager
def _seldom_swept() -> Iterator[None]:
    """Let Python look for rings of objects less often: a fifth of a list's time went into that.

    A piece makes objects by the ten thousand, and nearly all go when the last name for them does.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_SWEPT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _find(batch_pk: int) -> Import:
    return Import.objects.select_related("office", "register", "file", "created_by").get(
        pk=batch_pk
    )


def _hold(batch: Import) -> None:
    """Lock the import until the transaction ends.

    Raises:
        _TakenOver: a verb or another worker has moved it on since ``batch`` was read.
    """
    seen = (batch.status, batch.version, batch.done_lines)
    rows = Import.objects.select_for_update().filter(pk=batch.pk)
    if rows.values_list("status", "version", "done_lines").get() != seen:
        raise _TakenOver


def _nobody(batch: Import) -> None:
    """Look away."""


def _read(batch: Import, watch: Watcher) -> None:
    """Go through the sheet from where the list stands, if it is being tried or loaded."""
    if batch.status not in {Status.CHECKING, Status.RUNNING}:
        return
    content, today = attachments.read(batch.file), batch.office.today()
    month_first = _month_first(batch, content, today)
    with sheets.opened(content, sheet=batch.sheet) as sheet:
        titles, lines = columns.after_header(sheet, batch.header_row)
        read = rows.parse(
            lines,
            header=titles,
            mapping=batch.mapping,
            today=today,
            month_first=month_first,
            known_hamlets=hamlets.known_to(batch.office),
            has_hamlets=batch.office.kind == Office.Kind.DESA,
            region=region_of(batch.office),
        )
        loader = _begin(batch, titles, total=sheet.total_lines)
        _read_pieces(batch, read, loader, watch)
    _finish(batch, loader)


def _month_first(batch: Import, content: bytes, today: date) -> set[str]:
    # A first time through the sheet: the row that proves it may be the last one.
    with sheets.opened(content, sheet=batch.sheet) as sheet:
        _titles, lines = columns.after_header(sheet, batch.header_row)
        return rows.month_first_marks(lines, mapping=batch.mapping, today=today)


@transaction.atomic
def _begin(batch: Import, titles: sheets.Line, *, total: int) -> Loader:
    _hold(batch)
    dry = batch.status == Status.CHECKING
    if batch.done_lines == 0:
        batch.rows.all().delete()
        batch.counts = Tally().as_json()
    batch.total_lines = total
    _save(batch)
    if batch.register is None:
        return residents.Loader(batch, dry=dry)
    return registers.Loader(batch, titles, dry=dry)


def _read_pieces(batch: Import, read: Iterable[rows.Row], loader: Loader, watch: Watcher) -> None:
    for piece in in_pieces(read):
        last = piece[-1].line
        if last <= batch.done_lines:
            loader.pass_by(piece)
            continue
        with transaction.atomic():
            _hold(batch)
            tally = Tally.of(batch.counts)
            tally.add(loader.load([row for row in piece if row.line > batch.done_lines]))
            batch.counts = tally.as_json()
            batch.done_lines = last
            _save(batch)
        watch(batch)


@transaction.atomic
def _finish(batch: Import, loader: Loader) -> None:
    _hold(batch)
    if batch.status == Status.CHECKING:
        if isinstance(loader, registers.Loader):
            batch.counts["already_loaded"] = loader.is_repeat
        batch.status = Status.CHECKED
    else:
        if isinstance(loader, registers.Loader):
            loader.publish(batch, actor=loader_of(batch))
        else:
            refresh_statistics(Resident, Household, HouseholdMember)
        batch.status = Status.DONE
        batch.finished_at = timezone.now()
    batch.error = ""
    batch.version += 1
    _save(batch)


def _give_up(batch: Import, words: str) -> Import:
    """Say that the list failed; what is in already waits to be taken back."""
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        if batch.status == Status.RUNNING:
            batch.status, batch.ends_as = Status.UNDOING, Status.FAILED
        elif batch.status == Status.CHECKING:
            batch.status, batch.finished_at = Status.FAILED, timezone.now()
        batch.error = words[:300]
        batch.version += 1
        _save(batch)
    return batch


def _take_back(batch: Import) -> None:
    """Undo the list, its last lines first."""
    while True:
        with transaction.atomic():
            _hold(batch)
            batch.done_lines = undoing.take_back_piece(batch, actor=loader_of(batch))
            if batch.done_lines == 0:
                batch.status, batch.finished_at = batch.ends_as, timezone.now()
                batch.version += 1
            _save(batch)
        if batch.done_lines == 0:
            return


def loader_of(batch: Import) -> Actor:
    """Return the officer who handed the list in, acting in the background."""
    return Actor(office=batch.office, user=batch.stopped_by or batch.created_by)


def _save(batch: Import) -> None:
    batch.worked_at = timezone.now()
    batch.save()
