"""What happened in the families of a demo office: houses seen, a death, a move, a person twice.

The short list without NIK brings one name with a slip of the pen, which waits for a decision.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction

from puskesmas.actors import Actor
from puskesmas.models import Office, Role
from registry.codes import HOUSING
from registry.demo.proposals import officer
from registry.households.services import record_housing
from registry.imports.services import import_list
from registry.life import record_life_event
from registry.merging import merge
from registry.models import HouseholdMember, HousingFacts, Import, LifeEvent, Register, Resident
from registry.selectors import family_of
from registry.services import create_resident

_HOUSES = 6
_Kind = LifeEvent.Kind


def load(office: Office) -> None:
    """Give a demo office its families' news; one that has some keeps it."""
    if HousingFacts.objects.filter(office=office).exists():
        return
    # A stream of its own: what other parts draw does not hang on this one.
    rng = Random(f"families {office.code}")
    front, back = officer(office, Role.FRONT), officer(office, Role.BACK)
    heads = _heads(office, rng, front, back)
    with transaction.atomic():
        for _place in range(_HOUSES):
            _see_house(next(heads), front, rng)
        _news(next(heads), next(heads), front)
        _written_twice(next(heads), front, back)
    _short_list(office, [next(heads) for _place in range(4)])


def _heads(office: Office, rng: Random, *actors: Actor) -> Iterator[HouseholdMember]:
    """Yield living heads of families, drawn, none an officer's, nobody with a proposal."""
    own = set().union(*(family_of(actor.user, office.pk) for actor in actors))
    rows = (
        HouseholdMember.objects.filter(
            household__office=office,
            relation=HouseholdMember.Relation.HEAD,
            until__isnull=True,
            resident__life=Resident.Life.ALIVE,
            resident__name__contains=" ",
            resident__proposals__isnull=True,
        )
        .exclude(resident__in=own)
        .select_related("resident", "household")
        .order_by("pk")
    )
    yield from rng.sample(list(rows[:400]), 40)


def _see_house(head: HouseholdMember, actor: Actor, rng: Random) -> None:
    facts: dict[str, Any] = {name: rng.choice(list(known.words)) for name, known in HOUSING.items()}
    record_housing(
        actor=actor,
        uid=head.household.uid,
        observed_on=actor.office.today() - timedelta(days=rng.randint(10, 200)),
        source="Kunjungan rumah",
        area_m2=rng.randint(20, 70),
        power_va=rng.choice([450, 900, 1300]),
        **facts,
    )


def _news(moved: HouseholdMember, died: HouseholdMember, actor: Actor) -> None:
    today = actor.office.today()
    record_life_event(
        actor=actor,
        uid=moved.resident.uid,
        version=None,
        kind=_Kind.MOVED_AWAY,
        on=today - timedelta(days=40),
        source="Surat pindah 475/31/2026",
        place="Kabupaten Banyuwangi",
    )
    record_life_event(
        actor=actor,
        uid=died.resident.uid,
        version=None,
        kind=_Kind.DECEASED,
        on=today - timedelta(days=12),
        source="Surat kematian 474.3/17/2026",
        record_number="474.3/17/2026",
    )


def _written_twice(head: HouseholdMember, front: Actor, back: Actor) -> None:
    """Let somebody have been written down a second time without numbers, and be one again."""
    person = head.resident
    twin = create_resident(
        actor=front,
        name=f"{person.name} BIN SALIM" if person.sex == "L" else f"{person.name} BINTI SALIM",
        sex=person.sex,
        address=person.address,
        dusun=person.dusun,
        rt=person.rt,
        rw=person.rw,
    )
    merge(actor=back, duplicate=twin.uid, canonical=person.uid, reason="Tercatat dua kali")


def _short_list(office: Office, heads: list[HouseholdMember]) -> None:
    """Load the PBI-JK list of one corner, by name and address; the last name has a slip."""
    people = [head.resident for head in heads]
    names = [person.name for person in people]
    names[-1] = names[-1][:-2] + names[-1][-1]
    lines = [
        f"{number};{name};{one.address};{one.rt};{one.rw}"
        for number, (name, one) in enumerate(zip(names, people, strict=True), start=1)
    ]
    import_list(
        actor=officer(office, Role.BACK),
        content="\n".join(["NO;NAMA;ALAMAT;RT;RW", *lines]).encode(),
        name="pbi-jk-sebagian.csv",
        kind=Import.Kind.REGISTER,
        data_date=office.today() - timedelta(days=20),
        register=Register.objects.get(office=office, code="PBI-JK"),
        whole_village=False,
        source="BPJS Kesehatan",
    )
