"""What the case page and the home page show of referrals."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.acts import may_tell
from complaints.models import Complaint
from complaints.selectors import capped
from complaints.workflow import OPEN_STATES, CaseState
from puskesmas import panels
from puskesmas.actors import Actor
from puskesmas.models import Office, Role
from referrals import cards, selectors
from referrals.chain.models import WHOLE_DISTRICT
from referrals.reconciliation import selectors as reconciliation
from referrals.reconciliation.workflow import KEEPERS
from referrals.views import APPROVERS, READERS
from referrals.views_inbox import READERS as INBOX_READERS
from registry.households.selectors import Family
from registry.selectors import is_family

#: How many drafts the home page names; the list has them all.
NAMED = 5


def register() -> None:
    """Join the pages that span apps; called from ``AppConfig.ready()``."""
    tiles = "referrals/panel_home_tiles.html"
    panels.register(page="case", order=20, template="referrals/panel_case.html", load=of_case)
    panels.register(page="case", order=25, template="referrals/panel_options.html", load=options_of)
    panels.register(
        page="household", order=30, template="referrals/panel_household.html", load=of_family
    )
    panels.register(
        page="home", order=10, template="referrals/panel_home_approvals.html", load=approvals
    )
    panels.register(page="home", order=40, template=tiles, load=deliveries)
    panels.register(page="home", order=10, template=tiles, load=inbox)
    panels.register(page="home", order=45, template=tiles, load=differences)


def of_case(actor: Actor, case: Complaint) -> dict[str, Any] | None:
    """Return a case's referrals: six queries, and two a person for drafts that wait."""
    if not actor.has(*READERS):
        return None
    rows = selectors.referrals_of_case(case.pk, actor=actor)
    if not rows:
        return None
    # An answered case says so itself: telling is its next step.
    goes_on = case.state in OPEN_STATES and case.state != CaseState.ANSWERED
    untold = selectors.untold(case.pk) if goes_on else []
    return {
        "case": case,
        "cards": cards.load(rows, actor=actor),
        "untold": untold,
        "may_tell": bool(untold)
        and may_tell(actor, case)
        and not is_family(actor.user, case.person),
    }


def options_of(actor: Actor, case: Complaint) -> dict[str, Any] | None:
    """Return the way to the programmes the person may ask for; no query."""
    return {"case": case} if actor.has(*READERS) else None


def of_family(actor: Actor, family: Family) -> dict[str, Any] | None:
    """Return the referrals of a whole family, newest first: four queries; none, no panel."""
    if not actor.has(*READERS):
        return None
    rows = selectors.referrals_of_people(family.residents, actor=actor)
    return {"cards": cards.standings(rows)} if rows else None


def approvals(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return the drafts that wait for this officer's word."""
    if not actor.has(*APPROVERS):
        return None
    waiting = [item for item in selectors.waiting_for_approval(actor) if item.obstacle is None]
    return {"waiting": waiting[:NAMED]} if waiting else None


def deliveries(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return what waits on the way up, for an answer and to be told (six queries)."""
    if not actor.has(*APPROVERS, Role.FRONT, Role.BACK):
        return None
    counts = selectors.delivery_counts(actor)
    labels = {
        selectors.STUCK: _("Macet di jalan, perlu diperiksa"),
        selectors.UNDELIVERED: _("Belum sampai di tujuan"),
        selectors.UNREMINDED: _("Lama tidak dijawab, perlu ditanyakan lagi"),
        selectors.NOT_TOLD: _("Siap diambil, belum diberitahukan"),
    }
    tabs = {selectors.UNREMINDED: selectors.UNANSWERED}
    url = reverse("referrals:deliveries")
    tiles = [
        {
            "label": label,
            "value": capped(counts[code]),
            "url": f"{url}?tab={tabs.get(code, code)}",
            "note": _oldest(actor) if code == selectors.UNDELIVERED else "",
        }
        for code, label in labels.items()
        if counts[code]
    ]
    return {"title": _("Rujukan"), "tiles": tiles} if tiles else None


def differences(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return how many differences with the tier above wait for a look (one query)."""
    if not office.is_village or not actor.has(*KEEPERS):
        return None
    count = reconciliation.counts_waiting(actor)
    if not count:
        return None
    tile = {
        "label": _("Beda dengan SLRT, perlu diperiksa"),
        "value": capped(count),
        "url": reverse("referrals:reconciliation"),
    }
    return {"title": _("Pencocokan dengan SLRT"), "tiles": [tile]}


def _oldest(actor: Actor) -> str:
    since = selectors.undelivered_since(actor)
    day = date_format(timezone.localtime(since)) if since else ""
    return _("paling lama sejak %(day)s") % {"day": day}


def inbox(actor: Actor, office: Office) -> dict[str, Any] | None:
    """Return the numbers of the inbox (a query each)."""
    if not actor.has(*INBOX_READERS):
        return None
    counts = selectors.inbox_counts(actor)
    url = reverse("referrals:inbox")
    # What is past a supervisor is the manager's turn.
    shown = counts if actor.has(*WHOLE_DISTRICT) else ("review",)
    tiles = [
        {
            "label": selectors.TABS[code][0],
            "value": capped(counts[code]),
            "url": f"{url}?tab={code}",
        }
        for code in shown
    ]
    return {"title": _("Kotak masuk rujukan"), "tiles": tiles}
