"""The village's side: a call comes, and the approved list goes back up."""

import uuid
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from programs.calls import by_link
from programs.calls.sheet import rows_in
from programs.models import Call
from puskesmas import attachments, outbox
from puskesmas.actors import Actor
from puskesmas.models import Peer
from referrals import exchange, shares
from referrals.calls.models import GivenCall
from referrals.exchange import Refusal, Taken

#: The fields of call.answered, by the titles of the list as the owner gets it.
FIELDS = {
    "NAMA": "name",
    "L/P": "sex",
    "TANGGAL LAHIR": "birth_date",
    "UMUR": "age",
    "ALAMAT": "address",
    "DUSUN": "dusun",
    "RT": "rt",
    "RW": "rw",
    "TELEPON": "phone",
    "NIK": "nik",
    "NO KK": "kk",
    "DESIL": "decile",
    "SUDAH MENERIMA": "covered",
    "ALASAN": "reason",
}


def take_in(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Take a call in, or what is asked otherwise (kind call.issued), inside receive().

    Raises:
        Refusal: the list is with the approver, or was sent.
    """
    GivenCall.objects.get_or_create(
        peer=peer, call_uid=body["call_uid"], defaults={"office": peer.office}
    )
    given = GivenCall.objects.select_for_update(of=("self",)).get(
        peer=peer, call_uid=body["call_uid"]
    )
    if body["edition"] > given.edition:
        _apply(given, peer, body)
    return Taken(uid=given.uid)


def _apply(given: GivenCall, peer: Peer, body: dict[str, Any]) -> None:
    asked = by_link.Asked(
        owner=body["owner"],
        via=peer.name,
        programme_code=body["programme"]["code"],
        wanted=body["wanted"],
        criteria=body["criteria"],
        reference=body["reference"],
        due_on=date.fromisoformat(body["due_on"]) if body["due_on"] else None,
    )
    if given.call_id is None:
        given.call = by_link.take_in(office=peer.office, asked=asked)
    else:
        call = Call.objects.select_for_update(of=("self",)).get(pk=given.call_id)
        if not by_link.is_collecting(call):
            raise Refusal(
                _("Daftar calonnya sudah diajukan di desa; permintaannya tidak diubah lagi."),
                code="being_decided",
                status=409,
            )
        by_link.correct(call, asked=asked)
    given.edition = body["edition"]
    given.save()


def send_list(*, call: Call, actor: Actor, **_signal: Any) -> None:
    """Send up the list as it was frozen, when a call that came over the link is handed over.

    What the owner may know of people, the list has decided (same transaction).
    """
    given = GivenCall.objects.select_related("office", "peer").filter(call=call).first()
    if given is None or call.sheet is None:
        return
    named = [
        {FIELDS[title]: text for title, text in row.items() if title in FIELDS}
        for row in rows_in(attachments.read(call.sheet))
    ]
    parts = exchange.parts_of(named)
    for number, candidates in enumerate(parts, 1):
        outbox.enqueue(
            office=given.office,
            peer=given.peer,
            kind=exchange.CALL_ANSWERED,
            subject=given,
            body={
                "call_uid": str(given.call_uid),
                "part": number,
                "parts": len(parts),
                "legal_basis": call.legal_basis,
                "candidates": candidates,
            },
        )


def returning(actor: Actor, call: Call) -> dict[str, Any] | None:
    """The call page's panel: where the list of a call that came by link is (three queries)."""
    if not call.via or call.handed_on is None:
        return None
    given = GivenCall.objects.visible_to(actor).select_related("peer").get(call=call)
    return shares.returning(given, exchange.CALL_ANSWERED)
