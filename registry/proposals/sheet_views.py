"""Pages of the monthly sheets and their profile."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import keyset
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from registry.proposals import answers as answer_verbs
from registry.proposals import sheets as verbs
from registry.proposals.forms import SheetChoice, SheetForm
from registry.proposals.profile_forms import ColumnFormSet, ProfileForm, columns_of
from registry.proposals.workflow import KEEPERS, PROFILE_KEEPERS


@require_GET
@officer_page(*KEEPERS, village=True)
def sheets(request: HttpRequest) -> HttpResponse:
    """The sheets that were sent, and the answers that came back, the newest first."""
    actor = actor_of(request)
    position = request.GET.get("at", "")
    page = keyset.page(verbs.sheets_of(actor), order=("-month", "-pk"), position=position)
    context = {
        "rows": page.rows,
        "answers": answer_verbs.answer_files(actor)[:20],
        "previous_url": f"?at={page.previous}" if page.previous else "",
        "next_url": f"?at={page.next}" if page.next else "",
        "may_profile": actor.has(*PROFILE_KEEPERS),
    }
    return render(request, "proposals/sheets.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Preview a month's sheet, what is missing in each row; then freeze it."""
    actor = actor_of(request)
    choice = SheetChoice(request.GET if "month" in request.GET else None, actor=actor)
    form: Any = SheetForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = verbs.make_sheet(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, sheet, _("Lembar dibuat dan usulannya ditandai terkirim."))
            return redirect("proposals:sheet", uid=sheet.uid)
    chosen = form if form.is_bound else choice
    rows: list[verbs.Candidate] = []
    profile = verbs.current_profile(actor)
    if chosen.is_valid():
        data = chosen.cleaned_data
        rows = verbs.candidates(
            actor,
            register=verbs.register_of(actor, data["register_code"]),
            kind=data["kind"],
            month=data["month"],
            profile=profile,
        )
        audit(actor=actor, action="sheet.preview")
    if not form.is_bound and choice.is_bound:
        form = SheetForm(actor=actor, initial=request.GET.dict())
    for name in ("register_code", "kind", "month"):
        form.fields[name].widget = forms.HiddenInput()
    context = {
        "form": form,
        "choice": choice if choice.is_bound else SheetChoice(actor=actor),
        "previewed": chosen.is_bound and chosen.is_valid(),
        "rows": rows,
        "complete": sum(one.goes(with_incomplete=False) for one in rows),
        "profile": profile,
    }
    return form_page(request, "proposals/sheet_new.html", context)


@require_GET
@officer_page(*KEEPERS, village=True)
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """One sheet: who stands in it, its fingerprint, its file."""
    actor = actor_of(request)
    item = verbs.sheet(uid, actor=actor)
    audit(actor=actor, action="open_sheet", subject=item)
    rows = item.rows.select_related("proposal__resident").order_by("line")
    page = keyset.page(rows, order=("line",), position=request.GET.get("at", ""), size=100)
    context = {
        "sheet": item,
        "rows": page.rows,
        "previous_url": f"?at={page.previous}" if page.previous else "",
        "next_url": f"?at={page.next}" if page.next else "",
    }
    return render(request, "proposals/sheet.html", context)


@require_GET
@officer_page(*KEEPERS, village=True)
def sheet_file(request: HttpRequest, uid: str) -> HttpResponse:
    """The frozen file with whole numbers; audited."""
    actor = actor_of(request)
    item = verbs.sheet(uid, actor=actor)
    return file_response(verbs.file_of(item, actor=actor), name=item.file.name)


def file_response(content: bytes, *, name: str) -> HttpResponse:
    """Return a workbook to be saved, kept nowhere on the way."""
    response = HttpResponse(content, content_type=verbs.XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@officer_page(*PROFILE_KEEPERS, village=True)
def profile(request: HttpRequest) -> HttpResponse:
    """How the sheet looks; a change is a new version."""
    actor = actor_of(request)
    current = verbs.current_profile(actor)
    form = ProfileForm(
        request.POST or None,
        initial={
            "number": current.number,
            "name": current.name,
            "sheet_name": current.sheet_name,
        },
    )
    columns = ColumnFormSet(
        request.POST or None,
        prefix="columns",
        initial=[{"place": at, **one} for at, one in enumerate(current.columns, start=1)],
    )
    if request.method == "POST" and form.is_valid() and columns.is_valid():
        try:
            changed = verbs.change_profile(
                actor=actor, columns_=columns_of(columns), **form.cleaned_data
            )
        except DomainError as error:
            add_error(form, error)
        else:
            words = _("Susunan lembar versi %(number)s disimpan.")
            say_done(request, changed, words % {"number": changed.number})
            return redirect("proposals:profile")
    return form_page(
        request,
        "proposals/profile.html",
        {"form": form, "columns": columns, "profile": current},
    )
