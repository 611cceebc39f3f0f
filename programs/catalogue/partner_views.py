"""Pages of the office's partners and what they agreed to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.catalogue import selectors, services
from programs.catalogue.forms import AgreementEndForm, AgreementForm, PartnerForm
from programs.catalogue.roles import EDITORS
from programs.catalogue.views import TEMPLATES, plain_form
from programs.models import Partner
from puskesmas.pages import actor_of, carried_out, officer_page

_SHOWN = ("code", "name_id", "name_en", "kind", "contact", "email")


@require_GET
@officer_page()
def partners(request: HttpRequest) -> HttpResponse:
    """The office's partners with their agreements; what ended is marked."""
    actor = actor_of(request)
    context = {"rows": selectors.partner_rows(actor), "may_edit": actor.has(*EDITORS)}
    return render(request, f"{TEMPLATES}/partners.html", context)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def partner_new(request: HttpRequest) -> HttpResponse:
    """Add a partner."""
    form = PartnerForm(request.POST or None, initial={"kind": Partner.Kind.OTHER})
    if carried_out(
        request,
        form,
        services.save_partner,
        done=_("Mitra ditambahkan."),
        actor=actor_of(request),
    ):
        return redirect("programs:partners")
    return _form(request, form, title=_("Tambah mitra"), submit=_("Tambahkan"))


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def partner_change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a partner's name, kind and contact."""
    actor = actor_of(request)
    row = selectors.partner(uid, actor=actor)
    initial = {**{name: getattr(row, name) for name in _SHOWN}, "version": row.version}
    form = PartnerForm(request.POST or None, initial=initial)
    if carried_out(
        request, form, services.save_partner, done=_("Mitra disimpan."), actor=actor, uid=uid
    ):
        return redirect("programs:partners")
    return _form(request, form, title=_("Ubah mitra"), submit=_("Simpan"), partner=row)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def agreement_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Note a partner's agreement about a programme."""
    actor = actor_of(request)
    row = selectors.partner(uid, actor=actor)
    form = AgreementForm(request.POST or None, actor=actor)
    if carried_out(
        request,
        form,
        services.record_agreement,
        done=_("Perjanjian dicatat."),
        actor=actor,
        partner_uid=uid,
    ):
        return redirect("programs:partners")
    return _form(request, form, title=_("Catat perjanjian"), submit=_("Catat"), partner=row)


@require_http_methods(["GET", "POST"])
@officer_page(*EDITORS)
def agreement_change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change an agreement's end and number."""
    actor = actor_of(request)
    row = selectors.agreement(uid, actor=actor)
    initial = {"number": row.number, "until": row.until, "version": row.version}
    form = AgreementEndForm(request.POST or None, initial=initial)
    if carried_out(
        request,
        form,
        services.change_agreement,
        done=_("Perjanjian disimpan."),
        actor=actor,
        uid=uid,
    ):
        return redirect("programs:partners")
    return _form(
        request,
        form,
        title=_("Ubah perjanjian"),
        submit=_("Simpan"),
        partner=row.partner,
        agreement=row,
    )


def _form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    return plain_form(request, form, is_partner=True, **context)
