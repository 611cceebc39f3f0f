"""What changes programmes and participation."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from programs.models import Participation, Programme, ProgrammeVersion, Requirement
from programs.papers import catalogue, papers
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.models import Office
from registry.identities import identities_of
from registry.models import Resident


@transaction.atomic
def load_catalogue(office: Office) -> int:
    """Give an office the starter catalogue; return how many programmes are new.

    What the office already has stays as it is, so it may run again after an update brought more.
    """
    held = set(Programme.objects.filter(office=office).values_list("code", flat=True))
    rows = [
        (order, row)
        for order, row in enumerate(catalogue()["programmes"])
        if row["code"] not in held and office.regency in row.get("only_in", [office.regency])
    ]
    for order, row in rows:
        _create_programme(office, order, row)
    return len(rows)


def _create_programme(office: Office, order: int, row: dict[str, Any]) -> None:
    programme = Programme.objects.create(
        office=office,
        order=order,
        code=row["code"],
        name_id=row["name_id"],
        name_en=row["name_en"],
        owner=row["owner"],
        tier=row["tier"],
        unit=row.get("unit", Programme.Unit.PERSON),
        aliases=row.get("aliases", []),
    )
    for fields in row["versions"]:
        version = ProgrammeVersion.objects.create(
            programme=programme,
            effective_from=fields["effective_from"],
            legal_basis=fields.get("legal_basis", ""),
            max_decile=fields.get("max_decile"),
        )
        Requirement.objects.bulk_create(
            _requirement(version, place, wanted)
            for place, wanted in enumerate(fields["requirements"])
        )


def _requirement(version: ProgrammeVersion, place: int, wanted: dict[str, Any]) -> Requirement:
    paper = papers()[wanted["code"]]
    return Requirement(
        programme_version=version,
        code=paper.code,
        name_id=paper.name_id,
        name_en=paper.name_en,
        mandatory=wanted.get("mandatory", True),
        by_office=paper.by_office,
        substitutes=wanted.get("substitutes", []),
        order=place,
    )


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
