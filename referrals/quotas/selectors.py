"""Reads of quotas: how many places, who holds them, who waits and how far back."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from referrals.models import Quota, ReceivedReferral
from referrals.quotas.services import held_of, line_of
from referrals.workflow import Realisation

#: How many of a line are named on its page.
NAMED = 100


@dataclass(frozen=True)
class Line:
    """A referral's place in its line, 1 for the next, and how many wait."""

    position: int
    length: int


def place_in_line(row: ReceivedReferral) -> Line | None:
    """Return where a referral waits; None when it does not (at most two queries)."""
    if row.realisation != Realisation.QUEUED:
        return None
    quota = Quota.objects.filter(office=row.office_id, programme_code=row.programme_code).first()
    waiting = list(line_of(quota).values_list("pk", flat=True)) if quota else []
    return Line(waiting.index(row.pk) + 1, len(waiting)) if row.pk in waiting else None


@dataclass(frozen=True)
class Standing:
    """A quota with how many places are held and how many wait."""

    quota: Quota
    held: int
    waiting: int

    @property
    def free(self) -> int:
        return max(0, self.quota.places - self.held)


def standings(actor: Actor) -> list[Standing]:
    """Return the office's quotas (a query, and two each)."""
    rows: Any = Quota.objects.visible_to(actor).order_by("programme_code")
    return [_standing(row) for row in rows]


def _standing(row: Quota) -> Standing:
    return Standing(row, held_of(row).count(), line_of(row).count())


def standing(uid: uuid.UUID | str, *, actor: Actor) -> Standing:
    """Return one quota of the office (three queries).

    Raises:
        NotFound: none of that uid here.
    """
    row = Quota.objects.visible_to(actor).filter(uid=uid).first()
    if row is None:
        raise NotFound(_("Kuota ini tidak ditemukan di kantor ini."))
    return _standing(row)


def first_in_line(quota: Quota) -> list[ReceivedReferral]:
    """Return who waits, the next first, at most NAMED (one query)."""
    return list(line_of(quota)[:NAMED])
