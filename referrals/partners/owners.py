"""The owner hop: a programme's owner outside the installation decides on a page of his own.

The chain of the tier above says who he is (:mod:`referrals.chain`). He gets what the village sent
and he needs; his word goes through the verbs of every other word (:mod:`referrals.services.inbox`),
and so down to the village.
"""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from programs.models import Partner
from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import lock
from puskesmas.models import OutboxMessage
from puskesmas.workflow import role_names
from referrals.models import OwnersWord, PartnerKey, ReceivedReferral
from referrals.partners import invitations, keys
from referrals.partners.saying import ANSWERS, REALISATIONS, Said, how_to_collect
from referrals.quotas import services as quotas
from referrals.services import inbox
from referrals.workflow import DISTRICT, INBOX, OVER, WITH_OWNER, Answer, Inbox, Realisation

#: The inbox's move that each of his answers is.
_ACTIONS = {
    Answer.STUDIED: "study",
    Answer.APPROVED: "approve",
    Answer.REFUSED: "refuse",
    Answer.RETURNED: "return",
}


def look_again(key: PartnerKey) -> None:
    """Look once more, under the lock, whether the key opens his page. Raises NotFound."""
    _lock(key)


def record(
    key: PartnerKey, said: Said, *, client_uid: uuid.UUID | None, version: int | None
) -> ReceivedReferral:
    """Keep the owner's word and tell the village, in the caller's transaction.

    Raises:
        NotFound, StaleVersion, WrongState, InvalidInput: as :func:`inbox.act` and ``realise``.
    """
    row: Any = key.received
    client_uid = client_uid or uuid.uuid4()
    # Quotas before the referral, as every act that may give or free a place.
    quotas.lock_quotas(key.office)
    _lock(key)
    if OwnersWord.objects.filter(client_uid=client_uid, received=row).exists():
        row.is_repeat = True
        return row
    word = OwnersWord(
        received=row,
        key=key,
        client_uid=client_uid,
        value=said.value,
        owner=key.partner.name_id,
        said_by=said.said_by,
        document_number=said.document_number.strip(),
        said_on=key.office.today(),
        reason=said.reason.strip(),
        instructions=how_to_collect(said) if said.value in REALISATIONS else "",
    )
    done = _move(key, word, version=version)
    word.save()
    return done


def _move(key: PartnerKey, word: OwnersWord, *, version: int | None) -> ReceivedReferral:
    words = inbox.Said(
        said_on=word.said_on,
        owner=word.owner,
        document_number=word.document_number,
        reason=word.reason,
        instructions=word.instructions,
    )
    sent: dict[str, Any] = {
        "actor": Actor.system(key.office),
        "uid": word.received.uid,
        "said": words,
        "version": version,
    }
    if word.value in ANSWERS:
        return inbox.act(action=_ACTIONS[Answer(word.value)], **sent)
    if word.value in REALISATIONS:
        return inbox.realise(value=word.value, **sent)
    raise InvalidInput(_("Pilih jawabannya."), field="value")


def values_that_fit(row: ReceivedReferral) -> list[Any]:
    """Return what the owner may say where a received referral stands: of it, then of the aid."""
    system = Actor.system(row.office)
    if row.state == Inbox.APPROVED:
        waits = row.realisation == Realisation.QUEUED
        return [
            value
            for value in REALISATIONS
            if row.realisation in inbox.REALISATION.steps[value].sources
            and (not waits or value == Realisation.NEVER)
        ]
    if row.state not in WITH_OWNER:
        return []
    actions = {step.action for step in INBOX.available(state=row.state, actor=system)}
    return [value for value, action in _ACTIONS.items() if action in actions]


def is_over(row: ReceivedReferral) -> bool:
    """Return whether nothing more is asked of the owner: his page then names nobody."""
    return row.state == Inbox.REFUSED or row.realisation in OVER


@transaction.atomic
def send_link(
    *, actor: Actor, uid: uuid.UUID | str, version: int | None = None
) -> ReceivedReferral:
    """Send the owner a link (again); one that still waits is tried at once.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: it does not wait for an owner with a page, he may not have it, or no link can
            be sent (``code`` "no_mail").
    """
    row, owner = _lock_with_owner(actor, uid, version, action=_("Kirim tautan"))
    why = invitations.obstacle(owner, row.office)
    if why:
        raise WrongState(why, code="no_mail")
    waiting = waiting_link(row)
    if waiting:
        outbox.retry_now(waiting)
    else:
        invitations.invite_owner(row)
    row.save()
    audit(actor=actor, action="partner.send_link", subject=row)
    return row


@transaction.atomic
def make_code(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> str:
    """Return a new code that opens the owner's page, to be told once: with the letter, by phone.

    Raises:
        NotFound, StaleVersion, NotYourRole, WrongState: as send_link().
    """
    row, owner = _lock_with_owner(actor, uid, version, action=_("Buat kode"))
    _key, token = keys.mint_for_owner(row, owner, PartnerKey.Way.CODE)
    row.save()
    audit(actor=actor, action="partner.make_code", subject=row)
    return token


@transaction.atomic
def revoke(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> ReceivedReferral:
    """Close the owner's page: no link and no code of this referral opens it any more.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: nothing opens it, or a link is being sent this moment.
    """
    _require_district(actor, _("Cabut tautan dan kode"))
    row = lock(ReceivedReferral, uid, actor=actor, version=version)
    waiting = waiting_link(row)
    if waiting and not outbox.supersede(waiting):
        raise WrongState(_("Tautannya sedang dikirim. Muat ulang halaman ini sebentar lagi."))
    if not keys.revoke_all(received=row) and not waiting:
        raise WrongState(_("Tidak ada tautan atau kode yang masih berlaku."))
    row.save()
    audit(actor=actor, action="partner.revoke", subject=row)
    return row


def waiting_link(row: ReceivedReferral) -> OutboxMessage | None:
    """Return the link that is still to be sent, if any (one query)."""
    rows = OutboxMessage.objects.filter(
        office_id=row.office_id, subject_uid=row.uid, kind=invitations.INVITED
    )
    return rows.filter(acked_at__isnull=True, superseded_at__isnull=True).order_by("-pk").first()


def _lock_with_owner(
    actor: Actor, uid: uuid.UUID | str, version: int | None, *, action: str
) -> tuple[ReceivedReferral, Partner]:
    _require_district(actor, action)
    row = lock(ReceivedReferral, uid, actor=actor, version=version)
    owner = keys.owner_of(row)
    if owner is None or is_over(row) or row.state not in (*WITH_OWNER, Inbox.APPROVED):
        raise WrongState(
            _("Berkas ini tidak sedang menunggu pemilik program yang menjawab di halamannya."),
            state=row.state,
        )
    why = invitations.owner_obstacle(row, owner)
    if why:
        raise WrongState(why, code="no_ground")
    return row, owner


def _lock(key: PartnerKey) -> ReceivedReferral:
    """Lock what the key opens and look once more whether it still does. Raises NotFound."""
    received: Any = key.received
    row = lock(ReceivedReferral, received.uid, actor=Actor.system(key.office))
    key.refresh_from_db(fields=["revoked_at", "expires_at", "opened_at", "times_opened"])
    key.received = row
    if not keys.opens(key):
        raise NotFound(_("Tautan atau kode ini baru saja dicabut."))
    return row


def _require_district(actor: Actor, action: str) -> None:
    if not actor.has(*DISTRICT):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": action, "roles": role_names(DISTRICT)}
        )
