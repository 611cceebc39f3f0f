"""A village asks for a comparison, and mends or explains what it found.

No button says that a difference is gone: the next comparison does.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import circuit, outbox, transports
from puskesmas.actors import Actor
from puskesmas.errors import DomainError, InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit, record_transition
from puskesmas.locking import lock
from puskesmas.models import Office, OutboxMessage, Peer
from puskesmas.outbox import TransportError
from puskesmas.workflow import role_names
from referrals.files import sending
from referrals.models import Comparison, Difference, Referral
from referrals.reconciliation import asking
from referrals.reconciliation.workflow import KEEPERS, STANDING, Kind, Standing
from referrals.services import fetching
from referrals.services.locking import lock_with_case

log = logging.getLogger("referrals.reconciliation")

#: How many differences one press mends; the page offers the button again for the rest.
MOST_AT_ONCE = 100


class SilentAbove(WrongState):
    """The tier above does not answer, or is not to be asked just now: nothing was changed."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(
            _("%(peer)s tidak menjawab. Coba lagi nanti; selisihnya tetap ada di daftar ini.")
            % {"peer": peer.name},
            state="silent",
        )


def wake() -> None:
    """Let a worker compare soon; without a broker, beat does."""
    from referrals.tasks import compare_lists

    try:
        compare_lists.apply_async(retry=False)
    except Exception as error:
        log.warning("comparison not woken: %s", type(error).__name__)


@transaction.atomic
def ask(*, actor: Actor) -> Comparison:
    """Ask for a comparison with the tier above; one that is under way is returned instead.

    Raises:
        NotYourRole: neither koordinator nor administrator.
        WrongState: no tier above is linked whose list can be asked for.
    """
    _require_keeper(actor)
    peer = Peer.objects.filter(asking.comparable(), office=actor.office).first()
    if peer is None:
        raise WrongState(
            _("Tidak ada SLRT yang terhubung lewat jaringan, jadi tidak ada yang dicocokkan."),
            state="not_linked",
        )
    # Two officers at one moment ask for one.
    Office.objects.select_for_update(no_key=True).get(pk=actor.office.pk)
    under_way = Comparison.objects.filter(peer=peer, finished_at__isnull=True).first()
    if under_way is None:
        comparison = Comparison.objects.create(office=actor.office, peer=peer, asked_by=actor.user)
        audit(actor=actor, action="reconciliation.ask", subject=comparison)
    else:
        comparison = under_way
        comparison.is_repeat = True
    circuit.probe_now(peer.pk)
    transaction.on_commit(wake)
    return comparison


def mend(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Difference:
    """Do what mends a difference of this kind, once; the next comparison says whether it helped.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: somebody else did, or nothing mends this kind. SilentAbove.
    """
    row = _find(actor, uid)
    STANDING.check("mend", state=row.standing, actor=actor)
    if row.kind == Kind.ANSWERS_MISSING:
        # Over the network, and so in no transaction; taking in twice changes nothing.
        _fetch_again(row)
    return _mend_here(actor=actor, uid=uid, version=version)


@transaction.atomic
def _mend_here(*, actor: Actor, uid: uuid.UUID | str, version: int | None) -> Difference:
    row = lock(Difference, uid, actor=actor, version=version, along=("peer", "referral"))
    STANDING.check("mend", state=row.standing, actor=actor)
    if row.kind not in MENDERS:
        raise WrongState(
            _("Selisih ini tidak bisa ditangani dengan tombol: periksa, lalu jelaskan."),
            state=row.kind,
        )
    MENDERS[row.kind](row, actor)
    row.handled_at = timezone.now()
    move(row, "mend", actor)
    row.save()
    return row


def mend_all(*, actor: Actor, kind: str) -> int:
    """Mend what waits of one kind, the oldest first, at most MOST_AT_ONCE; return how many.

    Each is its own transaction. What somebody else takes meanwhile, or what cannot be mended, is
    left out; when the tier above does not answer, the rest stays.

    Raises:
        NotYourRole. InvalidInput: no kind that a button mends.
        WrongState: not one could be mended.
    """
    _require_keeper(actor)
    if kind not in MENDERS:
        raise InvalidInput(_("Pilih jenis selisihnya."), field="kind")
    rows = Difference.objects.visible_to(actor).filter(
        standing=Standing.WAITING, kind=kind, peer__active=True
    )
    done, refused = 0, None
    for uid in list(rows.order_by("found_at", "uid").values_list("uid", flat=True)[:MOST_AT_ONCE]):
        try:
            mend(actor=actor, uid=uid)
        except DomainError as error:
            refused = error
            if isinstance(error, SilentAbove):
                break
        else:
            done += 1
    if not done and refused is not None:
        raise refused
    return done


@transaction.atomic
def explain(
    *, actor: Actor, uid: uuid.UUID | str, reason: str, version: int | None = None
) -> Difference:
    """Keep a difference as looked into, with its reason; found again it does not wait any more.

    Raises:
        NotFound, StaleVersion, NotYourRole, WrongState. InvalidInput: no reason.
    """
    row = lock(Difference, uid, actor=actor, version=version)
    row.handled_at = timezone.now()
    move(row, "explain", actor, reason=reason)
    row.save()
    return row


def move(row: Difference, action: str, actor: Actor, *, reason: str = "") -> None:
    """Make a move of the table and write it down. The caller locked the row, and saves it."""
    step = STANDING.check(action, state=row.standing, actor=actor, reason=reason)
    record_transition(
        subject=row,
        field=STANDING.field,
        step=step,
        source=row.standing,
        actor=actor,
        reason=reason,
    )
    row.standing = Standing(step.target)


def _require_keeper(actor: Actor) -> None:
    if not actor.has(*KEEPERS):
        raise NotYourRole(
            _("Mencocokkan dengan SLRT hanya untuk %(roles)s.") % {"roles": role_names(KEEPERS)}
        )


def _find(actor: Actor, uid: uuid.UUID | str) -> Difference:
    rows = Difference.objects.visible_to(actor).select_related("peer__office")
    row: Difference | None = rows.filter(uid=uid).first()
    if row is None:
        raise NotFound(_("Data tidak ditemukan di kantor ini."))
    return row


# --- What mends which kind -----------------------------------------------------------------------


def _fetch_again(row: Difference) -> None:
    """Take in once more all that the tier above ever answered.

    Raises:
        SilentAbove.
    """
    peer = row.peer
    if not circuit.enter(peer):
        raise SilentAbove(peer)
    try:
        parcels = asking.answers(peer, row.referral_uid)
        for parcel in parcels:
            fetching.settle(peer, parcel, asking.acknowledge)
    except TransportError as error:
        asking.note_failure(peer, error)
        raise SilentAbove(peer) from error
    circuit.record_contact(peer)


def _answers_fetched(row: Difference, actor: Actor) -> None:
    """What had to be done was done before, over the network (:func:`_fetch_again`)."""


def _send_again(row: Difference, actor: Actor) -> None:
    """Send the newest file once more: same uid, same body; who still has it takes it in no second
    time. A tier above that takes it as new counts its answers from one, and so do we."""
    referral, message = _sent(row, actor)
    outbox.send_again(message)
    sending.send_again(referral)
    if row.kind == Kind.MISSING_ABOVE:
        _count_answers_from(referral, 0)


def _follow_count(row: Difference, actor: Actor) -> None:
    """Count answers on from where the tier above stands; what was said already stays said."""
    referral, _message = _sent(row, actor)
    _count_answers_from(referral, row.theirs["answer_sequence"])


def _count_answers_from(referral: Referral, sequence: int) -> None:
    referral.answer_sequence = min(referral.answer_sequence, sequence)
    referral.realisation_sequence = min(referral.realisation_sequence, sequence)
    referral.save()


def _note_receipt(row: Difference, actor: Actor) -> None:
    """Note what the list of the tier above says: it has this very file, under this number."""
    _referral, message = _sent(row, actor)
    if message.body_sha256 != row.theirs["payload_sha256"]:
        raise WrongState(
            _("Isi yang ada di %(peer)s bukan kiriman ini.") % {"peer": row.peer.name},
            state=row.kind,
        )
    receipt = {
        "uid": str(message.uid),
        "kind": message.kind,
        "body_sha256": message.body_sha256,
        "received_at": datetime.fromisoformat(row.theirs["received_at"]).isoformat(),
        "reference": row.theirs["number"],
    }
    outbox.confirm(message, receipt, transports.after_ack)


def _sent(row: Difference, actor: Actor) -> tuple[Referral, OutboxMessage]:
    """Return the referral, locked with its case, and the newest message that carried it there."""
    if row.referral is None:
        raise WrongState(_("Rujukan ini tidak ada di sini."), state=row.kind)
    referral, _case = lock_with_case(row.referral.uid, actor=actor)
    sendings = referral.submissions.filter(message__peer=row.peer).order_by("-number")
    newest = sendings.select_related("message__peer", "message__office").first()
    if newest is None or newest.message is None:
        raise WrongState(_("Rujukan ini tidak pernah dikirim dari sini."), state=row.kind)
    return referral, newest.message


MENDERS: dict[str, Callable[[Difference, Actor], Any]] = {
    Kind.MISSING_ABOVE: _send_again,
    Kind.OLDER_ABOVE: _send_again,
    Kind.NOT_NOTED: _note_receipt,
    Kind.ANSWERS_MISSING: _answers_fetched,
    Kind.AHEAD_HERE: _follow_count,
}
