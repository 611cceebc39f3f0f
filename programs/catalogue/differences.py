"""What changed between two versions, line by line in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from programs.catalogue.words import Fact, Line, Part, parts_of
from programs.terms.document import Terms

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True)
class Difference:
    """A line that came, went, changed or stands elsewhere; ``before`` and ``after`` as it stands.

    ``details`` are what changed in it: label, value before, value after ("" where there was none).
    """

    kind: str
    part: Part
    line: Line
    details: tuple[tuple[str, Fact | None, Fact | None], ...] = ()


def differences(before: Terms, after: Terms) -> list[Difference]:
    """Return the differences in the order a version is read."""
    old = {(part.slug, part.service): part for part in parts_of(before)}
    new = {(part.slug, part.service): part for part in parts_of(after)}
    found: list[Difference] = []
    for key in [*new, *(key for key in old if key not in new)]:
        part = new.get(key) or old[key]
        lines = old[key].lines if key in old else [], new[key].lines if key in new else []
        found += _of_part(part, *lines)
    return found


def _of_part(part: Part, before: list[Line], after: list[Line]) -> Iterator[Difference]:
    old = {line.key: line for line in before}
    new = {line.key: line for line in after}
    for line in after:
        if line.key not in old:
            yield Difference(ADDED, part, line)
        elif line != old[line.key]:
            yield Difference(CHANGED, part, line, _details(old[line.key], line))
    for line in before:
        if line.key not in new:
            yield Difference(REMOVED, part, line)
    stayed = [key for key in old if key in new]
    for place, key in enumerate(key for key in new if key in old):
        if stayed[place] != key:
            yield Difference(MOVED, part, new[key])
            # One line taken elsewhere displaces all between: it is told once.
            break


def _details(before: Line, after: Line) -> tuple[tuple[str, Fact | None, Fact | None], ...]:
    old = {str(fact.label): fact for fact in before.facts}
    new = {str(fact.label): fact for fact in after.facts}
    changed = [
        (label, old.get(label), new.get(label))
        for label in dict.fromkeys([*old, *new])
        if old.get(label) != new.get(label)
    ]
    if before.title != after.title:
        changed.insert(0, ("", Fact("", before.title, "id"), Fact("", after.title, "id")))
    return tuple(changed)
