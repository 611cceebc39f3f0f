"""``manage.py check_history``: does every seal still fit the history under it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from puskesmas.models import Seal
from puskesmas.sealing import broken_seals, lost_history


class Command(BaseCommand):
    help = "Check that no row of transitions or audit is missing or changed under the seals."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recount every seal, and the history of offices that moved here.

        Raises:
            CommandError: some do not fit; their numbers, or the offices, are named.
        """
        broken = broken_seals()
        if broken:
            raise CommandError(f"Seals that do not fit their rows: {broken}")
        if lost := lost_history():
            raise CommandError(f"History that came with its office and changed since: {lost}")
        self.stdout.write(f"{Seal.objects.count()} seals fit.")
