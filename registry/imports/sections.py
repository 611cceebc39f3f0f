"""Headings between the rows: "RT 02 RW 03", "DUSUN KRAJAN" say where the people below live."""

import re
from collections.abc import Mapping
from typing import Any

from registry.imports import cells
from registry.imports.sheets import Line

_MOST_CELLS = 4
_BEFORE = re.compile(r"(?:(?:data|daftar|nama|warga|penduduk|keluarga|wilayah)\b[\s:]*)*", re.I)
_PLACE = re.compile(
    r"rt\s*[/.]?\s*rw[\s.:]*(?P<rt_of_both>\d{1,3})\s*[/-]\s*(?P<rw_of_both>\d{1,3})\b"
    r"|rt[\s.:]*(?P<rt>\d{1,3})\b"
    r"|rw[\s.:]*(?P<rw>\d{1,3})\b"
    r"|(?:dusun|dsn|dukuh|lingkungan|kampung)[\s.:]+"
    r"(?P<dusun>[a-z][a-z' ]*?)(?=\s*(?:$|[,;/(-]|\br[tw]\b))",
    re.I,
)
_BETWEEN = re.compile(r"[\s,;:/.()-]*")


def heading_of(line: Line) -> dict[str, str]:
    """Return the place a heading names (dusun, rw, rt), nothing for any other line."""
    filled = [cell for cell in line if cell not in (None, "")]
    if not 1 <= len(filled) <= _MOST_CELLS:
        return {}
    # A hamlet's name ends with its cell: "DUSUN KRAJAN" beside "SITI AMINAH" is where she lives.
    text = "\n".join(cells.text_of(cell) for cell in filled)
    found: dict[str, str] = {}
    before = _BEFORE.match(text)
    at = before.end() if before else 0
    while at < len(text):
        match = _PLACE.match(text, at)
        if match is None:
            return {}
        for name, value in match.groupdict().items():
            if value:
                found[name.removesuffix("_of_both")] = value
        between = _BETWEEN.match(text, match.end())
        at = between.end() if between else match.end()
    return found


class Section:
    """Where the people of the rows being read live, as the last headings said."""

    def __init__(self) -> None:
        self._place: dict[str, str] = {}

    def begin(self, heading: Mapping[str, str]) -> None:
        """Take a heading in. A hamlet's heading ends what was said of RW and RT, an RW's of RT."""
        order = ("dusun", "rw", "rt")
        first = min(order.index(name) for name in heading)
        kept = {name: self._place[name] for name in order[:first] if name in self._place}
        self._place = kept | {
            name: cells.neighbourhood_of(value)[0] if name != "dusun" else cells.title_of(value)
            for name, value in heading.items()
        }

    def fill(self, row: Any) -> None:
        """Give a person the place of the section where his own row says nothing."""
        missing = [name for name in self._place if not getattr(row, name)]
        for name in missing:
            setattr(row, name, self._place[name])
        if missing:
            row.problems.append("place_from_heading")
