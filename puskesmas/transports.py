"""Which function carries a message, and what follows its acknowledgement: filled by the apps.

``puskesmas`` knows no referral, so the app that owns a message kind registers here.
"""

from puskesmas.outbox import AfterAck, Transport

_transport: dict[str, Transport] = {}
_after_ack: dict[str, AfterAck] = {}


def register_transport(name: str, transport: Transport) -> None:
    """Name the way to reach an upstream peer ("http")."""
    _transport[name] = transport


def register_after_ack(kind: str, after_ack: AfterAck) -> None:
    """Say what a message kind's acknowledgement changes."""
    _after_ack[kind] = after_ack


def transport(name: str = "http") -> Transport:
    """Return the registered transport. Raises KeyError when no app registered it."""
    return _transport[name]


def after_ack(message, receipt) -> None:  # type: ignore[no-untyped-def]
    """Run the consequence of an acknowledgement, if its kind has one."""
    follow = _after_ack.get(message.kind)
    if follow:
        follow(message, receipt)
