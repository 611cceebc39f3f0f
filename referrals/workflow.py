"""The states of a referral: approval in the village, the upstream's answer, realisation.

Three separate facts beside the case's own state. The district's inbox has its own table.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import SYSTEM, Workflow, step


class Approval(TextChoices):
    """What the village's approver said of a drafted referral."""

    AWAITING = "awaiting", _("Menunggu persetujuan")
    APPROVED = "approved", _("Disetujui untuk dirujuk")
    RETURNED = "returned", _("Dikembalikan untuk diperbaiki")
    REFUSED = "refused", _("Rujukan ditolak")


class Answer(TextChoices):
    """What the upstream has said so far. The owner decides; the village only shows it."""

    NONE = "none", _("Belum ada jawaban")
    RECEIVED = "received", _("Diterima tingkat atas")
    FORWARDED = "forwarded", _("Ditinjau dan diteruskan tingkat atas")
    RECOMMENDED = "recommended", _("Direkomendasikan ke pemilik program")
    STUDIED = "studied", _("Sedang dipelajari pemilik program")
    RETURNED = "returned", _("Dikembalikan untuk diperbaiki")
    APPROVED = "approved", _("Disetujui pemilik program")
    REFUSED = "refused", _("Tidak disetujui pemilik program")


class Realisation(TextChoices):
    """Whether the aid reached the person: a fact of its own, weeks or months later."""

    NONE = "none", _("Belum ada")
    QUEUED = "queued", _("Masuk daftar tunggu")
    PROMISED = "promised", _("Dijanjikan")
    READY = "ready", _("Siap diambil")
    TEMPORARY = "temporary", _("Diterima sementara")
    COLLECTED = "collected", _("Sudah diterima")
    NEVER = "never", _("Tidak terealisasi")
    ENDED = "ended", _("Kepesertaan berakhir")


BO, FO, FAS = Role.BACK.value, Role.FRONT.value, Role.FACILITATOR.value
APPROVERS = (Role.COORDINATOR.value, Role.HEAD.value)
DISTRICT = (Role.MANAGER.value, Role.DISTRICT_BACK.value)
#: Who reviews for the kecamatan; the manager may, when nobody is posted there.
REVIEWERS = (Role.SUPERVISOR.value, Role.MANAGER.value)
A, R = Answer, Realisation

APPROVAL = Workflow(
    "approval",
    Approval,
    [
        step("approve", _("Setujui rujukan"), [Approval.AWAITING], Approval.APPROVED, APPROVERS),
        step(
            "return",
            _("Kembalikan untuk diperbaiki"),
            [Approval.AWAITING],
            Approval.RETURNED,
            APPROVERS,
            needs_reason=True,
        ),
        step(
            "refuse",
            _("Tolak rujukan"),
            [Approval.AWAITING],
            Approval.REFUSED,
            APPROVERS,
            needs_reason=True,
        ),
        step(
            "resubmit",
            _("Ajukan lagi"),
            [Approval.RETURNED, Approval.APPROVED],
            Approval.AWAITING,
            [BO],
        ),
        # The resident withdrew the case before the file had left: nothing is sent any more.
        step(
            "recalled",
            _("Ditarik sebelum terkirim"),
            [Approval.AWAITING, Approval.APPROVED],
            Approval.RETURNED,
            [SYSTEM],
        ),
        # The owner decided on the earlier submission after all: the mended one is not needed.
        step(
            "overtaken",
            _("Pemilik program menjawab lebih dulu"),
            [Approval.AWAITING, Approval.RETURNED],
            Approval.APPROVED,
            [SYSTEM],
        ),
    ],
)

#: Answers after which the upstream still owes the owner's word.
OWED = (A.NONE, A.RECEIVED, A.FORWARDED, A.RECOMMENDED, A.STUDIED)

#: Answers that are the owner's own word; the others are said by whoever passes the file on.
OWNERS_WORD = (A.STUDIED, A.APPROVED, A.REFUSED)
#: The same from a partner, whoever owns the programme.
PARTNERS_WORD = {
    A.STUDIED: _("Sedang dipelajari %(partner)s"),
    A.APPROVED: _("Disetujui %(partner)s"),
    A.REFUSED: _("Tidak disetujui %(partner)s"),
}


#: The village's copy of the answer: set by messages that arrive (system), or recorded by hand
#: with source and date when nothing of ours runs up there. A later answer corrects an earlier one.
ANSWER = Workflow(
    "answer",
    Answer,
    [
        step(
            "received",
            _("Diterima tingkat atas"),
            [A.NONE, A.RETURNED],
            A.RECEIVED,
            [SYSTEM, FO, BO],
        ),
        # Said by the tiers between the village and the owner, never noted by hand.
        step(
            "forwarded",
            _("Ditinjau dan diteruskan tingkat atas"),
            [A.NONE, A.RECEIVED, A.RETURNED],
            A.FORWARDED,
            [SYSTEM],
        ),
        step(
            "recommended",
            _("Direkomendasikan ke pemilik program"),
            [A.NONE, A.RECEIVED, A.FORWARDED, A.STUDIED, A.RETURNED],
            A.RECOMMENDED,
            [SYSTEM, FO, BO],
        ),
        step(
            "studied",
            _("Dipelajari pemilik program"),
            [A.NONE, A.RECEIVED, A.FORWARDED, A.RECOMMENDED, A.RETURNED],
            A.STUDIED,
            [SYSTEM, FO, BO],
        ),
        step(
            "returned",
            _("Dikembalikan untuk diperbaiki"),
            OWED,
            A.RETURNED,
            [SYSTEM, FO, BO],
            needs_reason=True,
        ),
        step(
            "approved",
            _("Disetujui pemilik program"),
            [*OWED, A.RETURNED, A.REFUSED],
            A.APPROVED,
            [SYSTEM, FO, BO],
        ),
        step(
            "refused",
            _("Tidak disetujui pemilik program"),
            [*OWED, A.RETURNED, A.APPROVED],
            A.REFUSED,
            [SYSTEM, FO, BO],
            needs_reason=True,
        ),
        step("resubmitted", _("Dikirim ulang"), [A.RETURNED], A.NONE, APPROVERS),
    ],
)

#: What a place in the waiting line may still become.
_EXPECTED = (R.NONE, R.QUEUED, R.PROMISED)

#: Realisation moves the same way in the village (arrived or recorded by hand) and at the district.
#: There only the quota puts somebody in the waiting line and takes him out of it.
REALISATION = Workflow(
    "realisation",
    Realisation,
    [
        step("queued", _("Masuk daftar tunggu"), [R.NONE], R.QUEUED, [SYSTEM, FO, BO]),
        step(
            "promised",
            _("Dijanjikan"),
            [R.NONE, R.QUEUED],
            R.PROMISED,
            [SYSTEM, FO, BO, *DISTRICT],
        ),
        step("ready", _("Siap diambil"), _EXPECTED, R.READY, [SYSTEM, FO, BO, *DISTRICT]),
        step(
            "temporary",
            _("Diterima sementara"),
            [*_EXPECTED, R.READY],
            R.TEMPORARY,
            [SYSTEM, FO, BO, FAS, *DISTRICT],
        ),
        step(
            "collected",
            _("Sudah diterima"),
            [*_EXPECTED, R.READY, R.TEMPORARY],
            R.COLLECTED,
            [SYSTEM, FO, BO, FAS, *DISTRICT],
        ),
        step(
            "never",
            _("Tidak terealisasi"),
            [*_EXPECTED, R.READY, R.TEMPORARY],
            R.NEVER,
            [SYSTEM, FO, BO, *DISTRICT],
            needs_reason=True,
        ),
        # Another programme took its place (a national card instead of the regional one).
        step(
            "ended",
            _("Kepesertaan berakhir"),
            [R.COLLECTED],
            R.ENDED,
            [SYSTEM],
            needs_reason=True,
        ),
    ],
)

#: Realisations after which nothing more is expected.
OVER = (R.COLLECTED, R.NEVER, R.ENDED)


class Inbox(TextChoices):
    """Where a received referral stands at the district."""

    REVIEW = "review", _("Menunggu supervisor kecamatan")
    RECEIVED = "received", _("Baru masuk")
    RETURNED = "returned", _("Dikembalikan ke desa")
    FORWARDED = "forwarded", _("Diteruskan, menunggu pemilik program")
    RECOMMENDED = "recommended", _("Direkomendasikan, menunggu pemilik program")
    STUDIED = "studied", _("Dipelajari pemilik program")
    APPROVED = "approved", _("Disetujui pemilik program")
    REFUSED = "refused", _("Tidak disetujui pemilik program")


X = Inbox
#: Where a file waits for the owner's word.
WITH_OWNER = (X.FORWARDED, X.RECOMMENDED, X.STUDIED)
#: The owner's word comes from his own page (the program writes it down), or an officer notes it.
OWNER_OR_DISTRICT = (SYSTEM, *DISTRICT)

#: Which of the hops a file takes, and so whether the manager or the owner is asked at all, is the
#: office's data (:mod:`referrals.chain`); the verbs look there before they make one of these moves.
INBOX = Workflow(
    "state",
    Inbox,
    [
        # As soon as it came: the kecamatan looks at it before the manager does.
        step("to_review", _("Menunggu supervisor kecamatan"), [X.RECEIVED], X.REVIEW, [SYSTEM]),
        step("pass", _("Tinjau dan teruskan"), [X.REVIEW], X.RECEIVED, REVIEWERS),
        step(
            "send_back",
            _("Kembalikan ke desa"),
            [X.REVIEW],
            X.RETURNED,
            REVIEWERS,
            needs_reason=True,
        ),
        # Past the manager, where the chain has none.
        step("forward", _("Diteruskan ke pemilik program"), [X.RECEIVED], X.FORWARDED, [SYSTEM]),
        step(
            "return",
            _("Kembalikan untuk diperbaiki"),
            [X.RECEIVED, *WITH_OWNER],
            X.RETURNED,
            OWNER_OR_DISTRICT,
            needs_reason=True,
        ),
        # Also before anybody here looked at it: the village mended it by itself.
        step(
            "resubmitted",
            _("Kiriman perbaikan diterima"),
            [X.RETURNED, X.REVIEW, X.RECEIVED],
            X.RECEIVED,
            [SYSTEM],
        ),
        step(
            "recommend",
            _("Rekomendasikan ke pemilik program"),
            [X.RECEIVED],
            X.RECOMMENDED,
            [Role.MANAGER.value],
        ),
        step(
            "study",
            _("Dipelajari pemilik program"),
            [X.FORWARDED, X.RECOMMENDED],
            X.STUDIED,
            OWNER_OR_DISTRICT,
        ),
        # From "received" only where no owner stands behind the manager.
        step(
            "approve",
            _("Catat: disetujui pemilik program"),
            [X.RECEIVED, *WITH_OWNER, X.REFUSED],
            X.APPROVED,
            OWNER_OR_DISTRICT,
        ),
        step(
            "refuse",
            _("Catat: tidak disetujui pemilik program"),
            [X.RECEIVED, *WITH_OWNER, X.APPROVED],
            X.REFUSED,
            OWNER_OR_DISTRICT,
            needs_reason=True,
        ),
    ],
)
