"""Which function carries a message, and what follows its acknowledgement: filled by the apps.

``puskesmas`` knows no referral, so the app that owns a message kind registers here.
"""

from typing import Any

from puskesmas.models import OutboxMessage, Peer
from puskesmas.outbox import AfterAck, Transport

#: How those of a direction are reached.
_ways = {Peer.Direction.UPSTREAM: "http", Peer.Direction.PARTNER: "email"}
_transport: dict[str, Transport] = {}
_after_ack: dict[str, AfterAck] = {}


def register_transport(name: str, transport: Transport) -> None:
    """Name the way to reach a peer: "http", "email"."""
    _transport[name] = transport


def register_after_ack(kind: str, after_ack: AfterAck) -> None:
    """Say what a message kind's acknowledgement changes."""
    _after_ack[kind] = after_ack


def transport() -> Transport:
    """Return what carries any message the way its peer is reached."""
    return _carry


def _carry(message: OutboxMessage) -> dict[str, Any]:
    return _transport[_ways[Peer.Direction(message.peer.direction)]](message)


def after_ack(message, receipt) -> None:  # type: ignore[no-untyped-def]
    """Run the consequence of an acknowledgement, if its kind has one."""
    follow = _after_ack.get(message.kind)
    if follow:
        follow(message, receipt)
