"""Residents, households, the social registers, and the lists they come from."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, NamedInTwoLanguages, OfficeRow, User
from registry.naming import name_key


class Household(OfficeRow):
    """A family card (KK). ``rt``/``rw`` are the printed digits: "02"; RT are not 1..n."""

    kk = EncryptedTextField("No. KK", default="", blank=True)
    kk_index = BlindIndexField(source="kk", purpose="kk")
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kk_index"],
                condition=~Q(kk_index=""),
                name="one_household_per_kk",
            )
        ]


class Resident(OfficeRow):
    """A person as one office knows him. NIK is unique among the office's unmerged rows.

    ``name_key`` is the normalised name for searching. Merging sets ``canonical`` and rewrites no
    foreign key. ``has_ektp`` None means nobody asked.
    """

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    class Life(models.TextChoices):
        ALIVE = "alive", _("Hidup")
        MOVED = "moved", _("Pindah")
        DECEASED = "deceased", _("Meninggal")

    client_uid = ClientUidField()
    nik = EncryptedTextField("NIK", default="", blank=True)
    nik_index = BlindIndexField(source="nik", purpose="nik")
    nik_last4_index = BlindIndexField(source="nik", purpose="nik-last4", last=4)
    name = models.CharField(_("nama"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex, blank=True)
    birth_place = models.CharField(_("tempat lahir"), max_length=80, blank=True)
    birth_date = models.DateField(_("tanggal lahir"), null=True, blank=True)
    mother_name = EncryptedTextField(_("nama ibu kandung"), default="", blank=True)
    religion = models.CharField(_("agama"), max_length=20, blank=True)
    marital_status = models.CharField(_("status kawin"), max_length=20, blank=True)
    occupation = models.CharField(_("pekerjaan"), max_length=80, blank=True)
    disability = EncryptedTextField(_("disabilitas"), default="", blank=True)
    phone = EncryptedTextField(_("telepon"), default="", blank=True)
    phone_index = BlindIndexField(source="phone", purpose="phone")
    phone_last4_index = BlindIndexField(source="phone", purpose="phone-last4", last=4)
    has_ektp = models.BooleanField("e-KTP", null=True, blank=True)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)
    life = models.CharField(_("keadaan"), max_length=10, choices=Life, default=Life.ALIVE)
    life_since = models.DateField(_("sejak"), null=True, blank=True)
    life_source = models.CharField(_("sumber"), max_length=120, blank=True)
    canonical = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "nik_index"],
                condition=~Q(nik_index="") & Q(canonical__isnull=True),
                name="one_resident_per_nik",
            ),
            models.UniqueConstraint(fields=["office", "client_uid"], name="resident_created_once"),
        ]
        indexes = [
            models.Index(fields=["office", "name_key"], name="resident_name"),
            # The constraint's own index leaves merged rows out, so it cannot serve this question.
            models.Index(fields=["office", "nik_index"], name="resident_nik"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep ``name_key`` in step with the name. Bulk writers set it themselves."""
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)


class HouseholdMember(models.Model):
    """A person on a family card from one day to another."""

    class Relation(models.TextChoices):
        """Dukcapil's relations to the head of the family (SHDK)."""

        HEAD = "1", _("Kepala keluarga")
        HUSBAND = "2", _("Suami")
        WIFE = "3", _("Istri")
        CHILD = "4", _("Anak")
        SON_IN_LAW = "5", _("Menantu")
        GRANDCHILD = "6", _("Cucu")
        PARENT = "7", _("Orang tua")
        PARENT_IN_LAW = "8", _("Mertua")
        OTHER_FAMILY = "9", _("Famili lain")
        HELPER = "10", _("Pembantu")
        OTHER = "11", _("Lainnya")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField(_("hubungan"), max_length=2, choices=Relation, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(until__isnull=True), name="on_one_kk_at_a_time"
            )
        ]


class Register(NamedInTwoLanguages, OfficeRow):
    """A list of the state an office uses: DTKS, DTSEN, PBI. The name is data."""

    code = models.CharField(_("kode"), max_length=20)
    # A register that another one replaced (DTKS by DTSEN) is still read, after those in force.
    in_force = models.BooleanField(_("masih berlaku"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="register_code_per_office")
        ]


class Import(OfficeRow):
    """One list being read: uploaded, mapped, tried dry, then loaded whole or not at all."""

    class Kind(models.TextChoices):
        RESIDENTS = "residents", _("Data penduduk")
        REGISTER = "register", _("Daftar (DTKS/DTSEN/lainnya)")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Diunggah")
        CHECKED = "checked", _("Sudah dicoba")
        RUNNING = "running", _("Sedang dimuat")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    client_uid = ClientUidField()
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True, blank=True)
    data_date = models.DateField(_("tanggal data"))
    whole_village = models.BooleanField(_("mencakup seluruh desa/kelurahan"), default=True)
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="import_created_once")
        ]


class ImportRow(models.Model):
    """What became of one row: its outcome, its problems as codes, and what it changed."""

    class Outcome(models.TextChoices):
        NEW = "new", _("Baru")
        CHANGED = "changed", _("Berubah")
        SAME = "same", _("Sama")
        SKIPPED = "skipped", _("Dilewati")
        ERROR = "error", _("Salah")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    problems = models.JSONField(default=list)
    raw = EncryptedJSONField()
    before = EncryptedJSONField(null=True)
    after = EncryptedJSONField(null=True)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"])]


class RegisterVersion(OfficeRow):
    """A register as of one date: a full set of rows, never overwritten; undo withdraws it."""

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="versions")
    data_date = models.DateField(_("tanggal data"))
    whole_village = models.BooleanField(default=True)
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField(default=0)
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

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

    class Meta:
        indexes = [
            models.Index(fields=["register_version", "resident"], name="register_row_resident"),
            models.Index(fields=["nik_index"], name="register_row_nik"),
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
