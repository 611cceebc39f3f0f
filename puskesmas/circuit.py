"""The circuit to a peer: while it does not answer, one probe at growing pauses, not every try.

Closed (``Peer.probe_at`` is null), everybody may try. The first failure of the line opens it; from
then on only the holder of the probe tries, and ``probe_at`` says when the next one may. The probe
is taken by a conditional update that moves ``probe_at`` on by a lease, so several workers make one,
and a worker that died with it holds nobody up for longer than the lease. Any answer closes it.

A PC's clock may be put back after moments were written by it. None is ever set further ahead than
:func:`_longest`; one that lies further is taken as come, or nothing would be sent until the old
time returned.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from puskesmas.models import Peer


def lets_through(prefix: str = "") -> Q:
    """Return the condition "its circuit is closed, or a probe is due", on peers or through them."""
    return Q(**{f"{prefix}probe_at__isnull": True}) | has_come(f"{prefix}probe_at")


def has_come(field: str) -> Q:
    """Return the condition "this moment of the sender's has come"."""
    now = timezone.now()
    return Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + _longest()})


def _longest() -> timedelta:
    """Return the longest pause or lease there is, with its spread and a little over."""
    wait, lease = settings.OUTBOX_LONGEST_WAIT_SECONDS, settings.OUTBOX_LEASE_SECONDS
    return timedelta(seconds=1.5 * max(wait, lease))


def enter(peer: Peer) -> bool:
    """Say whether this caller may try the peer now; through an open circuit it takes the probe.

    ``peer`` is as it was read. Its ``probe_at`` becomes what the caller has to show when the try
    ends: None, or the end of his lease. False when the probe is not due, or another's.
    """
    if peer.probe_at is None:
        return True
    now = timezone.now()
    if now < peer.probe_at <= now + _longest():
        return False
    lease = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    taken = Peer.objects.filter(pk=peer.pk, probe_at=peer.probe_at).update(probe_at=lease)
    peer.probe_at = lease
    return bool(taken)


def leave(peer: Peer) -> None:
    """Give back a probe that was not made; where none was needed, nothing changes."""
    if peer.probe_at is None:
        return
    Peer.objects.filter(pk=peer.pk, probe_at=peer.probe_at).update(probe_at=timezone.now())


def record_contact(peer: Peer) -> None:
    """Note that the peer answered: the circuit closes, and all that waits for it may go."""
    now = timezone.now()
    closed = {
        "last_contact_at": now,
        "last_failure": "",
        "silent_since": None,
        "silences": 0,
        "probe_at": None,
    }
    Peer.objects.filter(pk=peer.pk).update(**closed)
    for name, value in closed.items():
        setattr(peer, name, value)


def record_silence(peer: Peer, outcome: str) -> None:
    """Note that the peer could not be reached, and why; open the circuit or put the probe off.

    Only who opens it, or holds the probe, says when the next one is: a slow try that fails after
    the circuit opened beside it changes no schedule.
    """
    now = timezone.now()
    rows = Peer.objects.filter(pk=peer.pk)
    rows.update(last_failure_at=now, last_failure=outcome)
    peer.last_failure_at, peer.last_failure = now, outcome
    if peer.probe_at is None:
        first = now + pause(1)
        if rows.filter(probe_at__isnull=True).update(probe_at=first, silences=1, silent_since=now):
            peer.probe_at = first
        return
    silences = rows.values_list("silences", flat=True).get()
    following = now + pause(silences + 1)
    if rows.filter(probe_at=peer.probe_at).update(probe_at=following, silences=F("silences") + 1):
        peer.probe_at = following


def probe_now(peer_pk: int) -> None:
    """Let the next try probe at once: a person asked for it."""
    now = timezone.now()
    Peer.objects.filter(pk=peer_pk, probe_at__gt=now).update(probe_at=now)


def pause(tries: int) -> timedelta:
    """Return the pause after the nth try: doubling, capped, ±20 % so that offices spread out."""
    doubled = settings.OUTBOX_FIRST_WAIT_SECONDS * 2 ** min(tries - 1, 20)
    capped = min(doubled, settings.OUTBOX_LONGEST_WAIT_SECONDS)
    return timedelta(seconds=capped * (0.8 + 0.4 * secrets.randbelow(1000) / 1000))
