"""The file a package is: a line saying for whom, then a sealed head, then the files it lists.

::

    {"format": "puskesos-package", "version": 2, "sender": uid, "recipient": uid, "box_key": key,
     "head": bytes}\n
    crypto_box_seal( crypto_sign( ZIP of package.json ) )
    crypto_secretstream_xchacha20poly1305( the files, one after the other )

The head says each file's hash and size, and the key of the stream; so what is signed vouches for
the files too, and they are written and read a piece at a time, however many there are. Version 1
ends with the head and says nothing of files; what has none is written so, for older installations.
The first line only helps to say what is wrong; what counts is signed.
"""

import base64
import hashlib
import io
import json
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from puskesmas import office_keys
from puskesmas.errors import DomainError
from puskesmas.models import OfficeKeys
from referrals import schemas

FORMAT = "puskesos-package"
PLAIN, WITH_FILES = 1, 2
SUFFIX = ".puskesos"
#: The head is sealed and opened in memory.
HEAD_MAX_BYTES = 8 * 1024 * 1024
_LONGEST_LINE = 2000
_CONTENTS = "package.json"
#: Bytes of a file that are encrypted at once, and how many more they are then.
_PIECE = 64 * 1024
_MORE = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class Unreadable(DomainError):
    """A package that cannot be opened; the sentence says what to do. Nothing was taken in."""

    status = 422
    code = "package_unreadable"

    def __init__(self, message: Any, *, code: str) -> None:
        super().__init__(message, code=code, field="file")


@dataclass(frozen=True, kw_only=True)
class Address:
    """The first line: from whom, for whom, for which of his keys, and how long the head is.

    ``head`` is in bytes; None means to the end of the file.
    """

    sender: str
    recipient: str
    box_key: str
    version: int
    head: int | None


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a package holds; ``messages`` are envelopes, the rest is as package-v2 says.

    ``key`` (base64, 32 bytes) opens the stream of the files; without files it is "".
    """

    uid: str
    sender: str
    recipient: str
    made_at: str
    messages: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    files: list[dict[str, Any]] = field(default_factory=list)
    file_receipts: list[dict[str, Any]] = field(default_factory=list)
    key: str = ""

    def sizes(self) -> dict[str, int]:
        """Return the size in bytes of each file by its SHA-256, in the order of the stream."""
        return {one["sha256"]: one["size"] for one in self.files}


def new_key() -> str:
    """Return a key for one package's files."""
    return base64.b64encode(sodium.crypto_secretstream_xchacha20poly1305_keygen()).decode()


def pack(
    contents: Contents,
    *,
    keys: OfficeKeys,
    box_key: str,
    out: BinaryIO,
    read: Callable[[str], bytes],
) -> None:
    """Write the file: signed by ``keys``, sealed for the owner of ``box_key``.

    ``read`` gives a listed file's bytes by its SHA-256; one at a time is held.
    """
    sealed = office_keys.seal(_zipped(contents), keys=keys, box_key=box_key)
    version = _version_of(contents)
    line = {
        "format": FORMAT,
        "version": version,
        "sender": contents.sender,
        "recipient": contents.recipient,
        "box_key": box_key,
        **({"head": len(sealed)} if version == WITH_FILES else {}),
    }
    out.write(json.dumps(line).encode() + b"\n")
    out.write(sealed)
    if contents.files:
        _push(_pieces(read(sha256) for sha256 in contents.sizes()), contents.key, out)


def _version_of(contents: Contents) -> int:
    return WITH_FILES if contents.files or contents.file_receipts else PLAIN


def _zipped(contents: Contents) -> bytes:
    listed: dict[str, Any] = {
        "uid": contents.uid,
        "sender": contents.sender,
        "recipient": contents.recipient,
        "made_at": contents.made_at,
        "messages": contents.messages,
        "receipts": contents.receipts,
        "files": contents.files,
    }
    if _version_of(contents) == WITH_FILES:
        listed |= {"file_receipts": contents.file_receipts, "key": contents.key}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_CONTENTS, json.dumps(listed, ensure_ascii=False))
    return whole.getvalue()


def _pieces(files: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the files' bytes one after the other, all pieces but the last of one length."""
    held = b""
    for content in files:
        start = _PIECE - len(held)
        held += content[:start]
        while len(held) == _PIECE:
            yield held
            held, start = content[start : start + _PIECE], start + _PIECE
        del content  # before the next one is read
    if held:
        yield held


def _push(pieces: Iterator[bytes], key: str, out: BinaryIO) -> None:
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    out.write(sodium.crypto_secretstream_xchacha20poly1305_init_push(state, base64.b64decode(key)))
    piece = next(pieces)
    for following in pieces:
        out.write(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece))
        piece = following
    out.write(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, tag=_LAST))


def address(file: BinaryIO) -> Address:
    """Return what the first line says, and leave the file at the head.

    Raises:
        Unreadable: no package of ours, or of a version this installation does not know.
    """
    line = file.readline(_LONGEST_LINE)
    try:
        said = json.loads(line) if line.endswith(b"\n") else None
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise ValueError
        version = int(said["version"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(
            _(
                "Berkas ini bukan berkas bawaan Puskesos. Pilih berkas yang namanya berakhir "
                "%(suffix)s."
            )
            % {"suffix": SUFFIX},
            code="not_a_package",
        ) from None
    if version not in (PLAIN, WITH_FILES):
        raise Unreadable(
            _(
                "Berkas ini dibuat dengan versi %(version)d, yang belum dikenal di sini. Perbarui "
                "aplikasi kantor ini, lalu masukkan lagi."
            )
            % {"version": version},
            code="unknown_version",
        )
    try:
        return Address(
            sender=str(uuid.UUID(said["sender"])),
            recipient=str(uuid.UUID(said["recipient"])),
            box_key=str(said["box_key"]),
            version=version,
            head=_head(said["head"]) if version == WITH_FILES else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged() from None


def _head(said: Any) -> int:
    if type(said) is not int or not 0 < said <= HEAD_MAX_BYTES:
        raise ValueError("no length of a head")
    return said


def unpack(file: BinaryIO, *, keys: OfficeKeys, sign_key: str) -> Contents:
    """Return what is in a file that the owner of ``sign_key`` sealed for us; leave it at the files.

    Raises:
        Unreadable: damaged, not from him, or not as its schema says.
    """
    said = address(file)
    sealed = file.read(-1 if said.head is None else said.head)
    try:
        zipped = office_keys.unseal(sealed, keys=keys, sign_key=sign_key)
    except office_keys.NotOurs:
        raise damaged() from None
    except office_keys.NotTheirs:
        raise Unreadable(
            _(
                "Tanda tangan berkas ini bukan milik kantor yang tertulis sebagai pengirimnya. "
                "Jangan dipakai; tanyakan langsung kepada kantor itu dan cocokkan kartu kantornya."
            ),
            code="bad_signature",
        ) from None
    contents = _unzipped(zipped, version=said.version)
    if (contents.sender, contents.recipient) != (said.sender, said.recipient):
        raise damaged()
    return contents


def _unzipped(zipped: bytes, *, version: int) -> Contents:
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            entry = archive.getinfo(_CONTENTS)
            # Not compressed, so what comes out is no more than went in.
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > len(zipped):
                raise ValueError("not as we write it")
            listed = json.loads(archive.read(entry))
    except (
        *(zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError),
        *(RuntimeError, NotImplementedError, RecursionError),
    ):
        raise _malformed() from None
    if schemas.faults(f"package-v{version}", listed):
        raise _malformed()
    # Version 1 may list files that say not whose they are. None was ever written.
    contents = Contents(**listed | ({"files": []} if version == PLAIN else {}))
    _check(contents)
    return contents


def _check(contents: Contents) -> None:
    """Refuse what stands there twice, and a file that is said to have two sizes."""
    seen: Counter[tuple[str, ...]] = Counter(("message", one["uid"]) for one in contents.messages)
    seen.update(("receipt", one["uid"]) for one in contents.receipts)
    seen.update(("file", one["referral_uid"], one["sha256"]) for one in contents.files)
    seen.update(("told", one["referral_uid"], one["sha256"]) for one in contents.file_receipts)
    sizes = {(one["sha256"], one["size"]) for one in contents.files}
    has_key = office_keys.is_key(contents.key) if contents.files else True
    if max(seen.values(), default=0) > 1 or len(sizes) > len(contents.sizes()) or not has_key:
        raise _malformed()


def originals(file: BinaryIO, contents: Contents) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield each file's SHA-256 and its bytes, in pieces, from a file left by :func:`unpack`.

    What the caller does not read of one is passed over. Nothing may follow the last.

    Raises:
        Unreadable: cut short or changed on the way, or not what its name says.
    """
    if contents.files:
        stream = _Stream(file, contents.key)
        for sha256, size in contents.sizes().items():
            pieces = _one(stream, sha256, size)
            yield sha256, pieces
            for _passed_over in pieces:
                pass
        stream.end()
    if file.read(1):
        raise damaged()


def _one(stream: "_Stream", sha256: str, size: int) -> Iterator[bytes]:
    digest = hashlib.sha256()
    while size:
        piece = stream.read(size)
        digest.update(piece)
        size -= len(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise _malformed()


class _Stream:
    """The bytes of all files, one after the other, decrypted as they are asked for."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        self._file, self._held, self._ended = file, b"", False
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        header = file.read(sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        try:
            sodium.crypto_secretstream_xchacha20poly1305_init_pull(
                self._state, header, base64.b64decode(key)
            )
        except CryptoError:
            raise damaged() from None

    def read(self, most: int) -> bytes:
        """Return the next bytes, at least one and at most so many."""
        if not self._held:
            self._pull()
        piece, self._held = self._held[:most], self._held[most:]
        return piece

    def _pull(self) -> None:
        sealed = b"" if self._ended else self._file.read(_PIECE + _MORE)
        try:
            self._held, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed)
        except CryptoError:
            raise damaged() from None
        self._ended = tag == _LAST
        if not self._held:
            raise damaged()

    def end(self) -> None:
        """Raise Unreadable unless everything was read."""
        if self._held or not self._ended:
            raise damaged()


def check(file: BinaryIO, contents: Contents) -> None:
    """Read all files of a package once. Raises Unreadable, as :func:`originals` does."""
    for _sha256, pieces in originals(file, contents):
        for _piece in pieces:
            pass


def digest(file: BinaryIO) -> tuple[str, int]:
    """Return SHA-256 (hex) and size in bytes of a whole file."""
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest(), file.tell()


def damaged() -> Unreadable:
    """Return the error of a file that changed on the way, or that we cannot open."""
    return Unreadable(
        _(
            "Berkas ini rusak, terpotong, atau diubah di jalan. Salin ulang dari komputer asalnya; "
            "bila tetap tidak bisa, minta kantor itu membuatnya lagi."
        ),
        code="damaged",
    )


def _malformed() -> Unreadable:
    return Unreadable(
        _(
            "Berkas ini ditandatangani kantor yang benar, tetapi susunan isinya tidak dikenal. "
            "Minta kantor itu memperbarui aplikasinya dan membuat berkasnya lagi."
        ),
        code="malformed",
    )
