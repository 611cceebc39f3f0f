"""Prints of a whole list, drawn by the worker: 500 tickets take a processor ten seconds."""

import logging
import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from programs.distribution import prints
from programs.distribution.workflow import PRINTERS
from programs.models import Distribution, DistributionPrint, DistributionState
from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.workflow import role_names

log = logging.getLogger("programs.distribution")

What = DistributionPrint.What
#: How often a print that fails is tried; beat tries what waits every minute.
TRIES = 5
_DRAWN_BY = {What.ATTENDANCE: prints.attendance_pdf, What.TICKETS: prints.tickets_pdf}


@transaction.atomic
def ask(*, actor: Actor, uid: uuid.UUID | str, what: str, paper: str) -> DistributionPrint:
    """Ask for a print of a locked list; one of the same that is still being drawn is returned.

    Raises:
        NotYourRole, NotFound; WrongState: the list is not locked, so nobody has a number.
        InvalidInput: no such print or paper.
    """
    if not actor.has(*PRINTERS):
        raise NotYourRole(_("Mencetak hanya untuk %(roles)s.") % {"roles": role_names(PRINTERS)})
    held = lock(Distribution, uid, actor=actor)
    if what not in What.values or paper not in prints.PAPERS:
        raise InvalidInput(_("Pilih apa yang dicetak, dan kertasnya."), field="what")
    if held.state == DistributionState.DRAFT:
        raise WrongState(_("Kunci daftarnya dulu, lalu cetak."), state=held.state)
    waiting = held.prints.filter(what=what, paper=paper, file=None, tries__lt=TRIES).first()
    made: DistributionPrint = waiting or held.prints.create(
        office=actor.office, what=what, paper=paper, asked_by=actor.user
    )
    audit(actor=actor, action="distribution.print", subject=held, fields=[what])
    transaction.on_commit(lambda: _wake(made.pk))
    return made


def draw(pk: int) -> bool:
    """Draw one print and keep it, encrypted; return whether it is there now.

    A failure is counted and left to the next try.
    """
    row = DistributionPrint.objects.select_related("distribution__programme", "office").get(pk=pk)
    if row.file_id:
        return True
    actor = Actor.system(row.office)
    try:
        pdf = _DRAWN_BY[What(row.what)](row.distribution, actor=actor, paper=row.paper)
    except Exception as error:
        # Whatever it was, the officer must not wait for ever; the log says what.
        log.warning("print %s not drawn: %s", row.uid, type(error).__name__)
        DistributionPrint.objects.filter(pk=pk).update(tries=F("tries") + 1)
        return False
    with transaction.atomic():
        file = attachments.store_bytes(
            pdf, actor=actor, media_type="application/pdf", name=f"{row.what}.pdf"
        )
        DistributionPrint.objects.filter(pk=pk, file=None).update(file=file)
    return True


def draw_waiting() -> int:
    """Draw what nobody was woken for, or what failed before; return how many are done."""
    waiting = DistributionPrint.objects.filter(file=None, tries__lt=TRIES).order_by("tries", "pk")
    return sum(draw(pk) for pk in list(waiting.values_list("pk", flat=True)))


def _wake(pk: int) -> None:
    from programs.tasks import draw_print

    try:
        draw_print.apply_async([pk], retry=False)
    except Exception as error:
        # A broker that is down costs a minute: beat draws what waits.
        log.warning("printing worker not woken: %s", type(error).__name__)
