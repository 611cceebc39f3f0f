"""``manage.py export_office --office CODE --out FILE``: an office leaves this PC for a server."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moving import exporting, manifest
from moving.report import table_of
from puskesmas import office_keys
from puskesmas.errors import DomainError
from puskesmas.models import Office
from referrals.packages import cards


class Command(BaseCommand):
    help = "Close an office here and write all of it to one file that only its new home opens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", required=True, help="region code of the office")
        parser.add_argument("--out", required=True, type=Path)
        parser.add_argument(
            "--card", type=Path, help="card of an office of the new server; else the one above"
        )
        parser.add_argument("--fingerprint", default="", help="of that card, as read out there")
        parser.add_argument(
            "--settle", type=float, default=30.0, help="seconds for what was begun before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and print what is in it.

        Raises:
            CommandError: it was refused; the sentence says what to do.
        """
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"there is no office {options['office']} here")
        try:
            to = self._recipient(office, options["card"], options["fingerprint"])
            open_messages = exporting.waiting(office)
            said = exporting.export(office, options["out"], to=to, settle=options["settle"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        keys = office_keys.keys_of(office)
        self.stdout.write(table_of(said))
        self.stdout.write(f"sealed for {to.name}")
        self.stdout.write(f"messages that wait and go on from there: {open_messages}")
        for name in said["missing"]:
            self.stdout.write(f"not carried, for it cannot be read here: {name}")
        card = office_keys.fingerprint(office.uid, keys.sign_key, keys.box_key)
        self.stdout.write(f"fingerprint {card}\nproof {manifest.proof(said)}\n{options['out']}")

    def _recipient(
        self, office: Office, card: Path | None, fingerprint: str
    ) -> exporting.Recipient:
        if card is None:
            found = exporting.above(office)
            if found is None:
                raise CommandError("no office above with a known card: name one with --card")
            return found
        said = cards.read(card.read_text())
        cards.require_fingerprint(said, fingerprint)
        return exporting.Recipient(uid=said["uid"], name=said["name"], box_key=said["box_key"])
