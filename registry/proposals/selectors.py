"""Reads of proposals, scoped to the actor's office."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Office, Transition
from registry.identities import identities_of
from registry.models import Meeting, MeetingItem, Proposal, Resident
from registry.proposals.workflow import FINAL_STATES, OPEN_STATES, PROPOSAL, PROPOSE, ProposalState

S = ProposalState
#: Oldest first.
ORDER = ("proposed_on", "pk")
NEWEST = ("-proposed_on", "-pk")


@dataclass(frozen=True)
class Tab:
    """A tab of the list: its states; ``counted`` where the number says what waits."""

    code: str
    label: Any
    states: tuple[str, ...]
    counted: bool = True


TABS = (
    Tab("open", gettext_lazy("Semua yang berjalan"), OPEN_STATES),
    Tab("drafted", gettext_lazy("Dicatat"), (S.DRAFTED,)),
    Tab("musdes", gettext_lazy("Menunggu musdes/muskel"), (S.AWAITING_MUSDES,)),
    Tab("verval", gettext_lazy("Menunggu verval"), (S.AWAITING_VERVAL, S.DOUBTED)),
    Tab("ready", gettext_lazy("Siap dikirim"), (S.READY, S.RETURNED)),
    Tab("sent", gettext_lazy("Terkirim"), (S.SENT,)),
    Tab("ended", gettext_lazy("Selesai"), FINAL_STATES, counted=False),
)


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """Return the office's proposals with person and register: one query when read."""
    rows: QuerySet[Proposal] = Proposal.objects.visible_to(actor)
    return rows.select_related("resident", "register", "in_place_of", "survey__criteria_set")


def proposal(uid: uuid.UUID | str, *, actor: Actor) -> Proposal:
    """Return one proposal. Raises NotFound."""
    found = proposals(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Usulan tidak ditemukan di kantor ini."))
    return found


def about(resident: Resident, *, actor: Actor) -> QuerySet[Proposal]:
    """Return the person's proposals, the newest first."""
    own = identities_of(resident)
    return proposals(actor).filter(resident__in=own).order_by(*NEWEST)


def counts(actor: Actor) -> dict[str, int]:
    """Return how many proposals stand in each state (one query)."""
    rows = Proposal.objects.visible_to(actor).filter(state__in=OPEN_STATES).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))


def age_in_days(item: Proposal, office: Office) -> int:
    """Return how many days ago it was proposed, by the office's calendar."""
    return int((office.today() - item.proposed_on).days)


def history(item: Proposal) -> list[dict[str, Any]]:
    """Return what happened, newest first, as rows of a time line (one query)."""
    labels = {PROPOSE.action: PROPOSE.label} | {
        name: step.label for name, step in PROPOSAL.steps.items()
    }
    moves = (
        Transition.objects.filter(subject_uid=item.uid)
        .select_related("actor", "reason")
        .order_by("-at", "-pk")
    )
    return [
        {
            "title": labels[move.action],
            "at": move.at,
            "who": str(move.actor) if move.actor else "",
            "text": move.reason.text if move.reason else "",
        }
        for move in moves
    ]


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """Return the office's meetings, the newest first."""
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(actor)
    return rows.annotate(heard=Count("items")).order_by("-held_on", "-pk")


def meeting(uid: uuid.UUID | str, *, actor: Actor) -> Meeting:
    """Return one meeting. Raises NotFound."""
    found = meetings(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Musyawarah tidak ditemukan di kantor ini."))
    return found


def items_of(item: Meeting) -> QuerySet[MeetingItem]:
    """Return what a meeting heard, in the order of the people's names."""
    return item.items.select_related("proposal__resident", "proposal__register").order_by(
        "proposal__resident__name", "pk"
    )
