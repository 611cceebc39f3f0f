"""Matters brought to the office: intake, receipt number, papers, clock, telling the resident."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.workflow import CaseState
from programs.models import Programme, ProgrammeVersion
from programs.papers import form_note, paper_name
from puskesmas.fields import BlindIndexField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, NamedInTwoLanguages, OfficeRow, TimeLimit, User
from registry.models import RegisterCheck, Resident
from reports.letters.models import Letter


class ComplaintKind(NamedInTwoLanguages, OfficeRow):
    """A kind of matter; which limit its clock runs on; whether only few may read it."""

    code = models.CharField(_("kode"), max_length=30)
    limit = models.CharField(
        _("batas waktu"),
        max_length=20,
        choices=TimeLimit.Code,
        default=TimeLimit.Code.NO_FIELD_CHECK,
    )
    sensitive = models.BooleanField(_("rahasia"), default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="kind_code_per_office")
        ]


class Channel(models.TextChoices):
    """How a matter reached the office."""

    WALK_IN = "walk_in", _("Datang ke kantor")
    FIELD = "field", _("Lapangan (fasilitator)")
    BATCH = "batch", _("Usulan kolektif RT/RW")
    PHONE = "phone", _("Telepon/WhatsApp")
    AFTER_HOURS = "after_hours", _("Di luar jam kantor")


class Complaint(OfficeRow):
    """One matter of one person: the case.

    ``received_at`` is when it was brought, ``created_at`` when it was typed; rules, clock and year
    follow the first. ``receipt_number`` is 12 digits (complaints.receipts). ``due_at`` is the
    instant by which the office owes its answer, None while the clock stands.
    """

    class Urgency(models.TextChoices):
        NORMAL = "normal", _("Biasa")
        EMERGENCY = "emergency", _("Darurat")

    class Relation(models.TextChoices):
        SELF = "self", _("Diri sendiri")
        FAMILY = "family", _("Keluarga satu KK")
        OTHER_FAMILY = "other_family", _("Keluarga lain KK")
        RT_RW = "rt_rw", _("Pengurus RT/RW atau kasun")
        NEIGHBOUR = "neighbour", _("Tetangga")
        OTHER = "other", _("Lainnya")

    class Finding(models.TextChoices):
        MEETS = "meets", _("Memenuhi kriteria")
        DOES_NOT_MEET = "does_not_meet", _("Tidak memenuhi kriteria")

    class Outcome(models.TextChoices):
        """Why the case ended; set with the state that ends or answers it."""

        HANDLED = "handled", _("Ditangani di Puskesos")
        OWNER_APPROVED = "owner_approved", _("Disetujui pemilik program")
        OWNER_REFUSED = "owner_refused", _("Tidak disetujui pemilik program")
        COLLECTED = "collected", _("Sudah diterima warga")
        NEVER = "never", _("Pemilik program menyatakan tidak terealisasi")
        UNREACHABLE = "unreachable", _("Warga tidak dapat dihubungi")

    client_uid = ClientUidField()
    receipt_number = models.CharField(_("nomor resi"), max_length=12, editable=False)
    subject = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="complaints")
    kind = models.ForeignKey(ComplaintKind, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(
        _("saluran"), max_length=12, choices=Channel, default=Channel.WALK_IN
    )
    received_at = models.DateTimeField(_("diterima"))
    received_place = models.CharField(_("tempat"), max_length=120, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reporter_relation = models.CharField(
        _("pelapor"), max_length=14, choices=Relation, default=Relation.SELF
    )
    reporter_name = models.CharField(_("nama pelapor"), max_length=120, blank=True)
    reporter_phone = EncryptedTextField(_("telepon pelapor"), default="", blank=True)
    reporter_phone_last4_index = BlindIndexField(
        source="reporter_phone", purpose="phone-last4", last=4
    )
    reporter_authority = models.CharField(_("dasar mewakili"), max_length=160, blank=True)
    story = EncryptedTextField(_("cerita"), default="")
    urgency = models.CharField(
        _("kegentingan"), max_length=10, choices=Urgency, default=Urgency.NORMAL
    )
    urgency_reason = EncryptedTextField(_("alasan darurat"), default="", blank=True)
    # An officer called his own family's matter an emergency: nobody else has said so yet.
    urgency_unconfirmed = models.BooleanField(default=False)
    register_check = models.ForeignKey(RegisterCheck, on_delete=models.PROTECT, null=True)
    state = models.CharField(max_length=24, choices=CaseState, default=CaseState.REGISTERED)
    state_since = models.DateTimeField(default=timezone.now)
    # Where the office's clock starts: the receipt, or the last reopening.
    clock_started_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(null=True)
    finding = models.CharField(_("temuan"), max_length=14, choices=Finding, blank=True)
    finding_reason = EncryptedTextField(default="", blank=True)
    # Why the finding goes against what the criteria say; kept apart, and shown.
    finding_override = EncryptedTextField(default="", blank=True)
    finding_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    finding_at = models.DateTimeField(null=True)
    answer = EncryptedTextField(_("jawaban"), default="", blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt_number"], name="receipt_number_unique"),
            models.UniqueConstraint(fields=["office", "client_uid"], name="complaint_created_once"),
        ]
        indexes = [
            models.Index(fields=["office", "state", "urgency", "due_at"], name="complaint_queue"),
            models.Index(fields=["office", "received_at"], name="complaint_received"),
        ]

    @property
    def person(self) -> Resident:
        """Whom the case is about; ``subject`` is his record of that day, perhaps merged since."""
        return self.subject.person

    @property
    def is_emergency(self) -> bool:
        return self.urgency == self.Urgency.EMERGENCY


class ComplaintProgramme(models.Model):
    """A programme the person says he holds, or needs, in one case."""

    class Relation(models.TextChoices):
        HELD = "held", _("Sudah diterima")
        NEEDED = "needed", _("Dibutuhkan")

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="programmes")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    programme_version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    relation = models.CharField(max_length=6, choices=Relation)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "programme", "relation"], name="programme_once_per_case"
            )
        ]


class ComplaintPaper(NamedInTwoLanguages):
    """A paper of one case: asked for, seen or handed in.

    ``substitutes`` are codes of papers that serve instead, ``given`` the one that did (empty: the
    paper itself). ``by_office`` marks what the office makes itself, such as photos of the house.
    """

    #: Papers the resident himself states: the office prints the form, he signs it.
    STATEMENTS = frozenset({"statement", "sptjm"})

    class Status(models.TextChoices):
        MISSING = "missing", _("Belum ada")
        SEEN = "seen", _("Sudah dilihat")
        COPIED = "copied", _("Salinan disimpan")

    class Review(models.TextChoices):
        """What the examination said of the paper; never of the person."""

        FITS = "fits", _("Berkas sesuai")
        REPLACE = "replace", _("Perlu diganti")

    class Fault(models.TextChoices):
        UNREADABLE = "unreadable", _("Tidak terbaca")
        EXPIRED = "expired", _("Sudah tidak berlaku")
        OTHER_PERSON = "other_person", _("Milik orang lain")
        INCOMPLETE = "incomplete", _("Tidak lengkap")
        OTHER = "other", _("Sebab lain")

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="papers")
    code = models.CharField(max_length=30)
    status = models.CharField(max_length=8, choices=Status, default=Status.MISSING)
    # How it is to be brought, as the programme's version says (programs.terms.document.FORMS).
    form = models.CharField(_("bentuk"), max_length=8, default="copy")
    mandatory = models.BooleanField(_("wajib"), default=True)
    by_office = models.BooleanField(_("dibuat petugas"), default=False)
    substitutes = models.JSONField(default=list)
    given = models.CharField(max_length=30, blank=True)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True)
    # A letter of this office that is this paper, with the number and validity printed on it.
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    reference = models.CharField(_("nomor"), max_length=120, blank=True)
    valid_until = models.DateField(_("berlaku sampai"), null=True)
    review = models.CharField(_("hasil pemeriksaan"), max_length=8, choices=Review, blank=True)
    fault = models.CharField(_("sebab"), max_length=12, choices=Fault, blank=True)
    review_note = EncryptedTextField(_("keterangan"), default="", blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "code"], name="paper_once_per_case")
        ]

    @property
    def form_note(self) -> str:
        return form_note(self.form)

    @property
    def substitute_names(self) -> list[str]:
        return [paper_name(code) for code in self.substitutes]

    @property
    def is_statement(self) -> bool:
        return self.code in self.STATEMENTS

    @property
    def must_be_replaced(self) -> bool:
        return self.review == self.Review.REPLACE

    def is_missing(self, today: date) -> bool:
        """Return whether it is not there, or ran out before that day."""
        ran_out = self.valid_until is not None and self.valid_until < today
        return self.status == self.Status.MISSING or ran_out

    def put(self, status: str, *, given: str = "") -> None:
        """Set what is there now; what an examination said was said of what was there before."""
        self.letter, self.reference, self.valid_until = None, "", None
        self._there(status, given)

    def put_copy(self, today: date) -> None:
        """Say that a copy is stored. One of our own letter is still that letter, while it holds."""
        if self.letter_id and not self.given and not self.is_missing(today):
            self._there(self.Status.COPIED, "")
        else:
            self.put(self.Status.COPIED)

    def _there(self, status: str, given: str) -> None:
        self.status, self.given, self.updated_at = status, given, timezone.now()
        self.review, self.fault, self.review_note = "", "", ""
        self.reviewed_by, self.reviewed_at = None, None


class ClockPause(models.Model):
    """A time the office's clock stood still: the resident or the upstream owed something."""

    class OwedBy(models.TextChoices):
        RESIDENT = "resident", _("Warga")
        UPSTREAM = "upstream", _("Tingkat atas")

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="pauses")
    owed_by = models.CharField(max_length=10, choices=OwedBy)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(until__isnull=True), name="one_open_pause"
            )
        ]


class Telling(OfficeRow):
    """A try to tell the resident where the case stands: reached or not, by whom, how."""

    class Means(models.TextChoices):
        FACE = "face", _("Tatap muka")
        PHONE = "phone", _("Telepon")
        WHATSAPP = "whatsapp", "WhatsApp"
        RT = "rt", _("Lewat RT/RW")
        LETTER = "letter", pgettext_lazy("one letter", "Surat")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="tellings")
    client_uid = ClientUidField()
    at = models.DateTimeField(default=timezone.now)
    means = models.CharField(_("cara"), max_length=10, choices=Means)
    reached = models.BooleanField(_("tersampaikan"), default=True)
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=24, blank=True)
    note = EncryptedTextField(_("catatan"), default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="telling_once")
        ]


class CounterQuestion(OfficeRow):
    """A question answered at once, logged in one step; the person is optional."""

    client_uid = ClientUidField()
    kind = models.ForeignKey(ComplaintKind, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(
        _("saluran"), max_length=12, choices=Channel, default=Channel.WALK_IN
    )
    asked_at = models.DateTimeField(default=timezone.now)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    question = EncryptedTextField(_("pertanyaan"), default="", blank=True)
    answer = EncryptedTextField(_("jawaban"))
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # A receipt on request; empty when the asker did not want one.
    receipt_number = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="question_once"),
            models.UniqueConstraint(
                fields=["receipt_number"], condition=~Q(receipt_number=""), name="question_receipt"
            ),
        ]
