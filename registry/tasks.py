"""Background work of the registry: lists being tried, loaded or taken back."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from puskesmas import closing
from registry.imports import pieces
from registry.imports.services import BUSY
from registry.models import Import

WORKER_SILENT_FOR = timedelta(minutes=3)
"""A worker says after every piece that it lives; a piece takes seconds."""


@shared_task
def run_import(batch_pk: int) -> None:
    """Try, load or take back one list."""
    pieces.carry_on(batch_pk)


@shared_task
def run_waiting_imports() -> int:
    """Go on with lists whose worker was never woken, or died; return how many."""
    waiting = Import.objects.filter(
        closing.is_open(), status__in=BUSY, worked_at__lt=timezone.now() - WORKER_SILENT_FOR
    ).values_list("pk", flat=True)
    for batch_pk in list(waiting):
        pieces.carry_on(batch_pk)
    return len(waiting)
