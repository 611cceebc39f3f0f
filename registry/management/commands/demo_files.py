"""``manage.py demo_files FOLDER``: the demo's lists, to try the importer with by hand."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry.demo.files import ListFile, write_lists
from registry.demo.places import MEKARWANGI, TEGALSARI


class Command(BaseCommand):
    """Writes the sheets the two demo villages "have", faults included; changes no database."""

    help = "Write the demo's lists of invented people into a folder, to try the importer with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for place in (TEGALSARI, MEKARWANGI):
                files = write_lists(place, folder, as_of=timezone.localdate())
                self.stdout.write(f"{place.name}, {place.code}")
                for listed in (files.population, *files.registers):
                    self.stdout.write(f"  {listed.path}  {_words_for_import_list(listed)}")
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None


def _words_for_import_list(listed: ListFile) -> str:
    """Return the options with which ``manage.py import_list`` takes the sheet."""
    kind = f"--register {listed.register}" if listed.register else "--residents"
    source = f" --source {listed.source}" if listed.register else ""
    partial = "" if listed.whole_village else " --partial"
    return f"{kind} --date {listed.data_date:%d-%m-%Y}{source}{partial}"
