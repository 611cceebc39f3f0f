"""The public page behind a letter's QR: is this paper true, and still valid?"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from puskesmas import throttle
from puskesmas.requests import client_address
from reports.letters import codes, public
from reports.letters.forms import CodeForm

TRIES, PER = 30, timedelta(minutes=10)


@require_http_methods(["GET", "POST"])
def code_form(request: HttpRequest) -> HttpResponse:
    """Ask for the code printed under the QR."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        return redirect("verify:letter", code=codes.shown(form.cleaned_data["code"]))
    return render(request, "letters/verify_form.html", {"form": form})


@require_GET
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the code stands for; an unknown one takes the same road and answers 404."""
    throttle.take("verify", client_address(request), capacity=TRIES, per=PER)
    found = public.public_letter(codes.normalise(code))
    status = 404 if found.status == "unknown" else 200
    context = {"letter": found, "office": found.office}
    # A visitor has no zone of his own: dates are those of the office that wrote the letter.
    with timezone.override(found.office.tz if found.office else None):
        response = render(request, "letters/verify_page.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    # Under "no-referrer" browsers send the language switch with a null origin: it was refused.
    response["Referrer-Policy"] = "same-origin"
    return response
