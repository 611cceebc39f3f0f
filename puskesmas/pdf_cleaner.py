"""The program that takes out what a PDF tells besides its pages: alone, with little memory.

Run as a child (``puskesmas.attachments`` does), it gets the file on its standard input and answers
with the clean one on its standard output, or with an exit code that says why there is none. A file
made to eat the machine eats this process only.
"""

import io
import resource
import sys
from typing import Any

import pikepdf

MAX_MEMORY = 1024**3
"""Bytes of address space: a bound against bombs, not a measured need."""
MAX_SECONDS = 20
"""Of processor time: a bound as well."""
LOCKED, UNREADABLE = 3, 4
"""Exit codes: the file asks for a password; it is no PDF anybody can open."""

#: Who made the file with what, and what runs or rides along when somebody opens it.
_TOLD = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction")
_RIDING = ("/EmbeddedFiles", "/JavaScript")
#: JPEG segments that carry Exif, XMP, comments or further pictures; JFIF (E0) and Adobe (EE) stay.
_NOTES = {*range(0xE1, 0xEE), 0xEF, 0xFE}
_FILL, _START_OF_SCAN, _END = 0xFF, 0xDA, b"\xff\xd9"


def cleaned(content: bytes) -> bytes:
    """Return the PDF with its pages and nothing else; a signed one as it is.

    Whatever is changed in a signed file would break the signature, which is what it was handed in
    for.

    Raises:
        pikepdf.PdfError: not readable; ``PasswordError`` where it is locked.
    """
    with pikepdf.open(io.BytesIO(content)) as document:
        objects = [one for one in document.objects if isinstance(one, pikepdf.Object)]
        if any(_is_signature(one) for one in objects):
            return content
        _forget(document.trailer, ["/Info"])
        _forget(document.Root.get("/Names"), _RIDING)
        for one in objects:
            _forget(one, _TOLD)
            if _is_jpeg(one):
                parms: Any = one.get("/DecodeParms")
                bare = bare_jpeg(one.read_raw_bytes())
                one.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=parms)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def _is_signature(one: Any) -> bool:
    return isinstance(one, pikepdf.Dictionary) and "/ByteRange" in one


def _forget(holder: Any, names: Any) -> None:
    if isinstance(holder, (pikepdf.Dictionary, pikepdf.Stream)):
        for name in names:
            if name in holder:
                del holder[name]


def _is_jpeg(one: Any) -> bool:
    if not isinstance(one, pikepdf.Stream) or one.get("/Subtype") != pikepdf.Name.Image:
        return False
    filters = one.get("/Filter")
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    return names == [pikepdf.Name.DCTDecode]


def bare_jpeg(picture: bytes) -> bytes:
    """Return a JPEG without its notes, the picture bit for bit as it was.

    What cannot be followed from segment to segment is returned as it is: some reader may still
    show it.
    """
    kept, at = [picture[:2]], 2
    while picture[at : at + 1] == b"\xff" and at + 4 <= len(picture):
        marker = picture[at + 1]
        if marker == _FILL:
            at += 1
            continue
        if marker == _START_OF_SCAN:
            # Behind the picture phones hang further ones, with notes of their own.
            end = picture.find(_END, at)
            return b"".join(kept) + (picture[at : end + 2] if end > 0 else picture[at:])
        after = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        if marker not in _NOTES:
            kept.append(picture[at:after])
        at = after
    return picture


def main() -> int:
    """Answer with the file on the standard input; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        clean = cleaned(sys.stdin.buffer.read())
    except pikepdf.PasswordError:
        return LOCKED
    except (pikepdf.PdfError, MemoryError):
        return UNREADABLE
    sys.stdout.buffer.write(clean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
