"""The administrator's pages about what letters look like."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from puskesmas.errors import DomainError, NotFound
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page
from reports.letters.forms import KindForm, NumbersForm, StyleForm
from reports.letters.kinds import adaptable
from reports.letters.models import LetterForm
from reports.letters.numbering import continue_numbers
from reports.letters.selectors import series_of
from reports.letters.services import sample
from reports.letters.styles import ADAPTERS, change_form, form_of, keep_style, style_of
from reports.letters.views import pdf_response


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
    form = StyleForm(request.POST or None, request.FILES or None, initial=initial)
    if carried_out(request, form, keep_style, done=_SAVED, actor=actor):
        return redirect("letters:style")
    context = {"form": form, "style": now, "kinds": adaptable()}
    return form_page(request, "letters/style.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*ADAPTERS, village=True)
def kind_form(request: HttpRequest, code: str) -> HttpResponse:
    """Show and change the office's form of a kind; "preview" draws a sample of what is typed."""
    actor = actor_of(request)
    kind = next((one for one in adaptable() if one.code == code), None)
    if kind is None:
        raise NotFound(_("Jenis surat itu tidak ada, atau bentuknya tidak dapat diubah."))
    now = form_of(actor.office, code)
    initial = {name: getattr(now, name) for name in _CHANGEABLE} | {"version": actor.office.version}
    form = KindForm(request.POST or None, initial=initial, kind=kind)
    if "preview" in request.POST and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in _CHANGEABLE}
        asked = LetterForm(office=actor.office, kind=code, **typed)
        try:
            pdf = sample(actor=actor, kind=kind, form=asked)
        except DomainError as error:
            add_error(form, error)
        else:
            return pdf_response(pdf, name="konsep.pdf")
    elif carried_out(request, form, change_form, done=_SAVED, actor=actor, kind=kind):
        return redirect("letters:style")
    return form_page(request, "letters/kind_form.html", {"form": form, "kind": kind})


_SAVED = gettext_lazy("Bentuk surat disimpan. Surat yang sudah bernomor tidak berubah.")
_CHANGEABLE = (
    "letterhead",
    "classification",
    "opening",
    "closing",
    "acknowledged",
    "witnesses",
)


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
