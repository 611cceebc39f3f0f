"""Reads of the chain: which hops a file takes, which villages a supervisor has."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from programs.models import Partner
from puskesmas.actors import Actor
from puskesmas.models import Assignment, Office, Peer, Role, User
from referrals.chain.models import ChainRule, Supervision


@dataclass(frozen=True)
class Hops:
    """Who looks at a file on its way to the owner. ``owner`` off: the manager has the last word.

    ``page_of``: the owner who decides on a page of his own.
    """

    supervisor: bool = False
    manager: bool = True
    owner: bool = True
    page_of: Partner | None = None


def hops_of(office: Office, *, peer_id: int, programme_code: str) -> Hops:
    """Return the hops of one village's files for one programme (one query)."""
    rules = ChainRule.objects.filter(
        Q(peer_id=peer_id) | Q(peer__isnull=True),
        office=office,
        programme_code__in=["", programme_code],
    ).select_related("owner_partner")
    found = max(rules, key=lambda rule: (bool(rule.peer_id), rule.programme_code), default=None)
    if found is None:
        return Hops()
    return Hops(found.supervisor, found.manager, found.owner, found.owner_partner)


def rules_of(actor: Actor) -> list[ChainRule]:
    """Return the office's rows, what holds for all villages first (one query)."""
    rows: Any = ChainRule.objects.visible_to(actor).select_related("peer", "owner_partner")
    return sorted(rows, key=lambda rule: (rule.peer.name if rule.peer else "", rule.programme_code))


@dataclass(frozen=True)
class Supervisor:
    """Who reviews for the kecamatan, and for which villages."""

    officer: User
    villages: list[str]


def supervisors_of(actor: Actor) -> list[Supervisor]:
    """Return who is posted as supervisor here today, by name, with his villages (two queries)."""
    posted = {item.user_id: item.user for item in _posts(actor)}
    villages: dict[int, list[str]] = {pk: [] for pk in posted}
    rows = Supervision.objects.filter(
        officer__in=posted, peer__office=actor.office, peer__active=True
    )
    for officer, name in rows.order_by("peer__name").values_list("officer", "peer__name"):
        villages[officer].append(name)
    return [
        Supervisor(user, villages[user.pk])
        for user in sorted(posted.values(), key=lambda user: user.name)
    ]


def _posts(actor: Actor) -> Any:
    today = actor.office.today()
    return Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        office=actor.office,
        role=Role.SUPERVISOR,
        since__lte=today,
    ).select_related("user")


def villages_of_supervisor(officer: User, *, actor: Actor) -> list[str]:
    """Return the uids of the villages somebody reviews (one query)."""
    rows = Supervision.objects.filter(officer=officer, peer__office=actor.office)
    return [str(uid) for uid in rows.values_list("peer__uid", flat=True)]


def village_peers(actor: Actor) -> list[Peer]:
    """Return the offices linked below this one, by name (one query)."""
    peers = Peer.objects.filter(office=actor.office, direction=Peer.Direction.DOWNSTREAM)
    return list(peers.order_by("name", "pk"))


def owners_with_a_page(actor: Actor) -> list[Partner]:
    """Return whom the office may let answer on a page: its partners, by name (one query)."""
    return sorted(Partner.objects.visible_to(actor), key=lambda partner: partner.name)
