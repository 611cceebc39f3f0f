"""The verbs of a proposal: propose, correct, verify, weigh, answer, withdraw, reopen."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import first_result, lock
from puskesmas.workflow import role_names
from registry import codes
from registry.models import HouseholdMember, Proposal, Register, Resident, Survey
from registry.proposals import guards
from registry.proposals.workflow import (
    HERE,
    IMPARTIAL,
    PROPOSAL,
    PROPOSE,
    PROPOSERS,
    first_step,
    next_after,
)
from registry.selectors import household_of

#: Answers of the owner, as acts of the table.
ANSWERS = ("accept", "reject", "send_back")


@dataclass(frozen=True, kw_only=True)
class Extra:
    """What only the sheet asks for; None and "" where nobody asked."""

    pregnant: bool | None = None
    pregnant_since: date | None = None
    disabled: bool | None = None
    disability_code: str = ""

    def as_json(self, *, today: date) -> dict[str, Any]:
        """Return what is stored. Raises InvalidInput where the facts contradict each other."""
        if self.pregnant_since and not self.pregnant:
            raise InvalidInput(
                _("Tanggal mulai hamil hanya untuk yang hamil."), field="pregnant_since"
            )
        if self.pregnant_since and self.pregnant_since > today:
            raise InvalidInput(_("Tanggal ini belum terjadi."), field="pregnant_since")
        if self.disability_code and not self.disabled:
            raise InvalidInput(
                _("Jenis disabilitas hanya untuk penyandang disabilitas."), field="disability_code"
            )
        known = set(codes.DISABILITIES.words) - {"00"}
        if self.disability_code and self.disability_code not in known:
            raise InvalidInput(_("Kode jenis disabilitas tidak dikenal."), field="disability_code")
        return {
            "pregnant": self.pregnant,
            "pregnant_since": self.pregnant_since.isoformat() if self.pregnant_since else "",
            "disabled": self.disabled,
            "disability_code": self.disability_code,
        }


@transaction.atomic
def propose(
    *,
    actor: Actor,
    resident: Resident,
    register_code: str,
    kind: str,
    reason: str,
    origin: str,
    origin_name: str = "",
    programme: str = Proposal.Programme.NONE,
    in_place_of: Resident | None = None,
    survey: Survey | None = None,
    extra: Extra | None = None,
    proposed_on: date | None = None,
    client_uid: uuid.UUID | None = None,
) -> Proposal:
    """Write down that somebody proposes a person to a register; nothing leaves the desk yet.

    Raises:
        NotYourRole: none of the proposers. OwnFamily: his own card.
        NotFound: no such register here.
        InvalidInput: a dead or moved person to enter; no reason; a day to come; somebody in whose
            place he cannot come; impossible extra facts.
        AlreadyProposed: the same person, register and kind is open; ``existing`` names it.
    """
    _must_propose(actor)
    if (earlier := first_result(Proposal, client_uid, actor=actor)) is not None:
        return earlier
    register = Register.objects.visible_to(actor).filter(code=register_code).first()
    if register is None:
        raise NotFound(_("Daftar ini tidak ada di kantor ini."))
    guards.require_impartial(actor, resident)
    guards.require_possible(resident, kind)
    guards.require_none_open(resident, register, kind)
    today = actor.office.today()
    if proposed_on and proposed_on > today:
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="proposed_on")
    if in_place_of is not None:
        _check_place(resident, in_place_of, kind)
    proposal = Proposal(
        office=actor.office,
        client_uid=client_uid,
        resident=resident,
        register=register,
        kind=kind,
        origin=origin,
        origin_name=origin_name.strip(),
        in_place_of=in_place_of,
        proposed_on=proposed_on or today,
        proposed_by=actor.user,
    )
    _fill(proposal, actor=actor, programme=programme, reason=reason, survey=survey, extra=extra)
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        # Two officers wrote the same down at once: the loser is led to the other's.
        if (again := first_result(Proposal, client_uid, actor=actor)) is not None:
            return again
        guards.require_none_open(resident, register, kind)
        raise
    record_transition(subject=proposal, field="state", step=PROPOSE, source="", actor=actor)
    audit(actor=actor, action="proposal.propose", subject=proposal)
    return proposal


@transaction.atomic
def change_proposal(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    programme: str,
    reason: str,
    survey: Survey | None = None,
    extra: Extra | None = None,
) -> Proposal:
    """Correct a proposal that is still in the village.

    Raises:
        NotYourRole, NotFound, StaleVersion, InvalidInput; OwnFamily: his own card.
        WrongState: it has left, or has ended.
    """
    _must_propose(actor)
    proposal = lock(Proposal, uid, actor=actor, version=version, along=("resident",))
    guards.require_impartial(actor, proposal.resident)
    if proposal.state not in HERE:
        raise WrongState(
            _("Usulan ini sekarang “%(state)s”, jadi tidak diubah lagi.")
            % {"state": proposal.get_state_display()},
            state=proposal.state,
        )
    _fill(proposal, actor=actor, programme=programme, reason=reason, survey=survey, extra=extra)
    proposal.save()
    audit(
        actor=actor,
        action="proposal.change",
        subject=proposal,
        fields=["programme", "reason", "survey", "extra"],
    )
    return proposal


def submit(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Proposal:
    """Hand it to the first step of the office's order. Raises what :func:`move` raises."""
    return move(actor=actor, uid=uid, version=version, action=first_step(actor.office))


@transaction.atomic
def record_finding(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, finding: str, reason: str
) -> Proposal:
    """Record what the verval found, and why; "does not meet" never refuses by itself.

    Raises:
        OwnFamily: one's own card. NotYourRole, NotFound, StaleVersion, WrongState; InvalidInput
        without a reason or a finding.
    """
    proposal = _locked(actor, uid, version)
    meets = finding == Proposal.Finding.MEETS
    if not meets and finding != Proposal.Finding.DOES_NOT:
        raise InvalidInput(_("Pilih hasil vervalnya."), field="finding")
    action = next_after("meets", actor.office) if meets else "does_not_meet"
    proposal.finding, proposal.finding_reason = finding, reason.strip()
    proposal.finding_by = actor.user
    return step_on(proposal, action, actor=actor, reason=reason)


@transaction.atomic
def weigh(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, forward: bool, reason: str
) -> Proposal:
    """Pass a doubted proposal on all the same, or keep it here; both with a written reason.

    Raises what :func:`record_finding` raises.
    """
    proposal = _locked(actor, uid, version)
    action = next_after("forward", actor.office) if forward else "record_only"
    return step_on(proposal, action, actor=actor, reason=reason)


@transaction.atomic
def record_answer(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    answer: str,
    answered_on: date,
    reason: str = "",
) -> Proposal:
    """Record the owner's answer by hand: accepted, rejected, or sent back for correction.

    Raises what :func:`record_finding` raises.
    """
    proposal = _locked(actor, uid, version)
    if answered_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="answered_on")
    return answer_with(proposal, answer, actor=actor, answered_on=answered_on, note=reason)


def answer_with(
    proposal: Proposal, answer: str, *, actor: Actor, answered_on: date, note: str
) -> Proposal:
    """Let a locked proposal take the owner's answer; the caller is in a transaction."""
    if answer not in ANSWERS:
        raise InvalidInput(_("Pilih jawabannya."), field="answer")
    if answer == "accept" and proposal.state == PROPOSAL.steps["accept"].target:
        return proposal
    proposal.answer_note, proposal.answered_on = note.strip(), answered_on
    return step_on(proposal, answer, actor=actor, reason=note)


@transaction.atomic
def move(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None, action: str, reason: str = ""
) -> Proposal:
    """Make one of the table's plain moves: to a first step, resubmit, withdraw, reopen.

    Raises:
        NotYourRole, NotFound, StaleVersion, WrongState, OwnFamily; InvalidInput without a needed
        reason, or where somebody dead or moved would enter; AlreadyProposed on reopening.
    """
    proposal = _locked(actor, uid, version)
    if action in {"to_musdes", "to_verval", "resubmit", "reopen"}:
        guards.require_possible(proposal.resident, proposal.kind)
    if action == "reopen":
        guards.require_none_open(proposal.resident, proposal.register, proposal.kind)
    return step_on(proposal, action, actor=actor, reason=reason)


def step_on(
    proposal: Proposal, action: str, *, actor: Actor, reason: str = "", impartial: bool = True
) -> Proposal:
    """Check and make one move of a locked proposal, with its history.

    ``impartial`` False is for moves of a whole sheet, which judge nobody.
    """
    source = proposal.state
    step = PROPOSAL.check(action, state=source, actor=actor, reason=reason)
    if impartial and action in IMPARTIAL:
        guards.require_impartial(actor, proposal.resident)
    proposal.state = step.target
    proposal.state_since = timezone.now()
    proposal.save()
    record_transition(
        subject=proposal, field="state", step=step, source=source, actor=actor, reason=reason
    )
    audit(actor=actor, action=f"proposal.{action}", subject=proposal)
    return proposal


def successors_of(resident: Resident) -> list[HouseholdMember]:
    """Return who on his card lives here and may take his place; nobody while he does himself."""
    if resident.life == Resident.Life.ALIVE:
        return []
    return [
        member
        for member in household_of(resident)
        if member.resident_id != resident.pk and member.resident.life == Resident.Life.ALIVE
    ]


def _locked(actor: Actor, uid: uuid.UUID | str, version: int | None) -> Proposal:
    return lock(Proposal, uid, actor=actor, version=version, along=("resident", "register"))


def _check_place(resident: Resident, before: Resident, kind: str) -> None:
    allowed = {member.resident_id for member in successors_of(before)}
    if kind != Proposal.Kind.ENTER or resident.pk not in allowed:
        raise InvalidInput(
            _("Pengganti adalah anggota KK yang sama dan masih tinggal di sini."),
            field="in_place_of",
        )


def _fill(
    proposal: Proposal,
    *,
    actor: Actor,
    programme: str,
    reason: str,
    survey: Survey | None,
    extra: Extra | None,
) -> None:
    if not reason.strip():
        raise InvalidInput(_("Tulis alasan usulan ini."), field="reason")
    if survey is not None and survey.office_id != actor.office.pk:
        raise InvalidInput(_("Survei ini bukan milik kantor ini."), field="survey")
    proposal.programme, proposal.reason, proposal.survey = programme, reason.strip(), survey
    proposal.extra = (extra or Extra()).as_json(today=actor.office.today())


def _must_propose(actor: Actor) -> None:
    if not actor.has(*PROPOSERS):
        raise NotYourRole(
            _("Usulan hanya dicatat oleh %(roles)s.") % {"roles": role_names(PROPOSERS)}
        )
