"""Finding the residents a batch of rows is about, in a fixed number of queries.

First by NIK, then by card and name, then by name and birth date; a match must be the only one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from puskesmas.models import Office
from registry.imports.rows import Row
from registry.models import Household, HouseholdMember, Resident
from registry.naming import same_name


@dataclass(frozen=True)
class Match:
    """The resident found, and how: "nik", "kk_name", "name_birth_date"; "" for nobody.

    ``namesake`` is a resident of the same name and birth date who may or may not be this person.
    """

    resident: Resident | None = None
    how: str = ""
    namesake: Resident | None = None


class Matcher:
    """What the office knows about the people of one batch of rows.

    ``memberships`` maps a resident's pk to his open membership, its household loaded.
    """

    def __init__(self, office: Office, rows: Sequence[Row], *, lock: bool) -> None:
        residents: Any = Resident.objects.filter(office=office, canonical__isnull=True)
        if lock:
            residents = residents.select_for_update(of=("self",))
        by_nik = residents.filter(nik_index__in={row.nik_index for row in rows} - {""})
        self._by_nik = {resident.nik_index: resident for resident in by_nik}
        known = {resident.pk: resident for resident in self._by_nik.values()}
        names = {row.name_key for row in rows} - {""}
        on_cards = _on_cards(office, {row.kk_index for row in rows} - {""})
        for resident in residents.filter(name_key__in=names):
            known.setdefault(resident.pk, resident)
        for resident in residents.filter(pk__in=on_cards - known.keys()):
            known.setdefault(resident.pk, resident)
        self.memberships = open_memberships(known)
        self._by_name = self._group(known.values(), lambda resident: resident.name_key)
        self._by_card = self._group(known.values(), self._card_of)

    def _group(self, residents: Iterable[Resident], key: Any) -> dict[str, list[Resident]]:
        groups = defaultdict(list)
        for resident in residents:
            groups[key(resident)].append(resident)
        return groups

    def _card_of(self, resident: Resident) -> str:
        membership = self.memberships.get(resident.pk)
        return membership.household.kk_index if membership else ""

    def match(self, row: Row) -> Match:
        """Return who the row is about."""
        if row.nik_index and (resident := self._by_nik.get(row.nik_index)):
            return Match(resident, "nik")
        if row.kk_index and (resident := self._on_card(row)):
            return Match(resident, "kk_name")
        namesakes = [
            resident
            for resident in self._by_name.get(row.name_key, [])
            if row.birth_date and resident.birth_date == row.birth_date
        ]
        possible = [resident for resident in namesakes if self._may_be(resident, row)]
        if len(possible) == 1 and (not row.kk_index or not self._card_of(possible[0])):
            return Match(possible[0], "name_birth_date")
        return Match(namesake=possible[0] if possible else None)

    def _on_card(self, row: Row) -> Resident | None:
        family = [
            resident
            for resident in self._by_card.get(row.kk_index, [])
            if self._may_be(resident, row)
        ]
        exact = [resident for resident in family if resident.name_key == row.name_key]
        if len(exact) == 1:
            return exact[0]
        # Brothers have names as alike as two spellings of one: the birth date tells them apart.
        born = [one for one in family if row.birth_date and one.birth_date == row.birth_date]
        close = [resident for resident in born if same_name(resident.name_key, row.name_key)]
        return close[0] if len(close) == 1 else None

    def _may_be(self, resident: Resident, row: Row) -> bool:
        """Two known NIKs that differ are two people, whatever else agrees."""
        return not (resident.nik_index and row.nik_index)


def _on_cards(office: Office, cards: set[str]) -> set[int]:
    """Return the keys of who is on these cards now (two queries).

    One table at a time: in the middle of a large first list PostgreSQL still believes the tables
    empty, and joined them by comparing every row with every other.
    """
    households = Household.objects.filter(office=office, kk_index__in=cards)
    members = HouseholdMember.objects.filter(
        household__in=list(households.values_list("pk", flat=True)), until__isnull=True
    )
    return set(members.values_list("resident", flat=True))


def open_memberships(residents: Iterable[int]) -> dict[int, HouseholdMember]:
    """Return the open membership of each resident (by pk) that has one, household loaded."""
    rows = HouseholdMember.objects.filter(
        resident__in=list(residents), until__isnull=True
    ).select_related("household")
    return {row.resident_id: row for row in rows}
