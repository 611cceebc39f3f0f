"""Survey pages: ask, look again; and the panel on a person's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry import selectors as people
from registry.criteria import selectors, services
from registry.criteria.forms import SurveyForm
from registry.criteria.prefill import known_answers
from registry.models import Resident
from registry.roles import READERS, SURVEYORS
from registry.selectors import is_family

_TONES = {"met": "warning", "not_met": "neutral", "unknown": "waiting"}
_SHOWN = 5


@require_http_methods(["GET", "POST"])
@officer_page(*SURVEYORS, village=True)
def survey_new(request: HttpRequest, person_uid: str, code: str) -> HttpResponse:
    """Ask a person, or somebody for him, the questions of one set."""
    actor = actor_of(request)
    resident = people.person(person_uid, actor=actor)
    criteria_set = selectors.set_by_code(code, actor=actor)
    if request.method == "GET":
        audit(actor=actor, action="open_person", subject=resident)
    form = SurveyForm(
        request.POST or None,
        criteria_set=criteria_set,
        known=known_answers(criteria_set, resident),
        today=actor.office.today(),
    )
    if request.method == "POST" and form.is_valid():
        values = {
            name: form.cleaned_data[name]
            for name in ("client_uid", "asked_on", "answered_by", "answers", "note")
        }
        try:
            survey = services.record_survey(
                actor=actor, resident=resident, criteria_set=criteria_set, **values
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, survey, _("Jawaban survei dicatat."))
            return redirect("surveys:survey", uid=survey.uid)
    context = {
        "form": form,
        "resident": resident,
        "criteria_set": criteria_set,
        "is_own_family": is_family(actor.user, resident),
    }
    return form_page(request, "surveys/new.html", context)


@require_GET
@officer_page(*READERS, village=True)
def survey(request: HttpRequest, uid: str) -> HttpResponse:
    """What was answered, criterion by criterion."""
    actor = actor_of(request)
    item = selectors.survey(uid, actor=actor)
    audit(actor=actor, action="open_survey", subject=item)
    rows = [{"item": one, "tone": _TONES[one.result]} for one in selectors.results_of(item)]
    return render(request, "surveys/survey.html", {"survey": item, "rows": rows})


def person_panel(actor: Actor, resident: Resident) -> dict[str, Any] | None:
    """The person page's panel: earlier surveys and the way to a new one. Two queries."""
    if not actor.has(*READERS):
        return None
    return {
        "resident": resident,
        "surveys": list(selectors.surveys_about(resident, actor=actor)[:_SHOWN]),
        "sets": list(selectors.sets_of(actor)) if actor.has(*SURVEYORS) else [],
    }
