"""What a new office starts with: each app brings its own starter data, which the office may edit.

An app registers in ``AppConfig.ready()``; :func:`puskesmas.officers.create_office` calls them all,
and an office of an earlier version gets what a new one brings when its database is migrated.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

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


def furnish_after_migrating(using: str, plan: Sequence[Any] = (), **_signal: Any) -> None:
    """Give the offices that are there what the new version brings (``post_migrate``).

    Only once the database is as new as the program: half migrated, tables would be missing.
    """
    if not plan:
        return
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    for office in Office.objects.using(using).filter(closed_at__isnull=True):
        furnish(office)
