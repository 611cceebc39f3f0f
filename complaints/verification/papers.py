"""The checklist of a case: each paper in order, or to be replaced and why."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.impartiality import refuse_own_family
from complaints.models import ComplaintPaper
from complaints.services import must_be_open, must_register, take_case
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.history import audit

Review, Fault, Status = ComplaintPaper.Review, ComplaintPaper.Fault, ComplaintPaper.Status


@transaction.atomic
def review_paper(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    code: str,
    review: str,
    fault: str = "",
    note: str = "",
    version: int | None = None,
) -> ComplaintPaper:
    """Say of one paper that it is in order, or that it must be replaced and why.

    What must be replaced counts as missing from now on: the receipt and the resident's page say
    what to bring again. The stored copy stays until a better one comes.

    Raises:
        NotFound: the case has no such paper.
        InvalidInput: no such review; nothing there to be in order; no fault, or only "other".
        OwnFamily: nobody examines the papers of his own family.
        NotYourRole, WrongState: as for ticking papers.
    """
    must_register(actor)
    case = take_case(actor, uid, version)
    must_be_open(case)
    refuse_own_family(actor, case.person)
    paper = case.papers.select_for_update().filter(code=code).first()
    if paper is None:
        raise NotFound(_("Berkas ini tidak ada di perkara ini."))
    _check(paper, review, fault, note, today=case.office.today())
    if review == Review.REPLACE:
        paper.put(Status.MISSING)
    paper.review, paper.fault = review, fault if review == Review.REPLACE else ""
    paper.review_note = note.strip()
    paper.reviewed_by, paper.reviewed_at = actor.user, timezone.now()
    paper.save()
    case.save(update_fields=["version"])
    audit(actor=actor, action=f"paper_{review}", subject=case, fields=[code], reason=fault)
    return paper


def _check(paper: ComplaintPaper, review: str, fault: str, note: str, *, today: date) -> None:
    if review not in Review.values:
        raise InvalidInput(_("Pilih hasil pemeriksaan berkas."), field="review")
    if review == Review.FITS:
        if paper.is_missing(today):
            raise InvalidInput(
                _("Berkas ini belum ada atau sudah tidak berlaku. Centang atau simpan yang baru."),
                field="review",
            )
        return
    if fault not in Fault.values:
        raise InvalidInput(_("Pilih mengapa berkas perlu diganti."), field="fault")
    if fault == Fault.OTHER and not note.strip():
        raise InvalidInput(_("Tulis sebabnya, supaya warga tahu."), field="note")
