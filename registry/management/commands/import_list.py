"""Load a list from a file: ``manage.py import_list FILE --office CODE --residents --date …``."""

from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Office
from registry.imports import services
from registry.imports.problems import PROBLEMS
from registry.models import Import, Register


class Command(BaseCommand):
    """Loads a population or register list the way the page does, in one go."""

    help = "Load a population list or a register list (XLSX, XLS, ODS, CSV) into an office."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--office", required=True, help="code of the office: 35.09.99.2003")
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--residents", action="store_true", help="a population list")
        kind.add_argument("--register", metavar="CODE", help="a register's list: DTSEN, DTKS …")
        parser.add_argument("--date", type=_day, required=True, help="date of the data: 30-06-2026")
        parser.add_argument("--source", default="", help="who gave the list: SIKS-NG …")
        parser.add_argument("--partial", action="store_true", help="not the whole village")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *args: Any, **options: Any) -> None:
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"No office with the code {options['office']}.")
        register = None
        if code := options["register"]:
            register = Register.objects.filter(office=office, code=code).first()
            if register is None:
                raise CommandError(f"The office has no register with the code {code}.")
        path: Path = options["file"]
        try:
            batch = services.import_list(
                actor=Actor.system(office),
                content=path.read_bytes(),
                name=path.name,
                kind=Import.Kind.REGISTER if register else Import.Kind.RESIDENTS,
                data_date=options["date"],
                register=register,
                whole_village=not options["partial"],
                source=options["source"],
                dry=options["dry_run"],
                watch=self._show_progress,
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except DomainError as error:
            raise CommandError(str(error.message)) from None
        self._report(batch.counts)
        if options["dry_run"]:
            self.stdout.write("This was a trial; nothing was changed.")
        else:
            self.stdout.write(f"To take it back: manage.py undo_list {batch.uid}")

    def _show_progress(self, batch: Import) -> None:
        """Say on a terminal how far the list is, in one line that is written over."""
        if self.stderr.isatty():
            total = batch.total_lines or batch.done_lines
            end = "\r" if batch.done_lines < total else "\n"
            # The style of errors is not for this.
            self.stderr.write(
                f"{batch.done_lines:,} of {total:,} lines", self.style.NOTICE, ending=end
            )

    def _report(self, counts: dict[str, Any]) -> None:
        if counts.get("already_loaded"):
            self.stdout.write("This very file is loaded already; nothing was changed.")
        outcomes = ", ".join(f"{name} {count}" for name, count in counts["outcomes"].items())
        self.stdout.write(f"Persons on the list: {counts['rows']} ({outcomes})")
        for rw, count in counts["by_rw"].items():
            self.stdout.write(f"  RW {rw or '-'}: {count}")
        for code, count in counts["problems"].items():
            self.stdout.write(f"  {count:>6}  {PROBLEMS[code].words}")


def _day(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%Y").date()  # noqa: DTZ007 (a day has no zone)
