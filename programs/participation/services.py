"""What an officer writes down of who receives what."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from programs.impartiality import refuse_own_family
from programs.models import Participation, Programme
from programs.services import end_participation, record_participation
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from registry.identities import identities_of
from registry.models import Resident
from registry.roles import must_write
from registry.selectors import person

#: What an officer may write by hand; "register" comes from a list that was loaded.
BY_HAND = (Participation.Source.OWNER, Participation.Source.SELF)


@transaction.atomic
def note_participation(
    *,
    actor: Actor,
    resident_uid: uuid.UUID | str,
    programme: Programme,
    source: str,
    since: date | None = None,
) -> Participation:
    """Write down that a person receives a programme; again changes nothing and is a repeat.

    Raises:
        NotYourRole, NotFound; OwnFamily: a colleague writes it down.
        InvalidInput: no such source, a day to come, or he died or moved.
    """
    must_write(actor)
    resident = person(resident_uid, actor=actor)
    refuse_own_family(actor, resident)
    if source not in BY_HAND:
        raise InvalidInput(_("Pilih sumbernya."), field="source")
    if since is not None and since > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="since")
    if resident.life != Resident.Life.ALIVE:
        raise InvalidInput(
            _("Warga ini tercatat %(life)s, jadi tidak menerima bantuan.")
            % {"life": resident.get_life_display().lower()}
        )
    known = Participation.objects.filter(
        resident__in=identities_of(resident), programme=programme, source=source, until=None
    ).exists()
    held = record_participation(
        actor=actor, resident=resident, programme=programme, source=source, since=since
    )
    held.is_repeat = known
    return held


@transaction.atomic
def stop_participation(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, until: date, reason: str
) -> Participation:
    """Note the day a person stopped receiving a programme, and who or what says so.

    Raises:
        NotYourRole, NotFound, StaleVersion; OwnFamily: a colleague writes it down.
        WrongState: it ended before.
        InvalidInput: a day to come or before the first, or nothing that says so.
    """
    must_write(actor)
    held = lock(Participation, uid, actor=actor, version=version, along=("resident__canonical",))
    refuse_own_family(actor, held.resident.person)
    if held.until is not None:
        raise WrongState(_("Kepesertaan ini sudah dicatat selesai."), state="ended")
    if until > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="until")
    if not reason.strip():
        raise InvalidInput(_("Tulis sebab dan sumbernya."), field="reason")
    # The row is saved by the verb below, which raises the version again in memory only.
    ended = end_participation(actor=actor, uid=uid, until=until)
    audit(actor=actor, action="participation.stop", subject=ended, reason=reason)
    return ended
