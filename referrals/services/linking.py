"""Which offices exchange messages: a village knows the tier above, the tier above its villages."""

import secrets
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.crypto import token_hash
from puskesmas.errors import InvalidInput, NotYourRole
from puskesmas.history import audit
from puskesmas.models import ApiToken, OutboxMessage, Peer, Role
from puskesmas.workflow import role_names
from referrals.services.delivery import enqueue_waiting

Direction = Peer.Direction
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
    _require_linker(actor)
    office = actor.office
    check_address(base_url)
    Peer.objects.filter(office=office, direction=Direction.UPSTREAM, active=True).exclude(
        peer_uid=peer_uid
    ).update(active=False)
    peer, _created = Peer.objects.update_or_create(
        office=office,
        direction=Direction.UPSTREAM,
        peer_uid=peer_uid,
        defaults={
            "name": name,
            "base_url": base_url.rstrip("/"),
            "token": token.strip(),
            "active": True,
            "last_failure": "",
            "silent_since": None,
            "silences": 0,
            "probe_at": None,
        },
    )
    # The same district may come back under another uid (a new server): what waits goes there.
    OutboxMessage.objects.filter(
        outbox.is_open(), office=office, peer__direction=Direction.UPSTREAM, peer__active=False
    ).update(peer=peer, due_at=timezone.now())
    enqueue_waiting(office=office, upstream=peer)
    audit(actor=actor, action="peer.link_upstream", subject=peer, fields=["base_url", "token"])
    return peer


@transaction.atomic
def add_downstream(*, actor: Actor, peer_uid: uuid.UUID | str, name: str) -> str:
    """Link an office below ours and return its token, which is shown this once.

    Linking the same office again gives a new token and revokes the old one.

    Raises:
        NotYourRole: not the office's administrator or manager.
    """
    _require_linker(actor)
    office = actor.office
    peer, _created = Peer.objects.update_or_create(
        office=office,
        direction=Direction.DOWNSTREAM,
        peer_uid=peer_uid,
        defaults={"name": name, "active": True},
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


def _require_linker(actor: Actor) -> None:
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
