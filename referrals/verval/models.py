"""The district's sheet and its villages' shares; and, in the village, the share that was given."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from puskesmas.fields import EncryptedJSONField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, Peer, User
from referrals.shares import Share
from registry.models import VervalList


class VervalSheet(OfficeRow):
    """A sheet of people the district lets its villages verify.

    ``village_column`` is the index of the column that names the village, None where all of it is
    one village's; ``villages`` says whose a cell's text is, ``{text: uid of the peer}``.
    ``to_send`` means that something changed since it was last sent.
    """

    client_uid = ClientUidField()
    name = models.CharField(_("nama daftar"), max_length=120)
    reference = models.CharField(_("nomor surat"), max_length=120, blank=True)
    due_on = models.DateField(_("paling lambat"), null=True, blank=True)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=120)
    header_row = models.PositiveIntegerField()
    village_column = models.PositiveIntegerField(null=True)
    villages: Any = models.JSONField(default=dict)
    to_send = models.BooleanField(default=True)
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="verval_handed_in_once")
        ]


class VervalShare(Share):
    """One village's share of a sheet, and how far it is there as the village tells it.

    ``sent_sha256`` is of what the newest edition says.
    """

    sheet = models.ForeignKey(VervalSheet, on_delete=models.PROTECT, related_name="shares")
    sent_sha256 = models.CharField(max_length=64, blank=True)
    told_sequence = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "peer"], name="verval_share_of_village")
        ]


class VervalLine(models.Model):
    """One person of a sheet: where he stands in it, and in his village's share.

    ``at`` is the line in the sheet, None when a corrected sheet has him no more. ``line`` is his
    in the share, in every edition. ``answer`` is the row of verval.returned.
    """

    sheet = models.ForeignKey(VervalSheet, on_delete=models.CASCADE, related_name="lines")
    at = models.PositiveIntegerField(null=True)
    village = models.CharField(max_length=120, blank=True)
    nik_index = models.CharField(max_length=43, blank=True)
    name_key = models.CharField(max_length=120)
    share = models.ForeignKey(
        VervalShare, on_delete=models.PROTECT, null=True, related_name="lines"
    )
    line = models.PositiveIntegerField(null=True)
    answer: Any = EncryptedJSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "line"], name="verval_line_of_share")
        ]
        indexes = [models.Index(fields=["sheet", "village"], name="verval_line_undivided")]


class GivenVerval(OfficeRow):
    """In the village: a share the tier above gave it, and the list it became.

    ``verval_list`` is None until all parts of its first edition are there. ``told_*`` is what the
    tier above was last told of its progress.
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="+")
    list_uid = models.UUIDField()
    edition = models.PositiveIntegerField(default=0)
    verval_list = models.OneToOneField(
        VervalList, on_delete=models.PROTECT, null=True, related_name="+"
    )
    told_sequence = models.PositiveIntegerField(default=0)
    told_total = models.PositiveIntegerField(default=0)
    told_done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "list_uid"], name="verval_given_once")
        ]


class GivenPart(models.Model):
    """A part of an edition that waits for the others; thrown away once all are there."""

    given = models.ForeignKey(GivenVerval, on_delete=models.CASCADE, related_name="parts")
    edition = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    body: Any = EncryptedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["given", "edition", "part"], name="verval_part_once")
        ]
