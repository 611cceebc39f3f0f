"""Answered, told, closed, lapsed, kept on record, withdrawn, opened again."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.deadlines import Code, deadline
from complaints.impartiality import refuse_own_family
from complaints.models import Complaint, Telling
from complaints.selectors import case as find_case
from complaints.selectors import may_read, waits_for_civil_papers
from complaints.services.moving import move_case, must_register, take_case
from complaints.services.saving import existing, save_once
from complaints.workflow import CASE, REGISTRARS, CaseState
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result
from puskesmas.workflow import role_names
from registry.models import Resident

#: Ends of one programme after which the next is offered.
NEXT_PROGRAMME_AFTER = (Complaint.Outcome.OWNER_REFUSED, Complaint.Outcome.NEVER)


@transaction.atomic
def answer_here(
    *, actor: Actor, uid: uuid.UUID | str, answer: str, version: int | None = None
) -> Complaint:
    """Settle the case in the Puskesos with an answer; the resident is told next.

    Raises:
        InvalidInput: no answer; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    if not answer.strip():
        raise InvalidInput(_("Tulis jawaban untuk warga."), field="answer")
    case.answer = answer.strip()
    move_case(
        actor=actor,
        case=case,
        action="answer_here",
        reason=answer,
        outcome=Complaint.Outcome.HANDLED,
    )
    return case


def next_programme(*, actor: Actor, case: Complaint) -> None:
    """Take an answered case back into handling, to ask for another programme in the same case.

    Inside the draft's transaction, on a locked case. What the owner said stays with the referral:
    the resident is shown it, and it still is to be told.

    Raises:
        WrongState: nobody refused, so there is an answer to tell first; and what
            :func:`move_case` raises.
    """
    CASE.check("next_programme", state=case.state, actor=actor)
    require_refused_by_owner(case)
    move_case(actor=actor, case=case, action="next_programme", outcome="")


def require_refused_by_owner(case: Complaint) -> None:
    """Raise WrongState when an answered case has an answer to tell before more is asked."""
    if case.outcome not in NEXT_PROGRAMME_AFTER:
        raise WrongState(
            _("Program lain diajukan setelah pemilik program menolak. Sampaikan dulu jawabannya."),
            state=case.state,
        )


@transaction.atomic
def tell_resident(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    client_uid: uuid.UUID,
    means: str,
    reached: bool,
    note: str = "",
    version: int | None = None,
) -> Telling:
    """Record a try to tell the resident where the case stands. A repeat returns the first result.

    Reached about an answer, the case moves on: an approval to waiting for realisation, anything
    else to closed. Not reached only counts (see :func:`close_unreachable`).

    Raises:
        NotYourRole: the officer does not speak to residents.
        OwnFamily: that his own family was told, or not reached, a colleague says.
        InvalidInput: no such means.
    """
    must_register(actor)
    if (earlier := first_result(Telling, client_uid, actor=actor)) is not None:
        return earlier
    case = take_case(actor, uid, version)
    refuse_own_family(actor, case.person)
    if means not in Telling.Means.values:
        raise InvalidInput(_("Pilih cara menyampaikan."), field="means")
    telling = Telling(
        office=actor.office,
        complaint=case,
        client_uid=client_uid,
        means=means,
        reached=reached,
        told_by=actor.user,
        about=case.state,
        note=note.strip(),
    )
    if not save_once(telling, client_uid, actor):
        return existing(Telling, client_uid, actor)
    audit(actor=actor, action="tell_resident" if reached else "not_reached", subject=case)
    if reached and case.state == CaseState.ANSWERED:
        approved = case.outcome == Complaint.Outcome.OWNER_APPROVED
        action = "told_approved" if approved else "told_and_closed"
        move_case(actor=actor, case=case, action=action)
    else:
        case.save(update_fields=["version"])
    return telling


@transaction.atomic
def reveal_phones(*, actor: Actor, uid: uuid.UUID | str, reason: str) -> dict[str, str]:
    """Return the phones of the person and of who reported, to call them; the look is audited.

    Raises:
        NotFound: no such case here, or a confidential one. NotYourRole: the officer does not speak
            to residents. InvalidInput: no reason.
    """
    if not actor.has(*REGISTRARS):
        raise NotYourRole(
            _("Membuka telepon warga hanya untuk %(roles)s.") % {"roles": role_names(REGISTRARS)}
        )
    case = find_case(uid, actor=actor)
    if not may_read(actor, case):
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    if not reason.strip():
        raise InvalidInput(_("Tulis untuk apa nomor ini dibuka."), field="reason")
    opened = ["subject_phone", "reporter_phone"]
    audit(actor=actor, action="reveal", subject=case, fields=opened, reason=reason.strip())
    return {"subject": case.person.phone, "reporter": case.reporter_phone}


@transaction.atomic
def close_unreachable(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Close a case whose resident could not be told after the office's number of tries.

    Nobody brings papers for who is recorded as dead or moved away: that needs no tries.

    Raises:
        WrongState: too few tries since the case came to this state; and what :func:`move_case`
            raises.
    """
    case = take_case(actor, uid, version)
    CASE.check("close_unreachable", state=case.state, actor=actor, reason=reason)
    tries = case.tellings.filter(about=case.state, reached=False, at__gte=case.state_since).count()
    needed = 0 if _waits_in_vain(case) else case.office.telling_tries
    if tries < needed:
        raise WrongState(
            ngettext(
                "Baru %(tries)d dari %(needed)d kali warga dihubungi. Catat dulu percobaan lain.",
                "Baru %(tries)d dari %(needed)d kali warga dihubungi. Catat dulu percobaan lain.",
                tries,
            )
            % {"tries": tries, "needed": needed},
            state=case.state,
        )
    move_case(
        actor=actor,
        case=case,
        action="close_unreachable",
        reason=reason,
        outcome=Complaint.Outcome.UNREACHABLE,
    )
    return case


def _waits_in_vain(case: Complaint) -> bool:
    """Return whether the case waits for papers of a person who is gone (a query while it waits)."""
    waits = case.state == CaseState.WAITING_RESIDENT
    return waits and case.person.life != Resident.Life.ALIVE


@transaction.atomic
def lapse(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Let a case lapse whose papers never came, long after they were asked for and after notice.

    Raises:
        WrongState: an emergency, a person still without NIK or KK, time not over, or nobody gave
            notice; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    CASE.check("lapse", state=case.state, actor=actor, reason=reason)
    obstacle = lapse_obstacle(case)
    if obstacle:
        raise WrongState(obstacle, state=case.state)
    move_case(actor=actor, case=case, action="lapse", reason=reason)
    return case


def lapse_obstacle(case: Complaint) -> str:
    """Return in words why a case that waits for papers may not lapse yet; "" when it may."""
    if case.is_emergency:
        return _("Perkara darurat tidak boleh dinyatakan gugur.")
    if waits_for_civil_papers(case):
        return _("Warga masih menunggu NIK atau KK; perkaranya tidak boleh gugur.")
    over = deadline(case.office, Code.PAPERS, start=case.state_since)
    if over and timezone.now() <= over:
        return _("Batas waktu melengkapi berkas belum lewat (%(day)s).") % {
            "day": f"{over.astimezone(case.office.tz):%d-%m-%Y}"
        }
    noticed = case.tellings.filter(about=case.state, at__gte=case.state_since).exists()
    return "" if noticed else _("Warga belum diingatkan. Sampaikan dulu, lalu catat.")


@transaction.atomic
def record_only(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Keep the matter on record without passing it on ("ditampung"); no refusal, reopenable.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="record_only", reason=reason)
    return case


@transaction.atomic
def withdraw(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Take the case back at the resident's wish. Raises what :func:`move_case` raises."""
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="withdraw", reason=reason)
    return case


@transaction.atomic
def reopen(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Complaint:
    """Open an ended case again: back to verification, with a fresh clock.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="reopen", reason=reason, outcome="")
    return case
