"""Pages of the fixed reports: issue one, read it, print it, take its sheet along."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from reports.figures.documents import differences, presenting, services
from reports.figures.forms import ActionDoneForm, ActionForm, ReportForm
from reports.figures.models import Report, ReportAction
from reports.letters.views import pdf_response

#: Who reads reports: numbers of the whole office, confidential matters among them.
READERS = services.ISSUERS
_TEMPLATES = "figures"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@officer_page(*READERS)
def reports(request: HttpRequest) -> HttpResponse:
    """The reports issued so far, newest first."""
    actor = actor_of(request)
    rows = Report.objects.visible_to(actor).select_related("issued_by", "office")
    page = keyset.page(
        rows, order=("-issued_at", "-pk"), position=request.GET.get("from", ""), size=30
    )
    context = {"reports": page.rows, "may_issue": True, **page.turns()}
    return render(request, f"{_TEMPLATES}/reports.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*services.ISSUERS)
def report_new(request: HttpRequest) -> HttpResponse:
    """Count and freeze a report."""
    actor = actor_of(request)
    form = ReportForm(request.POST or None, actor=actor)
    if carried_out(
        request, form, services.issue, done=_("Laporan terbit; angkanya dibekukan."), actor=actor
    ):
        return redirect("figures:report", uid=form.result.uid)
    context = {
        "form": form,
        "title": _("Terbitkan laporan"),
        "caption": actor.office.full_name,
        "submit": _("Hitung dan terbitkan"),
    }
    return form_page(request, f"{_TEMPLATES}/form.html", context)


@require_GET
@officer_page(*READERS)
def report(request: HttpRequest, uid: str) -> HttpResponse:
    """One report as it was issued, and what it says otherwise than the issue before. Audited."""
    actor = actor_of(request)
    found = _report(uid, actor)
    earlier = _issue_before(found)
    audit(actor=actor, action="report.open", subject=found)
    context = {
        "report": found,
        "sections": presenting.sections(found, actor=actor),
        "unfinished": presenting.was_unfinished(found),
        "earlier": earlier,
        "differences": differences.between(earlier.content, found.content) if earlier else [],
        "actions": found.actions.all(),
        "may_issue": True,
    }
    return render(request, f"{_TEMPLATES}/report.html", context)


@require_GET
@officer_page(*READERS)
def report_pdf(request: HttpRequest, uid: str) -> HttpResponse:
    """The report on paper. Audited."""
    actor = actor_of(request)
    found = _report(uid, actor)
    audit(actor=actor, action="report.print", subject=found)
    return pdf_response(presenting.pdf(found, actor=actor), name=f"{_file_name(found)}.pdf")


@require_GET
@officer_page(*READERS)
def report_sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The report as XLSX. Audited."""
    actor = actor_of(request)
    found = _report(uid, actor)
    audit(actor=actor, action="report.sheet", subject=found)
    response = HttpResponse(presenting.workbook(found), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@officer_page(*services.ISSUERS)
def action_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Add what is to be done to an evaluation."""
    actor = actor_of(request)
    found = _report(uid, actor)
    form = ActionForm(request.POST or None)
    if carried_out(
        request, form, services.plan_action, done=_("Tindak lanjut dicatat."), actor=actor,
        report=uid,
    ):  # fmt: skip
        return redirect("figures:report", uid=uid)
    return _action_page(request, form, found, _("Tambah tindak lanjut"))


@require_http_methods(["GET", "POST"])
@officer_page(*services.ISSUERS)
def action_done(request: HttpRequest, uid: str) -> HttpResponse:
    """Note that something was done."""
    actor = actor_of(request)
    rows = ReportAction.objects.visible_to(actor).select_related("report__office")
    action: ReportAction | None = rows.filter(uid=uid).first()
    if action is None:
        raise Http404
    today = actor.office.today()
    form = ActionDoneForm(
        request.POST or None, initial={"version": action.version, "done_on": today}
    )
    if carried_out(
        request, form, services.finish_action, done=_("Tindak lanjut selesai."), actor=actor,
        uid=uid,
    ):  # fmt: skip
        return redirect("figures:report", uid=action.report.uid)
    return _action_page(request, form, action.report, _("Catat selesai"), caption=action.what)


def _action_page(
    request: HttpRequest, form: Any, report: Report, title: str, caption: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "report": report,
        "title": title,
        "caption": caption or report.get_kind_display(),
        "submit": _("Simpan"),
    }
    return form_page(request, f"{_TEMPLATES}/form.html", context)


def _report(uid: str, actor: Actor) -> Report:
    rows = Report.objects.visible_to(actor).select_related("office", "issued_by")
    found: Report | None = rows.prefetch_related("actions").filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _issue_before(report: Report) -> Report | None:
    rows = Report.objects.filter(
        office=report.office_id, kind=report.kind, first=report.first, last=report.last
    )
    return rows.filter(issue__lt=report.issue).order_by("-issue").first()


def _file_name(report: Report) -> str:
    return f"laporan-{report.kind}-{report.period.code}-{report.issue}"
