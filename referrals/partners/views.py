"""The partner's own pages, without an account: type the code, open the referral, answer it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puskesmas.errors import DomainError, NotFound
from puskesmas.pages import add_error, form_page, say_done
from puskesmas.requests import client_address
from referrals.models import PartnerKey
from referrals.partners import services
from referrals.partners.forms import AnswerForm, CodeForm
from referrals.partners.saying import Said
from referrals.partners.selectors import page_of
from reports.letters import codes

#: Which pages this browser has opened, in its session.
_OPENED = "partner_pages"


@require_http_methods(["GET", "POST"])
def code_form(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the letter; a mistyped one is told at once, without looking it up."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _private(redirect("partner:page", token=codes.shown(form.cleaned_data["code"])))
    return _private(form_page(request, "partner/code_form.html", {"form": form}))


@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show who sent something and, once opened in this browser, what; nobody's data before that."""
    try:
        key = services.find(token, address=client_address(request))
    except NotFound as error:
        return _closed(request, error)
    if str(key.uid) not in request.session.get(_OPENED, []):
        context = {"key": key, "office": key.office, "token": token}
        return _private(render(request, "partner/cover.html", context))
    return _show(request, key, token)


@require_POST
def open_page(request: HttpRequest, token: str) -> HttpResponse:
    """Open it: the button tells a person from a robot that reads mail."""
    try:
        key = services.open_page(token, address=client_address(request))
    except NotFound as error:
        return _closed(request, error)
    # Of many pages the last few: a session is no archive.
    opened = [uid for uid in request.session.get(_OPENED, []) if uid != str(key.uid)]
    request.session[_OPENED] = [*opened, str(key.uid)][-20:]
    return _private(redirect("partner:page", token=token))


@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Take the partner's answer."""
    address = client_address(request)
    try:
        key = services.find(token, address=address)
    except NotFound as error:
        return _closed(request, error)
    if str(key.uid) not in request.session.get(_OPENED, []):
        messages.warning(request, _("Buka dulu berkasnya, lalu jawab."))
        return _private(redirect("partner:page", token=token))
    shown = page_of(key)
    form = AnswerForm(request.POST, choices=shown.choices)
    if form.is_valid():
        values = dict(form.cleaned_data)
        sent = {name: values.pop(name) for name in ("client_uid", "version")}
        try:
            done = services.answer(token, address=address, said=Said(**values), **sent)
        except DomainError as error:
            add_error(form, error)
        else:
            say_done(request, done, _("Terima kasih. Jawaban Anda sudah sampai di Puskesos."))
            return _private(redirect("partner:page", token=token))
    return _show(request, services.find(token, address=address), token, form)


@require_POST
def reveal(request: HttpRequest, token: str) -> HttpResponse:
    """Show a government owner the NIK and KK in full, this once; the look is audited."""
    address = client_address(request)
    try:
        key = services.find(token, address=address)
        if str(key.uid) not in request.session.get(_OPENED, []):
            return _private(redirect("partner:page", token=token))
        services.note_reveal(key, bool(page_of(key).numbers))
    except NotFound as error:
        return _closed(request, error)
    return _show(request, key, token, revealed=True)


def _show(
    request: HttpRequest, key: PartnerKey, token: str, form: Any = None, *, revealed: bool = False
) -> HttpResponse:
    shown = page_of(key)
    if form is None:
        form = AnswerForm(choices=shown.choices, initial={"version": shown.version})
    context = {"key": key, "office": key.office, "page": shown, "form": form, "token": token}
    context["revealed"] = revealed
    # A visitor has no zone of his own: dates are those of the office that wrote them.
    with timezone.override(key.office.tz):
        return _private(form_page(request, "partner/page.html", context))


def _closed(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error}
    return _private(render(request, "partner/closed.html", context, status=error.status))


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of caches and indexes, and its address out of other sites' logs.

    Not "no-referrer": browsers then send forms with ``Origin: null``, which the check against
    forged requests must refuse.
    """
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
