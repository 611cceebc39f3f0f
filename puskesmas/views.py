"""Pages that belong to no single app: home, attachments, the search box."""

import sys
from http.client import responses

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_GET, require_POST

from puskesmas import attachments, panels, searching, typed_numbers
from puskesmas.actors import Actor, current_assignments
from puskesmas.middleware import is_program
from puskesmas.models import Attachment
from puskesmas.pages import actor_of, officer_page


@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    """What is waiting for me; for a visitor, the door to the public pages."""
    if not request.user.is_authenticated:
        return render(request, "public/home.html")
    return _desk(request)


@officer_page()
def _desk(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    return render(
        request, "home.html", {"panels": panels.load("home", actor=actor, subject=actor.office)}
    )


@require_POST
@officer_page()
def choose_office(request: HttpRequest) -> HttpResponse:
    """Act for another of one's own offices from now on."""
    offices = {
        str(item.office.uid): item.office_id
        for item in current_assignments(request.user)  # type: ignore[arg-type]
    }
    chosen = offices.get(request.POST.get("office", ""))
    if chosen is None:
        raise Http404
    request.session["office"] = chosen
    return redirect("home")


@require_GET
@officer_page()
def attachment(request: HttpRequest, uid: str) -> HttpResponse:
    """Serve a file to an officer whom one of its owners lets see it."""
    return attachment_for(actor_of(request), uid)


def attachment_for(actor: Actor, uid: str) -> HttpResponse:
    """Return the file as an answer. Raises Http404 where no owner lets the officer see it."""
    row = Attachment.objects.visible_to(actor).filter(uid=uid).first()
    if row is None or not attachments.may_see(actor, row):
        raise Http404
    response = HttpResponse(attachments.read(row), content_type=row.media_type)
    inline = row.media_type in attachments.DOCUMENT_TYPES
    suffix = row.media_type.rpartition("/")[2]
    disposition = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{disposition}; filename="{row.uid}.{suffix}"'
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@officer_page()
def search(request: HttpRequest) -> HttpResponse:
    """Find by receipt number, letter number, NIK, KK, name or phone; the text is POSTed.

    One exact hit opens at once; everything else is a list.
    """
    text = request.POST.get("q", "").strip()
    hits = searching.find(text, actor=actor_of(request))
    typed_numbers.remember(request, text)
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].url)
    wrong = "" if hits else searching.explanation(text)
    return render(request, "search.html", {"hits": hits, "q": text, "wrong": wrong})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is no request of ours at all: a problem to a program, a page to a person."""
    return _problem(400) if is_program(request) else defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that leads nowhere: a problem to a program, a page to a person."""
    return _problem(404) if is_program(request) else defaults.page_not_found(request, exception)


def _problem(status: int) -> HttpResponse:
    body = {"type": "about:blank", "title": responses[status], "status": status}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: 503 when the database is away, wherever noticed; else 500.

    The pages are drawn without the request: session and office are in the database.
    """
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = 503 if away else 500
    if is_program(request):
        response = _problem(status)
    else:
        response = HttpResponse(render_to_string(f"errors/{status}.html"), status=status)
    if away:
        response["Retry-After"] = "30"
    return response
