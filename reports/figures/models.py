"""Reports as they were issued: their numbers are frozen, whatever the cases do later."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.locking import ClientUidField
from puskesmas.models import OfficeRow, User
from reports.figures.periods import Period


class Report(OfficeRow):
    """One issue of a report. A later issue for the same days is another row; both stay.

    ``content`` is what :func:`reports.figures.documents.content.build` returned: numbers and the
    Indonesian words printed beside them, nobody's name but an officer's.
    """

    class Kind(models.TextChoices):
        MONTHLY = "monthly", _("Laporan berkala")
        EVALUATION = "evaluation", _("Evaluasi tahunan")
        SUMMARY = "summary", _("Ringkasan untuk kepala")
        VILLAGES = "villages", _("Perbandingan desa")

    client_uid = ClientUidField()
    kind = models.CharField(_("jenis laporan"), max_length=12, choices=Kind)
    first = models.DateField(_("dari tanggal"))
    last = models.DateField(_("sampai tanggal"))
    issue = models.PositiveSmallIntegerField(_("terbitan ke"))
    content: Any = models.JSONField()
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "first", "last", "issue"], name="report_issue_once"
            ),
            models.UniqueConstraint(fields=["office", "client_uid"], name="report_issued_once"),
        ]

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)


class ReportAction(OfficeRow):
    """Something an evaluation says is to be done, by whom, until when."""

    client_uid = ClientUidField()
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(_("yang dilakukan"), max_length=300)
    who = models.CharField(_("penanggung jawab"), max_length=120)
    due_on = models.DateField(_("paling lambat"))
    done_on = models.DateField(_("selesai pada"), null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="report_action_once")
        ]
