"""The administrator's page of the chain, and which villages a supervisor has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puskesmas.models import Role
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from referrals import selectors as referrals
from referrals.chain import selectors, services
from referrals.chain.forms import ChainForm, SupervisedForm

KEEPERS = (Role.ADMIN, Role.MANAGER)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=False)
def chain(request: HttpRequest) -> HttpResponse:
    """Which hops files take, by village and programme; who reviews for the kecamatan."""
    actor = actor_of(request)
    programmes = referrals.known_programmes(actor)
    form = ChainForm(
        request.POST or None,
        villages=referrals.village_choices(actor),
        programmes=programmes,
        partners=[(str(one.uid), one.name) for one in selectors.owners_with_a_page(actor)],
    )
    if carried_out(request, form, services.set_chain, done=_("Jalur dicatat."), actor=actor):
        return redirect("referrals:chain")
    names = dict(programmes)
    rules = [
        {"rule": rule, "programme": names.get(rule.programme_code, rule.programme_code)}
        for rule in selectors.rules_of(actor)
    ]
    return form_page(
        request,
        "referrals/chain.html",
        {"form": form, "rules": rules, "supervisors": selectors.supervisors_of(actor)},
    )


@require_POST
@officer_page(*KEEPERS, village=False)
def drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Take one row of the chain back."""
    services.drop_chain(actor=actor_of(request), uid=uid)
    return redirect("referrals:chain")


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=False)
def supervised(request: HttpRequest, uid: str) -> HttpResponse:
    """Which villages one supervisor reviews."""
    actor = actor_of(request)
    officer = services.supervisor_of(actor, uid)
    form = SupervisedForm(
        request.POST or None,
        villages=referrals.village_choices(actor),
        initial={"villages": selectors.villages_of_supervisor(officer, actor=actor)},
    )
    done = _("Desa %(name)s dicatat.") % {"name": officer.name}
    if carried_out(request, form, services.set_supervised, done=done, actor=actor, officer_uid=uid):
        return redirect("referrals:chain")
    return form_page(
        request,
        "referrals/chain_supervised.html",
        {"form": form, "officer": officer, "back": reverse("referrals:chain")},
    )
