"""What is printed again: the frozen file with a mark across each sheet, no second original."""

import io
from functools import lru_cache

import pikepdf

from reports.letters import render
from reports.letters.models import Letter
from reports.letters.workflow import LetterState

#: What stands across a sheet that is printed in a state; nothing while it waits to be signed.
MARKS = {
    LetterState.SIGNED: "SALINAN",
    LetterState.HANDED: "SALINAN",
    LetterState.LAPSED: "GUGUR",
    LetterState.VOID: "BATAL",
}


def for_printing(letter: Letter, pdf: bytes) -> bytes:
    """Return the file to print now: as frozen until it is signed, marked ever after.

    A paper printed after the signature bears none; the mark says so before somebody asks. The
    frozen file itself stays as it is.
    """
    mark = MARKS.get(LetterState(letter.state))
    return _marked(pdf, mark) if mark else pdf


def _marked(pdf: bytes, mark: str) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as copy, pikepdf.open(io.BytesIO(_sheet(mark))) as sheet:
        for page in copy.pages:
            page.add_underlay(sheet.pages[0], pikepdf.Rectangle(page.mediabox))
        with copy.open_metadata() as metadata:
            # The mark is outside the structure: a copy is no archive file and does not claim it.
            for claim in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part"):
                metadata.pop(claim, None)
        out = io.BytesIO()
        copy.save(out, deterministic_id=True)
    return out.getvalue()


@lru_cache(maxsize=8)
def _sheet(mark: str) -> bytes:
    return render.render_pdf("letters/mark.html", {"mark": mark, "title": mark})
