"""Two records side by side: what they say, and whether they say the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.identities import card_of
from registry.models import Household, HouseholdMember, Resident
from registry.naming import address_key, name_key

#: What is compared, in the order of the page: fact -> its label.
LABELS = {
    "name": gettext_lazy("Nama"),
    "nik": "NIK",
    "kk": gettext_lazy("No. KK"),
    "birth_place": gettext_lazy("Tempat lahir"),
    "birth_date": gettext_lazy("Tanggal lahir"),
    "sex": gettext_lazy("Jenis kelamin"),
    "mother_name": gettext_lazy("Nama ibu kandung"),
    "address": gettext_lazy("Alamat"),
    "dusun": gettext_lazy("Dusun"),
    "rt": "RT",
    "rw": "RW",
    "phone": gettext_lazy("Telepon"),
    "life": gettext_lazy("Keadaan"),
    "family": gettext_lazy("Sekeluarga dengan"),
}
_MASKED = {"nik", "kk", "phone"}
_KEYS = {"name": name_key, "mother_name": name_key, "address": address_key}


@dataclass(frozen=True)
class Line:
    """One fact of both. ``agrees`` None means that one of them does not say."""

    label: Any
    one: Any
    other: Any
    agrees: bool | None
    masked: bool = False


def compare(one: dict[str, Any], other: dict[str, Any]) -> list[Line]:
    """Return the lines of two records' facts, leaving out what neither says."""
    lines = []
    for fact, label in LABELS.items():
        left, right = one.get(fact), other.get(fact)
        if not left and not right:
            continue
        agrees = _agree(fact, left, right) if left and right else None
        lines.append(
            Line(label, _shown(fact, left), _shown(fact, right), agrees, masked=fact in _MASKED)
        )
    return lines


def facts_of(records: Iterable[Resident]) -> dict[int, dict[str, Any]]:
    """Return each record's facts by its key, with the names on its card (one query).

    Load the records with :func:`registry.selectors.people_of`, or their cards cost queries each.
    """
    cards = {record.pk: card_of(record) for record in records}
    names = _names_on(card.household for card in cards.values() if card)
    facts = {}
    for record in records:
        card = cards[record.pk]
        told: dict[str, Any] = {fact: getattr(record, fact, "") for fact in LABELS}
        if card:
            told["kk"] = card.household.kk
            family = [name for pk, name in names[card.household_id] if pk != record.pk]
            told["family"] = tuple(family)
        facts[record.pk] = told
    return facts


def _names_on(households: Iterable[Household]) -> dict[int, list[tuple[int, str]]]:
    names: dict[int, list[tuple[int, str]]] = {household.pk: [] for household in households}
    rows = HouseholdMember.objects.filter(household__in=list(names), until__isnull=True)
    for household, pk, name in rows.order_by("pk").values_list(
        "household", "resident", "resident__name"
    ):
        names[household].append((pk, name))
    return names


def _agree(fact: str, left: Any, right: Any) -> bool:
    key = _KEYS.get(fact)
    if key is not None:
        return bool(key(left) == key(right))
    if fact == "family":
        return bool({name_key(name) for name in left} & {name_key(name) for name in right})
    return bool(str(left).casefold() == str(right).casefold())


def _shown(fact: str, value: Any) -> Any:
    if not value:
        return ""
    if fact == "sex":
        return Resident.Sex(value).label
    if fact == "life":
        return Resident.Life(value).label
    if fact == "family":
        few = ", ".join(value[:4])
        return few if len(value) <= 4 else _("%(names)s, …") % {"names": few}
    return value
