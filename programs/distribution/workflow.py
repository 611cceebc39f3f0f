"""The life of a distribution, and of each name on its list."""

from django.utils.translation import gettext_lazy as _

from programs.models import DistributionState, RecipientState
from puskesmas.models import Role
from puskesmas.workflow import Workflow, step

D, R = DistributionState, RecipientState
#: Before there is a distribution at all.
NOT_YET = ""
FO, BO, FASIL, KOOR = (
    Role.FRONT.value,
    Role.BACK.value,
    Role.FACILITATOR.value,
    Role.COORDINATOR.value,
)

READERS = (Role.FRONT, Role.BACK, Role.FACILITATOR, Role.COORDINATOR, Role.HEAD)
#: Who sits at the table.
HANDERS = (Role.FRONT, Role.BACK, Role.FACILITATOR)
#: Who prints the attendance list and the tickets.
PRINTERS = (*HANDERS, Role.COORDINATOR)
#: Who locks the list and closes.
KEEPERS = (Role.BACK, Role.COORDINATOR)

DISTRIBUTION = Workflow(
    "state",
    DistributionState,
    [
        step("open", _("Catat pembagian"), [NOT_YET], D.DRAFT, [BO]),
        step("list", _("Susun daftar"), [D.DRAFT], D.DRAFT, [BO]),
        step("schedule", _("Atur jadwal"), [D.DRAFT], D.DRAFT, [BO]),
        step("settle", _("Kunci daftar"), [D.DRAFT], D.SETTLED, [BO, KOOR]),
        step("unlock", _("Buka kunci daftar"), [D.SETTLED], D.DRAFT, [BO, KOOR], needs_reason=True),
        step("hand_out", _("Bagikan"), [D.SETTLED], D.SETTLED, [FO, BO, FASIL]),
        step("close", _("Tutup pembagian"), [D.SETTLED], D.CLOSED, [BO, KOOR]),
    ],
)

RECIPIENT = Workflow(
    "state",
    RecipientState,
    [
        step("hand", _("Serahkan"), [R.WAITING, R.PENDING], R.TAKEN, [FO, BO, FASIL]),
        step("defer", _("Tunda"), [R.WAITING], R.PENDING, [FO, BO, FASIL]),
        step(
            "undo",
            _("Batalkan penyerahan"),
            [R.TAKEN],
            R.WAITING,
            [FO, BO, FASIL],
            needs_reason=True,
        ),
        step("papers", _("Berkas dilengkapi"), [R.TAKEN], R.TAKEN, [FO, BO, FASIL]),
        step("death", _("Catat meninggal"), [R.WAITING, R.PENDING], R.STRUCK, [FO, BO, FASIL]),
        step(
            "strike",
            _("Keluarkan dari daftar"),
            [R.WAITING, R.PENDING],
            R.STRUCK,
            [BO],
            needs_reason=True,
        ),
        step("replace", _("Catat pengganti"), [R.STRUCK], R.STRUCK, [BO]),
    ],
)
