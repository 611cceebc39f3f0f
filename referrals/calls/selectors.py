"""Reads of issued calls, scoped to the office, with known query counts."""

import uuid

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from referrals import exchange, shares
from referrals.calls.models import IssuedCall
from referrals.shares import Standing


def calls_of(actor: Actor) -> QuerySet[IssuedCall]:
    """Return the office's calls, newest first, each with how many villages were asked, answered."""
    found: QuerySet[IssuedCall] = IssuedCall.objects.visible_to(actor)
    return found.annotate(
        asked=Count("shares"), answered=Count("shares", filter=Q(shares__returned_at__isnull=False))
    ).order_by("-pk")


def call(uid: uuid.UUID | str, *, actor: Actor) -> IssuedCall:
    """Return one call. Raises NotFound."""
    found = calls_of(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Permintaan calon tidak ditemukan di kantor ini."))
    return found


def standings(held: IssuedCall) -> list[Standing]:
    """Return what every village was asked and how far it is, by name (three queries)."""
    rows = held.shares.select_related("peer").order_by("peer__name", "pk")
    return shares.standings(rows, exchange.CALL_ISSUED)
