"""What the receipt says: built here from the case, printed by ``reports.letters``."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.models import Channel, Complaint, ComplaintPaper, CounterQuestion
from complaints.workflow import OPEN_STATES
from programs.papers import paper_name
from puskesmas.errors import NotFound
from puskesmas.models import Office, User
from puskesmas.public_pages import residents_base
from reports.letters.contexts import MissingPaper, ReceiptContext, office_head
from reports.letters.words import long_date, masked

_EMERGENCY = "Dalam keadaan gawat, langsung ke IGD rumah sakit; berkas boleh menyusul."
_PAPERS = "Lengkapi berkas yang masih kurang dan bawa ke kantor ini."
_NO_NIK = "Urus NIK atau KK di Dinas Kependudukan dan Pencatatan Sipil; perkara Anda menunggu."
_EXAMINED = "Petugas memeriksa berkas dan, bila perlu, datang ke rumah."
_TOLD = "Anda diberi tahu hasilnya. Tanyakan kapan saja dengan nomor resi ini."


def receipt_context(case: Complaint) -> ReceiptContext:
    """Return the receipt of a case, in Indonesian whatever the screen's language.

    ``case`` comes from ``selectors.case``.
    """
    with override("id"):
        missing = _missing(case)
        return _context(
            case.office,
            number=case.receipt_number,
            received=_moment(case),
            received_by=case.entered_by,
            kind=case.kind.name_id,
            channel=str(Channel(case.channel).label),
            name=case.person.name,
            nik=case.person.nik,
            reporter=_reporter(case),
            emergency=case.is_emergency,
            missing=missing,
            received_papers=_received_papers(case),
            next_steps=_next_steps(case, missing),
            promise=_promise(case),
        )


def question_receipt_context(question: CounterQuestion) -> ReceiptContext:
    """Return the receipt of a question answered at once.

    Raises:
        NotFound: it was logged without a receipt.
    """
    if not question.receipt_number:
        raise NotFound(_("Pertanyaan ini dicatat tanpa resi."))
    with override("id"):
        local = question.asked_at.astimezone(question.office.tz)
        return _context(
            question.office,
            number=question.receipt_number,
            received=f"{long_date(local.date())}, {local:%H.%M} {local.tzname()}",
            received_by=question.answered_by,
            kind=question.kind.name_id,
            channel=str(Channel(question.channel).label),
            name=question.resident.name if question.resident else "",
            nik=question.resident.nik if question.resident else "",
            reporter="",
            emergency=False,
            missing=[],
            received_papers=[],
            next_steps=["Pertanyaan ini sudah dijawab di tempat."],
            promise="",
        )


def _context(
    office: Office,
    *,
    number: str,
    received: str,
    received_by: User | None,
    kind: str,
    channel: str,
    name: str,
    nik: str,
    reporter: str,
    emergency: bool,
    missing: list[MissingPaper],
    received_papers: list[str],
    next_steps: list[str],
    promise: str,
) -> ReceiptContext:
    base = residents_base(office)
    page = base + reverse("status:check")
    return {
        "number": number,
        "status_url": base + reverse("status:status", args=[number]),
        "status_page": page.partition("://")[2].rstrip("/"),
        "office": office_head(office, letterhead="puskesos"),
        "opening_hours": office.opening_hours,
        "received": received,
        "received_by": received_by.name if received_by else "",
        "kind": kind,
        "channel": channel,
        "name": name,
        "nik_masked": masked(nik),
        "reporter": reporter,
        "emergency": emergency,
        "missing": missing,
        "received_papers": received_papers,
        "next_steps": next_steps,
        "promise": promise,
    }


def _moment(case: Complaint) -> str:
    local = case.received_at.astimezone(case.office.tz)
    return f"{long_date(local.date())}, {local:%H.%M} {local.tzname()}"


def _reporter(case: Complaint) -> str:
    if case.reporter_relation == Complaint.Relation.SELF:
        return ""
    return f"{case.reporter_name} ({case.get_reporter_relation_display().lower()})"


def _missing(case: Complaint) -> list[MissingPaper]:
    today = case.office.today()
    lacking = [
        paper for paper in case.papers.all() if paper.is_missing(today) and not paper.by_office
    ]
    return [{"label": paper.name_id, "note": _note(paper)} for paper in lacking]


def _received_papers(case: Complaint) -> list[str]:
    """Name what was seen or copied and still holds, each paper by what served for it."""
    today = case.office.today()
    return [
        paper_name(paper.given) if paper.given else paper.name_id
        for paper in case.papers.all()
        if not paper.is_missing(today) and not paper.by_office
    ]


def _note(paper: ComplaintPaper) -> str:
    notes = [paper.form_note] if paper.form_note else []
    if not paper.mandatory:
        notes.append("bila ada")
    if paper.must_be_replaced:
        fault = str(paper.get_fault_display()).lower()
        notes = [f"perlu diganti: {paper.review_note or fault}"]
    if paper.substitutes:
        notes.append("atau " + " atau ".join(paper_name(code) for code in paper.substitutes))
    return "; ".join(notes)


def _next_steps(case: Complaint, missing: list[MissingPaper]) -> list[str]:
    steps = [
        (_EMERGENCY, case.is_emergency),
        (_NO_NIK, not case.person.nik_index),
        (_PAPERS, bool(missing)),
        (_EXAMINED, True),
        (_TOLD, True),
    ]
    return [words for words, applies in steps if applies]


def _promise(case: Complaint) -> str:
    if case.due_at is None or case.state not in OPEN_STATES:
        return ""
    return f"Dijawab paling lambat {long_date(case.due_at.astimezone(case.office.tz).date())}."
