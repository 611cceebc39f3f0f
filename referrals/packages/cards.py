"""The office card: who an office is and its public keys, exchanged by hand or at linking.

A card may travel by any road, also an unsafe one: whoever takes it in types the fingerprint that
the other office reads out by telephone.
"""

import json
import logging
import re
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from puskesmas import closing, office_keys
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput
from puskesmas.history import audit
from puskesmas.models import Office, Peer
from puskesmas.outbox import TransportError
from referrals import client, schemas
from referrals.services import abilities, linking

log = logging.getLogger("referrals.cards")

_VILLAGES = (Office.Kind.DESA, Office.Kind.KELURAHAN)


def card_of(office: Office) -> dict[str, Any]:
    """Return the office's card (office-card-v1)."""
    keys = office_keys.keys_of(office)
    return {
        "format": "puskesos-office",
        "version": 1,
        "uid": str(office.uid),
        "name": office.full_name,
        "kind": office.kind,
        "sign_key": keys.sign_key,
        "box_key": keys.box_key,
    }


def text_of(card: dict[str, Any]) -> str:
    """Return the card as it is written to a file or a QR code: one line of JSON."""
    return json.dumps(card, separators=(",", ":"), ensure_ascii=False)


def fingerprint_of(card: dict[str, Any]) -> str:
    """Return the five groups of four digits that are read out by telephone."""
    return office_keys.fingerprint(card["uid"], card["sign_key"], card["box_key"])


def fingerprint_of_peer(peer: Peer) -> str:
    """Return the fingerprint of a peer's card as it is known here; "" while it is not."""
    if not peer.sign_key or peer.peer_uid is None:
        return ""
    return office_keys.fingerprint(peer.peer_uid, peer.sign_key, peer.box_key)


def read(text: str) -> dict[str, Any]:
    """Return the card a text is.

    Raises:
        InvalidInput: none, or with something that is no key.
    """
    try:
        card = json.loads(text.strip())
    except (ValueError, RecursionError):
        card = None
    faulty = schemas.faults("office-card-v1", card)
    if faulty or not all(office_keys.is_key(card[name]) for name in ("sign_key", "box_key")):
        raise InvalidInput(
            _("Ini bukan kartu kantor yang utuh. Salin seluruh isinya, atau pilih berkasnya."),
            field="card",
        )
    found: dict[str, Any] = card
    return found


@transaction.atomic
def take(*, actor: Actor, card: dict[str, Any], fingerprint: str) -> Peer:
    """Keep an office's keys after its fingerprint was compared; link it for sticks if it is new.

    An office that is linked already keeps its road.

    Raises:
        NotYourRole. InvalidInput: another fingerprint, or an office this one cannot exchange with.
        WrongState: another tier above is linked.
    """
    linking.require_linker(actor)
    require_fingerprint(card, fingerprint)
    if (card["kind"] in _VILLAGES) == actor.office.is_village or card["uid"] == str(
        actor.office.uid
    ):
        raise InvalidInput(
            _("Desa bertukar berkas dengan tingkat di atasnya, dan sebaliknya."), field="card"
        )
    peer = Peer.objects.filter(office=actor.office, peer_uid=card["uid"], active=True).first()
    if peer is None:
        peer = linking.link_by_card(actor=actor, peer_uid=card["uid"], name=card["name"])
    keep_keys(peer, sign_key=card["sign_key"], box_key=card["box_key"])
    audit(actor=actor, action="peer.take_card", subject=peer, fields=["sign_key", "box_key"])
    return peer


def require_fingerprint(card: dict[str, Any], fingerprint: str) -> None:
    """Raise InvalidInput unless the fingerprint, as it was read out, is the card's."""
    if _plain(fingerprint) != _plain(fingerprint_of(card)):
        raise InvalidInput(
            _(
                "Sidiknya tidak cocok dengan kartu ini. Minta dibacakan sekali lagi; bila tetap "
                "berbeda, kartunya bukan dari kantor itu dan jangan dipakai."
            ),
            field="fingerprint",
        )


def _plain(fingerprint: str) -> str:
    return re.sub(r"[^0-9A-F]", "", fingerprint.upper())


def keep_keys(peer: Peer, *, sign_key: str, box_key: str) -> None:
    """Note a peer's public keys."""
    Peer.objects.filter(pk=peer.pk).update(sign_key=sign_key, box_key=box_key)
    peer.sign_key, peer.box_key = sign_key, box_key


def keep_from(peer: Peer, said: Any) -> bool:
    """Keep the keys in a card that the peer itself sent over its link; False when it is not his."""
    if schemas.faults("office-card-v1", said) or uuid.UUID(said["uid"]) != peer.peer_uid:
        return False
    if not all(office_keys.is_key(said[name]) for name in ("sign_key", "box_key")):
        return False
    if (peer.sign_key, peer.box_key) != (said["sign_key"], said["box_key"]):
        keep_keys(peer, sign_key=said["sign_key"], box_key=said["box_key"])
        audit(
            actor=Actor.system(peer.office),
            action="peer.keys",
            subject=peer,
            fields=["sign_key", "box_key"],
        )
    return True


def greet(peer: Peer) -> bool:
    """Exchange cards with an upstream office over its link; False when it did not answer with one.

    What it says it takes in is noted beside (:mod:`referrals.services.abilities`). An older
    installation has no such call; its card comes by hand then.
    """
    try:
        said = client.greet(peer, card_of(peer.office))
    except TransportError as error:
        log.info("no card from %s: %s", peer.uid, error.outcome)
        return False
    abilities.note(peer, said)
    _keep_public_address(peer, said.get("public"))
    return keep_from(peer, said.get("card"))


def _keep_public_address(peer: Peer, said: Any) -> None:
    """Note where residents open the peer's pages, and may open ours; older ones tell none."""
    told = said.get("base_url") if isinstance(said, dict) else None
    url = told.rstrip("/") if isinstance(told, str) else ""
    if url != peer.public_base_url and (not url or _is_address(url)):
        Peer.objects.filter(pk=peer.pk).update(public_base_url=url)
        peer.public_base_url = url


def _is_address(url: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        return False
    return len(url) <= 200


def greet_all() -> int:
    """Exchange cards with every upstream office reached over the network; return how many did."""
    peers = Peer.objects.filter(
        closing.is_open(),
        direction=Peer.Direction.UPSTREAM,
        transport=Peer.Transport.HTTP,
        active=True,
    )
    return sum(greet(peer) for peer in peers.select_related("office"))
