"""Write an office's catalogue: ``manage.py export_catalogue --office CODE > catalogue.toml``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.catalogue.exchange import export_catalogue
from puskesmas.models import Office


class Command(BaseCommand):
    """Writes the whole published catalogue as one readable file."""

    help = "Write an office's published catalogue as TOML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--office", required=True, help="code of the office: 35.09.99.2003")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"No office with the code {options['office']}.")
        self.stdout.write(export_catalogue(office), ending="")
