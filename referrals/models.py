"""Referrals as the village sends them, and as the tier above receives them: always two rows."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from programs.models import LegalBasis, Partner, Programme, ProgrammeVersion
from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import OfficeRow, OutboxMessage, Peer, User
from referrals.calls.models import CallShare, GivenCall, IssuedCall
from referrals.chain.models import ChainRule, InboxQuerySet, Supervision
from referrals.files.models import ReceivedFile, ReceivedPart, SentFile
from referrals.packages.models import Package, PackageEntry
from referrals.partners.models import OwnersWord, PartnerKey
from referrals.publishing.models import Publication, PublishedOffice, PublishedRecord
from referrals.quotas.models import Place, Quota
from referrals.realised.models import RealisationSheet
from referrals.reconciliation.models import Comparison, Difference, VillageReport
from referrals.verval.models import (
    GivenPart,
    GivenVerval,
    VervalLine,
    VervalShare,
    VervalSheet,
)
from referrals.workflow import (
    OWED,
    OWNERS_WORD,
    PARTNERS_WORD,
    Answer,
    Approval,
    Inbox,
    Realisation,
)
from reports.letters.models import Letter

__all__ = [
    "Answering",
    "CallShare",
    "ChainRule",
    "Comparison",
    "Difference",
    "GivenCall",
    "GivenPart",
    "GivenVerval",
    "IssuedCall",
    "OwnersWord",
    "Package",
    "PackageEntry",
    "PartnerKey",
    "Place",
    "Publication",
    "PublishedOffice",
    "PublishedRecord",
    "Quota",
    "RealisationSheet",
    "ReceivedFile",
    "ReceivedPart",
    "ReceivedReferral",
    "ReceivedSubmission",
    "Referral",
    "Reminder",
    "SentFile",
    "Submission",
    "Supervision",
    "VervalLine",
    "VervalShare",
    "VervalSheet",
    "VillageReport",
]


def is_live() -> Q:
    """Return the condition "may still lead to something": one a case, programme and time."""
    over = Q(realisation__in=["collected", "never", "ended"])
    return ~Q(approval="refused") & ~Q(answer="refused") & ~over


def came_to_something() -> Q:
    """Return the condition "live, or in hand"."""
    return is_live() | Q(approval="approved", answer="approved", realisation="collected")


def is_undelivered() -> Q:
    """Return the condition "approved, and its receiver is not known to have it"."""
    return Q(approval=Approval.APPROVED, answer=Answer.NONE)


class Referral(OfficeRow):
    """A request for one programme, in one case, to whoever decides."""

    class Road(models.TextChoices):
        """How it travels."""

        DISTRICT = "district", _("Dikirim ke SLRT kabupaten/kota")
        PAPER = "paper", _("Diantar di atas kertas")
        RETYPED = "retyped", _("Diketik ulang di sistem lain")
        PARTNER = "partner", _("Langsung ke mitra, yang menjawab di halamannya")

    LegalBasis = LegalBasis

    client_uid = ClientUidField()
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="referrals")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    programme_version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The service asked for, a code of the version's; empty where the programme names none.
    service = models.CharField(_("layanan"), max_length=30, blank=True)
    # The referral a control visit continues.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    destination = models.CharField(_("tujuan"), max_length=120)
    # Who gets it on the road "partner", and answers on the page of :mod:`referrals.partners`.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="+")
    road = models.CharField(_("cara kirim"), max_length=10, choices=Road)
    need = EncryptedTextField(_("kebutuhan"), default="")
    legal_basis = models.CharField(
        _("dasar hukum"), max_length=20, choices=LegalBasis, default=LegalBasis.PUBLIC_DUTY
    )
    # Everybody who wrote it: the first, the last, and those between. None of them approves it.
    authors = models.ManyToManyField(User, related_name="+")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approval = models.CharField(max_length=10, choices=Approval, default=Approval.AWAITING)
    approval_since = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.NONE)
    answer_sequence = models.PositiveIntegerField(default=0)
    realisation = models.CharField(max_length=10, choices=Realisation, default=Realisation.NONE)
    realisation_sequence = models.PositiveIntegerField(default=0)
    # When the tier above (or the person who took the paper) confirmed having it.
    acknowledged_at = models.DateTimeField(null=True)
    upstream_number = models.CharField(_("nomor di tujuan"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="referral_created_once"),
            models.CheckConstraint(
                condition=Q(road="partner", partner__isnull=False)
                | (~Q(road="partner") & Q(partner__isnull=True)),
                name="partner_named_on_his_road",
            ),
            models.UniqueConstraint(
                fields=["complaint", "programme"],
                condition=is_live(),
                name="one_live_referral_per_case_and_programme",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "approval"], name="referral_approval"),
            models.Index(fields=["complaint", "-id"], name="referral_of_case"),
            # Along it the office's list is compared with the tier above's.
            models.Index(fields=["office", "uid"], name="referral_by_uid"),
        ]

    @property
    def is_with_owner(self) -> bool:
        """Return whether it was approved here and the upstream still owes an answer."""
        return self.approval == Approval.APPROVED and self.answer in OWED

    @property
    def answer_label(self) -> str:
        """Return the answer in words; what a partner decided names him."""
        if self.partner and self.answer in PARTNERS_WORD:
            return str(PARTNERS_WORD[Answer(self.answer)] % {"partner": self.partner.name})
        return str(self.get_answer_display())

    @property
    def gets_only_what_is_asked(self) -> bool:
        """Return whether its receiver gets name, address, phone and need, and no number."""
        partners_own = self.programme.tier == Programme.Tier.PARTNER
        return self.road == self.Road.PARTNER or partners_own


class Submission(models.Model):
    """One approved sending of a referral; a correction is a new one, history stays.

    ``payload`` is the JSON that was (or would be) sent, ``payload_sha256`` its hash, the pair by
    which both sides recognise the same content whatever road it took.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    payload = EncryptedJSONField()
    payload_sha256 = models.CharField(max_length=64)
    message = models.OneToOneField(
        OutboxMessage, on_delete=models.PROTECT, null=True, related_name="submission"
    )
    created_at = models.DateTimeField(default=timezone.now)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_to = models.CharField(_("penerima"), max_length=120, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="submission_number")
        ]


class Answering(models.Model):
    """Everything the upstream said, in its order; an older one that comes late is not applied."""

    class Source(models.TextChoices):
        SYSTEM = "system", _("Sistem SLRT")
        LETTER = "letter", pgettext_lazy("one letter", "Surat")
        PHONE = "phone", _("Telepon")
        RESIDENT = "resident", _("Keterangan warga")
        FOREIGN = "foreign", _("Sistem lain")
        PARTNER = "partner", _("Halaman mitra")

    class About(models.TextChoices):
        ANSWER = "answer", _("Jawaban")
        REALISATION = "realisation", _("Realisasi")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="answers")
    client_uid = models.UUIDField(unique=True)
    about = models.CharField(max_length=12, choices=About)
    value = models.CharField(max_length=12)
    sequence = models.PositiveIntegerField()
    applied = models.BooleanField(default=True)
    owner = models.CharField(_("pemberi jawaban"), max_length=120, blank=True)
    # Whose page it was said on, whatever he was or is called.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="+")
    # Who typed it on the partner's page: name and position, as he gave them.
    said_by = models.CharField(_("yang mengisi"), max_length=160, blank=True)
    document_number = models.CharField(_("nomor surat"), max_length=80, blank=True)
    said_on = models.DateField(_("tanggal"))
    reason = EncryptedTextField(_("alasan"), default="", blank=True)
    # Where and when to collect, what to bring, who may collect.
    instructions = EncryptedTextField(_("petunjuk"), default="", blank=True)
    source = models.CharField(_("sumber"), max_length=10, choices=Source)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["recorded_at", "pk"]

    @property
    def label(self) -> str:
        """Return what was said, in words; what a partner decided names him."""
        states = Answer if self.about == self.About.ANSWER else Realisation
        if self.is_owners_word and self.is_partners and self.owner:
            return self._partners_word(self.owner)
        return str(states(self.value).label)

    @property
    def anonymous_label(self) -> str:
        """Return the same without a name: whose answer it is may tell the matter."""
        if self.is_owners_word and self.is_partners:
            return self._partners_word(gettext("lembaga yang dituju"))
        return self.label

    def _partners_word(self, who: str) -> str:
        return str(PARTNERS_WORD[Answer(self.value)] % {"partner": who})

    @property
    def is_partners(self) -> bool:
        """Return whether a partner is asked, who need not own the programme."""
        return self.referral_id is not None and self.referral.road == Referral.Road.PARTNER

    @property
    def is_owners_word(self) -> bool:
        """Return whether the programme's owner said it, and not who passes the file on to him."""
        return self.about == self.About.ANSWER and self.value in OWNERS_WORD

    @property
    def speaker(self) -> str:
        """Return who is recorded as having said it; "" when that is the linked office above.

        Its messages name in ``owner`` whom the file goes to, so that is no speaker.
        """
        relayed = self.source == self.Source.SYSTEM and not self.is_owners_word
        return "" if relayed else self.owner


class Reminder(models.Model):
    """A letter that asked again for an answer that is long in coming."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="reminders")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["written_at", "pk"]


class ReceivedReferral(OfficeRow):
    """A village's referral in the inbox of the tier above: only what was sent, no registry."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="received_referrals")
    referral_uid = models.UUIDField()
    # The agenda number: as shown, and as counted within the office's year.
    number = models.CharField(_("nomor agenda"), max_length=20)
    year = models.PositiveSmallIntegerField()
    counter = models.PositiveIntegerField()
    village = models.CharField(_("asal"), max_length=120)
    # What the search box finds it by, besides its number: the resident's receipt and NIK.
    receipt_number = models.CharField(max_length=12, blank=True, db_index=True)
    nik_index = models.CharField(max_length=43, blank=True, db_index=True)
    programme_code = models.CharField(max_length=30)
    programme_name = models.CharField(_("program"), max_length=120)
    urgency = models.CharField(max_length=10)
    payload = EncryptedJSONField()
    payload_sha256 = models.CharField(max_length=64)
    submission_number = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=Inbox, default=Inbox.RECEIVED)
    state_since = models.DateTimeField(default=timezone.now)
    realisation = models.CharField(max_length=10, choices=Realisation, default=Realisation.NONE)
    answer_sequence = models.PositiveIntegerField(default=0)

    objects: ClassVar[Any] = InboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "referral_uid"], name="received_once"),
            models.UniqueConstraint(fields=["office", "number"], name="agenda_number_once"),
            models.UniqueConstraint(
                fields=["office", "year", "counter"], name="agenda_counted_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["office", "state", "urgency", "received_at", "id"], name="inbox_queue"
            )
        ]

    @property
    def is_emergency(self) -> bool:
        return self.urgency == "emergency"

    @property
    def age(self) -> str:
        """Return how long ago it came, in whole days of the active zone: "hari ini"."""
        days = (timezone.localdate() - timezone.localdate(self.received_at)).days
        if days < 1:
            return gettext("hari ini")
        return ngettext("%(n)d hari yang lalu", "%(n)d hari yang lalu", days) % {"n": days}


class ReceivedSubmission(models.Model):
    """One sending of a referral as it arrived; the inbox row shows the newest, these stay."""

    referral = models.ForeignKey(
        ReceivedReferral, on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.PositiveSmallIntegerField()
    payload = EncryptedJSONField()
    payload_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "number"], name="received_submission_number"
            )
        ]
