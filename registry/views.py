"""People pages: find, look, add, correct, check by hand, reveal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puskesmas import panels, typed_numbers
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page, say_done
from registry import badges, merging, selectors, services
from registry.concerns import concerns_about, concerns_of, first_registered
from registry.finding import find_for_page
from registry.forms import (
    LifeForm,
    PersonCreateForm,
    PersonEditForm,
    PersonFields,
    RegisterCheckForm,
    RevealForm,
    SearchForm,
)
from registry.households.views import succession_of
from registry.identities import card_of
from registry.identity import Concern
from registry.life import LEAVING, events_of, newest_event, record_life_event
from registry.models import HouseholdMember, Resident
from registry.places import place_of
from registry.roles import READERS, WRITERS
from registry.search_terms import is_reading


@require_http_methods(["GET", "POST"])
@officer_page(*READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Find a person; with htmx the hits come while typing."""
    actor = actor_of(request)
    form = SearchForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    results, more = _results(form.cleaned_data["q"], actor) if asked else ([], False)
    if asked:
        typed_numbers.remember(request, form.cleaned_data["q"])
    live = bool(getattr(request, "htmx", False))
    template = "registry/_results.html" if live else "registry/search.html"
    context = {"form": form, "results": results, "more": more, "asked": asked, "live": live}
    context["is_reading"] = asked and is_reading(actor.office.pk)
    return render(request, template, context)


def _results(text: str, actor: Actor) -> tuple[list[dict[str, Any]], bool]:
    found, more = find_for_page(text, actor=actor)
    marks = badges.load(actor, [hit.resident for hit in found])
    return [_result(hit.resident, marks.get(hit.resident.pk, [])) for hit in found], more


def _result(resident: Resident, marks: list[dict[str, Any]]) -> dict[str, Any]:
    own = []
    if resident.life != Resident.Life.ALIVE:
        own.append({"label": resident.get_life_display(), "tone": "danger"})
    return {
        "title": resident.name,
        "url": reverse("registry:person", args=[resident.uid]),
        "number": resident.nik,
        "text": place_of(resident),
        "badges": own + marks,
    }


@require_http_methods(["GET"])
@officer_page(*READERS)
def person(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything the office knows of a person: facts, family, registers, cases, letters."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    if resident.uid != uid:
        return redirect("registry:person", uid=resident.uid)
    return render(request, "registry/person.html", _person_context(resident, actor))


def _opened(uid: str, actor: Actor) -> Resident:
    """Return the person, the look at him audited."""
    resident = selectors.person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    return resident


def _person_context(resident: Resident, actor: Actor, **more: Any) -> dict[str, Any]:
    members = selectors.household_of(resident)
    return {
        "resident": resident,
        "place": place_of(resident),
        "members": members,
        "household": members[0].household if members else None,
        "answers": selectors.register_answers(resident, actor=actor),
        "events": list(reversed(events_of(resident))),
        "concerns": [one for one in concerns_of(resident) if one.code != "region_other"],
        "first_registered": first_registered(resident),
        "wants_head": _wants_head(resident, members),
        "is_own_family": selectors.is_family(actor.user, resident),
        "may_write": actor.has(*WRITERS),
        "may_merge": actor.has(*merging.DECIDERS),
        "merges": merging.merges_of(resident),
        "panels": panels.load("person", actor=actor, subject=resident),
        "reveal_form": RevealForm(),
        **more,
    }


def _wants_head(resident: Resident, members: list[HouseholdMember]) -> bool:
    """Return whether the person headed his card, is gone, and others live on it."""
    gone = resident.life != Resident.Life.ALIVE
    heads = [row for row in members if row.relation == HouseholdMember.Relation.HEAD]
    was_head = any(row.resident_id == resident.pk for row in heads)
    return gone and was_head and any(row.resident.life == Resident.Life.ALIVE for row in members)


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def person_new(request: HttpRequest) -> HttpResponse:
    """Add a person the office did not know."""
    actor = actor_of(request)
    form = PersonCreateForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            resident = services.create_resident(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, resident, _("Warga ditambahkan."))
            _after_saving(request, resident.uid, form.cleaned_data)
            return redirect("registry:person", uid=resident.uid)
    return form_page(
        request,
        "registry/person_form.html",
        {
            "form": form,
            "title": _("Tambah warga"),
            "submit": _("Simpan"),
            "back": reverse("registry:search"),
            "notes_url": reverse("registry:number_notes"),
        },
    )


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def person_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct a person's data."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    if resident.uid != uid and request.method == "GET":
        return redirect("registry:person_edit", uid=resident.uid)
    form = PersonEditForm(request.POST or None, actor=actor, initial=_initial(resident))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        for number in ("nik", "kk"):
            values[number] = values[number] or None
        try:
            services.change_resident(actor=actor, uid=uid, **values)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Data warga disimpan."))
            _after_saving(request, uid, form.cleaned_data)
            return redirect("registry:person", uid=uid)
    return form_page(
        request,
        "registry/person_form.html",
        {
            "form": form,
            "title": _("Perbaiki data %(name)s") % {"name": resident.name},
            "submit": _("Simpan"),
            "back": reverse("registry:person", args=[uid]),
            "notes_url": reverse("registry:number_notes_of", args=[uid]),
            "concerns": concerns_of(resident),
        },
    )


@require_POST
@officer_page(*WRITERS)
def number_notes(request: HttpRequest, uid: str = "") -> HttpResponse:
    """Tell what is wrong or unlikely about numbers being typed; nothing is kept.

    An empty NIK box of a person's form stands for the NIK he has.
    """
    actor = actor_of(request)
    recorded = selectors.person(uid, actor=actor).nik if uid else ""
    form = PersonFields(request.POST, actor=actor)
    form.is_valid()
    typed = {name: form.cleaned_data.get(name) for name in ("nik", "kk", "sex", "birth_date")}
    nik = recorded if typed["nik"] == "" else typed["nik"]
    told = concerns_about(actor.office, **typed | {"nik": nik})
    notes = [(name, [*_refusals(form, name), *told.get(name, [])]) for name in PersonFields.NOTED]
    return render(request, "registry/_number_notes.html", {"notes": notes})


def _refusals(form: PersonFields, name: str) -> list[Concern]:
    return [Concern("", str(message), impossible=True) for message in form.errors.get(name, [])]


def _after_saving(request: HttpRequest, uid: Any, typed: dict[str, Any]) -> None:
    """Say what is unlikely about the numbers, and leave those just typed readable to him."""
    typed_numbers.remember(request, typed["nik"], typed["kk"])
    for concern in concerns_of(selectors.person(uid, actor=actor_of(request))):
        messages.warning(request, str(concern.message))


def _initial(resident: Resident) -> dict[str, Any]:
    names = ("name", "sex", "birth_place", "birth_date", "phone", "address", "dusun", "rt", "rw")
    more = ("has_ektp", *PersonEditForm.MORE, "version")
    initial = {name: getattr(resident, name) for name in (*names, *more)}
    card = card_of(resident)
    return initial | {"relation": card.relation if card else ""}


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def register_check(request: HttpRequest, uid: str) -> HttpResponse:
    """Note what SIKS-NG or Cek Bansos said."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    form = RegisterCheckForm(request.POST or None, request.FILES or None, actor=actor)
    if carried_out(
        request,
        form,
        services.record_register_check,
        done=_("Hasil pemeriksaan dicatat."),
        actor=actor,
        resident=resident,
    ):
        return redirect("registry:person", uid=uid)
    return _act_page(
        request, resident, form, title=_("Catat pemeriksaan manual"), submit=_("Catat")
    )


@require_http_methods(["GET", "POST"])
@officer_page(*WRITERS)
def life(request: HttpRequest, uid: str) -> HttpResponse:
    """Record that a person moved in or away, died, or is still here after all."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    if resident.uid != uid and request.method == "GET":
        return redirect("registry:life", uid=resident.uid)
    form = LifeForm(
        request.POST or None, request.FILES or None, initial=_last_known(request, resident)
    )
    form.fields["on"].initial = actor.office.today
    if carried_out(
        request, form, record_life_event, done=_("Keadaan warga dicatat."), actor=actor, uid=uid
    ):
        return redirect(_next_after_life(uid, actor))
    return _act_page(request, resident, form, title=_("Catat keadaan warga"), submit=_("Catat"))


def _last_known(request: HttpRequest, resident: Resident) -> dict[str, Any]:
    """Return the version, and on sending what is recorded now: shown if somebody was faster."""
    known: dict[str, Any] = {"version": resident.version}
    newest = newest_event(resident) if request.method == "POST" else None
    if newest:
        names = ("kind", "on", "place", "source", "record_number")
        known |= {name: getattr(newest, name) for name in names}
    return known


def _next_after_life(uid: str, actor: Actor) -> str:
    """Return the page to go on with: who takes the place of somebody who is gone?"""
    resident = selectors.person(uid, actor=actor)
    newest = newest_event(resident)
    if newest and newest.kind in LEAVING and succession_of(resident, actor)["is_asked"]:
        return reverse("registry:successor", args=[uid])
    return reverse("registry:person", args=[uid])


def _act_page(
    request: HttpRequest, resident: Resident, form: Any, *, title: str, submit: str
) -> HttpResponse:
    return form_page(
        request,
        "registry/person_act.html",
        {"form": form, "resident": resident, "title": title, "submit": submit},
    )


@require_POST
@officer_page(*READERS)
def reveal(request: HttpRequest, uid: str) -> HttpResponse:
    """Show NIK, KK and phone in full on this one answer, for a written reason."""
    actor = actor_of(request)
    resident = _opened(uid, actor)
    form = RevealForm(request.POST)
    numbers: dict[str, str] = {}
    if form.is_valid():
        numbers = services.reveal_numbers(actor=actor, uid=uid, reason=form.cleaned_data["reason"])
    context = _person_context(resident, actor, numbers=numbers, reveal_form=form)
    response = render(request, "registry/person.html", context)
    response["Cache-Control"] = "no-store"
    return response
