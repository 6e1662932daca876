"""What happened last, what is open, what is planned: beside the script, while one calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tui.models.briefing import Line
from tui.paint import fit
from tui.repaint import refresh_lines
from tui.widgets.parts import Parts

_STYLES = (
    "title", "strong", "text", "muted", "money", "overdue", "today", "none", "future", "heading", "warning", "struck",
)  # fmt: skip
_MARGIN = 1


class CallFacts(Parts):
    """Draws lines of a briefing; where there is little room, what can be spared goes first."""

    PREFIX: ClassVar[str] = "facts"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"facts--{style}" for style in _STYLES}

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self._fitting: tuple[tuple[int, int], list[list[Segment]]] | None = None

    def show(self, lines: Sequence[Line]) -> None:
        """Shows the facts, most important first."""
        if tuple(lines) != self._lines:
            before = self._shaped()
            self._lines = tuple(lines)
            self._fitting = None
            refresh_lines(self, before, self._shaped())

    def notify_style_update(self) -> None:
        """Takes the colours of another theme."""
        super().notify_style_update()
        self._fitting = None

    def _shaped(self) -> list[list[Segment]]:
        size = (self.size.width, self.size.height)
        if self._fitting is None or self._fitting[0] != size:
            width, height = size[0] - 2 * _MARGIN, size[1]
            shaped = [(line.spare, self._rows(line, width)) for line in self._lines]
            for spare in (2, 1):
                # What can be spared first goes first, from below, until the rest fits.
                for n in range(len(shaped) - 1, -1, -1):
                    if sum(len(rows) for _, rows in shaped) <= height:
                        break
                    if shaped[n][0] == spare:
                        del shaped[n]
            rows = [row for _, some in shaped for row in some]
            if len(rows) > height > 0:
                rows = [*rows[: height - 1], [Segment(fit("…", width), self._style("muted"))]]
            self._fitting = (size, rows)
        return self._fitting[1]

    def _rows(self, line: Line, width: int) -> list[list[Segment]]:
        right = f" {line.right}" if line.right else ""
        if line.whole and right and cell_len(line.text) + cell_len(right) > width:
            return [
                [Segment(fit(line.text, width), self._style(line.style))],
                [Segment(fit(f"  {line.right}", width), self._style(line.right_style))],
            ]
        right = fit(right, min(cell_len(right), width // 2))
        left = fit(line.text, width - cell_len(right))
        return [[Segment(left, self._style(line.style)), Segment(right, self._style(line.right_style))]]

    def render_line(self, y: int) -> Strip:
        """Draws a line."""
        rows, ground = self._shaped(), self._style("text")
        row = [Segment(" " * _MARGIN, ground), *rows[y]] if y < len(rows) else []
        return Strip(row).adjust_cell_length(self.size.width, ground)
