"""The verbs of a list: hand in, say what the columns hold, try dry, load.

Loading is one transaction: the whole list or nothing. Queueing it only marks the import and wakes
a worker; a worker that dies leaves the import waiting, and the next one starts it afresh.
"""

import io
import logging
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.bulk import refresh_statistics
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.models import Attachment, Office, Role
from puskesmas.workflow import role_names
from registry.imports import columns, followers, registers, residents, rows, sheets
from registry.models import (
    Household,
    HouseholdMember,
    Import,
    Register,
    RegisterRow,
    RegisterVersion,
    Resident,
)

log = logging.getLogger("registry.imports")

IMPORT_ROLES = (Role.BACK, Role.COORDINATOR, Role.ADMIN)
Status = Import.Status


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
    with transaction.atomic():
        file = attachments.store(
            upload,
            actor=actor,
            allowed=attachments.SHEET_TYPES,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        sheet = sheets.read(attachments.read(file))
        header_row, titles = _header(sheet)
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
            mapping=columns.guess(titles),
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
        InvalidInput: an unknown field, a field on two columns, or no name column.
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
        _require(batch, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        batch.mapping = chosen
        batch.status = Status.UPLOADED
        batch.save()
    return batch


def try_dry(*, actor: Actor, uid: uuid.UUID | str) -> Import:
    """Go through the whole list without loading it; the rows' problems are kept to be read."""
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor)
        _require(batch, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        _go_through(batch, dry=True)
        batch.status = Status.CHECKED
        batch.save()
    return batch


def queue(*, actor: Actor, uid: uuid.UUID | str) -> Import:
    """Ask a worker to load the list; asking again is harmless.

    Raises:
        WrongState: not tried dry yet, or already loaded.
    """
    _check_role(actor)
    with transaction.atomic():
        batch = lock(Import, uid, actor=actor)
        _require(batch, Status.CHECKED, Status.RUNNING)
        batch.status = Status.RUNNING
        batch.started_at = timezone.now()
        batch.save()
        audit(actor=actor, action="import.run", subject=batch)
        transaction.on_commit(lambda: _wake(batch.pk))
    return batch


def load_queued(batch_pk: int) -> None:
    """Load a queued list (the worker's part). Nothing happens unless it still waits.

    A list that cannot be loaded becomes "gagal" with the reason in words.
    """
    try:
        with transaction.atomic():
            batch = Import.objects.select_for_update(of=("self",)).get(pk=batch_pk)
            if batch.status == Status.RUNNING:
                _load(batch, actor=_loader_of(batch))
    except InvalidInput as error:
        _fail(batch_pk, str(error.message))
    except Exception:
        # Whatever it was, the officer must not wait for ever; the log has the trace.
        log.exception("import %s failed", batch_pk)
        _fail(batch_pk, _("Pemuatan gagal dan tidak ada yang diubah. Hubungi pengelola aplikasi."))


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
) -> Import:
    """Hand in, map as guessed and load in one go: the command line's way.

    The same bytes of the same kind change nothing the second time.
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
        batch.started_at = timezone.now()
        audit(actor=actor, action="import.run", subject=batch)
        _load(batch, actor=actor)
    return batch


class _Upload(UploadedFile):
    """Bytes that did not come through a browser, as the upload verb wants them."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(file=io.BytesIO(content), name=name, size=len(content))


def _loader_of(batch: Import) -> Actor:
    """Return the officer who handed the list in, acting in the background."""
    return Actor(office=batch.office, user=batch.created_by)


def _load(batch: Import, *, actor: Actor) -> None:
    # One list at a time per office: two at once would each make the persons of the other.
    Office.objects.select_for_update().get(pk=batch.office_id)
    version = _go_through(batch, dry=False)
    refresh_statistics(Resident, Household, HouseholdMember, RegisterRow)
    if version is not None:
        followers.follow(version, actor=actor)
    batch.status = Status.DONE
    batch.error = ""
    batch.finished_at = timezone.now()
    batch.save()


def _go_through(batch: Import, *, dry: bool) -> RegisterVersion | None:
    """Read every line; return the register version made, if one was."""
    batch.rows.all().delete()
    sheet = sheets.read(attachments.read(batch.file), sheet=batch.sheet)
    titles, lines = after_header(sheet, batch.header_row)
    today = batch.office.today()
    read = rows.parse(lines, header=titles, mapping=batch.mapping, today=today)
    register = batch.register
    if register is None:
        tally = residents.load(read, batch=batch, dry=dry)
        batch.counts = tally.as_json()
        return None
    loaded = RegisterVersion.objects.filter(
        register=register, file_sha256=batch.file.sha256, withdrawn_at__isnull=True
    ).first()
    version = None if dry or loaded else _new_version(batch, register)
    tally = registers.load(
        read, batch=batch, header=titles, version=version, repeated=loaded is not None
    )
    batch.counts = tally.as_json() | {"already_loaded": loaded is not None}
    if version is not None:
        version.row_count = sum(tally.by_rw.values())
        version.save()
    return version


def _new_version(batch: Import, register: Register) -> RegisterVersion:
    return RegisterVersion.objects.create(
        office=batch.office,
        register=register,
        data_date=batch.data_date,
        whole_village=batch.whole_village,
        part=batch.part,
        source=batch.source,
        file_sha256=batch.file.sha256,
        batch=batch,
        published_at=timezone.now(),
    )


def _header(sheet: sheets.Sheet) -> tuple[int, sheets.Line]:
    found = columns.find_header(islice(sheet.lines, columns.HEADER_WITHIN))
    if found is None:
        raise InvalidInput(
            _(
                "Tidak ditemukan baris judul kolom dengan kolom nama. Pastikan ada baris judul "
                "seperti: NIK, NO KK, NAMA, TANGGAL LAHIR."
            ),
            field="file",
        )
    return found


def after_header(
    sheet: sheets.Sheet, header_row: int
) -> tuple[sheets.Line, Iterator[tuple[int, sheets.Line]]]:
    """Return the line of titles and what follows it; the sheet's lines are used up to there."""
    titles: sheets.Line = []
    for number, line in sheet.lines:
        if number == header_row:
            titles = line
            break
    return titles, sheet.lines


def _wake(batch_pk: int) -> None:
    from registry.tasks import run_import

    try:
        run_import.apply_async([batch_pk], retry=False)
    except Exception as error:
        # A broker that is down costs a minute: beat starts what waits.
        log.warning("import worker not woken: %s", type(error).__name__)


def _fail(batch_pk: int, words: str) -> None:
    Import.objects.filter(pk=batch_pk).update(
        status=Status.FAILED, error=words[:300], finished_at=timezone.now()
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
