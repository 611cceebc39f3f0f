"""A file on its way up, as its sender and as its receiver know it."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from puskesmas.fields import EncryptedBytesField
from puskesmas.models import Attachment, Peer


class FileRow(models.Model):
    """What both sides know of a file: its paper, the hash that names it, how far it has come."""

    paper = models.CharField(max_length=30)
    label = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    # Bytes the receiver has.
    offset = models.PositiveIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True)
    # Why it will never arrive, in words; empty while it may.
    refusal = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def percent(self) -> int:
        return 100 * self.offset // self.size


class SentFile(FileRow):
    """A file of the village's referral. ``claimed_until`` is a sender's lease, as of a message."""

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.PROTECT, related_name="sent_files"
    )
    # The last sending that lists it: once its message is acknowledged, the file may follow.
    submission = models.ForeignKey(
        "referrals.Submission", on_delete=models.PROTECT, related_name="files"
    )
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "sha256"], name="file_sent_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(arrived_at__isnull=True, refusal=""),
                name="file_due",
            )
        ]

    @property
    def peer(self) -> Peer:
        message = self.submission.message
        if message is None:
            raise ValueError("a file whose submission was never sent")
        return message.peer


class ReceivedFile(FileRow):
    """A file a received referral lists; ``attachment`` once all of it came and was checked."""

    referral = models.ForeignKey(
        "referrals.ReceivedReferral", on_delete=models.PROTECT, related_name="files"
    )
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The problem's code that goes with ``refusal``.
    refusal_code = models.CharField(max_length=30, blank=True)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "sha256"], name="file_received_once")
        ]

    @property
    def url(self) -> str:
        return reverse("referrals:received_file", args=[self.referral.uid, self.sha256])


class ReceivedPart(models.Model):
    """Bytes of an incomplete file, from ``start`` on; gone when it is complete."""

    file = models.ForeignKey(ReceivedFile, on_delete=models.CASCADE, related_name="parts")
    start = models.PositiveIntegerField()
    content = EncryptedBytesField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "start"], name="part_once")]
        ordering = ["start"]
