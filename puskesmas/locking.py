"""Taking a row for a change, so that two officers never overwrite each other."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from puskesmas.actors import Actor
from puskesmas.errors import NotFound, StaleVersion
from puskesmas.models import Office, OfficeRow, User

Row = TypeVar("Row", bound=OfficeRow)


def lock(
    model: type[Row],
    uid: uuid.UUID | str,
    *,
    actor: Actor,
    version: int | None = None,
    along: Sequence[str] = (),
) -> Row:
    """Return the office's row, locked until the transaction ends, its ``version`` raised in memory.

    On PostgreSQL the row is locked; on SQLite the transaction already holds the only write lock
    (BEGIN IMMEDIATE). The caller saves it. ``version`` is what the form or ``If-Match`` carried;
    None skips the comparison (acts of the program itself). ``along`` names foreign keys whose rows
    are read in the same query, unlocked.

    Raises:
        NotFound: no such row in the actor's office.
        StaleVersion: somebody changed it since; ``details`` carries both versions.
    """
    rows: Any = model.objects
    rows = rows.visible_to(actor).select_for_update(of=("self",))
    try:
        row = (rows.select_related(*along) if along else rows).get(uid=uid)
    except model.DoesNotExist:
        raise NotFound(_("Data tidak ditemukan di kantor ini.")) from None
    # Nobody who works on the row has to read its office again. Compared, although the scope filter
    # left no other: whoever asks the row for its office later must not be told the actor's.
    if row.office_id == actor.office.pk:
        row.office = actor.office
    row.version += 1
    require_version(row, version)
    return row


def lock_office(actor: Actor, version: int | None) -> Office:
    """Return the actor's office for a change of its settings, as :func:`lock` does a row.

    Raises:
        StaleVersion: another administrator changed it since.
    """
    office = Office.objects.select_for_update().get(pk=actor.office.pk)
    office.version += 1
    require_version(office, version)
    return office


def require_version(row: OfficeRow | Office | User, version: int | None) -> None:
    """Compare the version a locked row had with the one the form carried; None skips it.

    For verbs that must look for their own repeat between locking and comparing.

    Raises:
        StaleVersion: somebody changed the row since.
    """
    before = row.version - 1
    if version is not None and before != version:
        raise StaleVersion(
            _(
                "Data ini baru saja diubah petugas lain. Isian Anda masih ada di halaman ini; "
                "periksa keadaan terbaru, lalu simpan lagi."
            ),
            yours=version,
            current=before,
        )


def first_result(model: type[Row], client_uid: uuid.UUID | None, *, actor: Actor) -> Row | None:
    """Return what an earlier request of the same form created, or None: it makes one row only.

    The row is marked ``is_repeat``, for what was sent now may differ and is not kept: whoever
    answers must say so (:func:`puskesmas.pages.say_done` does).
    """
    if client_uid is None:
        return None
    rows: Any = model.objects
    row: Row | None = rows.visible_to(actor).filter(client_uid=client_uid).first()
    if row is not None:
        row.is_repeat = True
    return row


if TYPE_CHECKING:
    _NullableUuid = models.UUIDField[uuid.UUID | str | None, uuid.UUID | None]
else:
    _NullableUuid = models.UUIDField


class ClientUidField(_NullableUuid):
    """The uid the form or program chose before sending, unique within the office."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
