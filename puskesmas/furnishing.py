"""What a new office starts with: each app brings its own starter data, which the office may edit.

An app registers in ``AppConfig.ready()``; :func:`puskesmas.officers.create_office` calls them all.
"""

from collections.abc import Callable
from typing import Any

from puskesmas.models import Office

Furnisher = Callable[[Office], Any]
_furnishers: list[tuple[int, Furnisher]] = []


def register(furnish: Furnisher, *, order: int) -> None:
    """Add an app's starter data; the layers below come first."""
    _furnishers.append((order, furnish))


def furnish(office: Office) -> None:
    """Give a village office what every app brings. It may run again: what is there stays.

    A district keeps no residents, programmes or kinds of its own.
    """
    if not office.is_village:
        return
    for _order, one in sorted(_furnishers, key=lambda item: item[0]):
        one(office)
