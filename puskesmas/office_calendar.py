"""What an office counts time by: its limits and its own days off."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole
from puskesmas.history import audit
from puskesmas.locking import lock_office
from puskesmas.models import Holiday, Office, Role, TimeLimit
from puskesmas.officers import DEFAULT_LIMITS

#: The longest limit anybody may set, in days: beyond it nobody is bound by anything.
MOST_DAYS = 365


def limits_of(office: Office) -> dict[str, tuple[int, bool]]:
    """Return (days, whether they are working days) by code: the office's own, or the default."""
    return DEFAULT_LIMITS | office.own_limits


@transaction.atomic
def set_limits(
    *, actor: Actor, limits: Mapping[str, tuple[int, bool]], version: int | None = None
) -> list[str]:
    """Set the office's time limits; return the codes that changed.

    A case follows them from its registration or its next move on.

    Raises:
        NotYourRole: not the administrator.
        StaleVersion: the office was changed since ``version``.
        InvalidInput: no such limit, or days outside 1 to :data:`MOST_DAYS`.
    """
    _must_administer(actor)
    office = lock_office(actor, version)
    current = limits_of(office)
    changed = [code for code, limit in limits.items() if current.get(code) != limit]
    for code in changed:
        days, working_days = limits[code]
        if code not in TimeLimit.Code.values or not 1 <= days <= MOST_DAYS:
            raise InvalidInput(
                _("Isi 1 sampai %(most)d hari.") % {"most": MOST_DAYS}, field=f"{code}_days"
            )
        TimeLimit.objects.update_or_create(
            office=actor.office, code=code, defaults={"days": days, "working_days": working_days}
        )
    if changed:
        actor.office.forget_calendar()
        office.save(update_fields=["version"])
        audit(actor=actor, action="set_time_limits", subject=actor.office, fields=changed)
    return changed


@transaction.atomic
def add_holiday(*, actor: Actor, day: date, name: str) -> Holiday:
    """Add a day on which this office alone is closed.

    Raises:
        NotYourRole: not the administrator.
        InvalidInput: no name, or the day is on the list already.
    """
    _must_administer(actor)
    if not name.strip():
        raise InvalidInput(_("Tulis nama hari liburnya."), field="name")
    try:
        with transaction.atomic():
            holiday = Holiday.objects.create(office=actor.office, day=day, name=name.strip())
    except IntegrityError:
        raise InvalidInput(_("Tanggal ini sudah ada dalam daftar."), field="day") from None
    actor.office.forget_calendar()
    audit(actor=actor, action="add_holiday", subject=actor.office, fields=[day.isoformat()])
    return holiday


@transaction.atomic
def remove_holiday(*, actor: Actor, day: date) -> None:
    """Take a day off the office's list.

    Raises:
        NotYourRole: not the administrator.
        NotFound: the day is not on the list.
    """
    _must_administer(actor)
    removed, _rows = Holiday.objects.filter(office=actor.office, day=day).delete()
    if not removed:
        raise NotFound(_("Tanggal ini tidak ada dalam daftar."))
    actor.office.forget_calendar()
    audit(actor=actor, action="remove_holiday", subject=actor.office, fields=[day.isoformat()])


def _must_administer(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotYourRole(_("Pengaturan kantor hanya diubah oleh pengelola aplikasi."))
