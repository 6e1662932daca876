"""How a board's columns share the width of a terminal.

Every stage stays in sight as long as there is room for it: in full around the cursor, as a narrow lane with its totals
where it is closed (won, lost), as a spine with its count where there is no room for more, and as a number at the edge
where there is not even that.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

FULL_LEAST = 18
"""Cells a column needs to show cards, the gap on its right included."""
FULL_MOST = 46
"""A line of text any longer is not read faster."""
NARROW = 10
SPINE = 5
EDGE = 4
"""Cells of a number that stands for columns out of sight."""
FULL_WANTED = 3
"""Columns to see in full before the others get spines."""


class LaneKind(Enum):
    """How much of a column is shown."""

    FULL = "full"
    NARROW = "narrow"
    SPINE = "spine"


class Lane(NamedTuple):
    """A column's place on the screen."""

    column: int
    x: int
    width: int
    """Cells, with the gap on its right."""
    kind: LaneKind


class Lanes(NamedTuple):
    """The places of all columns that are in sight, from left to right.

    Attributes:
        lanes: the columns that are in sight.
        first: the leftmost column that is shown in full, to be handed in again so that the window stays.
        hidden_left, hidden_right: how many columns lie beyond the edges.
    """

    lanes: tuple[Lane, ...]
    first: int
    hidden_left: int
    hidden_right: int

    def at(self, x: int) -> Lane | None:
        """The lane that holds cell `x`."""
        for lane in self.lanes:
            if lane.x <= x < lane.x + lane.width:
                return lane
        return None

    def of(self, column: int) -> Lane | None:
        """A column's lane; None where it is out of sight."""
        for lane in self.lanes:
            if lane.column == column:
                return lane
        return None


def lay_out(width: int, closed: Sequence[bool], cursor: int, first: int = 0) -> Lanes:
    """Shares `width` cells among columns.

    Args:
        width: cells.
        closed: per column, whether it is closed (won, lost); those are collapsed unless the cursor is in them.
        cursor: the cursor's column; always shown in full.
        first: the leftmost full column so far; the window moves no further than the cursor makes it.
    """
    count = len(closed)
    if not count or width <= 0:
        return Lanes((), 0, 0, 0)
    margin = 1 if width >= 60 else 0
    room = width - margin
    open_ones = [n for n in range(count) if not closed[n] or n == cursor]
    for collapsed, kind in ((NARROW, LaneKind.NARROW), (SPINE, LaneKind.SPINE)):
        left = room - collapsed * (count - len(open_ones))
        if left >= FULL_LEAST * len(open_ones):
            kinds = [LaneKind.FULL if n in open_ones else kind for n in range(count)]
            return _place(margin, room, kinds, 0, count, 0)
    return _window(margin, room, closed, cursor, first)


def _window(margin: int, room: int, closed: Sequence[bool], cursor: int, first: int) -> Lanes:
    """A window of full columns around the cursor, with spines for its neighbours."""
    count = len(closed)
    full = max(1, min(count, (room - SPINE * count) // (FULL_LEAST - SPINE)))
    if full < FULL_WANTED:
        full = max(1, min(FULL_WANTED, count, (room - 2 * EDGE) // FULL_LEAST))
    # Closed columns at the right end are not worth a full column until the cursor is in one.
    last_open = max((n for n in range(count) if not closed[n]), default=count - 1)
    end = max(cursor, last_open) + 1
    first = max(0, min(first, cursor, end - full))
    first = max(first, cursor - full + 1)
    full = min(full, count - first)
    spines = max(0, (room - 2 * EDGE - full * FULL_LEAST) // SPINE)
    if full * FULL_LEAST + (count - full) * SPINE <= room:
        spines = count - full
    lowest, highest = first, first + full
    while spines > 0 and (lowest > 0 or highest < count):
        # To the right first: that is where deals go.
        if highest < count and (highest - first - full <= first - lowest or lowest == 0):
            highest += 1
        else:
            lowest -= 1
        spines -= 1
    kinds = [LaneKind.FULL if first <= n < first + full else LaneKind.SPINE for n in range(lowest, highest)]
    edges = EDGE * ((lowest > 0) + (highest < count))
    if room - edges < FULL_LEAST // 2:
        edges = 0
    start = margin + (EDGE if lowest > 0 and edges else 0)
    return _place(start, room - edges, kinds, lowest, count, first)


def _place(start: int, room: int, kinds: Sequence[LaneKind], lowest: int, count: int, first: int) -> Lanes:
    """Gives lanes their widths: collapsed ones theirs, full ones equal shares of the rest."""
    fixed = {LaneKind.NARROW: NARROW, LaneKind.SPINE: SPINE}
    left = room - sum(fixed.get(kind, 0) for kind in kinds)
    full = sum(kind is LaneKind.FULL for kind in kinds)
    share, spare = divmod(max(left, full), max(full, 1))
    lanes = []
    x = start
    for offset, kind in enumerate(kinds):
        width = fixed.get(kind, 0)
        if kind is LaneKind.FULL:
            width = share + (1 if spare > 0 else 0)
            spare -= 1
            width = min(width, FULL_MOST)
        lanes.append(Lane(lowest + offset, x, width, kind))
        x += width
    return Lanes(tuple(lanes), first, lowest, count - lowest - len(kinds))
