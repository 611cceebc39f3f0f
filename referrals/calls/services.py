"""The district's verbs of a call for candidates: issue, correct; and the names that come back."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from programs.calls.services import MOST_WANTED
from puskesmas.actors import Actor
from puskesmas.errors import InvalidInput, NotYourRole, WrongState
from puskesmas.history import audit
from puskesmas.locking import first_result, lock
from puskesmas.models import Peer
from puskesmas.workflow import role_names
from referrals import exchange, shares
from referrals.calls.models import CallShare, IssuedCall
from referrals.calls.village import FIELDS
from referrals.exchange import Refusal, Taken
from referrals.workflow import DISTRICT
from registry.imports.writing import workbook


@transaction.atomic
def issue(
    *,
    actor: Actor,
    owner: str,
    criteria: str,
    wanted: Mapping[Peer, int],
    programme_code: str = "",
    programme_name: str = "",
    reference: str = "",
    due_on: date | None = None,
    client_uid: uuid.UUID | None = None,
) -> IssuedCall:
    """Ask villages for names, each for ``wanted`` of them; the messages go at once.

    Raises:
        NotYourRole. InvalidInput: no owner, criteria or village, an impossible number, or a day
            that is past.
    """
    _must_issue(actor)
    if (earlier := first_result(IssuedCall, client_uid, actor=actor)) is not None:
        return earlier
    if not owner.strip():
        raise InvalidInput(_("Tulis siapa yang meminta."), field="owner")
    _check(actor, criteria, due_on)
    if not wanted:
        raise InvalidInput(_("Isi berapa orang dari desa mana."), field="each")
    if not all(1 <= number <= MOST_WANTED for number in wanted.values()):
        raise InvalidInput(
            _("Jumlahnya 1 sampai %(most)d orang.") % {"most": MOST_WANTED}, field="each"
        )
    made: IssuedCall = IssuedCall.objects.create(
        office=actor.office,
        client_uid=client_uid,
        owner=owner.strip(),
        programme_code=programme_code,
        programme_name=programme_name,
        criteria=criteria.strip(),
        reference=reference.strip(),
        due_on=due_on,
        issued_by=actor.user,
    )
    for peer, number in wanted.items():
        share = CallShare.objects.create(office=actor.office, call=made, peer=peer, wanted=number)
        _send(share, made)
    audit(actor=actor, action="issued_call.issue", subject=made)
    return made


@transaction.atomic
def correct(
    *,
    actor: Actor,
    uid: uuid.UUID | str,
    version: int | None,
    criteria: str,
    reference: str = "",
    due_on: date | None = None,
) -> IssuedCall:
    """Say otherwise what is asked; every village that has not answered is told.

    Raises:
        NotYourRole, NotFound, StaleVersion; InvalidInput: as :func:`issue`.
        WrongState: every village has answered.
    """
    _must_issue(actor)
    held = lock(IssuedCall, uid, actor=actor, version=version)
    _check(actor, criteria, due_on)
    held.criteria, held.reference, held.due_on = criteria.strip(), reference.strip(), due_on
    held.save()
    waiting = list(
        CallShare.objects.select_for_update(of=("self",))
        .filter(call=held, returned_at=None)
        .select_related("office", "peer")
        .order_by("pk")
    )
    if not waiting:
        raise WrongState(_("Semua desa sudah menjawab."), state="returned")
    for share in waiting:
        _send(share, held)
    audit(actor=actor, action="issued_call.correct", subject=held)
    return held


@transaction.atomic
def send_again(*, actor: Actor, uid: uuid.UUID | str) -> CallShare:
    """Offer a village once more what its system refused; ``uid`` is the share's.

    Raises:
        NotYourRole, NotFound. WrongState: nothing of it was refused.
    """
    _must_issue(actor)
    share = lock(CallShare, uid, actor=actor)
    shares.send_again(share, exchange.CALL_ISSUED)
    audit(actor=actor, action="issued_call.send_again", subject=share)
    return share


def take_answer(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Keep the names a village puts forward (kind call.answered), inside receive().

    Raises:
        Refusal: a call that village was not sent.
    """
    share = (
        CallShare.objects.select_for_update(of=("self",))
        .filter(peer=peer, uid=body["call_uid"])
        .first()
    )
    if share is None:
        raise Refusal(_("Permintaan calon ini tidak dikirim dari sini."), code="unknown_call")
    if body["part"] not in share.returned_parts:
        share.candidates = {**share.candidates, str(body["part"]): body["candidates"]}
        share.legal_basis = body["legal_basis"]
        shares.came_back(share, body)
        share.save()
    return Taken(uid=share.uid)


def merged(held: IssuedCall) -> bytes:
    """Return one sheet of all names that came back, village by village (one query)."""
    answered = held.shares.filter(returned_at__isnull=False).select_related("peer")
    rows = [
        (share.peer.name, one)
        for share in answered.order_by("peer__name", "pk")
        for one in share.names
    ]
    told = {field for _village, one in rows for field in one}
    titles = [title for title, field in FIELDS.items() if field in told]
    return workbook(
        ["NO", "DESA/KELURAHAN", *titles],
        (
            [number, village, *(one.get(FIELDS[title], "") for title in titles)]
            for number, (village, one) in enumerate(rows, 1)
        ),
    )


def _send(share: CallShare, held: IssuedCall) -> None:
    body = {
        "call_uid": str(share.uid),
        "owner": held.owner,
        "programme": {"code": held.programme_code, "name": held.programme_name},
        "wanted": share.wanted,
        "criteria": held.criteria,
        "reference": held.reference,
        "due_on": held.due_on.isoformat() if held.due_on else None,
    }
    shares.send(share, kind=exchange.CALL_ISSUED, bodies=[body])


def _check(actor: Actor, criteria: str, due_on: date | None) -> None:
    if not criteria.strip():
        raise InvalidInput(_("Tulis siapa yang dicari, seperti di suratnya."), field="criteria")
    if due_on is not None and due_on < actor.office.today():
        raise InvalidInput(_("Batas waktunya sudah lewat."), field="due_on")


def _must_issue(actor: Actor) -> None:
    if not actor.has(*DISTRICT):
        raise NotYourRole(
            _("Permintaan calon dikirim oleh %(roles)s.") % {"roles": role_names(DISTRICT)}
        )
