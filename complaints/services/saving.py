"""Rows that are made once however often a form is sent, and under a number of their own."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction

from complaints import receipts
from puskesmas.actors import Actor
from puskesmas.locking import first_result

_NUMBER_TRIES = 8


def save_numbered(row: Any, client_uid: uuid.UUID, actor: Actor) -> bool:
    """Save the row under a fresh receipt number; False when its client_uid was just used."""
    for _try in range(_NUMBER_TRIES):
        row.receipt_number = receipts.new_number()
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            if first_result(type(row), client_uid, actor=actor) is not None:
                return False
        else:
            return True
    raise RuntimeError("no free receipt number in several draws: the generator is broken")


def existing(model: Any, client_uid: uuid.UUID, actor: Actor) -> Any:
    return first_result(model, client_uid, actor=actor)


def save_once(row: Any, client_uid: uuid.UUID, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        if first_result(type(row), client_uid, actor=actor) is None:
            raise
        return False
    return True
