"""A received referral moves, and its village is told: what every verb of the district ends with."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.history import record_transition
from puskesmas.workflow import Step, Workflow
from referrals.exchange import ANSWERED
from referrals.models import ReceivedReferral
from referrals.workflow import INBOX, Answer, Realisation

#: The newest version of referral.answered this code writes, and what only that one can say.
#: Everything else still travels in the first, which every village understands.
SCHEMA_VERSION = 2
_SECOND_VERSION = frozenset(
    {Answer.FORWARDED.value, Realisation.QUEUED.value, Realisation.ENDED.value}
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with an answer: who said it, under which number, when, in which words."""

    said_on: date
    owner: str = ""
    document_number: str = ""
    reason: str = ""
    instructions: str = ""


def move(
    row: ReceivedReferral,
    step: Step,
    *,
    actor: Actor,
    reason: str = "",
    table: Workflow = INBOX,
) -> None:
    """Make a move the caller has checked, and write it down. The caller saves the row."""
    source = getattr(row, table.field)
    setattr(row, table.field, step.target)
    if table is INBOX:
        row.state_since = timezone.now()
    record_transition(
        subject=row, field=table.field, step=step, source=source, actor=actor, reason=reason
    )


def tell_village(row: ReceivedReferral, *, about: str, value: str, said: Said) -> None:
    """Save the row with its next sequence, and leave the village a message."""
    row.answer_sequence += 1
    row.save()
    outbox.enqueue(
        office=row.office,
        peer=row.peer,
        kind=ANSWERED,
        schema_version=SCHEMA_VERSION if value in _SECOND_VERSION else 1,
        subject=row,
        body={
            "referral_uid": str(row.referral_uid),
            "submission": row.submission_number,
            "about": about,
            "value": value,
            "sequence": row.answer_sequence,
            "owner": said.owner.strip(),
            "document_number": said.document_number.strip(),
            "said_on": said.said_on.isoformat(),
            "reason": said.reason.strip(),
            "instructions": said.instructions.strip(),
        },
    )
