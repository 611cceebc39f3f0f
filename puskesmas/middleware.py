"""What happens around every request: log line, actor, errors in words, a missing database."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from puskesmas import closing
from puskesmas.actors import Actor, standing
from puskesmas.errors import DomainError

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("puskesmas.request")


def is_program(request: HttpRequest) -> bool:
    """Return whether the sender is a program (API, office protocol) rather than a browser page."""
    return request.path.startswith(("/api/", "/exchange/"))


class RequestLogMiddleware:
    """One line a request: method, path without query, status, milliseconds. Never a body."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        elapsed = (time.perf_counter() - started) * 1000
        log.info("%s %s %d %.0f ms", request.method, request.path, response.status_code, elapsed)
        return response


class LanguageMiddleware:
    """Indonesian, unless the person chose English: a borrowed phone's browser does not decide."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        if is_program(request):
            # A program may ask for the words of its errors in the usual way.
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ActorMiddleware:
    """Set ``request.actor``: who is acting, for which office, in which roles; None for nobody.

    An officer with posts in several offices chooses one; the choice stays in his session. Times are
    shown in that office's zone; of an office that moves nothing is changed.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        # None: the default zone, and whatever a view activates ends with its request.
        office = actor.office if actor else None
        with timezone.override(office.tz if office else None), closing.only_reading(office):
            return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor | None:
        if is_program(request) or not request.user.is_authenticated:
            return None
        actor, offices = standing(request.user, request.session.get("office"))
        request.offices = offices  # type: ignore[attr-defined]
        return actor


class DomainErrorMiddleware:
    """A rule's "no" that a page did not show beside its form becomes a page in words."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        page = error.status if error.status in {403, 404, 409, 429} else 400
        response = render(request, f"errors/{page}.html", {"error": error}, status=error.status)
        if "retry_after" in error.details:
            response["Retry-After"] = str(error.details["retry_after"])
        return response
