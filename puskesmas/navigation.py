"""The main navigation: each app adds its own entries in ``AppConfig.ready()``.

::

    from puskesmas.navigation import Entry, add

    add(Entry(label=_("Antrean"), url_name="complaints:queue", icon="inbox", order=20))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. ``roles`` empty means every officer; ``village`` None means every tier.

    ``order`` sorts, small first; ``icon`` is the name of a Lucide icon.
    """

    label: Any
    url_name: str
    icon: str
    order: int
    roles: frozenset[str] = field(default_factory=frozenset)
    village: bool | None = None


@dataclass(frozen=True)
class Link:
    """An entry as drawn on one page."""

    label: Any
    url: str
    icon: str
    current: bool


_entries: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Add ``entry``; a second one with the same ``url_name`` replaces the first."""
    _entries[entry.url_name] = entry


def links_for(*, roles: Iterable[str], village: bool, path: str) -> list[Link]:
    """Return the links that an officer with ``roles`` sees on the page ``path``."""
    held = set(roles)
    urls = [
        (entry, url)
        for entry in sorted(_entries.values(), key=lambda entry: entry.order)
        if (not entry.roles or entry.roles & held)
        and entry.village in (None, village)
        and (url := _url(entry))
    ]
    # The longest matching address wins, so that "/" is current on the home page only.
    current = max(
        (url for _entry, url in urls if path == url or (url != "/" and path.startswith(url))),
        key=len,
        default=None,
    )
    return [Link(entry.label, url, entry.icon, url == current) for entry, url in urls]


def _url(entry: Entry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        # An installation may leave an app's addresses out; its entry then simply is not there.
        return ""
