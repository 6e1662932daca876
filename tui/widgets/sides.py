"""What two people made of the same fields: original, theirs and mine beside each other, drawn by the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.models.question import Contested
from tui.models.wrap import wrap
from tui.paint import fit, strip

_STACKED_BELOW = 56
_WIDEST_LABEL = 16
_FOLDED, _UNFOLDED = 3, 40
"""Lines of a value: of any field, and of the one under the cursor."""


@dataclass(slots=True)
class _Line:
    row: int
    pieces: list[tuple[str, str]]


class Sides(Widget, can_focus=True):
    """Draws the sides, with a cursor that goes from field to field; a narrow terminal has them one below the other."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sides--head", "sides--label", "sides--label-cursor", "sides--value", "sides--chosen", "sides--dropped",
        "sides--key",
    }  # fmt: skip

    @dataclass
    class Clicked(Message):
        """A side of a field was clicked."""

        side: str

    def __init__(self, rows: Sequence[Contested] = (), heads: Mapping[str, str] | None = None) -> None:
        """Makes the widget; for the arguments see `show`."""
        super().__init__()
        self._rows = list(rows)
        self._heads = dict(heads or {})
        self._lines: list[_Line] = []
        self._top = 0
        self.cursor = 0

    def show(self, rows: Sequence[Contested], heads: Mapping[str, str]) -> None:
        """Shows other fields.

        Args:
            rows: the fields.
            heads: what stands over each side, from left to right.
        """
        self._rows, self._heads = list(rows), dict(heads)
        self.cursor = self._top = 0
        self._lines = []
        self.redraw()
        self.refresh(layout=True)

    @property
    def current(self) -> Contested:
        """The field under the cursor."""
        return self._rows[self.cursor]

    def point(self, index: int) -> None:
        """Puts the cursor on a field."""
        self.cursor = max(0, min(index, len(self._rows) - 1))
        self.redraw()

    def redraw(self) -> None:
        """Draws anew what was decided."""
        height = len(self._lines)
        self._write(self.size.width)
        self._follow()
        self.refresh(layout=len(self._lines) != height)

    # --- drawing ------------------------------------------------------------------------------------------------

    @property
    def _stacked(self) -> bool:
        return self.size.width < _STACKED_BELOW

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as all values take."""
        self._write(width)
        return len(self._lines)

    def on_resize(self) -> None:
        """Wraps the values anew."""
        self.redraw()

    def _write(self, width: int) -> None:
        if not self._rows:
            self._lines = []
            return
        if width < _STACKED_BELOW:
            self._lines = [line for n in range(len(self._rows)) for line in self._stack(n, width)]
            return
        labels = min(max(cell_len(row.label) for row in self._rows), _WIDEST_LABEL) + 3
        column = (width - labels) // len(self._heads)
        head = [(" " * labels, "head"), *((fit(self._heads[side], column), "head") for side in self._heads)]
        self._lines = [_Line(-1, head)]
        for n in range(len(self._rows)):
            self._lines += self._beside(n, labels, column)

    def _style(self, row: Contested, side: str) -> str:
        if not row.choice:
            return "value"
        return "chosen" if row.choice == side or (side == "mine" and row.choice == "edited") else "dropped"

    def _value(self, row: Contested, side: str) -> tuple[str, str]:
        """The mark and the words of a side; what was typed anew stands in the place of mine."""
        if side == "mine" and row.choice == "edited":
            return "✎ ", row.edited or "–"
        return ("● " if row.choice == side else "○ "), row.values[side]

    def _most(self, index: int) -> int:
        return _UNFOLDED if index == self.cursor else _FOLDED

    def _wrapped(self, text: str, width: int, index: int) -> list[str]:
        lines, more = wrap(text, max(4, width), self._most(index))
        return [*lines[:-1], fit(lines[-1].rstrip() + " …", max(4, width))] if more else lines

    def _beside(self, index: int, labels: int, column: int) -> list[_Line]:
        row = self._rows[index]
        here = index == self.cursor
        cells = []
        for side in self._heads:
            mark, text = self._value(row, side)
            cells.append((mark, self._wrapped(text, column - 4, index), self._style(row, side)))
        out = []
        for n in range(max(len(lines) for _, lines, _ in cells)):
            label = row.label if not n else ""
            name = "label-cursor" if here else "label"
            pieces = [("▌" if here else " ", name), (fit(label, labels - 1), name)]
            for mark, lines, style in cells:
                text = lines[n] if n < len(lines) else ""
                pieces.append((fit((mark if not n else "  ") + text, column - 2), style))
                pieces.append(("  ", "value"))
            out.append(_Line(index, pieces))
        return out

    def _stack(self, index: int, width: int) -> list[_Line]:
        row = self._rows[index]
        here = index == self.cursor
        name = "label-cursor" if here else "label"
        bar = "▌" if here else " "
        blank = [_Line(index, [])] if index else []
        out = [*blank, _Line(index, [(bar, name), (fit(row.label, width - 1), name)])]
        for side in reversed(tuple(self._heads)):
            mark, text = self._value(row, side)
            style = self._style(row, side)
            for n, line in enumerate(self._wrapped(text, width - 15, index)):
                head = f"{mark}{side[0]} {side:<9}" if not n else " " * 13
                out.append(_Line(index, [(bar, name), (head, "key" if not n else style), (line, style)]))
        return out

    def _follow(self) -> None:
        height = max(1, self.size.height)
        own = [y for y, line in enumerate(self._lines) if line.row == self.cursor]
        if own:
            first = 0 if self.cursor == 0 else own[0]
            self._top = min(max(self._top, own[-1] - height + 1), first)
        self._top = max(0, min(self._top, len(self._lines) - height))

    def render_line(self, y: int) -> Strip:
        """Draws a line."""
        width, base = self.size.width, self.rich_style
        place = self._top + y
        if place >= len(self._lines):
            return Strip.blank(width, base)
        pieces = [
            (text, self.get_component_rich_style(f"sides--{name}"))
            for text, name in self._lines[place].pieces
        ]
        return strip(pieces, width, base)

    def on_click(self, event: events.Click) -> None:
        """Goes to a field and takes the side that was clicked."""
        place = self._top + event.y
        if place >= len(self._lines) or (row := self._lines[place].row) < 0:
            return
        self.cursor = row
        if not self._stacked and len(self._lines[place].pieces) > 2:
            labels = sum(cell_len(text) for text, _ in self._lines[place].pieces[:2])
            column = (self.size.width - labels) // len(self._heads)
            if event.x >= labels:
                self.post_message(
                    self.Clicked(
                        tuple(self._heads)[min((event.x - labels) // max(1, column), len(self._heads) - 1)]
                    )
                )
                return
        self.redraw()
