"""Bars drawn by the server: they print, need no script, and stand beside the table they repeat."""

from dataclasses import dataclass
from typing import Any

from reports.figures.counting import Table

#: More bars are no picture any more; the table has them all.
MOST_BARS = 15
#: In units of the drawing.
WIDTH, LABEL, BAR, GAP = 320, 16, 11, 10
#: Room right of the longest bar for its number.
_NUMBER = 56


@dataclass(frozen=True)
class Bar:
    """One line's bars; widths and heights in units of the drawing."""

    words: Any
    count: int
    y: int
    width: int
    before: int | None
    before_width: int

    @property
    def bar_y(self) -> int:
        return self.y + LABEL

    @property
    def text_y(self) -> int:
        return self.y + LABEL - 4

    @property
    def number_y(self) -> int:
        return self.bar_y + BAR - 1

    @property
    def number_x(self) -> int:
        return max(self.width, self.before_width) + 6

    @property
    def before_y(self) -> int:
        return self.bar_y + BAR


@dataclass(frozen=True)
class Chart:
    """The drawing: ``left_out`` lines stand in the table only."""

    bars: list[Bar]
    height: int
    left_out: int
    has_before: bool
    width: int = WIDTH
    bar_height: int = BAR
    before_height: int = 5


def bars(table: Table) -> Chart | None:
    """Return the table's lines as bars, this year's above the year before; None where all are 0."""
    shown = table.lines[:MOST_BARS]
    longest = max((max(line.count, line.before or 0) for line in shown), default=0)
    if not longest:
        return None
    has_before = table.total_before is not None
    step = LABEL + BAR + GAP + (5 if has_before else 0)

    def width(count: int) -> int:
        return round((WIDTH - _NUMBER) * count / longest)

    drawn = [
        Bar(
            words=line.words,
            count=line.count,
            y=place * step,
            width=width(line.count),
            before=line.before,
            before_width=width(line.before or 0),
        )
        for place, line in enumerate(shown)
    ]
    return Chart(
        bars=drawn,
        height=len(drawn) * step,
        left_out=len(table.lines) - len(shown),
        has_before=has_before,
    )
