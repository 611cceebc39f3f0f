"""The verbs of a list: hand in, say what the columns hold, try dry, load, cancel, undo.

A verb only marks the import and wakes a worker, which goes through the list piece by piece
(``registry.imports.pieces``). A worker that dies leaves the import waiting; the next goes on.
"""

import io
import logging
import uuid
from collections.abc import Mapping
from datetime import date
from itertools import chain, islice

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock, require_version
from puskesmas.models import Attachment, Role
from puskesmas.workflow import role_names
from registry.imports import columns, pieces, sheets
from registry.models import ColumnMemory, Import, Register

log = logging.getLogger("registry.imports")

IMPORT_ROLES = (Role.BACK, Role.COORDINATOR, Role.ADMIN)
Status = Import.Status
#: What a worker is at.
BUSY = frozenset({Status.CHECKING, Status.RUNNING, Status.UNDOING})


def hand_in(
    *,
    actor: Actor,
    upload: UploadedFile,
    kind: str,
    data_date: date,
    register: Register | None = None,
    whole_village: bool = True,
    part: str = "",
    source: str = "",
    client_uid: uuid.UUID | None = None,
) -> Import:
    """Keep the file and guess its columns; nothing is loaded yet.

    Raises:
        NotYourRole: none of :data:`IMPORT_ROLES`.
        InvalidInput: not a sheet, no line of titles with a name column, a date in the future, or
            a register list without a register of this office.
    """
    _check_role(actor)
    if (earlier := first_result(Import, client_uid, actor=actor)) is not None:
        return earlier
    if data_date > actor.office.today():
        raise InvalidInput(_("Tanggal data tidak bisa di masa depan."), field="data_date")
    if kind == Import.Kind.REGISTER and (register is None or register.office_id != actor.office.pk):
        raise InvalidInput(_("Pilih daftarnya: DTSEN, DTKS, atau lainnya."), field="register")
    if (upload.size or 0) > settings.IMPORT_MAX_BYTES:
        raise InvalidInput(
            _(
                "Berkas terlalu besar: paling besar %(mb)d MB. Hapus gambar dan lembar lain, "
                "simpan sebagai .xlsx, atau bagi per dusun."
            )
            % {"mb": settings.IMPORT_MAX_BYTES // 1024 // 1024},
            field="file",
        )
    with transaction.atomic():
        file = attachments.store(
            upload,
            actor=actor,
            allowed=attachments.SHEET_TYPES,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        with sheets.opened(attachments.read(file)) as sheet:
            header_row, titles, sample = _header(sheet)
        batch = Import.objects.create(
            office=actor.office,
            client_uid=client_uid,
            kind=kind,
            file=file,
            register=register if kind == Import.Kind.REGISTER else None,
            data_date=data_date,
            whole_village=whole_village,
            part="" if whole_village else part.strip()[:120],
            source=source.strip()[:120],
            sheet=sheet.name,
            header_row=header_row,
            mapping=columns.recall(titles, remembered_columns(actor, kind, source), sample),
            created_by=actor.user,
        )
        audit(actor=actor, action="import.hand_in", subject=batch)
    return batch


def map_columns(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    mapping: Mapping[str, str],
) -> Import:
    """Say what each column holds; an earlier trial no longer counts.

    Raises:
        InvalidInput: an unknown field, a field on two columns, no name column, or a column that
            the sheet does not have.
    """
    _check_role(actor)
    chosen = {index: named for index, named in mapping.items() if named}
    if unknown := set(chosen.values()) - set(columns.FIELDS):
        raise InvalidInput(_("Isian kolom tidak dikenal."), unknown=sorted(unknown))
    twice = {named for named in chosen.values() if list(chosen.values()).count(named) > 1}
    if twice:
        names = ", ".join(str(columns.FIELDS[named]) for named in sorted(twice))
        raise InvalidInput(_("Dipilih untuk lebih dari satu kolom: %(names)s.") % {"names": names})
    if "name" not in chosen.values():
        raise InvalidInput(_("Tunjukkan kolom yang berisi nama."))
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor, version=version)
        _require_not_begun(batch)
        batch.mapping = chosen
        batch.status = Status.UPLOADED
        batch.save()
        _remember_columns(batch)
    return batch


def remembered_columns(actor: Actor, kind: str, source: str) -> dict[str, str]:
    """Return what the titles of this source's lists meant when somebody last said so."""
    found = ColumnMemory.objects.visible_to(actor).filter(kind=kind, source=_source_key(source))
    return dict(found.values_list("columns", flat=True).first() or {})


def _remember_columns(batch: Import) -> None:
    with sheets.opened(attachments.read(batch.file), sheet=batch.sheet) as sheet:
        titles, _lines = columns.after_header(sheet, batch.header_row)
    if any(int(at) >= len(titles) for at in batch.mapping):
        raise InvalidInput(
            _("Lembar ini hanya punya %(count)s kolom.") % {"count": len(titles)}, field="columns"
        )
    ColumnMemory.objects.update_or_create(
        office=batch.office,
        kind=batch.kind,
        source=_source_key(batch.source),
        defaults={"columns": columns.to_remember(titles, batch.mapping)},
    )


def _source_key(source: str) -> str:
    return " ".join(source.lower().split())[:120]


def check(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Import:
    """Ask a worker to go through the whole list without loading it.

    Raises:
        WrongState: it is being tried or loaded already, or was.
    """
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor, version=version)
        _require_not_begun(batch)
        batch.done_lines = 0
        _hand_to_worker(batch, Status.CHECKING)
    return batch


def queue(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Import:
    """Ask a worker to load the list; asking again is harmless.

    Raises:
        WrongState: not tried dry yet, already loaded, or another list of the office is at work.
    """
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor)
        if batch.status == Status.RUNNING:
            return batch
        require_version(batch, version)
        _require(batch, Status.CHECKED)
        _begin_loading(batch, actor)
    return batch


def cancel(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Import:
    """Stop a list at work. What is in already is taken back by the worker.

    Raises:
        WrongState: it is not being tried or loaded (any more).
    """
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor, version=version)
        _require(batch, Status.CHECKING, Status.RUNNING)
        batch.stopped_by = actor.user
        audit(actor=actor, action="import.cancel", subject=batch)
        if batch.status == Status.CHECKING:
            batch.status = Status.UPLOADED
            batch.save()
        else:
            batch.ends_as = Status.CANCELLED
            _hand_to_worker(batch, Status.UNDOING)
    return batch


def undo(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Import:
    """Take back a list that is in; the worker does it, piece by piece.

    Population lists go back the newest first: a later one has confirmed people of this one without
    leaving a trace on them, and they would be deleted.

    Raises:
        WrongState: it is not loaded, a later list is, or another list of the office is at work.
    """
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor, version=version)
        _require(batch, Status.DONE)
        if (later := later_list(batch)) is not None:
            raise WrongState(
                _("Tarik kembali dulu daftar yang dimuat sesudahnya: %(list)s.")
                % {"list": in_words(later)},
                state=batch.status,
            )
        _require_idle_office(batch)
        batch.stopped_by, batch.ends_as = actor.user, Status.UNDONE
        batch.done_lines = batch.total_lines or 0
        audit(actor=actor, action="import.undo", subject=batch)
        _hand_to_worker(batch, Status.UNDOING)
    return batch


def later_list(batch: Import) -> Import | None:
    """Return the newest population list loaded after this one, if it is one."""
    if batch.kind != Import.Kind.RESIDENTS:
        return None
    done = Import.objects.filter(
        office=batch.office_id, kind=Import.Kind.RESIDENTS, status=Status.DONE
    )
    later: Import | None = (
        done.filter(finished_at__gt=batch.finished_at).order_by("-finished_at").first()
    )
    return later


def in_words(batch: Import) -> str:
    """Return what an officer calls the list: its kind or register, date, and source."""
    name = batch.register.name if batch.register else batch.get_kind_display()
    words = f"{name}, {date_format(batch.data_date)}"
    return f"{words} ({batch.source})" if batch.source else words


def import_list(
    *,
    actor: Actor,
    content: bytes,
    name: str,
    kind: str,
    data_date: date,
    register: Register | None = None,
    whole_village: bool = True,
    source: str = "",
    dry: bool = False,
    watch: pieces.Watcher | None = None,
) -> Import:
    """Hand in, map as guessed and load (``dry``: only try) in one go: the command line's way.

    The same bytes of the same kind change nothing the second time. ``watch`` is told the list
    after each piece of it.

    Raises:
        InvalidInput: the list cannot be read or failed; nothing of it is in.
        WrongState: another list of the office is at work.
    """
    upload = _Upload(content, name)
    batch = hand_in(
        actor=actor,
        upload=upload,
        kind=kind,
        data_date=data_date,
        register=register,
        whole_village=whole_village,
        source=source,
    )
    with transaction.atomic():
        batch = lock(Import, batch.uid, actor=actor)
        if dry:
            _hand_to_worker(batch, Status.CHECKING, wake=False)
        else:
            _begin_loading(batch, actor, wake=False)
    pieces.carry_on(batch.pk, watch=watch)
    batch.refresh_from_db()
    if batch.status != (Status.CHECKED if dry else Status.DONE):
        raise InvalidInput(batch.error or batch.get_status_display())
    return batch


class _Upload(UploadedFile):
    """Bytes that did not come through a browser, as the upload verb wants them."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(file=io.BytesIO(content), name=name, size=len(content))


def _begin_loading(batch: Import, actor: Actor, *, wake: bool = True) -> None:
    _require_idle_office(batch)
    batch.started_at, batch.done_lines = timezone.now(), 0
    audit(actor=actor, action="import.run", subject=batch)
    _hand_to_worker(batch, Status.RUNNING, wake=wake)


def _hand_to_worker(batch: Import, status: str, *, wake: bool = True) -> None:
    batch.status, batch.worked_at = status, timezone.now()
    batch.save()
    if wake:
        transaction.on_commit(lambda: _wake(batch.pk))


def _header(sheet: sheets.Sheet) -> tuple[int, sheets.Line, list[sheets.Line]]:
    """Return where the titles stand, the titles, and some lines below them."""
    top = list(islice(sheet.lines, columns.HEADER_WITHIN))
    found = columns.find_header(top)
    if found is None:
        raise InvalidInput(
            _(
                "Tidak ditemukan baris judul kolom dengan kolom nama. Pastikan ada baris judul "
                "seperti: NIK, NO KK, NAMA, TANGGAL LAHIR."
            ),
            field="file",
        )
    below = (line for number, line in chain(top, sheet.lines) if number > found[0])
    return *found, list(islice(below, columns.SAMPLE))


def _wake(batch_pk: int) -> None:
    from registry.tasks import run_import

    try:
        run_import.apply_async([batch_pk], retry=False)
    except Exception as error:
        # A broker that is down costs a minute: beat starts what waits.
        log.warning("import worker not woken: %s", type(error).__name__)


def _require_idle_office(batch: Import) -> None:
    """Two lists at once would each make the persons of the other."""
    busy = (
        Import.objects.filter(office=batch.office_id, status__in=[Status.RUNNING, Status.UNDOING])
        .exclude(pk=batch.pk)
        .first()
    )
    if busy is not None:
        raise WrongState(
            _("Daftar lain masih dikerjakan: %(list)s. Tunggu sampai selesai, lalu ulangi.")
            % {"list": in_words(busy)},
            state=batch.status,
        )


def _require_not_begun(batch: Import) -> None:
    """Columns are chosen and tried before a list is in, or once nothing of it is in any more."""
    _require(batch, Status.UPLOADED, Status.CHECKED, Status.FAILED)
    if batch.rows.exclude(kept_because="").exists():
        raise WrongState(
            _("Sebagian daftar ini tidak dapat ditarik kembali. Unggah berkasnya sekali lagi."),
            state=batch.status,
        )


def _require(batch: Import, *statuses: str) -> None:
    if batch.status not in statuses:
        raise WrongState(
            _("Daftar ini sekarang “%(status)s”, jadi langkah ini tidak bisa dilakukan.")
            % {"status": batch.get_status_display()},
            state=batch.status,
        )


def _check_role(actor: Actor) -> None:
    if not actor.office.is_village:
        raise NotYourRole(_("Data warga disimpan di kantor desa/kelurahan, bukan di sini."))
    if not (actor.is_system or actor.has(*IMPORT_ROLES)):
        raise NotYourRole(
            _("Memuat daftar hanya untuk %(roles)s.") % {"roles": role_names(IMPORT_ROLES)}
        )


def may_see_file(actor: Actor, attachment: Attachment) -> bool:
    """Say whether the officer may fetch a list's file: only those who may load lists."""
    return (
        actor.has(*IMPORT_ROLES)
        and Import.objects.visible_to(actor).filter(file=attachment).exists()
    )
