"""Register pages: which the office uses, their lists, and what they said of a person on a day."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from registry import selectors as people
from registry.imports.services import IMPORT_ROLES
from registry.models import Register
from registry.register_answers import register_answers, rows_on
from registry.registers import selectors, services
from registry.registers.forms import NO, YES, DayForm, RegisterForm
from registry.registers.panels import deciles_panel
from registry.roles import READERS


@require_GET
@officer_page(*IMPORT_ROLES, village=True)
def registers(request: HttpRequest) -> HttpResponse:
    """The registers the office uses, and how fresh each is."""
    rows = selectors.registers_of(actor_of(request))
    return render(request, "registry/registers/registers.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@officer_page(*IMPORT_ROLES, village=True)
def register_new(request: HttpRequest) -> HttpResponse:
    """Add a register the office uses."""
    form = RegisterForm(request.POST or None, is_new=True)
    if carried_out(request, form, _add, done=_("Daftar ditambahkan."), actor=actor_of(request)):
        return redirect("registry:registers")
    return _form_page(request, form, title=_("Tambah daftar"), back=reverse("registry:registers"))


@require_http_methods(["GET", "POST"])
@officer_page(*IMPORT_ROLES, village=True)
def register_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Rename a register, or say that another replaced it."""
    actor = actor_of(request)
    found = selectors.register(uid, actor=actor)
    form = RegisterForm(request.POST or None, is_new=False, initial=_initial(found))
    if carried_out(
        request,
        form,
        services.change_register,
        done=_("Daftar disimpan."),
        actor=actor,
        uid=uid,
    ):
        return redirect("registry:register", uid=uid)
    back = reverse("registry:register", args=[uid])
    return _form_page(request, form, title=_("Ubah %(name)s") % {"name": found.name}, back=back)


@require_GET
@officer_page(*IMPORT_ROLES, village=True)
def register(request: HttpRequest, uid: str) -> HttpResponse:
    """One register with all its lists."""
    found = selectors.register(uid, actor=actor_of(request))
    context = {"register": found, "rows": selectors.versions_of(found)}
    return render(request, "registry/registers/register.html", context)


@require_GET
@officer_page(*READERS)
def person_registers(request: HttpRequest, uid: str) -> HttpResponse:
    """What the registers said of a person on a day, and of his family over time."""
    actor = actor_of(request)
    resident = people.person(uid, actor=actor)
    audit(actor=actor, action="open_person", subject=resident)
    today = actor.office.today()
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": today})
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
    said = {one.version.register_id: one for one in rows_on(resident, actor=actor, on=day)}
    answers = register_answers(resident, actor=actor, on=day)
    context: dict[str, Any] = {
        "resident": resident,
        "form": form,
        "day": day,
        "rows": [(answer, said.get(answer.register.pk)) for answer in answers],
        "family": deciles_panel(actor, resident),
    }
    return render(request, "registry/registers/person.html", context)


def _add(**values: Any) -> Register:
    values.pop("version")
    return services.add_register(**values)


def _initial(found: Register) -> dict[str, Any]:
    return {
        "version": found.version,
        "name_id": found.name_id,
        "name_en": found.name_en,
        "in_force": YES if found.in_force else NO,
        "programme": found.programme,
    }


def _form_page(request: HttpRequest, form: Any, *, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return form_page(request, "registry/registers/form.html", context)
