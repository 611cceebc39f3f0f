"""The programme catalogue of an office, and who receives what."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puskesmas.models import NamedInTwoLanguages, OfficeRow, User
from registry.models import Resident


class Programme(NamedInTwoLanguages, OfficeRow):
    """An aid or service residents ask for; its owner decides, never the village."""

    class Tier(models.TextChoices):
        VILLAGE = "village", _("Desa/kelurahan")
        REGENCY = "regency", _("Kabupaten/kota")
        PARTNER = "partner", _("Lembaga non-pemerintah")
        NATIONAL = "national", _("Nasional")

    class Unit(models.TextChoices):
        PERSON = "person", _("Perorangan")
        HOUSEHOLD = "household", _("Keluarga")

    code = models.CharField(_("kode"), max_length=30)
    owner = models.CharField(_("pemilik program"), max_length=120)
    tier = models.CharField(_("tingkat"), max_length=10, choices=Tier)
    unit = models.CharField(_("satuan"), max_length=10, choices=Unit, default=Unit.PERSON)
    aliases = models.JSONField(default=list)
    # Offered first: what the village, the regency and partners give; national programmes last.
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="programme_code_per_office")
        ]


class ProgrammeVersion(models.Model):
    """A programme's rules from a day on. A case keeps the version of its ``received_at``."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateField(_("berlaku mulai"))
    legal_basis = models.CharField(_("dasar hukum"), max_length=300, blank=True)
    max_decile = models.PositiveSmallIntegerField(_("desil tertinggi"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "effective_from"], name="one_version_per_day"
            )
        ]


class Requirement(NamedInTwoLanguages):
    """A paper a programme asks for. ``substitutes`` are paper codes that serve instead.

    ``by_office`` marks what the office makes itself (photos of the house), never asked of anyone.
    """

    programme_version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.CASCADE, related_name="requirements"
    )
    code = models.CharField(_("kode"), max_length=30)
    mandatory = models.BooleanField(_("wajib"), default=True)
    by_office = models.BooleanField(_("dibuat petugas"), default=False)
    substitutes = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme_version", "code"], name="requirement_once_per_version"
            )
        ]


class Participation(OfficeRow):
    """A person receives a programme, as one source says, from one day to another."""

    class Source(models.TextChoices):
        REGISTER = "register", _("Daftar resmi")
        OWNER = "owner", _("Jawaban pemilik program")
        SELF = "self", _("Pengakuan sendiri")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="participations")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("sumber"), max_length=10, choices=Source)
    since = models.DateField(_("sejak"), null=True, blank=True)
    until = models.DateField(_("sampai"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "programme", "source"],
                condition=Q(until__isnull=True),
                name="participation_open_once_per_source",
            )
        ]
