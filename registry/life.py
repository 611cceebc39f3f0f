"""What happens to a person: moving in, moving away, death, and the correction of these.

Events are kept; ``Resident.life`` follows the newest of them.
"""

import uuid
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.models import Attachment
from registry.identities import identities_of, lock_person
from registry.models import LifeEvent, Resident
from registry.roles import READERS, must_write

Kind = LifeEvent.Kind
#: What an event makes of the person.
LIFE = {
    Kind.MOVED_IN: Resident.Life.ALIVE,
    Kind.STILL_HERE: Resident.Life.ALIVE,
    Kind.MOVED_AWAY: Resident.Life.MOVED,
    Kind.DECEASED: Resident.Life.DECEASED,
}
#: After these somebody else of the family may have to take the person's place.
LEAVING = (Kind.MOVED_AWAY, Kind.DECEASED)


@transaction.atomic
def record_life_event(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    kind: str,
    on: date,
    source: str,
    place: str = "",
    record_number: str = "",
    record: UploadedFile | None = None,
    client_uid: uuid.UUID | None = None,
) -> LifeEvent:
    """Record that a person moved in or away, died, or (a correction) is still here.

    ``place`` is where he came from or went to; ``record_number`` names the berita acara or deed,
    ``record`` is its scan. No case ends by it.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput without a source, with a day to come, or
        with an event that cannot have followed the ones known.
    """
    must_write(actor)
    if earlier := first_result(LifeEvent, client_uid, actor=actor):
        return earlier
    resident = lock_person(uid, actor=actor, version=version)
    if on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="on")
    if not source.strip():
        raise InvalidInput(
            _("Isi sumbernya, misalnya surat kematian dan nomornya."), field="source"
        )
    _must_follow(resident, kind, on)
    event = LifeEvent.objects.create(
        office=actor.office,
        client_uid=client_uid,
        resident=resident,
        kind=kind,
        on=on,
        place=place.strip(),
        source=source.strip(),
        record_number=record_number.strip(),
        record=attachments.store(record, actor=actor, field="record") if record else None,
        recorded_by=actor.user,
    )
    follow_events(resident)
    resident.save()
    audit(actor=actor, action="record_life", subject=resident, fields=["life"])
    return event


def follow_events(resident: Resident) -> None:
    """Set the person's state to what his newest event says; alive when there is none.

    The caller saves him. For whoever adds or takes back events: the lists' undo too.
    """
    newest = newest_event(resident)
    resident.life = LIFE[Kind(newest.kind)] if newest else Resident.Life.ALIVE
    resident.life_since = newest.on if newest else None
    resident.life_source = newest.source if newest else ""


def newest_event(resident: Resident) -> LifeEvent | None:
    """Return what happened last by its own day; of one day, what was recorded last."""
    events = events_of(resident)
    return events[-1] if events else None


def events_of(resident: Resident) -> list[LifeEvent]:
    """Return what happened to a person by all his records, oldest first (two queries at most).

    An event without a day stands on the day it was recorded.
    """
    events = LifeEvent.objects.filter(resident__in=identities_of(resident))
    return sorted(
        events.select_related("recorded_by", "record"),
        key=lambda event: (event.on or event.created_at.date(), event.pk),
    )


def may_see_record(actor: Actor, attachment: Attachment) -> bool:
    """Return whether the file is the scan of an event in the actor's office."""
    events = LifeEvent.objects.visible_to(actor).filter(record=attachment)
    return actor.has(*READERS) and events.exists()


def _must_follow(resident: Resident, kind: str, on: date) -> None:
    newest = newest_event(resident)
    if newest is None or newest.on is None:
        return
    if kind in (Kind.STILL_HERE, Kind.DECEASED) and on < newest.on:
        raise InvalidInput(
            _("Sesudah tanggal ini masih ada catatan: %(event)s. Periksa tanggalnya.")
            % {"event": newest.get_kind_display()},
            field="on",
        )
    if newest.kind == Kind.DECEASED and kind != Kind.STILL_HERE and on >= newest.on:
        raise InvalidInput(
            _("Warga ini tercatat meninggal. Bila keliru, pilih “Ternyata masih di sini” dulu."),
            field="kind",
        )
