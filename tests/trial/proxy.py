"""A proxy that also keeps messages, hands them in again or late, and lies dead for a while."""

import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection

from tests.crash.proxy import Proxy


class MeddlingProxy(Proxy):
    """See :class:`Proxy`. ``hold_next`` keeps the next message back instead of carrying it on."""

    def __init__(self, target_port: int) -> None:
        super().__init__(target_port)
        self.dead = False
        self.hold_next = False
        self.held = b""
        self.last = b""
        self.carried = 0
        self.turned_away = 0
        self.errors = 0
        self._counting = threading.Lock()

    def hand_in(self, message: bytes) -> bool:
        """Hand a whole message to the receiver; return whether it was taken in or known."""
        head, _, body = message.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = dict(line.split(": ", 1) for line in lines)
        link = HTTPConnection("127.0.0.1", self.target_port, timeout=20)
        try:
            link.request("POST", "/exchange/v1/messages/", body, headers)
            return link.getresponse().status in {200, 201}
        except OSError:
            return False
        finally:
            link.close()

    def _carry(self, client: socket.socket) -> None:
        if self.dead:
            with self._counting:
                self.turned_away += 1
            client.close()
            return
        # Whoever is killed in the middle leaves broken connections behind.
        with suppress(OSError):
            super()._carry(client)

    def _meddle(self, client: socket.socket, server: socket.socket, request: bytes) -> bytes:
        request = super()._meddle(client, server, request)
        if not request:
            return b""
        whole = _read_whole(client, request)
        if self.hold_next:
            self.hold_next, self.held = False, whole
            return b""
        self.last = whole
        with self._counting:
            self.carried += 1
        return whole

    def _answer(self, server: socket.socket, client: socket.socket, swallow: bool) -> None:
        if not swallow:
            with suppress(OSError):
                start = server.recv(12, socket.MSG_PEEK)
                if start.startswith(b"HTTP/1.1 5"):
                    with self._counting:
                        self.errors += 1
        super()._answer(server, client, swallow)


def _read_whole(client: socket.socket, request: bytes) -> bytes:
    head, _, body = request.partition(b"\r\n\r\n")
    names = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(names[b"content-length"]) - len(body)
    while missing > 0:
        chunk = client.recv(min(missing, 65536))
        if not chunk:
            break
        request += chunk
        missing -= len(chunk)
    return request
