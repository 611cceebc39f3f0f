"""The district's call and its villages' shares; and, in the village, the call that was given."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models import Call
from puskesmas.fields import EncryptedJSONField
from puskesmas.locking import ClientUidField
from puskesmas.models import OfficeRow, Peer, User
from referrals.shares import Share


class IssuedCall(OfficeRow):
    """What the district asks villages for, on an owner's behalf."""

    client_uid = ClientUidField()
    owner = models.CharField(_("pemilik program"), max_length=120)
    programme_code = models.CharField(max_length=30, blank=True)
    programme_name = models.CharField(_("program"), max_length=120, blank=True)
    criteria = models.CharField(_("kriteria"), max_length=500)
    reference = models.CharField(_("nomor surat"), max_length=120, blank=True)
    due_on = models.DateField(_("paling lambat"), null=True, blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "client_uid"], name="call_issued_once")
        ]


class CallShare(Share):
    """What one village is asked for, and the names that came back.

    ``candidates`` are those of call.answered, by the number of the part they came in.
    """

    call = models.ForeignKey(IssuedCall, on_delete=models.PROTECT, related_name="shares")
    wanted = models.PositiveIntegerField(_("jumlah yang diminta"))
    legal_basis = models.CharField(max_length=20, blank=True)
    candidates: Any = EncryptedJSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "peer"], name="call_share_of_village")
        ]

    @property
    def names(self) -> list[dict[str, str]]:
        """Return the candidates of all parts, in their order."""
        parts = sorted(self.candidates.items(), key=lambda item: int(item[0]))
        return [one for _part, named in parts for one in named]


class GivenCall(OfficeRow):
    """In the village: a call the tier above sent, and what it became."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="+")
    call_uid = models.UUIDField()
    edition = models.PositiveIntegerField(default=0)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "call_uid"], name="call_given_once")]
