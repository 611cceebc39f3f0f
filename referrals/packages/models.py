"""Packages that were made here, or brought here, and what became of each thing in them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, Peer, User
from reports.letters.models import Letter


class Package(OfficeRow):
    """One file on a stick: made here for a peer, or brought here from him.

    ``package_uid`` is the uid inside the file: for a package made here its own.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("dibuat di sini")
        IN = "in", _("dibawa ke sini")

    client_uid = ClientUidField()
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="packages")
    direction = models.CharField(max_length=3, choices=Direction)
    package_uid = models.UUIDField()
    made_at = models.DateTimeField()
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="package_made_once"),
            models.UniqueConstraint(
                fields=["peer", "direction", "package_uid"], name="package_brought_once"
            ),
        ]

    @property
    def is_out(self) -> bool:
        return self.direction == self.Direction.OUT


class PackageEntry(models.Model):
    """A message or a receipt in a package, by the message's uid."""

    class What(models.TextChoices):
        MESSAGE = "message", _("Kiriman")
        RECEIPT = "receipt", _("Tanda terima")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Belum dimasukkan")
        NEW = "new", _("Baru, sudah dimasukkan")
        KNOWN = "known", _("Sudah ada sebelumnya")
        REFUSED = "refused", _("Tidak bisa diterima")
        FAILED = "failed", _("Gagal, coba lagi")

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=7, choices=What)
    uid = models.UUIDField()
    kind = models.CharField(max_length=40, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)
    # What people know it by: the resident's receipt number, the agenda number.
    reference = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING)
    code = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    # The package that told the sender what became of it.
    told_in = models.ForeignKey(Package, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "what", "uid"], name="package_entry_once")
        ]
        indexes = [models.Index(fields=["uid"], name="package_entry_of_message")]

    def settle(
        self, outcome: str, *, code: str = "", detail: str = "", reference: str = ""
    ) -> None:
        """Note what became of it."""
        self.outcome, self.code, self.detail = outcome, code[:30], detail[:200]
        self.reference = reference or self.reference
        self.settled_at = timezone.now()
        self.save(update_fields=["outcome", "code", "detail", "reference", "settled_at"])
