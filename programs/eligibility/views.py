"""Pages: which programmes somebody may ask for and why, and writing down what he says."""

import uuid
from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.eligibility import services
from programs.eligibility.confidence import withheld_from
from programs.eligibility.forms import FactForm
from programs.eligibility.options import Option, options_for
from programs.eligibility.presenting import Ask, OptionRow, option_rows
from programs.eligibility.services import is_of_a_case
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
    may_write = actor.has(*WRITERS) and resident.life == Resident.Life.ALIVE
    ask = _ask(resident) if may_write else None
    context = {
        "resident": resident,
        **grouped(judged, ask, withheld_from(actor, resident)),
    }
    return render(request, "programs/eligibility/options.html", context)


def _ask(resident: Resident) -> Ask:
    """Return where a fact is written down that holds of the person, whatever the case."""

    def url(code: str) -> str:
        return (
            "" if is_of_a_case(code) else reverse("programs:state_fact", args=[resident.uid, code])
        )

    return url


def grouped(
    judged: list[Option], ask: Ask | None, withheld: Collection[str] = ()
) -> dict[str, list[OptionRow]]:
    """Return the options as the page shows them: to ask for, held, closed, or met by a "no".

    Facts ``withheld`` are not shown.
    """
    groups: dict[str, list[OptionRow]] = {"offered": [], "held": [], "closed": [], "against": []}
    for row in option_rows(judged, ask, withheld):
        groups[_group(row.option)].append(row)
    return groups


def _group(option: Option) -> str:
    if option.is_held:
        return "held"
    if option.is_closed:
        return "closed"
    return "offered" if option.may_be_asked else "against"


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, village=True)
def state_fact(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """Write down what somebody said of one fact; what holds of one case only is not asked here."""
    actor = actor_of(request)
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    if is_of_a_case(code):
        raise Http404
    return fact_page(
        request,
        resident=resident,
        code=code,
        back=reverse("programs:options", args=[resident.uid]),
        template="programs/eligibility/fact.html",
    )


def fact_page(
    request: HttpRequest,
    *,
    resident: Resident,
    code: str,
    back: str,
    template: str,
    matter_uid: uuid.UUID | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the form of one fact and write it down; then go ``back``. 404 for no such fact."""
    actor = actor_of(request)
    asked = field_of(code)
    if asked is None or (asked.origin != STATED and not code.startswith("holds.")):
        raise Http404
    form = FactForm(request.POST or None, asked=asked, initial={"on": actor.office.today()})
    given: dict[str, Any] = {
        "actor": actor,
        "resident": resident,
        "field": code,
        "matter_uid": matter_uid,
    }
    if carried_out(request, form, services.state_fact, done=_("Keterangan dicatat."), **given):
        return redirect(back)
    named = {"form": form, "resident": resident, "title": asked.label, "back": back}
    return form_page(request, template, named | {"submit": _("Catat")} | context)
