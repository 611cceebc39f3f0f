"""List pages: hand in, say what the columns hold, read the trial, load, cancel, undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import (
    ActForm,
    actor_of,
    add_error,
    carried_out,
    form_page,
    officer_page,
    say_done,
)
from puskesmas.templatetags.puskesos import angka
from registry.imports import cells, problems, selectors, services
from registry.imports.forms import ColumnsForm, HandInForm
from registry.imports.writing import workbook
from registry.likeness.selectors import open_questions
from registry.merging import DECIDERS
from registry.models import Import, ImportRow

Status = Import.Status
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TONES = {
    Status.UPLOADED: "info",
    Status.CHECKING: "progress",
    Status.CHECKED: "waiting",
    Status.RUNNING: "progress",
    Status.DONE: "success",
    Status.UNDOING: "progress",
    Status.UNDONE: "neutral",
    Status.CANCELLED: "neutral",
    Status.FAILED: "danger",
}
_GRAVITY = {
    problems.Gravity.ERROR: (_("Tidak dimuat"), "danger"),
    problems.Gravity.WARNING: (_("Perlu diperiksa"), "warning"),
    problems.Gravity.SKIP: (_("Dilewati"), "neutral"),
    problems.Gravity.NOTE: (_("Sudah dirapikan"), "info"),
}


@require_GET
@officer_page(*services.IMPORT_ROLES, village=True)
def imports(request: HttpRequest) -> HttpResponse:
    """The office's lists, newest first."""
    actor = actor_of(request)
    page = keyset.page(
        selectors.imports_of(actor), order=("-pk",), position=request.GET.get("from", "")
    )
    rows = [{"batch": batch, "tone": _TONES[Status(batch.status)]} for batch in page.rows]
    may_decide = actor.has(*DECIDERS)
    context = {
        "rows": rows,
        "may_decide": may_decide,
        "waiting": open_questions(actor).count() if may_decide else 0,
        **page.turns(),
    }
    return render(request, "registry/imports.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*services.IMPORT_ROLES, village=True)
def import_new(request: HttpRequest) -> HttpResponse:
    """Hand in a file."""
    actor = actor_of(request)
    form = HandInForm(request.POST or None, request.FILES or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            batch = services.hand_in(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, batch)
            return redirect("registry:import_columns", uid=batch.uid)
    return form_page(request, "registry/import_new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@officer_page(*services.IMPORT_ROLES, village=True)
def import_columns(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct what was guessed of the columns, then try the list dry."""
    actor = actor_of(request)
    batch = selectors.import_of(uid, actor=actor)
    open_still = batch.status in {Status.UPLOADED, Status.CHECKED, Status.FAILED}
    if request.method == "GET" and not open_still:
        return redirect("registry:import", uid=uid)
    titles, samples = selectors.sample_of(batch)
    form = ColumnsForm(
        request.POST or None,
        titles=titles,
        samples=samples,
        guessed=batch.mapping,
        initial={"version": batch.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.map_columns(
                actor=actor,
                uid=uid,
                version=form.cleaned_data["version"],
                mapping=form.mapping(),
            )
            services.check(actor=actor, uid=uid)
        except DomainError as error:
            add_error(form, error)
        else:
            return redirect("registry:import", uid=uid)
    remembered = services.remembered_columns(actor, batch.kind, batch.source)
    context = {"form": form, "batch": batch, "is_remembered": bool(remembered)}
    return form_page(request, "registry/import_columns.html", context)


@require_GET
@officer_page(*services.IMPORT_ROLES, village=True)
def import_page(request: HttpRequest, uid: str) -> HttpResponse:
    """What the trial or the loading found; with htmx only the part that changes while loading."""
    actor = actor_of(request)
    batch = selectors.import_of(uid, actor=actor)
    if batch.status == Status.UPLOADED:
        return redirect("registry:import_columns", uid=uid)
    if getattr(request, "htmx", False):
        answer = render(request, "registry/_import_progress.html", _progress(batch))
        if batch.status not in services.BUSY:
            # The work is over: the whole page has changed.
            answer["HX-Refresh"] = "true"
        return answer
    context = _result(batch, position=request.GET.get("from", ""))
    return render(request, "registry/import.html", context)


_WORDS = {
    Status.CHECKING: _("Daftar sedang dicoba. Data warga tidak berubah."),
    Status.RUNNING: _("Daftar sedang dimuat."),
    Status.UNDOING: _("Daftar sedang ditarik kembali."),
}


def _progress(batch: Import) -> dict[str, Any]:
    return {"batch": batch, "words": _WORDS.get(Status(batch.status), "")}


def _result(batch: Import, *, position: str) -> dict[str, Any]:
    found = selectors.rows_to_check(batch)
    page = keyset.page(found, order=("line",), position=position, size=50)
    counts = batch.counts.get("outcomes", {})
    name_at = selectors.column_of(batch, "name") or 0
    return {
        **_progress(batch),
        "tone": _TONES[Status(batch.status)],
        "is_busy": batch.status in services.BUSY,
        "can_cancel": batch.status in {Status.CHECKING, Status.RUNNING},
        "is_trial": batch.status == Status.CHECKED,
        "was_taken_back": batch.status in {Status.UNDONE, Status.CANCELLED},
        "kept": selectors.kept_count(batch),
        "loads": sum(counts.get(one, 0) for one in ("new", "changed")),
        "tiles": [
            {"label": label, "value": angka(counts.get(outcome, 0))}
            for outcome, label in ImportRow.Outcome.choices
        ],
        "by_rw": batch.counts.get("by_rw", {}).items(),
        "found": [
            {**one, "label": _GRAVITY[one["gravity"]][0], "tone": _GRAVITY[one["gravity"]][1]}
            for one in selectors.problem_counts(batch)
        ],
        "rows": [_row(row, name_at) for row in page.rows],
        **page.turns(),
    }


def _row(row: ImportRow, name_at: int) -> dict[str, Any]:
    name = cells.text_of(row.raw[name_at]) if name_at < len(row.raw) else ""
    if not name and row.resident is not None:
        name = row.resident.name
    return {"line": row.line, "name": name, "words": selectors.words_about(row)}


@require_POST
@officer_page(*services.IMPORT_ROLES, village=True)
def import_load(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask the worker to load the list."""
    services.queue(actor=actor_of(request), uid=uid, version=_version(request))
    return redirect("registry:import", uid=uid)


@require_POST
@officer_page(*services.IMPORT_ROLES, village=True)
def import_cancel(request: HttpRequest, uid: str) -> HttpResponse:
    """Stop the trial or the loading."""
    services.cancel(actor=actor_of(request), uid=uid, version=_version(request))
    messages.success(request, _("Daftar dihentikan."))
    return redirect("registry:import", uid=uid)


@require_http_methods(["GET", "POST"])
@officer_page(*services.IMPORT_ROLES, village=True)
def import_undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask once more, saying what will happen; then let the worker take the list back."""
    actor = actor_of(request)
    batch = selectors.import_of(uid, actor=actor)
    form = ActForm(request.POST or None, initial={"version": batch.version})
    if carried_out(request, form, services.undo, actor=actor, uid=uid, done=""):
        return redirect("registry:import", uid=uid)
    context = {
        "title": _("Tarik kembali daftar ini?"),
        "caption": services.in_words(batch),
        "consequences": selectors.consequences_of_undoing(batch),
        "form": form,
        "submit": _("Ya, tarik kembali"),
        "danger": True,
        "cancel_url": reverse("registry:import", args=[uid]),
    }
    return form_page(request, "components/confirm_page.html", context)


def _version(request: HttpRequest) -> int | None:
    """Return the version the button's form carried, None for a form without one."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


@require_GET
@officer_page(*services.IMPORT_ROLES, village=True)
def import_reasons(request: HttpRequest, uid: str) -> HttpResponse:
    """The doubtful rows as the same sheet, a column with the reasons in front. Audited."""
    actor = actor_of(request)
    return reasons_response(selectors.import_of(uid, actor=actor), actor=actor)


def reasons_response(batch: Import, *, actor: Actor) -> HttpResponse:
    """Return the sheet handed back, and audit that it was."""
    titles, rows = selectors.reasons_sheet(batch)
    audit(actor=actor, action="import.export", subject=batch)
    response = HttpResponse(workbook(titles, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="perlu-diperiksa-{batch.uid}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response
