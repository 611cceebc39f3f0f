"""The resident's pages: type the number, read the status, open the details. No log-in, no JS."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints import public, receipts
from complaints.forms import DetailsForm, NumberForm
from puskesmas.errors import InvalidInput, NotFound
from puskesmas.requests import client_address


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for the number; a mistyped one is told at once, without looking anything up."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("status:status", number=form.cleaned_data["number"])
    return render(
        request, "public/status_form.html", {"form": form}, status=400 if form.errors else 200
    )


@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """Show where the case stands; details of nobody."""
    return _show(request, number, DetailsForm())


@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, number: str) -> HttpResponse:
    """Open the details behind the last four digits, on this one answer only."""
    if request.method == "GET":
        return redirect("status:status", number=number)
    form = DetailsForm(request.POST)
    opened = None
    if form.is_valid() and receipts.is_wellformed(number):
        try:
            opened = public.details_of(
                number, last4=form.cleaned_data["last4"], address=client_address(request)
            )
        except InvalidInput as error:
            form.add_error("last4", str(error.message))
        except NotFound:
            return _unknown(request, number)
    return _show(request, number, form, details=opened)


def _show(request: HttpRequest, number: str, form: DetailsForm, **more: Any) -> HttpResponse:
    plain = receipts.normalise(number)
    if not receipts.is_wellformed(plain):
        wrong = NumberForm({"number": number})
        return render(request, "public/status_form.html", {"form": wrong}, status=400)
    if plain != number:
        return redirect("status:status", number=plain)
    try:
        found = public.status_of(number, address=client_address(request))
    except NotFound:
        return _unknown(request, number)
    except public.SeveralOffices as several:
        context = {"number": number, "offices": several.offices}
        return render(request, "public/status_several.html", context)
    # A visitor has no zone of his own: dates are those of the office that wrote them.
    with timezone.override(found.office.tz):
        response = render(
            request,
            "public/status.html",
            {"status": found, "office": found.office, "form": form, **more},
            status=400 if form.errors else 200,
        )
    response["Cache-Control"] = "no-store"
    return response


def _unknown(request: HttpRequest, number: str) -> HttpResponse:
    form = NumberForm({"number": receipts.shown(number)})
    form.is_valid()
    form.add_error(
        "number",
        _(
            "Belum ada kabar tentang nomor ini. Cocokkan lagi dengan resi. Bila resinya baru, "
            "kabarnya mungkin belum sampai dari kantor desa: coba lagi nanti, atau tanyakan ke "
            "kantor Puskesos."
        ),
    )
    return render(request, "public/status_form.html", {"form": form}, status=404)
