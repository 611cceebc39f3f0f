"""Which offices exchange messages: a village knows the tier above, the tier above its villages."""

import logging
import secrets
import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.crypto import token_hash
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.models import ApiToken, Office, OutboxMessage, Peer, Role
from puskesmas.workflow import role_names
from referrals import neighbours
from referrals.services.delivery import enqueue_waiting

log = logging.getLogger("referrals.linking")

Direction, Transport = Peer.Direction, Peer.Transport
LINKERS = (Role.ADMIN.value, Role.MANAGER.value)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@transaction.atomic
def link_upstream(
    *, actor: Actor, base_url: str, token: str, peer_uid: uuid.UUID | str, name: str
) -> Peer:
    """Link the tier above by the address and token it gave us; replaces an earlier link.

    ``peer_uid`` and ``name`` are what it says of itself (:func:`referrals.client.introduce`).
    Everything that waits goes to the new address, also referrals approved before any link existed.

    Raises:
        NotYourRole: not the office's administrator.
        InvalidInput: an address that is not https (plain http only on this machine, or on a
            network the installation was told to trust).
    """
    require_linker(actor)
    check_address(base_url)
    peer = _place_above(
        actor.office,
        peer_uid=peer_uid,
        name=name,
        transport=Transport.HTTP,
        base_url=base_url.rstrip("/"),
        token=token.strip(),
    )
    audit(actor=actor, action="peer.link_upstream", subject=peer, fields=["base_url", "token"])
    transaction.on_commit(_wake_for_cards)
    return peer


def _wake_for_cards() -> None:
    """Let a worker exchange office cards soon; without a broker, beat does."""
    from referrals.tasks import exchange_cards

    try:
        exchange_cards.apply_async(retry=False)
    except Exception as error:
        log.warning("exchange of cards not woken: %s", type(error).__name__)


#: Nothing is known against an office just linked: its circuit is closed.
_CLOSED = {"last_failure": "", "silent_since": None, "silences": 0, "probe_at": None}


def _place_above(office: Office, *, peer_uid: uuid.UUID | str, **road: str) -> Peer:
    """Make an office the one active upstream; ``road`` is how it is reached (fields of Peer)."""
    Peer.objects.filter(office=office, direction=Direction.UPSTREAM, active=True).exclude(
        peer_uid=peer_uid
    ).update(active=False)
    peer, _created = Peer.objects.update_or_create(
        office=office,
        direction=Direction.UPSTREAM,
        peer_uid=peer_uid,
        defaults={**_CLOSED, "active": True, **road},
    )
    # The same district may come back under another uid (a new server): what waits goes there.
    OutboxMessage.objects.filter(
        outbox.is_open(), office=office, peer__direction=Direction.UPSTREAM, peer__active=False
    ).update(peer=peer, due_at=timezone.now())
    enqueue_waiting(office=office, upstream=peer)
    return peer


@transaction.atomic
def link_here(*, actor: Actor, uids: Iterable[uuid.UUID | str]) -> list[Office]:
    """Link offices of this installation with the actor's: no token, both sides at once.

    The installation vouches for who they are. Returns those that were linked.

    Raises:
        NotYourRole: not the office's administrator or manager.
        NotFound: none that stands above or below ours here, or linked already.
        WrongState: a village has another tier above; only its own administrator leaves that.
    """
    require_linker(actor)
    wanted = {str(uid) for uid in uids}
    offices = [one for one in neighbours.unlinked(actor.office) if str(one.uid) in wanted]
    if len(offices) != len(wanted) or not offices:
        raise NotFound(_("Kantor itu tidak ada di server ini, atau sudah terhubung."))
    for other in offices:
        below, above = (actor.office, other) if actor.office.is_village else (other, actor.office)
        _link_neighbours(actor, below=below, above=above)
    return offices


def _link_neighbours(actor: Actor, *, below: Office, above: Office) -> None:
    # Locked: the village's own administrator may be linking it elsewhere at this moment.
    Office.objects.select_for_update().get(pk=below.pk)
    present = Peer.objects.filter(office=below, direction=Direction.UPSTREAM, active=True).first()
    if actor.office != below and present and present.peer_uid != above.uid:
        raise WrongState(
            _("%(village)s sudah terhubung dengan %(other)s. Pengelola desa itu yang menggantinya.")
            % {"village": below.full_name, "other": present.name},
            state="linked",
        )
    road = {"transport": Transport.LOCAL, "base_url": "", "token": ""}
    down, _created = Peer.objects.update_or_create(
        office=above,
        direction=Direction.DOWNSTREAM,
        peer_uid=below.uid,
        defaults={**_CLOSED, "name": below.full_name, "active": True, **road},
    )
    ApiToken.objects.filter(peer=down, revoked_at__isnull=True).update(revoked_at=timezone.now())
    OutboxMessage.objects.filter(outbox.is_open(), peer=down).update(due_at=timezone.now())
    up = _place_above(below, peer_uid=above.uid, name=above.full_name, **road)
    audit(
        actor=actor,
        action="peer.link_here",
        subject=up if actor.office == below else down,
        fields=["transport"],
    )


@transaction.atomic
def add_downstream(*, actor: Actor, peer_uid: uuid.UUID | str, name: str) -> str:
    """Link an office below ours and return its token, which is shown this once.

    Linking the same office again gives a new token and revokes the old one.

    Raises:
        NotYourRole: not the office's administrator or manager.
    """
    require_linker(actor)
    office = actor.office
    peer, _created = Peer.objects.update_or_create(
        office=office,
        direction=Direction.DOWNSTREAM,
        peer_uid=peer_uid,
        defaults={"name": name, "active": True, "transport": Transport.HTTP},
    )
    ApiToken.objects.filter(peer=peer, revoked_at__isnull=True).update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        office=office,
        peer=peer,
        name=name[:80],
        token_hash=token_hash(token),
        scopes=["exchange"],
    )
    audit(actor=actor, action="peer.add_downstream", subject=peer, fields=["token"])
    return token


@transaction.atomic
def link_by_card(*, actor: Actor, peer_uid: uuid.UUID | str, name: str) -> Peer:
    """Link an office there is no connection to: everything between the two goes by hand.

    Raises:
        NotYourRole. WrongState: a village has another tier above already.
    """
    require_linker(actor)
    office = actor.office
    road = {"name": name, "transport": Transport.CARRIED, "base_url": "", "token": ""}
    if not office.is_village:
        peer, _created = Peer.objects.update_or_create(
            office=office,
            direction=Direction.DOWNSTREAM,
            peer_uid=peer_uid,
            defaults={**_CLOSED, "active": True, **road},
        )
        return peer
    present = Peer.objects.filter(office=office, direction=Direction.UPSTREAM, active=True).first()
    if present is not None:
        raise WrongState(
            _("Kantor ini sudah terhubung dengan %(name)s. Kartu ini dari kantor lain.")
            % {"name": present.name},
            state="linked",
        )
    return _place_above(office, peer_uid=peer_uid, **road)


def require_linker(actor: Actor) -> None:
    """Raise NotYourRole unless the actor may say which offices exchange messages."""
    if not actor.is_system and not actor.has(*LINKERS):
        raise NotYourRole(
            _("Menghubungkan kantor hanya untuk %(roles)s.") % {"roles": role_names(LINKERS)}
        )


def check_address(base_url: str) -> None:
    parts = urlsplit(base_url)
    trusted = parts.hostname in _LOOPBACK or settings.ALLOW_PLAIN_HTTP_ON_LAN
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and trusted)):
        raise InvalidInput(
            _("Alamat SLRT harus diawali https://. Periksa lagi alamat yang diberikan."),
            field="base_url",
        )
