"""Prints of a whole list, drawn by the worker: 500 tickets take a processor ten seconds.

Of a distribution the attendance list and the tickets, of a call the list of candidates.
"""

import logging
import uuid
from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.calls.paper import paper_of
from programs.calls.services import read_sheet, require_sheet
from programs.calls.workflow import FETCHERS
from programs.distribution.prints import PAPERS, attendance_pdf, tickets_pdf
from programs.distribution.workflow import PRINTERS
from programs.models import Call, Distribution, DistributionState, ListPrint
from puskesmas import attachments, closing
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.workflow import role_names

log = logging.getLogger("programs.printing")

What = ListPrint.What
#: How often a print that fails is tried; beat tries what waits every minute.
TRIES = 5
_OF_DISTRIBUTION = {What.ATTENDANCE: attendance_pdf, What.TICKETS: tickets_pdf}
#: Who may open a print of either list.
READERS = tuple(dict.fromkeys((*PRINTERS, *FETCHERS)))


@transaction.atomic
def ask_distribution(*, actor: Actor, uid: uuid.UUID | str, what: str, paper: str) -> ListPrint:
    """Ask for a print of a locked distribution's list.

    Raises:
        NotYourRole, NotFound; WrongState: the list is not locked, so nobody has a number.
        InvalidInput: no such print or paper.
    """
    _require_role(actor, PRINTERS)
    held = lock(Distribution, uid, actor=actor)
    if what not in _OF_DISTRIBUTION:
        raise InvalidInput(_("Pilih apa yang dicetak, dan kertasnya."), field="what")
    if held.state == DistributionState.DRAFT:
        raise WrongState(_("Kunci daftarnya dulu, lalu cetak."), state=held.state)
    audit(actor=actor, action="distribution.print", subject=held, fields=[what])
    return _ask(actor, what, paper, distribution=held)


@transaction.atomic
def ask_candidates(*, actor: Actor, uid: uuid.UUID | str, paper: str) -> ListPrint:
    """Ask for a print of a call's list of candidates.

    Raises:
        NotYourRole, NotFound; InvalidInput: no such paper; WrongState: nobody may have the list
            yet (:func:`programs.calls.services.require_sheet`).
    """
    _require_role(actor, FETCHERS)
    call = lock(Call, uid, actor=actor, along=("programme",))
    require_sheet(call)
    audit(actor=actor, action="call.print", subject=call)
    return _ask(actor, What.CANDIDATES, paper, call=call)


def _require_role(actor: Actor, roles: tuple[str, ...]) -> None:
    if not actor.has(*roles):
        raise NotYourRole(_("Mencetak hanya untuk %(roles)s.") % {"roles": role_names(roles)})


def _ask(actor: Actor, what: str, paper: str, **subject: Distribution | Call) -> ListPrint:
    """Return a new print of the locked list, or the same that is still being drawn."""
    if paper not in PAPERS:
        raise InvalidInput(_("Pilih apa yang dicetak, dan kertasnya."), field="what")
    same = ListPrint.objects.filter(**subject, what=what, paper=paper)
    waiting = same.filter(file=None, tries__lt=TRIES).first()
    made: ListPrint = waiting or ListPrint.objects.create(
        office=actor.office, what=what, paper=paper, asked_by=actor.user, **subject
    )
    transaction.on_commit(lambda: _wake(made.pk))
    return made


def print_of(uid: uuid.UUID | str, *, actor: Actor) -> ListPrint:
    """Return a print that was asked for, with its list and file.

    Raises:
        NotFound: no such print in the actor's office, or no longer.
        NotYourRole: this list is not the officer's to print.
    """
    rows = ListPrint.objects.visible_to(actor).select_related(
        "distribution", "call", "file", "office"
    )
    found: ListPrint | None = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Cetakan ini tidak ada, atau sudah dihapus. Cetak lagi dari daftarnya."))
    _require_role(actor, FETCHERS if found.call else PRINTERS)
    return found


def draw(pk: int) -> bool:
    """Draw one print and keep it, encrypted; return whether it is there now.

    A failure is counted and left to the next try.
    """
    rows = ListPrint.objects.select_related("distribution__programme", "call__programme", "office")
    row = rows.filter(pk=pk).first()
    if row is None or row.file_id:
        return row is not None
    actor = Actor.system(row.office)
    try:
        pdf = _pdf_of(row, actor)
    except Exception as error:
        # Whatever it was, the officer must not wait for ever; the log says what.
        log.warning("print %s not drawn: %s", row.uid, type(error).__name__)
        ListPrint.objects.filter(pk=pk).update(tries=F("tries") + 1)
        return False
    with transaction.atomic():
        file = attachments.store_bytes(
            pdf, actor=actor, media_type="application/pdf", name=f"{row.what}.pdf"
        )
        if not ListPrint.objects.filter(pk=pk, file=None).update(file=file):
            # Another worker was first.
            attachments.discard(file)
    return True


def _pdf_of(row: ListPrint, actor: Actor) -> bytes:
    if row.call:
        return paper_of(row.call, read_sheet(row.call, actor=actor), actor=actor, paper=row.paper)
    held = cast(Distribution, row.distribution)  # the database's constraint: one of the two
    return _OF_DISTRIBUTION[What(row.what)](held, actor=actor, paper=row.paper)


def draw_waiting() -> int:
    """Draw what nobody was woken for, or what failed before; return how many are done."""
    waiting = ListPrint.objects.filter(closing.is_open(), file=None, tries__lt=TRIES)
    waiting = waiting.order_by("tries", "pk")
    return sum(draw(pk) for pk in list(waiting.values_list("pk", flat=True)))


def kept_until(made: ListPrint) -> date:
    """Return the last day on which the print is sure to be there."""
    gone = made.created_at + timedelta(days=settings.PRINTS_KEPT_DAYS)
    return (gone.astimezone(made.office.tz) - timedelta(days=1)).date()


def tidy() -> int:
    """Throw away prints older than ``PRINTS_KEPT_DAYS``; return how many.

    They name everybody on a list, and the list can be printed again.
    """
    until = timezone.now() - timedelta(days=settings.PRINTS_KEPT_DAYS)
    old = list(ListPrint.objects.filter(created_at__lt=until).select_related("file"))
    for row in old:
        with transaction.atomic():
            row.delete()
            if row.file is not None:
                attachments.discard(row.file)
    return len(old)


def _wake(pk: int) -> None:
    from programs.tasks import draw_print

    try:
        draw_print.apply_async([pk], retry=False)
    except Exception as error:
        # A broker that is down costs a minute: beat draws what waits.
        log.warning("printing worker not woken: %s", type(error).__name__)
