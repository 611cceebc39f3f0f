"""The core of tus 1.0 for the files of referrals: how much is here (HEAD), the next bytes (PATCH).

There is nothing to create: a submission that was taken in made the addresses of what it lists. The
body is read as it comes and kept as far as it came, so that a broken PATCH is not lost.
"""

import uuid
from collections.abc import Iterator
from typing import Any, Protocol

from django.conf import settings
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from puskesmas.errors import DomainError
from puskesmas.models import Peer
from referrals.exchange import Refusal
from referrals.exchange_views import ExchangeView
from referrals.files import receiving
from referrals.files.models import ReceivedFile

VERSION = "1.0.0"
CONTENT_TYPE = "application/offset+octet-stream"
#: Bytes read at once (what a cut may cost), and bytes committed at once.
_READ, _PIECE = 4 * 1024, 32 * 1024


class WrongVersion(DomainError):
    """The caller speaks another version of tus, or none."""

    status = 412
    code = "tus_version"


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class FileView(ExchangeView):
    """One file of one referral; only its owner's token reaches it."""

    max_bytes = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise WrongVersion(_("Kirim Tus-Resumable: %(version)s.") % {"version": VERSION})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        response["Tus-Max-Size"] = str(settings.FILES_MAX_BYTES)
        response["Cache-Control"] = "no-store"
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    def head(self, request: Request, referral: uuid.UUID, sha256: str) -> Response:
        file = self._file(request, referral, sha256)
        return Response(status=200, headers=_standing(file))

    def get(self, request: Request, referral: uuid.UUID, sha256: str) -> Response:
        """The same in words: a HEAD that was refused cannot say why."""
        file = self._file(request, referral, sha256)
        body = {"offset": file.offset, "length": file.size, "arrived": bool(file.arrived_at)}
        return Response(body, headers=_standing(file))

    def patch(self, request: Request, referral: uuid.UUID, sha256: str) -> Response:
        if request.content_type != CONTENT_TYPE:
            raise Refusal(
                _("Kirim Content-Type: %(type)s.") % {"type": CONTENT_TYPE},
                code="content_type",
                status=415,
            )
        file = self._file(request, referral, sha256)
        if request.headers.get("Upload-Offset") != str(file.offset):
            raise receiving.WrongOffset(
                _("Di sini sudah ada %(offset)d byte; lanjutkan dari sana.")
                % {"offset": file.offset}
            )
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if file.offset + length > file.size:
            raise receiving.WrongOffset(_("Kiriman lebih panjang daripada berkasnya."))
        for piece in _pieces(request._request, length):
            receiving.append(file, piece)
        receiving.settle(file)
        return Response(status=204, headers=_standing(file))

    def _file(self, request: Request, referral: uuid.UUID, sha256: str) -> ReceivedFile:
        peer: Peer = request.peer  # type: ignore[attr-defined]
        file = receiving.find(peer, referral, sha256)
        receiving.settle(file)  # whoever took the last bytes may have died before he looked at them
        return file


def _standing(file: ReceivedFile) -> dict[str, str]:
    return {"Upload-Offset": str(file.offset), "Upload-Length": str(file.size)}


def _pieces(stream: _Stream, length: int) -> Iterator[bytes]:
    """Yield what comes of a body, as far as it comes."""
    piece = b""
    while length > 0:
        try:
            read = stream.read(min(_READ, length))
        except UnreadablePostError:
            read = b""
        length -= len(read)
        piece += read
        if len(piece) >= _PIECE or (piece and not read):
            yield piece
            piece = b""
        if not read:
            return
    if piece:
        yield piece
