"""What is done on a partner's page and about it: opened, answered; sent again, revoked."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas import closing, outbox, throttle
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotFound, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.workflow import role_names
from referrals.models import Answering, PartnerKey, ReceivedReferral, Referral
from referrals.partners import invitations, keys, owners
from referrals.partners.saying import ANSWERS, REALISATIONS, Said, how_to_collect
from referrals.services import answers, delivery
from referrals.services.delivery import SEND_ROLES
from referrals.services.locking import lock_with_case
from referrals.workflow import Answer, Approval, Realisation
from reports.letters.models import Letter

#: Tries an address has, right or wrong: nobody guesses 125 bits, but he may keep us busy.
TRIES: dict[str, Any] = {"capacity": 60, "per": timedelta(minutes=10)}


def find(token: str, *, address: str) -> PartnerKey:
    """Return the key of a token that opens something.

    Unknown, run out, revoked, and no longer his referral: one answer, by the same road.

    Raises:
        NotFound: it opens nothing. TooManyTries: too many from this address.
    """
    throttle.take("partner", address, **TRIES)
    key = keys.found(token)
    if key is None:
        raise NotFound(
            _(
                "Tautan atau kode ini tidak dikenal, atau tidak berlaku lagi. Minta yang baru "
                "kepada Puskesos yang mengirimnya."
            )
        )
    return key


def open_page(token: str, *, address: str) -> PartnerKey:
    """Note that the partner opened his page: the file was received there. Raises as find().

    Only a press of the button comes here: what scans mail for viruses opens links, and has not
    received anything.
    """
    # Before the transaction, so that a wrong token's try is kept.
    key = find(token, address=address)
    closing.require_open(key.office)
    with transaction.atomic():
        _note_opening(key)
    return key


def _note_opening(key: PartnerKey) -> None:
    now = timezone.now()
    if key.received:
        owners.look_again(key)
    else:
        _note_receipt(key, now)
    key.opened_at, key.times_opened = now, key.times_opened + 1
    key.save(update_fields=["opened_at", "times_opened"])
    audit(actor=Actor.system(key.office), action="partner.open", subject=key)


def _note_receipt(key: PartnerKey, at: datetime) -> None:
    referral, case = _lock(key)
    waiting = delivery.latest(referral).message
    if waiting is not None and not waiting.acked_at:
        # He has it, by the code on the letter: no link need follow.
        outbox.supersede(waiting)
    if referral.answer == Answer.NONE:
        system = Actor.system(key.office)
        delivery.receive(referral, case, actor=system, at=at)


def note_reveal(key: PartnerKey, has_numbers: bool) -> None:
    """Note that the owner looked at the numbers in full. Raises NotFound: his page has none."""
    if not has_numbers:
        raise NotFound(_("Halaman ini tidak memuat NIK atau nomor KK."))
    audit(
        actor=Actor.system(key.office), action="partner.reveal", subject=key, fields=["nik", "kk"]
    )


def answer(
    token: str,
    *,
    address: str,
    said: Said,
    client_uid: uuid.UUID | None = None,
    version: int | None = None,
) -> Referral | ReceivedReferral:
    """Keep the partner's word, as the owner's is kept. ``version`` is the referral's.

    Raises:
        NotFound, TooManyTries: as find().
        StaleVersion, WrongState: it no longer fits where the referral stands.
        InvalidInput: who answers, the reason, or how to collect is missing.
    """
    if not said.name.strip() or not said.position.strip():
        empty = "position" if said.name.strip() else "name"
        raise InvalidInput(_("Tulis nama dan jabatan Anda."), field=empty)
    key = find(token, address=address)
    closing.require_open(key.office)
    with transaction.atomic():
        record = owners.record if key.received else _record
        done: Any = record(key, said, client_uid=client_uid, version=version)
        if not done.is_repeat:
            system = Actor.system(key.office)
            audit(actor=system, action="partner.answer", subject=key, fields=[said.value])
    return done


def _record(key: PartnerKey, said: Said, **sent: Any) -> Referral:
    referral, _case = _lock(key)
    words: dict[str, Any] = {
        "actor": Actor.system(key.office),
        "uid": referral.uid,
        "value": said.value,
        "source": Answering.Source.PARTNER,
        "said_on": key.office.today(),
        "owner": key.partner.name_id,
        "partner": key.partner,
        "said_by": said.said_by,
        "document_number": said.document_number,
        "reason": said.reason,
        **sent,
    }
    if said.value in ANSWERS:
        return answers.record_answer(**words)
    if said.value in REALISATIONS:
        return answers.record_realisation(instructions=how_to_collect(said), **words)
    raise InvalidInput(_("Pilih jawabannya."), field="value")


@transaction.atomic
def send_link(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Referral:
    """Send the partner a link (again); one that still waits is tried at once.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: not an approved referral on a partner's road, or it is over, or no link can be
            sent (``code`` "no_mail"): the letter with its code is the other way.
    """
    _require_sender(actor, _("Kirim tautan"))
    referral, _case = lock_with_case(uid, actor=actor, version=version)
    _require_running(referral)
    partner: Any = referral.partner
    obstacle = invitations.obstacle(partner, referral.office)
    if obstacle:
        raise WrongState(
            _("%(why)s Cetak suratnya: kodenya membuka halaman yang sama.") % {"why": obstacle},
            code="no_mail",
        )
    submission = delivery.latest(referral)
    if submission.message and outbox.is_waiting(submission.message):
        outbox.retry_now(submission.message)
    else:
        submission.message = invitations.invite(referral)
        submission.save(update_fields=["message"])
    referral.save()
    audit(actor=actor, action="partner.send_link", subject=referral)
    return referral


@transaction.atomic
def revoke(*, actor: Actor, uid: uuid.UUID | str, version: int | None = None) -> Referral:
    """Close the partner's page: no link and no code of this referral opens it any more.

    Raises:
        NotFound, StaleVersion, NotYourRole.
        WrongState: nothing opens it, or a link is being sent this moment.
    """
    _require_sender(actor, _("Cabut tautan dan kode"))
    referral, _case = lock_with_case(uid, actor=actor, version=version)
    submission = referral.submissions.select_related("message").order_by("-number").first()
    message = submission.message if submission else None
    if message and outbox.is_waiting(message) and not outbox.supersede(message):
        raise WrongState(_("Tautannya sedang dikirim. Muat ulang halaman ini sebentar lagi."))
    if not keys.revoke_all(referral=referral):
        raise WrongState(_("Tidak ada tautan atau kode yang masih berlaku."))
    referral.save()
    audit(actor=actor, action="partner.revoke", subject=referral)
    return referral


def follow_letter(*, letter: Letter, action: str, **_signal: Any) -> None:
    """A void letter's code opens nothing (receiver of ``letter_moved``, in its transaction)."""
    if action == "void":
        keys.revoke_all(letter=letter)


def _lock(key: PartnerKey) -> tuple[Referral, Any]:
    """Lock what the key opens, case first, and look once more whether it still does."""
    opened: Any = key.referral
    referral, case = lock_with_case(opened.uid, actor=Actor.system(key.office))
    key.refresh_from_db(fields=["revoked_at", "expires_at", "opened_at", "times_opened"])
    key.referral = referral
    if not keys.opens(key):
        raise NotFound(_("Tautan atau kode ini baru saja dicabut."))
    return referral, case


def _require_sender(actor: Actor, action: str) -> None:
    if not actor.has(*SEND_ROLES):
        raise NotYourRole(
            _("Tindakan “%(action)s” hanya untuk %(roles)s.")
            % {"action": action, "roles": role_names(SEND_ROLES)}
        )


def _require_running(referral: Referral) -> None:
    if referral.road != Referral.Road.PARTNER or referral.approval != Approval.APPROVED:
        raise WrongState(
            _("Tautan hanya untuk rujukan ke mitra yang sudah disetujui."), state=referral.approval
        )
    if is_over(referral):
        raise WrongState(
            _("Rujukan ini sudah selesai; tidak ada yang ditunggu dari mitra."),
            state=referral.realisation,
        )


def is_over(referral: Referral) -> bool:
    """Return whether nothing more is asked of the partner: his page then names nobody."""
    ended = (Realisation.COLLECTED, Realisation.NEVER)
    return referral.answer == Answer.REFUSED or referral.realisation in ended
