"""The verbs of a verval list: take in, divide among those who walk, record, send back."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, OwnFamily
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.models import Attachment, Office, User
from registry.imports import columns, rows, sheets
from registry.imports.matching import Matcher
from registry.imports.writing import workbook
from registry.models import VervalList, VervalRow, VervalState
from registry.naming import address_key
from registry.selectors import family_of, is_family
from registry.verval import answers
from registry.verval.assigning import Hands
from registry.verval.signals import list_returned
from registry.verval.workflow import KEEPERS, VERVAL, WALKERS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000
_BATCH = 1_000
#: Indonesia lies within these degrees; anything else is a slip or a swap of the two.
LATITUDES, LONGITUDES = (-11.5, 6.5), (94.5, 141.5)

Outcome = VervalRow.Outcome


def take_in(
    *,
    actor: Actor,
    upload: UploadedFile,
    name: str,
    sender: str,
    received_on: date,
    reference: str = "",
    due_on: date | None = None,
    client_uid: uuid.UUID | None = None,
) -> VervalList:
    """Keep a verval list, find its people, and divide it among those who walk its hamlets.

    Raises:
        NotYourRole: neither back office nor koordinator.
        InvalidInput: not a sheet, no line of titles with a name column, nobody on it, more than
            :data:`MOST_ROWS` rows, or a day that cannot be.
    """
    VERVAL.check("assign", state=VervalState.OPEN, actor=actor)
    if (earlier := first_result(VervalList, client_uid, actor=actor)) is not None:
        return earlier
    _check_days(received_on, due_on, today=actor.office.today())
    with transaction.atomic():
        file = attachments.store(
            upload,
            actor=actor,
            allowed=attachments.SHEET_TYPES,
            max_bytes=settings.IMPORT_MAX_BYTES,
        )
        with sheets.opened(attachments.read(file)) as sheet:
            header_row, titles = header_of(sheet)
        made = VervalList.objects.create(
            office=actor.office,
            client_uid=client_uid,
            name=name.strip()[:120],
            sender=sender.strip()[:120],
            reference=reference.strip()[:120],
            received_on=received_on,
            due_on=due_on,
            file=file,
            sheet=sheet.name,
            header_row=header_row,
            answers=answers.guess(titles),
            created_by=actor.user,
        )
        with sheets.opened(attachments.read(file), sheet=made.sheet) as sheet:
            people = people_on(sheet.lines, titles, header_row=header_row, office=actor.office)
        require_people(people)
        VervalRow.objects.bulk_create(rows_of(made, people), batch_size=_BATCH)
        audit(actor=actor, action="verval.take_in", subject=made)
    return made


@transaction.atomic
def set_columns(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, columns: dict[str, int]
) -> VervalList:
    """Say which of the sender's columns hold which answer; the others are added at the right.

    Raises:
        InvalidInput: an unknown answer or column, or one column for two answers.
    """
    held = lock(VervalList, uid, actor=actor, version=version)
    VERVAL.check("columns", state=held.state, actor=actor)
    if unknown := set(columns) - set(answers.ANSWERS):
        raise InvalidInput(_("Isian kolom tidak dikenal."), unknown=sorted(unknown))
    if len(set(columns.values())) < len(columns):
        raise InvalidInput(_("Satu kolom hanya untuk satu jawaban."))
    width = len(titles_of(held))
    if not all(0 <= at < width for at in columns.values()):
        raise InvalidInput(
            _("Berkas ini hanya punya %(width)d kolom.") % {"width": width}, field="columns"
        )
    held.answers = columns
    held.save()
    return held


@transaction.atomic
def assign(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    officer: User,
    dusun: str = "",
    rw: str = "",
) -> int:
    """Give the rows of one hamlet nobody has visited yet to an officer; return how many.

    ``dusun`` and ``rw`` are as the rows have them. Rows of the officer's own family stay with
    whoever has them.

    Raises:
        InvalidInput: he does not walk for this office today.
    """
    held = lock(VervalList, uid, actor=actor, version=version)
    VERVAL.check("assign", state=held.state, actor=actor)
    if not Hands(actor.office).walks(officer):
        raise InvalidInput(
            _("Orang ini tidak sedang bertugas sebagai kepala dusun atau fasilitator."),
            field="officer",
        )
    open_rows = held.rows.filter(outcome="", dusun=dusun, rw=rw)
    family = family_of(officer, actor.office.pk)
    count: int = open_rows.exclude(resident__in=family).update(assigned_to=officer)
    held.save()
    audit(actor=actor, action="verval.assign", subject=held)
    return count


@transaction.atomic
def record(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    outcome: str,
    finding: str = "",
    reason: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    photo: UploadedFile | None = None,
    note: str = "",
) -> VervalRow:
    """Record what was found at a door; again corrects it, until the list is sent back.

    ``uid`` is the row's. The photo tells where it was taken when nobody typed the coordinates.

    Raises:
        NotYourRole: not assigned to him. OwnFamily: it is his own family.
        WrongState: the list was sent back. NotFound, StaleVersion.
        InvalidInput: found without finding and reason, a finding without having found anybody, or
            coordinates outside Indonesia.
    """
    row = lock(VervalRow, uid, actor=actor, version=version, along=("verval_list", "resident"))
    VERVAL.check("record", state=row.verval_list.state, actor=actor)
    _check_hand(actor, row)
    _check_found(outcome, finding, reason)
    position = position_from(latitude, longitude)
    row.outcome, row.finding, row.reason = outcome, finding, reason.strip()
    row.note = note.strip()
    if photo is not None:
        row.photo = attachments.store(
            photo,
            actor=actor,
            allowed=attachments.IMAGE_TYPES,
            field="photo",
            keep_position=True,
        )
        position = position or row.photo.position
    row.position = position
    row.recorded_by, row.recorded_at = actor.user, timezone.now()
    row.save()
    audit(actor=actor, action="verval.record", subject=row, fields=["outcome", "finding"])
    return row


@transaction.atomic
def send_back(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> VervalList:
    """Freeze the sheet as it goes back to the sender; from now on nothing changes.

    Raises:
        NotYourRole, WrongState, NotFound, StaleVersion.
    """
    held = lock(VervalList, uid, actor=actor, version=version)
    step = VERVAL.check("send_back", state=held.state, actor=actor)
    held.sent_file = attachments.store_bytes(
        sheet_of(held), actor=actor, media_type=XLSX, name=f"{held.name}.xlsx"
    )
    held.sent_at, held.sent_by = timezone.now(), actor.user
    source, held.state = held.state, VervalState.SENT
    held.save()
    record_transition(subject=held, field=VERVAL.field, step=step, source=source, actor=actor)
    list_returned.send(sender=VervalList, held=held, actor=actor)
    audit(actor=actor, action="verval.send_back", subject=held)
    return held


def sheet_of(held: VervalList) -> bytes:
    """Return the sender's sheet with the answers so far (reads the file; one query)."""
    visited = held.rows.exclude(outcome="").select_related("photo")
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        lines = answers.filled_in(
            sheet.lines,
            header_row=held.header_row,
            columns=held.answers,
            said={row.line: answers.told(row) for row in visited},
        )
    return workbook(lines[0] if lines else [], lines[1:])


def titles_of(held: VervalList) -> list[str]:
    """Return the titles of the sender's columns (reads the file)."""
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        titles, _lines = columns.after_header(sheet, held.header_row)
    return [str(title or "").strip() for title in titles]


def may_see_file(actor: Actor, attachment: Attachment) -> bool:
    """Say whether the officer may fetch a house photo of his rows; the sheets go by their page."""
    mine = VervalRow.objects.visible_to(actor).filter(photo=attachment)
    if not actor.has(*KEEPERS):
        mine = mine.filter(assigned_to=actor.user) if actor.has(*WALKERS) else mine.none()
    return bool(mine.exists())


def _check_days(received_on: date, due_on: date | None, *, today: date) -> None:
    if received_on > today:
        raise InvalidInput(_("Tanggal diterima belum terjadi."), field="received_on")
    if due_on is not None and due_on < received_on:
        raise InvalidInput(_("Batas waktu sebelum tanggal diterima."), field="due_on")


def header_of(sheet: sheets.Sheet) -> tuple[int, sheets.Line]:
    """Return (line number, titles) of a list's line of titles. Raises InvalidInput."""
    found = columns.find_header(islice(sheet.lines, columns.HEADER_WITHIN))
    if found is None:
        raise InvalidInput(
            _(
                "Tidak ditemukan baris judul kolom dengan kolom nama. Pastikan ada baris judul "
                "seperti: NIK, NO KK, NAMA, ALAMAT."
            ),
            field="upload",
        )
    return found


def people_on(
    lines: Iterable[tuple[int, sheets.Line]],
    titles: sheets.Line,
    *,
    header_row: int,
    office: Office,
) -> list[rows.Row]:
    """Return the people a sheet names, each with his line; the lines under the titles only."""
    parsed = rows.parse(
        lines,
        header=titles,
        has_hamlets=office.kind == Office.Kind.DESA,
        mapping=columns.guess(titles),
        today=office.today(),
    )
    return [row for row in parsed if row.line > header_row and row.is_person and row.name]


def require_people(people: Sequence[rows.Row]) -> None:
    """Refuse a list of nobody, or of more than :data:`MOST_ROWS`. Raises InvalidInput."""
    if not people:
        raise InvalidInput(_("Tidak ada orang di daftar ini."), field="upload")
    if len(people) > MOST_ROWS:
        raise InvalidInput(
            _("Daftar ini lebih dari %(most)d baris. Pecah menjadi beberapa berkas.")
            % {"most": MOST_ROWS},
            field="upload",
        )


def rows_of(held: VervalList, people: Sequence[rows.Row]) -> Iterator[VervalRow]:
    """Return unsaved rows for people: each found in the office's data, and in whose hands."""
    hands = Hands(held.office)
    for start in range(0, len(people), _BATCH):
        yield from _batch_of(held, people[start : start + _BATCH], hands)


def _batch_of(held: VervalList, people: Sequence[rows.Row], hands: Hands) -> list[VervalRow]:
    matcher = Matcher(held.office, people, lock=False)
    made = []
    for person in people:
        resident = matcher.match(person).resident
        # Many senders leave the hamlet out; the office knows where its people live.
        place: dict[str, Any] = {
            part: getattr(person, part) or (getattr(resident, part) if resident else "")
            for part in ("dusun", "rt", "rw", "address")
        }
        made.append(
            VervalRow(
                office=held.office,
                verval_list=held,
                line=person.line,
                name=person.name,
                nik=person.nik,
                resident=resident,
                walk=_walk(**place),
                assigned_to=hands.for_place(place["dusun"], place["rw"], resident),
                **place,
            )
        )
    return made


def _walk(*, dusun: str, rt: str, rw: str, address: str) -> str:
    parts = (dusun.casefold(), rw.zfill(3), rt.zfill(3), address_key(address))
    return "|".join(parts)[:300]


def _check_hand(actor: Actor, row: VervalRow) -> None:
    if row.resident is not None and is_family(actor.user, row.resident):
        raise OwnFamily(
            _("Ini Anda sendiri atau keluarga satu KK. Mintalah petugas lain yang memverval.")
        )
    if not actor.has(*KEEPERS) and row.assigned_to_id != actor.officer.pk:
        raise NotYourRole(_("Baris ini tugas petugas lain."))


def _check_found(outcome: str, finding: str, reason: str) -> None:
    if outcome not in Outcome.values:
        raise InvalidInput(_("Pilih keadaannya."), field="outcome")
    if outcome != Outcome.FOUND:
        if finding:
            raise InvalidInput(
                _("Hasil hanya diisi bila orangnya ditemukan. Kosongkan hasilnya."),
                field="finding",
            )
        return
    if finding not in VervalRow.Finding.values:
        raise InvalidInput(_("Pilih hasilnya."), field="finding")
    if not reason.strip():
        raise InvalidInput(_("Tulis alasan hasil ini."), field="reason")


def position_from(latitude: float | None, longitude: float | None) -> dict[str, float] | None:
    """Return degrees as they are kept, None when neither was said. Raises InvalidInput."""
    if latitude is None and longitude is None:
        return None
    for value, (least, most), field in (
        (latitude, LATITUDES, "latitude"),
        (longitude, LONGITUDES, "longitude"),
    ):
        if value is None:
            raise InvalidInput(_("Isi lintang dan bujur, atau kosongkan keduanya."), field=field)
        if not least <= value <= most:
            raise InvalidInput(
                _("Titik ini di luar Indonesia. Periksa lintang dan bujurnya, contoh -8,12345."),
                field=field,
            )
    return {"latitude": round(latitude or 0, 6), "longitude": round(longitude or 0, 6)}
