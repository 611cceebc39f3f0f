"""What changes participation; the catalogue's own verbs are in :mod:`programs.catalogue`."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from programs.catalogue.exchange import load_catalogue
from programs.models import Participation, Programme
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit
from puskesmas.locking import lock
from registry.identities import identities_of
from registry.models import Resident

__all__ = ["end_participation", "load_catalogue", "record_participation"]


@transaction.atomic
def record_participation(
    *,
    actor: Actor,
    resident: Resident,
    programme: Programme,
    source: str,
    since: date | None = None,
) -> Participation:
    """Note that a person receives a programme, as one source says; again changes nothing.

    Raises:
        NotFound: person or programme of another office.
    """
    if {resident.office_id, programme.office_id} != {actor.office.pk}:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    known: Participation | None = Participation.objects.filter(
        resident__in=identities_of(resident), programme=programme, source=source, until=None
    ).first()
    if known is not None:
        return known
    participation, created = Participation.objects.get_or_create(
        resident=resident.person,
        programme=programme,
        source=source,
        until=None,
        defaults={"office": actor.office, "since": since, "recorded_by": actor.user},
    )
    if created:
        audit(actor=actor, action="record_participation", subject=participation)
    return participation


@transaction.atomic
def end_participation(*, actor: Actor, uid: Any, until: date) -> Participation:
    """Note the day a person stopped receiving a programme.

    Raises:
        NotFound: not of this office.
        InvalidInput: the day is before the first one.
    """
    participation = lock(Participation, uid, actor=actor)
    if participation.since and until < participation.since:
        raise InvalidInput(_("Tanggal selesai sebelum tanggal mulai."), field="until")
    participation.until = until
    participation.save()
    audit(actor=actor, action="end_participation", subject=participation, fields=["until"])
    return participation
