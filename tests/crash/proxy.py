"""A TCP proxy between village and district, which can break off in the middle of a message."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_CHUNK = 65536


class Proxy:
    """Forwards connections to ``target_port`` on this machine.

    With ``on_mid_request`` set, the next POST of a message is forwarded up to some bytes of its
    body; then the callback runs and both sides are cut. With ``cut_next_answer`` the next answer to
    such a POST is swallowed. Both happen once and are counted.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.on_mid_request: Callable[[], None] | None = None
        self.cut_next_answer = False
        self.cut_requests = 0
        self.cut_answers = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening; connections that are open end with their processes."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=10)
        except OSError:
            client.close()
            return
        with client, server:
            is_message, request = self._read_request_head(client)
            if is_message:
                request = self._meddle(client, server, request)
            if not request:
                return
            swallow = is_message and self.cut_next_answer
            if swallow:
                self.cut_next_answer = False
            server.sendall(request)
            back = threading.Thread(target=self._answer, args=(server, client, swallow))
            back.start()
            _pump(client, server)
            back.join()

    def _read_request_head(self, client: socket.socket) -> tuple[bool, bytes]:
        request = b""
        while b"\r\n\r\n" not in request:
            chunk = client.recv(_CHUNK)
            if not chunk:
                break
            request += chunk
        return request.startswith(b"POST /exchange/v1/messages/ "), request

    def _meddle(self, client: socket.socket, server: socket.socket, request: bytes) -> bytes:
        """Return what of a message is to be carried on; nothing when it ends here."""
        if self.on_mid_request is None:
            return request
        self._break_off(client, server, request)
        return b""

    def _break_off(self, client: socket.socket, server: socket.socket, request: bytes) -> None:
        callback, self.on_mid_request = self.on_mid_request, None
        enough = request.index(b"\r\n\r\n") + 4 + 40
        while len(request) < enough:
            request += client.recv(_CHUNK)
        server.sendall(request[:enough])
        self.cut_requests += 1
        if callback:
            callback()

    def _answer(self, server: socket.socket, client: socket.socket, swallow: bool) -> None:
        if not swallow:
            _pump(server, client)
            return
        if server.recv(_CHUNK):
            self.cut_answers += 1
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Carry bytes one way until the source ends, then say so to the sink."""
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
