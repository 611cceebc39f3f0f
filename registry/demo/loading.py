"""Bringing a demo place to life: its office, its officers, its lists through the importer.

Officers of a village are residents of it, with their own NIK and KK, so that the rule about one's
own family has somebody to bite.
"""

import hashlib
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from puskesmas.actors import Actor
from puskesmas.demo_accounts import PASSWORD, Account
from puskesmas.models import Office, Role
from puskesmas.officers import add_officer, create_first_officer, create_office
from registry.demo.files import ListFile, write_lists
from registry.demo.people import Family, Person, Population, build_population
from registry.demo.places import Place
from registry.imports import services
from registry.models import Import, Register

Say = Callable[[str], object]

# Long enough ago for a year of cases to lie under their posts.
_IN_OFFICE_FOR = timedelta(days=800)
_DEPUTY_FOR = timedelta(days=60)


def office_uid(code: str) -> uuid.UUID:
    """Return the uid a demo office always has, so that two installations can know of each other."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"puskesos-demo:{code}")


def load_place(place: Place, accounts: Sequence[Account], *, say: Say = print) -> Office:
    """Create the place's office, officers and lists; what is there already stays."""
    office = Office.objects.filter(code=place.code).first() or _create_office(place)
    admin = _officers(office, place, accounts)
    # The sheets hold every NIK in plain text. They lie within the data folder, so that they go
    # with it when a load is killed; "manage.py demo_files" writes them where somebody wants them.
    with tempfile.TemporaryDirectory(prefix="demo-lists-", dir=settings.DATA_DIR) as folder:
        files = write_lists(place, Path(folder), as_of=_list_day(office))
        for listed in (files.population, *files.registers):
            if batch := _load_list(listed, admin):
                say(f"  {listed.path.name}: {batch.counts['rows']} rows")
    return office


def _create_office(place: Place) -> Office:
    is_desa = place.kind == Office.Kind.DESA
    return create_office(
        uid=office_uid(place.code),
        code=place.code,
        kind=place.kind,
        name=place.name,
        kecamatan=place.kecamatan,
        regency=place.regency,
        province=place.province,
        address="Jl. Balai Desa No. 1" if is_desa else "Jl. Mekarwangi No. 12",
        postcode="68199" if is_desa else "40199",
        opening_hours="Senin–Jumat 08.00–15.00",
        public_base_url=settings.BASE_URL,
    )


def _list_day(office: Office) -> date:
    """Return the day the lists are made for: that of the first load, however often it runs."""
    first = Import.objects.filter(office=office).order_by("pk").first()
    return (first.created_at.astimezone(office.tz).date()) if first else office.today()


def _officers(office: Office, place: Place, accounts: Sequence[Account]) -> Actor:
    """Create the accounts; return the administrator, who creates the others and loads the lists."""
    today = office.today()
    people = _fit_for_office(build_population(place))
    boss = next(account for account in accounts if account.role == Role.ADMIN)
    persons = {account.username: next(people) for account in accounts}
    held = {item.user.username: item.user for item in office.assignments.select_related("user")}
    if boss.username not in held:
        held[boss.username] = create_first_officer(
            office=office,
            username=boss.username,
            name=_display(persons[boss.username][1]),
            password=PASSWORD,
            roles=[Role.ADMIN],
        )
    admin = Actor.of(held[boss.username], office)
    for account in accounts:
        if account.username in held:
            continue
        family, person = persons[account.username]
        is_lurah = account.role == Role.HEAD and office.kind == Office.Kind.KELURAHAN
        add_officer(
            actor=admin,
            username=account.username,
            name=_display(person),
            password=PASSWORD,
            role=account.role,
            since=today - (timedelta(days=7) if account.is_deputy else _IN_OFFICE_FOR),
            until=today + _DEPUTY_FOR if account.is_deputy else None,
            is_deputy=account.is_deputy,
            dusun=account.dusun,
            nik=person.nik,
            kk=family.kk,
            nip="198003122006041999" if is_lurah else "",
            rank="Penata Tk. I / III d" if is_lurah else "",
        )
    return admin


def _fit_for_office(population: Population) -> Iterator[tuple[Family, Person]]:
    """Yield residents who could hold a post: schooled, of working age, one of a family."""
    for family in population.families:
        for person in family.members:
            schooled = person.education in {"SLTA", "D3", "S1"}
            if schooled and 26 <= person.age <= 55 and len(family.members) >= 3:
                yield family, person
                break


def _display(person: Person) -> str:
    return person.name.title()


def _load_list(listed: ListFile, actor: Actor) -> Import | None:
    content = listed.path.read_bytes()
    loaded = Import.objects.visible_to(actor).filter(
        file__sha256=hashlib.sha256(content).hexdigest(), status=Import.Status.DONE
    )
    if loaded.exists():
        return None
    register = None
    if listed.register:
        register = Register.objects.visible_to(actor).get(code=listed.register)
    return services.import_list(
        actor=actor,
        content=content,
        name=listed.path.name,
        kind=listed.kind,
        data_date=listed.data_date,
        register=register,
        whole_village=listed.whole_village,
        source=listed.source,
    )
