"""What a draft would say of one person, before it is published; nothing of it is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from programs.agreements import agreements_of
from programs.catalogue.drafts import draft_for
from programs.catalogue.roles import TRIERS
from programs.catalogue.views import TEMPLATES
from programs.eligibility.gathering import facts_of
from programs.eligibility.options import option_of, verdicts_of
from programs.eligibility.presenting import option_rows
from programs.models import ProgrammeVersion
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import actor_of, form_page, officer_page
from registry.finding import find_for_page
from registry.forms import SearchForm
from registry.places import place_of
from registry.selectors import person


@require_http_methods(["GET", "POST"])
@officer_page(*TRIERS, village=True)
def draft_trial(request: HttpRequest, uid: str) -> HttpResponse:
    """Find somebody to try the draft on."""
    actor = actor_of(request)
    draft = draft_for(uid, actor)
    form = SearchForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    context = {
        "version": draft,
        "programme": draft.programme,
        "form": form,
        "asked": asked,
        "results": _found(draft, form.cleaned_data["q"], actor) if asked else [],
    }
    return form_page(request, f"{TEMPLATES}/trial.html", context)


def _found(draft: ProgrammeVersion, text: str, actor: Actor) -> list[dict[str, Any]]:
    hits, _more = find_for_page(text, actor=actor)
    return [
        {
            "title": hit.resident.name,
            "url": reverse("programs:draft_trial_of", args=[draft.uid, hit.resident.uid]),
            "number": hit.resident.nik,
            "text": place_of(hit.resident),
        }
        for hit in hits
    ]


@require_GET
@officer_page(*TRIERS, village=True)
def draft_trial_of(request: HttpRequest, uid: str, resident_uid: str) -> HttpResponse:
    """Show the answer a draft would give about one person today; the look is audited."""
    actor = actor_of(request)
    draft = draft_for(uid, actor)
    resident = person(resident_uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    today = actor.office.today()
    known = facts_of([resident], office=actor.office, day=today)[resident.pk]
    option = option_of(
        draft.programme,
        verdicts_of(draft, known, today),
        agreements_of(actor.office)[draft.programme_id],
    )
    context = {
        "version": draft,
        "programme": draft.programme,
        "resident": resident,
        "row": option_rows([option])[0],
    }
    return render(request, f"{TEMPLATES}/trial_of.html", context)
