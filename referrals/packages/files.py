"""Originals of papers that travel in a package, by the SHA-256 of their bytes.

Whoever owns the originals registers here which of them go with some messages, and what becomes of
one that arrives. Until somebody does, packages carry messages and receipts only.
"""

from collections.abc import Callable, Iterable, Sequence

from puskesmas.models import OutboxMessage, Peer

#: The originals that go with messages to a peer: (sha256, a way to read the bytes, size).
Enclosed = tuple[str, Callable[[], bytes], int]
Enclose = Callable[[Peer, Sequence[OutboxMessage]], Iterable[Enclosed]]
#: Keep an original that a peer sent; called once its messages were taken in, and repeatable.
Keep = Callable[[Peer, str, bytes], None]

_enclosers: list[Enclose] = []
_keepers: list[Keep] = []


def register(*, enclose: Enclose, keep: Keep) -> None:
    """Say which originals go along, and what becomes of those that come; from ``ready()``."""
    _enclosers.append(enclose)
    _keepers.append(keep)


def enclosed(peer: Peer, messages: Sequence[OutboxMessage]) -> list[Enclosed]:
    """Return the originals that go with these messages, each once."""
    found = {one[0]: one for enclose in _enclosers for one in enclose(peer, messages)}
    return list(found.values())


def keep(peer: Peer, sha256: str, content: bytes) -> None:
    """Hand an original that arrived to whoever keeps it."""
    for keeper in _keepers:
        keeper(peer, sha256, content)
