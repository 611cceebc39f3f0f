"""The small base every officer's page stands on: login, role, one verb, errors beside the form."""

import uuid
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import DomainError, NotYourRole, StaleVersion
from puskesmas.workflow import role_names

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """Return the acting officer; only behind :func:`officer_page`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def officer_page(*roles: str, village: bool | None = None) -> Callable[[View], View]:
    """Let in officers only; with ``roles``, only those who hold one of them.

    Anonymous visitors go to the login page; an account without a running assignment, or without
    the role, gets 403 in words. ``village`` says that only villages (True) or only the tier above
    (False) have this page: to the other it does not exist.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                raise NotYourRole(
                    _("Akun ini belum (atau tidak lagi) bertugas. Hubungi pengelola aplikasi.")
                )
            if roles and not actor.has(*roles):
                raise NotYourRole(_("Halaman ini untuk %(roles)s.") % {"roles": role_names(roles)})
            if village is not None and actor.office.is_village != village:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def add_error(form: forms.BaseForm, error: DomainError) -> None:
    """Show a verb's "no" beside the field it names, or on top of the form; typed values stay.

    After another officer's change every box that differs from the record also says what is
    recorded now, and the form takes the row's present version along: both values were seen, so
    saving again is meant.
    """
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.message))
    form.refused = error  # type: ignore[attr-defined]
    if isinstance(error, StaleVersion) and "version" in form.fields:
        _say_what_is_recorded(form)
        data: Any = form.data.copy()  # type: ignore[attr-defined]
        data[form.add_prefix("version")] = str(error.details["current"])
        form.data = data


def carried_out(
    request: HttpRequest, form: Any, verb: Callable[..., Any], *, done: Any, **given: Any
) -> bool:
    """Call the verb with ``given`` and what was filled in; say ``done`` when it was accepted.

    True then, with what the verb returned as ``form.result``; False when nothing was sent yet, or
    when the form, now with its errors, must be shown again.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        result = verb(**given, **form.cleaned_data)
    except DomainError as error:
        add_error(form, error)
        return False
    form.result = result
    say_done(request, result, done)
    return True


def say_done(request: HttpRequest, result: Any, done: Any = "") -> None:
    """Say ``done`` – unless the verb returned what this very form had made before.

    Then the officer came back to a form he had sent, and may have changed it: nothing of that was
    kept, and he must not believe it was.
    """
    if getattr(result, "is_repeat", False):
        messages.warning(
            request,
            _(
                "Isian ini sudah tercatat sebelumnya. Bila barusan ada yang diubah, "
                "perubahannya tidak disimpan."
            ),
        )
    elif done:
        messages.success(request, done)


def _say_what_is_recorded(form: forms.BaseForm) -> None:
    """Give each box that was filled from the record, and now differs, the value of today."""
    if not getattr(form, "edits_record", False):
        return
    for bound in form.visible_fields():
        if bound.name in form.initial and bound.field.has_changed(bound.initial, bound.data):
            bound.field.recorded = _in_words(bound)  # type: ignore[attr-defined]


def _in_words(bound: forms.BoundField) -> str:
    value = bound.initial
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if isinstance(value, date):
        return date_format(value)
    labels = dict(flatten_choices(getattr(bound.field, "choices", ())))
    values = value if isinstance(value, list) else [value]
    said = [str(labels.get(one, one)) for one in values if one not in (None, "")]
    return ", ".join(said) or _("(kosong)")


def form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a page around ``context["form"]``; a form that was refused says so in its status too.

    400 for fields filled in wrongly, else the status of the verb's "no" (409 after somebody
    else's change).
    """
    form = context["form"]
    refused: DomainError | None = getattr(form, "refused", None)
    status = 400 if form.is_bound and form.errors else 200
    return render(request, template, context, status=refused.status if refused else status)


class ActForm(forms.Form):
    """Base of forms that change a record: carries its version, so that two editors notice.

    ``edits_record`` says that ``initial`` holds the record's own values, which are then shown
    beside what was typed when somebody else changed them.
    """

    edits_record = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CreateForm(forms.Form):
    """Base of forms that create a record: a double click or the back button makes only one.

    ``result`` is the record, once :func:`carried_out` made it.
    """

    result: Any = None

    client_uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_uid"].initial = self.initial.get("client_uid") or uuid.uuid4()
