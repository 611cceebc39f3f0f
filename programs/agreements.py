"""With whom a programme has an agreement, and what follows when it ends."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from programs.models import Partner, PartnerAgreement, Programme
from puskesmas.models import Office

#: The stations of a path that somebody serves by agreement.
HOSPITAL, PARTNER = "hospital", "partner"


def agreements_of(office: Office) -> dict[int, list[PartnerAgreement]]:
    """Return the office's agreements with their partners, by programme (one query)."""
    rows: dict[int, list[PartnerAgreement]] = defaultdict(list)
    for row in PartnerAgreement.objects.filter(office=office).select_related("partner"):
        rows[row.programme_id].append(row)
    return rows


def is_closed(programme: Programme, agreements: Iterable[PartnerAgreement], day: date) -> bool:
    """Return whether nobody gives the programme on that day.

    Only a partner's own programme ends with its agreements. One of the government goes on without a
    hospital; and where no agreement was ever recorded, that says nothing.
    """
    rows = list(agreements)
    if programme.tier != Programme.Tier.PARTNER or not rows:
        return False
    return not any(row.is_running(day) for row in rows)


def at(station: str, agreements: Iterable[PartnerAgreement]) -> list[PartnerAgreement]:
    """Return the agreements with those who serve at such a station of the path."""
    return [row for row in agreements if _station_of(row.partner) == station]


def _station_of(partner: Partner) -> str:
    return HOSPITAL if partner.kind == Partner.Kind.HOSPITAL else PARTNER
