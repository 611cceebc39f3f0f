"""From the back office's draft to the approver's word."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.services import (
    lock_case,
    move_case,
    next_programme,
    require_refused_by_owner,
    want_papers,
)
from complaints.workflow import CASE, CaseState
from programs.eligibility.judging import Verdict
from programs.eligibility.services import keep
from programs.models import Partner, Programme
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.history import record_transition
from puskesmas.locking import first_result, require_version
from referrals.disclosure import require_basis
from referrals.grounds import DRAFTED
from referrals.models import Referral
from referrals.separation import Bench
from referrals.services.delivery import submit, upstream_of
from referrals.services.locking import lock_with_case
from referrals.services.only_one import require_only_one
from referrals.weighing import require_agreement, weigh_approval, weigh_draft
from referrals.workflow import ANSWER, APPROVAL, Answer, Approval

LegalBasis, Road = Referral.LegalBasis, Referral.Road

#: Tiers whose programmes the district passes on; the others get the file themselves.
DISTRICT_TIERS = frozenset({Programme.Tier.REGENCY.value, Programme.Tier.NATIONAL.value})


@transaction.atomic
def draft_referral(
    *,
    actor: Actor,
    case_uid: uuid.UUID | str,
    programme_uid: uuid.UUID | str,
    road: str,
    need: str,
    destination: str = "",
    legal_basis: str = LegalBasis.PUBLIC_DUTY,
    service: str = "",
    going_on_reason: str = "",
    partner_uid: uuid.UUID | str | None = None,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
) -> Referral:
    """Draft a request for one programme in a case and put it before the approver.

    After the owner's refusal, or when nothing came of his yes, it is the next programme in the same
    case. ``destination`` defaults to where the programme's path ends for this person. ``version``
    is the case's. A repeat with the same ``client_uid`` returns the first referral. ``service`` is
    a code of the version's, by default its first. ``going_on_reason`` is needed where a rule is not
    met; the answer of the rules is frozen with the draft (:mod:`referrals.weighing`).
    ``partner_uid`` is who gets it on the road "partner", and on no other.

    Raises:
        NotFound: no such case in this office.
        NotYourRole, OwnFamily, WrongState, StaleVersion: the case cannot be referred by him, now.
        InvalidInput: programme, need or reason missing, or a road, legal basis or service that does
            not fit; a partner's programme whose agreements have ended; the person already asks for
            the programme in another case (``code`` "live_referral").
    """
    case = lock_case(case_uid, actor=actor)
    # Behind the lock, so that the second of two clicks finds what the first one made.
    first = first_result(Referral, client_uid, actor=actor)
    if first:
        return first
    require_version(case, version)
    programme = _programme(actor, programme_uid)
    partner = _partner(actor, road, partner_uid, programme)
    _check_terms(
        actor=actor,
        programme=programme,
        partner=partner,
        road=road,
        need=need,
        basis=legal_basis,
    )
    require_draftable(case)
    if case.state == CaseState.ANSWERED:
        next_programme(actor=actor, case=case)
    weighed = weigh_draft(
        actor=actor, case=case, programme=programme, service=service, reason=going_on_reason
    )
    require_only_one(actor=actor, case=case, programme=programme, follows=weighed.follows)
    verdict = weighed.verdict
    move_case(actor=actor, case=case, action="submit_referral")
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                office=actor.office,
                client_uid=client_uid,
                complaint=case,
                programme=programme,
                programme_version=verdict.version if verdict else None,
                service=verdict.service if verdict else "",
                follows=weighed.follows,
                destination=destination.strip() or _end(partner) or weighed.destination,
                road=road,
                partner=partner,
                need=need.strip(),
                legal_basis=legal_basis,
                drafted_by=actor.officer,
                submitted_by=actor.officer,
            )
            referral.authors.add(actor.officer)
            _keep(actor, referral, case, verdict, going_on_reason)
            if verdict:
                asked = verdict.version
                want_papers(actor=actor, case=case, version=asked, service=verdict.service)
            return referral
    except IntegrityError:
        raise InvalidInput(
            _(
                "Perkara ini sudah punya rujukan yang masih berjalan untuk program ini. "
                "Buka rujukan itu dan ajukan lagi dari sana."
            ),
            field="programme",
            code="live_referral",
        ) from None


def require_draftable(case: Complaint) -> None:
    """Raise WrongState when no referral may be drafted in the case now; roles are apart."""
    if case.state == CaseState.ANSWERED:
        require_refused_by_owner(case)
    sources = CASE.steps["submit_referral"].sources | CASE.steps["next_programme"].sources
    if case.state not in sources:
        raise WrongState(
            _("Rujukan tidak bisa diajukan sekarang: status perkara “%(state)s”.")
            % {"state": case.get_state_display()},
            state=case.state,
        )


@transaction.atomic
def approve(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None = None,
    override_reason: str = "",
) -> Referral:
    """Approve a draft: freeze its payload and send it, or leave it to be carried by hand.

    This is the village's leave to *ask*; it decides nothing about the aid. ``override_reason`` lets
    a file pass in spite of an exclusion.

    Raises:
        NotFound, StaleVersion, WrongState, NotYourRole.
        InvalidInput: the legal basis no longer fits who receives it.
        WrongState, InvalidInput, NotYourRole: the gate (:func:`referrals.weighing.weigh_approval`).
        OwnDraft, OwnFamily: somebody else must decide (see :mod:`referrals.separation`).
    """
    referral, case = _lock_for_decision(actor, uid, version, "approve")
    require_basis(referral.programme, referral.partner, referral.legal_basis)
    weigh_approval(actor=actor, referral=referral, case=case, reason=override_reason)
    now = timezone.now()
    if referral.answer == Answer.RETURNED:
        _restart_answer(referral, actor)
    _move(referral, "approve", actor)
    referral.approved_by, referral.approved_at = actor.user, now
    referral.acknowledged_at = None
    referral.save()
    move_case(actor=actor, case=case, action="approve_referral")
    submit(referral=referral, actor=actor, approved_at=now)
    return referral


@transaction.atomic
def return_draft(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Referral:
    """Give a draft back to the back office, with what is to be mended. Raises as approve()."""
    return _turn_down(actor, uid, version, "return", "return_referral", reason)


@transaction.atomic
def refuse(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Referral:
    """Refuse to pass a draft on, with the reason; the case goes back to handling."""
    return _turn_down(actor, uid, version, "refuse", "refuse_referral", reason)


@transaction.atomic
def resubmit(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    need: str,
    road: str,
    destination: str = "",
    legal_basis: str = LegalBasis.PUBLIC_DUTY,
    going_on_reason: str = "",
    partner_uid: uuid.UUID | str | None = None,
    version: int | None = None,
) -> Referral:
    """Put a mended referral before the approver again, after he or the upstream returned it.

    Raises:
        NotFound, StaleVersion, NotYourRole, InvalidInput.
        WrongState: nobody returned it, and it was not recalled by a withdrawal.
    """
    referral, case = lock_with_case(uid, actor=actor, version=version)
    APPROVAL.check("resubmit", state=referral.approval, actor=actor)
    if referral.approval == Approval.APPROVED and referral.answer != Answer.RETURNED:
        raise WrongState(
            _("Rujukan ini sudah disetujui dan tidak dikembalikan; tidak ada yang diajukan lagi."),
            state=referral.approval,
        )
    partner = _partner(actor, road, partner_uid, referral.programme)
    _check_terms(
        actor=actor,
        programme=referral.programme,
        partner=partner,
        road=road,
        need=need,
        basis=legal_basis,
    )
    weighed = weigh_draft(
        actor=actor,
        case=case,
        programme=referral.programme,
        service=referral.service,
        reason=going_on_reason,
        itself=referral,
    )
    require_only_one(
        actor=actor,
        case=case,
        programme=referral.programme,
        follows=weighed.follows,
        itself=referral,
    )
    _keep(actor, referral, case, weighed.verdict, going_on_reason)
    referral.follows = weighed.follows
    referral.need, referral.road, referral.legal_basis = need.strip(), road, legal_basis
    referral.destination = destination.strip() or _end(partner) or weighed.destination
    referral.partner = partner
    referral.submitted_by = actor.officer
    referral.authors.add(actor.officer)
    _move(referral, "resubmit", actor)
    referral.save()
    move_case(actor=actor, case=case, action="submit_referral")
    return referral


def _lock_for_decision(
    actor: Actor, uid: Any, version: int | None, action: str, reason: str = ""
) -> tuple[Referral, Complaint]:
    referral, case = lock_with_case(uid, actor=actor, version=version)
    APPROVAL.check(action, state=referral.approval, actor=actor, reason=reason)
    obstacle = Bench(referral.office).obstacle(referral, actor)
    if obstacle:
        raise obstacle
    return referral, case


def _turn_down(
    actor: Actor, uid: Any, version: int | None, action: str, case_action: str, reason: str
) -> Referral:
    referral, case = _lock_for_decision(actor, uid, version, action, reason)
    _move(referral, action, actor, reason)
    referral.save()
    move_case(actor=actor, case=case, action=case_action, reason=reason)
    return referral


def _move(referral: Referral, action: str, actor: Actor, reason: str = "") -> None:
    step = APPROVAL.check(action, state=referral.approval, actor=actor, reason=reason)
    source, referral.approval = referral.approval, Approval(step.target)
    referral.approval_since = timezone.now()
    record_transition(
        subject=referral, field=APPROVAL.field, step=step, source=source, actor=actor, reason=reason
    )


def _restart_answer(referral: Referral, actor: Actor) -> None:
    """The upstream owes an answer again, to the mended file."""
    step = ANSWER.check("resubmitted", state=referral.answer, actor=actor)
    source, referral.answer = referral.answer, Answer(step.target)
    record_transition(subject=referral, field=ANSWER.field, step=step, source=source, actor=actor)


def _programme(actor: Actor, uid: Any) -> Programme:
    programme = Programme.objects.visible_to(actor).filter(uid=uid).first()
    if programme is None:
        raise InvalidInput(_("Pilih programnya."), field="programme")
    return programme


def _keep(
    actor: Actor, referral: Referral, case: Complaint, verdict: Verdict | None, reason: str
) -> None:
    if verdict is not None:
        keep(
            actor=actor,
            verdict=verdict,
            resident=case.person,
            matter=referral,
            moment=DRAFTED,
            reason=reason.strip(),
        )


def _partner(actor: Actor, road: str, uid: Any, programme: Programme) -> Partner | None:
    """Return who gets it on a partner's road; None on every other, whatever was chosen.

    Raises:
        InvalidInput: nobody chosen, or no agreement with him for the programme runs today.
    """
    if road != Road.PARTNER:
        return None
    partner = Partner.objects.visible_to(actor).filter(uid=uid).first() if uid else None
    if partner is None:
        raise InvalidInput(_("Pilih mitranya."), field="partner_uid")
    require_agreement(partner, programme, actor.office.today())
    return partner


def _end(partner: Partner | None) -> str:
    return partner.name_id if partner else ""


def _check_terms(
    *,
    actor: Actor,
    programme: Programme,
    partner: Partner | None,
    road: str,
    need: str,
    basis: str,
) -> None:
    if not need.strip():
        raise InvalidInput(_("Tulis apa yang dibutuhkan dan mengapa."), field="need")
    if road not in Road.values:
        raise InvalidInput(_("Pilih cara kirimnya."), field="road")
    if road == Road.DISTRICT and programme.tier not in DISTRICT_TIERS:
        raise InvalidInput(
            _(
                "Program ini bukan milik pemerintah kabupaten/kota atau pusat: berkasnya diantar "
                "langsung ke pemiliknya. Pilih cara kirim yang lain."
            ),
            field="road",
        )
    if road == Road.DISTRICT and upstream_of(actor.office) is None:
        raise InvalidInput(
            _(
                "Kantor ini belum terhubung dengan SLRT. Antar berkasnya di atas kertas, atau "
                "minta pengelola menghubungkan kantor."
            ),
            field="road",
        )
    require_basis(programme, partner, basis)
