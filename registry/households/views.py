"""Household pages: the family as a whole, its house, and changes of the card."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import panels
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from registry.households import selectors, services
from registry.households.forms import CardForm, HeadForm, HousingForm
from registry.households.selectors import Family
from registry.identities import card_of
from registry.models import Resident
from registry.places import place_of
from registry.proposals.workflow import PROPOSERS
from registry.roles import READERS, SURVEYORS, WRITERS
from registry.selectors import household_of, person


@require_GET
@officer_page(*READERS)
def household(request: HttpRequest, uid: str) -> HttpResponse:
    """Show everybody on a family card, who receives what, and the house."""
    actor = actor_of(request)
    family = _opened(uid, actor)
    return render(request, "registry/household.html", _context(family, actor))


def _opened(uid: str, actor: Actor) -> Family:
    """Return the family, the look at it audited."""
    family = selectors.family(uid, actor=actor)
    audit(actor=actor, action="open_household", subject=family.household)
    return family


def _context(family: Family, actor: Actor, **more: Any) -> dict[str, Any]:
    return {
        "family": family,
        "household": family.household,
        "title": title_of(family),
        "place": place_of(family.household),
        "housing": selectors.in_words(family.housing),
        "may_write": actor.has(*WRITERS),
        "may_survey": actor.has(*SURVEYORS) and not family.is_own,
        "panels": panels.load("household", actor=actor, subject=family),
        **more,
    }


def title_of(family: Family) -> str:
    """Return what the family is called: after its head, else after whoever comes first."""
    named = family.head or (family.members[0] if family.members else None)
    if named is None:
        return _("Keluarga tanpa anggota")
    return _("Keluarga %(name)s") % {"name": named.resident.name}


@require_POST
@officer_page(*WRITERS)
def head(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a member the head of the family."""
    actor = actor_of(request)
    family = _opened(uid, actor)
    form = HeadForm(request.POST)
    if carried_out(
        request,
        form,
        services.make_head,
        done=_("Kepala keluarga diganti. Periksa hubungan anggota lain dengannya."),
        actor=actor,
        uid=uid,
    ):
        return redirect("registry:household", uid=uid)
    return form_page(request, "registry/household.html", _context(family, actor, form=form))


@require_http_methods(["GET", "POST"])
@officer_page(*SURVEYORS)
def housing_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Note what the family's house is like."""
    actor = actor_of(request)
    family = _opened(uid, actor)
    form = HousingForm(request.POST or None)
    form.fields["observed_on"].initial = actor.office.today
    if carried_out(
        request,
        form,
        services.record_housing,
        done=_("Keadaan rumah dicatat."),
        actor=actor,
        uid=uid,
    ):
        return redirect("registry:household", uid=uid)
    return form_page(
        request, "registry/housing_form.html", {"form": form, "family": family, **_names(family)}
    )


def _names(family: Family) -> dict[str, Any]:
    back = reverse("registry:household", args=[family.household.uid])
    return {"family_title": title_of(family), "back": back}


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def person_card(request: HttpRequest, uid: str) -> HttpResponse:
    """Move a person to another family card, or split one off."""
    actor = actor_of(request)
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    members = [row.resident for row in household_of(resident)]
    others = [one for one in members if one.pk != resident.pk]
    form = CardForm(request.POST or None, others=others, initial={"version": resident.version})
    form.fields["on"].initial = actor.office.today
    if carried_out(
        request, form, services.move_to_card, done=_("KK warga diganti."), actor=actor, uid=uid
    ):
        return redirect("registry:person", uid=uid)
    return form_page(
        request,
        "registry/person_act.html",
        {"form": form, "resident": resident, "title": _("Pindah KK"), "submit": _("Simpan")},
    )


@require_GET
@officer_page(*WRITERS)
def successor(request: HttpRequest, uid: str) -> HttpResponse:
    """After somebody died or moved: who on the card takes his place?"""
    actor = actor_of(request)
    resident = person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    gone = resident.life != Resident.Life.ALIVE
    context = succession_of(resident, actor) | {"may_propose": gone and actor.has(*PROPOSERS)}
    return render(request, "registry/successor.html", context)


def succession_of(resident: Resident, actor: Actor) -> dict[str, Any]:
    """Return what the page of the successor shows; ``is_asked``: whether somebody is needed."""
    card = card_of(resident)
    family = selectors.family(card.household.uid, actor=actor) if card else None
    others = [one for one in family.living if one.resident.pk != resident.pk] if family else []
    gone = resident.life != Resident.Life.ALIVE
    loaded = panels.load("successor", actor=actor, subject=resident)
    return {
        "resident": resident,
        "family": family,
        "others": others,
        "panels": loaded,
        "is_asked": gone and bool(others) and bool(loaded or (family and family.wants_head)),
    }
