"""What proposals say on other pages: a person's panel and the desk's numbers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from puskesmas.actors import Actor
from puskesmas.templatetags.puskesos import angka
from registry.models import Proposal, Resident
from registry.proposals import selectors
from registry.proposals.services import successors_of
from registry.proposals.workflow import KEEPERS, PROPOSERS, READERS, ProposalState

S = ProposalState
_SHOWN = 5
TONES: dict[str, str] = {
    S.DRAFTED: "info",
    S.AWAITING_MUSDES: "waiting",
    S.AWAITING_VERVAL: "progress",
    S.DOUBTED: "warning",
    S.READY: "progress",
    S.SENT: "waiting",
    S.RETURNED: "warning",
    S.ACCEPTED: "success",
}
#: What the desk counts: the label, the states, the tab.
_WAITING = (
    (_("Usulan menunggu musdes/muskel"), (S.AWAITING_MUSDES,), "musdes"),
    (_("Usulan menunggu verval"), (S.AWAITING_VERVAL, S.DOUBTED), "verval"),
    (_("Usulan siap dikirim"), (S.READY, S.RETURNED), "ready"),
)


def tone_of(proposal: Proposal) -> str:
    """Return the badge's tone of a state."""
    return TONES.get(proposal.state, "neutral")


def person_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """The person page's panel: his proposals, a new one, who follows the dead. Three queries."""
    if not actor.has(*READERS):
        return None
    may_propose = actor.has(*PROPOSERS)
    return {
        "resident": resident,
        "rows": [
            {"proposal": one, "tone": tone_of(one)}
            for one in selectors.about(resident, actor=actor)[:_SHOWN]
        ],
        "may_propose": may_propose,
        "successors": successors_of(resident) if may_propose else [],
    }


def home_panel(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's numbers for those who move proposals on; nothing waiting, no panel. One query."""
    if not actor.has(*KEEPERS):
        return None
    counts = selectors.counts(actor)
    tiles = [
        {
            "label": label,
            "value": angka(number),
            "url": f"{reverse('proposals:proposals')}?tab={tab}",
        }
        for label, states, tab in _WAITING
        if (number := sum(counts.get(state, 0) for state in states))
    ]
    return {"tiles": tiles} if tiles else None
