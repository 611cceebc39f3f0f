"""Pages of the catalogue that every officer reads, and what its keeper says of a programme."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.catalogue import selectors, services, starter
from programs.catalogue.forms import (
    AgainstForm,
    DraftForm,
    NewProgrammeForm,
    PlaceForm,
    ProgrammeForm,
)
from programs.catalogue.roles import EDITORS
from programs.catalogue.words import day_in_words, parts_of
from programs.models import Programme, ProgrammeVersion
from puskesmas.pages import actor_of, carried_out, form_page, officer_page

TEMPLATES = "programs/catalogue"
_SHOWN = ("name_id", "name_en", "owner", "tier", "unit", "aliases")


@require_GET
@officer_page()
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every programme of the office, in the order it is offered."""
    actor = actor_of(request)
    may_edit = actor.has(*EDITORS)
    context = {
        "rows": selectors.programme_rows(actor),
        "may_edit": may_edit,
        "offer": starter.offer(actor.office) if may_edit and actor.office.is_village else None,
    }
    return render(request, f"{TEMPLATES}/catalogue.html", context)


@require_GET
@officer_page()
def programme(request: HttpRequest, uid: str) -> HttpResponse:
    """One programme: what is in force today, its partners, every version."""
    actor = actor_of(request)
    row = selectors.programme(uid, actor=actor)
    today = actor.office.today()
    versions = selectors.versions_of(row)
    in_force = next((one for one in versions if one.effective_from <= today), None)
    context = {
        "programme": row,
        "in_force": in_force,
        "parts": parts_of(in_force.terms) if in_force else [],
        "versions": versions,
        "draft": selectors.draft_of(row),
        "agreements": selectors.agreements_of(row, today),
        "may_edit": actor.has(*EDITORS),
    }
    return render(request, f"{TEMPLATES}/programme.html", context)


@require_GET
@officer_page()
def version(request: HttpRequest, uid: str) -> HttpResponse:
    """One version, published or draft, in words; and what it changes against another one."""
    actor = actor_of(request)
    row = selectors.version(uid, actor=actor)
    others = [one for one in selectors.versions_of(row.programme) if one.pk != row.pk]
    earlier, form = _against(request, row, others)
    context = {
        "version": row,
        "programme": row.programme,
        "parts": parts_of(row.terms),
        "earlier": earlier,
        "changes": selectors.changes_of(row, earlier) if earlier else [],
        "form": form,
        "may_edit": actor.has(*EDITORS),
    }
    return render(request, f"{TEMPLATES}/version.html", context)


def _against(
    request: HttpRequest, row: ProgrammeVersion, others: list[ProgrammeVersion]
) -> tuple[ProgrammeVersion | None, AgainstForm | None]:
    """Return the version to compare with: the one chosen, else the one it followed."""
    if not others:
        return None, None
    chosen = request.GET.get("against", "")
    earlier = next((one for one in others if str(one.uid) == chosen), None)
    earlier = earlier or selectors.before(row)
    choices = [(str(one.uid), _version_label(one)) for one in others]
    initial = {"against": str(earlier.uid) if earlier else ""}
    return earlier, AgainstForm(choices=[("", _("– pilih –")), *choices], initial=initial)


def _version_label(row: ProgrammeVersion) -> str:
    days = {"day": day_in_words(row.effective_from), "published": day_in_words(row.published_at)}
    return _("berlaku %(day)s (terbit %(published)s)") % days


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def programme_new(request: HttpRequest) -> HttpResponse:
    """Add a programme of the office's own."""
    form = NewProgrammeForm(request.POST or None, initial={"unit": Programme.Unit.PERSON})
    done = _("Program ditambahkan. Buat versi pertamanya supaya dapat ditawarkan.")
    if carried_out(request, form, services.add_programme, done=done, actor=actor_of(request)):
        return redirect("programs:programme", uid=form.result.uid)
    return plain_form(request, form, title=_("Tambah program"), submit=_("Tambahkan"))


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def programme_change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a programme's names, owner, tier, unit and aliases."""
    actor = actor_of(request)
    row = selectors.programme(uid, actor=actor)
    initial = {name: getattr(row, name) for name in _SHOWN}
    form = ProgrammeForm(request.POST or None, initial={**initial, "version": row.version})
    if carried_out(
        request,
        form,
        services.change_programme,
        done=_("Perubahan disimpan."),
        actor=actor,
        uid=uid,
    ):
        return redirect("programs:programme", uid=uid)
    return plain_form(
        request, form, title=_("Ubah nama dan pemilik"), submit=_("Simpan"), programme=row
    )


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def programme_place(request: HttpRequest, uid: str) -> HttpResponse:
    """Say where in the list a programme is offered."""
    actor = actor_of(request)
    row = selectors.programme(uid, actor=actor)
    listed: list[Programme] = list(Programme.objects.visible_to(actor))
    place = listed.index(row)
    form = PlaceForm(
        request.POST or None,
        others=[one for one in listed if one != row],
        initial={"after": str(listed[place - 1].uid) if place else ""},
    )
    if carried_out(
        request, form, services.place_programme, done=_("Urutan disimpan."), actor=actor, uid=uid
    ):
        return redirect("programs:catalogue")
    return plain_form(request, form, title=_("Ubah urutan"), submit=_("Simpan"), programme=row)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def draft_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Open a draft: a copy of what is in force on its first day."""
    actor = actor_of(request)
    row = selectors.programme(uid, actor=actor)
    form = DraftForm(request.POST or None)
    if carried_out(
        request,
        form,
        services.draft_version,
        done=_("Draf dibuka. Ubah bagian-bagiannya, lalu terbitkan."),
        actor=actor,
        programme_uid=uid,
    ):
        return redirect("programs:draft", uid=form.result.uid)
    return plain_form(
        request, form, title=_("Buat versi baru"), submit=_("Buat draf"), programme=row
    )


def plain_form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    """Draw one form under a title; ``programme`` or ``partner`` say where it hangs."""
    return form_page(request, f"{TEMPLATES}/form.html", {"form": form, **context})
