"""The proposal's states and every move between them.

Which of musdes and verval comes first is the office's (:func:`next_after`); each move to a next
step is therefore written twice, once for each place it may lead to.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Office, Role
from puskesmas.workflow import Workflow, step


class ProposalState(TextChoices):
    """Where a proposal stands. What the village held is "ditampung", never called refused."""

    DRAFTED = "drafted", _("Dicatat")
    AWAITING_MUSDES = "awaiting_musdes", _("Menunggu musdes/muskel")
    AWAITING_VERVAL = "awaiting_verval", _("Menunggu verval")
    DOUBTED = "doubted", _("Tidak memenuhi kriteria, perlu ditimbang")
    READY = "ready", _("Siap dikirim")
    SENT = "sent", _("Terkirim, menunggu jawaban")
    RETURNED = "returned", _("Dikembalikan untuk diperbaiki")
    ACCEPTED = "accepted", _("Diterima (padan)")
    REJECTED = "rejected", _("Ditolak (tidak padan)")
    NOT_AGREED = "not_agreed", _("Tidak disetujui musdes/muskel")
    RECORDED_ONLY = "recorded_only", _("Ditampung")
    WITHDRAWN = "withdrawn", _("Dicabut")


S = ProposalState
FO, BO, FAS, KOOR = (
    Role.FRONT.value,
    Role.BACK.value,
    Role.FACILITATOR.value,
    Role.COORDINATOR.value,
)
PROPOSERS = (FO, BO, FAS)
#: Who leads a musdes' list, makes the sheets and reads the answers.
KEEPERS = (BO, KOOR)
READERS = (*PROPOSERS, KOOR, Role.HEAD.value)
#: Who may change how a sheet looks.
PROFILE_KEEPERS = (KOOR, Role.ADMIN.value)

#: Steps at which the proposal waits in the village.
HERE = (S.DRAFTED, S.AWAITING_MUSDES, S.AWAITING_VERVAL, S.DOUBTED, S.READY, S.RETURNED)
OPEN_STATES = (*HERE, S.SENT)
FINAL_STATES = (S.ACCEPTED, S.REJECTED, S.NOT_AGREED, S.RECORDED_ONLY, S.WITHDRAWN)

#: Moves nobody makes for himself or for anyone on his own family card.
IMPARTIAL = frozenset(
    {
        *("agree_to_verval", "agree_to_ready", "disagree"),
        *("meets_to_musdes", "meets_to_ready", "does_not_meet"),
        *("forward_to_musdes", "forward_to_ready", "record_only"),
        *("accept", "reject", "send_back", "resubmit"),
    }
)

#: How a proposal begins: history's first row, not a move of the table.
PROPOSE = step("propose", _("Diusulkan"), [], S.DRAFTED, PROPOSERS)

_ANSWERED = (S.SENT, S.RETURNED, S.ACCEPTED, S.REJECTED)

PROPOSAL = Workflow(
    "state",
    ProposalState,
    [
        step("to_musdes", _("Ajukan ke musdes/muskel"), [S.DRAFTED], S.AWAITING_MUSDES, PROPOSERS),
        step("to_verval", _("Ajukan untuk verval"), [S.DRAFTED], S.AWAITING_VERVAL, PROPOSERS),
        step("agree_to_verval", _("Disetujui"), [S.AWAITING_MUSDES], S.AWAITING_VERVAL, KEEPERS),
        step("agree_to_ready", _("Disetujui"), [S.AWAITING_MUSDES], S.READY, KEEPERS),
        step(
            "disagree",
            _("Tidak disetujui"),
            [S.AWAITING_MUSDES],
            S.NOT_AGREED,
            KEEPERS,
            needs_reason=True,
        ),
        step(
            "meets_to_musdes",
            _("Memenuhi kriteria"),
            [S.AWAITING_VERVAL],
            S.AWAITING_MUSDES,
            [BO],
            needs_reason=True,
        ),
        step(
            "meets_to_ready",
            _("Memenuhi kriteria"),
            [S.AWAITING_VERVAL],
            S.READY,
            [BO],
            needs_reason=True,
        ),
        step(
            "does_not_meet",
            _("Tidak memenuhi kriteria"),
            [S.AWAITING_VERVAL],
            S.DOUBTED,
            [BO],
            needs_reason=True,
        ),
        step(
            "forward_to_musdes",
            _("Teruskan juga"),
            [S.DOUBTED],
            S.AWAITING_MUSDES,
            [BO],
            needs_reason=True,
        ),
        step(
            "forward_to_ready",
            _("Teruskan juga"),
            [S.DOUBTED],
            S.READY,
            [BO],
            needs_reason=True,
        ),
        step(
            "record_only",
            _("Tampung (tidak diteruskan)"),
            [S.DOUBTED],
            S.RECORDED_ONLY,
            [BO],
            needs_reason=True,
        ),
        step("send", _("Kirim dalam lembar bulanan"), [S.READY], S.SENT, KEEPERS),
        # A later answer corrects an earlier one.
        step("accept", _("Diterima (padan)"), _ANSWERED, S.ACCEPTED, KEEPERS),
        step(
            "reject",
            _("Ditolak (tidak padan)"),
            _ANSWERED,
            S.REJECTED,
            KEEPERS,
            needs_reason=True,
        ),
        step(
            "send_back",
            _("Dikembalikan"),
            _ANSWERED,
            S.RETURNED,
            KEEPERS,
            needs_reason=True,
        ),
        step(
            "resubmit",
            _("Sudah diperbaiki, siap dikirim lagi"),
            [S.RETURNED],
            S.READY,
            [BO],
            needs_reason=True,
        ),
        step("withdraw", _("Cabut usulan"), HERE, S.WITHDRAWN, PROPOSERS, needs_reason=True),
        step(
            "reopen",
            _("Buka kembali"),
            [S.NOT_AGREED, S.RECORDED_ONLY, S.WITHDRAWN, S.REJECTED],
            S.DRAFTED,
            PROPOSERS,
            needs_reason=True,
        ),
    ],
)


def first_step(office: Office) -> str:
    """Return the move by which a proposal of the office leaves the desk."""
    verval_first = office.proposal_order == Office.ProposalOrder.VERVAL_FIRST
    return "to_verval" if verval_first else "to_musdes"


def next_after(act: str, office: Office) -> str:
    """Return the move of an act ("agree", "meets", "forward") in the office's order of steps."""
    verval_first = office.proposal_order == Office.ProposalOrder.VERVAL_FIRST
    if act == "agree":
        return "agree_to_ready" if verval_first else "agree_to_verval"
    return f"{act}_to_musdes" if verval_first else f"{act}_to_ready"
