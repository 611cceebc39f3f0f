"""Issuing a report, and what an evaluation says is to be done."""

import uuid
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.models import Office, Role
from puskesmas.workflow import role_names
from reports.figures.documents import content
from reports.figures.models import Report, ReportAction
from reports.figures.periods import Period

#: Who issues: those who may read every matter, so that the numbers are whole.
VILLAGE = (Role.BACK, Role.COORDINATOR, Role.HEAD)
ABOVE = (Role.MANAGER, Role.DISTRICT_BACK)
ISSUERS = (*VILLAGE, *ABOVE)


def issue(
    *, actor: Actor, kind: str, period: Period, client_uid: uuid.UUID | None = None
) -> Report:
    """Count, freeze and keep a report; another issue where there is one for these days.

    Raises:
        NotYourRole. InvalidInput: no report of this office's tier, or days that have not begun.
    """
    _require_issuer(actor)
    earlier = first_result(Report, client_uid, actor=actor)
    if earlier is not None:
        return earlier
    if kind not in kinds_of(actor.office):
        raise InvalidInput(_("Laporan itu bukan laporan kantor ini."), field="kind")
    if period.first > actor.office.today():
        raise InvalidInput(_("Masa ini belum mulai."), field="period")
    counted = content.build(kind, actor=actor, period=period)
    with transaction.atomic():
        # One after the other, so that each issue has a number of its own.
        Office.objects.select_for_update().get(pk=actor.office.pk)
        earlier = first_result(Report, client_uid, actor=actor)
        if earlier is not None:
            return earlier
        same = Report.objects.visible_to(actor).filter(
            kind=kind, first=period.first, last=period.last
        )
        report = Report.objects.create(
            office=actor.office,
            client_uid=client_uid,
            kind=kind,
            first=period.first,
            last=period.last,
            issue=(same.aggregate(most=Max("issue"))["most"] or 0) + 1,
            content=counted,
            issued_by=actor.user,
        )
        audit(actor=actor, action="report.issue", subject=report, fields=[kind])
    return report


def kinds_of(office: Office) -> tuple[str, ...]:
    """Return the kinds of report of the office's tier."""
    return content.OF_VILLAGE if office.is_village else content.OF_DISTRICT


@transaction.atomic
def plan_action(
    *,
    actor: Actor,
    report: uuid.UUID | str,
    what: str,
    who: str,
    due_on: date,
    client_uid: uuid.UUID | None = None,
) -> ReportAction:
    """Add to an evaluation what is to be done.

    Raises:
        NotYourRole. NotFound: no such report here. WrongState: it is no evaluation.
    """
    _require_issuer(actor)
    earlier = first_result(ReportAction, client_uid, actor=actor)
    if earlier is not None:
        return earlier
    found = _report(actor, report)
    if found.kind != Report.Kind.EVALUATION:
        raise WrongState(_("Rencana tindak lanjut hanya ada di evaluasi."), state=found.kind)
    action = ReportAction.objects.create(
        office=actor.office,
        client_uid=client_uid,
        report=found,
        what=what.strip(),
        who=who.strip(),
        due_on=due_on,
    )
    audit(actor=actor, action="report.plan", subject=found)
    return action


@transaction.atomic
def finish_action(
    *, actor: Actor, uid: uuid.UUID | str, done_on: date, version: int | None = None
) -> ReportAction:
    """Note that it was done.

    Raises:
        NotYourRole. NotFound, StaleVersion. InvalidInput: a day to come.
        WrongState: it was done before.
    """
    _require_issuer(actor)
    action = lock(ReportAction, uid, actor=actor, version=version)
    if action.done_on:
        raise WrongState(_("Tindak lanjut ini sudah selesai."), state="done")
    if done_on > actor.office.today():
        raise InvalidInput(_("Tanggal selesai tidak mungkin sesudah hari ini."), field="done_on")
    action.done_on = done_on
    action.save()
    audit(actor=actor, action="report.done", subject=action.report)
    return action


def _report(actor: Actor, uid: uuid.UUID | str) -> Report:
    found: Report | None = Report.objects.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Laporan tidak ditemukan di kantor ini."))
    return found


def _require_issuer(actor: Actor) -> None:
    if not actor.has(*ISSUERS):
        raise NotYourRole(_("Laporan diterbitkan oleh %(roles)s.") % {"roles": role_names(ISSUERS)})
