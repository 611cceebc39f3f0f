"""The life of a verval list: open while the houses are visited, then sent back for good."""

from django.utils.translation import gettext_lazy as _

from puskesmas.models import Role
from puskesmas.workflow import Workflow, step
from registry.models import VervalState

S = VervalState
BO, KOOR, KASUN, FASIL = (
    Role.BACK.value,
    Role.COORDINATOR.value,
    Role.KASUN.value,
    Role.FACILITATOR.value,
)

#: Who sees whole lists; the others see the rows assigned to them.
KEEPERS = (Role.BACK, Role.COORDINATOR)
#: Who walks from house to house.
WALKERS = (Role.KASUN, Role.FACILITATOR)

VERVAL = Workflow(
    "state",
    VervalState,
    [
        step("columns", _("Atur kolom jawaban"), [S.OPEN], S.OPEN, [BO, KOOR]),
        step("assign", _("Bagi tugas"), [S.OPEN], S.OPEN, [BO, KOOR]),
        step("record", _("Catat hasil"), [S.OPEN], S.OPEN, [KASUN, FASIL, BO]),
        step("send_back", _("Kembalikan ke pengirim"), [S.OPEN], S.SENT, [BO, KOOR]),
    ],
)
