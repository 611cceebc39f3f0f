"""Is the installation well? For containers, for the launcher and for a look at the screen."""

from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from puskesmas.models import Heartbeat

# Beat asks for a sign every 30 seconds; a long letter or a slow push may delay a few of them.
WORKER_SILENT_AFTER = timedelta(minutes=3)


def worker_seen() -> datetime | None:
    """Return when the worker last did what beat asked of it (UTC); None when it never did."""
    return Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()


def is_alive(seen: datetime | None) -> bool:
    """Return whether a sign of life is fresh enough."""
    return seen is not None and timezone.now() - seen < WORKER_SILENT_AFTER


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Say whether web and database answer, and when the worker last gave a sign of life.

    503 when the database is down. A silent worker is told but is no failure of this process.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = worker_seen()
    except (OperationalError, InterfaceError):
        return JsonResponse({"web": "ok", "database": "down"}, status=503)
    return JsonResponse(
        {
            "web": "ok",
            "database": "ok",
            "worker": "ok" if is_alive(seen) else "silent",
            "worker_seen": seen.isoformat() if seen else None,
        }
    )
