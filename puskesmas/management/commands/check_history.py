"""``manage.py check_history``: does every seal still fit the history under it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from puskesmas.models import Seal
from puskesmas.sealing import broken_seals


class Command(BaseCommand):
    help = "Check that no row of transitions or audit is missing or changed under the seals."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recount every seal.

        Raises:
            CommandError: some do not fit; their numbers are named.
        """
        broken = broken_seals()
        if broken:
            raise CommandError(f"Seals that do not fit their rows: {broken}")
        self.stdout.write(f"{Seal.objects.count()} seals fit.")
