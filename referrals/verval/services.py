"""The district's verbs of a verval sheet: hand in, correct, divide, send; and what comes back."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puskesmas import attachments, outbox
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.models import Attachment, Peer
from puskesmas.workflow import role_names
from referrals import exchange, shares
from referrals.exchange import Refusal, Taken
from referrals.verval.models import VervalLine, VervalShare, VervalSheet
from referrals.verval.villages import Villages, cell_at
from referrals.workflow import DISTRICT
from registry.imports import rows, sheets
from registry.imports.cells import text_of
from registry.imports.writing import workbook
from registry.models import VervalRow
from registry.verval import answers, by_link
from registry.verval import services as verval

#: Of how many earlier sheets it is remembered whose a cell's text was.
_REMEMBERED = 20
_MOST_CELL = 2000


@dataclass(frozen=True)
class _Read:
    """What was read of a file: its people, each with his line of cells."""

    sheet: str
    header_row: int
    titles: sheets.Line
    people: list[rows.Row]


def hand_in(
    *,
    actor: Actor,
    upload: UploadedFile,
    name: str,
    reference: str = "",
    due_on: date | None = None,
    village: Peer | None = None,
    client_uid: uuid.UUID | None = None,
) -> VervalSheet:
    """Keep a sheet and divide its people among the villages; nothing is sent yet.

    ``village`` is whose all of it is; without one a column of the sheet says whose each row is.

    Raises:
        NotYourRole.
        InvalidInput: no sheet of people, no column of villages, or a day that is past.
    """
    _must_send(actor)
    if (earlier := first_result(VervalSheet, client_uid, actor=actor)) is not None:
        return earlier
    if due_on is not None and due_on < actor.office.today():
        raise InvalidInput(_("Batas waktunya sudah lewat."), field="due_on")
    with transaction.atomic():
        file, read = _keep(upload, actor)
        made = VervalSheet(
            office=actor.office,
            client_uid=client_uid,
            name=name.strip(),
            reference=reference.strip(),
            due_on=due_on,
            villages={"": str(village.uid)} if village else _remembered(actor),
            handed_in_by=actor.user,
        )
        _place(made, file, read, whole=village is not None)
        made.save()
        _divide(made, read)
        audit(actor=actor, action="verval_sheet.hand_in", subject=made)
    return made


@transaction.atomic
def correct(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, upload: UploadedFile
) -> VervalSheet:
    """Put a corrected file in the place of the sheet's; :func:`send` sends what it changes.

    Who is on both (by NIK, else by name, within a village) keeps his line, and so what was found.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: as :func:`hand_in`.
    """
    _must_send(actor)
    held = lock(VervalSheet, uid, actor=actor, version=version)
    file, read = _keep(upload, actor)
    _place(held, file, read, whole="" in held.villages)
    held.save()
    held.lines.update(at=None)
    held.lines.filter(share=None).delete()
    _divide(held, read)
    # Nobody outside has heard of who was never sent.
    held.lines.filter(at=None, share__edition=0).delete()
    audit(actor=actor, action="verval_sheet.correct", subject=held)
    return held


@transaction.atomic
def give(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, village: Peer, text: str
) -> VervalSheet:
    """Say whose the rows are that name no linked village; ``text`` is how the sheet writes it.

    Raises:
        NotYourRole, NotFound, StaleVersion.
        InvalidInput: no such rows. WrongState: that village sent its share back.
    """
    _must_send(actor)
    held = lock(VervalSheet, uid, actor=actor, version=version)
    waiting = list(held.lines.filter(share=None, village=text).order_by("at"))
    if not waiting:
        raise InvalidInput(_("Baris itu sudah dibagi."), field="text")
    share = _share(held, village)
    if share.returned_at:
        raise WrongState(
            _("%(village)s sudah mengembalikan bagiannya. Kirim baris ini sebagai daftar baru.")
            % {"village": village.name},
            state="returned",
        )
    held.villages = {**held.villages, text: str(village.uid)}
    held.to_send = True
    held.save()
    for line, number in zip(waiting, _numbers(share), strict=False):
        line.share, line.line = share, number
    VervalLine.objects.bulk_update(waiting, ["share", "line"])
    audit(actor=actor, action="verval_sheet.give", subject=held)
    return held


@transaction.atomic
def send(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> int:
    """Send every village its share where it says something new; return how many were sent.

    What still waits of an earlier edition is closed: the newer one says all of it.

    Raises:
        NotYourRole, NotFound, StaleVersion. WrongState: nothing new to send.
    """
    _must_send(actor)
    held = lock(VervalSheet, uid, actor=actor, version=version)
    if not held.to_send:
        raise WrongState(_("Tidak ada yang baru untuk dikirim."), state="sent")
    held.to_send = False
    held.save()
    titles, cells = _cells_of(held)
    found = VervalShare.objects.select_for_update(of=("self",)).filter(sheet=held)
    sent = [
        share
        for share in found.select_related("office", "peer").order_by("pk")
        if not share.returned_at and _send_share(share, held, titles, cells)
    ]
    audit(actor=actor, action="verval_sheet.send", subject=held)
    return len(sent)


@transaction.atomic
def send_again(*, actor: Actor, uid: uuid.UUID | str) -> VervalShare:
    """Offer a village once more what its system refused, after it was updated; ``uid``: a share's.

    Raises:
        NotYourRole, NotFound. WrongState: nothing of it was refused.
    """
    _must_send(actor)
    share = lock(VervalShare, uid, actor=actor)
    shares.send_again(share, exchange.VERVAL_ASSIGNED)
    audit(actor=actor, action="verval_sheet.send_again", subject=share)
    return share


def take_progress(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Note how far a village is (kind verval.progress). Raises Refusal."""
    share = _share_of(peer, body)
    if body["sequence"] > share.told_sequence and not share.returned_at:
        share.told_sequence = body["sequence"]
        share.total, share.done = body["total"], body["done"]
        share.save()
    return Taken(uid=share.uid)


def take_returned(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Keep what a village found (kind verval.returned); with the last part the share is back.

    Raises:
        Refusal: a list of nobody's, a line it was never given, or more parts than it said.
    """
    share = _share_of(peer, body)
    if body["part"] not in share.returned_parts:
        said = {row["line"]: row for row in body["rows"]}
        lines = list(share.lines.filter(line__in=said))
        if len(lines) < len(said):
            raise Refusal(_("Hasil ini menyebut baris yang tidak ada."), code="unknown_line")
        for line in lines:
            line.answer = said[line.line]
        VervalLine.objects.bulk_update(lines, ["answer"], batch_size=500)
        if shares.came_back(share, body):
            share.total = body["total"]
            share.done = share.lines.filter(answer__isnull=False).count()
        share.save()
    return Taken(uid=share.uid)


def merged(held: VervalSheet) -> bytes:
    """Return the sheet in its own layout, with what came back so far (one query, reads it)."""
    back = held.lines.filter(at__isnull=False, answer__isnull=False)
    said = {line.at or 0: answers.told(_as_row(line.answer)) for line in back}
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        lines = list(sheet.lines)
    titles = next((line for number, line in lines if number == held.header_row), ())
    filled = answers.filled_in(
        lines, header_row=held.header_row, columns=answers.guess(titles), said=said
    )
    return workbook(filled[0] if filled else [], filled[1:])


def _as_row(answer: Mapping[str, Any]) -> VervalRow:
    """Return an answer as the row of a list, which says it in the sheet's words."""
    spot = {part: answer[part] for part in ("latitude", "longitude")}
    said = {part: answer[part] for part in ("outcome", "finding", "reason", "note")}
    return VervalRow(position=spot if None not in spot.values() else None, **said)


# --- Reading and dividing ------------------------------------------------------------------------


def _keep(upload: UploadedFile, actor: Actor) -> tuple[Attachment, _Read]:
    file = attachments.store(
        upload,
        actor=actor,
        allowed=attachments.SHEET_TYPES,
        max_bytes=settings.IMPORT_MAX_BYTES,
        field="upload",
    )
    content = attachments.read(file)
    with sheets.opened(content) as sheet:
        header_row, titles = verval.header_of(sheet)
        name = sheet.name
    with sheets.opened(content, sheet=name) as sheet:
        people = verval.people_on(sheet.lines, titles, header_row=header_row, office=actor.office)
    verval.require_people(people)
    return file, _Read(name, header_row, titles, people)


def _place(held: VervalSheet, file: Attachment, read: _Read, *, whole: bool) -> None:
    """Write down where the file says what; ``whole``: all of it is one village's."""
    held.file, held.sheet, held.header_row = file, read.sheet, read.header_row
    held.to_send = True
    if whole:
        return
    villages = Villages(held.office, held.villages)
    held.village_column = villages.column(read.titles, (row.cells for row in read.people))
    if held.village_column is None:
        raise InvalidInput(
            _(
                "Tidak ada kolom yang menyebut desa. Tambahkan kolom DESA, atau pilih untuk desa "
                "mana seluruh lembar ini."
            ),
            field="upload",
        )


def _remembered(actor: Actor) -> dict[str, str]:
    """Return whose a cell's text was on earlier sheets, the newest word last."""
    earlier = VervalSheet.objects.visible_to(actor).order_by("-pk")[:_REMEMBERED]
    found: dict[str, str] = {}
    for villages in earlier.values_list("villages", flat=True):
        found = villages | found
    found.pop("", None)
    return found


def _divide(held: VervalSheet, read: _Read) -> None:
    """Give every person on the sheet a line of his village's share, the old one where he had one.

    What a village that sent its share back would have to get stays undivided.
    """
    villages = Villages(held.office, held.villages)
    whole = next((one for one in villages.peers if str(one.uid) == held.villages.get("")), None)
    of_village: dict[Peer | None, list[VervalLine]] = {}
    for row in read.people:
        text = cell_at(row.cells, held.village_column)
        line = VervalLine(
            sheet=held, at=row.line, village=text, nik_index=row.nik_index, name_key=row.name_key
        )
        peer = whole or villages.of(text)
        of_village.setdefault(peer, []).append(line)
    for peer, lines in of_village.items():
        _settle(_share(held, peer) if peer else None, lines)


def _settle(share: VervalShare | None, lines: list[VervalLine]) -> None:
    if share is None:
        VervalLine.objects.bulk_create(lines, batch_size=1000)
        return
    earlier = list(share.lines.filter(at=None).order_by("line"))
    known = [(line, old) for line, old in _same(lines, earlier)]
    for line, old in known:
        old.at, old.village = line.at, line.village
        old.nik_index, old.name_key = line.nik_index, line.name_key
    VervalLine.objects.bulk_update(
        [old for _line, old in known], ["at", "village", "nik_index", "name_key"], batch_size=500
    )
    matched = {id(line) for line, _old in known}
    new = [line for line in lines if id(line) not in matched]
    if not share.returned_at:
        for line, number in zip(new, _numbers(share), strict=False):
            line.share, line.line = share, number
    VervalLine.objects.bulk_create(new, batch_size=1000)


def _same(
    lines: Iterable[VervalLine], earlier: Iterable[VervalLine]
) -> Iterator[tuple[VervalLine, VervalLine]]:
    """Yield who is on both: by NIK first, those left by name."""
    left, found = list(lines), list(earlier)
    for key in ("nik_index", "name_key"):
        by_key: dict[str, list[VervalLine]] = {}
        for old in found:
            by_key.setdefault(getattr(old, key), []).append(old)
        by_key.pop("", None)
        taken, still = set(), []
        for line in left:
            if candidates := by_key.get(getattr(line, key)):
                old = candidates.pop(0)
                taken.add(old.pk)
                yield line, old
            else:
                still.append(line)
        left, found = still, [old for old in found if old.pk not in taken]


def _numbers(share: VervalShare) -> Iterator[int]:
    """Return the share's next lines; one that was ever given is nobody else's."""
    last = share.lines.aggregate(last=Max("line"))["last"]
    return iter(range((last or by_link.HEADER_ROW) + 1, 100_000))


def _share(held: VervalSheet, peer: Peer) -> VervalShare:
    share, _made = VervalShare.objects.get_or_create(
        sheet=held, peer=peer, defaults={"office": held.office}
    )
    return share


# --- Sending -------------------------------------------------------------------------------------


def _cells_of(held: VervalSheet) -> tuple[list[str], dict[int, list[str]]]:
    """Return the titles, and the cells of every line of the file, as text."""
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        _header_row, titles = verval.header_of(sheet)
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        cells = {number: [_text(cell) for cell in line] for number, line in sheet.lines}
    return [_text(title)[:200] for title in titles], cells


def _text(cell: Any) -> str:
    return text_of(cell)[:_MOST_CELL]


def _send_share(
    share: VervalShare, held: VervalSheet, titles: list[str], cells: Mapping[int, list[str]]
) -> bool:
    """Send a share unless its newest edition says the same; return whether it was sent."""
    lines = share.lines.filter(at__isnull=False).order_by("line")
    content: dict[str, Any] = {
        "name": held.name,
        "reference": held.reference,
        "due_on": held.due_on.isoformat() if held.due_on else None,
        "titles": titles,
        "rows": [{"line": one.line, "cells": cells[one.at or 0]} for one in lines],
    }
    sha256 = outbox.body_hash(content)
    if sha256 == share.sent_sha256 or not (share.edition or content["rows"]):
        return False
    share.sent_sha256 = sha256
    parts = exchange.parts_of(content["rows"])
    bodies = [
        content
        | {"list_uid": str(share.uid), "part": number, "parts": len(parts), "rows": rows_of_part}
        for number, rows_of_part in enumerate(parts, 1)
    ]
    shares.send(share, kind=exchange.VERVAL_ASSIGNED, bodies=bodies)
    return True


def _share_of(peer: Peer, body: Mapping[str, Any]) -> VervalShare:
    share = (
        VervalShare.objects.select_for_update(of=("self",))
        .filter(peer=peer, uid=body["list_uid"], edition__gt=0)
        .first()
    )
    if share is None:
        raise Refusal(_("Daftar verval ini tidak dikirim dari sini."), code="unknown_list")
    return share


def _must_send(actor: Actor) -> None:
    if not actor.has(*DISTRICT):
        raise NotYourRole(
            _("Daftar verval dikirim oleh %(roles)s.") % {"roles": role_names(DISTRICT)}
        )
