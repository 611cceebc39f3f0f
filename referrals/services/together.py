"""One act on many received referrals: each in a transaction of its own, with its own outcome."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from referrals.models import ReceivedReferral
from referrals.services import inbox
from referrals.services.telling import Said

#: A referral somebody ticked, and the version he saw.
Pick = tuple[uuid.UUID, int]
#: As many as one page of the inbox shows, with room.
MOST = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one of them; ``problem`` says why nothing did, "" when it was done."""

    row: ReceivedReferral
    problem: str = ""


def act_on_each(*, actor: Actor, picks: Iterable[Pick], action: str, said: Said) -> list[Outcome]:
    """Do one act of the inbox on each of the office's picked referrals, one by one.

    One that cannot be done stops none of the others. What the officer may not see is not there.
    """
    picked = dict(picks)
    rows = {row.uid: row for row in picked_rows(actor, picked)}
    outcomes = []
    for uid, row in rows.items():
        try:
            done = inbox.act(actor=actor, uid=uid, action=action, said=said, version=picked[uid])
        except DomainError as error:
            outcomes.append(Outcome(row, str(error.message)))
        else:
            outcomes.append(Outcome(done))
    return outcomes


def picked_rows(actor: Actor, picked: Iterable[uuid.UUID]) -> list[ReceivedReferral]:
    """Return the picked referrals the officer may see, in the order of the inbox (one query)."""
    rows = ReceivedReferral.objects.visible_to(actor).filter(uid__in=list(picked)[:MOST])
    return list(rows.order_by("urgency", "received_at", "uid"))
