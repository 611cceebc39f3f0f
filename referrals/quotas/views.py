"""The quotas of a district: their places, and the line of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas.models import Role
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from referrals import selectors as referrals
from referrals.chain.models import WHOLE_DISTRICT
from referrals.quotas import selectors, services
from referrals.quotas.forms import QuotaForm

KEEPERS = (Role.ADMIN, Role.MANAGER)


@require_GET
@officer_page(*WHOLE_DISTRICT, Role.ADMIN, village=False)
def quotas(request: HttpRequest) -> HttpResponse:
    """Every programme's places: held, free, waited for."""
    actor = actor_of(request)
    names = dict(referrals.known_programmes(actor))
    rows = [
        {
            "standing": row,
            "programme": names.get(row.quota.programme_code, row.quota.programme_code),
            "yields_to": names.get(row.quota.yields_to, row.quota.yields_to),
        }
        for row in selectors.standings(actor)
    ]
    may = {"set": actor.has(*KEEPERS), "look": actor.has(*WHOLE_DISTRICT)}
    return render(request, "referrals/quotas.html", {"rows": rows, "may": may})


@require_GET
@officer_page(*WHOLE_DISTRICT, village=False)
def quota(request: HttpRequest, uid: str) -> HttpResponse:
    """Who waits for a place of one programme, in order."""
    actor = actor_of(request)
    row = selectors.standing(uid, actor=actor)
    names = dict(referrals.known_programmes(actor))
    return render(
        request,
        "referrals/quota.html",
        {
            "standing": row,
            "programme": names.get(row.quota.programme_code, row.quota.programme_code),
            "waiting": selectors.first_in_line(row.quota),
            "back": reverse("referrals:quotas"),
        },
    )


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=False)
def set_quota(request: HttpRequest) -> HttpResponse:
    """Set, or change (``?programme=code``), how many places a programme has."""
    actor = actor_of(request)
    now = next(
        (
            row.quota
            for row in selectors.standings(actor)
            if row.quota.programme_code == request.GET.get("programme")
        ),
        None,
    )
    fields = ("programme_code", "places", "emergency_first", "yields_to", "version")
    form = QuotaForm(
        request.POST or None,
        programmes=referrals.known_programmes(actor),
        initial={name: getattr(now, name) for name in fields} if now else None,
    )
    if carried_out(request, form, services.set_quota, done=_("Kuota dicatat."), actor=actor):
        return redirect("referrals:quotas")
    return form_page(
        request, "referrals/quota_set.html", {"form": form, "back": reverse("referrals:quotas")}
    )
