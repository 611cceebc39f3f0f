"""Pages of the district's calls for candidates: issue, watch, read side by side, take home."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import keyset
from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page, say_done
from referrals.calls import selectors, services
from referrals.calls.forms import CorrectForm, IssueForm
from referrals.selectors import known_programmes
from referrals.verval.selectors import villages_of
from referrals.workflow import DISTRICT
from registry.verval.services import XLSX


@require_GET
@officer_page(*DISTRICT, village=False)
def calls(request: HttpRequest) -> HttpResponse:
    """The office's calls, newest first, each with how many villages have answered."""
    page = keyset.page(
        selectors.calls_of(actor_of(request)),
        order=("-pk",),
        position=request.GET.get("from", ""),
    )
    return render(request, "referrals/calls/calls.html", {"rows": page.rows, **page.turns()})


@require_http_methods(["GET", "POST"])
@officer_page(*DISTRICT, village=False)
def new(request: HttpRequest) -> HttpResponse:
    """Ask villages for names."""
    actor = actor_of(request)
    form = IssueForm(
        request.POST or None,
        programmes=known_programmes(actor),
        villages=list(villages_of(actor)),
    )

    def issue(**_filled: Any) -> Any:
        return services.issue(actor=actor, **form.asked())

    if carried_out(request, form, issue, done=_("Permintaan dikirim ke desa.")):
        return redirect("referrals:call", uid=form.result.uid)
    return _form_page(request, None, form, title=_("Minta calon dari desa"), submit=_("Kirim"))


@require_GET
@officer_page(*DISTRICT, village=False)
def call(request: HttpRequest, uid: str) -> HttpResponse:
    """One call: what is asked, how far each village is, and the names side by side."""
    actor = actor_of(request)
    held = selectors.call(uid, actor=actor)
    audit(actor=actor, action="issued_call.open", subject=held)
    due = held.due_on
    context = {
        "item": held,
        "rows": selectors.standings(held),
        "days": (due - actor.office.today()).days if due else None,
    }
    return render(request, "referrals/calls/call.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*DISTRICT, village=False)
def correct(request: HttpRequest, uid: str) -> HttpResponse:
    """Say otherwise what is asked."""
    actor = actor_of(request)
    held = selectors.call(uid, actor=actor)
    fields = ("version", "criteria", "reference", "due_on")
    form = CorrectForm(request.POST or None, initial={name: getattr(held, name) for name in fields})
    done = _("Perbaikannya dikirim ke desa yang belum menjawab.")
    if carried_out(request, form, services.correct, done=done, actor=actor, uid=uid):
        return redirect("referrals:call", uid=uid)
    text = _(
        "Nama yang sudah dikumpulkan desa tetap. Desa yang daftarnya sudah diajukan menolak "
        "perubahan ini."
    )
    title = _("Perbaiki permintaan")
    return _form_page(request, held, form, title=title, submit=_("Kirim"), text=text)


@require_POST
@officer_page(*DISTRICT, village=False)
def send_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Offer a village once more what its system refused."""
    share = services.send_again(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Ditawarkan lagi ke desa itu."))
    return redirect("referrals:call", uid=share.call.uid)


@require_GET
@officer_page(*DISTRICT, village=False)
def download(request: HttpRequest, uid: str) -> HttpResponse:
    """One sheet of all names that came back. Audited."""
    actor = actor_of(request)
    held = selectors.call(uid, actor=actor)
    response = HttpResponse(services.merged(held), content_type=XLSX)
    audit(actor=actor, action="issued_call.export", subject=held)
    response["Content-Disposition"] = f'attachment; filename="calon-{held.uid}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _form_page(request: HttpRequest, held: Any, form: Any, **more: Any) -> HttpResponse:
    return form_page(request, "referrals/calls/form.html", {"item": held, "form": form, **more})
