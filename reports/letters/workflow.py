"""The life of a letter: asked for, drafted; numbered, signed, handed over; lapsed or void.

What has no number yet is a row of its own (``LetterDraft``), so that the register holds letters
only, and whatever ends after its number keeps it.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import SYSTEM, Workflow, step


class LetterState(TextChoices):
    """*Issued* means signed: before that the QR page says so. Expiry is derived from the date."""

    NUMBERED = "numbered", _("Bernomor, menunggu tanda tangan")
    SIGNED = "signed", _("Ditandatangani")
    HANDED = "handed", _("Diserahkan")
    # Its validity ended before anybody signed it.
    LAPSED = "lapsed", _("Gugur, tidak ditandatangani")
    VOID = "void", _("Dibatalkan")


#: Letters that stand no more, so that there may be another; their numbers stay taken.
ENDED = (LetterState.LAPSED, LetterState.VOID)


L = LetterState
#: Before there is a letter at all.
NOT_YET = ""
FO, BO, HEAD, KOOR = (
    Role.FRONT.value,
    Role.BACK.value,
    Role.HEAD.value,
    Role.COORDINATOR.value,
)

LETTER = Workflow(
    "state",
    LetterState,
    [
        # A kind may narrow who issues it (reports.letters.kinds).
        step("issue", _("Terbitkan"), [NOT_YET], L.NUMBERED, [FO, BO, HEAD, KOOR]),
        step("revise", _("Perbaiki isi"), [L.NUMBERED], L.NUMBERED, [FO, BO], needs_reason=True),
        # The officer at the counter records that the paper came back signed.
        step("sign", _("Catat sudah ditandatangani"), [L.NUMBERED], L.SIGNED, [FO, BO, HEAD, KOOR]),
        step("hand_over", _("Serahkan kepada warga"), [L.SIGNED], L.HANDED, [FO, BO]),
        step("lapse", _("Gugurkan"), [L.NUMBERED], L.LAPSED, [SYSTEM]),
        step(
            "void",
            _("Batalkan"),
            [L.NUMBERED, L.SIGNED, L.HANDED],
            L.VOID,
            [BO, HEAD, KOOR],
            needs_reason=True,
        ),
    ],
)


class DraftState(TextChoices):
    """Before the number."""

    REQUESTED = "requested", _("Diminta")
    DRAFTED = "drafted", _("Konsep")
    NUMBERED = "numbered", _("Sudah menjadi surat")
    DROPPED = "dropped", _("Tidak jadi")
    LAPSED = "lapsed", _("Gugur")

    @classmethod
    def waiting(cls) -> tuple["DraftState", "DraftState"]:
        """Return the states in which somebody has still to do something."""
        return cls.REQUESTED, cls.DRAFTED


D = DraftState
_WAITING = [D.REQUESTED, D.DRAFTED]
DRAFT = Workflow(
    "state",
    DraftState,
    [
        step("request", _("Catat permohonan"), [NOT_YET], D.REQUESTED, [FO, BO, KOOR]),
        step("draft", _("Simpan konsep"), [NOT_YET, *_WAITING], D.DRAFTED, [FO, BO]),
        step("number", _("Terbitkan"), _WAITING, D.NUMBERED, [FO, BO, HEAD, KOOR]),
        step("drop", _("Tidak jadi"), _WAITING, D.DROPPED, [FO, BO, KOOR], needs_reason=True),
        step("lapse", _("Gugurkan"), _WAITING, D.LAPSED, [SYSTEM]),
    ],
)
