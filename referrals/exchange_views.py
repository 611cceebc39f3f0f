"""``/exchange/v1/``: the office protocol over HTTP. Rules are in :mod:`referrals.exchange`."""

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from puskesmas.api import TokenAuthentication
from puskesmas.closing import require_open
from puskesmas.models import ApiToken, Peer
from puskesmas.public_pages import residents_base
from referrals import exchange, schemas
from referrals.packages import cards

#: A referral is a few kilobytes; nothing this big is one.
MAX_BYTES = 256 * 1024


class FromPeer(BasePermission):
    """Let in a linked office by its own token, and set ``request.peer``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken) or "exchange" not in token.scopes:
            return False
        peer: Peer | None = token.peer
        if peer is None or not peer.active or peer.office_id != token.office_id:
            return False
        peer.office = token.office
        if request.method not in SAFE_METHODS:
            # Not permanent: it is sent again, to the new place.
            require_open(peer.office)
        request.peer = peer  # type: ignore[attr-defined]
        return True


class ExchangeView(APIView):
    """Base of the protocol's views. No ATOMIC request: the verbs open their own transactions."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (FromPeer,)
    schema = None
    max_bytes: int | None = MAX_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if self.max_bytes is not None and length > self.max_bytes:
            raise exchange.Refusal(
                _("Kiriman terlalu besar: paling besar %(kb)d kB.") % {"kb": MAX_BYTES // 1024},
                code="too_large",
                status=413,
            )


class OfficeView(ExchangeView):
    """GET: who we are, and whom the token belongs to, the first call of a link. POST: the caller's
    card; the answer carries ours."""

    def get(self, request: Request) -> Response:
        return Response(_introduction(request.peer))  # type: ignore[attr-defined]

    def post(self, request: Request) -> Response:
        peer: Peer = request.peer  # type: ignore[attr-defined]
        found = schemas.faults("office-card-v1", request.data)
        if found:
            raise exchange.Refusal(
                _("Kartu kantor tidak sesuai aturan."), code="body_invalid", errors=found
            )
        if not cards.keep_from(peer, request.data):
            raise exchange.Refusal(
                _("Kartu ini bukan milik kantor pemilik kunci."), code="wrong_office"
            )
        return Response(_introduction(peer))


def _introduction(peer: Peer) -> dict[str, Any]:
    return {
        "office": {"uid": str(peer.office.uid), "name": peer.office.full_name},
        "you": {"uid": str(peer.peer_uid), "name": peer.name},
        "understands": {kind: list(schemas.versions(kind)) for kind in exchange.kinds()},
        "public": {"base_url": residents_base(peer.office)},
        "files": {
            "tus": "1.0.0",
            "max_bytes": settings.FILES_MAX_BYTES,
            "max_bytes_per_referral": settings.FILES_MAX_BYTES_PER_REFERRAL,
        },
        "card": cards.card_of(peer.office),
    }


class MessagesView(ExchangeView):
    """POST: take a message in. GET: hand out what waits for the peer."""

    def post(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip().strip('"')
        parcel = request.data
        if not isinstance(parcel, dict) or key != parcel.get("uid"):
            raise exchange.Refusal(
                _("Idempotency-Key harus sama dengan uid kiriman."),
                code="idempotency_key_mismatch",
                status=400,
            )
        receipt, fresh = exchange.receive(peer=request.peer, parcel=parcel)  # type: ignore[attr-defined]
        return Response(receipt, status=201 if fresh else 200)

    def get(self, request: Request) -> Response:
        return Response({"messages": exchange.waiting_for(request.peer)})  # type: ignore[attr-defined]


class AcknowledgementView(ExchangeView):
    """POST: the peer took one message in, or never will."""

    def post(self, request: Request, uid: uuid.UUID) -> Response:
        said: Any = request.data
        found = schemas.faults("acknowledgement-v1", said)
        if found:
            raise exchange.Refusal(
                _("Tanda terima tidak sesuai aturan."), code="body_invalid", errors=found
            )
        known = exchange.acknowledge(
            peer=request.peer,  # type: ignore[attr-defined]
            uid=uid,
            outcome=said["outcome"],
            code=said.get("code", ""),
            detail=said.get("detail", ""),
        )
        if not known:
            raise Http404
        return Response(status=204)


@require_GET
def schema_index(request: HttpRequest) -> HttpResponse:
    """List the published schemas, for anyone."""
    lines = [reverse("exchange:schema", args=[name]) for name in schemas.names()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_GET
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """Serve one published schema, for anyone."""
    try:
        text = schemas.text(name)
    except KeyError:
        raise Http404 from None
    return HttpResponse(text, content_type="application/schema+json")
