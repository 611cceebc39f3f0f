"""What differs between our record of one referral and the tier above's: no database, no network.

What is simply under way is no difference: a file still in the outbox, an answer not yet fetched.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from referrals.reconciliation.workflow import Kind
from referrals.workflow import OVER, Answer, Approval, Inbox

#: A message this old that the receiver has, and no receipt came of, will not mend itself.
LATE = timedelta(hours=1)


@dataclass(frozen=True)
class Sent:
    """One sending to the tier above. ``is_open``: it waits in the outbox; ``late``: for long."""

    number: int
    sha256: str
    acked: bool = False
    is_open: bool = False
    late: bool = False
    superseded: bool = False


@dataclass(frozen=True)
class Own:
    """A referral as this office has it; ``sent`` by the sending's number.

    ``sequence`` is that of the newest answer taken in.
    """

    pk: int
    uid: uuid.UUID
    approval: str
    answer: str
    realisation: str
    sequence: int
    sent: dict[int, Sent] = field(default_factory=dict)

    @property
    def newest(self) -> Sent | None:
        return self.sent[max(self.sent)] if self.sent else None

    @property
    def is_held_to_be_there(self) -> bool:
        """Return whether this office takes it that the receiver has the newest sending.

        One that was sent again and refused is still held to be there by its referral.
        """
        newest = self.newest
        if newest is None or newest.is_open or newest.superseded:
            return False
        return newest.acked or self.answer != Answer.NONE


def judge(own: Own | None, theirs: dict[str, Any] | None) -> frozenset[str]:
    """Return how our record and their entry (of referrals-v1) differ: values of Kind."""
    if theirs is None:
        return frozenset({Kind.MISSING_ABOVE}) if own and _should_be_there(own) else frozenset()
    if own is None or not own.sent:
        return frozenset({Kind.UNKNOWN_HERE})
    return frozenset(_content(own, theirs) | _answers(own, theirs))


def _should_be_there(own: Own) -> bool:
    # One that was returned comes anew once it is mended.
    is_awaited = own.approval == Approval.APPROVED and own.answer != Answer.RETURNED
    return is_awaited and own.is_held_to_be_there


def _content(own: Own, theirs: dict[str, Any]) -> set[str]:
    mine = own.sent.get(theirs["submission"])
    if mine is None or mine.sha256 != theirs["payload_sha256"]:
        return {Kind.OTHER_CONTENT}
    if mine is not own.newest:
        return {Kind.OLDER_ABOVE} if own.is_held_to_be_there else set()
    # Of one that was sent again the referral has long known that it was received.
    comes_yet = mine.is_open and not (mine.late and own.answer == Answer.NONE)
    return set() if mine.acked or comes_yet else {Kind.NOT_NOTED}


def _answers(own: Own, theirs: dict[str, Any]) -> set[str]:
    if own.sequence > theirs["answer_sequence"]:
        return {Kind.AHEAD_HERE}
    if theirs["answers_waiting"]:
        return set()
    if own.sequence < theirs["answer_sequence"]:
        return {Kind.ANSWERS_MISSING}
    return {Kind.CONTRADICTION} if _contradict(own, theirs) else set()


#: What the village must have taken from where the file stands up there. Undecided states say
#: nothing: a letter may have told the village more than the tier above knows.
_SAID = {
    Inbox.RETURNED: Answer.RETURNED,
    Inbox.APPROVED: Answer.APPROVED,
    Inbox.REFUSED: Answer.REFUSED,
}


def _contradict(own: Own, theirs: dict[str, Any]) -> bool:
    newest = own.newest
    if newest is None or newest.number != theirs["submission"]:
        return False
    said = _SAID.get(theirs["state"])
    both_over = own.realisation in OVER and theirs["realisation"] in OVER
    return (said is not None and own.answer != said) or (
        both_over and own.realisation != theirs["realisation"]
    )
