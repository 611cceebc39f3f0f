"""Answers that are known already, from what somebody saw of the house.

A criterion's ``housing`` names a field of :class:`registry.models.HousingFacts` and either

- ``yes`` and/or ``no``: the codes that mean so; any other known code means the opposite, except
  those under ``unsure``. With ``power_at_most`` (VA) a meter of at most that also means yes.
- ``per_head_below`` (m²): less floor than that for each person on the card means yes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models.functions import Coalesce

from registry.identities import card_of
from registry.models import CriteriaSet, HouseholdMember, HousingFacts, Resident

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True)
class Known:
    """An answer known before anybody was asked: "yes" or "no", of which day, says who."""

    answer: str
    on: date
    source: str


def known_answers(criteria_set: CriteriaSet, resident: Resident) -> dict[str, Known]:
    """Return what the newest facts of his house answer, by criterion (three queries at most)."""
    member = card_of(resident)
    if member is None:
        return {}
    facts = (
        HousingFacts.objects.filter(household=member.household)
        .order_by("-observed_on", "-pk")
        .first()
    )
    if facts is None:
        return {}
    on_card = HouseholdMember.objects.filter(household=member.household, until__isnull=True)
    # A person recorded twice on the card lives there once.
    heads = on_card.values(person=Coalesce("resident__canonical", "resident")).distinct().count()
    found = {}
    for criterion in criteria_set.criteria:
        answer = answer_of(criterion.get("housing") or {}, facts, heads=heads)
        if answer != UNKNOWN:
            found[criterion["code"]] = Known(answer, facts.observed_on, facts.source)
    return found


def answer_of(rule: dict[str, Any], facts: HousingFacts, *, heads: int) -> str:
    """Return "yes", "no" or "unknown" for one criterion's rule."""
    value: Any = getattr(facts, rule["field"]) if rule else ""
    if "per_head_below" in rule:
        if value is None or heads < 1:
            return UNKNOWN
        return YES if value / heads < rule["per_head_below"] else NO
    if not value or value in rule.get("unsure", ()):
        return UNKNOWN
    if "power_at_most" in rule and value not in rule.get("yes", ()):
        if facts.power_va is None:
            return UNKNOWN
        return YES if facts.power_va <= rule["power_at_most"] else NO
    if "yes" in rule:
        return YES if value in rule["yes"] else NO
    return NO if value in rule["no"] else YES
