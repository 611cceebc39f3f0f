"""A village's share of what the tier above sends down: its messages, and how far they are."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas import outbox
from puskesmas.errors import WrongState
from puskesmas.models import DeliveryAttempt, OfficeRow, OutboxMessage, Peer


class Share(OfficeRow):
    """Base of a share. ``edition`` counts what was sent, 0 before; ``first_message`` is the first
    message of the newest. ``returned_parts`` are the numbers of the parts that came back.
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    first_message = models.ForeignKey(
        OutboxMessage, on_delete=models.PROTECT, null=True, related_name="+"
    )
    returned_parts: Any = models.JSONField(default=list)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ShareState(TextChoices):
    """How far a village's share is, as the office that sends it shows it."""

    READY = "ready", gettext_lazy("Belum dikirim")
    SENT = "sent", gettext_lazy("Dikirim, belum diterima")
    RECEIVED = "received", gettext_lazy("Diterima desa")
    REFUSED = "refused", gettext_lazy("Ditolak sistem desa")
    RETURNED = "returned", gettext_lazy("Dikembalikan")


_TONES = {
    ShareState.READY: "waiting",
    ShareState.SENT: "waiting",
    ShareState.RECEIVED: "progress",
    ShareState.REFUSED: "danger",
    ShareState.RETURNED: "success",
}


@dataclass(frozen=True)
class Standing:
    """How far one share is. ``why`` is what the village's system said when it refused."""

    share: Any
    state: ShareState
    why: str

    @property
    def tone(self) -> str:
        return _TONES[self.state]


def send(share: Share, *, kind: str, bodies: Iterable[dict[str, Any]]) -> None:
    """Send a share's next edition, a message a body; what still waits of the last is closed.

    Each body gets ``edition``. The caller locked the share; it is saved here.
    """
    for message in messages_of(share, kind).filter(outbox.is_open()):
        outbox.supersede(message)
    share.edition += 1
    share.sent_at = timezone.now()
    messages = [
        outbox.enqueue(
            office=share.office,
            peer=share.peer,
            kind=kind,
            subject=share,
            body=body | {"edition": share.edition},
        )
        for body in bodies
    ]
    share.first_message = messages[0]
    share.save()


def send_again(share: Share, kind: str) -> None:
    """Offer the village once more what its system refused. Raises WrongState: nothing was."""
    refused = messages_of(share, kind).filter(failed_at__isnull=False)
    if not refused:
        raise WrongState(_("Tidak ada kiriman ke desa ini yang ditolak."), state="sent")
    for message in refused:
        outbox.retry_now(message)


def messages_of(share: Share, kind: str) -> Any:
    """Return the messages of a share's newest edition."""
    return OutboxMessage.objects.filter(
        subject_uid=share.uid,
        kind=kind,
        pk__gte=share.first_message_id or 0,
        superseded_at__isnull=True,
    )


def came_back(share: Share, body: dict[str, Any]) -> bool:
    """Note that a part (``part`` of ``parts``) came back; return whether it was the last one.

    The caller locked the share, and saves it.
    """
    share.returned_parts = sorted({*share.returned_parts, body["part"]})
    if len(share.returned_parts) < body["parts"]:
        return False
    share.returned_at = timezone.now()
    return True


def standings(shares: Iterable[Any], kind: str) -> list[Standing]:
    """Return how far each share is (two queries, beside the shares' own)."""
    rows = list(shares)
    messages = OutboxMessage.objects.filter(
        subject_uid__in=[share.uid for share in rows], kind=kind, superseded_at__isnull=True
    ).defer("body")
    of_share: dict[uuid.UUID, list[OutboxMessage]] = {}
    for message in messages.order_by("pk"):
        of_share.setdefault(message.subject_uid, []).append(message)
    whys = refusals([message.pk for message in messages if message.failed_at])
    return [_standing(share, of_share.get(share.uid, []), whys) for share in rows]


def _standing(share: Any, messages: list[OutboxMessage], whys: dict[int, str]) -> Standing:
    newest = [message for message in messages if message.pk >= (share.first_message_id or 0)]
    refused = next((message for message in newest if message.failed_at), None)
    if share.returned_at:
        state = ShareState.RETURNED
    elif not share.edition:
        state = ShareState.READY
    elif refused:
        state = ShareState.REFUSED
    elif all(message.acked_at for message in newest):
        state = ShareState.RECEIVED
    else:
        state = ShareState.SENT
    return Standing(share, state, whys.get(refused.pk, "") if refused else "")


def refusals(messages: list[int]) -> dict[int, str]:
    """Return the last word on each message that was refused (one query)."""
    tries = DeliveryAttempt.objects.filter(message__in=messages).order_by("pk")
    return {one.message_id: one.detail or one.outcome for one in tries}


def returning(sender: Any, kind: str) -> dict[str, Any]:
    """Return how what a village sends back stands, for a callout (two queries).

    ``sender`` is its row of what it was given: the messages' subject.
    """
    messages = OutboxMessage.objects.filter(subject_uid=sender.uid, kind=kind).defer("body")
    refused = [message.pk for message in messages if message.failed_at]
    return {
        "peer": sender.peer,
        "waiting": any(outbox.is_waiting(message) for message in messages),
        "why": next(iter(refusals(refused).values()), "") if refused else "",
    }
