"""What an office lets the tier above show, and what the tier above was given to show."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from puskesmas.models import Office, OutboxMessage, Peer


class Publication(models.Model):
    """A receipt number or letter of ours, and what of it the tier above was told.

    ``changed`` is set in the transaction that changes the matter, and taken back when a message
    with its newest state is written: however often it changes, one state waits. ``told_sha256`` is
    the hash of the record last told, "" while nothing stands there; ``sequence`` counts up.
    """

    class Kind(models.TextChoices):
        CASE = "case"
        QUESTION = "question"
        LETTER = "letter"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    subject_uid = models.UUIDField()
    changed = models.BooleanField(default=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(
        OutboxMessage, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    sequence = models.BigIntegerField(default=0)
    told_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_uid"], name="published_once")
        ]
        indexes = [
            models.Index(
                fields=["office", "id"], condition=Q(changed=True), name="publication_waiting"
            )
        ]


class PublishedOffice(models.Model):
    """An office below that lets us show its pages, as it described itself last."""

    peer = models.OneToOneField(Peer, on_delete=models.PROTECT, related_name="published")
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    opening_hours = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=20, choices=Office.Zone, default=Office.Zone.WIB)
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Return the name under which it was linked here: a message could name any office."""
        return str(self.peer.name)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class PublishedRecord(models.Model):
    """One number or letter code of such an office: never a person.

    ``key`` is the hex SHA-256 of the receipt number or of the letter's code. ``body`` is what the
    schema ``public.records`` says of the kind; None once the office withdrew it.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        LETTER = "letter"

    office = models.ForeignKey(PublishedOffice, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=7, choices=Kind)
    key = models.CharField(max_length=64)
    sequence = models.BigIntegerField()
    body: Any = models.JSONField(null=True)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "office"], name="record_once_per_office")
        ]
