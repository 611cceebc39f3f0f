"""Somebody and his family in an office with the catalogue, and what the rules say of them."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from programs.catalogue.exchange import load_catalogue
from programs.eligibility.gathering import facts_of
from programs.eligibility.judging import Fact, Verdict, judge
from programs.eligibility.services import is_of_a_case, state_fact
from programs.models import Participation, Programme
from programs.selectors import versions_on
from programs.services import record_participation
from puskesmas.models import Office
from registry.models import Household, HouseholdMember, Resident
from tests.cast import Cast

DAY = date(2026, 11, 22)


@dataclass
class Somebody:
    """A resident of a village, and everything a test may say of him.

    What holds of one case only (care.*) is said for ``matter``, by whose facts he is judged.
    """

    cast: Cast
    office: Office
    resident: Resident
    matter: uuid.UUID = field(default_factory=uuid.uuid4)

    def member(self, name: str, *, born: date, ektp: bool | None = True, **fields: Any) -> Resident:
        """Add somebody to his family card."""
        member = Resident.objects.create(
            office=self.office, name=name, birth_date=born, has_ektp=ektp, **fields
        )
        card = self.resident.memberships.get().household
        HouseholdMember.objects.create(household=card, resident=member, relation="4")
        return member

    def holds(self, code: str, source: str = "owner") -> None:
        record_participation(
            actor=self.cast.actor("front"),
            resident=self.resident,
            programme=Programme.objects.get(office=self.office, code=code),
            source=Participation.Source(source),
        )

    def says(self, code: str, value: Any, on: date = DAY, **more: Any) -> None:
        if is_of_a_case(code):
            more.setdefault("matter_uid", self.matter)
        state_fact(
            actor=self.cast.actor("front"),
            resident=self.resident,
            field=code,
            value=value,
            on=on,
            source="warga sendiri",
            **more,
        )

    def holds_none_of(self, *codes: str) -> None:
        for code in codes:
            self.says(f"holds.{code}", False)

    def judged(
        self,
        code: str,
        *,
        on: date = DAY,
        service: str | None = None,
        papers: tuple[str, ...] = (),
        **case: Any,
    ) -> Verdict:
        """Judge him by the version of a day; ``papers`` are at hand, ``case`` its other facts."""
        programme = Programme.objects.get(office=self.office, code=code)
        version = versions_on([programme], on)[programme.pk]
        person, matters = self.resident, [self.matter]
        facts = facts_of([person], office=self.office, day=DAY, matters=matters)[person.pk]
        at_hand = {f"paper.{paper}": Fact(True, "case") for paper in papers}
        of_case = {"case.emergency": False} | {
            name.replace("_", ".", 1): value for name, value in case.items()
        }
        facts |= at_hand | {name: Fact(value, "case") for name, value in of_case.items()}
        for wanted in version.terms.requirements_of(service or version.terms.default_service):
            for paper in (wanted.code, *wanted.substitutes):
                facts.setdefault(f"paper.{paper}", Fact(False, "case"))
        return judge(
            version, facts, version.terms.default_service if service is None else service, DAY
        )


def settle(cast: Cast, **fields: Any) -> Somebody:
    """Put an adult on a card of the village, which has the catalogue."""
    office = cast.village
    load_catalogue(office)
    values = {
        "office": office,
        "name": "Sulastri",
        "nik": "3509994507800001",
        "birth_date": date(1980, 7, 5),
        "sex": "P",
        "has_ektp": True,
    }
    resident = Resident.objects.create(**values | fields)
    card = Household.objects.create(office=office, kk="3509990101150001")
    HouseholdMember.objects.create(household=card, resident=resident, relation="1")
    return Somebody(cast, office, resident)


@pytest.fixture
def somebody(cast):
    return settle(cast)


@pytest.fixture
def of_bekasi(cast):
    """Somebody of a kelurahan of Kota Bekasi (code 32.75)."""
    Office.objects.filter(pk=cast.village.pk).update(code="32.75.99.1003", regency="Kota Bekasi")
    cast.village.refresh_from_db()
    made = settle(cast, nik="3275994507800001")
    card = made.resident.memberships.get().household
    card.kk = "3275990101150001"
    card.save()
    return made
