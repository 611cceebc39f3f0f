"""Taking a case for a change, moving it along its table, and who may."""

import uuid
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.deadlines import stand_for_upstream, turn_clock
from complaints.impartiality import VERIFYING, refuse_own_family, require_turn
from complaints.models import Complaint
from complaints.selectors import may_read
from complaints.signals import case_moved
from complaints.workflow import CASE, FINAL_STATES, OPEN_STATES, REGISTRARS, CaseState
from puskesmas.actors import Actor
from puskesmas.errors import NotFound, NotYourRole, WrongState
from puskesmas.history import record_transition
from puskesmas.locking import lock
from puskesmas.workflow import Step, role_names


def move_case(
    *,
    actor: Actor,
    case: Complaint,
    action: str,
    reason: str = "",
    outcome: str | None = None,
) -> Step:
    """Move a case along its table: check, clock, due date, save, history. Return the step made.

    The caller is inside a transaction and got ``case`` from :func:`lock_case`.
    ``outcome`` (Complaint.Outcome) is set with the state when given; "" clears it.

    Raises:
        NotYourRole, WrongState, InvalidInput: the table says no.
        OwnFamily: every move is made by somebody who is not on the person's family card.
    """
    if action in VERIFYING:
        require_turn(actor, case.person)
    step = CASE.check(action, state=case.state, actor=actor, reason=reason)
    refuse_own_family(actor, case.person)
    now = timezone.now()
    source, case.state, case.state_since = case.state, step.target, now
    if outcome is not None:
        case.outcome = outcome
    case.closed_at = now if step.target in FINAL_STATES else None
    turn_clock(case, step, now=now)
    case.save()
    record_transition(
        subject=case, field=CASE.field, step=step, source=source, actor=actor, reason=reason
    )
    case_moved.send(sender=Complaint, case=case, step=step, actor=actor)
    return step


def file_received(*, case: Complaint, at: datetime) -> None:
    """Let the office's clock stand: the file of the referred case is where it goes since ``at``.

    Inside the transaction of who took note of it, on a locked case. A case that went another way
    meanwhile, or whose clock stands already, stays as it is.
    """
    if case.state != CaseState.REFERRED or case.due_at is None:
        return
    stand_for_upstream(case, since=min(max(at, case.state_since), timezone.now()))
    case.save(update_fields=["due_at", "version"])


def lock_case(uid: uuid.UUID | str, *, actor: Actor, version: int | None = None) -> Complaint:
    """Lock a case as :func:`puskesmas.locking.lock` does, with its kind: every move asks its limit.

    Raises:
        NotFound, StaleVersion: see there.
    """
    return lock(Complaint, uid, actor=actor, version=version, along=("kind",))


def take_case(actor: Actor, uid: uuid.UUID | str, version: int | None) -> Complaint:
    """Lock the case for a change; what the officer may not read does not exist for him."""
    case = lock_case(uid, actor=actor, version=version)
    if not may_read(actor, case):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return case


def must_register(actor: Actor) -> None:
    """Raise NotYourRole unless the officer takes down matters."""
    if not actor.has(*REGISTRARS):
        raise NotYourRole(_("Mencatat keluhan hanya untuk %s.") % role_names(REGISTRARS))


def must_be_open(case: Complaint) -> None:
    """Raise WrongState once the case has ended."""
    if case.state not in OPEN_STATES:
        raise WrongState(
            _("Perkara ini sudah selesai. Buka kembali dulu bila memang perlu."), state=case.state
        )
