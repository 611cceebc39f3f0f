"""What opens a partner's page."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import Partner
from puskesmas.models import OfficeRow


class PartnerKey(OfficeRow):
    """125 random bits that open one referral's page for one partner; kept as their hash only.

    A referral that goes to another partner after all leaves the earlier one's keys without use.
    """

    class Way(models.TextChoices):
        LINK = "link", _("Tautan dalam surel")
        CODE = "code", _("Kode pada surat")

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.PROTECT, related_name="partner_keys"
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
            )
        ]

    @property
    def is_over(self) -> bool:
        """Return whether it opens nothing any more."""
        return self.revoked_at is not None or self.expires_at <= timezone.now()
