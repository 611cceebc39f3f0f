"""Background work of the registry: loading lists."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from registry.imports import services
from registry.models import Import

WAITING_TOO_LONG = timedelta(minutes=2)


@shared_task
def run_import(batch_pk: int) -> None:
    """Load one queued list."""
    services.load_queued(batch_pk)


@shared_task
def run_waiting_imports() -> int:
    """Load lists whose worker was never woken, or died; return how many."""
    waiting = Import.objects.filter(
        status=Import.Status.RUNNING, started_at__lt=timezone.now() - WAITING_TOO_LONG
    ).values_list("pk", flat=True)
    for batch_pk in list(waiting):
        services.load_queued(batch_pk)
    return len(waiting)
