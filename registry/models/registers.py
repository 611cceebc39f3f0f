"""The social registers, their versions, and what they said of a person."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, NamedInTwoLanguages, OfficeRow, OfficeRowQuerySet, User
from registry.models.people import Resident


class Register(NamedInTwoLanguages, OfficeRow):
    """A list of the state an office uses: DTKS, DTSEN, PBI. The name is data.

    ``programme`` is set on a list of one programme's recipients: to be on it is to receive that.
    """

    code = models.CharField(_("kode"), max_length=20)
    # A register that another one replaced (DTKS by DTSEN) is still read, after those in force.
    in_force = models.BooleanField(_("masih berlaku"), default=True)
    programme = models.CharField(_("kode program"), max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="register_code_per_office")
        ]


class RegisterVersionQuerySet(OfficeRowQuerySet):
    """Versions; those still being loaded, and those withdrawn, say nothing."""

    def in_use(self) -> Self:
        return self.filter(published_at__isnull=False, withdrawn_at__isnull=True)


class RegisterVersion(OfficeRow):
    """A register as of one date: a full set of rows, never overwritten; undo withdraws it.

    ``part`` says which part, where the list is not of the whole village. ``published_at`` is empty
    while rows are still being loaded.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="versions")
    data_date = models.DateField(_("tanggal data"))
    whole_village = models.BooleanField(default=True)
    part = models.CharField(_("bagian"), max_length=120, blank=True)
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField(default=0)
    batch = models.ForeignKey(
        "registry.Import", on_delete=models.PROTECT, null=True, related_name="versions"
    )
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = RegisterVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "file_sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="register_file_loaded_once",
            )
        ]


class RegisterRow(models.Model):
    """One person in one version. ``decile`` 1 (poorest) to 10; programmes are codes."""

    register_version = models.ForeignKey(
        RegisterVersion, on_delete=models.CASCADE, related_name="rows"
    )
    line = models.PositiveIntegerField()
    nik_index = models.CharField(max_length=43, blank=True)
    kk_index = models.CharField(max_length=43, blank=True)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, blank=True)
    decile = models.PositiveSmallIntegerField(null=True)
    programmes = models.JSONField(default=list)
    raw = EncryptedJSONField()
    resident = models.ForeignKey(
        Resident, on_delete=models.PROTECT, null=True, related_name="register_rows"
    )
    # Of rows an officer is or was asked about; see Likeness.
    fingerprint = models.CharField(max_length=43, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["register_version", "resident"], name="register_row_resident"),
            models.Index(fields=["nik_index"], name="register_row_nik"),
            models.Index(
                fields=["fingerprint"], condition=~Q(fingerprint=""), name="register_row_print"
            ),
        ]


class RegisterCheck(OfficeRow):
    """What a register said about a person on a day; a case keeps the one of its intake."""

    class Result(models.TextChoices):
        LISTED = "listed", _("Terdaftar")
        NOT_LISTED = "not_listed", _("Tidak terdaftar")
        UNCERTAIN = "uncertain", _("Belum dapat dipastikan")

    class Method(models.TextChoices):
        LIST = "list", _("Daftar yang dimuat di kantor")
        SIKS_NG = "siks_ng", "SIKS-NG"
        CEK_BANSOS = "cek_bansos", "Cek Bansos"

    client_uid = ClientUidField()
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="register_checks")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True)
    register_version = models.ForeignKey(RegisterVersion, on_delete=models.PROTECT, null=True)
    method = models.CharField(_("cara"), max_length=10, choices=Method)
    result = models.CharField(_("hasil"), max_length=10, choices=Result)
    decile = models.PositiveSmallIntegerField(_("desil"), null=True, blank=True)
    data_date = models.DateField(_("tanggal data"), null=True, blank=True)
    checked_at = models.DateTimeField(_("diperiksa"), default=timezone.now)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    screenshot = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True)
    note = EncryptedTextField(_("catatan"), default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="check_created_once")
        ]
