"""The administrator's pages about what letters look like."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from reports.letters.forms import NumbersForm, StyleForm
from reports.letters.numbering import continue_numbers
from reports.letters.selectors import series_of
from reports.letters.styles import ADAPTERS, change_style, style_of


@require_http_methods(["GET", "POST"])
@officer_page(*ADAPTERS, village=True)
def style(request: HttpRequest) -> HttpResponse:
    """Show and change what the office's letters look like."""
    actor = actor_of(request)
    now = style_of(actor.office)
    initial = {
        "version": actor.office.version,
        "profile": now.profile,
        "paper": now.paper,
    }
    form = StyleForm(request.POST or None, initial=initial)
    done = _("Bentuk surat disimpan. Surat yang sudah bernomor tidak berubah.")
    if carried_out(request, form, change_style, done=done, actor=actor):
        return redirect("letters:style")
    return form_page(request, "letters/style.html", {"form": form})


@require_http_methods(["GET", "POST"])
@officer_page(*ADAPTERS, village=True)
def numbers(request: HttpRequest) -> HttpResponse:
    """Go on after the agenda on paper, when an office moves in."""
    actor = actor_of(request)
    office = actor.office
    form = NumbersForm(
        request.POST or None,
        one_series=office.one_letter_series,
        initial={"version": office.version},
    )
    done = _("Tercatat. Surat berikutnya mendapat nomor sesudahnya.")
    if carried_out(request, form, continue_numbers, done=done, actor=actor):
        return redirect("letters:numbers")
    context = {"form": form, "series": series_of(office), "year": str(office.today().year)}
    return form_page(request, "letters/numbers.html", context)
