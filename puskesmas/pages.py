"""The small base every officer's page stands on: login, role, one verb, errors beside the form."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotYourRole, StaleVersion
from puskesmas.workflow import role_names

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Return the acting officer; only behind :func:`officer_page`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def officer_page(*roles: str) -> Callable[[View], View]:
    """Let in officers only; with ``roles``, only those who hold one of them.

    Anonymous visitors go to the login page; an account without a running assignment, or without
    the role, gets 403 in words.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                raise NotYourRole(
                    _("Akun ini belum (atau tidak lagi) bertugas. Hubungi pengelola aplikasi.")
                )
            if roles and not actor.has(*roles):
                raise NotYourRole(_("Halaman ini untuk %(roles)s.") % {"roles": role_names(roles)})
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def add_error(form: forms.Form, error: DomainError) -> None:
    """Show a verb's "no" beside the field it names, or on top of the form; typed values stay.

    After another officer's change the form takes the row's present version along: it was said, so
    saving again is meant.
    """
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.message))
    if isinstance(error, StaleVersion) and "version" in form.fields:
        data: Any = form.data.copy()  # type: ignore[attr-defined]
        data[form.add_prefix("version")] = str(error.details["current"])
        form.data = data


class ActForm(forms.Form):
    """Base of forms that change a record: carries its version, so that two editors notice."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CreateForm(forms.Form):
    """Base of forms that create a record: a double click or the back button makes only one."""

    client_uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_uid"].initial = self.initial.get("client_uid") or uuid.uuid4()
