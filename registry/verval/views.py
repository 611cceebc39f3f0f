"""Verval pages: take a list in, walk it, watch it, send it back."""

import io
import zipfile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import attachments, keyset, panels
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.pages import ActForm, actor_of, carried_out, form_page, officer_page
from puskesmas.templatetags.puskesos import angka
from registry.models import Resident, VervalList, VervalRow, VervalState
from registry.roles import WRITERS
from registry.selectors import is_family
from registry.verval import answers, selectors, services
from registry.verval.assigning import Hands
from registry.verval.forms import AssignForm, ColumnsForm, RecordForm, TakeInForm
from registry.verval.workflow import KEEPERS, VERVAL, WALKERS

READERS = (*KEEPERS, *WALKERS)
_PER_PAGE = 50


@require_GET
@officer_page(*READERS, village=True)
def lists(request: HttpRequest) -> HttpResponse:
    """The office's verval lists, newest first, each with how far it is."""
    actor = actor_of(request)
    page = keyset.page(
        selectors.lists_of(actor), order=("-pk",), position=request.GET.get("from", "")
    )
    rows = [_with_days(one, actor) for one in page.rows]
    context = {"rows": rows, "may_keep": actor.has(*KEEPERS), **page.turns()}
    return render(request, "registry/verval/lists.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def list_new(request: HttpRequest) -> HttpResponse:
    """Take a list in."""
    actor = actor_of(request)
    form = TakeInForm(
        request.POST or None, request.FILES or None, initial={"received_on": actor.office.today()}
    )
    done = _("Daftar verval diterima.")
    if carried_out(request, form, services.take_in, done=done, actor=actor):
        return redirect("registry:verval_list", uid=form.result.uid)
    context = {"form": form, "title": _("Terima daftar verval"), "submit": _("Unggah")}
    return form_page(request, "registry/verval/form.html", context)


@require_GET
@officer_page(*READERS, village=True)
def list_page(request: HttpRequest, uid: str) -> HttpResponse:
    """One list: how far each hamlet is, and the rows in the order in which one walks."""
    actor = actor_of(request)
    held = selectors.verval_list(uid, actor=actor)
    only_open = request.GET.get("show") != "all"
    rows = selectors.rows_of(held, actor=actor)
    page = keyset.page(
        rows.filter(outcome="") if only_open else rows,
        order=("walk", "line"),
        position=request.GET.get("from", ""),
        size=_PER_PAGE,
    )
    address = reverse("registry:verval_list", args=[uid])
    context = {
        **_with_days(held, actor),
        "rows": page.rows,
        "hamlets": selectors.progress(held, actor=actor),
        "may_keep": actor.has(*KEEPERS) and held.state == VervalState.OPEN,
        "may_fetch": actor.has(*KEEPERS),
        "panels": panels.load("verval_list", actor=actor, subject=held),
        "tabs": [
            {"label": _("Belum"), "url": address, "current": only_open},
            {"label": _("Semua"), "url": f"{address}?show=all", "current": not only_open},
        ],
        **page.turns({} if only_open else {"show": "all"}),
    }
    return render(request, "registry/verval/list.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def list_columns(request: HttpRequest, uid: str) -> HttpResponse:
    """Say which of the sender's columns takes which answer."""
    actor = actor_of(request)
    held = selectors.verval_list(uid, actor=actor)
    form = ColumnsForm(
        request.POST or None,
        titles=services.titles_of(held),
        chosen=held.answers,
        initial={"version": held.version},
    )

    def set_columns(version: int | None, **_chosen: Any) -> VervalList:
        return services.set_columns(actor=actor, uid=uid, version=version, columns=form.columns())

    if carried_out(request, form, set_columns, done=_("Kolom jawaban disimpan.")):
        return redirect("registry:verval_list", uid=uid)
    text = _(
        "Kolom mana di lembar pengirim yang diisi jawaban. Yang tidak ada di lembarnya ditambahkan "
        "di kanan saat dikembalikan."
    )
    return _form_page(request, held, form, title=_("Kolom jawaban"), submit=_("Simpan"), text=text)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def list_assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a hamlet's rows to somebody who walks."""
    actor = actor_of(request)
    held = selectors.verval_list(uid, actor=actor)
    hamlets = selectors.progress(held, actor=actor)
    form = AssignForm(
        request.POST or None,
        places=[(str(at), place_words(one)) for at, one in enumerate(hamlets)],
        officers=Hands(actor.office).officers,
        initial={"version": held.version},
    )

    def assign(version: int | None, place: str, officer: Any) -> int:
        hamlet = hamlets[int(place)]
        return services.assign(
            actor=actor,
            uid=uid,
            version=version,
            officer=officer,
            dusun=hamlet.dusun,
            rw=hamlet.rw,
        )

    if carried_out(request, form, assign, done=_("Tugas dibagi.")):
        return redirect("registry:verval_list", uid=uid)
    text = _(
        "Baris di wilayah itu yang belum dikunjungi menjadi tugasnya. Baris keluarganya sendiri "
        "tetap pada petugas lain."
    )
    return _form_page(request, held, form, title=_("Bagi tugas"), submit=_("Berikan"), text=text)


@require_http_methods(["GET", "POST"])
@officer_page(*KEEPERS, village=True)
def list_send(request: HttpRequest, uid: str) -> HttpResponse:
    """Freeze the sheet as it goes back to its sender."""
    actor = actor_of(request)
    held: Any = selectors.verval_list(uid, actor=actor)
    form = ActForm(request.POST or None, initial={"version": held.version})
    done = (
        _("Daftar dikembalikan; hasilnya dikirim ke %(sender)s.") % {"sender": held.sender}
        if held.by_link
        else _("Daftar dikembalikan; unduh lembarnya dan kirimkan.")
    )
    if carried_out(request, form, services.send_back, done=done, actor=actor, uid=uid):
        return redirect("registry:verval_list", uid=uid)
    return _form_page(
        request,
        held,
        form,
        title=_("Kembalikan ke pengirim"),
        submit=_("Kembalikan"),
        left=held.total - held.done,
    )


@require_GET
@officer_page(*KEEPERS, village=True)
def list_sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """The sender's sheet with the answers: as sent, or as they are so far. Audited."""
    actor = actor_of(request)
    held = selectors.verval_list(uid, actor=actor)
    content = attachments.read(held.sent_file) if held.sent_file else services.sheet_of(held)
    audit(actor=actor, action="verval.export", subject=held)
    return _download(content, name=f"verval-{held.uid}.xlsx", media_type=services.XLSX)


@require_GET
@officer_page(*KEEPERS, village=True)
def list_photos(request: HttpRequest, uid: str) -> HttpResponse:
    """The photos of the houses, named as the sheet names them. Audited."""
    actor = actor_of(request)
    held = selectors.verval_list(uid, actor=actor)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for row in held.rows.select_related("photo").order_by("line"):
            if row.photo is not None:
                archive.writestr(answers.photo_name(row), attachments.read(row.photo))
    audit(actor=actor, action="verval.export", subject=held, fields=["photos"])
    name = f"verval-{held.uid}-foto.zip"
    return _download(out.getvalue(), name=name, media_type="application/zip")


@require_http_methods(["GET", "POST"])
@officer_page(*READERS, village=True)
def row_page(request: HttpRequest, uid: str) -> HttpResponse:
    """One door: who lives there, and the form for what was found."""
    actor = actor_of(request)
    row = selectors.row(uid, actor=actor)
    form = RecordForm(request.POST or None, request.FILES or None, initial=_initial(row))
    if request.method == "GET":
        audit(actor=actor, action="verval.open_row", subject=row)
    if carried_out(request, form, services.record, done=_("Hasil dicatat."), actor=actor, uid=uid):
        if life_to_record(row.resident, form.cleaned_data["outcome"]):
            return redirect("registry:verval_row", uid=uid)
        return redirect("registry:verval_list", uid=row.verval_list.uid)
    return form_page(
        request,
        "registry/verval/row.html",
        {
            "row": row,
            "form": form,
            "is_open": row.verval_list.state == VervalState.OPEN,
            "may_record": VERVAL.is_permitted(VERVAL.steps["record"], actor),
            "is_own_family": row.resident is not None and is_family(actor.user, row.resident),
            "life": life_to_record(row.resident, row.outcome),
            "may_write": actor.has(*WRITERS),
        },
    )


def life_to_record(resident: Resident | None, outcome: str) -> bool:
    """Return whether the office still believes alive and here whom the visit found otherwise."""
    gone = outcome in {VervalRow.Outcome.DECEASED, VervalRow.Outcome.MOVED}
    return gone and resident is not None and resident.life == Resident.Life.ALIVE


def place_words(hamlet: selectors.Hamlet) -> str:
    """Return "Dusun Krajan RW 01", or "tanpa wilayah"."""
    parts = [
        f"Dusun {hamlet.dusun}" if hamlet.dusun else "",
        f"RW {hamlet.rw}" if hamlet.rw else "",
    ]
    return " ".join(part for part in parts if part) or _("tanpa wilayah")


def home_panel(actor: Actor, subject: Any) -> dict[str, Any] | None:
    """The desk's panel: lists with doors left to visit; none, no panel. One query."""
    if not (actor.has(*READERS) and actor.office.is_village):
        return None
    found = selectors.waiting(actor)
    return {"rows": [_with_days(one, actor) for one in found]} if found else None


def _initial(row: VervalRow) -> dict[str, Any]:
    position = row.position or {}
    return {
        "version": row.version,
        "outcome": row.outcome,
        "finding": row.finding,
        "reason": row.reason,
        "note": row.note,
        **{part: position.get(part) for part in ("latitude", "longitude")},
    }


def _with_days(held: Any, actor: Actor) -> dict[str, Any]:
    due = held.due_on if held.state == VervalState.OPEN else None
    return {
        "list": held,
        "days": (due - actor.office.today()).days if due else None,
        "tone": "success" if held.state == VervalState.SENT else "progress",
        "count": _("%(done)s dari %(total)s")
        % {"done": angka(held.done), "total": angka(held.total)},
    }


def _download(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _form_page(
    request: HttpRequest, held: VervalList, form: Any, *, title: str, submit: str, **more: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "list": held, **more}
    return form_page(request, "registry/verval/form.html", context)
