"""The surat pengantar berkas: what goes with a stick, with room for whoever receives it.

It names receipt numbers and hashes, and no person.
"""

import uuid
from typing import Any, TypedDict

from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from puskesmas.actors import Actor
from puskesmas.models import Assignment, Role
from referrals.letters import signer_of
from referrals.packages import selectors
from referrals.packages.models import Package, PackageEntry
from referrals.packages.services import file_name
from reports.letters import kinds
from reports.letters.contexts import LetterFile, Subject, office_head
from reports.letters.models import Letter
from reports.letters.render import render_pdf
from reports.letters.services import Content, issue_letter
from reports.letters.words import counted, long_date

KIND = "pengantar_berkas"
ROLES = (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD)
_TEMPLATE = "letters/pengantar_berkas.html"
_TITLE = "Surat Pengantar Berkas"


class CoverBody(TypedDict):
    """Body of kind "pengantar_berkas"; ``size`` in bytes as text, ``sha256`` of the whole file.

    ``left`` are the files that follow in the next package; ``label`` says why.
    """

    subject: Subject
    recipient: list[str]
    file: str
    size: str
    sha256: str
    enclosed: str
    inside: str
    receipts: int
    files: list[LetterFile]
    left: list[LetterFile]


def register() -> None:
    """Give the kind its place among the letters; called from ``AppConfig.ready()``."""
    kinds.register(
        kinds.LetterKind(
            code=KIND,
            name=gettext_lazy("Surat pengantar berkas"),
            title=_TITLE,
            template=_TEMPLATE,
            classification="400.9",
            letterhead="puskesos",
            roles=frozenset(role.value for role in ROLES),
            subject_url=lambda letter: reverse("referrals:package", args=[letter.subject_uid]),
        )
    )


def body(package: Package) -> CoverBody:
    """Return what the letter says of a package that was made here."""
    with override("id"):
        rows = selectors.entries(package)
    what, outcome = PackageEntry.What, PackageEntry.Outcome
    messages = [one for one in rows if one.entry.what == what.MESSAGE]
    files = [one for one in rows if one.entry.what == what.FILE]
    going = [one for one in files if one.entry.outcome != outcome.LEFT]
    inside = [counted(len(messages), "kiriman"), counted(len(going), "lampiran")]
    return {
        "subject": {"name": package.peer.name, "nik": ""},
        "recipient": [package.peer.name],
        "file": file_name(package),
        "size": f"{package.size:,}".replace(",", "."),
        "sha256": package.sha256,
        "enclosed": counted(1, "berkas tersandi"),
        "inside": ", ".join(inside if going else inside[:1]),
        "receipts": len(rows) - len(messages) - len(files),
        "files": [_line(one) for one in (*messages, *going)],
        "left": [
            {"label": f"{_label(one)} ({one.entry.detail})", "sha256": one.entry.body_sha256}
            for one in files
            if one not in going
        ],
    }


def _line(one: selectors.Shown) -> LetterFile:
    return {"label": _label(one), "sha256": one.entry.body_sha256}


def _label(one: selectors.Shown) -> str:
    if one.entry.what == PackageEntry.What.FILE:
        return f"{one.entry.label}, dari rujukan {one.number}"
    return f"{one.name} {one.number}".strip()


def issue(
    *, actor: Actor, package: Package, signer: str, client_uid: uuid.UUID | None = None
) -> Letter:
    """Number and freeze the surat pengantar; one there is, is returned.

    Raises:
        NotYourRole, InvalidInput, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    if package.letter is not None:
        return package.letter
    signs: Assignment | None = signer_of(actor, signer)
    letter = issue_letter(
        actor=actor,
        kind=KIND,
        content=Content(body=dict(body(package)), signer=signs),
        subject_uid=package.uid,
        client_uid=client_uid,
    )
    Package.objects.filter(pk=package.pk).update(letter=letter)
    return letter


def sheet(package: Package) -> bytes:
    """Return the same page without a number, for an office that numbers its letters elsewhere."""
    office = package.office
    context: dict[str, Any] = {
        "paper": "f4",
        "office": office_head(office, letterhead="puskesos"),
        "title": _TITLE,
        "number": "",
        "dated": long_date(office.today()),
        "body": body(package),
    }
    return render_pdf(_TEMPLATE, context)
