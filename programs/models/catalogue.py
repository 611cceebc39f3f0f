"""The programme catalogue of an office, and who receives what."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from programs.terms.document import Terms, terms_of
from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.models import NamedInTwoLanguages, OfficeRow, OfficeRowQuerySet, User
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


class ProgrammeVersionQuerySet(OfficeRowQuerySet):
    """Versions; a draft is in force nowhere."""

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def in_order(self) -> Self:
        """Earliest first; of one day's the one published last comes last: it is in force."""
        return self.order_by("effective_from", "published_at", "pk")


class ProgrammeVersion(OfficeRow):
    """A programme's terms from a day on. A case keeps the version of its ``received_at``.

    ``published_at`` empty is a draft, at most one a programme. A published version is never
    changed, in the database itself (:mod:`programs.frozen`); a mistake in it is mended by another
    one of the same day. ``content`` is the document :mod:`programs.terms.document` reads.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateField(_("berlaku mulai"))
    content: Any = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = ProgrammeVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(published_at__isnull=True),
                name="one_draft_per_programme",
            )
        ]
        indexes = [models.Index(fields=["programme", "effective_from"], name="version_of_a_day")]

    @cached_property
    def terms(self) -> Terms:
        """What the version lays down."""
        return terms_of(self.content)

    @property
    def legal_basis(self) -> str:
        return "; ".join(self.terms.legal_bases)

    @property
    def max_decile(self) -> int | None:
        """The highest decile of a new request."""
        return self.terms.max_decile(self.terms.default_service)


class Partner(NamedInTwoLanguages, OfficeRow):
    """Who takes what the office refers: charities, hospitals, companies, an agency by its own desk.

    ``email`` is where the link to a referral is sent; its desk's, nobody's private one.
    """

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", _("Rumah sakit atau klinik")
        CHARITY = "charity", _("Lembaga amal")
        COMPANY = "company", _("Perusahaan (CSR)")
        NGO = "ngo", _("LSM")
        GOVERNMENT = "government", _("Instansi pemerintah (Dukcapil, dinas)")
        OTHER = "other", _("Lainnya")

    code = models.CharField(_("kode"), max_length=30)
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind, default=Kind.OTHER)
    contact = models.CharField(_("kontak"), max_length=160, blank=True)
    email = models.EmailField(_("surel"), blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="partner_code_per_office")
        ]


class PartnerAgreement(OfficeRow):
    """What a partner agreed to do for a programme, from a day to another; open: ``until`` empty."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField(_("nomor perjanjian"), max_length=80, blank=True)
    since = models.DateField(_("berlaku mulai"))
    until = models.DateField(_("berlaku sampai"), null=True, blank=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "programme", "since"], name="agreement_once_per_start"
            )
        ]

    def has_ended(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < day

    def is_to_come(self, day: date) -> bool:
        """Whether it begins after the day."""
        return self.since > day

    def is_running(self, day: date) -> bool:
        """Whether the partner gives something under it on that day."""
        return not self.has_ended(day) and not self.is_to_come(day)


class StatedFact(OfficeRow):
    """A fact no register holds, as somebody said it: laid off, under treatment, class of care.

    ``field`` is a code of :mod:`programs.terms.fields`. ``matter_uid`` is the case it was said for;
    empty: it holds of the person. The newest of a field counts; earlier ones stay.
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    matter_uid = models.UUIDField(null=True, editable=False)
    field = models.CharField(max_length=60)
    value: Any = EncryptedJSONField()
    source = models.CharField(_("sumber"), max_length=120, blank=True)
    on = models.DateField(_("tanggal"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["resident", "field"], name="stated_fact_newest")]


class Judgement(OfficeRow):
    """An eligibility answer as it was used for a matter: frozen, so that it can be shown later.

    ``matter`` and ``matter_uid`` name what it was used for ("referrals.referral"). ``day`` is the
    day it judges for. ``facts`` are codes with source and date, ``answers`` what each rule said.
    ``reason`` is the officer's who went on although a rule was not met.
    """

    class Standing(models.TextChoices):
        MEETS = "meets", _("Memenuhi kriteria")
        UNKNOWN = "unknown", _("Belum dapat dipastikan")
        DOES_NOT_MEET = "does_not_meet", _("Tidak memenuhi kriteria")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    programme_version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, related_name="+"
    )
    matter = models.CharField(max_length=40)
    matter_uid = models.UUIDField()
    moment = models.CharField(max_length=12)
    service = models.CharField(_("layanan"), max_length=30, blank=True)
    day = models.DateField()
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    standing = models.CharField(max_length=14, choices=Standing)
    facts: Any = EncryptedJSONField(default=dict)
    answers: Any = EncryptedJSONField(default=list)
    reason = EncryptedTextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["matter_uid", "-id"], name="judgement_of_matter")]


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
