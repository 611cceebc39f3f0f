"""The letter that says whether a person is in a register: surat keterangan (tidak) terdaftar.

It states what one register said on the letter's day, with source, date of the data and decile. On
"belum dapat dipastikan" there is no letter: nothing is known that could be stated.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import panels
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.models import Assignment
from registry import selectors
from registry.letters import person_of, refuse_own_family
from registry.models import RegisterCheck, Resident
from registry.register_answers import RegisterAnswer, register_answers
from registry.registers.panels import deciles_panel, household_panel
from registry.services import keep_answer
from reports.letters import kinds, services
from reports.letters import selectors as letter_selectors
from reports.letters.contexts import Person
from reports.letters.models import Letter
from reports.letters.words import long_date

LISTED, NOT_LISTED = "terdaftar", "tidak_terdaftar"
_KIND_OF: dict[str, str] = {
    RegisterCheck.Result.LISTED: LISTED,
    RegisterCheck.Result.NOT_LISTED: NOT_LISTED,
}
KINDS = frozenset(_KIND_OF.values())


@dataclass(frozen=True, kw_only=True)
class ListingFacts:
    """What the officer says: the code of the register asked about, and what the letter is for."""

    register: str
    purpose: str


class ListingBody(TypedDict):
    """Body of both kinds; ``check`` is the uid of the kept RegisterCheck, empty in drafts."""

    subject: Person
    listed: bool
    register: str
    decile: str
    data_date: str
    source: str
    purpose: str
    check: str
    facts: dict[str, Any]


def obstacle(resident: Resident) -> str:
    """Return why no such letter can be made of the person at all; empty when it can."""
    if resident.life == Resident.Life.DECEASED:
        return _("Warga ini tercatat meninggal, jadi surat tidak dapat dibuat atas namanya.")
    if resident.life == Resident.Life.MOVED:
        return _(
            "Warga ini tercatat pindah. Bila ia masih tinggal di sini, betulkan dulu keadaannya."
        )
    return ""


def listing(uid: uuid.UUID | str, *, actor: Actor) -> Letter:
    """Return a letter of these kinds.

    Raises:
        NotFound: no such letter in the office, or one of another kind.
    """
    found = letter_selectors.letter(actor, uid)
    if found.kind not in KINDS:
        raise NotFound(_("Surat tidak ditemukan di kantor ini."))
    return found


def certain_answers(resident: Resident, *, actor: Actor, on: date) -> list[RegisterAnswer]:
    """Return what can be stated of the person: the answers that are certain. Four queries."""
    answers = register_answers(resident, actor=actor, on=on)
    return [answer for answer in answers if answer.is_certain]


def preview_listing(
    *, actor: Actor, resident: Resident, facts: ListingFacts, signer: Assignment | None
) -> bytes:
    """Return the draft's PDF, marked KONSEP. Raises what :func:`issue_listing` raises."""
    today = actor.office.today()
    answer = _answer(actor, resident, facts, signer, on=today)
    content = _content(actor, resident, facts, signer, answer, dated=today)
    return services.preview(actor=actor, kind=_KIND_OF[answer.result], content=content)


def issue_listing(
    *,
    actor: Actor,
    resident: Resident,
    facts: ListingFacts,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze the letter; what the register said is kept as a RegisterCheck.

    Raises:
        OwnFamily: the officer is on the same card.
        InvalidInput: the register's answer is not certain today; no purpose; the person died or
            moved; the signer is family.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    today = actor.office.today()
    answer = _answer(actor, resident, facts, signer, on=today)
    check = keep_answer(actor=actor, resident=resident, answer=answer)
    return services.issue_letter(
        actor=actor,
        kind=_KIND_OF[answer.result],
        content=_content(actor, resident, facts, signer, answer, dated=today, check=check),
        subject_uid=resident.uid,
        client_uid=client_uid,
    )


def revise_listing(
    *,
    actor: Actor,
    letter: Letter,
    version: int | None,
    facts: ListingFacts,
    signer: Assignment | None,
    reason: str,
) -> Letter:
    """Correct a letter that is not signed yet. Raises what issuing and ``revise`` raise."""
    content = _again(actor, letter, facts, signer, dated=letter.dated)
    return services.revise(
        actor=actor, uid=letter.uid, version=version, content=content, reason=reason
    )


def replace_listing(
    *,
    actor: Actor,
    letter: Letter,
    version: int | None,
    facts: ListingFacts,
    signer: Assignment | None,
    reason: str,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Void a letter and issue its successor. Raises what issuing and voiding raise."""
    content = _again(actor, letter, facts, signer, dated=actor.office.today())
    return services.void_and_replace(
        actor=actor,
        uid=letter.uid,
        version=version,
        content=content,
        reason=reason,
        client_uid=client_uid,
    )


def _again(
    actor: Actor,
    letter: Letter,
    facts: ListingFacts,
    signer: Assignment | None,
    *,
    dated: date,
) -> services.Content:
    resident = selectors.person(letter.subject_uid, actor=actor)
    answer = _answer(actor, resident, facts, signer, on=dated)
    if _KIND_OF[answer.result] != letter.kind:
        raise InvalidInput(
            _(
                "Daftar ini mengatakan lain daripada suratnya. Batalkan surat ini, lalu buat "
                "surat baru."
            ),
            field="register",
        )
    check = keep_answer(actor=actor, resident=resident, answer=answer)
    return _content(actor, resident, facts, signer, answer, dated=dated, check=check)


def _answer(
    actor: Actor,
    resident: Resident,
    facts: ListingFacts,
    signer: Assignment | None,
    *,
    on: date,
) -> RegisterAnswer:
    """Return the certain answer the letter will state, or say why there is no letter."""
    if problem := obstacle(resident):
        raise InvalidInput(problem)
    refuse_own_family(actor, resident, signer)
    if not facts.purpose.strip():
        raise InvalidInput(_("Tulis surat ini untuk keperluan apa."), field="purpose")
    for answer in certain_answers(resident, actor=actor, on=on):
        if answer.register.code == facts.register:
            return answer
    raise InvalidInput(
        _(
            "Menurut daftar ini belum dapat dipastikan, jadi belum ada yang dapat diterangkan. "
            "Periksa dulu di SIKS-NG atau Cek Bansos dan catat hasilnya."
        ),
        field="register",
    )


def _content(
    actor: Actor,
    resident: Resident,
    facts: ListingFacts,
    signer: Assignment | None,
    answer: RegisterAnswer,
    *,
    dated: date,
    check: RegisterCheck | None = None,
) -> services.Content:
    body: ListingBody = {
        "subject": person_of(resident, actor.office),
        "listed": answer.result == RegisterCheck.Result.LISTED,
        "register": answer.register.name_id,
        "decile": str(answer.decile or ""),
        "data_date": long_date(answer.data_date),
        "source": answer.source,
        "purpose": facts.purpose.strip(),
        "check": str(check.uid) if check else "",
        "facts": asdict(facts),
    }
    return services.Content(body=dict(body), signer=signer, dated=dated)


# --- What the program and its pages know of the kinds ---------------------------------------------


def _person_page(letter: Letter) -> str:
    return reverse("registry:person", args=[letter.subject_uid])


def _revise_page(letter: Letter) -> str:
    return reverse("registry:listing_letter_revise", args=[letter.uid])


def _replace_page(letter: Letter) -> str:
    return reverse("registry:listing_letter_replace", args=[letter.uid])


def _panel(actor: Actor, resident: Resident) -> dict[str, Any]:
    may_issue = actor.has(*kinds.get(LISTED).roles) and not obstacle(resident)
    return deciles_panel(actor, resident) | {"may_issue": may_issue}


_SAMPLE = {
    "subject": kinds.SAMPLE_PERSON,
    "register": "DTSEN",
    "decile": "2",
    "data_date": "1 Oktober 2026",
    "source": "SIKS-NG",
    "purpose": "pendaftaran sekolah",
}


def register() -> None:
    """Add the kinds and the panels; called from ``AppConfig.ready()``."""
    for code, name, title in (
        (LISTED, gettext_lazy("Surat keterangan terdaftar"), "Surat Keterangan Terdaftar"),
        (
            NOT_LISTED,
            gettext_lazy("Surat keterangan tidak terdaftar"),
            "Surat Keterangan Tidak Terdaftar",
        ),
    ):
        kinds.register(
            kinds.LetterKind(
                code=code,
                name=name,
                title=title,
                template="letters/terdaftar.html",
                classification="400.9.5",
                subject_url=_person_page,
                revise_url=_revise_page,
                replace_url=_replace_page,
                sample=_SAMPLE | {"listed": code == LISTED},
            )
        )
    template = "registry/registers/deciles_panel.html"
    panels.register(page="person", order=5, template=template, load=_panel)
    panels.register(page="household", order=5, template=template, load=household_panel)
