"""Lists handed in as files, and what became of their rows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User
from registry.models.people import HouseholdMember, Resident
from registry.models.registers import Register, RegisterRow


class Import(OfficeRow):
    """One list being read: uploaded, mapped, tried dry, then loaded whole or not at all.

    A list goes in piece by piece, each piece one transaction; ``done_lines`` is the sheet's line up
    to which it is in. What was stopped on the way is taken back the same way, and ends as
    ``ends_as`` says: cancelled, failed, or undone after it had been in use.
    """

    class Kind(models.TextChoices):
        RESIDENTS = "residents", _("Data penduduk")
        REGISTER = "register", _("Daftar (DTKS/DTSEN/lainnya)")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Diunggah")
        CHECKING = "checking", _("Sedang dicoba")
        CHECKED = "checked", _("Sudah dicoba")
        RUNNING = "running", _("Sedang dimuat")
        DONE = "done", _("Selesai")
        UNDOING = "undoing", _("Sedang dibatalkan")
        UNDONE = "undone", _("Ditarik kembali")
        CANCELLED = "cancelled", _("Dibatalkan")
        FAILED = "failed", _("Gagal")

    client_uid = ClientUidField()
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True, blank=True)
    data_date = models.DateField(_("tanggal data"))
    whole_village = models.BooleanField(_("mencakup seluruh desa/kelurahan"), default=True)
    part = models.CharField(_("bagian mana"), max_length=120, blank=True)
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    total_lines = models.PositiveIntegerField(null=True)
    done_lines = models.PositiveIntegerField(default=0)
    ends_as = models.CharField(max_length=10, choices=Status, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="import_created_once"),
            # Two lists at once would each make the persons of the other.
            models.UniqueConstraint(
                fields=["office"],
                condition=Q(status__in=["running", "undoing"]),
                name="one_list_at_a_time",
            ),
        ]


class ImportRow(models.Model):
    """What became of one row: its outcome, its problems as codes, and what it changed.

    ``left`` and ``opened`` are the memberships it ended and began, so that undoing finds them.
    ``kept_because`` is the code of the reason why undoing left the row's change in place.
    """

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
    left = models.ForeignKey(
        HouseholdMember, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    opened = models.ForeignKey(
        HouseholdMember, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone = models.BooleanField(default=False)
    kept_because = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"])]


class ColumnMemory(OfficeRow):
    """What a source's columns held last time: ``{title in lower case: field}``."""

    kind = models.CharField(max_length=10, choices=Import.Kind)
    source = models.CharField(max_length=120, blank=True)
    columns = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "source"], name="columns_remembered_once"
            )
        ]


class Likeness(OfficeRow):
    """Two records that may be one person: asked once, decided by an officer, never asked again.

    ``fingerprint`` is a keyed hash of the list row's identity facts, so that the next version of
    the list does not ask again; ``facts`` are what the row said. ``other`` is the resident that a
    row of a population list became. ``score`` is 0–100, ``grounds`` are codes of
    ``registry.likeness.scoring``.
    """

    class Verdict(models.TextChoices):
        OPEN = "", _("Belum diputuskan")
        SAME = "same", _("Orang yang sama")
        DIFFERENT = "different", _("Bukan orang yang sama")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    register_row = models.ForeignKey(
        RegisterRow, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    fingerprint = models.CharField(max_length=43)
    facts = EncryptedJSONField(default=dict)
    score = models.PositiveSmallIntegerField()
    grounds = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, default="")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "likenesses"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "resident", "fingerprint"], name="likeness_asked_once"
            )
        ]
        indexes = [
            models.Index(fields=["office", "fingerprint"], name="likeness_fingerprint"),
            models.Index(
                fields=["office", "-score", "id"], condition=Q(verdict=""), name="likeness_open"
            ),
        ]
