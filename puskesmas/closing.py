"""An office that moves to another installation: here it may be read, and nothing else.

``Office.closed_at`` says since when. A request for a closed office runs under
:func:`only_reading`, which lets no statement through that would change its data, whatever verb
made it; background work passes closed offices by (:func:`is_open`).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from puskesmas.errors import DomainError, WrongState
from puskesmas.models import AuditEntry, Move, Office, RateBucket, Reason

_WRITES = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE
)


def _kept_while_reading() -> frozenset[str]:
    """Return the tables that reading writes to: who read what, and how often somebody asked."""
    names = {model._meta.db_table for model in (AuditEntry, Reason, RateBucket)}
    return frozenset(names | {"django_session"})


_READING = _kept_while_reading()


class OfficeClosed(DomainError):
    """The office moves or has moved: its data are changed in the new place only."""

    status = 409
    code = "office_closed"

    def __init__(self, office: Office) -> None:
        super().__init__(words(office), moved_to=office.moved_to)


def words(office: Office) -> str:
    """Return what an officer must know of a closed office; "" for one that is open."""
    if office.closed_at is None:
        return ""
    if office.moved_to:
        return _(
            "Kantor ini sudah pindah. Catat semua yang baru di %(address)s; di sini data hanya "
            "bisa dibaca."
        ) % {"address": office.moved_to}
    return _(
        "Kantor ini sedang dipindahkan ke server lain. Data bisa dibaca, belum bisa diubah; catat "
        "dulu di kertas dan tanyakan kepada pengelola kapan bisa dipakai lagi."
    )


def is_open(office: str = "office") -> Q:
    """Return the condition "its office is not closed"; ``office`` is the path to it."""
    return Q(**{f"{office}__closed_at__isnull": True})


def require_open(office: Office) -> None:
    """Raise OfficeClosed for an office that may only be read."""
    if office.closed_at is not None:
        raise OfficeClosed(office)


@contextmanager
def only_reading(office: Office | None) -> Iterator[None]:
    """Refuse every change while a closed office is acted for; an open one is not touched.

    Raises:
        OfficeClosed: a statement would have changed something.
    """
    if office is None or office.closed_at is None:
        yield
        return
    closed = office

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        written = _WRITES.match(sql)
        if written and written[1] not in _READING:
            raise OfficeClosed(closed)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@transaction.atomic
def close(office: Office) -> Office:
    """Let the office only be read from now on.

    Raises:
        WrongState: it has moved already.
    """
    office = Office.objects.select_for_update().get(pk=office.pk)
    if office.moved_to:
        raise WrongState(words(office), state="moved")
    if office.closed_at is None:
        office.closed_at = timezone.now()
        office.save(update_fields=["closed_at"])
    return office


@transaction.atomic
def reopen(office: Office) -> Office:
    """Let it be worked in again here: the move was given up before it was known to be elsewhere.

    Raises:
        WrongState: it was marked as moved; two offices of one name must not both go on.
    """
    office = Office.objects.select_for_update().get(pk=office.pk)
    if office.moved_to:
        raise WrongState(words(office), state="moved")
    office.closed_at = None
    office.save(update_fields=["closed_at"])
    return office


@transaction.atomic
def mark_moved(office: Office, *, address: str, proof: str) -> Office:
    """Send everybody to the new address from now on.

    ``proof`` is the word the other installation printed when all was there and equal; only who has
    it may say that the office is there.

    Raises:
        WrongState: no export made here has that proof.
    """
    office = Office.objects.select_for_update().get(pk=office.pk)
    last = office.moves.filter(direction=Move.Direction.OUT).order_by("-pk").first()
    if office.closed_at is None or last is None or last.proof != proof.strip().lower():
        raise WrongState(
            _(
                "Bukti ini bukan bukti berkas terakhir kantor ini. Salin 64 huruf dan angka yang "
                "dicetak import_office di server tujuan."
            ),
            state="unproven",
        )
    office.moved_to = address
    office.save(update_fields=["moved_to"])
    return office
