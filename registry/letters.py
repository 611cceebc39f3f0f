"""Letters about residents: the SKTM (surat keterangan tidak mampu).

An SKTM is made on the spot at the first visit, whatever becomes of the case: it states what the
village knows, and decides nothing.
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import panels
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, OwnFamily
from puskesmas.models import Assignment, Office
from registry import selectors
from registry.households.selectors import Family
from registry.identities import card_of, people_by_record
from registry.models import HouseholdMember, RegisterCheck, Resident
from reports.letters import desk, draft_views, kinds, services
from reports.letters.contexts import Person
from reports.letters.models import Letter
from reports.letters.words import counted, long_date, place_name

SKTM = "sktm"
#: Longer than this no office lets a statement about means stand.
LONGEST_VALIDITY = 12

#: Papers an office may ask for: code -> what the officer reads.
PAPERS = {
    "introduction": gettext_lazy("Surat pengantar RT/RW"),
    "ktp": gettext_lazy("KTP"),
    "kk": gettext_lazy("KK"),
    "statement": gettext_lazy("Surat pernyataan tidak mampu"),
}


@dataclass(frozen=True, kw_only=True)
class SktmFacts:
    """What the officer says. ``dependants`` are uids of people on the same card (as text).

    The introduction is the letter of the RT/RW: who, number, day; all may be empty.
    ``valid_months`` counts from the letter's date.
    """

    purpose: str
    valid_months: int
    for_family: bool = False
    dependants: tuple[str, ...] = ()
    introduced_by: str = ""
    introduction_number: str = ""
    introduction_date: date | None = None
    papers: tuple[str, ...] = ()


class Dependant(TypedDict):
    """One row of the table; the date as ``01-03-2004``."""

    name: str
    nik: str
    relation: str
    birth_date: str


class SktmBody(TypedDict):
    """Body of kind "sktm"; ``facts`` are the officer's words, to fill the form again."""

    subject: Person
    scope: str
    dependants: list[Dependant]
    dependants_counted: str
    basis: str
    register: str
    purpose: str
    facts: dict[str, Any]


def preview_sktm(
    *, actor: Actor, resident: Resident, facts: SktmFacts, signer: Assignment | None
) -> bytes:
    """Return the draft's PDF, marked KONSEP. Raises what :func:`issue_sktm` raises."""
    content = _content(actor, resident, facts, signer, dated=actor.office.today())
    return services.preview(actor=actor, kind=SKTM, content=content)


def issue_sktm(
    *,
    actor: Actor,
    resident: Resident,
    facts: SktmFacts,
    signer: Assignment | None,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Number and freeze an SKTM for a person or his family.

    Raises:
        OwnFamily: the officer is on the same card.
        InvalidInput: the person died or moved; the signer is family; an impossible value.
        NotYourRole, CannotPrint: see :func:`reports.letters.services.issue_letter`.
    """
    return services.issue_letter(
        actor=actor,
        kind=SKTM,
        content=_content(actor, resident, facts, signer, dated=actor.office.today()),
        subject_uid=resident.uid,
        client_uid=client_uid,
    )


def revise_sktm(
    *,
    actor: Actor,
    letter: Letter,
    version: int | None,
    facts: SktmFacts,
    signer: Assignment | None,
    reason: str,
) -> Letter:
    """Correct an SKTM that is not signed yet. Raises what issuing and ``revise`` raise."""
    resident = selectors.person(letter.subject_uid, actor=actor)
    return services.revise(
        actor=actor,
        uid=letter.uid,
        version=version,
        content=_content(actor, resident, facts, signer, dated=letter.dated),
        reason=reason,
    )


def replace_sktm(
    *,
    actor: Actor,
    letter: Letter,
    version: int | None,
    facts: SktmFacts,
    signer: Assignment | None,
    reason: str,
    client_uid: uuid.UUID | None = None,
) -> Letter:
    """Void an SKTM and issue its successor. Raises what issuing and voiding raise."""
    resident = selectors.person(letter.subject_uid, actor=actor)
    return services.void_and_replace(
        actor=actor,
        uid=letter.uid,
        version=version,
        content=_content(actor, resident, facts, signer, dated=actor.office.today()),
        reason=reason,
        client_uid=client_uid,
    )


def obstacle(resident: Resident) -> str:
    """Return why no SKTM can be made for the person at all; empty when it can."""
    if resident.life == Resident.Life.DECEASED:
        return _(
            "Warga ini tercatat meninggal, jadi SKTM tidak dapat dibuat atas namanya. "
            "Buatlah atas nama anggota keluarga yang lain."
        )
    if resident.life == Resident.Life.MOVED:
        return _(
            "Warga ini tercatat pindah. Bila ia masih tinggal di sini, betulkan dulu keadaannya."
        )
    return ""


def dependants_of(resident: Resident) -> list[HouseholdMember]:
    """Return who may stand in the table: the others on the card who live and stay."""
    return [
        member
        for member in selectors.household_of(resident)
        if member.resident_id != resident.pk and member.resident.life == Resident.Life.ALIVE
    ]


def _content(
    actor: Actor,
    resident: Resident,
    facts: SktmFacts,
    signer: Assignment | None,
    *,
    dated: date,
) -> services.Content:
    if problem := obstacle(resident):
        raise InvalidInput(problem)
    refuse_own_family(actor, resident, signer)
    if not 1 <= facts.valid_months <= LONGEST_VALIDITY:
        raise InvalidInput(
            _("Masa berlaku 1 sampai %(most)d bulan.") % {"most": LONGEST_VALIDITY},
            field="valid_months",
        )
    return services.Content(
        body=sktm_body(actor=actor, resident=resident, facts=facts, on=dated),
        signer=signer,
        valid_until=months_after(dated, facts.valid_months),
        dated=dated,
    )


def refuse_own_family(actor: Actor, resident: Resident, signer: Assignment | None) -> None:
    """Let nobody make or sign a letter about himself or somebody on his card.

    Raises:
        OwnFamily: it is the officer who makes it. InvalidInput: it is the signer.
    """
    if selectors.is_family(actor.user, resident):
        raise OwnFamily(_("Anda satu KK dengan warga ini. Mintalah petugas lain membuat suratnya."))
    refuse_signer_of_family(resident, signer)


def refuse_signer_of_family(resident: Resident, signer: Assignment | None) -> None:
    """Let nobody sign a letter about himself or somebody on his card.

    Raises:
        InvalidInput: it is the signer.
    """
    if signer is not None and selectors.is_family(signer.user, resident):
        raise InvalidInput(
            _("Penanda tangan satu KK dengan warga ini. Pilih penanda tangan lain."),
            field="signer",
        )


def sktm_body(*, actor: Actor, resident: Resident, facts: SktmFacts, on: date) -> dict[str, Any]:
    """Return the body of the letter, as of a day: plain JSON, see :class:`SktmBody`.

    Raises:
        InvalidInput: no purpose; a family letter without dependants, or with somebody who is not
            on the card; an introduction of a day to come.
    """
    _check(facts, on)
    chosen = _chosen(dependants_of(resident), facts)
    body: SktmBody = {
        "subject": person_of(resident, actor.office),
        "scope": "family" if facts.for_family else "person",
        "dependants": [_row(member) for member in chosen],
        "dependants_counted": counted(len(chosen), "orang"),
        "basis": _basis(facts),
        "register": _register_sentence(resident, actor, on),
        "purpose": facts.purpose.strip(),
        "facts": asdict(facts)
        | {"introduction_date": facts.introduction_date and facts.introduction_date.isoformat()},
    }
    return dict(body)


def _check(facts: SktmFacts, on: date) -> None:
    if not facts.purpose.strip():
        raise InvalidInput(_("Tulis surat ini untuk keperluan apa."), field="purpose")
    if facts.introduction_date and facts.introduction_date > on:
        raise InvalidInput(
            _("Tanggal surat pengantar tidak boleh sesudah tanggal surat ini."),
            field="introduction_date",
        )


def _chosen(members: list[HouseholdMember], facts: SktmFacts) -> list[HouseholdMember]:
    if not facts.for_family:
        return []
    wanted = set(facts.dependants)
    chosen = [member for member in members if str(member.resident.uid) in wanted]
    if not chosen or len(chosen) != len(wanted):
        raise InvalidInput(
            _("Pilih tanggungan dari anggota KK yang sama, atau buat surat untuk satu orang."),
            field="dependants",
        )
    return chosen


def _row(member: HouseholdMember) -> Dependant:
    born = member.resident.birth_date
    return {
        "name": member.resident.name,
        "nik": member.resident.nik,
        "relation": RELATIONS.get(member.relation, ""),
        "birth_date": f"{born:%d-%m-%Y}" if born else "",
    }


#: Dukcapil's relations as letters name them, whatever the language of the screen.
RELATIONS = {
    "1": "Kepala keluarga",
    "2": "Suami",
    "3": "Istri",
    "4": "Anak",
    "5": "Menantu",
    "6": "Cucu",
    "7": "Orang tua",
    "8": "Mertua",
    "9": "Famili lain",
    "10": "Pembantu",
    "11": "Lainnya",
}
_SEXES = {"L": "Laki-laki", "P": "Perempuan"}


def person_of(resident: Resident, office: Office) -> Person:
    """Return the person as letters describe him, numbers in full (letters are full).

    A few queries, none when :func:`registry.selectors.people_of` loaded him.
    """
    card = card_of(resident)
    return {
        "name": resident.name,
        "nik": resident.nik,
        "kk": card.household.kk if card else "",
        "birth": ", ".join(
            part
            for part in (place_name(resident.birth_place), long_date(resident.birth_date))
            if part
        ),
        "sex": _SEXES.get(resident.sex, ""),
        "religion": place_name(resident.religion),
        "marital_status": place_name(resident.marital_status),
        "occupation": place_name(resident.occupation),
        "address": address_of(resident, office),
    }


def address_of(resident: Resident, office: Office) -> str:
    """Return the address as letters write it, with the name of the village."""
    neighbourhood = " ".join(
        part
        for part in (
            f"RT {resident.rt}" if resident.rt else "",
            f"RW {resident.rw}" if resident.rw else "",
        )
        if part
    )
    dusun = f"Dusun {place_name(resident.dusun)}" if resident.dusun else ""
    street = place_name(resident.address)
    # Some lists repeat the hamlet as the street.
    repeated = dusun.lower() in street.lower() if dusun else False
    parts = (street, "" if repeated else dusun, neighbourhood, office.full_name)
    return ", ".join(part for part in parts if part)


def _basis(facts: SktmFacts) -> str:
    if not (facts.introduced_by or facts.introduction_number):
        return "keterangan yang bersangkutan dan catatan kami"
    words = ["surat pengantar"]
    if facts.introduced_by:
        words.append(facts.introduced_by.strip())
    if facts.introduction_number:
        words.append(f"nomor {facts.introduction_number.strip()}")
    if facts.introduction_date:
        words.append(f"tanggal {long_date(facts.introduction_date)}")
    return " ".join(words)


def _register_sentence(resident: Resident, actor: Actor, on: date) -> str:
    """Return what the newest register said that day; nothing when it cannot be known."""
    answer = selectors.register_answer(resident, actor=actor, on=on)
    if answer is None or answer.result == RegisterCheck.Result.UNCERTAIN or not answer.data_date:
        return ""
    source = f"Menurut data {answer.register.name_id} per {long_date(answer.data_date)}"
    if answer.result == RegisterCheck.Result.NOT_LISTED:
        return f"{source}, yang bersangkutan tidak terdaftar."
    decile = f" pada desil\u00a0{answer.decile}" if answer.decile else ""
    return f"{source}, yang bersangkutan terdaftar{decile}."


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, the month's last day where that does not exist."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


# --- What the pages of other apps show ----------------------------------------------------------


def sktm_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """The person page's panel: earlier letters and the way to a new one. Three queries."""
    kind = kinds.get(SKTM)
    if not actor.has(*desk.READERS):
        return None
    return {
        "resident": resident,
        "rows": desk.rows_about(actor, resident.uid),
        "may_issue": actor.has(*kind.roles) and not obstacle(resident),
        "may_request": actor.has(*draft_views.KEEPERS),
    }


def family_panel(actor: Actor, family: Family) -> dict[str, Any] | None:
    """The household page's panel: the latest letters about any of the family. Four queries."""
    if not actor.has(*desk.READERS):
        return None
    records = people_by_record(one.pk for one in family.residents)
    uids = Resident.objects.filter(pk__in=list(records)).values_list("uid", flat=True)
    return {"rows": desk.rows_about_any(actor, uids), "whose": True}


def _person_page(letter: Letter) -> str:
    return reverse("registry:person", args=[letter.subject_uid])


def _new_page(subject_uid: uuid.UUID) -> str:
    return reverse("registry:sktm_new", args=[subject_uid])


def _revise_page(letter: Letter) -> str:
    return reverse("registry:sktm_revise", args=[letter.uid])


def _replace_page(letter: Letter) -> str:
    return reverse("registry:sktm_replace", args=[letter.uid])


_SAMPLE = {
    "subject": kinds.SAMPLE_PERSON,
    "scope": "family",
    "dependants": [
        {
            "name": "Ahmad (contoh)",
            "nik": "3509990103100001",
            "relation": "Anak",
            "birth_date": "01-03-2010",
        }
    ],
    "dependants_counted": counted(1, "orang"),
    "basis": "surat pengantar Ketua RT 001 RW 002 nomor 12/RT/2026",
    "register": "",
    "purpose": "pengurusan beasiswa",
}


def register() -> None:
    """Add the kind and its panel; called from ``AppConfig.ready()``."""
    kinds.register(
        kinds.LetterKind(
            code=SKTM,
            name=gettext_lazy("Surat keterangan tidak mampu (SKTM)"),
            title="Surat Keterangan Tidak Mampu",
            template="letters/sktm.html",
            classification="400.9.14.1",
            subject_url=_person_page,
            revise_url=_revise_page,
            replace_url=_replace_page,
            new_url=_new_page,
            sample=_SAMPLE,
        )
    )
    letters = "letters/person_panel.html"
    panels.register(page="person", order=40, template=letters, load=sktm_panel)
    panels.register(page="household", order=40, template=letters, load=family_panel)


def papers_named(codes: Iterable[str]) -> list[str]:
    """Return the papers' names, in the house's order."""
    seen = set(codes)
    return [str(name) for code, name in PAPERS.items() if code in seen]
