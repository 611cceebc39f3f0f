"""Letters of this office that are papers of a case: an SKTM ticks itself, with number and validity.

And the other way: an SKTM shows what a verification found after it was made.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintPaper
from complaints.selectors import cases
from complaints.workflow import OPEN_STATES
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import Office
from registry.identities import identities_of, people_behind, people_by_record
from registry.letters import SKTM
from registry.models import HouseholdMember, Resident
from reports.letters.models import Letter
from reports.letters.workflow import LetterState

Status = ComplaintPaper.Status


def follow_letter(*, letter: Letter, action: str, actor: Actor, **_more: Any) -> None:
    """Tick the SKTM of every open case it is about when it is signed; take it back when void.

    Receiver of ``reports.letters.signals.letter_moved``, in its transaction. Cases are not locked,
    for they come before letters: only their papers are, and an ended case keeps what it had.
    """
    if letter.kind != SKTM or action not in ("sign", "void"):
        return
    rows = ComplaintPaper.objects.filter(
        complaint__office=letter.office, complaint__state__in=OPEN_STATES
    )
    if action == "void":
        rows = rows.filter(letter=letter)
    else:
        people = people_by_record(people_behind(_named_in(letter)))
        rows = rows.filter(complaint__subject__in=list(people))
    for paper in _locked(rows):
        if action == "void":
            paper.put(Status.MISSING)
            paper.save()
        elif not _tick_by(letter, paper, day=letter.office.today()):
            continue
        done = f"paper_letter_{action}"
        audit(actor=actor, action=done, subject=paper.complaint, fields=[paper.code])


def _locked(rows: QuerySet[ComplaintPaper]) -> QuerySet[ComplaintPaper]:
    """Lock the papers, always in one order, so that no officer's tick falls between."""
    return rows.select_for_update(of=("self",)).select_related("complaint__office").order_by("pk")


def note_letters(case: Complaint, papers: Iterable[ComplaintPaper]) -> None:
    """Tick the SKTM among papers new to a case when a valid one names its person.

    No query unless one is asked for and missing. Inside a transaction that has locked no paper of
    the case yet: letters come before papers, as in :func:`follow_letter`.
    """
    day = case.received_at.astimezone(case.office.tz).date()
    rows = [paper for paper in papers if _takes_sktm(paper, day)]
    if not rows:
        return
    for letter in _sktm_about(case.person, case.office, day)[:1]:
        for paper in rows:
            _tick_by(letter, paper, day=day)


def _tick_by(letter: Letter, paper: ComplaintPaper, *, day: date) -> bool:
    """Let the letter be the paper, where the paper waits for one; return whether it does."""
    if not _takes_sktm(paper, day):
        return False
    paper.put(Status.SEEN, given="" if paper.code == SKTM else SKTM)
    paper.letter, paper.reference = letter, letter.number
    paper.valid_until = letter.valid_until
    paper.save()
    return True


def _takes_sktm(paper: ComplaintPaper, day: date) -> bool:
    wanted = paper.code == SKTM or SKTM in paper.substitutes
    return wanted and paper.is_missing(day)


def _named_in(letter: Letter) -> Any:
    """Return the people a SKTM speaks of: its subject, and the dependants of a family letter."""
    return Resident.objects.filter(office=letter.office, uid__in=_uids_in(letter))


def _uids_in(letter: Letter) -> set[str]:
    newest = max(letter.revisions.all(), key=lambda revision: revision.number)
    facts = newest.context["body"]["facts"]
    return {str(letter.subject_uid), *(facts["dependants"] if facts["for_family"] else ())}


def _sktm_about(person: Resident, office: Office, day: date) -> list[Letter]:
    """Return the signed SKTM that name the person and are valid that day, newest first.

    One that is being signed is waited for: whoever signs it sees only papers that were there.
    """
    records = identities_of(person)
    own = Resident.objects.filter(pk__in=records).values("uid")
    open_ones = HouseholdMember.objects.filter(until__isnull=True)
    cards = open_ones.filter(resident__in=records).values("household")
    on_card = open_ones.filter(household__in=cards).values("resident__uid")
    letters = (
        Letter.objects.filter(
            Q(subject_uid__in=own) | Q(subject_uid__in=on_card),
            office=office,
            kind=SKTM,
            state__in=(LetterState.NUMBERED, LetterState.SIGNED, LetterState.HANDED),
            valid_until__gte=day,
        )
        .select_for_update(of=("self",))
        .prefetch_related("revisions")
        .order_by("-uid")
    )
    return [
        one
        for one in letters
        if one.state != LetterState.NUMBERED and _named_in(one).filter(pk__in=records).exists()
    ]


def later_findings(actor: Actor, letters: list[Letter]) -> dict[uuid.UUID, Any]:
    """Say beside an SKTM that a later verification found *tidak memenuhi* (one query).

    Only of cases the officer may read.
    """
    named = {letter.uid: _uids_in(letter) for letter in letters if letter.kind == SKTM}
    if not named:
        return {}
    uids = set[str]().union(*named.values())
    found = (
        cases(actor)
        .filter(finding=Complaint.Finding.DOES_NOT_MEET)
        .filter(Q(subject__uid__in=uids) | Q(subject__canonical__uid__in=uids))
        .select_related("subject__canonical")
        .order_by("finding_at")
    )
    said: dict[uuid.UUID, Any] = {}
    for case in found:
        if case.finding_at is None:
            continue
        day = case.finding_at.astimezone(actor.office.tz).date()
        about = {str(case.subject.uid), str(case.person.uid)}
        for letter in letters:
            if letter.uid in named and named[letter.uid] & about and letter.dated <= day:
                said[letter.uid] = _("Verifikasi %(day)s: tidak memenuhi kriteria") % {
                    "day": date_format(day)
                }
    return said
