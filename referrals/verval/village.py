"""The village's side: a share comes and becomes a list; progress and findings go back up."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from puskesmas import outbox
from puskesmas.actors import Actor
from puskesmas.models import OutboxMessage, Peer
from referrals import exchange
from referrals.exchange import Refusal, Taken
from referrals.verval.models import GivenPart, GivenVerval
from registry.models import VervalList, VervalRow, VervalState
from registry.verval import by_link


def take_in(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Take in a part of a share (kind verval.assigned), inside receive()'s transaction.

    With the last part of a newer edition the list is made, or corrected.

    Raises:
        Refusal: the list was sent back already, or a day that is none.
    """
    GivenVerval.objects.get_or_create(
        peer=peer, list_uid=body["list_uid"], defaults={"office": peer.office}
    )
    # Locked: two parts that come at the same moment find each other.
    given = (
        GivenVerval.objects.select_for_update(of=("self",))
        .select_related("verval_list__office")
        .get(peer=peer, list_uid=body["list_uid"])
    )
    if body["edition"] > given.edition:
        _require_open(given)
        GivenPart.objects.get_or_create(
            given=given, edition=body["edition"], part=body["part"], defaults={"body": body}
        )
        parts = list(given.parts.filter(edition=body["edition"]).order_by("part"))
        if len(parts) == body["parts"]:
            _assemble(given, [part.body for part in parts])
    return Taken(uid=given.uid)


def _require_open(given: GivenVerval) -> None:
    if given.verval_list is not None and not by_link.is_open(given.verval_list):
        raise Refusal(
            _("Daftar ini sudah dikembalikan desa. Kirim yang tersisa sebagai daftar baru."),
            code="already_returned",
            status=409,
        )


def _assemble(given: GivenVerval, bodies: list[dict[str, Any]]) -> None:
    head = bodies[0]
    sent = by_link.Sent(
        name=head["name"],
        sender=given.peer.name,
        reference=head["reference"],
        due_on=date.fromisoformat(head["due_on"]) if head["due_on"] else None,
        titles=head["titles"],
        lines={row["line"]: row["cells"] for body in bodies for row in body["rows"]},
    )
    if given.verval_list is None:
        given.verval_list = by_link.take_in(office=given.office, sent=sent)
    else:
        held = VervalList.objects.select_for_update().get(pk=given.verval_list.pk)
        by_link.correct(held, sent=sent)
    given.edition = head["edition"]
    given.save()
    given.parts.filter(edition__lte=given.edition).delete()


def tell_progress() -> int:
    """Tell the tiers above how far their lists are, where that changed; return how many were told.

    A message that still waits says less than the new one and is closed.
    """
    rows = (
        GivenVerval.objects.filter(verval_list__state=VervalState.OPEN, peer__active=True)
        .annotate(
            total=Count("verval_list__rows"),
            done=Count("verval_list__rows", filter=~Q(verval_list__rows__outcome="")),
        )
        .exclude(told_total=F("total"), told_done=F("done"))
        .order_by("pk")
    )
    told = [_tell(row.uid, total=row.total, done=row.done) for row in rows]
    return len(told)


@transaction.atomic
def _tell(uid: uuid.UUID, *, total: int, done: int) -> None:
    given = (
        GivenVerval.objects.select_for_update(of=("self",))
        .select_related("office", "peer")
        .get(uid=uid)
    )
    earlier = OutboxMessage.objects.filter(
        outbox.is_open(), subject_uid=given.uid, kind=exchange.VERVAL_PROGRESS
    )
    for message in earlier:
        outbox.supersede(message)
    given.told_sequence += 1
    given.told_total, given.told_done = total, done
    given.save()
    outbox.enqueue(
        office=given.office,
        peer=given.peer,
        kind=exchange.VERVAL_PROGRESS,
        subject=given,
        body={
            "list_uid": str(given.list_uid),
            "sequence": given.told_sequence,
            "total": total,
            "done": done,
        },
    )


def send_answers(*, held: VervalList, actor: Actor, **_signal: Any) -> None:
    """Send up what was found, when a list that came over the link is sent back (same transaction).

    A list that was handed in as a file goes back as a file.
    """
    given = GivenVerval.objects.select_related("office", "peer").filter(verval_list=held).first()
    if given is None:
        return
    visited = held.rows.exclude(outcome="").order_by("line")
    parts = exchange.parts_of([_answer(row) for row in visited])
    for number, rows in enumerate(parts, 1):
        outbox.enqueue(
            office=given.office,
            peer=given.peer,
            kind=exchange.VERVAL_RETURNED,
            subject=given,
            body={
                "list_uid": str(given.list_uid),
                "part": number,
                "parts": len(parts),
                "total": held.rows.count(),
                "rows": rows,
            },
        )


def _answer(row: VervalRow) -> dict[str, Any]:
    position = row.position or {}
    return {
        "line": row.line,
        "outcome": row.outcome,
        "finding": row.finding,
        "reason": row.reason,
        "latitude": position.get("latitude"),
        "longitude": position.get("longitude"),
        "note": row.note,
    }
