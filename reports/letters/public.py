"""What anybody holding a letter may know of it, here or where another office shows it for us."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from puskesmas.public_pages import ServedRecord, ShownOffice
from reports.letters import codes, matters
from reports.letters.models import Letter, LetterRevision
from reports.letters.selectors import has_run_out, kind_name, marked
from reports.letters.words import initials, masked
from reports.letters.workflow import LetterState

#: Who knows the codes of offices that let us serve their pages: each office's record of one.
RecordProvider = Callable[[str], list[ServedRecord]]
_record_providers: list[RecordProvider] = []


def register_record_provider(provider: RecordProvider) -> None:
    """Add where records of other offices' letters are; called from ``AppConfig.ready()``."""
    _record_providers.append(provider)


@dataclass(frozen=True)
class PublicLetter:
    """What anybody holding the paper may know. Unknown codes have ``status`` "unknown" only.

    Of a confidential matter nobody is named: ``initials`` and ``nik`` are empty. So they are where
    another office sent it here to show (``served``).

    ``status``: valid, unsigned, expired, lapsed (its validity ended unsigned), void, disputed (two
    offices say it is theirs) or unknown.
    """

    status: str
    kind: Any = ""
    number: str = ""
    dated: date | None = None
    valid_until: date | None = None
    office: ShownOffice | None = None
    initials: str = ""
    nik: str = ""
    replaced_by: str = ""
    served: ServedRecord | None = None


def public_letter(code: str) -> PublicLetter:
    """Return what the page behind a QR shows, by normalised code.

    As many queries for a code that exists, here or at an office we serve, as for one that does not.
    """
    revision = (
        marked(
            LetterRevision.objects.filter(letter__token_hash=codes.lookup(code)),
            matters.open_to(None, prefix="letter__"),
        )
        .select_related("letter__office", "letter__replaced_by")
        .order_by("-number")
        .first()
    )
    records = [record for provider in _record_providers for record in provider(code)]
    if revision is not None:
        return _own(revision)
    if len(records) > 1:
        return PublicLetter(status="disputed")
    return _served(records[0]) if records else PublicLetter(status="unknown")


def _own(revision: Any) -> PublicLetter:
    item = revision.letter
    subject = revision.context["body"]["subject"]
    successor = getattr(item, "replaced_by", None)
    return PublicLetter(
        status=_status(_state(item), item.valid_until, item.office),
        kind=kind_name(item.kind),
        number=item.number,
        dated=item.dated,
        valid_until=item.valid_until,
        office=item.office,
        initials=initials(subject["name"]) if revision.readable else "",
        nik=masked(subject["nik"]) if revision.readable else "",
        replaced_by=successor.number if successor else "",
    )


def _served(record: ServedRecord) -> PublicLetter:
    """Return the page of what another office sent of its letter (see :func:`record_of`)."""
    said = record.body
    until = date.fromisoformat(said["valid_until"]) if said["valid_until"] else None
    return PublicLetter(
        status=_status(said["state"], until, record.office),
        kind=kind_name(said["letter_kind"]),
        number=said["number"],
        dated=date.fromisoformat(said["dated"]),
        valid_until=until,
        office=record.office,
        replaced_by=said["replaced_by"],
        served=record,
    )


def record_of(item: Letter) -> dict[str, Any]:
    """Return the least that a tier above needs to show the letter's page: nobody.

    ``state`` is unsigned, signed or void; that a letter ran out follows from its date.
    """
    successor = getattr(item, "replaced_by", None)
    return {
        "state": _state(item),
        "letter_kind": item.kind,
        "number": item.number,
        "dated": item.dated.isoformat(),
        "valid_until": item.valid_until.isoformat() if item.valid_until else None,
        "replaced_by": successor.number if successor else "",
    }


def _state(item: Letter) -> str:
    return {
        LetterState.VOID: "void",
        LetterState.NUMBERED: "unsigned",
        LetterState.LAPSED: "unsigned",
    }.get(LetterState(item.state), "signed")


def _status(state: str, valid_until: date | None, office: ShownOffice) -> str:
    run_out = has_run_out(valid_until, office.tz)
    if state == "unsigned":
        return "lapsed" if run_out else state
    if state != "signed":
        return state
    return "expired" if run_out else "valid"
