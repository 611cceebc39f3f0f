"""``manage.py worker_alive``: does the worker still do what beat asks of it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from puskesmas.health import is_alive, worker_seen


class Command(BaseCommand):
    """Succeed when the worker's last sign of life is fresh (a container's health check)."""

    help = "Succeeds while the worker and beat are alive."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        seen = worker_seen()
        if not is_alive(seen):
            raise CommandError(f"no sign of life since {seen or 'the start'}")
        self.stdout.write(f"alive at {seen}")
