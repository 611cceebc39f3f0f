"""The papers of a case: wanted, ticked, stored."""

import uuid
from collections.abc import Collection
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.impartiality import refuse_own_family
from complaints.models import HOUSE_PHOTOS, Complaint, ComplaintPaper
from complaints.services.moving import must_be_open, must_register, take_case
from complaints.verification.own_letters import note_letters
from complaints.wanted import papers_for
from programs.models import Programme, ProgrammeVersion
from programs.papers import papers
from programs.selectors import PaperWanted, papers_of, versions_on
from puskesmas import attachments
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit

Status = ComplaintPaper.Status


#: What :meth:`ComplaintPaper.put` changes.
_PUT = (
    "status",
    "given",
    "updated_at",
    "review",
    "fault",
    "review_note",
    "reviewed_by",
    "reviewed_at",
    "letter",
    "reference",
    "valid_until",
)


def received_on(case: Complaint) -> date:
    return case.received_at.astimezone(case.office.tz).date()


def note_papers(case: Complaint, needed: list[Programme], seen: Collection[str]) -> None:
    received = received_on(case)
    wanted = papers_for(
        case.person,
        versions_on(needed, received).values(),
        office=case.office,
        day=received,
        emergency=case.is_emergency,
        seen=seen,
        matters=[case.uid],
    )
    rows = {}
    used = set()
    for paper in wanted:
        given = next((code for code in (paper.code, *paper.substitutes) if code in seen), "")
        used.update({paper.code, given})
        rows[paper.code] = _wanted_paper(case, paper, given)
    for code in seen:
        if code not in used:
            rows[code] = new_paper(case, code, status=Status.SEEN, mandatory=False)
    note_letters(case, ComplaintPaper.objects.bulk_create(rows.values()))


def _wanted_paper(case: Complaint, paper: PaperWanted, given: str = "") -> ComplaintPaper:
    return ComplaintPaper(
        complaint=case,
        code=paper.code,
        name_id=paper.name_id,
        name_en=paper.name_en,
        form=paper.form,
        mandatory=paper.mandatory,
        by_office=paper.by_office,
        substitutes=list(paper.substitutes),
        status=Status.SEEN if given else Status.MISSING,
        given="" if given == paper.code else given,
    )


def want_papers(
    *, actor: Actor, case: Complaint, version: ProgrammeVersion, service: str = ""
) -> None:
    """Put on a case's list what a service asked for later wants besides what stands there.

    Inside the transaction of who asks for it, on a locked case. What was welcome becomes mandatory
    where the service insists on it; nothing is taken off.
    """
    day = case.office.today()
    there = {paper.code: paper for paper in case.papers.all()}
    at_hand = [row.given or row.code for row in there.values() if not row.is_missing(day)]
    wanted = papers_for(
        case.person,
        [version],
        office=case.office,
        day=day,
        emergency=case.is_emergency,
        seen=at_hand,
        matters=[case.uid],
        service=service,
    )
    added = [_wanted_paper(case, paper) for paper in wanted if paper.code not in there]
    insisted = [
        there[paper.code]
        for paper in wanted
        if paper.mandatory and paper.code in there and not there[paper.code].mandatory
    ]
    if added:
        note_letters(case, ComplaintPaper.objects.bulk_create(added))
    for row in insisted:
        row.mandatory = True
    case.papers.bulk_update(insisted, ["mandatory"])
    if added or insisted:
        codes = [row.code for row in (*added, *insisted)]
        audit(actor=actor, action="want_papers", subject=case, fields=codes)


def new_paper(case: Complaint, code: str, *, status: str, mandatory: bool) -> ComplaintPaper:
    """Return a paper of that code, unsaved. Raises InvalidInput: nobody knows the code."""
    paper = papers().get(code) or papers_of(case.office).get(code)
    if paper is None:
        raise InvalidInput(_("Berkas ini tidak dikenal."), field="papers")
    return ComplaintPaper(
        complaint=case,
        code=code,
        name_id=paper.name_id,
        name_en=paper.name_en,
        by_office=paper.by_office,
        status=status,
        mandatory=mandatory,
    )


@transaction.atomic
def tick_papers(
    *, actor: Actor, uid: uuid.UUID | str, seen: Collection[str], version: int | None = None
) -> Complaint:
    """Set which papers were seen, without moving the case. Stored copies stay stored.

    Raises:
        NotYourRole: the officer does not handle papers.
        OwnFamily: nobody says of his own family that its papers are there.
        WrongState: the case has ended.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    changed = tick(case, seen)
    case.save(update_fields=["version"])
    if changed:
        audit(actor=actor, action="tick_papers", subject=case, fields=changed)
    return case


def tick(case: Complaint, seen: Collection[str], *, only_add: bool = False) -> list[str]:
    changed = []
    today = case.office.today()
    for paper in case.papers.select_for_update().order_by("pk"):
        is_there = not paper.is_missing(today)
        # What is stored, or a letter of ours, is there whatever somebody saw, until it runs out.
        if is_there and (paper.status == Status.COPIED or paper.letter_id):
            continue
        seen_as = next((code for code in (paper.code, *paper.substitutes) if code in seen), "")
        given = "" if seen_as == paper.code else seen_as
        if seen_as and not (is_there and paper.given == given):
            paper.put(Status.SEEN, given=given)
        elif is_there and not seen_as and not only_add:
            paper.put(Status.MISSING)
        else:
            continue
        changed.append(paper)
    case.papers.bulk_update(changed, _PUT)
    return [paper.code for paper in changed]


@transaction.atomic
def attach_paper(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    code: str,
    upload: UploadedFile,
    version: int | None = None,
) -> ComplaintPaper:
    """Store a copy of a paper (photo or PDF) with the case.

    Raises:
        InvalidInput: not a picture or PDF by its content, too large, or an unknown paper.
        NotYourRole, OwnFamily, WrongState: as for :func:`tick_papers`.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    paper = case.papers.select_for_update().filter(code=code).first() or new_paper(
        case, code, status=Status.MISSING, mandatory=False
    )
    # Where a photo was taken is kept of houses only; of papers it is nobody's business.
    paper.attachment = attachments.store(
        upload, actor=actor, field="upload", keep_position=paper.code in HOUSE_PHOTOS
    )
    paper.put_copy(case.office.today())
    paper.save()
    case.save(update_fields=["version"])
    audit(actor=actor, action="attach_paper", subject=case, fields=[code])
    return paper
