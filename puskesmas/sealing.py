"""Sealing history: a chained SHA-256 over each batch of rows, so that a removed row is noticed."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from puskesmas.models import AuditEntry, Seal, Transition

_TABLES: dict[str, type[models.Model]] = {"transition": Transition, "audit": AuditEntry}
_BATCH = 10_000
# Ids are given before commit: rows this young may still be followed by a smaller id.
_SETTLED = timedelta(hours=1)


def seal_history() -> int:
    """Seal every settled row not yet under a seal; return the number of seals written."""
    return sum(_seal_table(name) for name in _TABLES)


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


def _seal_table(name: str) -> int:
    written = 0
    while True:
        with transaction.atomic():
            last = Seal.objects.select_for_update().filter(table=name).order_by("-pk").first()
            start = last.last_id + 1 if last else 0
            manager: Any = _TABLES[name].objects  # type: ignore[attr-defined]
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
    manager: Any = _TABLES[name].objects  # type: ignore[attr-defined]
    return manager.filter(pk__gte=first, pk__lte=last).order_by("pk").values_list().iterator()


def _digest(rows: Any, previous: str) -> str:
    digest = hashlib.sha256(previous.encode())
    for row in rows:
        digest.update("\x1f".join(str(value) for value in row).encode() + b"\x1e")
    return digest.hexdigest()
