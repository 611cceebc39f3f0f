"""Take a loaded list back: ``manage.py undo_list UID``."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from registry.imports import pieces, selectors, services
from registry.imports.problems import KEPT
from registry.models import Import


class Command(BaseCommand):
    """Undoes a list the way the page does, in one go, and names the rows that stay."""

    help = "Take back a list that was loaded; import_list and the page's address tell its UID."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uid", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = Import.objects.select_related("office").filter(uid=options["uid"]).first()
        if batch is None:
            raise CommandError(f"No list with the UID {options['uid']}.")
        try:
            services.undo(actor=Actor.system(batch.office), uid=batch.uid)
        except DomainError as error:
            raise CommandError(str(error.message)) from None
        pieces.carry_on(batch.pk)
        batch.refresh_from_db()
        if batch.status != Import.Status.UNDONE:
            self.stdout.write("A worker is taking it back; the list's page shows how far it is.")
            return
        for row in selectors.rows_to_check(batch):
            self.stdout.write(f"  row {row.line} stays: {KEPT[row.kept_because]}")
        self.stdout.write(f"Taken back; {selectors.kept_count(batch)} rows stay.")
