"""The village asks the tier above for what waits there: a PC behind NAT cannot be called."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

from puskesmas import circuit, closing
from puskesmas.models import Peer
from puskesmas.outbox import TransportError
from referrals import client, exchange

log = logging.getLogger("referrals.fetching")

#: A bound on one visit; the next beat goes on.
MOST_ROUNDS = 20


def fetch_all() -> int:
    """Fetch from every active upstream peer; return how many messages were taken in or refused.

    Fetching from a silent peer is its probe, as sending is: whichever comes first. A neighbour in
    this installation brings its answers itself.
    """
    peers = Peer.objects.filter(
        closing.is_open(),
        direction=Peer.Direction.UPSTREAM,
        transport=Peer.Transport.HTTP,
        active=True,
    )
    return sum(fetch_from(peer) for peer in peers.select_related("office") if circuit.enter(peer))


def fetch_from(peer: Peer) -> int:
    """Fetch, take in and acknowledge what waits for us at one peer; return how many.

    Each message is taken in and committed before it is acknowledged: whatever dies in between, the
    peer hands it out again and the repeat changes nothing.
    """
    done = 0
    try:
        for _round in range(MOST_ROUNDS):
            parcels = client.fetch(peer)
            settled = sum(settle(peer, parcel) for parcel in parcels)
            done += settled
            # However few came, more may wait: they are handed out by their size too. What was not
            # taken in stays for the next visit.
            if not parcels or settled < len(parcels):
                break
    except TransportError as error:
        circuit.record_silence(peer, error.outcome)
        log.warning("fetching from %s: %s", peer.uid, error.outcome)
        return done
    circuit.record_contact(peer)
    return done


def settle(peer: Peer, parcel: Any, acknowledge: Callable[..., None] = client.acknowledge) -> bool:
    """Take one message in and say so; False when it stays at the peer for another time.

    ``acknowledge`` says so on another road than HTTP.
    """
    try:
        uid = uuid.UUID(parcel["uid"])
    except (TypeError, KeyError, ValueError, AttributeError):
        log.error("a message without uid from %s", peer.uid)
        return False
    try:
        exchange.receive(peer=peer, parcel=parcel)
    except exchange.Refusal as refusal:
        log.error("message %s refused: %s", uid, refusal.code)
        acknowledge(peer, uid, outcome="refused", code=refusal.code, detail=str(refusal.message))
        return True
    except Exception:
        # One message our code cannot digest must not keep the others away.
        log.exception("message %s not taken in", uid)
        return False
    acknowledge(peer, uid, outcome="accepted")
    return True
