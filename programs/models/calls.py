"""Calls for candidates: an owner asks for "10 lansia", the village names, the owner chooses."""

from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from programs.models.catalogue import Programme
from programs.models.legal import LegalBasis
from puskesmas.fields import EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User
from registry.models import Resident


class CallState(TextChoices):
    """The village names; the owner chooses. No state says that anybody receives anything."""

    COLLECTING = "collecting", _("Sedang disusun")
    WAITING = "waiting", _("Menunggu persetujuan")
    APPROVED = "approved", _("Disetujui untuk diserahkan")
    HANDED = "handed", _("Diserahkan, menunggu pilihan pemilik")
    CLOSED = "closed", _("Pilihan pemilik sudah dicatat")


class Call(OfficeRow):
    """A programme owner's call for candidates. ``wanted`` is how many he asked for.

    ``authors`` are all who had a hand in the list; none of them approves it. ``sheet`` is the list
    as it was handed over, never made again; ``legal_basis`` says why its names might leave.
    ``via`` names the tier above that sent the call over the link on the owner's behalf, and gets
    the list the same way; "" where the owner asked here.
    """

    client_uid = ClientUidField()
    owner = models.CharField(_("pemilik program"), max_length=120)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+")
    wanted = models.PositiveIntegerField(_("jumlah yang diminta"))
    criteria = models.CharField(_("kriteria"), max_length=500)
    reference = models.CharField(_("nomor surat permintaan"), max_length=120, blank=True)
    received_on = models.DateField(_("diterima"))
    due_on = models.DateField(_("paling lambat"), null=True, blank=True)
    via = models.CharField(_("lewat"), max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=CallState, default=CallState.COLLECTING)
    authors = models.ManyToManyField(User, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    handed_to = models.CharField(_("diserahkan kepada"), max_length=120, blank=True)
    handed_on = models.DateField(_("diserahkan tanggal"), null=True, blank=True)
    legal_basis = models.CharField(
        _("dasar pemberian data"), max_length=20, choices=LegalBasis, blank=True
    )
    sheet = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "client_uid"], name="call_once")]


class Candidate(OfficeRow):
    """One name on a call's list, why it is there, and what the owner chose.

    Who dies or moves drops out by himself: ``resident`` says so, whenever one looks.
    """

    class Result(TextChoices):
        CHOSEN = "chosen", _("Dipilih pemilik")
        NOT_CHOSEN = "not_chosen", _("Tidak dipilih")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="candidates")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField(_("alasan"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(_("pilihan pemilik"), max_length=10, choices=Result, blank=True)
    result_on = models.DateField(_("tanggal"), null=True, blank=True)
    result_source = models.CharField(_("sumber"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "resident"], name="candidate_once_per_call")
        ]

    @property
    def has_dropped_out(self) -> bool:
        return self.resident.person.life != Resident.Life.ALIVE
