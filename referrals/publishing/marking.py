"""What changed is marked in the transaction that changes it; the message is written later.

Every verb saves the row it locked, so a saved row is looked at again. The mark holds no content:
a case that moves five times while the line is dead is told once, as it stands then.
"""

from typing import Any

from django.db.models.signals import post_save

from complaints.models import Complaint, ComplaintPaper, CounterQuestion
from puskesmas.models import Office
from referrals.models import Referral
from referrals.publishing.models import Publication
from reports.letters.models import Letter

Kind = Publication.Kind


def connect() -> None:
    """Watch what the public pages speak of; called from ``AppConfig.ready()``."""
    for model, follow in (
        (Complaint, _case),
        (ComplaintPaper, _paper),
        (CounterQuestion, _question),
        (Letter, _letter),
        (Referral, _referral),
    ):
        post_save.connect(follow, sender=model, dispatch_uid=f"publish_{model.__name__}")


def mark(office: Office, kind: str, *uids: Any) -> None:
    """Note that the public state of these may be another now (one statement)."""
    Publication.objects.bulk_create(
        [Publication(office=office, kind=kind, subject_uid=uid) for uid in uids],
        update_conflicts=True,
        unique_fields=["kind", "subject_uid"],
        update_fields=["changed"],
    )


def _is_told(office: Office) -> bool:
    return office.public_pages == Office.PublicPages.UPSTREAM


def _case(instance: Complaint, **_signal: Any) -> None:
    if _is_told(instance.office):
        mark(instance.office, Kind.CASE, instance.uid)


def _paper(instance: ComplaintPaper, **_signal: Any) -> None:
    _case(instance.complaint)


def _question(instance: CounterQuestion, **_signal: Any) -> None:
    if instance.receipt_number and _is_told(instance.office):
        mark(instance.office, Kind.QUESTION, instance.uid)


def _referral(instance: Referral, **_signal: Any) -> None:
    # Whether the file is still here, or was received where it goes.
    if _is_told(instance.office):
        _case(instance.complaint)


def _letter(instance: Letter, **_signal: Any) -> None:
    if _is_told(instance.office):
        replaced = [instance.replaces.uid] if instance.replaces else []
        mark(instance.office, Kind.LETTER, instance.uid, *replaced)
