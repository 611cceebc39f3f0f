"""The tier above: a village's referral is taken in and worked on, the owner's word passed back.

Everything said goes to the village as a message with the next ``sequence``, in the transaction that
says it. The office of the district sees what was sent and nothing else.
"""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.crypto import blind_index
from puskesmas.errors import InvalidInput, WrongState
from puskesmas.locking import lock
from puskesmas.models import Office, Peer
from referrals.chain.selectors import Hops, hops_of
from referrals.exchange import Refusal, Taken
from referrals.files import receiving
from referrals.models import Answering, ReceivedReferral, ReceivedSubmission
from referrals.partners import invitations
from referrals.quotas import services as quotas
from referrals.services.telling import SCHEMA_VERSION, Said, move, tell_village
from referrals.workflow import INBOX, REALISATION, Answer, Inbox, Realisation

__all__ = ["SCHEMA_VERSION", "Said", "act", "hops_of_row", "is_on_its_way", "realise", "take_in"]

#: What the village is told after each of the inbox's moves.
_ANSWERS = {
    "pass": Answer.FORWARDED,
    "send_back": Answer.RETURNED,
    "return": Answer.RETURNED,
    "recommend": Answer.RECOMMENDED,
    "study": Answer.STUDIED,
    "approve": Answer.APPROVED,
    "refuse": Answer.REFUSED,
}


def take_in(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Take in a village's submission (kind referral.submitted), inside receive()'s transaction.

    The first one becomes a row of the inbox with an agenda number; a mended one replaces what the
    row shows and waits to be worked on again; an older one that comes late is only kept.

    Raises:
        Refusal: a mended file for a referral that nobody returned.
    """
    # One writer at a time, so that agenda numbers follow each other and a village's two
    # submissions of one referral meet in order.
    office = Office.objects.select_for_update(no_key=True).get(pk=peer.office_id)
    row = (
        ReceivedReferral.objects.select_for_update(of=("self",))
        .filter(peer=peer, referral_uid=body["referral_uid"])
        .first()
    )
    if row is None:
        row = _first_submission(office, peer, body)
        _start(row)
    elif body["submission"] > row.submission_number:
        _mended_submission(row, body, actor=Actor.system(office))
        _start(row)
    ReceivedSubmission.objects.get_or_create(
        referral=row,
        number=body["submission"],
        defaults={"payload": body, "payload_sha256": outbox.body_hash(body)},
    )
    receiving.expect(row, body.get("attachments", []))
    return Taken(uid=row.uid, reference=row.number)


def _first_submission(office: Office, peer: Peer, body: dict[str, Any]) -> ReceivedReferral:
    year = office.today().year
    counter = _next_counter(office, year)
    return ReceivedReferral.objects.create(
        office=office,
        peer=peer,
        referral_uid=body["referral_uid"],
        number=f"{year}/{counter:05d}",
        year=year,
        counter=counter,
        # As this office named it when it was linked: a body could name any village.
        village=peer.name,
        **_content(body),
    )


def _mended_submission(row: ReceivedReferral, body: dict[str, Any], *, actor: Actor) -> None:
    if row.state not in INBOX.steps["resubmitted"].sources:
        raise Refusal(
            _("Berkas ini tidak sedang dikembalikan; statusnya di SLRT: %(state)s.")
            % {"state": row.get_state_display()},
            code="not_returned",
            status=409,
        )
    for name, value in _content(body).items():
        setattr(row, name, value)
    row.version += 1
    move(row, INBOX.steps["resubmitted"], actor=actor)
    row.save()


def _start(row: ReceivedReferral) -> None:
    """Send a file that has just come to the first hop of its chain."""
    hops = hops_of_row(row)
    if hops.supervisor:
        move(row, INBOX.steps["to_review"], actor=Actor.system(row.office))
        row.save()
    else:
        _skip_manager(row, hops)


def _skip_manager(row: ReceivedReferral, hops: Hops) -> None:
    """Send a file that would be the manager's to the owner, where the chain has no manager."""
    if hops.manager:
        return
    move(row, INBOX.steps["forward"], actor=Actor.system(row.office))
    said = Said(said_on=row.office.today(), owner=row.payload["programme"]["owner"])
    tell_village(row, about=Answering.About.ANSWER, value=Answer.FORWARDED, said=said)
    invitations.invite_owner(row)


def hops_of_row(row: ReceivedReferral) -> Hops:
    """Return which hops the chain has for a received file today (one query)."""
    return hops_of(row.office, peer_id=row.peer_id, programme_code=row.programme_code)


def _content(body: dict[str, Any]) -> dict[str, Any]:
    nik = body["person"]["nik"]
    return {
        "receipt_number": body["receipt_number"],
        "nik_index": blind_index(nik, purpose="nik") if nik else "",
        "programme_code": body["programme"]["code"],
        "programme_name": body["programme"]["name"],
        "urgency": body["urgency"],
        "payload": body,
        "payload_sha256": outbox.body_hash(body),
        "submission_number": body["submission"],
    }


def _next_counter(office: Office, year: int) -> int:
    """Return the next agenda number of the office's year. The office is locked."""
    rows = ReceivedReferral.objects.filter(office=office, year=year)
    return (rows.aggregate(last=Max("counter"))["last"] or 0) + 1


@transaction.atomic
def act(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    action: str,
    said: Said,
    version: int | None = None,
) -> ReceivedReferral:
    """Pass on, return, recommend, or record the owner's word (an action of INBOX).

    The village is told.

    Raises:
        NotFound, StaleVersion, NotYourRole, WrongState: the table, or the chain, says no.
        InvalidInput: reason, owner or date missing or impossible.
    """
    held = quotas.lock_quotas(actor.office) if action in {"approve", "refuse"} else {}
    row = lock(ReceivedReferral, uid, actor=actor, version=version)
    step = INBOX.check(action, state=row.state, actor=actor, reason=said.reason)
    _check(row, said, needs_owner=action in {"approve", "refuse"})
    hops = hops_of_row(row)
    if not is_on_its_way(action, state=row.state, hops=hops):
        raise WrongState(
            _(
                "Jalur program ini melewati pemilik program: rekomendasikan dulu, lalu catat "
                "jawabannya."
            )
            if action != "recommend"
            else _("Jalur program ini berhenti di sini: catat langsung keputusannya."),
            state=row.state,
        )
    if action == "refuse" and row.realisation in {Realisation.COLLECTED, Realisation.ENDED}:
        raise WrongState(
            _("Bantuan sudah diterima warga; jawaban tidak bisa diubah menjadi penolakan."),
            state=row.state,
        )
    move(row, step, actor=actor, reason=said.reason)
    tell_village(row, about=Answering.About.ANSWER, value=_ANSWERS[action], said=said)
    if action == "approve":
        quotas.approved(row, held)
    elif action == "refuse":
        quotas.release(row, held)
    elif action == "pass":
        _skip_manager(row, hops)
    elif action == "recommend":
        invitations.invite_owner(row)
    return row


def is_on_its_way(action: str, *, state: str, hops: Hops) -> bool:
    """Return whether the chain lets the act be done now: the owner's word comes from the owner.

    Where no owner stands behind the manager, he notes the decision at once.
    """
    if state != Inbox.RECEIVED:
        return True
    if action in {"approve", "refuse"}:
        return not hops.owner
    return hops.owner or action != "recommend"


@transaction.atomic
def realise(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    value: str,
    said: Said,
    version: int | None = None,
) -> ReceivedReferral:
    """Record how far the aid has come (an action of REALISATION), and tell the village.

    Raises:
        NotFound, StaleVersion, NotYourRole, InvalidInput.
        WrongState: the owner has not approved, or the table says no.
    """
    held = quotas.lock_quotas(actor.office) if value == Realisation.NEVER else {}
    row = lock(ReceivedReferral, uid, actor=actor, version=version)
    step = REALISATION.check(value, state=row.realisation, actor=actor, reason=said.reason)
    if row.state != Inbox.APPROVED:
        raise WrongState(
            _("Realisasi dicatat setelah pemilik program menyetujui."), state=row.state
        )
    _check(row, said, needs_owner=False)
    if value != Realisation.NEVER:
        quotas.require_place(row)
    if value == Realisation.READY and not said.instructions.strip():
        raise InvalidInput(
            _("Tulis di mana dan kapan diambil, apa yang dibawa, dan siapa yang boleh mengambil."),
            field="instructions",
        )
    move(row, step, actor=actor, reason=said.reason, table=REALISATION)
    tell_village(row, about=Answering.About.REALISATION, value=value, said=said)
    if value == Realisation.NEVER:
        quotas.release(row, held)
    return row


def _check(row: ReceivedReferral, said: Said, *, needs_owner: bool) -> None:
    if needs_owner and not said.owner.strip():
        raise InvalidInput(_("Tulis siapa yang memutuskan."), field="owner")
    if said.said_on > row.office.today():
        raise InvalidInput(_("Tanggalnya tidak mungkin sesudah hari ini."), field="said_on")
