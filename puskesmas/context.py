"""What every page shows around its content: office, roles, navigation, languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from puskesmas import navigation
from puskesmas.actors import Actor
from puskesmas.models import Office


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell``, read only when a template asks for it; no queries.

    Keys: ``actor``, ``office``, ``other_offices``, ``role_names``, ``navigation``, ``languages``,
    ``gone`` (a function, one query): the closed office where every office here is closed.
    Safe on error pages, where the middleware may not have run.
    """
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "languages": [
            {"code": code, "name": name, "current": code == get_language()}
            for code, name in settings.LANGUAGES
        ],
        "gone": _gone,
        **(_standing(request, actor) if actor else {"actor": None, "office": None}),
    }


def _gone() -> Office | None:
    """Return the office of a PC whose only office moves or has moved, for who is not logged in."""
    offices = list(Office.objects.order_by("pk")[:2])
    return offices[0] if len(offices) == 1 and offices[0].closed_at else None


def _standing(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    return {
        "actor": actor,
        "office": actor.office,
        "other_offices": [
            office for office in getattr(request, "offices", []) if office != actor.office
        ],
        "role_names": [one.get_role_display() for one in actor.assignments.values()],
        "navigation": navigation.links_for(
            roles=actor.roles, village=actor.office.is_village, path=request.path
        ),
    }
