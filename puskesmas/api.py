"""Who asks over REST and in which roles; every error as an RFC 9457 problem."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from puskesmas.actors import Actor, standing
from puskesmas.closing import require_open
from puskesmas.crypto import token_hash
from puskesmas.errors import DomainError, NotYourRole
from puskesmas.models import ApiToken
from puskesmas.workflow import role_names


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer …`` with a token of an officer or of a peer office."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed(_("Token tidak terbaca."))
        token = self._find(words[1].decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed(_("Token tidak dikenal atau sudah dicabut."))
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _find(self, secret: str) -> ApiToken | None:
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("office", "user", "peer")
            .filter(token_hash=token_hash(secret), revoked_at__isnull=True)
            .first()
        )
        expired = token is not None and token.expires_at is not None and token.expires_at <= now
        inactive = token is not None and token.user is not None and not token.user.is_active
        return None if token is None or expired or inactive else token


class HasActor(BasePermission):
    """Let in an officer (by token or session) with a running role, and set ``request.actor``."""

    scope = "api"

    def has_permission(self, request: Request, view: Any) -> bool:
        actor = self._actor(request)
        if actor is None:
            return False
        request.actor = actor  # type: ignore[attr-defined]
        request._request.actor = actor  # type: ignore[attr-defined]
        timezone.activate(actor.office.tz)
        if request.method not in SAFE_METHODS:
            require_open(actor.office)
        roles = getattr(view, "roles", ())
        if roles and not actor.has(*roles):
            raise NotYourRole(
                _("Tindakan ini hanya untuk %(roles)s.") % {"roles": role_names(roles)}
            )
        return True

    def _actor(self, request: Request) -> Actor | None:
        token = request.auth
        if isinstance(token, ApiToken):
            if self.scope not in token.scopes or token.user is None:
                return None
            actor = Actor.of(token.user, token.office, token.roles or None)
            return actor if actor.roles else None
        if not request.user or not request.user.is_authenticated:
            return None
        return standing(request.user, request.session.get("office"))[0]


def api_actor(request: Request) -> Actor:
    """Return who is acting; set by :class:`HasActor` before any handler runs."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error into application/problem+json (RFC 9457); None leaves it to Django (500)."""
    problem = _problem(error)
    if problem is None:
        return None
    response = Response(problem, status=problem["status"], content_type="application/problem+json")
    retry_after = getattr(error, "details", {}).get("retry_after") or getattr(error, "wait", None)
    if retry_after:
        response["Retry-After"] = str(int(retry_after))
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _problem(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, DomainError):
        body: dict[str, Any] = {
            "type": f"urn:puskesos:problem:{error.code}",
            "title": str(error.message),
            "status": error.status,
            "code": error.code,
        }
        if error.field:
            body["errors"] = [{"field": error.field, "detail": str(error.message)}]
        return body | {key: value for key, value in error.details.items() if key != "retry_after"}
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flatten(error.detail))
        title = _("Ada isian yang perlu diperbaiki.")
        return _plain("invalid", title, 400) | {"errors": errors}
    if isinstance(error, (Http404, exceptions.NotFound)):
        return _plain("not_found", _("Tidak ditemukan."), 404)
    if isinstance(error, PermissionDenied):
        return _plain("forbidden", _("Tidak diizinkan."), 403)
    if isinstance(error, exceptions.APIException):
        code = str(error.get_codes()) if isinstance(error.get_codes(), str) else "error"
        return _plain(code, str(error.detail), error.status_code)
    return None


def _plain(code: str, title: str, http_status: int) -> dict[str, Any]:
    return {
        "type": f"urn:puskesos:problem:{code}",
        "title": title,
        "status": http_status,
        "code": code,
    }


def _flatten(detail: Any, path: str = "") -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for number, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            yield from _flatten(value, f"{path}[{number}]" if nested else path)
    else:
        yield {"field": path, "detail": str(detail)}
