"""Which programmes the person of a case may ask for, with all the case knows; what he says."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from complaints.models import Complaint
from complaints.selectors import case as find_case
from programs.eligibility.options import Option, options_for
from programs.eligibility.services import is_of_the_person
from programs.eligibility.views import fact_page, grouped
from programs.participation.views import LISTERS
from puskesmas.history import audit
from puskesmas.pages import actor_of, officer_page
from referrals.weighing import facts_of_case, kept_versions
from registry.roles import WRITERS


def options_of_case(case: Complaint) -> list[Option]:
    """Return the whole catalogue judged for a case: by the versions it kept, with all it knows."""
    person = case.person
    judged = options_for(
        [person],
        office=case.office,
        day=case.office.today(),
        versions=lambda programmes: kept_versions(case, programmes),
        matters=[case.uid],
        more=lambda known, terms, service: facts_of_case(case, known, terms, service),
    )
    return judged[person.pk]


@require_GET
@officer_page(*LISTERS, village=True)
def options(request: HttpRequest, case_uid: str) -> HttpResponse:
    """Every programme by the rules of the day the case was brought, each rule with its fact."""
    actor = actor_of(request)
    case = find_case(case_uid, actor=actor)
    audit(actor=actor, action="open_case", subject=case)

    def ask(code: str) -> str:
        return reverse("referrals:state_fact", args=[case.uid, code])

    context: dict[str, Any] = {
        "case": case,
        "resident": case.person,
        **grouped(options_of_case(case), ask if actor.has(*WRITERS) else None),
    }
    return render(request, "referrals/options.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS, village=True)
def state_fact(request: HttpRequest, case_uid: str, code: str) -> HttpResponse:
    """Write down what somebody said in one case; it says nothing of the person's other cases."""
    actor = actor_of(request)
    case = find_case(case_uid, actor=actor)
    audit(actor=actor, action="open_case", subject=case)
    return fact_page(
        request,
        resident=case.person,
        code=code,
        back=reverse("referrals:options", args=[case.uid]),
        template="referrals/fact.html",
        matter_uid=case.uid,
        case=case,
        only_here=not is_of_the_person(code),
    )
