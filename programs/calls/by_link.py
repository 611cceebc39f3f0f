"""A call the tier above sends over the link, on an owner's behalf."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from programs.calls.workflow import CALL, NOT_YET
from programs.models import Call, CallState
from programs.selectors import programmes_of
from puskesmas.actors import Actor
from puskesmas.history import audit, record_transition
from puskesmas.models import Office


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked, and by whom. ``programme_code`` is "" for none the sender knows."""

    owner: str
    via: str
    programme_code: str
    wanted: int
    criteria: str
    reference: str
    due_on: date | None


@transaction.atomic
def take_in(*, office: Office, asked: Asked) -> Call:
    """Take a call in as if somebody had written it down; the program itself acts.

    Whether its owner is of the government the office's own catalogue says: of a programme it does
    not know, nobody gets whole numbers.
    """
    actor = Actor.system(office)
    call: Call = Call(
        office=office,
        owner=asked.owner,
        via=asked.via,
        programme=programmes_of(office).filter(code=asked.programme_code).first(),
        received_on=office.today(),
    )
    _describe(call, asked)
    call.save()
    record_transition(
        subject=call, field=CALL.field, step=CALL.steps["open"], source=NOT_YET, actor=actor
    )
    return call


def correct(call: Call, *, asked: Asked) -> None:
    """Say otherwise what is asked, while names are being collected; those named stay.

    The caller locked it, and asked :func:`is_collecting`.
    """
    _describe(call, asked)
    call.version += 1
    call.save()
    audit(actor=Actor.system(call.office), action="call.correct", subject=call)


def is_collecting(call: Call) -> bool:
    """Return whether nobody has put the list forward yet."""
    return call.state == CallState.COLLECTING


def _describe(call: Call, asked: Asked) -> None:
    call.wanted, call.criteria = asked.wanted, asked.criteria
    call.reference, call.due_on = asked.reference, asked.due_on
