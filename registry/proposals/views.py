"""Proposal pages: the list, one proposal, its acts, a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotFound, NotYourRole
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page, say_done
from puskesmas.workflow import role_names
from registry import selectors as people
from registry.models import Proposal, Resident
from registry.places import place_of
from registry.proposals import guards, selectors, services
from registry.proposals.acts import ACTS
from registry.proposals.desk import tone_of
from registry.proposals.forms import ChangeForm, ListFilter, ProposeForm, initial_of
from registry.proposals.workflow import HERE, KEEPERS, PROFILE_KEEPERS, PROPOSERS, READERS
from registry.register_answers import register_answers

PAGE_SIZE = 30


@require_GET
@officer_page(*READERS, village=True)
def proposals(request: HttpRequest) -> HttpResponse:
    """The proposals of one tab, the oldest first, each with its age."""
    actor = actor_of(request)
    tab = next(
        (one for one in selectors.TABS if one.code == request.GET.get("tab")), selectors.TABS[0]
    )
    form = ListFilter(request.GET, actor=actor)
    wanted = form.wanted
    rows = selectors.proposals(actor).filter(state__in=tab.states, **wanted)
    order = selectors.ORDER if tab.counted else selectors.NEWEST
    page = keyset.page(rows, order=order, position=request.GET.get("at", ""), size=PAGE_SIZE)
    context = {
        "rows": [_row(one, actor) for one in page.rows],
        "tabs": _tabs(request, actor, tab),
        "tab": tab,
        "form": form,
        "active": len(wanted),
        "clear_url": f"{reverse('proposals:proposals')}?tab={tab.code}",
        "previous_url": _with(request, at=page.previous) if page.previous else "",
        "next_url": _with(request, at=page.next) if page.next else "",
        "may_propose": actor.has(*PROPOSERS),
        "may_keep": actor.has(*KEEPERS),
        "may_profile": actor.has(*PROFILE_KEEPERS),
    }
    return render(request, "proposals/proposals.html", context)


def _row(item: Proposal, actor: Actor) -> dict[str, Any]:
    return {
        "proposal": item,
        "tone": tone_of(item),
        "age": selectors.age_in_days(item, actor.office),
        "obstacle": guards.obstacle(item.resident, item.kind) if item.state in HERE else "",
    }


def _tabs(request: HttpRequest, actor: Actor, current: selectors.Tab) -> list[dict[str, Any]]:
    counts = selectors.counts(actor)
    return [
        {
            "label": tab.label,
            "url": _with(request, tab=tab.code, at=""),
            "current": tab is current,
            "count": sum(counts.get(state, 0) for state in tab.states) if tab.counted else None,
        }
        for tab in selectors.TABS
    ]


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"?{query.urlencode()}"


@require_http_methods(["GET", "POST"])
@officer_page(*PROPOSERS, village=True)
def propose(request: HttpRequest, person_uid: str) -> HttpResponse:
    """Propose a person; ``kind`` and ``in_place_of`` of the address fill the form in."""
    actor = actor_of(request)
    resident = people.person(person_uid, actor=actor)
    family = [member.resident for member in people.household_of(resident)]
    form = ProposeForm(
        request.POST or None,
        actor=actor,
        resident=resident,
        family=family,
        initial=_suggested(request, resident),
    )
    if request.method == "POST" and form.is_valid():
        try:
            proposal = services.propose(actor=actor, resident=resident, **form.said)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, proposal, _("Usulan dicatat. Periksa, lalu ajukan."))
            return redirect("proposals:proposal", uid=proposal.uid)
    refused = getattr(form, "refused", None)
    context = {
        "form": form,
        "resident": resident,
        "existing": refused.details.get("existing") if refused else None,
        "is_own_family": people.is_family(actor.user, resident),
        "answers": register_answers(resident, actor=actor, on=actor.office.today()),
        "title": _("Usulkan %(name)s") % {"name": resident.name},
        "submit": _("Catat usulan"),
        "back": reverse("registry:person", args=[resident.uid]),
    }
    return form_page(request, "proposals/form.html", context)


def _suggested(request: HttpRequest, resident: Resident) -> dict[str, Any]:
    alive = resident.life == Resident.Life.ALIVE
    kind = request.GET.get("kind", "enter" if alive else "leave")
    return {
        "kind": kind,
        "in_place_of": request.GET.get("in_place_of", ""),
        "origin": "puskesos" if not alive else "resident",
        "disabled": "yes" if resident.disability else "",
    }


@require_GET
@officer_page(*READERS, village=True)
def proposal(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything about one proposal, and what may be done with it now."""
    actor = actor_of(request)
    item = selectors.proposal(uid, actor=actor)
    audit(actor=actor, action="open_proposal", subject=item)
    family = people.is_family(actor.user, item.resident)
    context = {
        **_row(item, actor),
        "place": place_of(item.resident),
        "acts": [act for act in ACTS.values() if act.is_open(actor, item, is_family=family)],
        "may_change": item.state in HERE and actor.has(*PROPOSERS) and not family,
        "is_own_family": family,
        "events": selectors.history(item),
        "heard": item.heard.select_related("meeting").order_by("pk"),
        "sent": item.sent_rows.select_related("sheet").order_by("pk"),
    }
    return render(request, "proposals/proposal.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*PROPOSERS, village=True)
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct a proposal that is still here."""
    actor = actor_of(request)
    item = selectors.proposal(uid, actor=actor)
    form = ChangeForm(
        request.POST or None, actor=actor, resident=item.resident, initial=initial_of(item)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_proposal(
                actor=actor, uid=uid, version=form.cleaned_data["version"], **form.said
            )
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, item, _("Usulan disimpan."))
            return redirect("proposals:proposal", uid=uid)
    context = {
        "form": form,
        "resident": item.resident,
        "is_own_family": people.is_family(actor.user, item.resident),
        "title": _("Perbaiki usulan"),
        "submit": _("Simpan"),
        "back": reverse("proposals:proposal", args=[uid]),
        "proposal": item,
    }
    return form_page(request, "proposals/form.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*READERS, village=True)
def act(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """Show an act's form and carry it out."""
    actor = actor_of(request)
    item = selectors.proposal(uid, actor=actor)
    wanted = ACTS.get(code)
    if wanted is None:
        raise NotFound(_("Tindakan ini tidak ada."))
    if not actor.has(*wanted.roles):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": wanted.label, "roles": role_names(wanted.roles)}
        )
    form = wanted.form(request.POST or None, initial={"version": item.version})
    if carried_out(request, form, wanted.verb, done=wanted.done, actor=actor, uid=uid):
        return redirect("proposals:proposal", uid=uid)
    context = {
        "form": form,
        "title": wanted.label,
        "caption": item.resident.name,
        "submit": wanted.label,
        "danger": wanted.danger,
        "cancel_url": reverse("proposals:proposal", args=[uid]),
    }
    return form_page(request, "components/confirm_page.html", context)
