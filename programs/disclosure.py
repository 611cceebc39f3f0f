"""Who is told whole numbers of people: the government. A partner gets what it asks, and no NIK."""

from programs.models import Programme
from reports.letters.words import masked


def is_government(programme: Programme | None) -> bool:
    """Return whether the owner is of the government; one of no known programme is not."""
    return programme is not None and programme.tier != Programme.Tier.PARTNER


def number_for(programme: Programme | None, number: str) -> str:
    """Return a NIK or KK as the programme's owner gets it."""
    return number if is_government(programme) else masked(number)
