"""The file a package is: a line saying for whom, then everything else sealed.

::

    {"format": "puskesos-package", "version": 1, "sender": uid, "recipient": uid, "box_key": key}\n
    crypto_box_seal( crypto_sign( ZIP ) )

The ZIP holds ``package.json`` (package-v1) and ``files/<sha256>``, nothing compressed: what is
stored cannot swell. The first line only helps to say what is wrong; what counts is signed.
"""

import hashlib
import io
import json
import uuid
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from puskesmas import office_keys
from puskesmas.errors import DomainError
from puskesmas.models import OfficeKeys
from referrals import schemas

FORMAT = "puskesos-package"
VERSION = 1
SUFFIX = ".puskesos"
_LONGEST_LINE = 2000
_CONTENTS = "package.json"
_FILES = "files/"


class Unreadable(DomainError):
    """A package that cannot be opened; the sentence says what to do. Nothing was taken in."""

    status = 422
    code = "package_unreadable"

    def __init__(self, message: Any, *, code: str) -> None:
        super().__init__(message, code=code, field="file")


@dataclass(frozen=True, kw_only=True)
class Address:
    """The first line: from whom, for whom, and for which of his keys."""

    sender: str
    recipient: str
    box_key: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a package holds; ``messages`` are envelopes, ``receipts`` as package-v1 says.

    ``files`` are originals by the SHA-256 (hex) of their bytes.
    """

    uid: str
    sender: str
    recipient: str
    made_at: str
    messages: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    files: dict[str, bytes] = field(default_factory=dict)


def pack(contents: Contents, *, keys: OfficeKeys, box_key: str) -> bytes:
    """Return the file: signed by ``keys``, sealed for the owner of ``box_key``."""
    line = {
        "format": FORMAT,
        "version": VERSION,
        "sender": contents.sender,
        "recipient": contents.recipient,
        "box_key": box_key,
    }
    sealed = office_keys.seal(_zipped(contents), keys=keys, box_key=box_key)
    return json.dumps(line).encode() + b"\n" + sealed


def _zipped(contents: Contents) -> bytes:
    listed = {
        "uid": contents.uid,
        "sender": contents.sender,
        "recipient": contents.recipient,
        "made_at": contents.made_at,
        "messages": contents.messages,
        "receipts": contents.receipts,
        "files": [{"sha256": sha, "size": len(held)} for sha, held in contents.files.items()],
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_CONTENTS, json.dumps(listed, ensure_ascii=False))
        for sha, held in contents.files.items():
            archive.writestr(f"{_FILES}{sha}", held)
    return whole.getvalue()


def address(raw: bytes) -> Address:
    """Return what the first line says.

    Raises:
        Unreadable: no package of ours, or of a version this installation does not know.
    """
    line, newline, _rest = raw[:_LONGEST_LINE].partition(b"\n")
    try:
        said = json.loads(line) if newline else None
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
    if version != VERSION:
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
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged() from None


def unpack(raw: bytes, *, keys: OfficeKeys, sign_key: str) -> Contents:
    """Return what is in a file that the owner of ``sign_key`` sealed for us.

    Raises:
        Unreadable: damaged, not from him, or not as package-v1 says.
    """
    said = address(raw)
    sealed = raw[raw.index(b"\n") + 1 :]
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
    contents = _unzipped(zipped)
    if (contents.sender, contents.recipient) != (said.sender, said.recipient):
        raise damaged()
    return contents


def _unzipped(zipped: bytes) -> Contents:
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            entries = _read_all(archive, most=len(zipped))
        listed = json.loads(entries.pop(_CONTENTS))
    except (
        *(zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError),
        *(RuntimeError, NotImplementedError, RecursionError),
    ):
        raise _malformed() from None
    if schemas.faults("package-v1", listed):
        raise _malformed()
    files = {name.removeprefix(_FILES): held for name, held in entries.items()}
    _check(listed, files)
    return Contents(**listed | {"files": files})


def _read_all(archive: zipfile.ZipFile, *, most: int) -> dict[str, bytes]:
    """Return every entry by name. Raises ValueError for what :func:`_zipped` would not write.

    Nothing is compressed and no byte is used twice, so what comes out is no more than went in.
    """
    entries = archive.infolist()
    stored = all(one.compress_type == zipfile.ZIP_STORED for one in entries)
    swollen = sum(one.file_size for one in entries) > most
    twice = len({one.filename for one in entries}) != len(entries)
    if not stored or swollen or twice:
        raise ValueError("not as we write it")
    return {one.filename: archive.read(one) for one in entries}


def _check(listed: dict[str, Any], files: dict[str, bytes]) -> None:
    """Refuse a file that is not what its name says, and a uid that stands there twice."""
    named = {(one["sha256"], one["size"]) for one in listed["files"]}
    held = {(hashlib.sha256(content).hexdigest(), len(content)) for content in files.values()}
    as_named = {hashlib.sha256(content).hexdigest() for content in files.values()} == files.keys()
    uids = Counter(("message", one["uid"]) for one in listed["messages"])
    uids.update(("receipt", one["uid"]) for one in listed["receipts"])
    if named != held or not as_named or max(uids.values(), default=0) > 1:
        raise _malformed()


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
