"""What another issue of a report says otherwise."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One number that changed. ``row`` is "" for a section's total."""

    section: str
    row: str
    column: str
    before: Any
    now: Any


def between(earlier: dict[str, Any], later: dict[str, Any]) -> list[Difference]:
    """Return the numbers that differ, in the later one's order."""
    known = {section["code"]: section for section in earlier["sections"]}
    found: list[Difference] = []
    for section in later["sections"]:
        past = known.get(section["code"])
        if past is not None:
            found += _in_section(past, section)
    return found


def _in_section(past: dict[str, Any], section: dict[str, Any]) -> list[Difference]:
    old, new = _lines(past), _lines(section)
    nothing = ("", [None] * len(section["columns"]))
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        label, values = new.get(key, nothing)
        old_label, old_values = old.get(key, nothing)
        for column, before, now in zip(section["columns"], old_values, values, strict=False):
            if (before or 0) != (now or 0):
                row = label or old_label
                found.append(Difference(section["title"], row, column, before, now))
    return found


def _lines(section: dict[str, Any]) -> dict[str, tuple[str, list[Any]]]:
    lines = {row["key"]: (row["label"], row["values"]) for row in section["rows"]}
    if section["total"] is not None:
        lines["\0total"] = ("", section["total"])
    return lines
