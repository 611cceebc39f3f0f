"""A district's villages side by side: what came, what was answered, how long, who is silent."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django import forms
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from puskesmas.actors import Actor
from puskesmas.models import ApiToken, Peer, Role
from puskesmas.pages import actor_of, officer_page
from referrals.chain.models import WHOLE_DISTRICT
from referrals.models import ReceivedReferral
from referrals.workflow import WITH_OWNER, Inbox

DECIDED = (Inbox.APPROVED, Inbox.REFUSED)
#: Where a file still waits for somebody of the upper tiers; a returned one waits for the village.
OPEN = (Inbox.REVIEW, Inbox.RECEIVED, *WITH_OWNER)


@dataclass(frozen=True)
class Row:
    """One village. ``days`` is the median from arrival to the owner's answer, in days."""

    peer: Peer
    received: int
    answered: int
    days: float | None
    open: int
    oldest: datetime | None
    seen_at: datetime | None
    is_silent: bool


def side_by_side(actor: Actor, *, days: int, silent_after: int) -> list[Row]:
    """Return the linked villages by name, for the last ``days`` days (two queries).

    A village is silent when it was not heard of for ``silent_after`` days, or never.
    """
    now = timezone.now()
    since, heard_since = now - timedelta(days=days), now - timedelta(days=silent_after)
    waits = _waits(actor, since)
    return [
        Row(
            peer=peer,
            received=peer.received_since,
            answered=len(waits[peer.pk]),
            days=median(waits[peer.pk]) if waits[peer.pk] else None,
            open=peer.open_now,
            oldest=peer.oldest_open,
            seen_at=peer.seen_at,
            is_silent=peer.seen_at is None or peer.seen_at < heard_since,
        )
        for peer in _villages(actor, since)
    ]


def _villages(actor: Actor, since: datetime) -> Any:
    tokens = ApiToken.objects.filter(peer=OuterRef("pk"), revoked_at__isnull=True)
    open_now = Q(received_referrals__state__in=OPEN)
    return (
        Peer.objects.filter(office=actor.office, direction=Peer.Direction.DOWNSTREAM, active=True)
        .annotate(
            seen_at=Subquery(tokens.order_by("-pk").values("last_used_at")[:1]),
            received_since=Count(
                "received_referrals", filter=Q(received_referrals__received_at__gte=since)
            ),
            open_now=Count("received_referrals", filter=open_now),
            oldest_open=Min("received_referrals__received_at", filter=open_now),
        )
        .order_by("name", "pk")
    )


def _waits(actor: Actor, since: datetime) -> dict[int, list[float]]:
    """Return, by village, the days each file took that was decided since then (one query)."""
    decided = ReceivedReferral.objects.visible_to(actor).filter(
        state__in=DECIDED, state_since__gte=since
    )
    found: dict[int, list[float]] = defaultdict(list)
    for peer, received, answered in decided.values_list("peer", "received_at", "state_since"):
        found[peer].append((answered - received) / timedelta(days=1))
    return found


class OverviewForm(forms.Form):
    """How far back, and after how many days without a sign a village counts as silent."""

    days = forms.TypedChoiceField(
        label=_("Masa"),
        coerce=int,
        choices=[(30, _("30 hari terakhir")), (90, _("90 hari terakhir")), (365, _("setahun"))],
    )
    silent_after = forms.TypedChoiceField(
        label=_("Senyap bila tidak terhubung selama"),
        coerce=int,
        choices=[(1, _("1 hari")), (3, _("3 hari")), (7, _("7 hari")), (14, _("14 hari"))],
    )


DEFAULTS = {"days": 90, "silent_after": 3}


@require_GET
@officer_page(*WHOLE_DISTRICT, Role.ADMIN, village=False)
def overview(request: HttpRequest) -> HttpResponse:
    """Draw the villages side by side: numbers only, nobody's name."""
    asked = {name: request.GET.get(name, str(value)) for name, value in DEFAULTS.items()}
    form = OverviewForm(asked)
    chosen = form.cleaned_data if form.is_valid() else DEFAULTS
    rows = side_by_side(actor_of(request), **chosen)
    return render(
        request,
        "referrals/overview.html",
        {
            "form": form,
            "active": int(chosen != DEFAULTS),
            "rows": rows,
            "silent": sum(row.is_silent for row in rows),
        },
    )
