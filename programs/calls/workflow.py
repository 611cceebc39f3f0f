"""The life of a call for candidates. The village names, the owner chooses."""

from django.utils.translation import gettext_lazy as _

from programs.models import CallState
from puskesmas.models import Role
from puskesmas.workflow import Workflow, step

C = CallState
#: Before there is a call at all.
NOT_YET = ""
FO, BO, FASIL, KOOR, HEAD = (
    Role.FRONT.value,
    Role.BACK.value,
    Role.FACILITATOR.value,
    Role.COORDINATOR.value,
    Role.HEAD.value,
)

READERS = (Role.FRONT, Role.BACK, Role.FACILITATOR, Role.COORDINATOR, Role.HEAD)
#: Who opens and prints the list for the owner.
FETCHERS = (Role.FRONT, Role.BACK, Role.COORDINATOR, Role.HEAD)

CALL = Workflow(
    "state",
    CallState,
    [
        step("open", _("Catat permintaan"), [NOT_YET], C.COLLECTING, [FO, BO]),
        step("name", _("Tambahkan calon"), [C.COLLECTING], C.COLLECTING, [FO, BO, FASIL]),
        step("strike", _("Keluarkan calon"), [C.COLLECTING], C.COLLECTING, [FO, BO, FASIL]),
        step("submit", _("Ajukan untuk disetujui"), [C.COLLECTING], C.WAITING, [BO]),
        # Who of these may, for this list, is registry.separation's to say.
        step("approve", _("Setujui daftar"), [C.WAITING], C.APPROVED, [KOOR, HEAD]),
        step(
            "return",
            _("Kembalikan untuk diperbaiki"),
            [C.WAITING],
            C.COLLECTING,
            [KOOR, HEAD],
            needs_reason=True,
        ),
        step("basis", _("Catat dasar pemberian data"), [C.APPROVED], C.APPROVED, [FO, BO]),
        step("hand_over", _("Catat penyerahan"), [C.APPROVED], C.HANDED, [FO, BO]),
        step("result", _("Catat pilihan pemilik"), [C.HANDED], C.HANDED, [FO, BO]),
        step("close", _("Tutup permintaan"), [C.HANDED], C.CLOSED, [FO, BO]),
    ],
)
