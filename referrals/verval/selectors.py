"""Reads of verval sheets, scoped to the office, with known query counts."""

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from puskesmas.models import Peer
from referrals import exchange, shares
from referrals.shares import Standing
from referrals.verval.models import GivenVerval, VervalShare, VervalSheet
from registry.models import VervalList


def sheets_of(actor: Actor) -> QuerySet[VervalSheet]:
    """Return the office's sheets, newest first, each with how many shares are sent and returned."""
    found: QuerySet[VervalSheet] = VervalSheet.objects.visible_to(actor)
    return found.annotate(
        sent=Count("shares", filter=Q(shares__edition__gt=0)),
        returned=Count("shares", filter=Q(shares__returned_at__isnull=False)),
    ).order_by("-pk")


def sheet(uid: uuid.UUID | str, *, actor: Actor) -> VervalSheet:
    """Return one sheet. Raises NotFound."""
    found = sheets_of(actor).select_related("file").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Daftar verval tidak ditemukan di kantor ini."))
    return found


def villages_of(actor: Actor) -> QuerySet[Peer]:
    """Return the linked villages, by name."""
    rows = Peer.objects.filter(
        office=actor.office, direction=Peer.Direction.DOWNSTREAM, active=True
    )
    return rows.order_by("name", "pk")


def standings(held: VervalSheet) -> list[Standing]:
    """Return every village's share with its ``people``, by name (three queries)."""
    rows = (
        VervalShare.objects.filter(sheet=held)
        .select_related("peer")
        .annotate(people=Count("lines", filter=Q(lines__at__isnull=False)))
        .exclude(people=0, edition=0)
        .order_by("peer__name", "pk")
    )
    return shares.standings(rows, exchange.VERVAL_ASSIGNED)


def undivided(held: VervalSheet) -> list[tuple[str, int]]:
    """Return how the sheet writes villages that none of ours is called, with the people (a query).

    Those of a village that already sent its share back are among them.
    """
    rows = held.lines.filter(share=None).order_by("village").values_list("village")
    return list(rows.annotate(people=Count("pk")))


def returning(actor: Actor, held: VervalList) -> dict[str, Any] | None:
    """The list page's panel: where the answers of a list that came by link are (3 queries)."""
    if not held.by_link or held.sent_at is None:
        return None
    given = GivenVerval.objects.visible_to(actor).select_related("peer").get(verval_list=held)
    return shares.returning(given, exchange.VERVAL_RETURNED)
