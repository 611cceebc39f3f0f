"""The catalogue as a file: download it, look at what another one would change, take it over."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.catalogue import starter
from programs.catalogue.exchange import export_catalogue, import_catalogue
from programs.catalogue.file import parse
from programs.catalogue.forms import ImportForm, TakeForm
from programs.catalogue.plan import Plan, plan
from programs.catalogue.roles import EDITORS
from programs.catalogue.views import TEMPLATES
from programs.models import Programme
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.pages import actor_of, form_page, officer_page


@require_GET
@officer_page()
def catalogue_file(request: HttpRequest) -> HttpResponse:
    """The whole published catalogue as one readable file."""
    office = actor_of(request).office
    answer = HttpResponse(export_catalogue(office), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="katalog-{office.code}.toml"'
    return answer


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def catalogue_import(request: HttpRequest) -> HttpResponse:
    """Hand in a file and see what it would change; nothing is changed yet."""
    actor = actor_of(request)
    form = ImportForm(_offered(request) or request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            context["plan"] = planned(actor, text)
        except DomainError as error:
            _say_problems(form, error)
        else:
            context["take"] = TakeForm(initial={"text": text, "way": "draft"})
    return form_page(request, f"{TEMPLATES}/import.html", context)


def _offered(request: HttpRequest) -> dict[str, str]:
    """Return what a visitor of the catalogue page asked to look at: what the starter has more."""
    found = starter.offer(actor_of(request).office) if "starter" in request.GET else None
    return {"text": found.text} if found else {}


def planned(actor: Actor, text: str) -> Plan:
    """Return what a file would change in the actor's office. Raises InvalidInput."""
    known = Programme.objects.visible_to(actor).values_list("code", flat=True)
    return plan(actor.office, parse(text, known=frozenset(known)))


def _say_problems(form: ImportForm, error: DomainError) -> None:
    for problem in error.details.get("problems") or [str(error.message)]:
        form.add_error("text", problem)


@require_POST
@officer_page(*EDITORS)
def catalogue_take(request: HttpRequest) -> HttpResponse:
    """Take over the file that was looked at."""
    actor = actor_of(request)
    form = TakeForm(request.POST)
    looked = ImportForm({"text": request.POST.get("text", "")})
    if form.is_valid():
        as_drafts = form.cleaned_data["way"] == "draft"
        try:
            counts = import_catalogue(
                actor=actor, text=form.cleaned_data["text"], as_drafts=as_drafts
            )
        except DomainError as error:
            looked.full_clean()
            _say_problems(looked, error)
        else:
            _say_counts(request, counts)
            return redirect("programs:catalogue")
    else:
        looked.add_error(None, _("Lihat perbedaannya dulu, lalu pilih cara mengambilnya."))
    return form_page(request, f"{TEMPLATES}/import.html", {"form": looked})


def _say_counts(request: HttpRequest, counts: Counter[str]) -> None:
    said = [
        ngettext("%d program baru", "%d program baru", counts["programmes_new"])
        % counts["programmes_new"],
        _("%d versi terbit") % (counts["versions_new"] + counts["versions_changed"]),
        _("%d draf dibuat") % counts["versions_drafted"],
    ]
    messages.success(request, _("Katalog diambil: %s.") % ", ".join(said))
    if left := counts["versions_left"]:
        messages.warning(
            request,
            _(
                "%d versi tidak diambil: satu program hanya punya satu draf. Terbitkan atau buang "
                "drafnya, lalu ambil berkas ini lagi."
            )
            % left,
        )
