"""The administrator's pages: the office, its officers; and every officer's program keys."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puskesmas import officers
from puskesmas.errors import DomainError, NotFound
from puskesmas.models import ApiToken, Assignment, Holiday, Role
from puskesmas.office_calendar import add_holiday, limits_of, remove_holiday, set_limits
from puskesmas.office_forms import (
    EndForm,
    HolidayForm,
    LimitsForm,
    OfficeForm,
    OfficerForm,
    PasswordForm,
    PersonEditForm,
    RoleForm,
    TokenForm,
)
from puskesmas.pages import actor_of, add_error, carried_out, form_page, officer_page


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def office(request: HttpRequest) -> HttpResponse:
    """Show and change what letters and public pages say of the office."""
    actor = actor_of(request)
    form = OfficeForm(request.POST or None, instance=actor.office)
    if carried_out(
        request, form, officers.change_office, done=_("Data kantor disimpan."), actor=actor
    ):
        return redirect("office:office")
    return form_page(request, "office/office.html", {"form": form})


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def time_limits(request: HttpRequest) -> HttpResponse:
    """Show and change how long each step may take."""
    actor = actor_of(request)
    form = LimitsForm(
        request.POST or None,
        limits=limits_of(actor.office),
        version=actor.office.version,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_limits(actor=actor, limits=form.limits, version=form.cleaned_data["version"])
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Batas waktu disimpan."))
            return redirect("office:time_limits")
    return form_page(request, "office/limits.html", {"form": form})


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def holidays(request: HttpRequest) -> HttpResponse:
    """List the office's own days off; add one, or take one away."""
    actor = actor_of(request)
    if "remove" in request.POST:
        remove_holiday(actor=actor, day=_day(request.POST["remove"]))
        messages.success(request, _("Hari libur dihapus."))
        return redirect("office:holidays")
    form = HolidayForm(request.POST or None)
    if carried_out(request, form, add_holiday, done=_("Hari libur ditambahkan."), actor=actor):
        return redirect("office:holidays")
    rows = Holiday.objects.filter(office=actor.office).order_by("-day")
    return form_page(request, "office/holidays.html", {"form": form, "holidays": rows})


@require_http_methods(["GET"])
@officer_page(Role.ADMIN)
def officer_list(request: HttpRequest) -> HttpResponse:
    """List the office's posts, running first."""
    actor = actor_of(request)
    rows = Assignment.objects.filter(office=actor.office).select_related("user")
    today = actor.office.today()
    running = [row for row in rows if row.until is None or row.until >= today]
    ended = [row for row in rows if row.until is not None and row.until < today]
    running.sort(key=lambda row: (row.user.name, row.role))
    return render(request, "office/officers.html", {"running": running, "ended": ended})


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def officer_new(request: HttpRequest) -> HttpResponse:
    """Create an officer's account with his first post."""
    actor = actor_of(request)
    form = OfficerForm(request.POST or None, actor=actor)
    if carried_out(
        request, form, officers.add_officer, done=_("Petugas ditambahkan."), actor=actor
    ):
        return redirect("office:officers")
    return _officer_form(request, form, title=_("Tambah petugas"), submit=_("Tambah"))


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def officer_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Correct an officer's name and numbers."""
    actor = actor_of(request)
    user = officers.officer_of(actor, uid)
    form = PersonEditForm(request.POST or None, user=user)
    if carried_out(
        request,
        form,
        officers.change_officer,
        done=_("Data petugas disimpan."),
        actor=actor,
        user_uid=uid,
    ):
        return redirect("office:officers")
    title = _("Data petugas %(name)s") % {"name": user.name}
    return _officer_form(request, form, title=title, submit=_("Simpan"))


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def officer_role(request: HttpRequest, uid: str) -> HttpResponse:
    """Give an officer a further post, or a deputy's for a time."""
    actor = actor_of(request)
    user = officers.officer_of(actor, uid)
    form = RoleForm(request.POST or None, actor=actor)
    if carried_out(
        request,
        form,
        officers.assign_role,
        done=_("Penugasan disimpan."),
        actor=actor,
        user_uid=uid,
    ):
        return redirect("office:officers")
    title = _("Tugas baru untuk %(name)s") % {"name": user.name}
    return _officer_form(request, form, title=title, submit=_("Simpan"))


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def assignment_end(request: HttpRequest, uid: str) -> HttpResponse:
    """End a post on a day."""
    actor = actor_of(request)
    get_object_or_404(Assignment, office=actor.office, uid=uid)
    form = EndForm(request.POST or None, initial={"until": actor.office.today()})
    if carried_out(
        request, form, officers.end_assignment, done=_("Penugasan diakhiri."), actor=actor, uid=uid
    ):
        return redirect("office:officers")
    return _officer_form(request, form, title=_("Akhiri tugas"), submit=_("Akhiri"))


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN)
def officer_password(request: HttpRequest, uid: str) -> HttpResponse:
    """Set a new password for an officer who forgot his."""
    actor = actor_of(request)
    user = officers.officer_of(actor, uid)
    form = PasswordForm(request.POST or None)
    if carried_out(
        request,
        form,
        officers.reset_password,
        done=_("Kata sandi diganti. Sampaikan langsung kepadanya."),
        actor=actor,
        user_uid=uid,
    ):
        return redirect("office:officers")
    title = _("Kata sandi baru untuk %(name)s") % {"name": user.name}
    return _officer_form(request, form, title=title, submit=_("Ganti"))


@require_http_methods(["GET", "POST"])
@officer_page()
def token_list(request: HttpRequest) -> HttpResponse:
    """Show the officer's program keys and make a new one; its secret is shown this once."""
    actor = actor_of(request)
    form = TokenForm(request.POST or None, actor=actor)
    secret = ""
    if request.method == "POST" and form.is_valid():
        ends = form.cleaned_data["expires_on"]
        expires_at = datetime.combine(ends, time.max, tzinfo=actor.office.tz) if ends else None
        try:
            _token, secret = officers.issue_token(
                actor=actor,
                name=form.cleaned_data["name"],
                roles=form.cleaned_data["roles"],
                expires_at=expires_at,
            )
        except DomainError as error:
            add_error(form, error)
        else:
            form = TokenForm(actor=actor)
    tokens = ApiToken.objects.filter(
        office=actor.office, user=actor.user, revoked_at__isnull=True
    ).order_by("-pk")
    response = render(
        request, "office/tokens.html", {"form": form, "tokens": tokens, "secret": secret}
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@officer_page()
def token_revoke(request: HttpRequest, uid: str) -> HttpResponse:
    """Revoke a key at once."""
    officers.revoke_token(actor=actor_of(request), uid=uid)
    messages.success(request, _("Token dicabut."))
    return redirect("office:tokens")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("Tanggal ini tidak ada dalam daftar.")) from None


def _officer_form(request: HttpRequest, form: Any, *, title: str, submit: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "back": reverse("office:officers")}
    return form_page(request, "office/form.html", context)
