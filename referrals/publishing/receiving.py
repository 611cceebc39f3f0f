"""The tier above's side: records of offices below are kept and shown, under our own address."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone

from puskesmas.crypto import token_hash
from puskesmas.models import Peer
from puskesmas.public_pages import ServedRecord
from referrals.exchange import Taken
from referrals.publishing.models import PublishedOffice, PublishedRecord

Kind = PublishedRecord.Kind


def take_in(peer: Peer, body: dict[str, Any], message_uid: uuid.UUID) -> Taken:
    """Keep the newest record of each key (kind public.records), inside receive()'s transaction.

    A record that is not newer than what stands here changes nothing. No office writes another's:
    each has its own rows.
    """
    # Locked first, so that two messages of one office meet in order.
    Peer.objects.select_for_update(no_key=True).get(pk=peer.pk)
    # A clock that runs ahead there must not promise news of tomorrow here.
    as_of = min(datetime.fromisoformat(body["as_of"]), timezone.now())
    office, created = PublishedOffice.objects.get_or_create(
        peer=peer, defaults={**body["office"], "heard_at": as_of}
    )
    if not created and as_of > office.heard_at:
        PublishedOffice.objects.filter(pk=office.pk).update(**body["office"], heard_at=as_of)
    newest = _newest(body["records"])
    known = {
        (row.kind, row.key): row
        for row in office.records.filter(key__in=[key for _kind, key in newest])
    }
    fresh, changed = [], []
    for place, said in newest.items():
        row = known.get(place)
        if row is None:
            row = PublishedRecord(office=office, kind=place[0], key=place[1])
            fresh.append(row)
        elif row.sequence >= said["sequence"]:
            continue
        else:
            changed.append(row)
        row.sequence, row.body, row.as_of = said["sequence"], said["public"], as_of
    PublishedRecord.objects.bulk_create(fresh)
    PublishedRecord.objects.bulk_update(changed, ["sequence", "body", "as_of"])
    return Taken(uid=message_uid)


def _newest(records: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the records by kind and key, of each the one with the highest sequence."""
    ordered = sorted(records, key=lambda said: said["sequence"])
    return {(said["kind"], said["key"]): said for said in ordered}


def receipts(number: str) -> list[ServedRecord]:
    """Return what offices below sent of a receipt number (one query)."""
    return _records(Kind.RECEIPT, number)


def letters(code: str) -> list[ServedRecord]:
    """Return what offices below sent of a letter's normalised code (one query)."""
    return _records(Kind.LETTER, code)


def _records(kind: str, token: str) -> list[ServedRecord]:
    rows = PublishedRecord.objects.filter(
        kind=kind, key=token_hash(token), body__isnull=False, office__peer__active=True
    ).select_related("office__peer__office")
    return [
        ServedRecord(
            office=row.office,
            server=row.office.peer.office.full_name,
            body=row.body,
            as_of=row.as_of,
            heard_at=row.office.heard_at,
        )
        for row in rows.order_by("office__pk")
    ]
