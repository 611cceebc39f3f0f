"""``manage.py close_office --office CODE``: what an office that moves is on its old PC."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from puskesmas import closing
from puskesmas.errors import DomainError
from puskesmas.models import Office


class Command(BaseCommand):
    help = "Say where an office has moved to, or open it again when the move was given up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", required=True, help="region code of the office")
        acts = parser.add_mutually_exclusive_group(required=True)
        acts.add_argument("--moved-to", default="", help="new address: https://…")
        acts.add_argument("--reopen", action="store_true", help="work goes on here")
        parser.add_argument("--proof", default="", help="as import_office printed it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked.

        Raises:
            CommandError: it was refused; the sentence says what to do.
        """
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"there is no office {options['office']} here")
        try:
            if options["reopen"]:
                closing.reopen(office)
                self.stdout.write(f"{office.full_name} is open; throw its file away.")
                return
            office = closing.mark_moved(office, address=options["moved_to"], proof=options["proof"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(closing.words(office))
