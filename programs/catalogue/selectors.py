"""Reads of the catalogue's pages, scoped to the actor's office."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from programs.catalogue.differences import Difference, differences
from programs.models import Partner, PartnerAgreement, Programme, ProgrammeVersion
from programs.terms.document import Terms
from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import OfficeRow

Uid = uuid.UUID | str


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme in the list: what is in force, what comes, whether a draft waits."""

    programme: Programme
    in_force: ProgrammeVersion | None
    coming: ProgrammeVersion | None
    draft: ProgrammeVersion | None


def programme_rows(actor: Actor) -> list[ProgrammeRow]:
    """Return the office's programmes in the order they are offered (two queries)."""
    today = actor.office.today()
    programmes = list(Programme.objects.visible_to(actor))
    versions: dict[int, list[ProgrammeVersion]] = {row.pk: [] for row in programmes}
    rows = ProgrammeVersion.objects.visible_to(actor).defer("content").in_order()
    for version in rows:
        versions[version.programme_id].append(version)
    return [_row(programme, versions[programme.pk], today) for programme in programmes]


def _row(programme: Programme, versions: list[ProgrammeVersion], today: date) -> ProgrammeRow:
    published = [one for one in versions if one.published_at]
    running = [one for one in published if one.effective_from <= today]
    return ProgrammeRow(
        programme=programme,
        in_force=running[-1] if running else None,
        coming=next((one for one in published if one.effective_from > today), None),
        draft=next((one for one in versions if not one.published_at), None),
    )


def programme(uid: Uid, *, actor: Actor) -> Programme:
    """Return one programme. Raises NotFound."""
    return _found(Programme, uid, actor)


def version(uid: Uid, *, actor: Actor) -> ProgrammeVersion:
    """Return one version, published or draft, with its programme. Raises NotFound."""
    return _found(ProgrammeVersion, uid, actor, "programme", "published_by")


def partner(uid: Uid, *, actor: Actor) -> Partner:
    """Return one partner. Raises NotFound."""
    return _found(Partner, uid, actor)


def agreement(uid: Uid, *, actor: Actor) -> PartnerAgreement:
    """Return one agreement with its partner and programme. Raises NotFound."""
    return _found(PartnerAgreement, uid, actor, "partner", "programme")


def _found(model: type[OfficeRow], uid: Uid, actor: Actor, *along: str) -> Any:
    rows: Any = model.objects
    found = rows.visible_to(actor).select_related(*along).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return found


def versions_of(programme: Programme) -> list[ProgrammeVersion]:
    """Return the programme's published versions, newest first (one query)."""
    return list(programme.versions.published().select_related("published_by").in_order().reverse())


def draft_of(programme: Programme) -> ProgrammeVersion | None:
    found: ProgrammeVersion | None = programme.versions.filter(published_at=None).first()
    return found


def before(version: ProgrammeVersion) -> ProgrammeVersion | None:
    """Return the published version this one follows or takes the place of."""
    found: ProgrammeVersion | None = (
        version.programme.versions.published()
        .exclude(pk=version.pk)
        .filter(effective_from__lte=version.effective_from)
        .in_order()
        .last()
    )
    return found


def changes_of(version: ProgrammeVersion, earlier: ProgrammeVersion | None) -> list[Difference]:
    """Return what the version changes; without an earlier one everything in it is new."""
    return differences(earlier.terms if earlier else Terms(), version.terms)


@dataclass(frozen=True)
class AgreementRow:
    """An agreement, and whether it has ended or begins later."""

    agreement: PartnerAgreement
    is_over: bool
    is_to_come: bool


def agreements_of(source: Programme | Partner, today: date) -> list[AgreementRow]:
    """Return a programme's or a partner's agreements, running ones first (one query)."""
    rows = source.agreements.select_related("partner", "programme")
    return sorted((_standing(row, today) for row in rows), key=lambda row: row.is_over)


def _standing(agreement: PartnerAgreement, today: date) -> AgreementRow:
    return AgreementRow(agreement, agreement.has_ended(today), agreement.is_to_come(today))


def partner_rows(actor: Actor) -> list[tuple[Partner, list[AgreementRow]]]:
    """Return the office's partners, each with its agreements (two queries)."""
    today = actor.office.today()
    partners = Partner.objects.visible_to(actor)
    agreements = PartnerAgreement.objects.visible_to(actor).select_related("programme", "partner")
    held: dict[int, list[AgreementRow]] = {}
    for row in agreements:
        held.setdefault(row.partner_id, []).append(_standing(row, today))
    return [(one, sorted(held.get(one.pk, []), key=lambda row: row.is_over)) for one in partners]
