"""What a resident may read of his case by its number: plain words, and nothing personal.

The village decides nothing about aid, so none of its acts reads as acceptance or refusal here; the
owner's answer is shown as the owner's, and nobody else's word is. Details open to who knows the
last four digits of the person's NIK or phone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.flow import FlowStep, entered_at, steps_of
from complaints.forms import missing_papers
from complaints.models import Complaint, ComplaintPaper, ComplaintProgramme, CounterQuestion
from complaints.whereabouts import waits_here_since
from complaints.workflow import CASE, CaseState
from programs.papers import paper_name, papers
from puskesmas import throttle
from puskesmas.crypto import blind_index
from puskesmas.errors import DomainError, InvalidInput, NotFound
from puskesmas.models import Transition
from puskesmas.public_pages import ServedRecord, ShownOffice

S = CaseState
Outcome = Complaint.Outcome

LOOKUPS_PER_NUMBER: dict[str, Any] = {"capacity": 30, "per": timedelta(minutes=10)}
LOOKUPS_PER_ADDRESS: dict[str, Any] = {"capacity": 60, "per": timedelta(minutes=10)}
DETAIL_TRIES: dict[str, Any] = {"capacity": 5, "per": timedelta(days=1)}


@dataclass(frozen=True)
class ReferralNews:
    """What was said of a referral: what, by whom, when, under which number.

    ``by_owner`` says that it is the programme owner's own word; news of who passes the file on
    must never read as his. ``by_partner`` says that a partner decides here, who is named instead,
    and ``anonymous_text`` leaves his name out. ``said_by`` is "" when nobody is known to have said
    it. ``reason`` and ``instructions`` are personal: shown with the details only, as is
    ``programme``.
    """

    text: Any
    said_by: str
    said_on: date
    by_owner: bool = True
    by_partner: bool = False
    anonymous_text: Any = ""
    document_number: str = ""
    programme: str = ""
    reason: str = ""
    instructions: str = ""

    @property
    def title(self) -> str:
        """Return the heading that says whose word it is."""
        if self.by_owner and self.by_partner:
            return _("Jawaban %(who)s") % {"who": self.said_by or _("lembaga yang dituju")}
        if self.by_owner:
            return _("Jawaban pemilik program")
        if not self.said_by:
            return _("Kabar tentang rujukan")
        return _("Kabar dari %(who)s") % {"who": self.said_by}


AnswerProvider = Callable[[Complaint], list[ReferralNews]]
_providers: list[AnswerProvider] = []


def register_answer_provider(provider: AnswerProvider) -> None:
    """Add where news of referrals comes from, newest first; called from ``AppConfig.ready()``."""
    _providers.append(provider)


#: Who knows the numbers of offices that let us serve their pages: each office's record of one.
RecordProvider = Callable[[str], list[ServedRecord]]
_record_providers: list[RecordProvider] = []


def register_record_provider(provider: RecordProvider) -> None:
    """Add where records of other offices' numbers are; called from ``AppConfig.ready()``."""
    _record_providers.append(provider)


class SeveralOffices(DomainError):
    """By chance two offices gave out the same number; ``offices`` are their names."""

    status = 409
    code = "several_offices"

    def __init__(self, offices: list[str]) -> None:
        super().__init__(_("Nomor ini dipakai lebih dari satu kantor."))
        self.offices = offices


@dataclass(frozen=True)
class PublicStatus:
    """The page behind a number. ``next`` says what happens now, ``who`` whose turn it is.

    ``served`` is set when another office sent it here: who shows it for whom, and as of when.
    """

    number: str
    office: ShownOffice
    received_at: datetime
    since: datetime
    sentence: Any
    next: Any = ""
    who: Any = ""
    due: datetime | None = None
    bring: list[Any] = field(default_factory=list)
    steps: list[FlowStep] = field(default_factory=list)
    answers: list[ReferralNews] = field(default_factory=list)
    emergency: bool = False
    has_details: bool = True
    served: ServedRecord | None = None


@dataclass(frozen=True)
class Details:
    """What the right four digits open. Still no NIK, no name."""

    kind: str
    programmes: list[str]
    words: list[tuple[Any, str]]
    answers: list[ReferralNews]


@dataclass(frozen=True)
class _Words:
    sentence: Any
    next: Any
    who: Any


#: Where the resident's papers still help, and where an answer of ours is still to come.
_COLLECTING = {S.REGISTERED, S.WAITING_RESIDENT, S.IN_VERIFICATION, S.IN_HANDLING}
_UNANSWERED = {*_COLLECTING, S.AWAITING_APPROVAL}

_OFFICER = gettext_lazy("Petugas Puskesos")
_YOU = gettext_lazy("Anda")
_OWNER = gettext_lazy("Pemilik program")
_NOBODY = ""

#: Approved here, and not yet received where it goes.
ON_ITS_WAY = "on_its_way"
#: No case: a question answered at the counter.
QUESTION = "question"
#: Ends that have words of their own.
_ENDS = (Outcome.COLLECTED, Outcome.UNREACHABLE)

#: What is said of each public state: the case's own, and those below.
_WORDS: dict[str, _Words] = {
    S.REGISTERED: _Words(
        gettext_lazy("Keluhan Anda sudah terdaftar dan menunggu diperiksa."),
        gettext_lazy("Petugas memeriksa berkas dan keadaan Anda."),
        _OFFICER,
    ),
    S.WAITING_RESIDENT: _Words(
        gettext_lazy("Kami menunggu Anda melengkapi berkas."),
        gettext_lazy("Bawa berkas yang diminta ke kantor Puskesos."),
        _YOU,
    ),
    S.IN_VERIFICATION: _Words(
        gettext_lazy("Petugas sedang memeriksa berkas dan keadaan Anda."),
        gettext_lazy("Petugas dapat menghubungi Anda atau datang ke rumah."),
        _OFFICER,
    ),
    S.IN_HANDLING: _Words(
        gettext_lazy("Keluhan Anda sedang ditangani."),
        gettext_lazy("Petugas menyiapkan jawaban atau rujukan."),
        _OFFICER,
    ),
    S.AWAITING_APPROVAL: _Words(
        gettext_lazy("Surat rujukan Anda sedang diperiksa sebelum dikirim."),
        gettext_lazy("Setelah ditandatangani, berkas dikirim kepada pihak yang memutuskan."),
        _OFFICER,
    ),
    S.REFERRED: _Words(
        gettext_lazy("Berkas Anda sudah diteruskan dan menunggu jawaban pemilik program."),
        gettext_lazy("Pemilik program yang memutuskan. Kami menanyakan jawabannya untuk Anda."),
        _OWNER,
    ),
    S.ANSWERED: _Words(
        gettext_lazy("Jawaban untuk keluhan Anda sudah ada."),
        gettext_lazy("Petugas menyampaikan jawabannya kepada Anda."),
        _OFFICER,
    ),
    S.AWAITING_REALISATION: _Words(
        gettext_lazy("Jawaban pemilik program sudah disampaikan. Pelaksanaannya belum selesai."),
        gettext_lazy("Kami memberi tahu Anda kapan dan di mana dapat diambil."),
        _OWNER,
    ),
    S.CLOSED: _Words(
        gettext_lazy("Keluhan Anda sudah dijawab dan disampaikan."),
        gettext_lazy("Bila keadaan berubah, minta petugas membukanya kembali."),
        _NOBODY,
    ),
    S.RECORDED_ONLY: _Words(
        gettext_lazy("Keluhan Anda dicatat dan disimpan; untuk sekarang belum diteruskan."),
        gettext_lazy("Alasannya dijelaskan petugas. Bila keadaan berubah, minta dibuka kembali."),
        _NOBODY,
    ),
    S.LAPSED: _Words(
        gettext_lazy("Penanganan berhenti karena berkas belum dilengkapi."),
        gettext_lazy("Datang dengan berkasnya, dan perkara dibuka kembali."),
        _NOBODY,
    ),
    S.WITHDRAWN: _Words(
        gettext_lazy("Keluhan ini dicabut atas permintaan Anda."),
        gettext_lazy("Bila masih perlu, minta petugas membukanya kembali."),
        _NOBODY,
    ),
    ON_ITS_WAY: _Words(
        gettext_lazy("Rujukan Anda sudah disetujui; berkasnya sedang dikirim atau diantar."),
        gettext_lazy("Setelah berkasnya diterima di tujuan, pemilik program yang memutuskan."),
        _OFFICER,
    ),
    Outcome.COLLECTED: _Words(
        gettext_lazy("Selesai: sudah diterima."), gettext_lazy("Tidak ada lagi yang ditunggu."), ""
    ),
    Outcome.UNREACHABLE: _Words(
        gettext_lazy("Penanganan berhenti karena kami tidak dapat menghubungi Anda."),
        gettext_lazy("Datang ke kantor: petugas menjelaskannya, dan perkara dapat dibuka kembali."),
        _YOU,
    ),
    QUESTION: _Words(
        gettext_lazy("Pertanyaan Anda sudah dijawab di tempat."),
        gettext_lazy("Bila masih ada yang belum jelas, tanyakan lagi kepada petugas."),
        _NOBODY,
    ),
}


def status_of(number: str, *, address: str) -> PublicStatus:
    """Return the status of a well-formed number: four queries for a case.

    A number of this installation comes first. One that an office below lets us serve takes as many
    queries as one nobody knows.

    Raises:
        TooManyTries: too many lookups of this number, or from this address.
        NotFound: no such number, or no news of it yet.
        SeveralOffices: two offices let us serve the same number.
    """
    throttle.take("status-number", number, **LOOKUPS_PER_NUMBER)
    throttle.take("status-address", address, **LOOKUPS_PER_ADDRESS)
    case = _find(number)
    if case is not None:
        return _case_status(case)
    question = _question(number)
    if question is not None:
        return _question_status(question)
    records = [record for provider in _record_providers for record in provider(number)]
    if not records:
        raise NotFound(_("Nomor resi ini tidak ditemukan."), code="unknown_number")
    if len(records) > 1:
        raise SeveralOffices([record.office.full_name for record in records])
    return _served_status(number, records[0])


def _question_status(question: CounterQuestion) -> PublicStatus:
    words = _WORDS[QUESTION]
    return PublicStatus(
        number=question.receipt_number,
        office=question.office,
        received_at=question.asked_at,
        since=question.asked_at,
        sentence=words.sentence,
        next=words.next,
        has_details=False,
    )


def _served_status(number: str, record: ServedRecord) -> PublicStatus:
    """Return the page of what another office sent of its number (see :func:`record_of`)."""
    said = record.body
    words = _WORDS[said["state"]]
    return PublicStatus(
        number=number,
        office=record.office,
        received_at=datetime.fromisoformat(said["received_at"]),
        since=datetime.fromisoformat(said["since"]),
        sentence=words.sentence,
        next=words.next,
        who=words.who,
        due=datetime.fromisoformat(said["due_at"]) if said["due_at"] else None,
        bring=[_sent_paper(code) for code in said["papers"]],
        has_details=False,
        served=record,
    )


def _sent_paper(code: str) -> str:
    return paper_name(code) if code in papers() else _("berkas lain yang diminta kantor")


def record_of(matter: Complaint | CounterQuestion) -> dict[str, Any]:
    """Return the least that a tier above needs to show the number's page: nobody, nothing typed.

    ``state`` is a key of the words of this module, moments are ISO 8601 or None, ``papers`` codes
    of the catalogue ("other" for one the office named itself; of a confidential matter none).
    """
    if isinstance(matter, CounterQuestion):
        asked = matter.asked_at.isoformat()
        return _record(QUESTION, received_at=asked, since=asked, due_at=None, papers=[])
    due = matter.due_at if matter.state in _UNANSWERED else None
    return _record(
        state_of(matter),
        received_at=matter.received_at.isoformat(),
        since=_since(matter).isoformat(),
        due_at=due.isoformat() if due else None,
        papers=[] if matter.kind.sensitive else _sent_papers(matter),
    )


def _record(state: str, **rest: Any) -> dict[str, Any]:
    return {"state": str(state), **rest}


def _sent_papers(case: Complaint) -> list[str]:
    known = (paper.code if paper.code in papers() else "other" for paper in _wanted_of(case))
    return list(dict.fromkeys(known))


def _find(number: str) -> Complaint | None:
    return (
        Complaint.objects.filter(receipt_number=number)
        .select_related("office", "kind", "subject__canonical")
        .prefetch_related("papers")
        .first()
    )


def _question(number: str) -> CounterQuestion | None:
    rows = CounterQuestion.objects.filter(receipt_number=number).select_related("office")
    return rows.first() if number else None


def _case_status(case: Complaint) -> PublicStatus:
    words = _WORDS[state_of(case)]
    moves = Transition.objects.filter(subject_uid=case.uid, field=CASE.field).order_by("at", "pk")
    return PublicStatus(
        number=case.receipt_number,
        office=case.office,
        received_at=case.received_at,
        since=_since(case),
        sentence=words.sentence,
        next=words.next,
        who=words.who,
        due=case.due_at if case.state in _UNANSWERED else None,
        bring=[_to_bring(paper) for paper in _wanted_of(case)],
        steps=steps_of(case, entered_at(moves.values_list("target", "at"))),
        answers=[_anonymous(said) for said in _answers(case)]
        if case.kind.sensitive
        else _answers(case),
        emergency=case.is_emergency,
        has_details=not case.kind.sensitive,
    )


def _to_bring(paper: ComplaintPaper) -> str:
    """Return the paper's name, and why it is to be brought again. Notes may be personal."""
    if not paper.must_be_replaced:
        return paper.name
    return _("%(paper)s: perlu diganti (%(fault)s)") % {
        "paper": paper.name,
        "fault": paper.get_fault_display().lower(),
    }


def _since(case: Complaint) -> datetime:
    return case.state_since if case.state != S.REGISTERED else case.received_at


def _wanted_of(case: Complaint) -> list[ComplaintPaper]:
    """Return what the resident himself may still bring."""
    if case.state not in _COLLECTING:
        return []
    return [paper for paper in missing_papers(case) if not paper.by_office]


def state_of(case: Complaint) -> str:
    """Return what the resident is told of: the case's state, or a finer one (a query at most)."""
    if case.state == S.CLOSED and case.outcome in _ENDS:
        return case.outcome
    return ON_ITS_WAY if waits_here_since(case) else case.state


def _answers(case: Complaint) -> list[ReferralNews]:
    return [answer for provider in _providers for answer in provider(case)]


def _anonymous(said: ReferralNews) -> ReferralNews:
    """Return the news of a confidential matter: whose office it is in would tell the matter."""
    said_by = _("pemilik program") if said.by_owner and not said.by_partner else ""
    text = said.anonymous_text or said.text
    return replace(said, text=text, said_by=said_by, document_number="")


def details_of(number: str, *, last4: str, address: str) -> Details:
    """Return what the last four digits of NIK or phone open.

    Raises:
        TooManyTries: five tries a day a number are used up, or too many lookups from this address.
        NotFound: no such number, or a confidential matter.
        InvalidInput: the digits do not match.
    """
    # First, so that guessing numbers here costs what it costs on the status page.
    throttle.take("status-address", address, **LOOKUPS_PER_ADDRESS)
    throttle.take(
        "status-details",
        number,
        message=_("Percobaan untuk nomor ini sudah habis. Coba lagi besok, atau datang ke kantor."),
        **DETAIL_TRIES,
    )
    case = _find(number)
    if case is None or case.kind.sensitive:
        raise NotFound(_("Nomor resi ini tidak ditemukan."), code="unknown_number")
    if not _matches(case, last4):
        raise InvalidInput(
            _("Empat angka ini tidak cocok dengan NIK atau telepon pada keluhan ini."),
            field="last4",
        )
    throttle.forget("status-details", number)
    return _details(case)


def _matches(case: Complaint, last4: str) -> bool:
    nik = blind_index(last4, purpose="nik-last4")
    phone = blind_index(last4, purpose="phone-last4")
    person = case.person
    # The paper in his hand may carry the number of a record merged since.
    return nik in {person.nik_last4_index, case.subject.nik_last4_index} or phone in {
        person.phone_last4_index,
        case.subject.phone_last4_index,
        case.reporter_phone_last4_index,
    }


def _details(case: Complaint) -> Details:
    needed = ComplaintProgramme.Relation.NEEDED
    rows = case.programmes.filter(relation=needed).select_related("programme")
    said: list[tuple[Any, str]] = []
    if case.answer and case.outcome == Outcome.HANDLED:
        said.append((_("Jawaban Puskesos"), case.answer))
    said += [
        (_("Berkas: %(paper)s") % {"paper": paper.name}, paper.review_note)
        for paper in missing_papers(case)
        if paper.must_be_replaced and paper.review_note
    ]
    if case.state in {S.WAITING_RESIDENT, S.RECORDED_ONLY, S.LAPSED}:
        last = (
            Transition.objects.filter(subject_uid=case.uid, field=CASE.field, target=case.state)
            .select_related("reason")
            .order_by("-at", "-pk")
            .first()
        )
        if last and last.reason:
            said.append((_("Pesan petugas"), last.reason.text))
    return Details(
        kind=case.kind.name,
        programmes=[row.programme.name for row in rows],
        words=said,
        answers=_answers(case),
    )
