"""Lists that come down from above to be verified, row by row, at people's doors."""

from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User
from registry.models.people import Resident


class VervalState(TextChoices):
    OPEN = "open", _("Sedang diverval")
    SENT = "sent", _("Sudah dikembalikan")


class VervalList(OfficeRow):
    """A verval list as its sender made it. ``answers`` says which of his columns hold what was
    found, {answer: column index}; an answer without a column gets one at the right of the sheet.

    ``sent_file`` is the sheet as it went back, never made again. One that came over the link
    (``by_link``) has no file of the sender's: its sheet is written from what he sent, and its
    answers go back over the link.
    """

    client_uid = ClientUidField()
    name = models.CharField(_("nama daftar"), max_length=120)
    sender = models.CharField(_("pengirim"), max_length=120)
    reference = models.CharField(_("nomor surat"), max_length=120, blank=True)
    received_on = models.DateField(_("diterima"))
    due_on = models.DateField(_("paling lambat"), null=True, blank=True)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=120)
    header_row = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    by_link = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=VervalState, default=VervalState.OPEN)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="verval_list_once")
        ]


class VervalRow(OfficeRow):
    """One person of a verval list, and what was found at his door.

    ``line`` is the sheet's. ``walk`` sorts as one walks: hamlet, RW, RT, street. ``position`` is
    {"latitude", "longitude"} in degrees.
    """

    class Outcome(TextChoices):
        FOUND = "found", _("Ditemukan")
        MOVED = "moved", _("Pindah")
        DECEASED = "deceased", _("Meninggal")
        NOT_FOUND = "not_found", _("Tidak ditemukan")

    class Finding(TextChoices):
        MEETS = "meets", _("Memenuhi kriteria")
        DOES_NOT_MEET = "does_not_meet", _("Tidak memenuhi kriteria")

    verval_list = models.ForeignKey(VervalList, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    name = models.CharField(_("nama"), max_length=120)
    nik = EncryptedTextField("NIK", default="", blank=True)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    dusun = models.CharField(_("dusun"), max_length=60, blank=True)
    rt = models.CharField("RT", max_length=3, blank=True)
    rw = models.CharField("RW", max_length=3, blank=True)
    walk = models.CharField(max_length=300)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("keadaan"), max_length=10, choices=Outcome, blank=True)
    finding = models.CharField(_("hasil"), max_length=15, choices=Finding, blank=True)
    reason = EncryptedTextField(_("alasan"), default="", blank=True)
    position = EncryptedJSONField(null=True)
    photo = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")
    note = EncryptedTextField(_("catatan"), default="", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verval_list", "line"], name="verval_row_once")
        ]
        indexes = [
            models.Index(fields=["verval_list", "walk", "line"], name="verval_walk"),
            models.Index(fields=["assigned_to", "verval_list"], name="verval_assigned"),
        ]
