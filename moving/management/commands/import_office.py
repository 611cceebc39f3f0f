"""``manage.py import_office FILE [--dry-run]``: an office arrives on this server."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moving import importing
from moving.report import table_of
from puskesmas.errors import DomainError


class Command(BaseCommand):
    help = "Take in an office from its file, all or nothing, and prove that nothing differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="prove, and change nothing")
        parser.add_argument(
            "--fingerprint", default="", help="as export_office printed it, read out by telephone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in and print what was proved.

        Raises:
            CommandError: it was refused and nothing was changed; the sentence says why.
        """
        try:
            with options["file"].open("rb") as source:
                said, keys = importing.read_address(source)
                self._require_known(said, options["fingerprint"])
                arrival = importing.take_in(source, said, keys, dry_run=options["dry_run"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        if arrival.repeated:
            self.stdout.write(f"{arrival.name} is here already, from this file: nothing done.")
            self.stdout.write(f"proof {arrival.proof}")
            return
        self.stdout.write(table_of(arrival.manifest))
        for old, new in arrival.renamed.items():
            self.stdout.write(f"account {old} is {new} here: somebody else has the name")
        for name in arrival.kept:
            self.stdout.write(f"account {name} was here and stays as it is, password too")
        for name in arrival.manifest["missing"]:
            self.stdout.write(f"was not carried: {name}")
        if arrival.linked:
            self.stdout.write(f"linked with {arrival.linked} on this server")
        if options["dry_run"]:
            self.stdout.write("all equal; dry run, nothing was kept")
            return
        self.stdout.write(f"all equal\nproof {arrival.proof}")

    def _require_known(self, said: Any, fingerprint: str) -> None:
        typed = "".join(fingerprint.split()).upper()
        if typed == "".join(said.fingerprint.split()) or (not typed and importing.is_known(said)):
            return
        # Not printed here: who only has to copy it compares nothing.
        raise CommandError(
            f"nobody here knows the card of {said.name}: let them read out the fingerprint that "
            "export_office printed, and give it as --fingerprint. If it is refused, the file is "
            "not theirs"
        )
