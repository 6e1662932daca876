"""The lines of a timeline that are in sight. No terminal: what it hangs in says how many lines each entry takes."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A line of the timeline: an entry, and a line of its text; those of the day's heading above it are negative."""

    entry: int
    line: int


class Measured(Protocol):
    """What a window is moved over."""

    @property
    def count(self) -> int:
        """How many entries there are."""
        ...

    @property
    def height(self) -> int:
        """How many lines there is room for."""
        ...

    def lines_of(self, index: int) -> int:
        """How many lines an entry takes, its heading not counted."""
        ...

    def heading_of(self, index: int) -> int:
        """How many lines of heading stand above an entry."""
        ...


class Window:
    """Hangs on an entry, not on a line number.

    So only what is in sight is ever measured, and what arrives at the top moves nothing that is being read.

    Args:
        over: what it is moved over.

    Attributes:
        top: the first line in sight.
    """

    def __init__(self, over: Measured) -> None:
        self._over = over
        self._view: list[Place] | None = None
        self.top = Place(0, 0)

    @property
    def first(self) -> Place:
        """The first line that there is."""
        return Place(0, -self._over.heading_of(0)) if self._over.count else Place(0, 0)

    @property
    def last_seen(self) -> int:
        """The last entry that was in sight; 0 before anything was looked at."""
        return self._view[-1].entry if self._view else 0

    def forget(self) -> None:
        """What is in sight is another: entries or their lines have changed."""
        self._view = None

    def hang(self, place: Place) -> None:
        """Has a line at the top, as far as its entry has it."""
        entry, line = place
        lowest = self._over.lines_of(entry) - 1
        self.top = Place(entry, max(-self._over.heading_of(entry), min(line, lowest)))
        self._view = None

    def view(self) -> list[Place]:
        """The lines in sight; the window is pulled back where it would hang over the end."""
        if self._view is None:
            self._view = self._fill()
            over = self._over
            if over.count and len(self._view) < over.height and self.top > self.first:
                last = Place(over.count - 1, over.lines_of(over.count - 1) - 1)
                self.top = self._step(last, 1 - over.height)
                self._view = self._fill()
        return self._view

    def entries(self) -> list[int]:
        """The entry of each line in sight that is not a heading."""
        return [place.entry for place in self.view() if place.line >= 0]

    def scroll(self, lines: int) -> None:
        """Moves by so many lines (up if negative), as far as there are lines."""
        self.top = self._step(self.top, lines)
        self._view = None

    def follow(self, entry: int) -> None:
        """Moves as little as it takes to have an entry in sight."""
        end = self._over.lines_of(entry) - 1
        self._view = None
        view = self.view()
        if Place(entry, 0) < view[0]:
            self.top = Place(entry, -self._over.heading_of(entry))
        elif Place(entry, end) > view[-1]:
            top = self._step(Place(entry, end), 1 - self._over.height)
            self.top = min(top, Place(entry, 0))
        self._view = None

    def _step(self, place: Place, lines: int) -> Place:
        """The place so many lines further down (up if negative), as far as there are lines."""
        over = self._over
        entry, line = place
        while lines > 0:
            left = over.lines_of(entry) - 1 - line
            if lines <= left:
                return Place(entry, line + lines)
            if entry == over.count - 1:
                return Place(entry, line + left)
            lines -= left + 1
            entry += 1
            line = -over.heading_of(entry)
        while lines < 0:
            left = line + over.heading_of(entry)
            if -lines <= left:
                return Place(entry, line + lines)
            if entry == 0:
                return Place(0, -over.heading_of(0))
            lines += left + 1
            entry -= 1
            line = over.lines_of(entry) - 1
        return Place(entry, line)

    def _fill(self) -> list[Place]:
        over, room = self._over, self._over.height
        view: list[Place] = []
        if not over.count:
            return view
        entry, line = self.top
        while len(view) < room and entry < over.count:
            end = over.lines_of(entry)
            while line < end and len(view) < room:
                view.append(Place(entry, line))
                line += 1
            entry += 1
            if entry < over.count:
                line = -over.heading_of(entry)
        return view
