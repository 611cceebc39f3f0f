"""The main navigation: each app adds its own entries in ``AppConfig.ready()``.

::

    from puskesmas.navigation import Entry, add

    add(Entry(label=_("Antrean"), url_name="complaints:queue", icon="inbox", order=20))

Entries that belong together name the same ``Group``: they are drawn as one, to be opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Entries under one heading; ``order`` is its place among the entries that stand alone."""

    label: Any
    icon: str
    order: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One entry. ``roles`` empty means every officer; ``village`` None means every tier.

    ``order`` sorts, small first, within its ``group`` if it has one; ``icon`` is the name of a
    Lucide icon.
    """

    label: Any
    url_name: str
    icon: str
    order: int
    roles: frozenset[str] = field(default_factory=frozenset)
    village: bool | None = None
    group: Group | None = None


@dataclass(frozen=True)
class Link:
    """An entry as drawn on one page; a group has no ``url`` but ``links``."""

    label: Any
    url: str
    icon: str
    current: bool
    links: tuple[Link, ...] = ()


_entries: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Add ``entry``; a second one with the same ``url_name`` replaces the first."""
    _entries[entry.url_name] = entry


def links_for(*, roles: Iterable[str], village: bool, path: str) -> list[Link]:
    """Return what an officer with ``roles`` sees on the page ``path``.

    A group of which he sees one entry only is that entry.
    """
    held = set(roles)
    urls = {
        entry: url
        for entry in sorted(_entries.values(), key=lambda entry: entry.order)
        if (not entry.roles or entry.roles & held)
        and entry.village in (None, village)
        and (url := _url(entry))
    }
    # The longest matching address wins, so that "/" is current on the home page only.
    current = max(
        (url for url in urls.values() if path == url or (url != "/" and path.startswith(url))),
        key=len,
        default=None,
    )
    places: dict[Entry | Group, list[Link]] = {}
    for entry, url in urls.items():
        link = Link(entry.label, url, entry.icon, url == current)
        places.setdefault(entry.group or entry, []).append(link)
    return [
        links[0] if len(links) == 1 else _grouped(place, links)
        for place, links in sorted(places.items(), key=lambda item: item[0].order)
    ]


def _grouped(group: Entry | Group, links: list[Link]) -> Link:
    is_here = any(link.current for link in links)
    return Link(group.label, "", group.icon, is_here, tuple(links))


def _url(entry: Entry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        # An installation may leave an app's addresses out; its entry then simply is not there.
        return ""
