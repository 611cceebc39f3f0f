"""Letters: numbered without gaps, frozen when issued, verifiable by anyone."""

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField, EncryptedTextField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, Office, OfficeRow, OfficeRowQuerySet, User
from reports.letters import matters
from reports.letters.workflow import DraftState, LetterState


class Profile(models.TextChoices):
    """What a letter's file is made to conform to; the values are WeasyPrint's names.

    PDF/A-3a: ISO 19005-3, for archives. PDF/UA-1: ISO 14289-1, for readers who cannot see.
    """

    ARCHIVE = "pdf/a-3a", _("PDF/A-3a: untuk arsip jangka panjang")
    ACCESSIBLE = "pdf/ua-1", _("PDF/UA-1: untuk pembaca layar")


class Paper(models.TextChoices):
    F4 = "f4", _("F4 (215 × 330 mm)")
    A4 = "a4", _("A4 (210 × 297 mm)")


class LetterStyle(models.Model):
    """What all letters of an office look like; its version is the office's.

    An office that never chose has no row and gets the defaults.
    """

    office = models.OneToOneField(Office, on_delete=models.PROTECT, related_name="letter_style")
    profile = models.CharField(
        _("jenis berkas surat"), max_length=10, choices=Profile, default=Profile.ARCHIVE
    )
    paper = models.CharField(_("kertas"), max_length=2, choices=Paper, default=Paper.F4)
    left_logo = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="letters_left"
    )
    right_logo = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="letters_right"
    )


class Letterhead(models.TextChoices):
    VILLAGE = "village", _("Pemerintah desa/kelurahan")
    PUSKESOS = "puskesos", _("Puskesos")


class LetterForm(models.Model):
    """What an office changed in a kind of letter; what is empty is as the kind has it.

    ``opening`` and ``closing`` are wording (:mod:`reports.letters.wording`). Its version is the
    office's.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="letter_forms")
    kind = models.CharField(max_length=30)
    letterhead = models.CharField(
        _("kop surat"), max_length=10, choices=Letterhead, default="", blank=True
    )
    classification = models.CharField(_("kode klasifikasi"), max_length=20, default="", blank=True)
    opening = models.TextField(_("kalimat pembuka"), default="", blank=True)
    closing = models.TextField(_("kalimat penutup"), default="", blank=True)
    acknowledged = models.BooleanField(_("dengan “Mengetahui” kepala"), default=False)
    witnesses = models.PositiveSmallIntegerField(_("jumlah saksi"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "kind"], name="one_letter_form")]


class LetterSeries(models.Model):
    """A counter: one per office, series code and year of the office's calendar.

    ``code`` is "all" when the office keeps one buku agenda, else the kind's code. Numbers up to
    ``continued_from`` stand in the office's agenda on paper, from before it moved in.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="letter_series")
    code = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)
    continued_from = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code", "year"], name="series_per_year")
        ]


class LetterQuerySet(OfficeRowQuerySet):
    """Letters, told apart by office and by the matter they speak of."""

    def visible_to(self, actor: Any) -> Self:
        """Keep what the actor may read: of confidential matters, what he issued or signs."""
        rows = self.of_office(actor)
        return rows if actor.is_system else rows.filter(readable_by(actor))

    def of_office(self, actor: Any) -> Self:
        """Keep all of the office, for the register: every number stands in it."""
        return super().visible_to(actor)


def readable_by(actor: Any) -> models.Q:
    """Return the condition on letters of the officer's office that he may read."""
    own = models.Q(issued_by=actor.user) | models.Q(signer=actor.user)
    return matters.open_to(actor) | own


class Letter(OfficeRow):
    """An official letter. The number never leaves it, even when it is void.

    ``matter_uid`` is the matter (the case) whose content it carries, if any: who may not read that
    may not read the letter (reports.letters.matters).
    """

    client_uid = ClientUidField()
    kind = models.CharField(max_length=30)
    subject_uid = models.UUIDField()
    matter_uid = models.UUIDField(null=True)
    series = models.ForeignKey(LetterSeries, on_delete=models.PROTECT, related_name="letters")
    counter = models.PositiveIntegerField()
    number = models.CharField(_("nomor"), max_length=120)
    dated = models.DateField(_("tanggal surat"))
    valid_until = models.DateField(_("berlaku sampai"), null=True)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.NUMBERED)
    signer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_to = models.CharField(_("diserahkan kepada"), max_length=120, blank=True)
    voided_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    # The QR's token: hashed for looking up, encrypted to print it again in a later revision.
    token_hash = models.CharField(max_length=64)
    token = EncryptedTextField()

    objects = LetterQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "counter"], name="letter_number_once"),
            models.UniqueConstraint(
                fields=["office", "number"],
                condition=~models.Q(number=""),
                name="letter_number_printed_once",
            ),
            models.UniqueConstraint(fields=["office", "client_uid"], name="letter_created_once"),
            models.UniqueConstraint(fields=["token_hash"], name="letter_token_unique"),
        ]
        indexes = [
            models.Index(fields=["subject_uid"], name="letter_of_subject"),
            models.Index(fields=["office", "uid"], name="letter_register"),
            models.Index(fields=["office", "number"], name="letter_number"),
        ]

    def __str__(self) -> str:
        return self.number


class LetterDraft(OfficeRow):
    """A letter asked for or begun (:mod:`reports.letters.drafts`); ``typed`` fills the form again.

    Its uid is the letter's ``client_uid``.
    """

    kind = models.CharField(max_length=30)
    subject_uid = models.UUIDField()
    about = EncryptedTextField()
    asked_by = EncryptedTextField(blank=True)
    typed = EncryptedJSONField()
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFTED)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    touched_at = models.DateTimeField(default=timezone.now)
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta:
        indexes = [
            models.Index(fields=["office", "touched_at"], name="letter_drafts_waiting"),
        ]

    @property
    def purpose(self) -> str:
        """What the letter is for, as far as somebody said."""
        return next(iter(self.typed.get("purpose", [])), "")


class LetterRevision(models.Model):
    """The frozen content of a letter. A correction before signature is a new revision."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(default=1)
    context = EncryptedJSONField()
    template_version = models.CharField(max_length=40)
    frozen_at = models.DateTimeField(default=timezone.now)
    # The rendered file, encrypted in private storage; empty until the renderer did its work.
    pdf_path = models.CharField(max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    render_attempts = models.PositiveSmallIntegerField(default=0)
    render_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "number"], name="revision_number")]
        indexes = [
            models.Index(
                fields=["render_attempts"],
                condition=models.Q(pdf_path=""),
                name="revision_waiting",
            )
        ]
