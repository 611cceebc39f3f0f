"""The whole catalogue out to one file and in again, and the one an office starts with."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils import timezone

from programs.catalogue import toml
from programs.catalogue.file import (
    AgreementEntry,
    CatalogueFile,
    PartnerEntry,
    ProgrammeEntry,
    VersionEntry,
    as_table,
    content_of,
    only_for,
    parse,
    version_entry,
)
from programs.catalogue.roles import must_edit
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Office, OfficeRow

STARTER = Path(__file__).parent.with_name("catalogue.toml")
_NEW, _CHANGED, _SAME = "new", "changed", "same"


def load_catalogue(office: Office) -> int:
    """Give an office the starter catalogue; return how many programmes are new.

    What the office already has stays as it is, so it may run again after an update brought more.
    """
    catalogue = parse(STARTER.read_text(encoding="utf-8"))
    with transaction.atomic():
        held = set(Programme.objects.filter(office=office).values_list("code", flat=True))
        rows = [
            entry
            for entry in catalogue.programmes
            if entry.code not in held and only_for(entry, office)
        ]
        for order, entry in enumerate(rows, _next_place(office)):
            _take_programme(Actor.system(office), order, entry, {})
    return len(rows)


@transaction.atomic
def import_catalogue(
    *, actor: Actor, text: str, dry_run: bool = False, as_drafts: bool = False
) -> Counter[str]:
    """Take a catalogue file over; return how many programmes, versions and agreements changed.

    Programmes and partners are matched by code, versions by their first day: one with the same
    content is left alone, another content is published as a correction beside it. Nothing is
    deleted, and the office's order stays: programmes it has not come last. Keys of the answer:
    ``programmes_new``, ``versions_same`` and so on. ``dry_run`` counts and changes nothing.

    ``as_drafts`` publishes nothing of programmes the office has: the last version that differs
    becomes the draft (``versions_drafted``), unless one waits already; it and the others are left
    (``versions_left``). A programme the office has not comes with its published versions.

    Raises:
        NotYourRole: only who keeps the catalogue.
        InvalidInput: a mistake in the file, with its programme, version and field.
    """
    must_edit(actor)
    office = actor.office
    known = frozenset(Programme.objects.filter(office=office).values_list("code", flat=True))
    catalogue = parse(text, known=known)
    counts: Counter[str] = Counter()
    partners = {entry.code: _take_partner(actor, entry, counts) for entry in catalogue.partners}
    mine = [entry for entry in catalogue.programmes if only_for(entry, office)]
    for order, programme in enumerate(mine, _next_place(office)):
        counts += _take_programme(actor, order, programme, partners, as_drafts=as_drafts)
    if dry_run:
        transaction.set_rollback(True)
    else:
        audit(actor=actor, action="import_catalogue", subject_uid=office.uid)
    return counts


def _next_place(office: Office) -> int:
    last = Programme.objects.filter(office=office).aggregate(last=Max("order"))["last"]
    return 0 if last is None else last + 1


def export_catalogue(office: Office) -> str:
    """Return the office's published catalogue as TOML (four queries); drafts stay at home."""
    versions = ProgrammeVersion.objects.published().in_order()
    agreements = PartnerAgreement.objects.select_related("partner").order_by("since", "pk")
    programmes = Programme.objects.filter(office=office).prefetch_related(
        Prefetch("versions", queryset=versions), Prefetch("agreements", queryset=agreements)
    )
    catalogue = CatalogueFile(
        programmes=tuple(_programme_entry(programme) for programme in programmes),
        partners=tuple(
            PartnerEntry(row.code, row.name_id, row.name_en, row.kind, row.contact, row.email)
            for row in Partner.objects.filter(office=office)
        ),
    )
    return toml.dumps(as_table(catalogue))


def _programme_entry(programme: Programme) -> ProgrammeEntry:
    # Of one day's versions the last one is in force; the others were corrected by it.
    in_force = {version.effective_from: version for version in programme.versions.all()}
    return ProgrammeEntry(
        code=programme.code,
        name_id=programme.name_id,
        name_en=programme.name_en,
        owner=programme.owner,
        tier=programme.tier,
        unit=programme.unit,
        aliases=tuple(programme.aliases),
        versions=tuple(version_entry(day, version.terms) for day, version in in_force.items()),
        agreements=tuple(
            AgreementEntry(row.partner.code, row.since, row.until, row.number)
            for row in programme.agreements.all()
        ),
    )


def _take_programme(
    actor: Actor,
    order: int,
    entry: ProgrammeEntry,
    partners: dict[str, Partner],
    *,
    as_drafts: bool = False,
) -> Counter[str]:
    values = {
        "name_id": entry.name_id,
        "name_en": entry.name_en,
        "owner": entry.owner,
        "tier": entry.tier,
        "unit": entry.unit,
        "aliases": list(entry.aliases),
    }
    key = {"office": actor.office, "code": entry.code}
    programme, counted = _upsert(Programme, key, values, order=order)
    counts = Counter({f"programmes_{counted}": 1})
    if as_drafts and counted != _NEW:
        counts += _take_drafts(actor, programme, entry.versions)
    else:
        for version in entry.versions:
            counts[f"versions_{_take_version(actor, programme, version)}"] += 1
    for agreement in entry.agreements:
        about = {
            "partner": partners[agreement.partner],
            "programme": programme,
            "since": agreement.since,
            "office": actor.office,
        }
        terms = {"until": agreement.until, "number": agreement.number}
        counts[f"agreements_{_upsert(PartnerAgreement, about, terms)[1]}"] += 1
    return counts


def _take_drafts(
    actor: Actor, programme: Programme, entries: tuple[VersionEntry, ...]
) -> Counter[str]:
    other = [
        entry
        for entry in entries
        if (current := _of_the_day(programme, entry)) is None
        or current.content != content_of(entry)
    ]
    counts = Counter({"versions_same": len(entries) - len(other)})
    if other and not programme.versions.filter(published_at=None).exists():
        last = max(other, key=lambda entry: entry.effective_from)
        ProgrammeVersion.objects.create(
            office=actor.office,
            programme=programme,
            effective_from=last.effective_from,
            content=content_of(last),
        )
        other.remove(last)
        counts["versions_drafted"] = 1
    counts["versions_left"] = len(other)
    return +counts


def _of_the_day(programme: Programme, entry: VersionEntry) -> ProgrammeVersion | None:
    of_the_day = programme.versions.published().filter(effective_from=entry.effective_from)
    found: ProgrammeVersion | None = of_the_day.in_order().last()
    return found


def _take_version(actor: Actor, programme: Programme, entry: VersionEntry) -> str:
    content = content_of(entry)
    current = _of_the_day(programme, entry)
    if current and current.content == content:
        return _SAME
    ProgrammeVersion.objects.create(
        office=actor.office,
        programme=programme,
        effective_from=entry.effective_from,
        content=content,
        published_at=timezone.now(),
        published_by=actor.user,
    )
    return _CHANGED if current else _NEW


def _take_partner(actor: Actor, entry: PartnerEntry, counts: Counter[str]) -> Partner:
    values = {
        "name_id": entry.name_id,
        "name_en": entry.name_en,
        "kind": entry.kind,
        "contact": entry.contact,
        "email": entry.email,
    }
    partner: Partner
    partner, counted = _upsert(Partner, {"office": actor.office, "code": entry.code}, values)
    counts[f"partners_{counted}"] += 1
    return partner


def _upsert(
    model: type[OfficeRow], key: dict[str, Any], values: dict[str, Any], **first: Any
) -> tuple[Any, str]:
    """Make or change a row; ``first`` is only said of one that is made."""
    row, created = model.objects.get_or_create(**key, defaults=values | first)
    if created:
        return row, _NEW
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row, _SAME
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    row.save()
    return row, _CHANGED
