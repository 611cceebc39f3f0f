"""A case in verification: examined, papers asked for, the finding, how urgent it is."""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.deadlines import case_due_at
from complaints.impartiality import refuse_own_family
from complaints.models import Complaint
from complaints.services.moving import move_case, must_be_open, must_register, take_case
from complaints.services.papers import Status, new_paper, tick
from complaints.verification.criteria import latest_survey, voice_of
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit


@transaction.atomic
def examine(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Complaint:
    """Take a registered case into verification. Raises what :func:`move_case` raises."""
    case = take_case(actor, uid, version)
    move_case(actor=actor, case=case, action="examine")
    return case


@transaction.atomic
def ask_papers(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    reason: str,
    wanted: Collection[str] = (),
    version: int | None = None,
) -> Complaint:
    """Ask the resident for papers: the office's clock stands from now on.

    ``wanted`` are paper codes; those already in hand are asked for anew. ``reason`` is what the
    resident reads about it.

    Raises:
        InvalidInput: no reason, an unknown paper; and what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    known = {paper.code: paper for paper in case.papers.select_for_update().order_by("pk")}
    for code in wanted:
        paper = known.get(code) or new_paper(case, code, status=Status.MISSING, mandatory=True)
        if not paper.must_be_replaced:
            paper.put(Status.MISSING)
        paper.mandatory = True
        paper.save()
    move_case(actor=actor, case=case, action="ask_papers", reason=reason)
    return case


@transaction.atomic
def papers_received(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    seen: Collection[str] = (),
    version: int | None = None,
) -> Complaint:
    """The resident brought papers: tick those seen; the clock runs again.

    Raises what :func:`move_case` raises.
    """
    case = take_case(actor, uid, version)
    refuse_own_family(actor, case.person)
    tick(case, seen, only_add=True)
    move_case(actor=actor, case=case, action="papers_received")
    return case


@transaction.atomic
def record_finding(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    finding: str,
    reason: str,
    override: str = "",
    version: int | None = None,
) -> Complaint:
    """Record what the verification found, with its reason; it decides nothing about aid.

    The criteria decide nothing either: who finds otherwise than all of them say writes down why
    (``override``), apart from the reason. Where there is nothing to go against it is not kept.

    Raises:
        InvalidInput: no finding, no reason, or against all criteria without saying why.
        OwnFamily, NotYourRole, WrongState: as :func:`move_case`.
    """
    case = take_case(actor, uid, version)
    if finding not in Complaint.Finding.values:
        raise InvalidInput(_("Pilih hasil verifikasi."), field="finding")
    voice = voice_of(latest_survey(case))
    goes_against = voice and voice != finding
    if goes_against and not override.strip():
        raise InvalidInput(
            _("Semua kriteria yang terjawab berkata lain. Tulis mengapa temuan ini menyimpang."),
            field="override",
        )
    case.finding, case.finding_reason = finding, reason.strip()
    case.finding_override = override.strip() if goes_against else ""
    case.finding_by, case.finding_at = actor.user, timezone.now()
    move_case(actor=actor, case=case, action="record_finding", reason=reason)
    return case


@transaction.atomic
def set_urgency(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    urgency: str,
    reason: str,
    version: int | None = None,
) -> Complaint:
    """Make a case an emergency, or an ordinary one again; its due date follows.

    Saying again that it is one confirms what an officer said of his own family at the counter.

    Raises:
        InvalidInput: no reason, or no such urgency.
        OwnFamily: nobody moves his own family's case up or down the line.
        NotYourRole, WrongState: as for :func:`tick_papers`.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    if urgency not in Complaint.Urgency.values:
        raise InvalidInput(_("Pilih biasa atau darurat."), field="urgency")
    if not reason.strip():
        raise InvalidInput(_("Tulis alasannya."), field="reason")
    case.urgency = urgency
    case.urgency_reason = reason.strip() if case.is_emergency else ""
    case.urgency_unconfirmed = False
    case.due_at = case_due_at(case)
    case.save()
    audit(actor=actor, action=f"urgency_{urgency}", subject=case, reason=reason)
    return case
