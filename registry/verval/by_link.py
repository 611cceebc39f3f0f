"""A verval list that came over the link from the tier above, and its corrections.

It comes as titles and numbered lines. A line keeps its number in every correction, so what was
found at a door stays with its person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Attachment, Office
from registry.imports import sheets
from registry.imports.writing import workbook
from registry.models import VervalList, VervalRow, VervalState
from registry.verval import answers, services

SHEET = "Data"
#: The titles are the sheet's first line.
HEADER_ROW = 1


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A list as the tier above sent it. ``lines`` are cells by line number, from 2."""

    name: str
    sender: str
    reference: str
    due_on: date | None
    titles: Sequence[str]
    lines: Mapping[int, Sequence[str]]


@transaction.atomic
def take_in(*, office: Office, sent: Sent) -> VervalList:
    """Take a list in as if its sheet had been handed in; the program itself acts."""
    actor = Actor.system(office)
    held: VervalList = VervalList(
        office=office,
        by_link=True,
        sender=sent.sender,
        received_on=office.today(),
        sheet=SHEET,
        header_row=HEADER_ROW,
        answers=answers.guess(sent.titles),
    )
    _describe(held, sent)
    held.file = _sheet(sent, actor)
    held.save()
    VervalRow.objects.bulk_create(_rows(held, sent))
    audit(actor=actor, action="verval.take_in", subject=held)
    return held


@transaction.atomic
def correct(held: VervalList, *, sent: Sent) -> None:
    """Put a corrected list in the place of an open one; the caller locked it.

    What was found stays. A row that is on the list no more goes, unless somebody was there: then
    it stays as it was.
    """
    actor = Actor.system(held.office)
    now = {row.line: row for row in _rows(held, sent)}
    kept = {}
    for old in held.rows.select_related("resident").order_by("line"):
        corrected = now.pop(old.line, None)
        if corrected is not None:
            _correct_row(old, corrected)
        elif old.outcome:
            kept[old.line] = old
        else:
            old.delete()
    VervalRow.objects.bulk_create(now.values())
    before = _lines_of(held, kept) if kept else {}
    if services.titles_of(held) != [*sent.titles]:
        held.answers = answers.guess(sent.titles)
    _describe(held, sent)
    held.file = _sheet(sent, actor, also=before)
    held.version += 1
    held.save()
    audit(actor=actor, action="verval.correct", subject=held)


def is_open(held: VervalList) -> bool:
    """Return whether it may still be corrected."""
    return held.state == VervalState.OPEN


_CORRECTED = ("name", "nik", "address", "dusun", "rt", "rw", "walk", "resident")


def _correct_row(old: VervalRow, corrected: VervalRow) -> None:
    if all(getattr(old, field) == getattr(corrected, field) for field in _CORRECTED):
        return
    moved = (old.dusun, old.rw, old.resident) != (
        corrected.dusun,
        corrected.rw,
        corrected.resident,
    )
    if moved and not old.outcome:
        old.assigned_to = corrected.assigned_to
    for field in _CORRECTED:
        setattr(old, field, getattr(corrected, field))
    old.version += 1
    old.save()


def _describe(held: VervalList, sent: Sent) -> None:
    held.name, held.reference, held.due_on = sent.name, sent.reference, sent.due_on


def _rows(held: VervalList, sent: Sent) -> list[VervalRow]:
    people = services.people_on(
        sorted(sent.lines.items()), sent.titles, header_row=HEADER_ROW, office=held.office
    )
    return list(services.rows_of(held, people))


def _sheet(
    sent: Sent, actor: Actor, *, also: Mapping[int, Sequence[str]] | None = None
) -> Attachment:
    """Keep the list as a sheet in which each line stands where its number says."""
    lines = {**(also or {}), **sent.lines}
    last = max(lines, default=HEADER_ROW)
    content = workbook(
        sent.titles,
        [lines.get(number, ()) for number in range(HEADER_ROW + 1, last + 1)],
        sheet=SHEET,
    )
    return attachments.store_bytes(
        content, actor=actor, media_type=services.XLSX, name=f"{sent.name}.xlsx"
    )


def _lines_of(held: VervalList, wanted: Mapping[int, VervalRow]) -> dict[int, Sequence[str]]:
    with sheets.opened(attachments.read(held.file), sheet=held.sheet) as sheet:
        return {
            number: [str(cell or "") for cell in line]
            for number, line in sheet.lines
            if number in wanted
        }
