"""Pages of the realisation sheets: hand in, look at the trial, record, take the problems home."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas.attachments import SHEET_TYPES
from puskesmas.history import audit
from puskesmas.models import Role
from puskesmas.pages import CreateForm, actor_of, carried_out, form_page, officer_page, say_done
from referrals.realised import services as verbs
from registry.imports.writing import workbook

RECORDERS = (Role.MANAGER, Role.DISTRICT_BACK)
_XLSX = next(kind for kind in SHEET_TYPES if "spreadsheetml" in kind)


class RealisationSheetForm(CreateForm):
    """The sheet an owner sent."""

    upload = forms.FileField(
        label=gettext_lazy("Berkas realisasi"),
        help_text=gettext_lazy(
            "XLSX, XLS, ODS, atau CSV dengan kolom NOMOR AGENDA atau NOMOR RESI, NIK, STATUS, "
            "TEMPAT, dan TANGGAL."
        ),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )


@require_http_methods(["GET", "POST"])
@officer_page(*RECORDERS, village=False)
def new(request: HttpRequest) -> HttpResponse:
    """Hand in a sheet of cards that are ready, or were collected."""
    form = RealisationSheetForm(request.POST or None, request.FILES or None)
    if carried_out(request, form, verbs.hand_in, done="", actor=actor_of(request)):
        return redirect("referrals:realised", uid=form.result.uid)
    return form_page(
        request, "referrals/realised_new.html", {"form": form, "back": reverse("referrals:inbox")}
    )


@require_GET
@officer_page(*RECORDERS, village=False)
def realised(request: HttpRequest, uid: str) -> HttpResponse:
    """What each row would do now, or did."""
    actor = actor_of(request)
    item = verbs.find(uid, actor=actor)
    audit(actor=actor, action="open_realisations", subject=item)
    rows = verbs.try_dry(item, actor=actor)
    return render(
        request,
        "referrals/realised.html",
        {
            "item": item,
            "rows": sorted(rows, key=lambda row: (row.outcome == "same", row.row["line"])),
            "tiles": verbs.tally(rows),
            "to_do": sum(row.outcome == verbs.CHANGES for row in rows),
            "problems": any(row.outcome not in {verbs.CHANGES, "same"} for row in rows),
            "back": reverse("referrals:realised_new"),
        },
    )


@require_POST
@officer_page(*RECORDERS, village=False)
def apply(request: HttpRequest, uid: str) -> HttpResponse:
    """Record what can be recorded."""
    actor = actor_of(request)
    version = request.POST.get("version", "")
    item = verbs.apply(actor=actor, uid=uid, version=int(version) if version.isdecimal() else None)
    say_done(request, item, _("Realisasi dari berkas ini sudah dicatat."))
    return redirect("referrals:realised", uid=uid)


@require_GET
@officer_page(*RECORDERS, village=False)
def problems(request: HttpRequest, uid: str) -> HttpResponse:
    """The rows that cannot be recorded, with the reason, as a sheet; without NIK."""
    actor = actor_of(request)
    item = verbs.find(uid, actor=actor)
    audit(actor=actor, action="export_realisation_problems", subject=item)
    titles = ("BARIS", "NOMOR AGENDA", "NOMOR RESI", "NAMA", "MASALAH")
    rows = (
        [row.row["line"], row.row["number"], row.row["receipt"], row.row["name"], row.label]
        for row in verbs.try_dry(item, actor=actor)
        if row.outcome not in {verbs.CHANGES, "same"}
    )
    answer = HttpResponse(workbook(titles, rows), content_type=_XLSX)
    answer["Content-Disposition"] = 'attachment; filename="masalah-realisasi.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer
