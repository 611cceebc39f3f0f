"""What the tier above says it takes in: when that changes, what it refused goes again."""

from typing import Any

from django.db import transaction

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.history import audit
from puskesmas.models import OutboxMessage, Peer
from referrals.files import sending

#: The parts of an introduction (``GET office/``) that say so: kinds and versions, limits of files.
_SAID = ("understands", "files")


def note(peer: Peer, introduction: dict[str, Any]) -> bool:
    """Note what an upstream peer takes in; return whether it is new.

    Then everything of ours that it refused, messages and files, is tried once more.
    """
    digest = outbox.body_hash({name: introduction.get(name) for name in _SAID})
    with transaction.atomic():
        if not Peer.objects.filter(pk=peer.pk).exclude(abilities=digest).update(abilities=digest):
            return False
        refused = OutboxMessage.objects.filter(
            peer=peer,
            failed_at__isnull=False,
            acked_at__isnull=True,
            superseded_at__isnull=True,
        )
        for message in refused:
            outbox.retry_now(message)
        sending.ask_again(peer)
        audit(
            actor=Actor.system(peer.office),
            action="peer.abilities",
            subject=peer,
            fields=["abilities"],
        )
    return True
