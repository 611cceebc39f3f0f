"""Pages: which programmes somebody may ask for and why, and writing down what he says."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.eligibility import services
from programs.eligibility.forms import FactForm
from programs.eligibility.options import Option, options_for
from programs.eligibility.presenting import OptionRow, option_rows
from programs.participation.views import LISTERS
from programs.terms.fields import STATED, field_of
from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from registry.models import Resident
from registry.roles import WRITERS
from registry.selectors import person


@require_GET
@officer_page(*LISTERS, village=True)
def options(request: HttpRequest, uid: str) -> HttpResponse:
    """Every programme of the catalogue for one person, each rule with its fact."""
    actor = actor_of(request)
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    judged = options_for([resident], office=actor.office, day=actor.office.today())[resident.pk]
    context = {
        "resident": resident,
        "may_write": actor.has(*WRITERS) and resident.life == Resident.Life.ALIVE,
        **grouped(judged),
    }
    return render(request, "programs/eligibility/options.html", context)


def grouped(judged: list[Option]) -> dict[str, list[OptionRow]]:
    """Return the options as the page shows them: to ask for, held, with something against them."""
    rows = option_rows(judged)
    asked = [row for row in rows if row.option.may_be_asked]
    held = [row for row in rows if row.option.is_held]
    return {
        "offered": asked,
        "held": held,
        "against": [row for row in rows if not row.option.may_be_asked and not row.option.is_held],
    }


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, village=True)
def state_fact(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """Write down what somebody said of one fact."""
    actor = actor_of(request)
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    asked = field_of(code)
    if asked is None or (asked.origin != STATED and not code.startswith("holds.")):
        raise Http404
    form = FactForm(request.POST or None, asked=asked, initial={"on": actor.office.today()})
    given: dict[str, Any] = {"actor": actor, "resident": resident, "field": code}
    done = _("Keterangan dicatat.")
    if carried_out(request, form, services.state_fact, done=done, **given):
        return redirect("programs:options", uid=resident.uid)
    return form_page(
        request,
        "programs/eligibility/fact.html",
        {"form": form, "resident": resident, "title": asked.label, "submit": _("Catat")},
    )
