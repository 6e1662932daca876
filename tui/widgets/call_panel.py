"""What stands in the place of a contact while there is none: paused, nobody left, how the block went; and titles of panes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from core.text import printable
from tui.models.call_card import Line, Piece
from tui.paint import fit, strip


class CallPanel(Widget):
    """Draws lines in the middle of its room."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "panel--title", "panel--text", "panel--muted", "panel--figure", "panel--key", "panel--good", "panel--bad",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Shows lines, whose pieces are styled title, text, muted, figure, key, good or bad."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.refresh()

    @property
    def words(self) -> str:
        """What it says, line by line."""
        return "\n".join("".join(piece.text for piece in line) for line in self._lines)

    def render_line(self, y: int) -> Strip:
        """Draws a line."""
        width, height = self.size
        ground = self.get_component_rich_style("panel--text")
        at = y - max(0, (height - len(self._lines)) // 3)
        if not 0 <= at < len(self._lines):
            return strip([], width, ground)
        widest = min(width - 2, max(sum(cell_len(piece.text) for piece in line) for line in self._lines))
        left = max(1, (width - widest) // 2)
        pieces, room = [(" " * left, ground)], width - left
        for piece in self._lines[at]:
            text = fit(piece.text, min(cell_len(printable(piece.text)), room))
            pieces.append((text, self.get_component_rich_style(f"panel--{piece.style}")))
            room -= cell_len(text)
        return strip(pieces, width, ground)


class PaneTitle(Widget):
    """The name of a pane with the key that goes there; it stands out while the pane has the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--label", "title--focus", "title--hint", "title--key"}

    def __init__(self, name: str, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._label = name
        self._key = ""
        self._hint = ""
        self._on = False

    def show(self, *, key: str = "", hint: str = "", on: bool = False) -> None:
        """Sets the key that goes there, what there is to know, and whether the pane has the focus."""
        if (key, hint, on) != (self._key, self._hint, self._on):
            self._key, self._hint, self._on = key, hint, on
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the title."""
        width = self.size.width
        label = self.get_component_rich_style("title--focus" if self._on else "title--label")
        hint = self.get_component_rich_style("title--hint")
        pieces = [(" ", hint), (self._label, label)]
        if self._key:
            pieces += [(" ", hint), (self._key, self.get_component_rich_style("title--key"))]
        room = width - sum(cell_len(text) for text, _ in pieces) - 2
        if self._hint and room > 4:
            pieces.append((fit(f"  {self._hint}", room), hint))
        return strip(pieces, width, hint)


def line(text: str, style: str = "text") -> Line:
    """A line of one piece."""
    return (Piece(text, style),)
