"""The tier above: what a referral's list makes it expect, and what arrives of it, piece by piece.

Every piece that arrives is committed at once, so a broken line costs the bytes on it and no more. A
complete file is compared with its hash, sniffed and cleaned like anything handed in, and kept
encrypted; only then has it arrived.
"""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, InvalidInput
from puskesmas.models import Peer
from referrals.exchange import Refusal
from referrals.files.models import ReceivedFile, ReceivedPart
from referrals.models import ReceivedReferral

log = logging.getLogger("referrals.files")

#: Of the tus protocol (1.0.0, "Checksum Mismatch").
CHECKSUM_MISMATCH = 460
#: What a listed file is refused for before a byte of it came.
_OVER_A_LIMIT = frozenset({"file_type", "file_too_large", "files_too_large"})


class WrongOffset(DomainError):
    """Bytes for a place where they do not follow what is there."""

    status = 409
    code = "wrong_offset"


class HashMismatch(DomainError):
    """All bytes came, and they are not the file: it begins anew."""

    status = CHECKSUM_MISMATCH
    code = "hash_mismatch"


def expect(row: ReceivedReferral, listed: Iterable[dict[str, Any]]) -> None:
    """Note the files a submission lists, inside its transaction; those known already stay.

    One that is too large, or of no allowed type, is noted as refused: the referral itself is taken
    in all the same.
    """
    known = {file.sha256: file for file in row.files.all()}
    for item in listed:
        if item["sha256"] in known:
            continue
        taken = sum(file.size for file in known.values() if not file.refusal)
        code, words = _obstacle(item, taken)
        known[item["sha256"]] = ReceivedFile.objects.create(
            referral=row, refusal_code=code, refusal=words, **item
        )


def _obstacle(file: dict[str, Any], others: int) -> tuple[str, str]:
    most, together = settings.FILES_MAX_BYTES, settings.FILES_MAX_BYTES_PER_REFERRAL
    if file["media_type"] not in attachments.DOCUMENT_TYPES:
        return "file_type", _("Jenis berkas ini tidak diterima. Kirim foto (JPG, PNG) atau PDF.")
    if file["size"] > most:
        return "file_too_large", _(
            "Berkas ini %(size)s MB; paling besar %(most)s MB. Perkecil fotonya, atau antar."
        ) % {"size": _megabytes(file["size"]), "most": _megabytes(most)}
    if others + file["size"] > together:
        return "files_too_large", _(
            "Berkas satu rujukan bersama-sama paling besar %(most)s MB. Antar yang selebihnya."
        ) % {"most": _megabytes(together)}
    return "", ""


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0").replace(".", ",")


def find(peer: Peer, referral_uid: uuid.UUID, sha256: str) -> ReceivedFile:
    """Return the file the peer's referral lists under this hash.

    One that was over a limit of its day is let in once the limits of today allow it.

    Raises:
        Refusal: it lists none (``unknown_file``), or the file is refused.
    """
    file = (
        ReceivedFile.objects.select_related("referral__office")
        .filter(referral__peer=peer, referral__referral_uid=referral_uid, sha256=sha256)
        .first()
    )
    if file is None:
        raise Refusal(
            _("Rujukan dengan berkas ini belum diterima di sini."), code="unknown_file", status=404
        )
    _weigh_again(file)
    if file.refusal:
        status = 413 if file.refusal_code.endswith("too_large") else 422
        raise Refusal(file.refusal, code=file.refusal_code, status=status)
    return file


def _weigh_again(file: ReceivedFile) -> None:
    """Take back a refusal that was for the limits, when those of today let the file in."""
    if file.refusal_code not in _OVER_A_LIMIT:
        return
    others = file.referral.files.filter(refusal="").aggregate(together=Sum("size"))["together"]
    listed = {"media_type": file.media_type, "size": file.size}
    code, words = _obstacle(listed, others or 0)
    if (code, words) == (file.refusal_code, file.refusal):
        return
    file.refusal_code, file.refusal = code, words
    ReceivedFile.objects.filter(pk=file.pk, arrived_at__isnull=True).update(
        refusal_code=code, refusal=words
    )


def append(file: ReceivedFile, piece: bytes) -> None:
    """Commit the bytes that follow ``file.offset``, which moves on.

    Raises:
        WrongOffset: another request was faster.
    """
    following = file.offset + len(piece)
    with transaction.atomic():
        moved = ReceivedFile.objects.filter(
            pk=file.pk, offset=file.offset, arrived_at__isnull=True, refusal=""
        ).update(offset=following, touched_at=timezone.now())
        if not moved:
            raise WrongOffset(_("Potongan ini bukan lanjutan dari yang sudah diterima."))
        ReceivedPart.objects.create(file=file, start=file.offset, content=piece)
    file.offset = following


def settle(file: ReceivedFile) -> None:
    """Check and keep a file of which all bytes are there; before that, or after, change nothing.

    Raises:
        HashMismatch: what came is another file; it begins anew.
        Refusal: its content is of no allowed type, or cannot be read.
    """
    if file.offset < file.size or file.arrived_at:
        return
    with transaction.atomic():
        # Two may find the last byte there at once: one looks at it, the other waits for his word.
        held = (
            ReceivedFile.objects.select_for_update(of=("self",))
            .select_related("referral__office")
            .get(pk=file.pk)
        )
        fault = _settle(held)
    file.offset, file.arrived_at, file.attachment = held.offset, held.arrived_at, held.attachment
    if fault:
        raise fault


def take_whole(file: ReceivedFile, content: bytes) -> bool:
    """Check and keep a file that came in one piece, by whatever road; False when it is here.

    What of it had come in parts is thrown away.

    Raises:
        HashMismatch: it is another file; nothing changes. Refusal: as :func:`settle`.
    """
    with transaction.atomic():
        held = (
            ReceivedFile.objects.select_for_update(of=("self",))
            .select_related("referral__office")
            .get(pk=file.pk)
        )
        if held.arrived_at:
            return False
        held.offset = held.size
        fault = _keep(held, content)
        if isinstance(fault, HashMismatch):
            raise fault
    if fault:
        raise fault
    return True


def _settle(file: ReceivedFile) -> DomainError | None:
    if file.offset < file.size or file.arrived_at or file.refusal:
        return None
    return _keep(file, b"".join(part.content for part in file.parts.all()))


def _keep(file: ReceivedFile, content: bytes) -> DomainError | None:
    if hashlib.sha256(content).hexdigest() != file.sha256:
        forget_parts(file)
        return HashMismatch(_("Berkas berubah di jalan. Kirim lagi dari awal."))
    fault = None
    try:
        file.attachment = attachments.store(
            SimpleUploadedFile(file.label, content),
            actor=Actor.system(file.referral.office),
            max_bytes=settings.FILES_MAX_BYTES,
        )
        file.arrived_at = timezone.now()
    except InvalidInput as error:
        file.refusal, file.refusal_code = str(error.message)[:200], "file_refused"
        fault = Refusal(file.refusal, code=file.refusal_code)
    file.save()
    file.parts.all().delete()
    return fault


def forget_parts(file: ReceivedFile) -> None:
    """Let a file begin anew."""
    with transaction.atomic():
        ReceivedFile.objects.filter(pk=file.pk, arrived_at__isnull=True).update(offset=0)
        file.parts.all().delete()
    file.offset = 0


def tidy() -> int:
    """Throw away the parts of files nobody has continued for so long; return how many files.

    They begin anew when their sender comes back.
    """
    since = timezone.now() - timedelta(days=settings.FILES_INCOMPLETE_DAYS)
    stale = ReceivedFile.objects.filter(
        arrived_at__isnull=True, refusal="", offset__gt=0, touched_at__lt=since
    )
    files = list(stale)
    for file in files:
        forget_parts(file)
    return len(files)
