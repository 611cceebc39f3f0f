"""Prints of whole lists, drawn by the worker and thrown away after some days."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.calls import Call
from programs.models.distribution import Distribution
from puskesmas.models import Attachment, OfficeRow, User


class ListPrint(OfficeRow):
    """A print of a whole list as somebody asked for it; without ``file`` the worker is at it.

    It is of a distribution or of a call. ``tries`` counts how often drawing it failed.
    """

    class What(models.TextChoices):
        ATTENDANCE = "attendance", _("Daftar hadir")
        TICKETS = "tickets", _("Kupon")
        CANDIDATES = "candidates", _("Daftar calon")

    distribution = models.ForeignKey(
        Distribution, on_delete=models.CASCADE, null=True, related_name="prints"
    )
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, related_name="prints")
    what = models.CharField(max_length=10, choices=What)
    paper = models.CharField(max_length=2)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(distribution__isnull=False, call__isnull=True)
                | Q(distribution__isnull=True, call__isnull=False),
                name="print_of_one_list",
            )
        ]
