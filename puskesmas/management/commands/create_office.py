"""Set up a real office: ``manage.py create_office --code … --kind desa --name … --admin …``."""

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from puskesmas.errors import InvalidInput
from puskesmas.models import Office, Role
from puskesmas.officers import create_first_officer, create_office


class Command(BaseCommand):
    help = "Create an office and its first administrator, who adds the other officers on a page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="region code: 35.09.29.2003")
        parser.add_argument("--kind", required=True, choices=Office.Kind.values)
        parser.add_argument("--name", required=True, help="without the kind: Tegalsari Makmur")
        parser.add_argument("--kecamatan", default="")
        parser.add_argument("--regency", required=True, help="Kabupaten Jember, Kota Bandung")
        parser.add_argument("--province", default="")
        parser.add_argument("--zone", default=Office.Zone.WIB, choices=Office.Zone.values)
        parser.add_argument("--admin", required=True, help="username of the first administrator")
        parser.add_argument("--admin-name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the administrator's password (or read PUSKESOS_ADMIN_PASSWORD) and create both.

        Raises:
            CommandError: a value is refused; the sentence says which and why.
        """
        password = os.environ.get("PUSKESOS_ADMIN_PASSWORD") or getpass.getpass(
            f"Password for {options['admin']}: "
        )
        fields = ("code", "kind", "name", "kecamatan", "regency", "province", "zone")
        try:
            office = create_office(**{name: options[name] for name in fields})
            create_first_officer(
                office=office,
                username=options["admin"],
                name=options["admin_name"],
                password=password,
                roles=[Role.ADMIN],
            )
        except InvalidInput as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{office.full_name}: log in as {options['admin']} and add officers.")
