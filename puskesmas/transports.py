"""The roads a message may take, and what follows its acknowledgement: filled by the apps.

``puskesmas`` knows no referral, so the app that owns a road or a message kind registers here. A
road is a function that carries one message to its peer and returns the receiver's receipt; which
one it is, the peer says (:class:`puskesmas.models.Peer.Transport`).
"""

from typing import Any

from puskesmas.models import OutboxMessage
from puskesmas.outbox import AfterAck, Transport

_transports: dict[str, Transport] = {}
_after_ack: dict[str, AfterAck] = {}


def register_transport(name: str, transport: Transport) -> None:
    """Name a road (a value of ``Peer.Transport``)."""
    _transports[name] = transport


def register_after_ack(kind: str, after_ack: AfterAck) -> None:
    """Say what a message kind's acknowledgement changes."""
    _after_ack[kind] = after_ack


def transport() -> Transport:
    """Return what carries any message by its peer's road. It raises TransportError."""
    return _carry


def _carry(message: OutboxMessage) -> dict[str, Any]:
    return _transports[message.peer.transport](message)


def after_ack(message: OutboxMessage, receipt: dict[str, Any]) -> None:
    """Run the consequence of an acknowledgement, if its kind has one."""
    follow = _after_ack.get(message.kind)
    if follow:
        follow(message, receipt)
