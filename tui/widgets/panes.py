"""Which part of a record is in sight where there is room for one only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.paint import strip


class PaneBar(Widget):
    """One line of names; the one in sight stands out. A click shows another."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"panes--on", "panes--off"}

    @dataclass
    class Chosen(Message):
        """Another part is to be shown."""

        index: int

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)
        self._chosen = 0

    def rename(self, names: Sequence[str]) -> None:
        """Names other parts, as there is room for more of them at once."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.refresh()

    def show(self, index: int) -> None:
        """Marks the part that is in sight."""
        if index != self._chosen:
            self._chosen = index
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Asks for the part whose name was clicked."""
        at = 1
        for index, name in enumerate(self._names):
            size = cell_len(name) + 3
            if at <= event.x < at + size:
                self.post_message(self.Chosen(index))
            at += size

    def render_line(self, y: int) -> Strip:
        """Draws the names."""
        on, off = self.get_component_rich_style("panes--on"), self.get_component_rich_style("panes--off")
        pieces = [(" ", off)]
        for index, name in enumerate(self._names):
            chosen = index == self._chosen
            pieces += [(f"▸{name}" if chosen else f" {name}", on if chosen else off), ("  ", off)]
        return strip(pieces, self.size.width, off)
