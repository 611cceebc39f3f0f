"""The line of steps a case goes along, for the case page and the resident's page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from complaints.workflow import FINAL_STATES, CaseState

S = CaseState

#: The stage each state belongs to; final states are the last stage.
_STAGE = {
    S.REGISTERED: 0,
    S.WAITING_RESIDENT: 1,
    S.IN_VERIFICATION: 1,
    S.IN_HANDLING: 2,
    S.AWAITING_APPROVAL: 3,
    S.REFERRED: 3,
    S.ANSWERED: 4,
    S.AWAITING_REALISATION: 5,
} | dict.fromkeys(FINAL_STATES, 6)

_LABELS = (
    _("Didaftarkan"),
    _("Diperiksa"),
    _("Ditangani"),
    _("Dirujuk"),
    _("Dijawab"),
    _("Menunggu realisasi"),
    _("Selesai"),
)

#: Stages only some cases pass: shown when entered (or, realisation, when it is to come).
_OPTIONAL = {3, 5}

_ENDS = {
    S.RECORDED_ONLY: _("Dicatat (ditampung)"),
    S.LAPSED: _("Berhenti (gugur)"),
    S.WITHDRAWN: _("Dicabut"),
}


@dataclass(frozen=True)
class FlowStep:
    """One step as drawn: ``state`` is "done", "current" or "next"; ``at`` when it was entered."""

    label: Any
    state: str
    at: datetime | None = None


def entered_at(moves: Iterable[tuple[str, datetime]]) -> dict[int, datetime]:
    """Return when each stage was last entered, from (target state, moment) in their order."""
    return {_STAGE[CaseState(target)]: at for target, at in moves}


def steps_of(case: Complaint, entered: Mapping[int, datetime]) -> list[FlowStep]:
    """Return the case's line of steps.

    What a case skipped is left out; an end before its time (ditampung, gugur, dicabut) closes the
    line where it stands.
    """
    now = _STAGE[CaseState(case.state)]
    at = {**entered, 0: case.received_at}
    approved = case.outcome == Complaint.Outcome.OWNER_APPROVED
    steps = []
    for stage, label in enumerate(_LABELS):
        if stage < now and stage not in at:
            continue
        if stage > now and stage in _OPTIONAL and not (stage == 5 and approved):
            continue
        state = "done" if stage < now or now == 6 else "current" if stage == now else "next"
        shown = _ENDS.get(CaseState(case.state), label) if stage == 6 else label
        steps.append(FlowStep(shown, state, at.get(stage) if state != "next" else None))
    return steps
