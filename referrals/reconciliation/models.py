"""Comparisons of a village's list with the tier above's, and what they found."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.models import OfficeRow, Peer, User
from referrals.reconciliation.workflow import Kind, Standing


class Comparison(OfficeRow):
    """One walk along both lists. It may take several visits: ``after`` is how far it has come.

    ``claimed_until`` is a worker's lease, as of a message. ``failure`` says why it ended early (a
    transport's outcome). Nobody asked for a nightly one.
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="comparisons")
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    after = models.UUIDField(null=True)
    compared = models.PositiveIntegerField(default=0)
    # Differences that waited for somebody when it ended.
    waiting = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["peer"], condition=Q(finished_at__isnull=True), name="one_open_comparison"
            )
        ]
        indexes = [models.Index(fields=["peer", "-asked_at"], name="comparison_of_peer")]


class Difference(OfficeRow):
    """Something about one referral that the two lists say differently.

    ``theirs`` is what the other office's list says of it (an entry of referrals-v1), empty when it
    has nothing; ``referral`` is ours, if there is one.
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="differences")
    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.PROTECT, null=True, related_name="differences"
    )
    referral_uid = models.UUIDField()
    kind = models.CharField(_("selisih"), max_length=20, choices=Kind)
    theirs = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=timezone.now)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.WAITING)
    # When the last button was pressed; by whom and why, the history says.
    handled_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["peer", "referral_uid", "kind"],
                condition=~Q(standing="gone"),
                name="one_live_difference",
            ),
            models.CheckConstraint(
                condition=Q(standing="gone", settled_at__isnull=False)
                | (~Q(standing="gone") & Q(settled_at__isnull=True)),
                name="difference_settled_when_gone",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "standing", "found_at", "uid"], name="difference_list")
        ]


class VillageReport(models.Model):
    """What a village last told the tier above: that it compared, and how many differences wait."""

    peer = models.OneToOneField(Peer, on_delete=models.PROTECT, related_name="village_report")
    at = models.DateTimeField()
    compared = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
