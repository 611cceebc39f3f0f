"""How the tier above is asked: over HTTP, or directly where it is in this installation.

Every function that asks raises :class:`puskesmas.outbox.TransportError`.
"""

import uuid
from itertools import pairwise
from typing import Any

from django.db.models import Q

from puskesmas import circuit, closing
from puskesmas.models import Peer
from puskesmas.outbox import TransportError
from referrals import client, exchange, neighbours, schemas
from referrals.reconciliation import listing

#: Roads on which lists can be compared; who is reached by stick only has none at hand.
ROADS = (Peer.Transport.HTTP, Peer.Transport.LOCAL)

#: Failures of the line, which pass; any other says that the office cannot answer this.
_LINE = frozenset({"timeout", "no_connection", "upstream_error", "token_refused"})


def comparable() -> Q:
    """Return the condition "a tier above whose list can be asked for", on peers."""
    upstream = Q(direction=Peer.Direction.UPSTREAM, transport__in=ROADS, active=True)
    return upstream & closing.is_open()


def note_failure(peer: Peer, error: TransportError) -> bool:
    """Tell the circuit what became of a try; return whether it was the line that failed.

    An office that does not know the call, or breaks on it, is no reason to send it no messages.
    """
    if error.outcome in _LINE and not error.stumbled:
        circuit.record_silence(peer, error.outcome)
        return True
    circuit.leave(peer)
    return False


def page(peer: Peer, *, after: uuid.UUID | None) -> dict[str, Any]:
    """Return a page of what the peer has of ours (referrals-v1), checked."""
    if peer.transport == Peer.Transport.LOCAL:
        return listing.page_of(neighbours.require_opposite(peer), after=after)
    query = {} if after is None else {"after": str(after)}
    answer = client.call(peer, "GET", "referrals/", query=query)
    if schemas.faults("referrals-v1", answer) or not _goes_on(answer, after):
        raise TransportError("not_puskesos", "no list of referrals")
    return dict(answer)


def _goes_on(answer: dict[str, Any], after: uuid.UUID | None) -> bool:
    """Return whether the list keeps its order: one that does not would never end."""
    uids = [uuid.UUID(row["referral_uid"]) for row in answer["referrals"]]
    rising = all(one < other for one, other in pairwise([after, *uids] if after else uids))
    return rising and answer["next"] in (None, str(uids[-1]) if uids else None)


def answers(peer: Peer, referral_uid: uuid.UUID) -> list[Any]:
    """Return all the peer ever answered about a referral: envelopes, not yet checked."""
    if peer.transport == Peer.Transport.LOCAL:
        return list(listing.answers_of(neighbours.require_opposite(peer), referral_uid))
    answer = client.call(peer, "GET", f"referrals/{referral_uid}/answers/")
    return client.messages_in(answer)


def acknowledge(
    peer: Peer, uid: uuid.UUID | str, *, outcome: str, code: str = "", detail: str = ""
) -> None:
    """Tell the peer what became of one of its messages."""
    if peer.transport == Peer.Transport.HTTP:
        client.acknowledge(peer, uid, outcome=outcome, code=code, detail=detail)
        return
    opposite = neighbours.require_opposite(peer)
    exchange.acknowledge(
        peer=opposite, uid=uuid.UUID(str(uid)), outcome=outcome, code=code, detail=detail
    )


def report(peer: Peer, *, compared: int, differences: int) -> None:
    """Tell the peer that both lists were compared, and how many differences wait for us."""
    said = {"compared": compared, "differences": differences}
    if peer.transport == Peer.Transport.LOCAL:
        listing.keep_report(neighbours.require_opposite(peer), **said)
    else:
        client.call(peer, "POST", "referrals/", body=said)
