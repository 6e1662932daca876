"""A peek at the deal under the cursor: beside the board, or below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.models.peek import Glance, Line
from tui.paint import fit

_STYLES = (
    "title",
    "strong",
    "text",
    "muted",
    "money",
    "overdue",
    "today",
    "none",
    "future",
    "heading",
    "edge",
)
_GAP = 3
_LEAST = 34
"""Cells that a block needs to stand beside another."""


class Peek(Widget):
    """Shows a glance; in one column where it is high, in several where it is wide."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"peek--{style}" for style in _STYLES}

    def __init__(self) -> None:
        super().__init__()
        self._glance: Glance | None = None
        self._note = ""
        self._styles: dict[str, Style] = {}
        self._shaped: tuple[tuple[int, int], list[list[Segment]]] | None = None

    def show(self, glance: Glance | None, note: str = "") -> None:
        """Shows a glance, or a note where there is none. Only lines that say something else are drawn again."""
        if (glance, note) == (self._glance, self._note):
            return
        self._glance, self._note = glance, note
        size = (self.size.width, self.size.height)
        if self._shaped is None or self._shaped[0] != size:
            self._shaped = None
            self.refresh()
            return
        before, lines = self._shaped[1], self._shape(*size)
        self._shaped = (size, lines)
        longest = max(len(before), len(lines))
        other = [y for y in range(longest) if before[y : y + 1] != lines[y : y + 1]]
        if other:
            self.refresh(*(Region(0, y, size[0], 1) for y in other))

    def notify_style_update(self) -> None:
        """Takes the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()
        self._shaped = None

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"peek--{name}")
        return style

    def render_line(self, y: int) -> Strip:
        """Draws a line of the blocks."""
        width, height = self.size
        if self._shaped is None or self._shaped[0] != (width, height):
            self._shaped = ((width, height), self._shape(width, height))
        lines = self._shaped[1]
        ground = self._style("text")
        return Strip(lines[y] if y < len(lines) else []).adjust_cell_length(width, ground)

    def _shape(self, width: int, height: int) -> list[list[Segment]]:
        """All lines: an edge, then the blocks in as many columns as fit."""
        if self._glance is None:
            return [[], [Segment("  " + fit(self._note, max(0, width - 4)), self._style("muted"))]]
        inner = max(1, width - 2)
        count = max(1, min(3, (inner + _GAP) // (_LEAST + _GAP)))
        each = (inner - _GAP * (count - 1)) // count
        columns = [self._stack(lines, each) for lines in self._columns(self._glance, count)]
        ground = self._style("text")
        out: list[list[Segment]] = []
        for n in range(min(height, max(map(len, columns)))):
            row = [Segment(" ", ground)]
            for place, column in enumerate(columns):
                if place:
                    row.append(Segment(" " * _GAP, ground))
                row += column[n] if n < len(column) else [Segment(" " * each, ground)]
            out.append(row)
        return out

    @staticmethod
    def _columns(glance: Glance, count: int) -> list[list[Line]]:
        """The blocks shared out to columns."""
        planned = [Line("Planned", "heading"), *glance.tasks]
        happened = [Line("Last touches", "heading"), *glance.touches]
        who = [*glance.deal, Line(""), *glance.contact]
        if count == 1:
            return [[*who, Line(""), *planned, Line(""), *happened]]
        if count == 2:
            return [who, [*planned, Line(""), *happened]]
        return [who, planned, happened]

    def _stack(self, lines: Sequence[Line], width: int) -> list[list[Segment]]:
        out = []
        for line in lines:
            right = f" {line.right}" if line.right else ""
            if line.whole and right and cell_len(line.text) + cell_len(right) > width:
                out.append([Segment(fit(line.text, width), self._style(line.style))])
                out.append([Segment(fit(f"  {line.right}", width), self._style(line.right_style))])
                continue
            if cell_len(right) > width // 2:
                right = fit(right, width // 2)
            left = fit(line.text, width - cell_len(right))
            # `right` holds what people typed as well.
            out.append(
                [
                    Segment(left, self._style(line.style)),
                    Segment(fit(right, width - cell_len(left)), self._style(line.right_style)),
                ]
            )
        return out
