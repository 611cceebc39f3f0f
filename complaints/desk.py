"""What cases contribute to pages that span apps, and what those contribute to a case."""

from typing import Any

from django.urls import reverse

from complaints import selectors
from complaints.models import Complaint
from complaints.views import queue_rows, tone_of
from complaints.workflow import OPEN_STATES
from puskesmas.actors import Actor
from puskesmas.models import Office
from registry.households.selectors import Family
from registry.letters import sktm_panel
from registry.models import Resident

#: The tabs the desk counts: what somebody in the office must move.
_COUNTED = ("mine", "emergency", "resident", "approval", "referred", "answered")
#: How many of the most pressing cases the desk names.
SHOWN = 8
_TONES = {"emergency": "danger"}


def home_panel(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return the desk of a village officer: counts, and what waits for him (four queries)."""
    if not office.is_village or not actor.has(*selectors.READERS):
        return None
    tabs = [tab for tab in selectors.tabs(actor) if tab.code in _COUNTED]
    counts = selectors.counts(actor, tabs)
    first = tabs[0]
    queue = reverse("complaints:queue")
    return {
        "tiles": [
            {
                "label": tab.label,
                "value": selectors.capped(counts[tab.code]),
                "url": f"{queue}?tab={tab.code}",
                "tone": _TONES.get(tab.code, "") if counts[tab.code] else "",
            }
            for tab in tabs
        ],
        "first": first,
        "first_url": f"{queue}?tab={first.code}",
        "waiting": counts[first.code],
        # What waits for an approver is named by the referrals' own panel.
        "rows": _most_pressing(actor, first) if selectors.may_register(actor) else [],
        "may_register": selectors.may_register(actor),
    }


def _most_pressing(actor: Actor, tab: selectors.Tab) -> list[dict[str, Any]]:
    rows = selectors.with_needed(selectors.cases(actor).filter(tab.condition))
    return queue_rows(list(rows.order_by(*tab.order)[:SHOWN]), actor)


def person_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """Return a person's cases, running ones first (two queries)."""
    if not actor.has(*selectors.READERS):
        return None
    rows = selectors.cases_of(resident, actor=actor)
    return {
        "cases": [{"case": row, "tone": tone_of(row)} for row in rows],
        "live": any(row.state in OPEN_STATES for row in rows),
    }


def household_panel(actor: Actor, family: Family) -> dict[str, Any] | None:
    """Return the cases of a whole family, running ones first (three queries)."""
    if not actor.has(*selectors.READERS):
        return None
    rows = selectors.cases_of_family(family.residents, actor=actor)
    return {"cases": [{"case": row, "tone": tone_of(row)} for row in rows], "whose": True}


def letters_panel(actor: Actor, case: Complaint) -> dict[str, Any] | None:
    """Return the letters about the case's person, and the way to a new SKTM (two queries)."""
    return sktm_panel(actor, case.person)
