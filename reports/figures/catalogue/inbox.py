"""What the tier above received from its villages, and what it said."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.models import Role
from puskesmas.templatetags.puskesos import tanggal
from referrals.models import ReceivedReferral
from referrals.selectors import received_by
from referrals.workflow import Inbox, Realisation
from reports.figures.definitions import Figure, Shown, Unit
from reports.figures.dimensions import chosen, months, written
from reports.figures.periods import Period

_GROUP = _("Berkas dari desa")
ROLES = (Role.MANAGER, Role.DISTRICT_FRONT, Role.DISTRICT_BACK, Role.SUPERVISOR)
_DIMENSIONS = (
    written("village", _("Desa/kelurahan"), "village"),
    written("programme", _("Program"), "programme_name"),
    chosen("state", _("Keadaan"), "state", Inbox),
    chosen("realisation", _("Realisasi"), "realisation", Realisation),
)


def _received(actor: Actor, period: Period) -> QuerySet[ReceivedReferral]:
    return received_by(actor).filter(period.holds_moment("received_at", actor.office))


def _open(actor: Actor, period: Period) -> QuerySet[ReceivedReferral]:
    decided = (Inbox.APPROVED, Inbox.REFUSED, Inbox.RETURNED)
    return received_by(actor).exclude(state__in=decided)


def _show(row: ReceivedReferral) -> Shown:
    said = [row.village, row.programme_name, row.get_state_display(), tanggal(row.received_at)]
    return Shown(
        title=row.number,
        url=reverse("referrals:received", args=[row.uid]),
        text=" · ".join(str(one) for one in said),
    )


FIGURES = (
    Figure(
        code="inbox-received",
        group=_GROUP,
        label=_("Berkas diterima"),
        unit=Unit.REFERRAL,
        meaning=_("Setiap rujukan desa dihitung sekali, pada hari pertama kali diterima di sini."),
        rows=_received,
        dimensions=(*_DIMENSIONS, months("received_at")),
        show=_show,
        roles=ROLES,
        village=False,
        order=("-received_at", "-pk"),
    ),
    Figure(
        code="inbox-open",
        group=_GROUP,
        label=_("Berkas belum diputus"),
        unit=Unit.REFERRAL,
        meaning=_("Rujukan yang hari ini masih menunggu kabupaten/kota atau pemilik program."),
        rows=_open,
        dimensions=(*_DIMENSIONS, months("received_at")),
        show=_show,
        roles=ROLES,
        village=False,
        order=("received_at", "pk"),
        is_now=True,
    ),
)
