"""``manage.py load_demo --tier village|district``: the invented offices the launcher shows.

It stands in the top layer because a demo touches every app. Only with ``PUSKESOS_DEMO=1``: the
accounts it makes have a password everybody knows.
"""

import json
import os
from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from programs.catalogue import services as catalogue
from programs.models import Partner
from puskesmas import demo_accounts
from puskesmas.actors import Actor
from puskesmas.models import Office, Peer, Role
from puskesmas.officers import add_officer, create_first_officer, create_office
from referrals.chain import services as chain
from referrals.quotas import services as quotas
from referrals.services import linking
from registry.demo import families, proposals, verval
from registry.demo.loading import load_place, office_uid
from registry.demo.places import MEKARWANGI, TEGALSARI

DISTRICT_CODE = "35.09"
SEED = 2026
#: Apps with a year of invented work to add, the layers below first.
APPS_WITH_WORK = ("programs", "complaints", "referrals")


class Command(BaseCommand):
    """Loads the demo; running it again adds nothing twice."""

    help = "Load the invented demo offices (only with PUSKESOS_DEMO=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tier", choices=["village", "district"], default="village")
        parser.add_argument(
            "--link-file", type=Path, help="where the district leaves its village's key"
        )
        parser.add_argument("--upstream", help="address of the district office")
        parser.add_argument(
            "--addresses-only",
            action="store_true",
            help="the offices answer elsewhere now: correct that and nothing else",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is only loaded with PUSKESOS_DEMO=1.")
        if options["addresses_only"]:
            self._readdress(options["upstream"])
        elif options["tier"] == "district":
            self._load_district(options["link_file"])
        else:
            self._load_villages(options["upstream"], options["link_file"])

    def _load_villages(self, upstream: str | None, link_file: Path | None) -> None:
        for place, accounts in (
            (TEGALSARI, demo_accounts.VILLAGE),
            (MEKARWANGI, demo_accounts.KELURAHAN),
        ):
            self.stdout.write(place.name)
            office = load_place(place, accounts, say=self.stdout.write)
            if place is TEGALSARI and upstream and link_file and link_file.exists():
                self._link(office, upstream, link_file)
            proposals.load(office)
            verval.load(office)
            families.load(office)
            self._add_work(office)
        self.stdout.write(demo_accounts.table(demo_accounts.VILLAGE + demo_accounts.KELURAHAN))

    def _readdress(self, upstream: str) -> None:
        Office.objects.exclude(public_base_url="").update(public_base_url=settings.BASE_URL)
        Peer.objects.filter(direction=Peer.Direction.UPSTREAM).update(base_url=upstream)

    def _add_work(self, office: Office) -> None:
        rng = Random(SEED)  # noqa: S311 (a repeatable draw, not a secret one)
        for app in APPS_WITH_WORK:
            if find_spec(f"{app}.demo") is not None:
                import_module(f"{app}.demo").load(office, rng)

    def _load_district(self, link_file: Path | None) -> None:
        office = Office.objects.filter(code=DISTRICT_CODE).first() or create_office(
            uid=office_uid(DISTRICT_CODE),
            code=DISTRICT_CODE,
            kind=Office.Kind.DISTRICT,
            name=TEGALSARI.regency,
            regency=TEGALSARI.regency,
            province=TEGALSARI.province,
            address="Jl. Dinas Sosial No. 8",
            public_base_url=settings.BASE_URL,
        )
        self._district_officers(office)
        if link_file and not Peer.objects.filter(office=office).exists():
            self._leave_key(office, link_file)
        self.stdout.write(demo_accounts.table(demo_accounts.DISTRICT))

    def _district_officers(self, office: Office) -> None:
        held = set(office.assignments.values_list("user__username", flat=True))
        boss = next(one for one in demo_accounts.DISTRICT if one.role == Role.ADMIN)
        if boss.username not in held:
            create_first_officer(
                office=office,
                username=boss.username,
                name=boss.name,
                password=demo_accounts.PASSWORD,
                roles=[Role.ADMIN],
            )
        admin = Actor.of(office.assignments.get(user__username=boss.username).user, office)
        for account in demo_accounts.DISTRICT:
            if account.username not in held and account is not boss:
                add_officer(
                    actor=admin,
                    username=account.username,
                    name=account.name,
                    password=demo_accounts.PASSWORD,
                    role=account.role,
                    since=office.today(),
                )

    def _leave_key(self, office: Office, link_file: Path) -> None:
        token = linking.add_downstream(
            actor=Actor.system(office),
            peer_uid=office_uid(TEGALSARI.code),
            name=f"Desa {TEGALSARI.name}",
        )
        self._add_houses_way(office)
        key = {"token": token, "uid": str(office.uid), "name": office.full_name}
        with os.fdopen(
            os.open(link_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as out:
            json.dump(key, out)

    def _add_houses_way(self, office: Office) -> None:
        """Let what is asked for houses go past the kecamatan to an owner with a page, and a quota.

        The rest goes to the manager, who notes what the owner says.
        """
        actor = Actor.system(office)
        posted = office.assignments.get(role=Role.SUPERVISOR).user
        villages = office.peers.values_list("uid", flat=True)
        chain.set_supervised(actor=actor, officer_uid=posted.uid, villages=villages)
        owner = catalogue.save_partner(
            actor=actor,
            code="dinas-perumahan",
            name_id="Dinas Perumahan dan Permukiman",
            kind=Partner.Kind.GOVERNMENT,
        )
        chain.set_chain(
            actor=actor, programme_code="RTLH", supervisor=True, owner_partner=owner.uid
        )
        quotas.set_quota(actor=actor, programme_code="RTLH", places=12)

    def _link(self, office: Office, upstream: str, link_file: Path) -> None:
        key = json.loads(link_file.read_text())
        linking.link_upstream(
            actor=Actor.system(office),
            base_url=upstream,
            token=key["token"],
            peer_uid=key["uid"],
            name=key["name"],
        )
        # The key lives in the two databases now; a copy on disk would only be found by others.
        link_file.unlink()
