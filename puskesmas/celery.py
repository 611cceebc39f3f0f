"""The Celery application: ``celery -A puskesmas worker``.

Tasks are thin (primary keys in, one verb called). Celery only wakes them sooner than beat would.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puskesmas.settings")

app = Celery("puskesmas")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _catch_up(**kwargs: Any) -> None:
    """Start with a sign of life and with what fell due while no worker ran; beat waits first."""
    for name in ("puskesmas.tasks.heartbeat", "puskesmas.tasks.send_due_messages"):
        app.send_task(name)
