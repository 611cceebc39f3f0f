"""What letters are made of: plain JSON, complete in itself, so that it can be frozen.

The app that owns the facts builds a *body* (a dict with at least ``subject``); the engine adds
letterhead, number, dates, signature and verification, and freezes the whole. Every value is text as
it will be printed (dates in ISO where the name ends in ``_on``), so a later change of a name, an
office or a programme leaves the letter as it was.
"""

import unicodedata
from datetime import date
from typing import Any, NotRequired, TypedDict

from puskesmas.models import Assignment, Office, Role
from reports.letters import fonts, wording
from reports.letters.kinds import LetterKind
from reports.letters.models import LetterForm, LetterStyle
from reports.letters.words import long_date

_NO_NAME = "(…………………………………)"


class Subject(TypedDict):
    """Whom a letter is about. The public page shows initials and the end of the NIK only."""

    name: str
    nik: str


class Person(Subject):
    """A person as letters describe him; unknown facts are empty and leave their line out.

    ``nik_withheld``: the receiver gets no NIK, which is not the same as having none.
    """

    kk: NotRequired[str]
    birth: NotRequired[str]
    sex: NotRequired[str]
    religion: NotRequired[str]
    marital_status: NotRequired[str]
    occupation: NotRequired[str]
    address: NotRequired[str]
    phone: NotRequired[str]
    nik_withheld: NotRequired[bool]


class Logo(TypedDict):
    """Arms on the letterhead: the attachment's uid, and what it must hash to when printed."""

    uid: str
    sha256: str


class Wording(TypedDict):
    """The office's own sentences, slots filled; empty leaves the kind's."""

    opening: str
    closing: str


class OfficeHead(TypedDict):
    """The office as printed: ``lines`` are the letterhead's, the last one is the largest."""

    lines: list[str]
    address: str
    contact: str
    full_name: str
    kecamatan: str
    regency: str
    head_title: str


class Signature(TypedDict):
    """Who signs: ``heading`` is one line, two with "a.n."."""

    heading: list[str]
    name: str
    rank: str
    number: str


class Verification(TypedDict):
    """What the QR carries, and what a person without a camera types."""

    url: str
    page: str
    code: str


class FrozenLetter(TypedDict):
    """Everything the template sees. Drafts have no ``verification`` and no counter.

    ``profile`` is what the file is made to conform to (``models.Profile``), ``paper`` "f4" or "a4".
    ``logos`` has "left", "right", both or neither; ``witnesses`` the places to sign, 1 and up.
    """

    kind: str
    title: str
    draft: bool
    profile: str
    paper: str
    number: str
    dated_on: str
    dated: str
    place: str
    valid_until: str
    office: OfficeHead
    logos: dict[str, Logo]
    wording: Wording
    witnesses: list[int]
    signature: Signature
    acknowledged: Signature | None
    verification: Verification | None
    body: dict[str, Any]


class LetterFile(TypedDict):
    """One enclosed file of a hand-carried bundle; ``sha256`` in hex, empty for paper only."""

    label: str
    sha256: str


class ReminderBody(TypedDict):
    """Body of kind "pengingat": asks again about a referral that was received.

    ``received_on`` is a date in words, ``their_number`` the receiver's own (may be empty),
    ``earlier`` the numbers of the reminders before.
    """

    subject: Person
    recipient: list[str]
    nature: str
    about: str
    programme: str
    case: str
    received_on: str
    their_number: str
    earlier: list[str]


class ReferralBody(TypedDict):
    """Body of kind "rujukan": a correspondence letter with the bundle's list and receipt slip.

    ``recipient`` are the lines after "Yth."; ``needs`` and ``paragraphs`` are plain texts;
    ``case`` the receipt number as shown; ``nature`` is the "Sifat" ("Biasa", "Segera");
    ``enclosed`` the "Lampiran" ("1 (satu) berkas", see ``words.counted``), may be empty.
    ``answer_code`` opens ``answer_page``, where a partner answers without an account.
    """

    subject: Person
    recipient: list[str]
    nature: str
    about: str
    programme: str
    case: str
    enclosed: str
    needs: list[str]
    finding: str
    paragraphs: list[str]
    files: list[LetterFile]
    copies: list[str]
    answer_page: NotRequired[str]
    answer_code: NotRequired[str]


class MissingPaper(TypedDict):
    label: str
    note: NotRequired[str]


class ReceiptContext(TypedDict):
    """What :func:`reports.letters.render.render_receipt` prints, all of it as text.

    ``number`` is 12 digits; ``status_url`` goes into the QR, ``status_page`` is what a person types
    ("puskesos.example/status"). ``received`` as ``22 November 2026, 09.15 WIB``. ``next_steps`` say
    what happens and by when. ``office`` comes from :func:`office_head` (letterhead "puskesos").
    """

    number: str
    status_url: str
    status_page: str
    office: OfficeHead
    opening_hours: str
    received: str
    received_by: str
    kind: str
    channel: str
    name: str
    nik_masked: str
    reporter: str
    emergency: bool
    missing: list[MissingPaper]
    received_papers: list[str]
    next_steps: list[str]
    promise: str


def office_head(office: Office, *, letterhead: str) -> OfficeHead:
    """Return the office as printed; ``letterhead`` is "village" or "puskesos"."""
    return {
        "lines": _lines(office, letterhead),
        "address": ", ".join(part for part in (office.address, _postcode(office)) if part),
        "contact": " · ".join(
            part
            for part in (f"Telepon {office.phone}" if office.phone else "", office.email)
            if part
        ),
        "full_name": office.full_name,
        "kecamatan": office.kecamatan,
        "regency": office.regency,
        "head_title": head_title(office),
    }


def _postcode(office: Office) -> str:
    return f"Kode Pos {office.postcode}" if office.postcode else ""


def _lines(office: Office, letterhead: str) -> list[str]:
    regency = office.regency.upper()
    if not office.is_village:
        return [f"PEMERINTAH {regency}", "SISTEM LAYANAN DAN RUJUKAN TERPADU", office.full_name]
    own = office.full_name.upper()
    kecamatan = f"KECAMATAN {office.kecamatan.upper()}"
    if letterhead == "puskesos":
        return [f"{regency}, {kecamatan}", "PUSAT KESEJAHTERAAN SOSIAL (PUSKESOS)", own]
    return [f"PEMERINTAH {regency}", kecamatan, own]


def head_title(office: Office) -> str:
    """Return who heads the office: "Kepala Desa", "Lurah" (UU 6/2014; PP 17/2018)."""
    titles: dict[str, str] = {
        Office.Kind.DESA: "Kepala Desa",
        Office.Kind.KELURAHAN: "Lurah",
        Office.Kind.KECAMATAN: "Camat",
        Office.Kind.DISTRICT: "Manajer SLRT",
    }
    return titles[office.kind]


def signature(office: Office, assignment: Assignment | None, *, letterhead: str) -> Signature:
    """Return the signature block of an officer, or an empty one for the head's own hand.

    The head signs for himself, his dated deputy as "Plh.", anybody else "a.n." the head; under the
    Puskesos letterhead the koordinator signs for himself.
    """
    head = f"{head_title(office)} {office.name}".upper()
    if assignment is None:
        return {"heading": [head], "name": _NO_NAME, "rank": "", "number": ""}
    user = assignment.user
    is_head = assignment.role in {Role.HEAD, Role.MANAGER}
    if is_head:
        heading = [f"Plh. {head}" if assignment.is_deputy else head]
    elif letterhead == "puskesos" and assignment.role == Role.COORDINATOR:
        heading = ["KOORDINATOR PUSKESOS"]
    else:
        heading = [f"a.n. {head}", _position(assignment)]
    # A kepala desa is no civil servant: his number, where he has one, is a NIAP.
    label = "NIAP" if is_head and office.kind == Office.Kind.DESA else "NIP"
    return {
        "heading": heading,
        "name": user.name,
        "rank": user.rank,
        "number": f"{label} {user.nip}" if user.nip else "",
    }


def _position(assignment: Assignment) -> str:
    return "Koordinator Puskesos" if assignment.role == Role.COORDINATOR else "Petugas Puskesos"


def freeze(
    *,
    kind: LetterKind,
    office: Office,
    style: LetterStyle,
    form: LetterForm,
    body: dict[str, Any],
    dated: date,
    number: str,
    valid_until: date | None,
    signer: Assignment | None,
    acknowledger: Assignment | None = None,
    verification: Verification | None = None,
) -> FrozenLetter:
    """Return the complete content of a letter; without ``verification`` it is a draft."""
    letterhead = form.letterhead or kind.letterhead
    frozen: FrozenLetter = {
        "kind": kind.code,
        "title": kind.title,
        "draft": verification is None,
        "profile": style.profile,
        "paper": style.paper,
        "number": number,
        "dated_on": dated.isoformat(),
        "dated": long_date(dated),
        "place": office.name,
        "valid_until": long_date(valid_until),
        "office": office_head(office, letterhead=letterhead),
        "logos": _logos(style),
        "wording": {"opening": "", "closing": ""},
        "witnesses": list(range(1, form.witnesses + 1)),
        "signature": signature(office, signer, letterhead=letterhead),
        "acknowledged": signature(office, acknowledger, letterhead="village")
        if acknowledger
        else None,
        "verification": verification,
        "body": clean(body),
    }
    said = wording.values_of(frozen)
    frozen["wording"] = {
        "opening": clean(wording.fill(form.opening, said)),
        "closing": clean(wording.fill(form.closing, said)),
    }
    return frozen


def _logos(style: LetterStyle) -> dict[str, Logo]:
    chosen = {"left": style.left_logo, "right": style.right_logo}
    return {
        side: {"uid": str(logo.uid), "sha256": logo.sha256} for side, logo in chosen.items() if logo
    }


def undrawable(value: Any) -> str:
    """Return the characters of a JSON value that no letter can show, each once, in their order."""
    if isinstance(value, str):
        seen = dict.fromkeys(char for char in value if char not in fonts.drawable())
        return "".join(char for char in seen if char != "\n")
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list, tuple)):
        return ""
    return "".join(dict.fromkeys("".join(undrawable(item) for item in items)))


def clean(value: Any) -> Any:
    """Return the JSON value without control characters and text-direction tricks.

    A name with a "right to left" mark inside would print as another name. Letters and their marks
    are put together (NFC): fonts draw whole letters best.
    """
    if isinstance(value, str):
        return "".join(
            char
            for char in unicodedata.normalize("NFC", value)
            if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"}
        )
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value
