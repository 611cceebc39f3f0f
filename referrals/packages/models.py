"""Packages that were made here, or brought here, and what became of each thing in them."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puskesmas.locking import ClientUidField
from puskesmas.models import OfficeRow, Peer, User
from reports.letters.models import Letter


class Package(OfficeRow):
    """One file on a stick: made here for a peer, or brought here from him.

    ``package_uid`` is the uid inside the file: for a package made here its own. ``sha256`` and
    ``size`` (bytes) are the whole file's, which lies beside the database
    (:mod:`referrals.packages.kept`) until ``removed_at``.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("dibuat di sini")
        IN = "in", _("dibawa ke sini")

    client_uid = ClientUidField()
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="packages")
    direction = models.CharField(max_length=3, choices=Direction)
    package_uid = models.UUIDField()
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    # Since when nothing in it waits any more, and since when its bytes are not kept.
    settled_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
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
    """A message, a file, or a receipt of either in a package.

    A message is known by its uid, a file by its referral's uid and its own hash (``body_sha256``).
    """

    class What(models.TextChoices):
        MESSAGE = "message", _("Kiriman")
        RECEIPT = "receipt", _("Tanda terima")
        FILE = "file", _("Lampiran")
        FILE_RECEIPT = "file_receipt", _("Tanda terima lampiran")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Belum dimasukkan")
        NEW = "new", _("Baru, sudah dimasukkan")
        KNOWN = "known", _("Sudah ada sebelumnya")
        REFUSED = "refused", _("Tidak bisa diterima")
        FAILED = "failed", _("Gagal, coba lagi")
        LEFT = "left", _("Belum ikut")

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=12, choices=What)
    uid = models.UUIDField()
    kind = models.CharField(max_length=40, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)
    # What people know it by: the resident's receipt number, the agenda number.
    reference = models.CharField(max_length=60, blank=True)
    # Of a file: which paper it shows, and its bytes.
    label = models.CharField(max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING)
    code = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    # The package that told the sender what became of it.
    told_in = models.ForeignKey(Package, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["package", "what", "uid", "body_sha256"], name="package_entry_once"
            )
        ]
        indexes = [models.Index(fields=["uid"], name="package_entry_of_message")]

    @property
    def name(self) -> tuple[Any, str]:
        """What it is known by: of a file its referral and its hash."""
        return self.uid, self.body_sha256

    def settle(
        self, outcome: str, *, code: str = "", detail: str = "", reference: str = ""
    ) -> None:
        """Note what became of it."""
        self.outcome, self.code, self.detail = outcome, code[:30], detail[:200]
        self.reference = reference or self.reference
        self.settled_at = timezone.now()
        self.save(update_fields=["outcome", "code", "detail", "reference", "settled_at"])
