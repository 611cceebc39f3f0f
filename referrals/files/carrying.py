"""Files of referrals that go by hand, in a package: which wait, what becomes of one brought here.

Beside the network or instead of it: whichever road brings a file first wins.
"""

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from referrals.exchange import Refusal
from referrals.files import receiving, sending
from referrals.files.models import ReceivedFile, SentFile

#: Not a word on the file: its referral is not there yet, and it follows with the next package.
NOT_YET = "unknown_file"

#: A file, by its referral and its hash.
Name = tuple[uuid.UUID, str]


def waiting_for(peer: Peer, messages: Sequence[OutboxMessage] = ()) -> list[SentFile]:
    """Return the files that wait for a peer and whose referral is there, or goes in ``messages``.

    Emergencies first, then the oldest (one query).
    """
    arrived = Q(submission__message__acked_at__isnull=False)
    rows = SentFile.objects.filter(
        arrived | Q(submission__message__in=[message.pk for message in messages]),
        arrived_at__isnull=True,
        refusal="",
        submission__message__peer=peer,
        submission__handed_over_at__isnull=True,
    )
    return list(
        rows.select_related("referral__complaint", "attachment").order_by(
            "referral__complaint__urgency", "pk"
        )
    )


def counts(office: Office) -> dict[int, int]:
    """Return how many files wait for each peer, by its pk: with their referral, or behind it."""
    rows = SentFile.objects.filter(
        referral__office=office,
        arrived_at__isnull=True,
        refusal="",
        submission__message__superseded_at__isnull=True,
        submission__handed_over_at__isnull=True,
    ).exclude(submission__message__failed_at__isnull=False)
    by_peer = rows.order_by().values_list("submission__message__peer").annotate(Count("pk"))
    return {peer: number for peer, number in by_peer if peer is not None}


def is_sound(file: SentFile) -> bool:
    """Return whether a file can be read here and is what its hash says; else note that it is not.

    A damaged one stays refused until somebody asks again.
    """
    try:
        sending.content_of(file)
    except TransportError as error:
        file.refusal = error.detail[:200]
        SentFile.objects.filter(pk=file.pk).update(refusal=file.refusal)
        return False
    return True


def keep(peer: Peer, name: Name, content: bytes | None) -> bool:
    """Check and keep a file that was brought; return whether it is new here.

    Of one larger than any file may be there is no ``content``.

    Raises:
        Refusal: no referral of the peer lists it here (NOT_YET), or it is never taken in.
    """
    file = receiving.find(peer, *name)
    if content is None or len(content) != file.size:
        raise Refusal(
            _("Ukuran lampiran ini lain dari yang tertulis di rujukannya."), code="file_refused"
        )
    return receiving.take_whole(file, content)


def confirm(peer: Peer, name: Name, *, refused: str = "", code: str = "") -> bool:
    """Note what the peer did with a file of ours that went by hand; False when that was known.

    ``refused`` says in words why he never will take it, with its ``code``.

    Raises:
        Refusal: we sent him no such file.
    """
    referral_uid, sha256 = name
    rows = SentFile.objects.filter(
        referral__uid=referral_uid, sha256=sha256, submission__message__peer=peer
    )
    file = rows.first()
    if file is None:
        raise Refusal(_("Tanda terima ini untuk kiriman yang tidak ada di sini."), code=NOT_YET)
    if code == NOT_YET:
        return False
    now = timezone.now()
    changes = (
        {"refusal": (refused or code)[:200]}
        if code
        else {"arrived_at": now, "offset": file.size, "refusal": ""}
    )
    # Whoever is sending it at this moment loses his claim, and with it the word on it.
    held = SentFile.objects.filter(pk=file.pk, arrived_at__isnull=True)
    held = held.exclude(refusal=changes["refusal"]) if code else held
    return bool(held.update(claimed_until=None, **changes))


def labels(peer: Peer, names: Iterable[Name]) -> dict[Name, tuple[str, str]]:
    """Return what people call files sent to or come from a peer: paper, and receipt number.

    One query.
    """
    wanted = set(names)
    uids, hashes = {uid for uid, _sha256 in wanted}, {sha256 for _uid, sha256 in wanted}
    if peer.direction == Peer.Direction.UPSTREAM:
        sent = SentFile.objects.filter(referral__uid__in=uids, sha256__in=hashes)
        number = "referral__complaint__receipt_number"
        rows = list(sent.values_list("referral__uid", "sha256", "label", number))
    else:
        received = ReceivedFile.objects.filter(
            referral__peer=peer, referral__referral_uid__in=uids, sha256__in=hashes
        )
        number = "referral__number"
        rows = list(received.values_list("referral__referral_uid", "sha256", "label", number))
    return {(uid, sha256): (label, number) for uid, sha256, label, number in rows}


def states(peer: Peer, names: Iterable[Name]) -> dict[Name, SentFile]:
    """Return the rows of files sent to a peer, by their names (one query)."""
    uids = {uid for uid, _sha256 in names}
    rows = SentFile.objects.filter(
        referral__uid__in=uids, submission__message__peer=peer
    ).select_related("referral")
    return {(row.referral.uid, row.sha256): row for row in rows}
