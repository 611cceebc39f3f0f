"""The life of a letter: numbered, signed, handed over; or void, keeping its number."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import Workflow, step


class LetterState(TextChoices):
    """*Issued* means signed: before that the QR page says so. Expiry is derived from the date."""

    NUMBERED = "numbered", _("Bernomor, menunggu tanda tangan")
    SIGNED = "signed", _("Ditandatangani")
    HANDED = "handed", _("Diserahkan")
    VOID = "void", _("Dibatalkan")


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
