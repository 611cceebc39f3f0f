"""Where the files of an office that arrives are kept: only where a row of its own says so."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from puskesmas import attachments
from puskesmas.models import Attachment
from referrals.models import Package
from referrals.packages import kept
from reports.letters import services as letters
from reports.letters.models import LetterRevision


@dataclass(frozen=True)
class Home:
    """One file's place: ``put`` keeps its content, ``forget`` takes it back."""

    put: Callable[[bytes], None]
    forget: Callable[[], None]


def find(name: str, office: str) -> Home | None:
    """Return the place of a file named as :func:`moving.manifest.files` does, for an office's uid.

    None when no row of the office has such a file.
    """
    kind, _slash, rest = name.partition("/")
    places = {"attachments": _attachment, "letters": _letter, "packages": _package}
    try:
        return places[kind](rest, office)
    except (KeyError, ValueError):
        return None


def _attachment(rest: str, office: str) -> Home | None:
    uid = uuid.UUID(rest)
    if not Attachment.objects.filter(office__uid=office, uid=uid).exists():
        return None
    return Home(lambda content: attachments.put(uid, content), lambda: attachments.forget(uid))


def _letter(rest: str, office: str) -> Home | None:
    name = f"letters/{rest}"
    own = LetterRevision.objects.filter(letter__office__uid=office, pdf_path=name)
    revision = own.select_related("letter").first()
    # The path is the file's word: it must be the one we would give it.
    if revision is None or name != letters.path_of(revision.letter.uid, revision.number):
        return None
    return Home(lambda content: letters.put_pdf(name, content), lambda: letters.forget_pdf(name))


def _package(rest: str, office: str) -> Home | None:
    package = Package.objects.filter(office__uid=office, uid=uuid.UUID(rest)).first()
    if package is None:
        return None
    found = package

    def put(content: bytes) -> None:
        with kept.writing(found) as file:
            file.write(content)

    return Home(put, lambda: kept.forget(found.uid))
