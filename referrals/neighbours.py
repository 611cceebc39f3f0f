"""The road between two offices of one installation: the receiver's verb is called directly.

Everything else is as over the network: two rows, the outbox, the receipt, and each side commits on
its own. Answers travel the same way down.
"""

import logging
from typing import Any

from django.db.models import Q

from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from referrals import exchange

log = logging.getLogger("referrals.neighbours")

_OPPOSITE = {
    Peer.Direction.UPSTREAM: Peer.Direction.DOWNSTREAM,
    Peer.Direction.DOWNSTREAM: Peer.Direction.UPSTREAM,
}


def push(message: OutboxMessage) -> dict[str, Any]:
    """Hand one message to the office beside ours; return its receipt (receipt-v1).

    Raises:
        TransportError: as :func:`referrals.client.push`; permanent only when it was refused.
    """
    peer = as_seen_from_there(message)
    if peer is None:
        raise TransportError("not_linked")
    try:
        receipt, _fresh = exchange.receive(peer=peer, parcel=exchange.envelope(message))
    except exchange.Refusal as refusal:
        raise TransportError(refusal.code, str(refusal.message), permanent=True) from refusal
    except Exception as error:
        # What a server would answer with 500: this message waits, the others go on.
        log.exception("message %s not taken in", message.uid)
        raise TransportError("upstream_error", type(error).__name__, stumbled=True) from error
    return receipt


def as_seen_from_there(message: OutboxMessage) -> Peer | None:
    """Return the row by which the receiver of a message knows us; None when it is not linked."""
    message.peer.office = message.office
    return opposite(message.peer)


def opposite(peer: Peer) -> Peer | None:
    """Return the row by which the office beside ours knows us; None when it is not linked."""
    if peer.peer_uid is None:
        return None
    return (
        Peer.objects.select_related("office")
        .filter(
            office__uid=peer.peer_uid,
            peer_uid=peer.office.uid,
            direction=_OPPOSITE[Peer.Direction(peer.direction)],
            transport=Peer.Transport.LOCAL,
            active=True,
        )
        .first()
    )


def require_opposite(peer: Peer) -> Peer:
    """Return the row by which the office beside ours knows us, or raise TransportError."""
    found = opposite(peer)
    if found is None:
        raise TransportError("not_linked")
    return found


def unlinked(office: Office) -> list[Office]:
    """Return the offices of this installation it may be linked with and is not, by name (a query).

    A village and its own regency: region codes nest ("35.09" above "35.09.29.2003").
    """
    rows = Office.objects.exclude(pk=office.pk)
    if office.is_village:
        above = ".".join(office.code.split(".")[:2])
        rows = rows.filter(kind=Office.Kind.DISTRICT, code=above)
    else:
        villages = Q(kind__in=(Office.Kind.DESA, Office.Kind.KELURAHAN))
        rows = rows.filter(villages, code__startswith=f"{office.code}.")
    linked = Peer.objects.filter(office=office, transport=Peer.Transport.LOCAL, active=True)
    return list(rows.exclude(uid__in=linked.values("peer_uid")).order_by("name", "pk"))
