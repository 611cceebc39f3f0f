"""The sender's side of tus 1.0 (core): ask how much is there, send what follows."""

import httpx

from puskesmas.logs import redact
from puskesmas.outbox import TransportError
from referrals import client
from referrals.files.models import SentFile

VERSION = "1.0.0"
CONTENT_TYPE = "application/offset+octet-stream"
#: The receiver had all bytes, and they were not the file.
MISMATCH = "hash_mismatch"
#: Answers that say something of this file's bytes, and nothing of the line.
_ABOUT_THE_FILE = {409: "wrong_offset", 460: MISMATCH}
ABOUT_THE_FILE = frozenset(_ABOUT_THE_FILE.values())


def offset(link: httpx.Client, file: SentFile) -> int:
    """Return how many bytes of the file the receiver has.

    Raises:
        TransportError: as :mod:`referrals.client` says; permanent when it will never take it.
    """
    response = _ask(link, "HEAD", file)
    if not response.is_success:
        # Only an answer with a body can say why.
        response = _ask(link, "GET", file)
    return _reached(response, file)


def append(link: httpx.Client, file: SentFile, at: int, part: bytes) -> int:
    """Send the bytes that follow ``at``; return how many the receiver has then. Raises as above."""
    response = _ask(
        link,
        "PATCH",
        file,
        content=part,
        headers={"Content-Type": CONTENT_TYPE, "Upload-Offset": str(at)},
    )
    return _reached(response, file)


def _ask(
    link: httpx.Client,
    method: str,
    file: SentFile,
    *,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    path = f"files/{file.referral.uid}/{file.sha256}/"
    try:
        return link.request(
            method, path, content=content, headers={"Tus-Resumable": VERSION, **(headers or {})}
        )
    except httpx.TimeoutException as error:
        raise TransportError("timeout", type(error).__name__) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransportError("no_connection", redact(str(error))) from error


def _reached(response: httpx.Response, file: SentFile) -> int:
    if response.status_code in _ABOUT_THE_FILE:
        raise TransportError(_ABOUT_THE_FILE[response.status_code], stumbled=True)
    if not response.is_success:
        raise client.failure_of(response)
    said = response.headers.get("Upload-Offset", "")
    if "Tus-Resumable" not in response.headers or not said.isdecimal() or int(said) > file.size:
        raise TransportError("not_puskesos", "no offset")
    return int(said)
