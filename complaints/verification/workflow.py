"""The life of a visit: planned, filled in page by page or typed from paper, then kept as it is."""

from django.utils.translation import gettext_lazy as _

from complaints.models import VisitState
from puskesmas.models import Role
from puskesmas.workflow import Workflow, step

S = VisitState
FO, BO, FASIL, KASUN, KOOR, HEAD = (
    Role.FRONT.value,
    Role.BACK.value,
    Role.FACILITATOR.value,
    Role.KASUN.value,
    Role.COORDINATOR.value,
    Role.HEAD.value,
)

#: Who says that a house is to be visited, and by whom.
PLANNERS = (BO, KOOR)
#: Who walks to the house; the penanggung jawab only where it was given to him.
VISITORS = (FASIL, KASUN, BO, HEAD)
#: Who types what came back on paper.
TYPISTS = (FO, BO, FASIL)
#: Before there is a visit at all.
NOT_YET = ""

VISIT = Workflow(
    "state",
    VisitState,
    [
        step("plan", _("Rencanakan kunjungan rumah"), [NOT_YET], S.PLANNED, PLANNERS),
        step("assign", _("Serahkan kepada petugas"), [S.PLANNED], S.PLANNED, PLANNERS),
        step("fill", _("Isi survei"), [S.PLANNED], S.PLANNED, VISITORS),
        step("finish", _("Selesaikan survei"), [S.PLANNED], S.DONE, VISITORS),
        step("enter", _("Ketik lembar survei"), [S.PLANNED], S.DONE, TYPISTS),
        step("photo", _("Simpan foto rumah"), [S.PLANNED], S.PLANNED, [*VISITORS, FO]),
        # Photos may reach the office after its sheet was typed.
        step("late_photo", _("Simpan foto rumah"), [S.DONE], S.DONE, [*VISITORS, FO]),
        step(
            "cancel",
            _("Batalkan kunjungan"),
            [S.PLANNED],
            S.CANCELLED,
            PLANNERS,
            needs_reason=True,
        ),
    ],
)
