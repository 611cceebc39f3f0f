"""``/exchange/v1/referrals/``: what this office has of the caller's referrals."""

import uuid
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from puskesmas.models import Peer
from referrals import exchange, schemas
from referrals.exchange_views import ExchangeView
from referrals.reconciliation import listing


class ReferralsView(ExchangeView):
    """GET: a page of the caller's referrals (``?after=``). POST: the caller compared them."""

    def get(self, request: Request) -> Response:
        return Response(listing.page_of(_peer(request), after=_after(request)))

    def post(self, request: Request) -> Response:
        said: Any = request.data
        found = schemas.faults("comparison-v1", said)
        if found:
            raise exchange.Refusal(
                _("Laporan pencocokan tidak sesuai aturan."), code="body_invalid", errors=found
            )
        listing.keep_report(_peer(request), **said)
        return Response(status=204)


class AnswersView(ExchangeView):
    """GET: every answer ever given about one referral of the caller's."""

    def get(self, request: Request, referral: uuid.UUID) -> Response:
        return Response({"messages": listing.answers_of(_peer(request), referral)})


def _peer(request: Request) -> Peer:
    peer: Peer = request.peer  # type: ignore[attr-defined]
    return peer


def _after(request: Request) -> uuid.UUID | None:
    text = request.query_params.get("after")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise exchange.Refusal(
            _("“after” harus berisi uid rujukan."), code="after_invalid", status=400
        ) from None
