"""A thin line: so many bytes a second upwards, and every so often whatever is on it is cut."""

import socket
import threading
import time
from contextlib import suppress

_CHUNK = 2048


class ThinLine:
    """Carries connections to ``target_port``; ``bytes_per_second`` are shared by all of them.

    With ``cut_every`` (seconds) open connections break off without a word, again and again.
    """

    def __init__(
        self, target_port: int, *, bytes_per_second: float, cut_every: float | None = None
    ) -> None:
        self.target_port, self.bytes_per_second = target_port, bytes_per_second
        self.cuts = self.carried = 0
        self._open: list[socket.socket] = []
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        if cut_every:
            threading.Thread(target=self._cut, args=(cut_every,), daemon=True).start()

    def close(self) -> None:
        """Cut for good."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut_open()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target_port), timeout=10)
            except OSError:
                if self._over.is_set():
                    return
                client.close()
                continue
            self._open += [client, server]
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while chunk := client.recv(_CHUNK):
                with self._turn:
                    time.sleep(len(chunk) / self.bytes_per_second)
                server.sendall(chunk)
                self.carried += len(chunk)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(_CHUNK):
                client.sendall(chunk)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)

    def _cut(self, every: float) -> None:
        while not self._over.wait(every):
            self.cuts += bool(self._cut_open())

    def _cut_open(self) -> int:
        broken, self._open = self._open, []
        for end in broken:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        return len(broken)
