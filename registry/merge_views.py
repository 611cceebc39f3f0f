"""Merging from a person's page: choose the other record, compare, say which stays."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puskesmas.actors import Actor
from puskesmas.errors import DomainError, InvalidInput
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry import comparing, merging, selectors
from registry.finding import find_for_page
from registry.forms import SearchForm
from registry.identities import record_of
from registry.merge_forms import MergeForm
from registry.models import Resident
from registry.places import place_of


@require_http_methods(["GET", "POST"])
@officer_page(*merging.DECIDERS, village=True)
def merge_find(request: HttpRequest, uid: str) -> HttpResponse:
    """Find the record that may be the same person."""
    actor = actor_of(request)
    resident = selectors.person(uid, actor=actor)
    form = SearchForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    context = {
        "form": form,
        "resident": resident,
        "asked": asked,
        "results": _others(resident, form.cleaned_data["q"], actor) if asked else [],
    }
    return form_page(request, "registry/merge_find.html", context)


def _others(resident: Resident, text: str, actor: Actor) -> list[dict[str, Any]]:
    found, _more = find_for_page(text, actor=actor)
    return [
        {
            "title": hit.resident.name,
            "url": reverse("registry:merge", args=[resident.uid, hit.resident.uid]),
            "number": hit.resident.nik,
            "text": place_of(hit.resident),
        }
        for hit in found
        if hit.resident.pk != resident.pk
    ]


@require_http_methods(["GET", "POST"])
@officer_page(*merging.DECIDERS, village=True)
def merge(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """Compare two records and merge them."""
    actor = actor_of(request)
    resident, second = (selectors.person(one, actor=actor) for one in (uid, other))
    if resident.pk == second.pk:
        return redirect("registry:person", uid=resident.uid)
    for one in (resident, second):
        audit(actor=actor, action="open_person", subject=one)
    form = MergeForm(request.POST or None, one=resident, other=second)
    if request.method == "POST" and form.is_valid():
        try:
            done = merging.merge(actor=actor, **form.chosen)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, done, _("Digabung. Semua perkara, surat dan bantuan tampil di sini."))
            return redirect("registry:person", uid=form.chosen["canonical"])
    facts = comparing.facts_of([resident, second])
    context = {
        "form": form,
        "resident": resident,
        "other": second,
        "lines": comparing.compare(facts[resident.pk], facts[second.pk]),
    }
    return form_page(request, "registry/merge.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*merging.DECIDERS, village=True)
def unmerge(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a merged record out of the person again."""
    actor = actor_of(request)
    record = record_of(uid, actor=actor)
    refused: DomainError | None = None
    if request.method == "POST":
        try:
            merging.unmerge(actor=actor, uid=uid)
        except InvalidInput as error:
            refused = error
        else:
            say_done(request, record, _("Dipisahkan lagi."))
            return redirect("registry:person", uid=uid)
    context = {"record": record, "person": record.person, "refused": refused}
    return render(
        request, "registry/unmerge.html", context, status=refused.status if refused else 200
    )
