"""Proposals to a register, the meetings that heard them, the sheets they left in, the answers."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User
from registry.models.criteria import Survey
from registry.models.people import Resident
from registry.models.registers import Register
from registry.proposals.workflow import OPEN_STATES, ProposalState


class SheetProfile(OfficeRow):
    """How the monthly sheet looks; a change is a new version, a sent sheet keeps its own.

    ``columns`` is a list of ``{title, source, format, required}`` (registry.proposals.columns).
    """

    number = models.PositiveIntegerField(_("versi"))
    name = models.CharField(_("nama"), max_length=80)
    sheet_name = models.CharField(_("nama lembar"), max_length=31, default="DATA")
    columns = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "number"], name="sheet_profile_version")
        ]


class Proposal(OfficeRow):
    """One person proposed to enter a register, to be changed in it, or to leave it.

    ``in_place_of`` is whom he follows, where somebody died or moved. ``extra`` are the facts only
    the sheet asks for: ``{"pregnant": bool|None, "pregnant_since": ISO|"", "disabled": bool|None,
    "disability_code": str}``; None where nobody asked.
    """

    class Kind(models.TextChoices):
        ENTER = "enter", _("Masuk daftar")
        CHANGE = "change", _("Perubahan data")
        LEAVE = "leave", _("Keluar dari daftar")

    class Programme(models.TextChoices):
        NONE = "NONBANSOS", _("Tanpa program (NONBANSOS)")
        BPNT = "BPNT", "BPNT"
        PKH = "PKH", "PKH"
        PBI = "PBI", "PBI"
        BST = "BST", "BST"

    class Origin(models.TextChoices):
        RESIDENT = "resident", _("Warga sendiri")
        NEIGHBOURHOOD = "rt_rw", _("RT/RW")
        PUSKESOS = "puskesos", "Puskesos"

    class Finding(models.TextChoices):
        NONE = "", _("Belum diperiksa")
        MEETS = "meets", _("Memenuhi kriteria")
        DOES_NOT = "does_not", _("Tidak memenuhi kriteria")

    client_uid = ClientUidField()
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="proposals")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(_("jenis usulan"), max_length=8, choices=Kind)
    programme = models.CharField(
        _("program yang diminta"), max_length=10, choices=Programme, default=Programme.NONE
    )
    origin = models.CharField(_("usulan dari"), max_length=10, choices=Origin)
    origin_name = models.CharField(_("nama pengusul"), max_length=120, blank=True)
    reason = EncryptedTextField(_("alasan"))
    in_place_of = models.ForeignKey(
        Resident, on_delete=models.PROTECT, null=True, related_name="successions"
    )
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, null=True, related_name="+")
    extra: Any = EncryptedJSONField(default=dict)
    proposed_on = models.DateField(_("diusulkan pada"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=ProposalState, default=ProposalState.DRAFTED)
    state_since = models.DateTimeField(default=timezone.now)
    finding = models.CharField(max_length=10, choices=Finding, blank=True, default="")
    finding_reason = EncryptedTextField(default="", blank=True)
    finding_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answer_note = EncryptedTextField(default="", blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="proposal_created_once"),
            models.UniqueConstraint(
                fields=["resident", "register", "kind"],
                condition=Q(state__in=[str(state) for state in OPEN_STATES]),
                name="one_open_proposal",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "state", "proposed_on", "id"], name="proposal_oldest")
        ]


class Meeting(OfficeRow):
    """A musdes (desa) or muskel (kelurahan) that heard proposals."""

    client_uid = ClientUidField()
    held_on = models.DateField(_("tanggal"))
    place = models.CharField(_("tempat"), max_length=120)
    chair = models.CharField(_("pimpinan musyawarah"), max_length=120)
    present = models.PositiveIntegerField(_("jumlah yang hadir"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="meeting_created_once")
        ]


class MeetingItem(models.Model):
    """What a meeting said of one proposal."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Disetujui")
        NOT_AGREED = "not_agreed", _("Tidak disetujui")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="heard")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = EncryptedTextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "proposal"], name="heard_once_a_meeting")
        ]


class Sheet(OfficeRow):
    """The month's file for a register and kind, frozen: encrypted, with its SHA-256."""

    client_uid = ClientUidField()
    month = models.DateField(_("bulan"))
    register = models.ForeignKey(Register, on_delete=models.PROTECT)
    kind = models.CharField(_("jenis usulan"), max_length=8, choices=Proposal.Kind)
    profile = models.ForeignKey(SheetProfile, on_delete=models.PROTECT)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="sheet_created_once"),
            models.UniqueConstraint(
                fields=["office", "month", "register", "kind"], name="one_sheet_a_month"
            ),
        ]


class SheetRow(models.Model):
    """One proposal in one sheet; ``line`` counts the people from 1. ``nik`` as it was sent."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="sent_rows")
    nik = EncryptedTextField(default="", blank=True)
    nik_index = BlindIndexField(source="nik", purpose="nik")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "line"], name="sheet_line_once"),
            models.UniqueConstraint(fields=["sheet", "proposal"], name="sheet_proposal_once"),
        ]
        indexes = [models.Index(fields=["nik_index"], name="sheet_row_nik")]


class AnswerFile(OfficeRow):
    """The file that came back: read when it was handed in, applied when an officer says so.

    ``rows`` is a list of ``{line, number, nik, name, answer, note}``; ``answer`` is "accept",
    "reject", "send_back", or "" where the words were none of these. ``columns`` is what each
    column was read as, ``{column index: field}``.
    """

    client_uid = ClientUidField()
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(_("tanggal jawaban"))
    columns = models.JSONField(default=dict, blank=True)
    rows: Any = EncryptedJSONField(default=list)
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="answers_created_once")
        ]

    @property
    def is_readable(self) -> bool:
        """Whether the columns of NIK and result are known."""
        return bool(self.rows) or {"nik", "answer"} <= set(self.columns.values())
