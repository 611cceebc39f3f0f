"""Sealing history: a chained SHA-256 over each batch of rows, so that a removed row is noticed."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from puskesmas.models import AuditEntry, Move, Office, Seal, Transition

TABLES: dict[str, type[models.Model]] = {"transition": Transition, "audit": AuditEntry}
_BATCH = 10_000
# Ids are given before commit: rows this young may still be followed by a smaller id.
_SETTLED = timedelta(hours=1)


def seal_history() -> int:
    """Seal every settled row not yet under a seal; return the number of seals written."""
    return sum(_seal_table(name) for name in TABLES)


def broken_seals() -> list[int]:
    """Return the pk of every seal that no longer fits its rows or its predecessor."""
    broken = []
    previous: dict[str, str] = {}
    for seal in Seal.objects.order_by("pk"):
        rows = _rows(seal.table, seal.first_id, seal.last_id)
        expected = _digest(rows, previous.get(seal.table, ""))
        if seal.previous != previous.get(seal.table, "") or seal.digest != expected:
            broken.append(seal.pk)
        previous[seal.table] = seal.digest
    return broken


def history_of(office: Office, table: str, keys: tuple[int, int] | None = None) -> tuple[int, str]:
    """Return how many rows of history an office has, and a hash that no inner key goes into.

    So it is the same in every installation the office moves to. ``keys`` are the first and last pk
    of the rows meant, all of the office's by default.
    """
    model: Any = TABLES[table]
    rows = model.objects.filter(office=office)
    if keys is not None:
        rows = rows.filter(pk__range=keys)
    names = [_beyond_keys(field) for field in model._meta.concrete_fields[1:]]
    digest, count = hashlib.sha256(), 0
    for row in rows.order_by("pk").values_list(*names).iterator(chunk_size=2000):
        digest.update("\x1f".join(str(value) for value in row).encode() + b"\x1e")
        count += 1
    return count, digest.hexdigest()


def _beyond_keys(field: Any) -> str:
    return f"{field.name}__uid" if field.is_relation else str(field.name)


def lost_history() -> list[str]:
    """Return the offices that came here and whose history of then is no longer what it was."""
    lost = []
    for move in Move.objects.filter(direction=Move.Direction.IN).select_related("office"):
        for table, keys in move.history.items():
            said = (
                move.manifest["history"][table]["rows"],
                move.manifest["history"][table]["sha256"],
            )
            if history_of(move.office, table, tuple(keys)) != said:
                lost.append(f"{move.office.code} {table}")
    return lost


def _seal_table(name: str) -> int:
    written = 0
    while True:
        with transaction.atomic():
            last = Seal.objects.select_for_update().filter(table=name).order_by("-pk").first()
            start = last.last_id + 1 if last else 0
            manager: Any = TABLES[name].objects  # type: ignore[attr-defined]
            settled = manager.filter(pk__gte=start, at__lt=timezone.now() - _SETTLED)
            ids = list(settled.order_by("pk").values_list("pk", flat=True)[:_BATCH])
            if not ids:
                return written
            previous = last.digest if last else ""
            Seal.objects.create(
                table=name,
                first_id=ids[0],
                last_id=ids[-1],
                previous=previous,
                digest=_digest(_rows(name, ids[0], ids[-1]), previous),
            )
            written += 1


def _rows(name: str, first: int, last: int) -> Any:
    manager: Any = TABLES[name].objects  # type: ignore[attr-defined]
    return manager.filter(pk__gte=first, pk__lte=last).order_by("pk").values_list().iterator()


def _digest(rows: Any, previous: str) -> str:
    digest = hashlib.sha256(previous.encode())
    for row in rows:
        digest.update("\x1f".join(str(value) for value in row).encode() + b"\x1e")
    return digest.hexdigest()
