"""What opens a partner's page."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import Partner
from puskesmas.fields import EncryptedTextField
from puskesmas.models import OfficeRow
from referrals.workflow import Answer, Realisation


class PartnerKey(OfficeRow):
    """125 random bits that open one referral's page for one partner; kept as their hash only.

    In a village it is a referral of its own, at the tier above one it received, whose programme's
    owner the partner is. A referral that goes to another partner after all leaves the earlier
    one's keys without use.
    """

    class Way(models.TextChoices):
        LINK = "link", _("Tautan dalam surel")
        CODE = "code", _("Kode pada surat")

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.PROTECT, null=True, related_name="partner_keys"
    )
    received = models.ForeignKey(
        "referrals.ReceivedReferral",
        on_delete=models.PROTECT,
        null=True,
        related_name="partner_keys",
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=4, choices=Way)
    token_hash = models.CharField(max_length=64, unique=True)
    # The letter a code is printed on.
    letter = models.ForeignKey(
        "letters.Letter", on_delete=models.PROTECT, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    times_opened = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(times_opened=0, opened_at__isnull=True)
                | Q(times_opened__gt=0, opened_at__isnull=False),
                name="opened_key_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(referral__isnull=True, received__isnull=False)
                | Q(referral__isnull=False, received__isnull=True),
                name="key_opens_one_thing",
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Return whether it opens nothing any more."""
        return self.revoked_at is not None or self.expires_at <= timezone.now()


class OwnersWord(models.Model):
    """What a programme's owner said on his page of a referral the tier above received."""

    received = models.ForeignKey(
        "referrals.ReceivedReferral", on_delete=models.PROTECT, related_name="owners_words"
    )
    key = models.ForeignKey(PartnerKey, on_delete=models.PROTECT, related_name="+")
    client_uid = models.UUIDField(unique=True)
    value = models.CharField(max_length=12)
    owner = models.CharField(max_length=120)
    # Name and position, as he gave them.
    said_by = models.CharField(max_length=160)
    document_number = models.CharField(max_length=80, blank=True)
    said_on = models.DateField()
    reason = EncryptedTextField(default="", blank=True)
    instructions = EncryptedTextField(default="", blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-recorded_at", "-pk"]

    @property
    def label(self) -> str:
        """Return what was said, in words."""
        states = Answer if self.value in Answer.values else Realisation
        return str(states(self.value).label)
