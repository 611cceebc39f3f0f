"""The file an office travels in: a line saying for whom, then a tar that nobody else can open.

::

    {"format": "puskesos-moving-office", "version": 1, "office": uid, "name": …, "recipient": uid,
     "box_key": his key, "sign_key": …, "own_box_key": …, "key": K}\\n        K =
     crypto_box_seal(crypto_sign(what the line says, and the key of the stream))
    crypto_secretstream_xchacha20poly1305(tar.gz), in pieces of 64 kB

libsodium's own constructions (ADR 23, 27). Sealed and opened as it streams: an office may be larger
than memory. The last piece says that it is the last, so a file cut short is noticed.
"""

import base64
import io
import json
import secrets
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from django.utils.translation import gettext as _
from nacl import bindings

from moving.errors import CannotMove
from puskesmas import office_keys
from puskesmas.models import Office, OfficeKeys

FORMAT = "puskesos-moving-office"
VERSION = 1
PIECE = 64 * 1024
_LONGEST_LINE = 4000
_EXTRA = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEAD = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_NOT_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


@dataclass(frozen=True, kw_only=True)
class Address:
    """The first line: which office, for whose key, and by which key it is signed."""

    office: str
    name: str
    recipient: str
    box_key: str
    sign_key: str
    own_box_key: str
    key: str

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the moving office's card, as it is read out by telephone."""
        return office_keys.fingerprint(self.office, self.sign_key, self.own_box_key)


@contextmanager
def writing(
    out: IO[bytes], *, office: Office, keys: OfficeKeys, recipient: str, box_key: str
) -> Iterator[tarfile.TarFile]:
    """Give a tar to write to; what is written goes to ``out``, signed by ``keys`` and sealed."""
    key = secrets.token_bytes(bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES)
    told = {
        "format": FORMAT,
        "version": VERSION,
        "office": str(office.uid),
        "name": office.full_name,
        "recipient": recipient,
        "box_key": box_key,
        "sign_key": keys.sign_key,
        "own_box_key": keys.box_key,
    }
    said = _signed(told, base64.b64encode(key).decode())
    told["key"] = base64.b64encode(office_keys.seal(said, keys=keys, box_key=box_key)).decode()
    out.write(json.dumps(told).encode() + b"\n")
    sealing = _Sealing(out, key)
    # A stream of our own: tarfile wants a file, and needs its write() only.
    with tarfile.open(fileobj=cast("IO[bytes]", sealing), mode="w|gz") as archive:
        yield archive
    sealing.finish()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add one entry."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def address(source: IO[bytes]) -> Address:
    """Return what the first line says; the next read begins behind it.

    Raises:
        CannotMove: no office's file, or of a version not known here.
    """
    line = source.readline(_LONGEST_LINE)
    try:
        told = json.loads(line)
        known = told["format"] == FORMAT and told["version"] == VERSION
        names = ("name", "recipient", "box_key", "sign_key", "own_box_key", "key")
        found = Address(
            office=str(uuid.UUID(told["office"])), **{name: str(told[name]) for name in names}
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known = False
    if not known:
        raise CannotMove(
            _(
                "Ini bukan berkas kantor yang dipindahkan, atau dibuat versi lain. Pilih berkas "
                "dari export_office dan perbarui kedua aplikasi."
            ),
            code="not_an_office",
        )
    return found


@contextmanager
def reading(source: IO[bytes], said: Address, *, keys: OfficeKeys) -> Iterator[tarfile.TarFile]:
    """Give the tar behind the first line, to be read once from its beginning.

    Raises:
        CannotMove: sealed for another key, not signed by the office it names, changed or cut short.
    """
    opening = _Opening(source, _key_of(said, keys))
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", opening), mode="r|gz") as archive:
            yield archive
        # Behind the tar there is nothing, and its writer said so.
        while opening.read(PIECE):
            pass
    except (tarfile.TarError, EOFError, OSError) as error:
        raise damaged() from error


def _key_of(said: Address, keys: OfficeKeys) -> bytes:
    try:
        sealed = base64.b64decode(said.key, validate=True)
        signed = json.loads(office_keys.unseal(sealed, keys=keys, sign_key=said.sign_key))
        key = str(signed.pop("stream_key"))
    except office_keys.NotTheirs as error:
        raise CannotMove(
            _("Tanda tangan berkas ini bukan milik kantor yang tertulis. Jangan dipakai."),
            code="bad_signature",
        ) from error
    except (ValueError, KeyError, AttributeError) as error:
        raise damaged() from error
    told = {name: value for name, value in vars(said).items() if name != "key"}
    if signed != told | {"format": FORMAT, "version": VERSION}:
        raise damaged()
    return base64.b64decode(key)


def _signed(told: dict[str, Any], key: str) -> bytes:
    return json.dumps(told | {"stream_key": key}).encode()


def damaged() -> CannotMove:
    return CannotMove(
        _(
            "Berkas ini rusak, terpotong, diubah di jalan, atau disegel untuk kantor lain. Salin "
            "ulang dari PC asalnya, atau buat lagi dengan kartu kantor yang benar."
        ),
        code="damaged",
    )


class _Sealing:
    """Writes pieces of 64 kB, each sealed."""

    def __init__(self, out: IO[bytes], key: bytes) -> None:
        self._out, self._waiting = out, bytearray()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        out.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key))

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._push(bytes(self._waiting[:PIECE]), _NOT_LAST)
            del self._waiting[:PIECE]
        return len(content)

    def finish(self) -> None:
        self._push(bytes(self._waiting), _LAST)

    def _push(self, piece: bytes, tag: int) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, None, tag)
        self._out.write(sealed)


class _Opening:
    """Reads what :class:`_Sealing` wrote."""

    def __init__(self, source: IO[bytes], key: bytes) -> None:
        self._source, self._opened, self._done = source, bytearray(), False
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        head = source.read(_HEAD)
        if len(head) != _HEAD:
            raise damaged()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, head, key)

    def read(self, size: int) -> bytes:
        while len(self._opened) < size and not self._done:
            self._pull()
        piece = bytes(self._opened[:size])
        del self._opened[:size]
        return piece

    def _pull(self) -> None:
        sealed = self._source.read(PIECE + _EXTRA)
        try:
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, sealed, None
            )
        except Exception as error:
            # The binding raises its own RuntimeError and ValueError alike: all mean one thing.
            raise damaged() from error
        self._opened += piece
        self._done = tag == _LAST
        if self._done and self._source.read(1):
            raise damaged()
