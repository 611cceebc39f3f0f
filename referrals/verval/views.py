"""Pages of the verval sheets: hand in, see how they are divided, send, watch, take home."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas import keyset
from puskesmas.history import audit
from puskesmas.pages import actor_of, carried_out, form_page, officer_page, say_done
from referrals.verval import selectors, services
from referrals.verval.forms import CorrectForm, GiveForm, SheetForm
from referrals.workflow import DISTRICT
from registry.verval.services import XLSX


@require_GET
@officer_page(*DISTRICT, village=False)
def sheets(request: HttpRequest) -> HttpResponse:
    """The office's sheets, newest first, each with how many villages sent their share back."""
    page = keyset.page(
        selectors.sheets_of(actor_of(request)),
        order=("-pk",),
        position=request.GET.get("from", ""),
    )
    return render(request, "referrals/verval/sheets.html", {"rows": page.rows, **page.turns()})


@require_http_methods(["GET", "POST"])
@officer_page(*DISTRICT, village=False)
def new(request: HttpRequest) -> HttpResponse:
    """Hand a sheet in; it is divided, and nothing is sent yet."""
    actor = actor_of(request)
    form = SheetForm(request.POST or None, request.FILES or None, actor=actor)
    done = _("Daftar dibagi. Periksa pembagiannya, lalu kirim.")
    if carried_out(request, form, services.hand_in, done=done, actor=actor):
        return redirect("referrals:verval_sheet", uid=form.result.uid)
    context = {
        "form": form,
        "title": _("Kirim daftar verval"),
        "submit": _("Unggah dan bagi"),
        "text": _("Lembar dibagi dulu per desa; belum ada yang dikirim."),
    }
    return form_page(request, "referrals/verval/form.html", context)


@require_GET
@officer_page(*DISTRICT, village=False)
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """One sheet: how it is divided, what cannot be, and how far each village is."""
    actor = actor_of(request)
    held = selectors.sheet(uid, actor=actor)
    undivided = selectors.undivided(held)
    due = held.due_on
    rows = selectors.standings(held)
    context = {
        "item": held,
        "rows": rows,
        "people": sum(row.share.people for row in rows),
        "undivided": undivided,
        "left": sum(people for _text, people in undivided),
        "days": (due - actor.office.today()).days if due else None,
    }
    return render(request, "referrals/verval/sheet.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*DISTRICT, village=False)
def correct(request: HttpRequest, uid: str) -> HttpResponse:
    """Put a corrected file in the sheet's place."""
    actor = actor_of(request)
    held = selectors.sheet(uid, actor=actor)
    form = CorrectForm(
        request.POST or None, request.FILES or None, initial={"version": held.version}
    )
    done = _("Lembar diganti. Periksa pembagiannya, lalu kirim perbaikannya.")
    if carried_out(request, form, services.correct, done=done, actor=actor, uid=uid):
        return redirect("referrals:verval_sheet", uid=uid)
    text = _(
        "Orang yang sama (menurut NIK, atau nama di desa yang sama) tetap barisnya: hasil yang "
        "sudah dicatat desa tidak hilang. Desa yang sudah mengembalikan bagiannya tidak dikirimi "
        "lagi."
    )
    return _form_page(
        request, held, form, title=_("Ganti dengan perbaikan"), submit=_("Ganti"), text=text
    )


@require_http_methods(["GET", "POST"])
@officer_page(*DISTRICT, village=False)
def give(request: HttpRequest, uid: str) -> HttpResponse:
    """Say whose the rows are that name no linked village."""
    actor = actor_of(request)
    held = selectors.sheet(uid, actor=actor)
    texts = [
        (
            text,
            ngettext("%(text)s (%(n)d orang)", "%(text)s (%(n)d orang)", people)
            % {"text": text or _("(kosong)"), "n": people},
        )
        for text, people in selectors.undivided(held)
    ]
    form = GiveForm(
        request.POST or None, actor=actor, texts=texts, initial={"version": held.version}
    )
    if carried_out(request, form, services.give, done=_("Baris itu dibagi."), actor=actor, uid=uid):
        return redirect("referrals:verval_sheet", uid=uid)
    text = _("Pilihan ini diingat untuk daftar berikutnya.")
    return _form_page(
        request, held, form, title=_("Bagi yang belum terbagi"), submit=_("Bagi"), text=text
    )


@require_POST
@officer_page(*DISTRICT, village=False)
def send(request: HttpRequest, uid: str) -> HttpResponse:
    """Send every village its share, or what was corrected in it."""
    version = request.POST.get("version", "")
    count = services.send(
        actor=actor_of(request), uid=uid, version=int(version) if version.isdecimal() else None
    )
    done = ngettext("Dikirim ke %(n)d desa.", "Dikirim ke %(n)d desa.", count) % {"n": count}
    say_done(request, None, done if count else _("Tidak ada bagian desa yang berubah."))
    return redirect("referrals:verval_sheet", uid=uid)


@require_POST
@officer_page(*DISTRICT, village=False)
def send_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Offer a village once more what its system refused."""
    share = services.send_again(actor=actor_of(request), uid=uid)
    say_done(request, None, _("Ditawarkan lagi ke desa itu."))
    return redirect("referrals:verval_sheet", uid=share.sheet.uid)


@require_GET
@officer_page(*DISTRICT, village=False)
def download(request: HttpRequest, uid: str) -> HttpResponse:
    """The sheet in its own layout with what came back so far. Audited."""
    actor = actor_of(request)
    held = selectors.sheet(uid, actor=actor)
    response = HttpResponse(services.merged(held), content_type=XLSX)
    audit(actor=actor, action="verval_sheet.export", subject=held)
    response["Content-Disposition"] = f'attachment; filename="verval-{held.uid}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _form_page(request: HttpRequest, held: Any, form: Any, **more: Any) -> HttpResponse:
    return form_page(request, "referrals/verval/form.html", {"item": held, "form": form, **more})
