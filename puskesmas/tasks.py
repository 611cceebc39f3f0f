"""Background work of the core: beat wakes these, and verbs wake the sender."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from puskesmas import broker, outbox, sealing, transports
from puskesmas.models import Heartbeat, RateBucket

#: After so many messages other tasks have their turn.
ROUND = 200


@shared_task
def heartbeat() -> None:
    """Leave a sign of life; the embedded broker has no ``inspect ping``."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def send_due_messages() -> int:
    """Send what is due to the tier above, to partners, and to neighbours on this server.

    What a round leaves goes at once.
    """
    sent = outbox.send_due(transports.transport(), transports.after_ack, limit=ROUND)
    if sent == ROUND:
        send_due_messages.delay()
    return sent


@shared_task
def seal_history() -> int:
    """Seal the history written since the last run."""
    return sealing.seal_history()


@shared_task
def tidy() -> None:
    """Forget rate buckets that have long refilled and what the embedded broker has handed out."""
    RateBucket.objects.filter(refilled_at__lt=timezone.now() - timedelta(days=2)).delete()
    broker.delete_delivered(settings.CELERY_BROKER_URL)
