"""Reads of verval lists, scoped to the office and to what the officer walks."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound
from registry.models import VervalList, VervalRow, VervalState
from registry.verval.workflow import KEEPERS


def lists_of(actor: Actor) -> QuerySet[VervalList]:
    """Return the lists he may see, newest first, with ``total`` and ``done`` rows of his (1 query).

    Who walks sees the lists in which rows are his, and counts his own.
    """
    own = Q() if actor.has(*KEEPERS) else Q(rows__assigned_to=actor.user)
    found: QuerySet[VervalList] = VervalList.objects.visible_to(actor)
    counted = found.annotate(
        total=Count("rows", filter=own),
        done=Count("rows", filter=own & ~Q(rows__outcome="")),
    )
    if not actor.has(*KEEPERS):
        counted = counted.filter(total__gt=0)
    return counted.order_by("-pk")


def verval_list(uid: uuid.UUID | str, *, actor: Actor) -> VervalList:
    """Return one list he may see.

    Raises:
        NotFound: no such list here, or none of its rows is his.
    """
    found = lists_of(actor).select_related("sent_by", "sent_file").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("Daftar verval tidak ditemukan di kantor ini."))
    return found


def rows_of(held: VervalList, *, actor: Actor) -> QuerySet[VervalRow]:
    """Return the list's rows he may see, in the order in which one walks (1 query)."""
    rows = _visible(actor).filter(verval_list=held)
    return rows.select_related("resident", "assigned_to").order_by("walk", "line")


def row(uid: uuid.UUID | str, *, actor: Actor) -> VervalRow:
    """Return one row he may see.

    Raises:
        NotFound: no such row here, or it is another officer's.
    """
    found = (
        _visible(actor)
        .select_related("verval_list", "resident", "assigned_to", "recorded_by", "photo")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("Baris verval tidak ditemukan di kantor ini."))
    return found


def _visible(actor: Actor) -> QuerySet[VervalRow]:
    rows: QuerySet[VervalRow] = VervalRow.objects.visible_to(actor)
    return rows if actor.has(*KEEPERS) else rows.filter(assigned_to=actor.user)


@dataclass(frozen=True)
class Hamlet:
    """How far a hamlet is, and in whose hands: names, "" for rows nobody was given."""

    dusun: str
    rw: str
    total: int
    done: int
    officers: list[str]


def progress(held: VervalList, *, actor: Actor) -> list[Hamlet]:
    """Return the list's progress by hamlet and RW (1 query)."""
    counted = (
        _visible(actor)
        .filter(verval_list=held)
        .order_by("dusun", "rw", "assigned_to__name")
        .values("dusun", "rw", "assigned_to__name")
        .annotate(total=Count("pk"), done=Count("pk", filter=~Q(outcome="")))
    )
    hamlets: dict[tuple[str, str], dict[str, Any]] = {}
    for one in counted:
        held_by = hamlets.setdefault(
            (one["dusun"], one["rw"]), {"total": 0, "done": 0, "officers": []}
        )
        held_by["total"] += one["total"]
        held_by["done"] += one["done"]
        held_by["officers"].append(one["assigned_to__name"] or "")
    return [Hamlet(dusun, rw, **numbers) for (dusun, rw), numbers in hamlets.items()]


def waiting(actor: Actor, *, limit: int = 5) -> list[VervalList]:
    """Return the open lists with something left for him, the most urgent first (1 query)."""
    found = lists_of(actor).filter(state=VervalState.OPEN)
    left = [one for one in found if one.done < one.total]  # type: ignore[attr-defined]
    return sorted(left, key=lambda one: (one.due_on is None, one.due_on))[:limit]
