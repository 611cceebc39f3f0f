"""Reads of registers and their versions, scoped to the actor's office."""

import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.models import Register, RegisterRow, RegisterVersion
from registry.register_answers import latest_versions


def registers_of(actor: Actor) -> list[tuple[Register, RegisterVersion | None]]:
    """Return the office's registers, each with its newest list by today (two queries).

    Those in force come first, lists of one programme's recipients last.
    """
    registers = list(Register.objects.visible_to(actor).order_by("programme", "-in_force", "code"))
    newest = latest_versions(registers, actor.office.today())
    return [(register, newest.get(register.pk)) for register in registers]


def register(uid: uuid.UUID | str, *, actor: Actor) -> Register:
    """Return one register of the office.

    Raises:
        NotFound: no register of that uid here.
    """
    found: Register | None = Register.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Daftar ini tidak ada di kantor ini."))
    return found


@dataclass(frozen=True)
class VersionLine:
    """A version as its register's page shows it; ``linked`` rows are of people the office knows."""

    version: RegisterVersion
    linked: int


def versions_of(found: Register) -> list[VersionLine]:
    """Return a register's lists, newest data first, those taken back too (two queries)."""
    rows: QuerySet[RegisterVersion] = found.versions.filter(published_at__isnull=False)
    versions = list(rows.select_related("batch__created_by").order_by("-data_date", "-pk"))
    linked = dict(
        RegisterRow.objects.filter(register_version__in=versions, resident__isnull=False)
        .order_by()
        .values_list("register_version")
        .annotate(Count("pk"))
    )
    return [VersionLine(version, linked.get(version.pk, 0)) for version in versions]
