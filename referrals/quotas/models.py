"""A quota is rows: slot, holder, from, until. Who waits for a place is a state of his referral."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.models import OfficeRow


class Quota(OfficeRow):
    """The places of one programme, over all villages of the district."""

    programme_code = models.CharField(_("program"), max_length=30)
    places = models.PositiveIntegerField(_("jumlah tempat"))
    emergency_first = models.BooleanField(_("darurat didahulukan"), default=True)
    # Who is granted that programme (the national card) leaves his place here to the next in line.
    yields_to = models.CharField(_("digantikan oleh"), max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "programme_code"], name="one_quota"),
            models.CheckConstraint(
                condition=~Q(yields_to=F("programme_code")), name="quota_yields_to_another"
            ),
        ]


class Place(models.Model):
    """Somebody in a slot for a time; one holder a slot, one slot a holder."""

    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="held")
    slot = models.PositiveIntegerField()
    holder = models.ForeignKey(
        "referrals.ReceivedReferral", on_delete=models.PROTECT, related_name="places"
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["quota", "slot"], condition=Q(until__isnull=True), name="slot_held_once"
            ),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(until__isnull=True), name="one_place_a_referral"
            ),
        ]
