"""Files on a stick from the command line: ``manage.py package make|bring|card --office CODE …``."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.models import Office, Peer
from referrals.packages import cards, kept, selectors, services


class Command(BaseCommand):
    help = "Make a package of what waits for another office, take one in, or handle office cards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", required=True, help="region code of this office")
        acts = parser.add_subparsers(dest="act", required=True)
        make = acts.add_parser("make", help="put what waits for an office into one file")
        make.add_argument("--to", default="", help="uid of the other office; needed if several")
        make.add_argument("--folder", required=True, type=Path)
        bring = acts.add_parser("bring", help="show what is in a file; --take-in takes it in")
        bring.add_argument("file", type=Path)
        bring.add_argument("--take-in", action="store_true")
        card = acts.add_parser("card", help="print this office's card, or take in another's")
        card.add_argument("--read", type=Path, help="another office's card")
        card.add_argument("--fingerprint", default="", help="as that office reads it out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked.

        Raises:
            CommandError: it was refused; the sentence says what to do.
        """
        office = Office.objects.filter(code=options["office"]).first()
        if office is None:
            raise CommandError(f"there is no office {options['office']} here")
        acts: dict[str, Callable[..., None]] = {
            "make": self._make,
            "bring": self._bring,
            "card": self._card,
        }
        try:
            acts[options["act"]](Actor.system(office), **options)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except OSError as error:
            raise CommandError(str(error)) from error

    def _make(self, actor: Actor, *, to: str, folder: Path, **_options: Any) -> None:
        peers = services.offices_to_carry_to(actor.office)
        found = list(peers.filter(peer_uid=to) if to else peers)
        if len(found) != 1:
            raise CommandError("name the other office with --to; " + _list(list(peers)))
        package = services.make(actor=actor, peer_uid=found[0].uid)
        path = folder / services.file_name(package)
        with kept.opened(package) as file, path.open("wb") as out:
            shutil.copyfileobj(file, out)
        self.stdout.write(f"{path}\nSHA-256 {package.sha256}")
        self._tell(package)

    def _bring(self, actor: Actor, *, file: Path, take_in: bool, **_options: Any) -> None:
        with file.open("rb") as brought:
            package = services.bring(actor=actor, file=brought)
        if take_in:
            services.take_in(actor=actor, uid=package.uid)
        self.stdout.write(f"{package.peer.name}, {package.made_at:%Y-%m-%d %H:%M %Z}")
        self._tell(package)

    def _tell(self, package: Any) -> None:
        for one in selectors.entries(package):
            words = (one.name, one.entry.reference, one.state, one.entry.detail)
            self.stdout.write("  ".join(word for word in words if word))

    def _card(self, actor: Actor, *, read: Path | None, fingerprint: str, **_options: Any) -> None:
        if read is None:
            card = cards.card_of(actor.office)
            self.stdout.write(cards.text_of(card))
            self.stderr.write(f"fingerprint {cards.fingerprint_of(card)}")
            return
        peer = cards.take(actor=actor, card=cards.read(read.read_text()), fingerprint=fingerprint)
        self.stdout.write(peer.name)


def _list(peers: list[Peer]) -> str:
    return ", ".join(f"{peer.name} {peer.peer_uid}" for peer in peers) or "none is linked"
