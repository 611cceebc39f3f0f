"""The same test database as another installation: without the village, and with keys of its own."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection

from moving import exporting, importing, owners
from puskesmas import append_only, office_keys
from puskesmas.models import Move, Office, User

#: The key of the other installation, by its id.
ELSEWHERE = {"elsewhere": secrets.token_bytes(32)}


def packed(village: Office, district: Office) -> tuple[dict[str, Any], bytes]:
    """Return the manifest and the file of a village, sealed for the district."""
    out = io.BytesIO()
    to = exporting.Recipient(
        uid=str(district.uid),
        name=district.full_name,
        box_key=office_keys.keys_of(district).box_key,
    )
    return exporting.write(village, out, to=to), out.getvalue()


def take_in(raw: bytes, **options: Any) -> importing.Arrival:
    """Take a file in."""
    source = io.BytesIO(raw)
    said, keys = importing.read_address(source)
    return importing.take_in(source, said, keys, **options)


def uproot(office: Office, *, keep: tuple[User, ...] = ()) -> None:
    """Take everything of the office out of the database, as if it had never been there.

    ``keep`` are accounts that were here before.
    """
    kept = {user.pk for user in keep}
    accounts = [pk for pk in owners.accounts_of(office) if pk not in kept]
    # PostgreSQL changes no triggers of a table that still has something to check.
    connection.check_constraints()
    append_only.remove(connection)
    Move.objects.filter(office=office).delete()
    for model in reversed(owners.in_order()):
        owners.rows_of(model, office, accounts).order_by()._raw_delete(using="default")
    connection.check_constraints()
    append_only.install(connection)


@contextmanager
def keys_of_its_own() -> Iterator[None]:
    """Encrypt and index with other keys; what was encrypted before can still be read."""
    mine = settings.KEYS
    (active,) = ELSEWHERE
    settings.KEYS = replace(mine, active=active, index_key=secrets.token_bytes(32))
    try:
        yield
    finally:
        settings.KEYS = mine
