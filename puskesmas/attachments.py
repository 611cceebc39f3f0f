"""Files people hand in: checked by content and size, encrypted on disk, served only on leave.

An app that owns attachments registers who may see one (:func:`register_owner`); a file no owner
vouches for is served to nobody.
"""

import hashlib
import io
import logging
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from puskesmas import crypto
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.models import Attachment

IMAGE_TYPES = {"image/jpeg", "image/png", "image/webp"}
DOCUMENT_TYPES = IMAGE_TYPES | {"application/pdf"}
SHEET_TYPES = {
    "text/csv",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
}
# A photo bigger than this many pixels is a bomb, not a house.
MAX_PIXELS = 60_000_000
_PURPOSE = "puskesmas.attachment.file"
_PDF_CLEANER = Path(__file__).with_name("pdf_cleaner.py")
_PDF_LOCKED = 3  # pdf_cleaner.LOCKED: importing it would bring qpdf into every process

log = logging.getLogger(__name__)

OwnerCheck = Callable[[Actor, Attachment], bool]
_owners: list[OwnerCheck] = []


def register_owner(may_see: OwnerCheck) -> None:
    """Add an app's answer to "may this officer see this file?"; called from ``ready()``."""
    _owners.append(may_see)


def may_see(actor: Actor, attachment: Attachment) -> bool:
    """Return whether some owner of the file lets the actor see it."""
    return any(check(actor, attachment) for check in _owners)


def store(
    upload: UploadedFile,
    *,
    actor: Actor,
    allowed: set[str] = DOCUMENT_TYPES,
    max_bytes: int | None = None,
    field: str = "file",
    keep_position: bool = False,
    longest_side: int | None = None,
) -> Attachment:
    """Check the upload, encrypt it and return its row. Pictures and PDFs lose their metadata.

    ``keep_position`` is for photos of houses: where the camera says it stood is kept with the row.
    ``longest_side`` in pixels shrinks a larger picture. A signed PDF is kept byte for byte.

    Raises:
        InvalidInput: too large, empty, or not of an allowed type by its content.
    """
    limit = max_bytes or settings.ATTACHMENT_MAX_BYTES
    if (upload.size or 0) > limit:
        raise InvalidInput(
            _("Berkas terlalu besar: paling besar %(mb)d MB. Perkecil foto atau pindai ulang.")
            % {"mb": limit // 1024 // 1024},
            field=field,
        )
    content = upload.read()
    if not content:
        raise InvalidInput(_("Berkas kosong. Pilih berkas lain."), field=field)
    media_type = sniff(content, name=upload.name or "")
    if media_type not in allowed:
        raise InvalidInput(
            _("Jenis berkas ini tidak diterima. Kirim foto (JPG, PNG) atau PDF.")
            if allowed <= DOCUMENT_TYPES
            else _("Berkas ini bukan lembar kerja (XLSX, XLS, ODS) atau CSV."),
            field=field,
        )
    position = None
    if media_type in IMAGE_TYPES:
        position = position_of(content) if keep_position else None
        content, media_type = _clean_image(content, field=field, longest_side=longest_side)
    elif media_type == "application/pdf":
        content = _clean_pdf(content, field=field)
    return store_bytes(
        content, actor=actor, media_type=media_type, name=upload.name or "", position=position
    )


def store_bytes(
    content: bytes,
    *,
    actor: Actor,
    media_type: str,
    name: str,
    position: dict[str, float] | None = None,
) -> Attachment:
    """Encrypt trusted bytes (our own files, a checked upload) and return their row."""
    attachment = Attachment(
        office=actor.office,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        media_type=media_type,
        name=name[:200],
        position=position,
        uploaded_by=actor.user,
    )
    write_private(path_of(attachment.uid), content, purpose=_PURPOSE)
    attachment.save()
    return attachment


def read(attachment: Attachment) -> bytes:
    """Return the file's plain bytes."""
    return read_private(path_of(attachment.uid), purpose=_PURPOSE)


def discard(attachment: Attachment) -> None:
    """Throw a file away with its row, inside a transaction; the file goes when that has committed.

    Raises:
        ProtectedError: something still points at it.
    """
    path = path_of(attachment.uid)
    attachment.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def put(uid: uuid.UUID, content: bytes) -> None:
    """Keep a file whose row came from another installation; :func:`forget` takes it back."""
    write_private(path_of(uid), content, purpose=_PURPOSE)


def forget(uid: uuid.UUID) -> None:
    """Delete a file that has no row."""
    path_of(uid).unlink(missing_ok=True)


def write_private(path: Path, content: bytes, *, purpose: str) -> None:
    """Encrypt ``content`` to ``path`` under the data folder; a half-written file never shows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{uuid.uuid4().hex}.part")
    aside.write_bytes(crypto.encrypt(content, purpose=purpose))
    aside.replace(path)


def read_private(path: Path, *, purpose: str) -> bytes:
    """Return the plain bytes of a file written by :func:`write_private`."""
    return crypto.decrypt(path.read_bytes(), purpose=purpose)


def sniff(content: bytes, *, name: str) -> str:
    """Return the media type the content shows; the name only tells CSV from other text."""
    try:
        matches = puremagic.magic_string(content[:65536], name)
    except (puremagic.PureError, ValueError):
        matches = []
    known = next((item.mime_type for item in matches if item.mime_type in _KNOWN), "")
    if known:
        return known
    # Excel's "Unicode text" is UTF-16 and full of zero bytes; it says so in its first two.
    is_text = b"\0" not in content[:65536] or content.startswith((b"\xff\xfe", b"\xfe\xff"))
    # What web systems hand out as .xls is as often text.
    named = name.lower().endswith((".csv", ".txt", ".tsv", ".xls"))
    return "text/csv" if is_text and named else "unknown"


_KNOWN = DOCUMENT_TYPES | SHEET_TYPES - {"text/csv"}


def _clean_image(
    content: bytes, *, field: str, longest_side: int | None = None
) -> tuple[bytes, str]:
    """Decode and encode again: what is not picture (position, scripts, trailers) is gone.

    Raises:
        InvalidInput: too many pixels, or damaged.
    """
    try:
        return _encoded_again(content, field=field, longest_side=longest_side)
    except InvalidInput:
        raise
    except Exception as error:
        # Damaged bytes make the decoders raise whatever they stumble over: SyntaxError, ValueError,
        # struct.error ... None of it is ours to crash on.
        log.info("picture not readable: %s", type(error).__name__)
        raise InvalidInput(
            _("Foto tidak dapat dibaca. Ambil ulang atau kirim berkas lain."), field=field
        ) from None


def _encoded_again(content: bytes, *, field: str, longest_side: int | None) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise InvalidInput(_("Foto terlalu besar. Perkecil dulu ukurannya."), field=field)
        upright = ImageOps.exif_transpose(image)
        target = "PNG" if image.format == "PNG" else "JPEG"
        bare = upright.convert("RGBA" if target == "PNG" else "RGB")
        if longest_side is not None:
            bare.thumbnail((longest_side, longest_side))
        bare.info.clear()  # else a JPEG's comment would be written again
        out = io.BytesIO()
        bare.save(out, target, quality=85)
    return out.getvalue(), f"image/{target.lower()}"


def _clean_pdf(content: bytes, *, field: str) -> bytes:
    """Take out what is not page (author, position, scripts, further files), in a child process.

    Raises:
        InvalidInput: locked with a password, damaged, or too much for the child's limits.
    """
    # Nothing of the environment: the child needs no keys. -I: nor anything from the folder.
    child = subprocess.run(
        [sys.executable, "-I", str(_PDF_CLEANER)],
        input=content,
        capture_output=True,
        env={},
        cwd="/",
        check=False,
    )
    if child.returncode == 0:
        return child.stdout
    log.info("PDF not readable: exit %s", child.returncode)
    raise InvalidInput(
        _("PDF ini terkunci kata sandi. Buka kuncinya dulu, atau kirim fotonya.")
        if child.returncode == _PDF_LOCKED
        else _("PDF ini tidak dapat dibaca. Pindai ulang, atau kirim fotonya."),
        field=field,
    )


def position_of(content: bytes) -> dict[str, float] | None:
    """Return where a photo says it was taken, {"latitude", "longitude"} in degrees, or None."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            told = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(told[ExifTags.GPS.GPSLatitude])
        longitude = _degrees(told[ExifTags.GPS.GPSLongitude])
        south = told.get(ExifTags.GPS.GPSLatitudeRef) == "S"
        west = told.get(ExifTags.GPS.GPSLongitudeRef) == "W"
    except Exception:
        # Cameras write all sorts of things there, or nothing; the photo is good without it.
        return None
    if not (latitude <= 90 and longitude <= 180):  # not a number fails both
        return None
    return {
        "latitude": -latitude if south else latitude,
        "longitude": -longitude if west else longitude,
    }


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return round(degrees + minutes / 60 + seconds / 3600, 6)


def path_of(uid: uuid.UUID) -> Path:
    """Return where the file of that uid lies, encrypted."""
    name = uid.hex
    return Path(settings.DATA_DIR) / "attachments" / name[-2:] / f"{name}.bin"
