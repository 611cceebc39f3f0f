"""A sheet of realisations: read when it is handed in, tried on every look, recorded on demand."""

from typing import Any

from django.db import models

from puskesmas.fields import EncryptedJSONField
from puskesmas.locking import ClientUidField
from puskesmas.models import Attachment, OfficeRow, User


class RealisationSheet(OfficeRow):
    """The file and what was read of it.

    ``rows`` is a list of ``{line, number, receipt, nik, name, value, said_on, document_number,
    words}``; ``value`` is a realisation, ``said_on`` an ISO date, "" where none was read.
    """

    client_uid = ClientUidField()
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    rows: Any = EncryptedJSONField(default=list)
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "client_uid"], name="realisations_handed_in_once"
            )
        ]
