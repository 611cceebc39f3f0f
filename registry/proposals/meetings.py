"""The verbs of a musdes or muskel: note it, take up proposals, print the berita acara."""

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.workflow import role_names
from registry.models import Meeting, MeetingItem, Proposal
from registry.proposals import guards, services
from registry.proposals.workflow import KEEPERS, ProposalState, next_after
from reports.letters.models import Letter
from reports.letters.workflow import ENDED

Outcome = MeetingItem.Outcome
#: More than these at once would be more than one form can carry.
MOST_AT_ONCE = 100


@transaction.atomic
def record_meeting(
    *,
    actor: Actor,
    held_on: date,
    place: str,
    chair: str,
    present: int,
    client_uid: uuid.UUID | None = None,
) -> Meeting:
    """Note a meeting that was held.

    Raises:
        NotYourRole; InvalidInput: a day to come, nobody present, no place or chair.
    """
    _must_keep(actor)
    if (earlier := first_result(Meeting, client_uid, actor=actor)) is not None:
        return earlier
    if held_on > actor.office.today():
        raise InvalidInput(_("Tanggal ini belum terjadi."), field="held_on")
    _check_facts(place, chair, present)
    meeting = Meeting.objects.create(
        office=actor.office,
        client_uid=client_uid,
        held_on=held_on,
        place=place.strip(),
        chair=chair.strip(),
        present=present,
        recorded_by=actor.user,
    )
    audit(actor=actor, action="meeting.record", subject=meeting)
    return meeting


@transaction.atomic
def correct_meeting(
    *, actor: Actor, uid: uuid.UUID | str, place: str, chair: str, present: int
) -> Meeting:
    """Correct what was noted of a meeting; what it said stays, for it has moved proposals.

    Only together with a revision of its berita acara, which is locked by its version.

    Raises:
        NotYourRole, NotFound; InvalidInput: nobody present, no place or chair.
    """
    _must_keep(actor)
    _check_facts(place, chair, present)
    meeting = lock(Meeting, uid, actor=actor)
    meeting.place, meeting.chair, meeting.present = place.strip(), chair.strip(), present
    meeting.save()
    audit(actor=actor, action="meeting.correct", subject=meeting)
    return meeting


def _check_facts(place: str, chair: str, present: int) -> None:
    if present < 1:
        raise InvalidInput(_("Isi berapa orang yang hadir."), field="present")
    for field, value in (("place", place), ("chair", chair)):
        if not value.strip():
            raise InvalidInput(_("Isi bagian ini."), field=field)


@transaction.atomic
def record_outcomes(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    outcomes: Mapping[str, tuple[str, str]],
) -> Meeting:
    """Take up proposals: ``{proposal uid: (outcome, reason)}``; all of them or none.

    Raises:
        NotYourRole, NotFound, StaleVersion; OwnFamily: one of them is on the officer's own card.
        WrongState: the berita acara is issued, or a proposal does not wait for a meeting.
        InvalidInput: nothing chosen, too many, a refusal without a reason, somebody who died.
    """
    _must_keep(actor)
    meeting = lock(Meeting, uid, actor=actor, version=version)
    if issued_minutes(meeting) is not None:
        raise WrongState(
            _("Berita acaranya sudah diterbitkan. Batalkan dulu suratnya bila ada yang keliru."),
            state="issued",
        )
    if not outcomes:
        raise InvalidInput(_("Pilih hasil untuk paling sedikit satu usulan."))
    if len(outcomes) > MOST_AT_ONCE:
        raise InvalidInput(
            _("Paling banyak %(most)d usulan sekali simpan.") % {"most": MOST_AT_ONCE}
        )
    for proposal_uid, (outcome, reason) in sorted(outcomes.items()):
        _hear(meeting, proposal_uid, outcome, reason, actor=actor)
    meeting.save()
    audit(actor=actor, action="meeting.outcomes", subject=meeting)
    return meeting


def _hear(meeting: Meeting, proposal_uid: str, outcome: str, reason: str, *, actor: Actor) -> None:
    proposal = lock(Proposal, proposal_uid, actor=actor, along=("resident", "register"))
    if outcome not in Outcome.values:
        raise InvalidInput(_("Pilih hasilnya: disetujui atau tidak."), field=proposal_uid)
    agreed = outcome == Outcome.AGREED
    if agreed:
        guards.require_possible(proposal.resident, proposal.kind)
    action = next_after("agree", actor.office) if agreed else "disagree"
    try:
        services.step_on(proposal, action, actor=actor, reason=reason)
    except InvalidInput:
        raise InvalidInput(
            _("Tulis alasan tidak disetujui untuk %(name)s.") % {"name": proposal.resident.name},
            field=proposal_uid,
        ) from None
    # A proposal opened again may be heard twice; the meeting's last word stands.
    MeetingItem.objects.update_or_create(
        meeting=meeting,
        proposal=proposal,
        defaults={"outcome": outcome, "reason": reason.strip()},
    )


def issued_minutes(meeting: Meeting) -> Letter | None:
    """Return the meeting's berita acara, unless it was made void."""
    letters = Letter.objects.filter(subject_uid=meeting.uid, office_id=meeting.office_id)
    return letters.exclude(state__in=ENDED).order_by("-pk").first()


def waiting_for(actor: Actor) -> list[Proposal]:
    """Return the oldest proposals that wait for a meeting, as many as one form carries."""
    rows = (
        Proposal.objects.visible_to(actor)
        .filter(state=ProposalState.AWAITING_MUSDES)
        .select_related("resident", "register")
        .order_by("proposed_on", "pk")
    )
    return list(rows[:MOST_AT_ONCE])


def _must_keep(actor: Actor) -> None:
    if not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Musyawarah hanya dicatat oleh %(roles)s.") % {"roles": role_names(KEEPERS)}
        )
