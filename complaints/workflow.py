"""The case's states and every move between them.

A referral's own states live in ``referrals.workflow``; the moves here that belong to it
(draft, approve, return, refuse, answer) are made by the referral's verbs in the same transaction.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import SYSTEM, Workflow, step


class CaseState(TextChoices):
    """Where a case stands. Labels are what officers read; residents read ``complaints.public``."""

    REGISTERED = "registered", _("Terdaftar, menunggu diperiksa")
    WAITING_RESIDENT = "waiting_resident", _("Menunggu warga melengkapi")
    IN_VERIFICATION = "in_verification", _("Sedang diverifikasi")
    IN_HANDLING = "in_handling", _("Sedang ditangani")
    AWAITING_APPROVAL = "awaiting_approval", _("Menunggu persetujuan rujukan")
    REFERRED = "referred", _("Dirujuk")
    ANSWERED = "answered", _("Sudah dijawab, belum disampaikan")
    AWAITING_REALISATION = "awaiting_realisation", _("Menunggu realisasi")
    CLOSED = "closed", _("Selesai")
    RECORDED_ONLY = "recorded_only", _("Ditampung")
    LAPSED = "lapsed", _("Gugur karena berkas tidak dilengkapi")
    WITHDRAWN = "withdrawn", _("Dicabut warga")


S = CaseState
FO, BO, FAS = Role.FRONT.value, Role.BACK.value, Role.FACILITATOR.value
APPROVERS = (Role.COORDINATOR.value, Role.HEAD.value)

#: Who verifies: the penanggung jawab only where nobody of the back office may (impartiality).
VERIFIERS = (BO, Role.HEAD.value)

#: States in which somebody still owes something.
OPEN_STATES = (
    S.REGISTERED,
    S.WAITING_RESIDENT,
    S.IN_VERIFICATION,
    S.IN_HANDLING,
    S.AWAITING_APPROVAL,
    S.REFERRED,
    S.ANSWERED,
    S.AWAITING_REALISATION,
)

#: States a case ends in; only reopening leads out.
FINAL_STATES = (S.CLOSED, S.RECORDED_ONLY, S.LAPSED, S.WITHDRAWN)

#: States that wait for the back office.
BACK_OFFICE_STATES = (S.REGISTERED, S.IN_VERIFICATION, S.IN_HANDLING)

#: Who may register a matter or log a question answered at once.
REGISTRARS = (FO, FAS, BO)

#: Who may read matters of a confidential kind (besides the officer who took them down).
CONFIDANTS = (BO, *APPROVERS)

#: How a case begins: history's first row, not a move of the table.
REGISTER = step("register", _("Didaftarkan"), [], S.REGISTERED, REGISTRARS)

_WORKING = (S.REGISTERED, S.IN_VERIFICATION, S.IN_HANDLING)

CASE = Workflow(
    "state",
    CaseState,
    [
        step("examine", _("Mulai verifikasi"), [S.REGISTERED], S.IN_VERIFICATION, VERIFIERS),
        step(
            "ask_papers",
            _("Minta berkas kepada warga"),
            _WORKING,
            S.WAITING_RESIDENT,
            [FO, BO, FAS],
            needs_reason=True,
            clock="stop",
        ),
        step(
            "papers_received",
            _("Berkas sudah diterima"),
            [S.WAITING_RESIDENT],
            S.IN_VERIFICATION,
            [FO, BO, FAS],
            clock="run",
        ),
        step(
            "record_finding",
            _("Catat hasil verifikasi"),
            [S.REGISTERED, S.IN_VERIFICATION],
            S.IN_HANDLING,
            VERIFIERS,
            needs_reason=True,
        ),
        step(
            "record_only",
            _("Tampung (tidak diteruskan)"),
            [S.IN_VERIFICATION, S.IN_HANDLING],
            S.RECORDED_ONLY,
            [BO],
            needs_reason=True,
            clock="stop",
        ),
        step(
            "answer_here",
            _("Selesaikan di Puskesos dengan jawaban"),
            _WORKING,
            S.ANSWERED,
            [BO],
            needs_reason=True,
        ),
        step(
            "submit_referral",
            _("Ajukan rujukan untuk disetujui"),
            _WORKING,
            S.AWAITING_APPROVAL,
            [BO],
        ),
        step(
            "approve_referral",
            _("Setujui rujukan"),
            [S.AWAITING_APPROVAL],
            S.REFERRED,
            APPROVERS,
            # The clock stands once the file was received (services.file_received).
        ),
        step(
            "return_referral",
            _("Kembalikan untuk diperbaiki"),
            [S.AWAITING_APPROVAL],
            S.IN_HANDLING,
            APPROVERS,
            needs_reason=True,
        ),
        step(
            "refuse_referral",
            _("Tolak rujukan"),
            [S.AWAITING_APPROVAL],
            S.IN_HANDLING,
            APPROVERS,
            needs_reason=True,
        ),
        step(
            "returned_by_upstream",
            _("Dikembalikan tingkat atas untuk diperbaiki"),
            [S.REFERRED],
            S.IN_HANDLING,
            [SYSTEM, FO, BO],
            clock="run",
        ),
        step(
            "owner_answered",
            _("Jawaban pemilik program diterima"),
            [S.REFERRED, S.IN_VERIFICATION, S.IN_HANDLING, S.AWAITING_APPROVAL],
            S.ANSWERED,
            [SYSTEM, FO, BO],
            clock="run",
        ),
        # A later official answer confirms or corrects one the village had recorded itself.
        step(
            "owner_corrected",
            _("Jawaban pemilik program diperbaiki"),
            [S.ANSWERED, S.AWAITING_REALISATION, S.CLOSED],
            S.ANSWERED,
            [SYSTEM, FO, BO],
            clock="run",
        ),
        step(
            "told_approved",
            _("Persetujuan sudah disampaikan"),
            [S.ANSWERED],
            S.AWAITING_REALISATION,
            [FO, BO, FAS],
            clock="stop",
        ),
        step(
            "told_and_closed",
            _("Sudah disampaikan kepada warga"),
            [S.ANSWERED],
            S.CLOSED,
            [FO, BO, FAS],
        ),
        step(
            "next_programme",
            _("Ajukan program lain"),
            [S.ANSWERED],
            S.IN_HANDLING,
            [BO],
        ),
        step(
            "realised",
            _("Bantuan sudah diterima warga"),
            [S.AWAITING_REALISATION],
            S.CLOSED,
            [SYSTEM, FO, BO, FAS],
        ),
        step(
            "never_realised",
            _("Dinyatakan tidak terealisasi"),
            [S.AWAITING_REALISATION],
            S.ANSWERED,
            [SYSTEM, FO, BO],
            clock="run",
        ),
        step(
            "close_unreachable",
            _("Tutup: warga tidak dapat dihubungi"),
            [S.WAITING_RESIDENT, S.ANSWERED, S.AWAITING_REALISATION],
            S.CLOSED,
            [FO, BO],
            needs_reason=True,
        ),
        step(
            "lapse",
            _("Nyatakan gugur"),
            [S.WAITING_RESIDENT],
            S.LAPSED,
            [BO],
            needs_reason=True,
        ),
        step(
            "withdraw",
            _("Dicabut atas permintaan warga"),
            # What is on its way to the owner is withdrawn here; his answer is kept when it comes.
            [*_WORKING, S.WAITING_RESIDENT, S.AWAITING_APPROVAL, S.REFERRED],
            S.WITHDRAWN,
            [FO, BO],
            needs_reason=True,
        ),
        step(
            "reopen",
            _("Buka kembali"),
            [S.CLOSED, S.RECORDED_ONLY, S.LAPSED, S.WITHDRAWN],
            S.IN_VERIFICATION,
            [FO, BO],
            needs_reason=True,
            clock="run",
        ),
    ],
)
