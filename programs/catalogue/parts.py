"""A draft's document, edited row by row: where a part stands in it, and rows taken in and out.

A row is found by its code (a step or an output by its name), never by its place: another officer
may have moved it meanwhile.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from programs.catalogue.words import keyed
from programs.terms.document import LONGEST_CODE

Row = dict[str, Any]
Content = Mapping[str, Any]

#: The parts that are lists of rows, and what they are called in the document.
LISTS = {
    "services": "services",
    "papers": "requirements",
    "rules": "rules",
    "exclusions": "exclusions",
    "path": "path",
    "outputs": "outputs",
}
UP, DOWN, REMOVE = "up", "down", "remove"
ACTS = (UP, DOWN, REMOVE)


def rows_of(content: Content, part: str, service: str = "") -> list[Row]:
    """Return the rows of a part; of a service's own papers with ``service``.

    Raises:
        KeyError: no such part, or no such service.
    """
    name = LISTS[part]
    if not service:
        return list(content.get(name, []))
    return list(_service(content, service).get(name, []))


def with_rows(content: Content, part: str, rows: Sequence[Row], service: str = "") -> Row:
    """Return the document with other rows in a part. Raises KeyError as :func:`rows_of`."""
    if not service:
        return {**content, LISTS[part]: list(rows)}
    _service(content, service)
    services = [
        {**one, LISTS[part]: list(rows)} if one["code"] == service else one
        for one in content["services"]
    ]
    return {**content, "services": services}


def _service(content: Content, code: str) -> Row:
    found = next((one for one in content.get("services", []) if one["code"] == code), None)
    if found is None:
        raise KeyError(code)
    return found


def place_of(rows: Sequence[Row], key: str) -> int | None:
    """Return where the row of this key stands, from 0; None when there is none."""
    keys = [name for name, _row in keyed(rows)]
    return keys.index(key) if key in keys else None


def put(rows: Sequence[Row], key: str, row: Row) -> list[Row]:
    """Return the rows with this one in the place of ``key``; at the end when there is none."""
    place = place_of(rows, key)
    if place is None:
        return [*rows, row]
    return [*rows[:place], row, *rows[place + 1 :]]


def acted(rows: Sequence[Row], key: str, act: str) -> list[Row]:
    """Return the rows after one went up, down or away; as they are when it is gone already."""
    place, changed = place_of(rows, key), list(rows)
    if place is None:
        return changed
    row = changed.pop(place)
    if act == REMOVE:
        return changed
    changed.insert(max(0, place - 1) if act == UP else place + 1, row)
    return changed


def new_code(name: str, taken: Sequence[str]) -> str:
    """Return a code for what was just named, unlike those taken."""
    base = slugify(name).replace("-", "_")[:LONGEST_CODE].strip("_") or "baris"
    code, number = base, 2
    while code in taken:
        code = f"{base[: LONGEST_CODE - 3]}_{number}"
        number += 1
    return code


def codes_of(content: Content, part: str, service: str = "") -> list[str]:
    """Return the codes a new row of this part must not take."""
    if part in {"rules", "exclusions"}:
        return [row["code"] for name in ("rules", "exclusions") for row in content.get(name, [])]
    return [row.get("code", "") for row in rows_of(content, part, service)]


def split_way(way: str) -> tuple[str, int | None, str]:
    """Return a mistake's way in the document as list, row from 1 and the rest.

    "rules[2].any_of[1].value" → ("rules", 2, "any_of[1].value"); of a service's papers the list is
    "services[1].requirements".
    """
    found = re.match(r"((?:services\[\d+\]\.)?\w+)(?:\[(\d+)\])?\.?(.*)", way)
    if found is None:
        return way, None, ""
    name, place, rest = found.groups()
    return name, int(place) if place else None, rest
