"""Which offices exchange messages: the administrator's page, on every tier."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puskesmas.errors import DomainError, InvalidInput, NotFound
from puskesmas.models import Role
from puskesmas.outbox import TransportError
from puskesmas.pages import actor_of, add_error, form_page, officer_page
from referrals import client, neighbours, selectors
from referrals.deliveries import REASONS, trouble_with
from referrals.forms import DownstreamForm, UpstreamForm
from referrals.packages import cards
from referrals.publishing import sending as publishing
from referrals.services import linking


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN, village=True)
def upstream(request: HttpRequest) -> HttpResponse:
    """A village links the tier above by the address and the token it was given."""
    actor = actor_of(request)
    form = UpstreamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _link(request, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            return redirect("referrals:links")
    linked = selectors.upstream_of(actor)
    return form_page(
        request,
        "referrals/link_upstream.html",
        {
            "form": form,
            "upstream": linked,
            "trouble": trouble_with(linked) if linked else "",
            "office": actor.office,
            "neighbours": neighbours.unlinked(actor.office),
            "told": publishing.told_of(actor.office),
        },
    )


@require_POST
@officer_page(Role.ADMIN, village=True)
def tell_again(request: HttpRequest) -> HttpResponse:
    """Tell the office that serves our public pages everything once more."""
    publishing.tell_again(actor=actor_of(request))
    messages.success(request, _("Semua nomor dan surat disampaikan lagi."))
    return redirect("referrals:links")


def _link(request: HttpRequest, *, base_url: str, token: str) -> None:
    """Ask the other office who it is, and link it.

    Raises:
        InvalidInput: it does not answer, or not to this token.
    """
    linking.check_address(base_url)
    try:
        answer = client.introduce(base_url, token)
    except TransportError as error:
        field = "token" if error.outcome == "token_refused" else "base_url"
        reason = REASONS.get(error.outcome, _("tidak dikenal"))
        raise InvalidInput(
            _("Kantor di alamat itu %(reason)s. Tidak ada yang diubah.") % {"reason": reason},
            field=field,
        ) from None
    actor = actor_of(request)
    if answer["you"]["uid"] != str(actor.office.uid):
        raise InvalidInput(
            _("Kunci ini dibuat untuk kantor lain (%(name)s).") % {"name": answer["you"]["name"]},
            field="token",
        )
    peer = linking.link_upstream(
        actor=actor,
        base_url=base_url,
        token=token,
        peer_uid=answer["office"]["uid"],
        name=answer["office"]["name"],
    )
    cards.greet(peer)
    messages.success(request, _("Terhubung dengan %(name)s.") % {"name": peer.name})


@require_http_methods(["GET", "POST"])
@officer_page(Role.ADMIN, Role.MANAGER, village=False)
def villages(request: HttpRequest) -> HttpResponse:
    """The tier above links its villages; each gets a token, shown once."""
    actor = actor_of(request)
    form = DownstreamForm(request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            token = linking.add_downstream(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            form = DownstreamForm()
    return form_page(
        request,
        "referrals/link_downstream.html",
        {
            "form": form,
            "token": token,
            "villages": selectors.villages_of(actor),
            "neighbours": neighbours.unlinked(actor.office),
        },
    )


@require_POST
@officer_page(*linking.LINKERS)
def link_here(request: HttpRequest) -> HttpResponse:
    """Link one office of this installation, or all the page showed (several ``office``)."""
    actor = actor_of(request)
    linked = linking.link_here(actor=actor, uids=_uids(request.POST.getlist("office")))
    names = ", ".join(office.full_name for office in linked[:3])
    if len(linked) > 3:
        names = _("%(n)d kantor") % {"n": len(linked)}
    messages.success(request, _("Terhubung dengan %(name)s.") % {"name": names})
    return redirect("referrals:links" if actor.office.is_village else "referrals:villages")


def _uids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError:
        raise NotFound(_("Kantor itu tidak ada di server ini, atau sudah terhubung.")) from None
