"""The administrator's pages about what letters look like."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puskesmas.pages import actor_of, carried_out, form_page, officer_page
from reports.letters.forms import StyleForm
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
