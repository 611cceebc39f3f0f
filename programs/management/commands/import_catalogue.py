"""Take a catalogue file over: ``manage.py import_catalogue FILE --office CODE [--dry-run]``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.catalogue.exchange import import_catalogue
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Office


class Command(BaseCommand):
    """Takes over programmes, versions, partners and agreements of one file; deletes nothing."""

    help = "Take a catalogue file (TOML) over into an office."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--office", required=True, help="code of the office: 35.09.99.2003")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"No office with the code {options['office']}.")
        path: Path = options["file"]
        try:
            text = path.read_text(encoding="utf-8")
            counts = import_catalogue(
                actor=Actor.system(office), text=text, dry_run=options["dry_run"]
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path}: not UTF-8.") from None
        except DomainError as error:
            raise CommandError(str(error.message)) from None
        for name, count in sorted(counts.items()):
            self.stdout.write(f"{name}: {count}")
        if options["dry_run"]:
            self.stdout.write("This was a trial; nothing was changed.")
