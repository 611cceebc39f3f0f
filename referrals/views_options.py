"""Which programmes the person of a case may ask for, with all the case knows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from complaints.selectors import case as find_case
from programs.eligibility.options import options_for
from programs.eligibility.views import grouped
from programs.participation.views import LISTERS
from puskesmas.history import audit
from puskesmas.pages import actor_of, officer_page
from referrals.weighing import facts_of_case
from registry.roles import WRITERS


@require_GET
@officer_page(*LISTERS, village=True)
def options(request: HttpRequest, case_uid: str) -> HttpResponse:
    """Every programme by the rules of the day the case was brought, each rule with its fact."""
    actor = actor_of(request)
    case = find_case(case_uid, actor=actor)
    audit(actor=actor, action="open_case", subject=case)
    person = case.person
    judged = options_for(
        [person],
        office=actor.office,
        day=actor.office.today(),
        rules_of=case.received_at.astimezone(actor.office.tz).date(),
        matters=[case.uid],
        more=lambda known, terms, service: facts_of_case(case, known, terms, service),
    )[person.pk]
    context = {
        "case": case,
        "resident": person,
        "may_write": actor.has(*WRITERS),
        **grouped(judged),
    }
    return render(request, "referrals/options.html", context)
