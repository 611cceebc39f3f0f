"""List pages: hand in, say what the columns hold, read the trial, load."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import keyset
from puskesmas.actors import Actor
from puskesmas.errors import DomainError
from puskesmas.history import audit
from puskesmas.pages import actor_of, add_error, form_page, officer_page, say_done
from puskesmas.templatetags.puskesos import angka
from registry.imports import cells, problems, selectors, services
from registry.imports.forms import ColumnsForm, HandInForm
from registry.imports.writing import workbook
from registry.models import Import, ImportRow

Status = Import.Status
_TONES = {
    Status.UPLOADED: "info",
    Status.CHECKED: "waiting",
    Status.RUNNING: "progress",
    Status.DONE: "success",
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
    return render(request, "registry/imports.html", {"rows": rows, **_turns(page)})


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
    batch = _batch(uid, actor)
    if batch.status in {Status.RUNNING, Status.DONE}:
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
            services.try_dry(actor=actor, uid=uid)
        except DomainError as error:
            add_error(form, error)
        else:
            return redirect("registry:import", uid=uid)
    return form_page(request, "registry/import_columns.html", {"form": form, "batch": batch})


@require_GET
@officer_page(*services.IMPORT_ROLES, village=True)
def import_page(request: HttpRequest, uid: str) -> HttpResponse:
    """What the trial or the loading found; with htmx only the part that changes while loading."""
    actor = actor_of(request)
    batch = _batch(uid, actor)
    if batch.status == Status.UPLOADED:
        return redirect("registry:import_columns", uid=uid)
    live = bool(getattr(request, "htmx", False))
    template = "registry/_import_result.html" if live else "registry/import.html"
    # 286 tells htmx to stop asking.
    status = 286 if live and batch.status != Status.RUNNING else 200
    context = _result(batch, position=request.GET.get("from", ""))
    return render(request, template, context, status=status)


def _result(batch: Import, *, position: str) -> dict[str, Any]:
    found = selectors.rows_to_check(batch)
    page = keyset.page(found, order=("line",), position=position, size=50)
    counts = batch.counts.get("outcomes", {})
    name_at = next((int(at) for at, field in batch.mapping.items() if field == "name"), 0)
    return {
        "batch": batch,
        "tone": _TONES[Status(batch.status)],
        "is_trial": batch.status == Status.CHECKED,
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
        **_turns(page),
    }


def _turns(page: keyset.Page[Any]) -> dict[str, str]:
    return {
        "previous_url": f"?from={page.previous}" if page.previous else "",
        "next_url": f"?from={page.next}" if page.next else "",
    }


def _row(row: ImportRow, name_at: int) -> dict[str, Any]:
    name = cells.text_of(row.raw[name_at]) if name_at < len(row.raw) else ""
    if not name and row.resident is not None:
        name = row.resident.name
    return {"line": row.line, "name": name, "words": problems.words(row.problems)}


@require_POST
@officer_page(*services.IMPORT_ROLES, village=True)
def import_load(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask the worker to load the list."""
    services.queue(actor=actor_of(request), uid=uid)
    return redirect("registry:import", uid=uid)


@require_GET
@officer_page(*services.IMPORT_ROLES, village=True)
def import_reasons(request: HttpRequest, uid: str) -> HttpResponse:
    """The doubtful rows as the same sheet, a column with the reasons in front. Audited."""
    actor = actor_of(request)
    batch = _batch(uid, actor)
    titles, rows = selectors.reasons_sheet(batch)
    audit(actor=actor, action="import.export", subject=batch)
    response = HttpResponse(workbook(titles, rows), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="perlu-diperiksa-{batch.uid}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(uid: str, actor: Actor) -> Import:
    batch = selectors.imports_of(actor).filter(uid=uid).first()
    if batch is None:
        raise Http404
    return batch
