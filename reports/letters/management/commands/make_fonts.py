"""``manage.py make_fonts``: cut the fonts of letters at set-up, so that nobody waits for one."""

from typing import Any

from django.core.management.base import BaseCommand

from reports.letters.fonts import ensure_fonts


class Command(BaseCommand):
    """Makes the fonts this version needs; does nothing when they are there."""

    help = "Make the fonts of letters and receipts (some seconds, once per version)."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in ensure_fonts().values():
            self.stdout.write(str(path))
